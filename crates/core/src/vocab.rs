//! Words that every layer shares. Nothing here knows what a load balancer is.
//!
//! From the ground up, like the layers themselves.

pub mod call; // every API call and the IAM action it needs
pub mod digest; // hashes
pub mod escape; // text that others chose
pub mod evidence; // what a verdict follows from
pub mod exposure; // how far the internet reaches something
pub mod fact; // known or unread
pub(crate) mod glob; // AWS's wildcards
pub(crate) mod grouped; // what has something in common, together
pub(crate) mod net; // sets of addresses
pub mod partial; // what was found, and the gap that may hide more
pub mod severity; // how bad, and for whom
