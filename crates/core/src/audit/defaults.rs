//! Attributes that AWS did not send: the evidence says that the value is its documented default.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::{Grounds, Judgement, Verdict};
use crate::vocab::fact::Fact;

/// The attributes of a subject, or of what it is part of.
pub(super) type Attributes<'a> = &'a Fact<BTreeMap<String, String>>;

/// What is said of a value that AWS did not send.
const UNSENT: &str = " (default; AWS sent none)";

/// The same verdict, in whose evidence every attribute that none of these answers holds is marked.
pub(super) fn marked(judgement: Judgement, answers: &[Attributes]) -> Judgement {
    let known: Option<Vec<&BTreeMap<String, String>>> =
        answers.iter().map(|answer| answer.get().ok()).collect();
    let Some(known) = known.filter(|known| !known.is_empty()) else { return judgement };
    let mark = |mut grounds: Grounds| {
        for (key, value) in &mut grounds.evidence.0 {
            // A field of the evidence with a dot in its name is an attribute by AWS's key.
            if let (true, Value::String(text)) = (key.contains('.'), value)
                && known.iter().all(|answer| !answer.contains_key(key))
            {
                text.push_str(UNSENT);
            }
        }
        grounds
    };
    judgement.map(|verdict| match verdict {
        Verdict::Pass(grounds) => Verdict::Pass(mark(grounds)),
        Verdict::Fail(grounds) => Verdict::Fail(mark(grounds)),
        Verdict::Note(grounds) => Verdict::Note(mark(grounds)),
        Verdict::NotApplicable => Verdict::NotApplicable,
    })
}
