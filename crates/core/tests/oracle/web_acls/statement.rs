//! Statements, and whether they take a request, as AWS WAF's developer guide says it ("Rule statements", "String
//! match rule statement", "Text transformations").

use elb_audit_core::fixtures::sample::{waf_bytes, waf_not, waf_statement, waf_statements};
use elb_audit_core::inventory::WafStatement;

use super::sent::Sent;
use crate::requests::Chance;

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    Yes,
    No,
    /// That is not said.
    Maybe,
}

impl Holds {
    pub(crate) fn and(self, other: Holds) -> Holds {
        match (self, other) {
            (Holds::No, _) | (_, Holds::No) => Holds::No,
            (Holds::Yes, Holds::Yes) => Holds::Yes,
            _ => Holds::Maybe,
        }
    }

    pub(crate) fn opposite(self) -> Holds {
        match self {
            Holds::Yes => Holds::No,
            Holds::No => Holds::Yes,
            Holds::Maybe => Holds::Maybe,
        }
    }

    pub(crate) fn or(self, other: Holds) -> Holds {
        self.opposite().and(other.opposite()).opposite()
    }
}

/// A test of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    pub(crate) field: Field,
    position: &'static str,
    text: &'static str,
    transformation: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    Test(Test),
    And(Vec<Statement>),
    Or(Vec<Statement>),
    Not(Box<Statement>),
    /// One that this version does not know.
    New,
}

/// As AWS calls it, and the name of a header or argument.
pub(crate) type Field = (&'static str, &'static str);

pub(crate) const FIELDS: [Field; 10] = [
    ("uri-path", ""),
    ("uri-path", ""),
    ("uri-path", ""),
    ("method", ""),
    ("single-header", "x-t"),
    ("single-header", "x-t"),
    ("single-header", "host"),
    ("single-query-argument", "q"),
    ("all-query-arguments", ""),
    ("query-string", ""),
];
const POSITIONS: [&str; 5] = ["EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "CONTAINS_WORD"];
const PATHS: [&str; 12] = ["/", "/a", "/A", "/b", "/ab", "/aA", "a", "b", "ab", "/a/", "/b/a", "A"];
const METHODS: [&str; 5] = ["GET", "POST", "P", "get", "OPTIONS"];
const TEXTS: [&str; 6] = ["a", "b", "A", "ab", "ba", "Ab"];

impl Test {
    fn new(chance: &mut Chance, fields: &[Field]) -> Self {
        let field = *chance.one(fields);
        let text = match field.0 {
            "uri-path" => *chance.one(&PATHS),
            "method" => *chance.one(&METHODS),
            _ => *chance.one(&TEXTS),
        };
        let transformation = match chance.below(20) {
            0..13 => "NONE",
            13..19 => "LOWERCASE",
            _ => "URL_DECODE",
        };
        let position = *chance.one(&POSITIONS);
        Test { field, position, text, transformation }
    }

    fn takes(&self, seen: &str) -> Holds {
        let is_plain = seen.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c))
            && !seen.contains("//");
        if self.transformation == "URL_DECODE" && !is_plain {
            return Holds::Maybe;
        }
        let lower = seen.to_ascii_lowercase();
        let seen = if self.transformation == "LOWERCASE" { &lower } else { seen };
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let alone = |at: usize| {
            let (before, rest) = seen.split_at(at);
            let behind = rest.strip_prefix(self.text);
            behind.is_some_and(|rest| {
                !is_word(before.chars().next_back()) && !is_word(rest.chars().next())
            })
        };
        let holds = match self.position {
            "EXACTLY" => seen == self.text,
            "STARTS_WITH" => seen.starts_with(self.text),
            "ENDS_WITH" => seen.ends_with(self.text),
            "CONTAINS" => seen.contains(self.text),
            _ => (0..seen.len()).any(alone),
        };
        if holds { Holds::Yes } else { Holds::No }
    }

    /// Whether it cannot be told for all texts.
    pub(crate) fn is_open(&self) -> bool {
        self.transformation == "URL_DECODE"
    }

    fn statement(&self) -> WafStatement {
        let mut statement = waf_bytes(self.field.0, self.position, self.text);
        if let Some(compares) = &mut statement.compares {
            compares.name = (!self.field.1.is_empty()).then(|| self.field.1.to_owned());
            compares.transformations = vec![self.transformation.to_owned()];
        }
        statement
    }
}

impl Statement {
    pub(crate) fn new(chance: &mut Chance, fields: &[Field], depth: usize) -> Self {
        let mut inner = |chance: &mut Chance| Statement::new(chance, fields, depth + 1);
        let some = |chance: &mut Chance, inner: &mut dyn FnMut(&mut Chance) -> Statement| {
            let number = 2 + chance.below(2);
            (0..number).map(|_| inner(chance)).collect()
        };
        match chance.below(if depth < 3 { 100 } else { 60 }) {
            0 | 1 => Statement::New,
            2..60 => Statement::Test(Test::new(chance, fields)),
            60..72 => Statement::And(some(chance, &mut inner)),
            72..84 => Statement::Or(some(chance, &mut inner)),
            _ => Statement::Not(Box::new(inner(chance))),
        }
    }

    pub(crate) fn takes(&self, request: &Sent) -> Holds {
        match self {
            Statement::New => Holds::Maybe,
            Statement::Test(test) => {
                let texts = request.texts(test.field);
                texts.iter().fold(Holds::No, |found, text| found.or(test.takes(text)))
            }
            Statement::And(all) => {
                all.iter().fold(Holds::Yes, |found, one| found.and(one.takes(request)))
            }
            Statement::Or(all) => {
                all.iter().fold(Holds::No, |found, one| found.or(one.takes(request)))
            }
            Statement::Not(one) => one.takes(request).opposite(),
        }
    }

    pub(crate) fn statements(&self) -> Vec<WafStatement> {
        let each = |all: &[Statement]| all.iter().map(Statement::statements).collect::<Vec<_>>();
        match self {
            Statement::New => vec![waf_statement("TeaLeafStatement")],
            Statement::Test(test) => vec![test.statement()],
            Statement::And(all) => waf_statements("and", &each(all)),
            Statement::Or(all) => waf_statements("or", &each(all)),
            Statement::Not(one) => waf_not(one.statements()),
        }
    }

    pub(crate) fn inner(&self) -> &[Statement] {
        match self {
            Statement::New | Statement::Test(_) => &[],
            Statement::And(all) | Statement::Or(all) => all,
            Statement::Not(one) => std::slice::from_ref(one),
        }
    }

    pub(crate) fn tests(&self) -> Vec<&Test> {
        match self {
            Statement::Test(test) => vec![test],
            _ => self.inner().iter().flat_map(Statement::tests).collect(),
        }
    }

    /// Whether something in it is not understood, or not for all texts.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Statement::New => true,
            Statement::Test(test) => test.is_open(),
            _ => self.inner().iter().any(Statement::is_open),
        }
    }

    pub(crate) fn told(&self) -> String {
        let each =
            |all: &[Statement]| all.iter().map(Statement::told).collect::<Vec<_>>().join(", ");
        match self {
            Statement::New => "new".to_owned(),
            Statement::Test(Test { field: (field, name), position, text, transformation }) => {
                format!("{field} {name} {position} {text:?} {transformation}")
            }
            Statement::And(all) => format!("and({})", each(all)),
            Statement::Or(all) => format!("or({})", each(all)),
            Statement::Not(one) => format!("not({})", one.told()),
        }
    }
}
