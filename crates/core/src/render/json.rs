//! The report as JSON, by the schema in `docs/schema/report-v1.json`.

use super::Style;
use crate::report::Report;
use crate::vocab::escape::steers;

/// The report, indented by two, a newline at the end.
pub(super) fn render(report: &Report, _: Style) -> String {
    let mut json =
        serde_json::to_string_pretty(report).expect("a report holds only text, numbers and lists");
    json.push('\n');
    escaped(json)
}

/// JSON leaves some characters raw that steer a terminal. Outside of strings there are none but line
/// ends, so each can be written as an escape without being parsed.
fn escaped(json: String) -> String {
    let raw = |character| character != '\n' && steers(character);
    if !json.contains(raw) {
        return json;
    }
    let mut harmless = String::with_capacity(json.len());
    for character in json.chars() {
        if raw(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let escape = format!("\\u{unit:04x}");
                harmless.push_str(&escape);
            }
        } else {
            harmless.push(character);
        }
    }
    harmless
}
