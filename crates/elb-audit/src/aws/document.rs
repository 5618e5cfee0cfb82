//! Policy documents: whom a resource lets in.

use serde_json::Value;

/// A statement of a policy document.
#[derive(Debug)]
pub(crate) struct Statement(Value);

/// A condition of a statement, in lower case but for the values.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

/// The statements of a document that allow something; none if it is no policy document.
pub(crate) fn allowing(document: &str) -> Option<Vec<Statement>> {
    let document: Value = serde_json::from_str(document).ok()?;
    let all = document.get("Statement")?;
    let all = all.as_array().cloned().unwrap_or_else(|| vec![all.clone()]);
    let allows = |one: &Value| one.get("Effect").and_then(Value::as_str) == Some("Allow");
    Some(all.into_iter().filter(allows).map(Statement).collect())
}

impl Statement {
    pub(crate) fn sid(&self) -> Option<String> {
        self.0.get("Sid").and_then(Value::as_str).map(str::to_owned)
    }

    /// The actions, in lower case; none when the statement is about all but some.
    pub(crate) fn actions(&self) -> Option<Vec<String>> {
        let actions = words(self.0.get("Action")?);
        Some(actions.iter().map(|action| action.to_ascii_lowercase()).collect())
    }

    /// The principals of a kind: `AWS`, `Service`. Everyone is `*` of any kind.
    pub(crate) fn principals(&self, kind: &str) -> Vec<String> {
        let Some(principal) = self.0.get("Principal") else { return Vec::new() };
        match principal.as_str() {
            Some(all) => vec![all.to_owned()],
            None => principal.get(kind).map(words).unwrap_or_default(),
        }
    }

    pub(crate) fn conditions(&self) -> Vec<Condition> {
        let operators = self.0.get("Condition").and_then(Value::as_object);
        let of = |(operator, keys): (&String, &Value)| {
            let keys = keys.as_object().cloned().unwrap_or_default();
            let operator = operator.to_ascii_lowercase();
            keys.into_iter()
                .map(|(key, values)| Condition {
                    operator: operator.clone(),
                    key: key.to_ascii_lowercase(),
                    values: words(&values),
                })
                .collect::<Vec<_>>()
        };
        operators.into_iter().flatten().flat_map(of).collect()
    }
}

/// One or several words.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().flat_map(words).collect(),
        Value::String(word) => vec![word.clone()],
        _ => Vec::new(),
    }
}
