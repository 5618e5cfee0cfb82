//! Web ACLs by chance.

use elb_audit_core::fixtures::sample::{managed_rule, waf_rule};
use elb_audit_core::inventory::WafRule;

use super::sent::Sent;
use super::statement::{FIELDS, Field, Holds, Statement, Test};
use crate::requests::Chance;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Allow,
    Block,
    Count,
    /// That of a group of AWS's, which stops some of what it looks at.
    Managed,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) action: Action,
    /// None: every request.
    statement: Option<Statement>,
}

/// The rules of a web ACL in their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Acl(pub(crate) Vec<Rule>);

impl Rule {
    fn new(chance: &mut Chance, fields: &[Field]) -> Self {
        use Action::{Allow, Block, Count, Managed};
        let action = *chance.one(&[Allow, Allow, Block, Block, Block, Managed, Count]);
        let is_all = action == Managed && chance.percent(40);
        let statement = (!is_all).then(|| Statement::new(chance, fields, 0));
        Rule { action, statement }
    }

    pub(crate) fn takes(&self, request: &Sent) -> Holds {
        self.statement.as_ref().map_or(Holds::Yes, |statement| statement.takes(request))
    }

    fn rule(&self, place: usize) -> WafRule {
        let statements = self.statement.as_ref().map(Statement::statements).unwrap_or_default();
        let action = match self.action {
            Action::Allow => "allow",
            Action::Block => "block",
            Action::Count => "count",
            Action::Managed => {
                let mut rule = managed_rule(0, "AWSManagedRulesCommonRuleSet");
                rule.name = Acl::name(place);
                rule.statements[0].scoped_down = !statements.is_empty();
                rule.statements[0].children = usize::from(!statements.is_empty());
                rule.statements.extend(statements);
                return rule;
            }
        };
        waf_rule(&Acl::name(place), 0, action, statements)
    }
}

impl Acl {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let number = 2 + chance.below(4);
        // Few parts of a request, so that rules meet.
        let fields: Vec<Field> = (0..3).map(|_| *chance.one(&FIELDS)).collect();
        Acl((0..number).map(|_| Rule::new(chance, &fields)).collect())
    }

    pub(crate) fn name(place: usize) -> String {
        format!("rule-{place}")
    }

    pub(crate) fn rules(&self) -> Vec<WafRule> {
        self.0.iter().enumerate().map(|(place, rule)| rule.rule(place)).collect()
    }

    fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.0.iter().filter_map(|rule| rule.statement.as_ref())
    }

    pub(crate) fn tests(&self) -> Vec<&Test> {
        self.statements().flat_map(Statement::tests).collect()
    }

    /// Whether the query is looked at both as a whole and by its arguments.
    pub(crate) fn is_entangled(&self) -> bool {
        let looks = |end: &str| self.tests().iter().any(|test| test.field.0.ends_with(end));
        looks("query-string") && (looks("query-argument") || looks("query-arguments"))
    }

    /// Whether a header or an argument is looked at twice, so that a request may have to have it twice.
    fn asks_for_several(&self) -> bool {
        let several = |end: &str| {
            let tests = self.tests();
            tests.iter().filter(|test| [test.field.0, test.field.1].concat().contains(end)).count()
                > 1
        };
        several("x-t") || several("query-argument")
    }

    /// Whether something is not understood, or cannot be told.
    pub(crate) fn is_open(&self) -> bool {
        self.is_entangled() || self.asks_for_several() || self.statements().any(Statement::is_open)
    }

    /// Whether the same that cannot be told of all texts is asked for twice: it is so both times, or not.
    pub(crate) fn asks_twice(&self) -> bool {
        let open: Vec<&Test> = self.tests().into_iter().filter(|test| test.is_open()).collect();
        open.iter().enumerate().any(|(at, test)| open[..at].contains(test))
    }

    /// The same with a little less.
    pub(crate) fn smaller(&self) -> Vec<Acl> {
        let mut all = Vec::new();
        for at in 0..self.0.len() {
            let mut less = self.clone();
            less.0.remove(at);
            all.push(less);
            let inner = self.0[at].statement.as_ref().map(Statement::inner).unwrap_or_default();
            all.extend(inner.iter().map(|inner| {
                let mut less = self.clone();
                less.0[at].statement = Some(inner.clone());
                less
            }));
        }
        all
    }

    pub(crate) fn told(&self) -> String {
        let told = |(place, Rule { action, statement }): (usize, &Rule)| {
            let told = statement.as_ref().map_or_else(|| "all".to_owned(), Statement::told);
            format!("  {} {action:?}: {told}\n", Acl::name(place))
        };
        self.0.iter().enumerate().map(told).collect()
    }
}
