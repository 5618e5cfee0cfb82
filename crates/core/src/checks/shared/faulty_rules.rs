//! The rules of a listener that commands have to name.

use crate::check::{Grounds, Verdict};
use crate::inventory::Listener;
use crate::remedy::binding::Binding;

/// The rules that are as bad as the worst of a listener, in their order.
#[derive(Default)]
pub(in crate::checks) struct FaultyRules<'a> {
    arns: Vec<&'a str>,
    by_default: bool,
}

impl<'a> FaultyRules<'a> {
    /// Takes in what one rule comes to, where this is the worst that was found before. The default one has no
    /// ARN that a command takes.
    pub(in crate::checks) fn weigh(
        &mut self,
        arn: Option<&'a str>,
        verdict: &Verdict,
        worst: &Verdict,
    ) {
        if verdict.is_worse_than(worst) {
            *self = FaultyRules::default();
        } else if worst.is_worse_than(verdict) {
            return;
        }
        if matches!(verdict, Verdict::Fail(_) | Verdict::Note(_)) {
            self.add(arn);
        }
    }

    /// Takes in a rule at fault.
    pub(in crate::checks) fn add(&mut self, arn: Option<&'a str>) {
        match arn {
            Some(arn) if self.arns.last() != Some(&arn) => self.arns.push(arn),
            Some(_) => {}
            None => self.by_default = true,
        }
    }

    /// Binds them: those with a priority by their ARNs, and the default action by its listener.
    pub(in crate::checks) fn bind(self, grounds: Grounds, listener: &Listener) -> Grounds {
        let grounds = match self.arns[..] {
            [] => grounds,
            [arn] => grounds.bind("RULE_ARN", arn),
            _ => {
                let all: Vec<String> = self.arns.into_iter().map(str::to_owned).collect();
                grounds.bind("RULE_ARN", Binding::Many(all))
            }
        };
        if self.by_default {
            return grounds.bind("DEFAULT_LISTENER_ARN", listener.id.as_str());
        }
        grounds
    }
}
