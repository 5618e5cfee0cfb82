//! The JSON form of a report against its published schema, and the schema against the types.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::compliance::Source;
use elb_audit_core::fixtures::sample;
use elb_audit_core::policy::settings::{SetBy, SettingKind};
use elb_audit_core::remedy::cause::{ResourceKind, Verb};
use elb_audit_core::render::Style;
use elb_audit_core::report::comparison::ChangeKind;
use elb_audit_core::report::controls::ControlStatus;
use elb_audit_core::report::listener::TlsFloor;
use elb_audit_core::report::{AccountStatus, Outcome, RegionStatus, RiskState, SubjectKind};
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::severity::{Persona, Severity};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{by_control, everything, reports, written};
use crate::golden;

fn schema() -> Value {
    serde_json::from_str(&golden::read("docs/schema/report-v1.json")).expect("JSON")
}

fn as_json(report: &elb_audit_core::report::Report) -> Value {
    serde_json::from_str(&written("json", report, Style::PLAIN)).expect("JSON")
}

/// Just the part of JSON Schema that the published one uses; panics on any other keyword.
struct Validator {
    root: Value,
}

impl Validator {
    fn new() -> Self {
        Validator { root: schema() }
    }

    /// Where the value breaks the schema; nothing when it keeps it.
    fn broken(&self, value: &Value) -> Vec<String> {
        let mut broken = Vec::new();
        self.look(&self.root, value, "", &mut broken);
        broken
    }

    /// The same for a value that was changed in this place alone, which is looked at alone.
    fn broken_at(&self, value: &Value, pointer: &str) -> Vec<String> {
        let mut parts = pointer.split('/').skip(1);
        let Some(name) = parts.next() else { return self.broken(value) };
        let (mut schema, mut value) = (&self.root["properties"][name], &value[name]);
        if let Some(place) = parts.next().and_then(|part| part.parse::<usize>().ok()) {
            (schema, value) = (&schema["items"], &value[place]);
        }
        let mut broken = Vec::new();
        self.look(schema, value, pointer, &mut broken);
        broken
    }

    fn look(&self, schema: &Value, value: &Value, at: &str, broken: &mut Vec<String>) {
        for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
            let holds = match keyword.as_str() {
                // Words for people; and what `fields` looks at.
                "$schema"
                | "$id"
                | "$defs"
                | "title"
                | "description"
                | "format"
                | "properties"
                | "additionalProperties" => true,
                "$ref" => {
                    let pointer = wanted.as_str().and_then(|name| name.strip_prefix('#'));
                    let target = pointer.and_then(|pointer| self.root.pointer(pointer));
                    self.look(target.expect("a definition"), value, at, broken);
                    true
                }
                "const" => value == wanted,
                "enum" => wanted.as_array().expect("a list").contains(value),
                "minimum" => value.as_i64().is_none_or(|number| Some(number) >= wanted.as_i64()),
                "type" => match wanted {
                    Value::Array(types) => types.iter().any(|one| is(value, one)),
                    one => is(value, one),
                },
                "required" => value.as_object().is_none_or(|fields| {
                    let names = wanted.as_array().expect("a list").iter();
                    names.filter_map(Value::as_str).all(|name| fields.contains_key(name))
                }),
                "items" => {
                    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.look(wanted, item, &format!("{at}/{place}"), broken);
                    }
                    true
                }
                "oneOf" => {
                    let fits = |one: &&Value| {
                        let mut broken = Vec::new();
                        self.look(one, value, at, &mut broken);
                        broken.is_empty()
                    };
                    wanted.as_array().expect("a list").iter().filter(fits).count() == 1
                }
                other => panic!("the test does not know the keyword `{other}`"),
            };
            if !holds {
                broken.push(format!("{at}: {keyword}"));
            }
        }
        self.fields(schema, value, at, broken);
    }

    fn fields(&self, schema: &Value, value: &Value, at: &str, broken: &mut Vec<String>) {
        for (name, field) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            match (schema["properties"].get(name), &schema["additionalProperties"]) {
                (Some(named), _) => self.look(named, field, &at, broken),
                (None, Value::Bool(false)) => broken.push(format!("{at}: additionalProperties")),
                (None, Value::Object(_)) => {
                    self.look(&schema["additionalProperties"], field, &at, broken);
                }
                _ => {}
            }
        }
    }
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        other => panic!("the test does not know the type {other:?}"),
    }
}

#[test]
fn every_report_keeps_the_schema() {
    let validator = Validator::new();
    for (name, report) in reports().into_iter().filter(|(name, _)| *name != "hostile") {
        assert_eq!(validator.broken(&as_json(&report)), [""; 0], "{name}");
    }
    let options = Options { show_passed: true, ..Options::at(sample::now()) };
    for check in checks::ALL {
        for example in check.examples {
            let report = audit(&(example.given)(), &[check], &options);
            assert_eq!(validator.broken(&as_json(&report)), [""; 0], "{}", check.id);
        }
    }
}

#[test]
fn the_enums_of_the_schema_are_those_of_the_types() {
    let schema = schema();
    let listed = |pointer: &str| schema.pointer(pointer).expect("an enum").clone();
    assert_eq!(listed("/$defs/severity/enum"), words(&Severity::WORST_FIRST));
    let outcomes = [Outcome::Fail, Outcome::Unknown, Outcome::Note, Outcome::Pass];
    assert_eq!(listed("/$defs/outcome/enum"), words(&outcomes));
    let exposures = [
        ExposureClass::Internet,
        ExposureClass::Restricted,
        ExposureClass::Internal,
        ExposureClass::Blocked,
        ExposureClass::Unknown,
    ];
    assert_eq!(listed("/$defs/exposure/enum"), words(&exposures));
    let statuses =
        [RegionStatus::Read, RegionStatus::Partial, RegionStatus::Unread, RegionStatus::Skipped];
    assert_eq!(listed("/$defs/region/properties/status/enum"), words(&statuses));
    let statuses = [
        AccountStatus::Read,
        AccountStatus::Partial,
        AccountStatus::Unread,
        AccountStatus::Skipped,
    ];
    assert_eq!(listed("/$defs/account/properties/status/enum"), words(&statuses));
    let subjects = [
        SubjectKind::LoadBalancer,
        SubjectKind::Listener,
        SubjectKind::TargetGroup,
        SubjectKind::Certificate,
        SubjectKind::AutoScalingGroup,
        SubjectKind::DnsRecord,
        SubjectKind::Region,
        SubjectKind::Account,
    ];
    assert_eq!(listed("/$defs/control/properties/status/enum"), words(&ControlStatus::ALL));
    assert_eq!(listed("/$defs/control/properties/source/enum"), words(&Source::ALL));
    let severities = Severity::WORST_FIRST.map(Some).into_iter().chain([None]).collect::<Vec<_>>();
    assert_eq!(listed("/$defs/control/properties/severity/enum"), words(&severities));
    assert_eq!(listed("/$defs/accepted_risk/properties/state/enum"), words(&RiskState::ALL));
    let floors = TlsFloor::ALL.map(Some).into_iter().chain([None]).collect::<Vec<_>>();
    assert_eq!(listed("/$defs/tls_floor/enum"), words(&floors));
    let personas = Persona::ALL.map(Some).into_iter().chain([None]).collect::<Vec<_>>();
    assert_eq!(listed("/$defs/basis/properties/persona/enum"), words(&personas));
    assert_eq!(listed("/$defs/setting/properties/kind/enum"), words(&SettingKind::ALL));
    assert_eq!(listed("/$defs/setting/properties/by/enum"), words(&SetBy::ALL));
    assert_eq!(listed("/$defs/change/properties/kind/enum"), words(&ChangeKind::ALL));
    assert_eq!(listed("/$defs/cause/properties/verb/enum"), words(&Verb::ALL));
    let resources = ResourceKind::ALL.map(|(kind, _)| kind);
    assert_eq!(listed("/$defs/cause/properties/resource/enum"), words(&resources));
    let pointer = "/$defs/finding/properties/subject/properties/kind/enum";
    assert_eq!(listed(pointer), words(&subjects));
}

fn words(all: &[impl Serialize]) -> Value {
    serde_json::to_value(all).expect("plain data")
}

#[test]
fn every_deviation_breaks_the_schema() {
    let validator = Validator::new();
    let mut planted = 0;
    for report in [everything(), by_control()] {
        let whole = as_json(&report);
        deviate(&whole, &mut |pointer, replacement, what| {
            let mut changed = whole.clone();
            *changed.pointer_mut(pointer).expect("a place") = replacement;
            let broken = validator.broken_at(&changed, pointer);
            assert!(!broken.is_empty(), "{what} at {pointer} is let through");
            planted += 1;
        });
    }
    assert!(planted > 1000, "{planted} deviations");
}

/// Every way to spoil a report in one place: a field left out, added or of another type, a word that no
/// enumeration has. Evidence, health, bindings and the revisions of checks are maps: their fields come and go.
fn deviate(whole: &Value, plant: &mut dyn FnMut(&str, Value, &str)) {
    let mut places = vec![(String::new(), whole)];
    while let Some((at, value)) = places.pop() {
        let name = at.rsplit('/').next().unwrap_or_default();
        match value {
            Value::Object(fields) => {
                if !["evidence", "health", "revisions", "bindings"].contains(&name) {
                    spoil_fields(&at, fields, plant);
                }
                plant(&at, json!([]), "a list");
                places.extend(fields.iter().map(|(name, field)| {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    (format!("{at}/{name}"), field)
                }));
            }
            Value::Array(items) => {
                plant(&at, json!({}), "an object");
                let item = |(place, item)| (format!("{at}/{place}"), item);
                places.extend(items.iter().enumerate().map(item));
            }
            _ => plant(&at, json!([{}]), "a list"),
        }
        let risk = name == "state" && at.starts_with("/accepted_risks");
        let words = ["severity", "outcome", "exposure", "status", "schema", "persona", "source"];
        let floor = name == "tls_floor";
        let end = at.ends_with("/end/kind");
        let free = at.ends_with("/end/status");
        if risk || floor || end || words.contains(&name) && !free {
            plant(&at, json!("bogus"), "a word nobody knows");
        }
    }
}

fn spoil_fields(at: &str, fields: &Map<String, Value>, plant: &mut dyn FnMut(&str, Value, &str)) {
    for name in fields.keys() {
        let mut fewer = fields.clone();
        fewer.remove(name);
        plant(at, Value::Object(fewer), &format!("leaving out {name}"));
    }
    let mut more = fields.clone();
    more.insert("bogus".to_owned(), Value::Null);
    plant(at, Value::Object(more), "an unknown field");
}
