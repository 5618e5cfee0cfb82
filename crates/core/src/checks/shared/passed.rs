//! What several passes show together.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::Grounds;
use crate::vocab::evidence::Evidence;

/// How many values of a field are shown.
pub(in crate::checks) const SHOWN: usize = 10;

/// How many passed, and the values of each field that decided, each once.
#[derive(Default)]
pub(in crate::checks) struct Passed {
    count: usize,
    fields: BTreeMap<String, Seen>,
}

/// The values of a field.
#[derive(Default)]
struct Seen {
    values: Vec<Value>,
    /// Whether it is a list in each that passed.
    is_list: bool,
}

impl Passed {
    /// Takes in the evidence of one.
    pub(in crate::checks) fn add(&mut self, evidence: &Evidence) {
        self.count += 1;
        for (name, value) in &evidence.0 {
            let seen = self.fields.entry(name.clone()).or_default();
            match value {
                Value::Array(items) => {
                    seen.is_list = true;
                    for item in items {
                        seen.add(item);
                    }
                }
                value => seen.add(value),
            }
        }
    }

    /// All of it: their number by this name, then the value of each field, or the list of its values where
    /// they differ.
    pub(in crate::checks) fn together(self, counted: &str) -> Grounds {
        let mut grounds = Grounds::new().with(counted, self.count);
        for (name, Seen { mut values, is_list }) in self.fields {
            let single = values.len() == 1 && !is_list;
            let value = if single { values.remove(0) } else { Value::Array(values) };
            grounds = grounds.with(&name, value);
        }
        grounds
    }
}

impl Seen {
    fn add(&mut self, value: &Value) {
        if self.values.len() < SHOWN && !self.values.contains(value) {
            self.values.push(value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ_become_a_list() {
        let mut passed = Passed::default();
        for seconds in [60, 90, 60] {
            let evidence = Evidence::new().with("allowed", 100).with("claims", vec!["aud"]);
            passed.add(&evidence.with("seconds", seconds));
        }
        let expected = Grounds::new()
            .with("rules", 3)
            .with("allowed", 100)
            .with("claims", vec!["aud"])
            .with("seconds", vec![60, 90]);
        assert_eq!(passed.together("rules"), expected);
    }

    #[test]
    fn ten_values_are_enough() {
        let mut passed = Passed::default();
        (0..20).for_each(|number| passed.add(&Evidence::new().with("number", number)));
        let shown = &passed.together("rules").evidence.0["number"];
        assert_eq!(shown.as_array().map(Vec::len), Some(SHOWN));
        assert_eq!(Passed::default().together("rules"), Grounds::new().with("rules", 0));
    }
}
