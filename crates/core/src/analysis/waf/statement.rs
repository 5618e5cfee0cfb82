//! Which requests a statement takes, as a tree of tests.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

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
/// Kept, since many load balancers have one web ACL, and every check asks about it.
pub(crate) fn requests_of(statements: &[WafStatement]) -> Matches {
    if let Some(known) = KNOWN.with_borrow(|known| known.get(statements).cloned()) {
        return known;
    }
    let mut reader = Reader { left: statements };
    let matches = match reader.next(0) {
        Some(matches) if reader.left.is_empty() => matches.settled(),
        _ => Matches::Undecided,
    };
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(statements.to_vec(), matches.clone());
    });
    matches
}

/// How many statements a thread keeps.
const KEPT: usize = 1_024;

thread_local! {
    static KNOWN: RefCell<HashMap<Vec<WafStatement>, Matches>> = RefCell::default();
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

    /// Those that pass a test.
    pub(crate) fn test(test: FieldTest) -> Self {
        Matches::some(Requests::Test(test))
    }

    /// The requests in each of these.
    pub(crate) fn every(all: Vec<Matches>) -> Self {
        let mut left: Vec<Matches> = all.into_iter().filter(|one| *one != Matches::All).collect();
        match left.len() {
            _ if left.contains(&Matches::None) => Matches::None,
            0 => Matches::All,
            1 => left.remove(0),
            _ => Matches::some(Requests::Every(left)),
        }
    }

    /// The requests in one of these.
    pub(crate) fn any(all: Vec<Matches>) -> Self {
        let mut left: Vec<Matches> = all.into_iter().filter(|one| *one != Matches::None).collect();
        match left.len() {
            _ if left.contains(&Matches::All) => Matches::All,
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

    /// The same for a client that is behind these gates, and maybe behind some of those, but no others.
    pub(crate) fn behind(&self, open: &BTreeSet<Gate>, maybe: &BTreeSet<Gate>) -> Self {
        self.replaced(&|one| match one {
            Requests::Gate(gate) if open.contains(gate) => Some(Matches::All),
            Requests::Gate(gate) if !maybe.contains(gate) => Some(Matches::None),
            _ => None,
        })
    }

    /// The same with a body that passes every test.
    pub(crate) fn with_any_body(&self) -> Self {
        self.replaced(&|one| match one {
            Requests::Test(test) if test.field == Field::Body => Some(Matches::All),
            _ => None,
        })
    }

    /// The same with something else for its tests and gates, where there is something.
    fn replaced(&self, by: &dyn Fn(&Requests) -> Option<Matches>) -> Self {
        let Matches::Some(inner) = self else { return self.clone() };
        let each = |all: &[Matches]| all.iter().map(|one| one.replaced(by)).collect();
        match &**inner {
            Requests::Every(all) => Matches::every(each(all)),
            Requests::Any(all) => Matches::any(each(all)),
            Requests::Not(one) => one.replaced(by).negated(),
            one => by(one).unwrap_or_else(|| self.clone()),
        }
    }

    /// Whether it looks into the body.
    pub(crate) fn is_bodily(&self) -> bool {
        self.tests().iter().any(|test| test.field == Field::Body)
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
            assert_ne!(found, Matches::Undecided, "{title}");
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
        assert!(matches!(requests_of(&or), Matches::Some(_)));
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
        let none = BTreeSet::new();
        assert_eq!(found.behind(&none, &none).settled(), Matches::None);
        assert_eq!(found.behind(&found.gates(), &none), Matches::All);
        assert_eq!(requests_of(&waf_not(geo)).behind(&none, &none), Matches::All);
    }
}
