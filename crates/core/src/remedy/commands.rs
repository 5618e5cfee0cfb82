//! The commands of a remedy for one finding: what it knows filled in, what is not for it left out.
//!
//! A blank line ends a step. A step with a [case](super::placeholder::CASES) that the finding does not bind is
//! left out; one whose placeholder in the singular stands for several values is repeated for each.

use serde::Serialize;

use super::binding::{Binding, Bindings};
use super::placeholder::{self, CASES, bound};

/// The commands for one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Commands {
    /// What a POSIX shell takes.
    pub lines: String,
    /// The placeholders that are left in it, and how to choose a value for each.
    pub open: Vec<(String, String)>,
}

impl Commands {
    /// The same commands, meant for a region whatever the shell is set to.
    #[must_use]
    pub fn in_region(self, region: &str) -> Commands {
        if !self.lines.contains("aws ") {
            return self;
        }
        let lines =
            format!("export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n\n{}", self.lines);
        Commands { lines, ..self }
    }
}

/// The commands of a way, for what these stand for.
pub(super) fn of(cli: &str, bindings: &Bindings) -> Commands {
    let steps: Vec<String> = cli.split("\n\n").flat_map(|step| repeated(step, bindings)).collect();
    let lines = steps.join("\n\n");
    let mut open: Vec<(String, String)> = Vec::new();
    for (word, _) in placeholder::words(&lines) {
        if placeholder::is_one(word) && open.iter().all(|(known, _)| known != word) {
            open.push((word.to_owned(), how(word)));
        }
    }
    Commands { lines, open }
}

/// How to choose what a finding left open.
fn how(word: &str) -> String {
    placeholder::choice(word)
        .unwrap_or("what the finding is about: its evidence names it")
        .to_owned()
}

/// A step as often as the lists in it are long; never where it is not for this finding.
fn repeated(step: &str, bindings: &Bindings) -> Vec<String> {
    let names = placeholder::of(step);
    let is_open = |name: &&str| !bindings.contains_key(*name);
    if names.iter().filter(|name| CASES.contains(name)).any(is_open) {
        return Vec::new();
    }
    let lists: Vec<(&str, &Vec<String>)> = names
        .into_iter()
        .filter(|name| !placeholder::is_plural(name))
        .filter_map(|name| match bindings.get(name) {
            Some(Binding::Many(values)) => Some((name, values)),
            Some(Binding::One(_)) | None => None,
        })
        .collect();
    if lists.iter().any(|(_, values)| values.is_empty()) {
        return Vec::new();
    }
    let times = lists.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
    let nth = |time: usize| {
        let mut own = bindings.clone();
        for (name, values) in &lists {
            let value = &values[time.min(values.len() - 1)];
            own.insert((*name).to_owned(), Binding::One(value.clone()));
        }
        bound(if time == 0 { step } else { uncommented(step) }, &own)
    };
    (0..times).map(nth).collect()
}

/// The step without the lines that introduce it.
fn uncommented(step: &str) -> &str {
    let mut rest = step;
    while rest.starts_with("# ") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(values: &[&str]) -> Binding {
        Binding::Many(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn a_step_that_is_not_for_the_finding_is_left_out() {
        let cli = "# a\naws a RULE_ARN\n\n# b\naws b DEFAULT_LISTENER_ARN\naws c CERTIFICATE_ARN";
        let rule = Bindings::from([("RULE_ARN".to_owned(), "r".into())]);
        assert_eq!(of(cli, &rule), Commands { lines: "# a\naws a r".to_owned(), open: vec![] });
        let default = Bindings::from([("DEFAULT_LISTENER_ARN".to_owned(), "l".into())]);
        let commands = of(cli, &default);
        assert_eq!(commands.lines, "# b\naws b l\naws c CERTIFICATE_ARN");
        assert_eq!(commands.open.len(), 1);
        assert!(commands.open[0].1.contains("aws acm list-certificates"));
        assert_eq!(of(cli, &Bindings::new()), Commands::default());
    }

    #[test]
    fn a_step_is_repeated_for_each_value_and_lists_go_in_step() {
        let cli = "# why\naws a --rule RULE_ARN \\\n  --host HOSTS\n\naws b";
        let all = Bindings::from([
            ("RULE_ARN".to_owned(), many(&["r1", "r2"])),
            ("HOSTS".to_owned(), many(&["a", "b c"])),
        ]);
        let lines = "# why\naws a --rule r1 \\\n  --host a 'b c'\n\n\
                     aws a --rule r2 \\\n  --host a 'b c'\n\naws b";
        assert_eq!(of(cli, &all).lines, lines);
        let all = Bindings::from([
            ("RULE_GROUP_ID".to_owned(), many(&["g1", "g2"])),
            ("RULE_PERMISSION".to_owned(), many(&["p1", "p2"])),
            ("PORT".to_owned(), many(&["22"])),
        ]);
        let lines = of("aws x RULE_GROUP_ID RULE_PERMISSION PORT", &all).lines;
        assert_eq!(lines, "aws x g1 p1 22\n\naws x g2 p2 22");
        let none = Bindings::from([("RULE_ARN".to_owned(), many(&[]))]);
        assert_eq!(of(cli, &none).lines, "aws b");
    }

    #[test]
    fn commands_are_for_the_region_of_the_finding() {
        let commands = of("aws a", &Bindings::new()).in_region("eu-west-1");
        let export = "export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1\n\naws a";
        assert_eq!(commands.lines, export);
        let said = of("Nothing to set.", &Bindings::new()).in_region("eu-west-1");
        assert_eq!(said.lines, "Nothing to set.");
    }

    #[test]
    fn what_a_finding_should_have_told_is_left_open() {
        let commands = of("aws a TARGET_GROUP_ARN TARGET_GROUP_ARN", &Bindings::new());
        assert_eq!(commands.open.len(), 1);
        assert!(commands.open[0].1.contains("evidence"));
    }
}
