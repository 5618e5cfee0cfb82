//! EC2's filters: `Filter.N.Name` with `Filter.N.Value.M`.

use super::Context;
use crate::answer::Refusal;

/// Filters by name, each with the values of which one must fit.
pub(super) struct Filters<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> Filters<'a> {
    /// The call's filters; a name that is not among `known` is AWS's error.
    pub(super) fn read(context: &Context<'a>, known: &[&str]) -> Result<Self, Refusal> {
        let all: Vec<(&str, Vec<&str>)> = (1..)
            .map_while(|number| {
                let name = context.call.get(&format!("Filter.{number}.Name"))?;
                Some((name, context.call.list(&format!("Filter.{number}.Value"))))
            })
            .collect();
        match all.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(Refusal::new(
                "InvalidParameterValue",
                format!("The filter '{name}' is invalid"),
            )),
            None => Ok(Self(all)),
        }
    }

    /// Whether all filters fit, where `values` gives a thing's values for a filter's name.
    pub(super) fn fit(&self, values: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|(name, wanted)| {
            values(name).iter().any(|value| wanted.iter().any(|wanted| like(wanted, value)))
        })
    }
}

/// Whether `text` is like `pattern`, in which `*` stands for any text and `?` for one character.
fn like(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return text.is_empty();
    };
    let (pattern, rest) = (&pattern[first.len_utf8()..], text.chars().next());
    let after = || rest.map(|one| &text[one.len_utf8()..]);
    match first {
        '*' => {
            like(pattern, text) || after().is_some_and(|after| like(&format!("*{pattern}"), after))
        }
        '?' => after().is_some_and(|after| like(pattern, after)),
        exact => rest == Some(exact) && after().is_some_and(|after| like(pattern, after)),
    }
}
