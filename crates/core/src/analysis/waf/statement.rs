//! Which requests a statement takes, as a tree of tests.

use std::collections::BTreeSet;

use super::field::{Compared, Field, FieldTest};
use crate::inventory::WafStatement;

/// How deep statements may stand in one another. AWS allows fewer.
const DEEPEST: usize = 32;

/// The requests that a statement takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Matches {
    /// Every one.
    All,
    /// None at all.
    None,
    /// Some, or it is not plain that it is all or none.
    Some(Box<Requests>),
    /// It is not understood which.
    Undecided,
}

/// Some requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Requests {
    /// Those that pass this test.
    Test(FieldTest),
    /// Those behind which something stands that no client chooses as it likes.
    Gate(Gate),
    /// Those in each of these.
    Every(Vec<Matches>),
    /// Those in one of these.
    Any(Vec<Matches>),
    /// All but these.
    Not(Matches),
}

/// Something about a request that not everybody has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gate {
    /// What kind of thing.
    pub(crate) kind: GateKind,
    /// Which: two gates that say the same are one.
    pub(crate) which: Vec<String>,
}

/// What not everybody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GateKind {
    /// An address of a set, or of a network.
    Source,
    /// An address of a country.
    Country,
    /// A label, which an earlier rule has given.
    Label,
    /// A secret, of which a hash is kept.
    Secret,
    /// What looks like an attack.
    Attack,
}

/// The requests that a rule's statement takes: those that a managed rule group or a limit of rates looks at,
/// where it is one.
pub(crate) fn requests_of(statements: &[WafStatement]) -> Matches {
    let mut reader = Reader { left: statements };
    match reader.next(0) {
        Some(matches) if reader.left.is_empty() => matches,
        _ => Matches::Undecided,
    }
}

struct Reader<'a> {
    left: &'a [WafStatement],
}

impl Reader<'_> {
    /// The next statement, with all inside it; none where there is none, or too many are in one another.
    fn next(&mut self, depth: usize) -> Option<Matches> {
        let (one, rest) = self.left.split_first()?;
        self.left = rest;
        if depth > DEEPEST {
            return None;
        }
        let mut inner = Vec::new();
        for _ in 0..one.children {
            inner.push(self.next(depth + 1)?);
        }
        Some(taken(one, inner))
    }
}

fn taken(one: &WafStatement, mut inner: Vec<Matches>) -> Matches {
    let gate = |kind| {
        let compared = one.compares.as_ref().map(|compares| format!("{compares:?}"));
        let which = std::iter::once(one.kind.clone()).chain(one.keys.iter().cloned());
        Matches::some(Requests::Gate(Gate { kind, which: which.chain(compared).collect() }))
    };
    match one.kind.as_str() {
        "and" if inner.len() > 1 => Matches::every(inner),
        "or" if inner.len() > 1 => Matches::any(inner),
        "not" if inner.len() == 1 => inner.remove(0).negated(),
        "managed-rule-group" | "rate-based" => match inner.len() {
            0 if !one.scoped_down => Matches::All,
            1 => inner.remove(0),
            _ => Matches::Undecided,
        },
        "ip-set-reference" | "asn-match" => gate(GateKind::Source),
        "geo-match" => gate(GateKind::Country),
        "label-match" => gate(GateKind::Label),
        "sqli-match" | "xss-match" => gate(GateKind::Attack),
        kind => match one.compares.as_ref().map(|comparison| Compared::of(kind, comparison)) {
            Some(Compared::Test(test)) => Matches::test(test),
            Some(Compared::Secret) => gate(GateKind::Secret),
            Some(Compared::Undecided) | None => Matches::Undecided,
        },
    }
}

impl Matches {
    fn some(requests: Requests) -> Self {
        Matches::Some(Box::new(requests))
    }

    fn test(test: FieldTest) -> Self {
        match test.constant() {
            Some(true) => Matches::All,
            Some(false) => Matches::None,
            None => Matches::some(Requests::Test(test)),
        }
    }

    /// The requests in each of these.
    pub(crate) fn every(all: Vec<Matches>) -> Self {
        let mut left: Vec<Matches> = all.into_iter().filter(|one| *one != Matches::All).collect();
        if left.contains(&Matches::None) || left.iter().any(|one| one.meets_no(&left)) {
            return Matches::None;
        }
        match left.len() {
            0 => Matches::All,
            1 => left.remove(0),
            _ => Matches::some(Requests::Every(left)),
        }
    }

    /// The requests in one of these.
    pub(crate) fn any(all: Vec<Matches>) -> Self {
        let mut left: Vec<Matches> = all.into_iter().filter(|one| *one != Matches::None).collect();
        if left.contains(&Matches::All) || left.iter().any(|one| one.is_opposite(&left)) {
            return Matches::All;
        }
        match left.len() {
            0 => Matches::None,
            1 => left.remove(0),
            _ => Matches::some(Requests::Any(left)),
        }
    }

    /// All other requests.
    pub(crate) fn negated(self) -> Self {
        match self {
            Matches::All => Matches::None,
            Matches::None => Matches::All,
            Matches::Undecided => Matches::Undecided,
            Matches::Some(inner) => match *inner {
                Requests::Not(inner) => inner,
                inner => Matches::some(Requests::Not(Matches::some(inner))),
            },
        }
    }

    /// Whether no request is in this one and in all of these.
    fn meets_no(&self, all: &[Matches]) -> bool {
        let excluded = |other: &Matches| match (self.as_test(), other.as_test()) {
            (Some(own), Some(other)) => own.excludes(other),
            _ => false,
        };
        self.is_opposite(all) || all.iter().any(excluded)
    }

    /// Whether one of these is all that this one is not.
    fn is_opposite(&self, all: &[Matches]) -> bool {
        let Matches::Some(inner) = self else { return false };
        let Requests::Not(inner) = &**inner else { return false };
        inner.is_understood() && all.contains(inner)
    }

    fn as_test(&self) -> Option<&FieldTest> {
        match self {
            Matches::Some(inner) => match &**inner {
                Requests::Test(test) => Some(test),
                _ => None,
            },
            _ => None,
        }
    }

    /// What is directly inside.
    fn inner(&self) -> &[Matches] {
        match self {
            Matches::Some(inner) => match &**inner {
                Requests::Every(all) | Requests::Any(all) => all,
                Requests::Not(one) => std::slice::from_ref(one),
                Requests::Test(_) | Requests::Gate(_) => &[],
            },
            _ => &[],
        }
    }

    /// Whether nothing in it is undecided.
    pub(crate) fn is_understood(&self) -> bool {
        *self != Matches::Undecided && self.inner().iter().all(Matches::is_understood)
    }

    /// The gates in it.
    pub(crate) fn gates(&self) -> BTreeSet<Gate> {
        if let Matches::Some(inner) = self
            && let Requests::Gate(gate) = &**inner
        {
            return BTreeSet::from([gate.clone()]);
        }
        self.inner().iter().flat_map(Matches::gates).collect()
    }

    /// The tests in it, those below a `not` included.
    pub(crate) fn tests(&self) -> Vec<&FieldTest> {
        let own = self.as_test().into_iter();
        own.chain(self.inner().iter().flat_map(Matches::tests)).collect()
    }

    /// The same for a client that is behind these gates, and no others.
    pub(crate) fn behind(&self, open: &BTreeSet<Gate>) -> Self {
        let Matches::Some(inner) = self else { return self.clone() };
        let each = |all: &[Matches]| all.iter().map(|one| one.behind(open)).collect();
        match &**inner {
            Requests::Gate(gate) if open.contains(gate) => Matches::All,
            Requests::Gate(_) => Matches::None,
            Requests::Every(all) => Matches::every(each(all)),
            Requests::Any(all) => Matches::any(each(all)),
            Requests::Not(one) => one.behind(open).negated(),
            Requests::Test(_) => self.clone(),
        }
    }

    /// Tests on this field, of which every request in it passes one; none where that cannot be told.
    pub(crate) fn needs(&self, field: &Field) -> Option<Vec<&FieldTest>> {
        let Matches::Some(inner) = self else { return None };
        match &**inner {
            Requests::Test(test) => (test.field == *field).then(|| vec![test]),
            Requests::Every(all) => all.iter().find_map(|one| one.needs(field)),
            Requests::Any(all) => {
                let each: Option<Vec<_>> = all.iter().map(|one| one.needs(field)).collect();
                each.map(|all| all.into_iter().flatten().collect())
            }
            Requests::Gate(_) | Requests::Not(_) => None,
        }
    }

    /// Tests of which each is enough to be in it.
    fn takes_each(&self) -> Vec<&FieldTest> {
        let Matches::Some(inner) = self else { return Vec::new() };
        match &**inner {
            Requests::Test(test) => vec![test],
            Requests::Any(all) => all.iter().flat_map(Matches::takes_each).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether no request is in both. Where that is not plain the answer is no.
    pub(crate) fn is_apart_from(&self, other: &Matches) -> bool {
        let pairs = |(own, other): (Vec<&FieldTest>, Vec<&FieldTest>)| {
            own.iter().all(|own| other.iter().all(|other| own.excludes(other)))
        };
        [Field::Path, Field::Method, Field::Header("host".to_owned())]
            .iter()
            .any(|field| self.needs(field).zip(other.needs(field)).is_some_and(pairs))
    }

    /// Whether every request in it is in the other. Where that is not plain the answer is no.
    pub(crate) fn is_within(&self, other: &Matches) -> bool {
        if *other == Matches::All || self.is_understood() && self == other {
            return true;
        }
        let enough = other.takes_each();
        let held = |own: &FieldTest| enough.iter().any(|wide| own.is_within(wide));
        enough
            .iter()
            .any(|wide| self.needs(&wide.field).is_some_and(|all| all.into_iter().all(held)))
    }

    /// Whether every request in it passes one of those tests that this is so of.
    pub(crate) fn only(&self, is_so: &dyn Fn(&FieldTest) -> bool) -> bool {
        let Matches::Some(inner) = self else { return *self == Matches::None };
        match &**inner {
            Requests::Test(test) => is_so(test),
            Requests::Every(all) => all.iter().any(|one| one.only(is_so)),
            Requests::Any(all) => all.iter().all(|one| one.only(is_so)),
            Requests::Gate(_) | Requests::Not(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Matches, requests_of};
    use crate::fixtures::sample::{waf_bytes, waf_not, waf_statement, waf_statements};
    use crate::inventory::WafStatement;

    fn starts(path: &str) -> Vec<WafStatement> {
        vec![waf_bytes("uri-path", "STARTS_WITH", path)]
    }

    #[test]
    fn what_takes_all_or_none_is_known() {
        let (a, b) = (|| starts("/a"), || starts("/b"));
        let both = |kind: &str, inner: &[Vec<WafStatement>]| waf_statements(kind, inner);
        let geo = || vec![waf_statement("geo-match")];
        let table = [
            ("every path", starts("/"), Some(true)),
            ("a path", a(), None),
            ("not every path", waf_not(starts("/")), Some(false)),
            ("two paths at once", both("and", &[a(), b()]), Some(false)),
            ("one of two paths", both("or", &[a(), b()]), None),
            ("a path or not", both("or", &[a(), waf_not(a())]), Some(true)),
            ("a path and not", both("and", &[geo(), a(), waf_not(a())]), Some(false)),
            ("all, from a country", both("and", &[starts("/"), geo()]), None),
            ("all, or from a country", both("or", &[starts("/"), geo()]), Some(true)),
            ("a group", vec![waf_statement("managed-rule-group")], Some(true)),
        ];
        for (title, statements, expected) in table {
            let found = requests_of(&statements);
            assert!(found.is_understood(), "{title}");
            let constant = match found {
                Matches::All => Some(true),
                Matches::None => Some(false),
                _ => None,
            };
            assert_eq!(constant, expected, "{title}");
        }
    }

    #[test]
    fn what_is_not_understood_is_undecided() {
        let old = waf_statement("byte-match");
        let new = waf_statement("TeaLeafStatement");
        let twice = [starts("/a"), starts("/b")].concat();
        let open_end = WafStatement { children: 1, ..waf_statement("not") };
        let scope = WafStatement { scoped_down: true, ..waf_statement("managed-rule-group") };
        for statements in [vec![], vec![old], vec![new.clone()], twice, vec![open_end], vec![scope]]
        {
            assert_eq!(requests_of(&statements), Matches::Undecided, "{statements:?}");
        }
        let or = waf_statements("or", &[vec![new.clone()], starts("/a")]);
        assert!(!requests_of(&or).is_understood());
        let and = waf_statements("and", &[vec![new], waf_not(starts("/"))]);
        assert_eq!(requests_of(&and), Matches::None);
        let mut deep: Vec<WafStatement> = Vec::new();
        deep.resize(100_000, WafStatement { children: 1, ..waf_statement("not") });
        deep.extend(starts("/a"));
        assert_eq!(requests_of(&deep), Matches::Undecided);
    }

    #[test]
    fn gates_are_for_some_clients() {
        let geo = vec![waf_statement("geo-match")];
        let found = requests_of(&waf_statements("or", &[geo.clone(), waf_not(starts("/"))]));
        assert_eq!(found.behind(&BTreeSet::new()), Matches::None);
        assert_eq!(found.behind(&found.gates()), Matches::All);
        assert_eq!(requests_of(&waf_not(geo)).behind(&BTreeSet::new()), Matches::All);
    }
}
