//! Regular expressions as machines, in both ways that AWS may read them.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::machine::{Builder, Bytes, END, Machine};
use super::request::Match;
use crate::vocab::glob::is_short;

/// The texts that an expression takes. AWS does not say whether it has to match a text from end to end: an
/// expression that begins with `^` and ends with `$` takes the same texts either way.
pub(super) struct Readings {
    /// Those that it matches from end to end: it takes them, however it is read.
    pub(super) whole: Machine,
    /// Those that have a match somewhere, where these are more.
    pub(super) part: Option<Machine>,
}

/// How many alternatives are written out.
const WRITTEN_OUT: usize = 64;

/// Both sets of an expression; none where it is not understood, or too large to be compared.
pub(super) fn readings(pattern: &str, fold: bool) -> Option<Readings> {
    if !is_short(pattern) {
        return None;
    }
    let mut parser = ParserBuilder::new();
    let parser = parser.unicode(false).utf8(false).case_insensitive(fold).nest_limit(64);
    let hir = parser.build().parse(pattern).ok()?;
    let branches = branches(&hir)?;
    let whole = machine(&branches, false)?;
    let exact = branches.iter().all(|branch| branch.from_begin && branch.to_end);
    let part = if exact { None } else { Some(machine(&branches, true)?) };
    Some(Readings { whole, part })
}

/// Whether an expression finds something in a text.
pub(crate) fn finds(pattern: &str, text: &str) -> Match {
    match found(pattern) {
        Some(machine) if machine.takes(text.as_bytes()) => Match::Yes,
        Some(_) => Match::No,
        None => Match::Maybe,
    }
}

/// The set of texts in which an expression finds something, or of those that it matches from end to end.
pub(super) fn found(pattern: &str) -> Option<Machine> {
    let readings = readings(pattern, false)?;
    Some(readings.part.unwrap_or(readings.whole))
}

/// One alternative of an expression, without the marks for begin and end around it.
struct Branch<'a> {
    from_begin: bool,
    body: Vec<&'a Hir>,
    to_end: bool,
}

/// The alternatives of an expression, each with its marks at its ends; none where one has a border inside.
fn branches(hir: &Hir) -> Option<Vec<Branch<'_>>> {
    sequences(hir)?.iter().map(|all| branch(all)).collect()
}

/// The sequences that an expression is made of, alternatives with marks in them written out.
fn sequences(hir: &Hir) -> Option<Vec<Vec<&Hir>>> {
    if hir.properties().look_set().is_empty() {
        return Some(vec![vec![hir]]);
    }
    match hir.kind() {
        HirKind::Look(Look::Start | Look::End) => Some(vec![vec![hir]]),
        HirKind::Capture(group) => sequences(&group.sub),
        HirKind::Alternation(all) => {
            let all: Option<Vec<_>> = all.iter().map(sequences).collect();
            Some(all?.concat()).filter(|all| all.len() <= WRITTEN_OUT)
        }
        HirKind::Concat(all) => {
            let mut found = vec![Vec::new()];
            for part in all {
                let parts = sequences(part)?;
                let longer = |one: &Vec<_>| {
                    parts.iter().map(|part| [one, &part[..]].concat()).collect::<Vec<_>>()
                };
                found = found.iter().flat_map(longer).collect();
                if found.len() > WRITTEN_OUT {
                    return None;
                }
            }
            Some(found)
        }
        _ => None,
    }
}

fn branch<'a>(all: &[&'a Hir]) -> Option<Branch<'a>> {
    let is = |hir: &&&Hir, look| *hir.kind() == HirKind::Look(look);
    let begins = all.iter().take_while(|hir| is(hir, Look::Start)).count();
    let ends = all[begins..].iter().rev().take_while(|hir| is(hir, Look::End)).count();
    let body = all[begins..all.len() - ends].to_vec();
    let is_clear = body.iter().all(|hir| hir.properties().look_set().is_empty());
    is_clear.then_some(Branch { from_begin: begins > 0, body, to_end: ends > 0 })
}

fn machine(branches: &[Branch], anywhere: bool) -> Option<Machine> {
    let mut builder = Builder::new();
    let mut starts = Vec::new();
    for branch in branches {
        let mut next = END;
        if anywhere && !branch.to_end {
            next = builder.many(Bytes::ALL, next)?;
        }
        for hir in branch.body.iter().rev() {
            next = add(&mut builder, hir, next)?;
        }
        if anywhere && !branch.from_begin {
            next = builder.many(Bytes::ALL, next)?;
        }
        starts.push(next);
    }
    let start = builder.fork(starts)?;
    Some(builder.build(start))
}

/// Leads to a place by whatever the expression matches.
fn add(builder: &mut Builder, hir: &Hir, next: usize) -> Option<usize> {
    match hir.kind() {
        HirKind::Empty => Some(next),
        HirKind::Literal(literal) => builder.text(&literal.0, next),
        HirKind::Class(class) => builder.step(bytes(class), next),
        HirKind::Capture(group) => add(builder, &group.sub, next),
        HirKind::Concat(all) => {
            all.iter().rev().try_fold(next, |next, hir| add(builder, hir, next))
        }
        HirKind::Alternation(all) => {
            let starts: Option<Vec<usize>> =
                all.iter().map(|hir| add(builder, hir, next)).collect();
            builder.fork(starts?)
        }
        HirKind::Repetition(repetition) => repeated(builder, repetition, next),
        // A border inside of an expression.
        HirKind::Look(_) => None,
    }
}

fn repeated(builder: &mut Builder, repetition: &Repetition, next: usize) -> Option<usize> {
    let mut next = next;
    match repetition.max {
        None => {
            let hub = builder.fork(vec![next])?;
            let again = add(builder, &repetition.sub, hub)?;
            builder.join(hub, again);
            next = hub;
        }
        Some(most) => {
            let end = next;
            for _ in repetition.min..most {
                let once = add(builder, &repetition.sub, next)?;
                next = builder.fork(vec![once, end])?;
            }
        }
    }
    (0..repetition.min).try_fold(next, |next, _| add(builder, &repetition.sub, next))
}

fn bytes(class: &Class) -> Bytes {
    match class {
        Class::Bytes(class) => class
            .iter()
            .fold(Bytes::default(), |all, range| all.or(Bytes::range(range.start(), range.end()))),
        Class::Unicode(class) => class.iter().fold(Bytes::default(), |all, range| {
            let byte = |c: char| u8::try_from(c).unwrap_or(u8::MAX);
            all.or(Bytes::range(byte(range.start()), byte(range.end())))
        }),
    }
}
