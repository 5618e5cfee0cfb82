//! Sets of requests, as rules take them: whether one is empty, what it leaves of another, and a request
//! that shows it.
//!
//! # How it works, for a reader who has never seen it
//!
//! A rule of a listener takes a set of requests. To ask whether a rule is ever reached, whether one rule
//! lets in what another one stops, or which request shows that, is to ask about such sets:
//!
//! ```text
//!   all requests
//!   ┌──────────────────────────────────────────────┐
//!   │  rule 1  /api/*        ┌───────────────────┐ │
//!   │ ┌──────────────────┐   │ rule 3  /img/*    │ │
//!   │ │ rule 2           │   │                   │ │
//!   │ │ /api/v2/*  dead  │   │                   │ │
//!   │ └──────────────────┘   └───────────────────┘ │
//!   │                  what is left: default rule  │
//!   └──────────────────────────────────────────────┘
//! ```
//!
//! A rule's *own* requests are those that its conditions take, minus those of every rule before it. A rule is
//! dead if it has none. A request gets past a login if an open rule's own requests and those of the rule with
//! the login have one in common, as far as a target can tell them apart.
//!
//! **Texts.** A wildcard or a regular expression is an automaton ([`machine`](self)), a small machine that
//! reads a text byte by byte. `/a*` is
//!
//! ```text
//!   start ──/──▶ ● ──a──▶ ◉ ⟲ any byte      ◉: a text may end here
//! ```
//!
//! Several machines read the same text side by side. A text in `/api/*/admin` and in `/api/*`, but not in
//! `*.css`, is one at whose last byte the first two may end and the third may not: who walks through all
//! that they can read together, shorter texts first, finds the shortest such text, or that there is none.
//!
//! **Boxes.** A request has a host, a path, a method, headers, a query and a source. Conditions ask for each of
//! these by itself, so that what a rule takes is a box: a set for each part. Of headers and of the query it
//! is a bag: a request may send a header twice, and a condition is met if one of the values does. A bag says
//! which sets some value is in, and which no value may be in.
//!
//! A listener tells no upper from lower case in hosts, headers and queries; a web ACL does, unless it is
//! told otherwise. [`Cell::as_sent`] has both.
//!
//! What one box leaves of another is no box, but a few of them. `path /a*` and `method GET`, taken out of
//! everything, leave
//!
//! ```text
//!   paths outside of /a*, by any method      and      any path, by methods other than GET
//! ```
//!
//! [`Search`] goes through them one by one: it takes a rule's box, leaves it by each of an earlier rule's
//! conditions in turn, and goes on with what is left and the next earlier rule. The first box that is left
//! after the last of them shows a request, the *witness*; where none is left there is none.
//!
//! **What cannot be told.** AWS does not say whether a regular expression has to match all of a text. One
//! without `^` and `$` is two machines: what it takes either way, and what it may take. The same holds for
//! values that are kept as hashes of patterns, and for expressions that are not understood: they may take
//! anything. A witness has to be one either way; that there is none has to hold either way. What lies between
//! is [`Answer::Open`], and so is a question that costs more than its [`Budget`].
//!
//! A witness is evaluated once more by [`Request::meets`], which knows nothing of boxes, before anybody sees it.

mod addresses;
mod asked;
mod budget;
mod cell;
mod compared;
mod machine;
mod pattern;
#[cfg(test)]
mod proof;
mod regex;
mod request;
mod search;
mod texts;
mod universe;

pub(crate) use addresses::Addresses;
pub(crate) use asked::{Asked, Field, Set, asked, unveil};
pub(crate) use budget::{Budget, Spent};
pub(crate) use cell::{Cell, Side};
pub(crate) use compared::{Beside, Pattern, Seen};
pub(crate) use pattern::VEILED;
pub(crate) use regex::finds;
pub(crate) use request::{Match, Request, Tastes, is_veiled, name_and_value, parameter};
pub(crate) use search::{Answer, Search, Wanted, covers};
