//! The configuration file: what it means, what is refused and with which words, and its published schema.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::check::intent::{Matcher, Thresholds};
use elb_audit_core::policy::AcceptedRisk;
use elb_audit_core::policy::config::{Config, FailOn, KEYS, LIMITS, block};
use elb_audit_core::policy::edition::{EDITIONS, HISTORY};
use elb_audit_core::vocab::severity::{Persona, Severity};
use jiff::civil::date;
use serde_json::{Value, json};

use crate::golden;

const WHOLE: &str = r#"
edition = "2026-11"
persona = "pedantic"
fail-on = "never"
min-severity = "low"

[checks]
enable = ["internet-facing"]
disable = ["no-targets", "deletion-protection-disabled"]

[severity]
waf-not-associated = "high"

[thresholds]
session-seconds = 3_600

[intent]
public = ["web-*", "arn:aws:elasticloadbalancing:*:111122223333:loadbalancer/app/edge/*", "zone=dmz*"]
public-ports = [443, 8443]
public-paths = ["/health"]
required-tags = ["team"]
log-buckets = ["logs-?"]
trusted-accounts = ["444455556666"]

[[accept]]
check = "listener-cleartext"
resource = "legacy"
reason = "gone by spring"
owner = "edge team"
expires = 2027-03-31
fingerprint = "f65a79b37e69d273446d"
configuration = "00000000000000000000"

[[accept]]
check = "no-listeners"
resource = "*"
reason = "made ahead of time"
owner = "edge team"
expires = "2027-04-30"
"#;

#[test]
fn everything_at_once() {
    let config = Config::parse(WHOLE).expect("a configuration");
    assert_eq!(config.persona, Some(Persona::Pedantic));
    assert_eq!(config.fail_on, Some(FailOn::Never));
    assert_eq!(config.min_severity, Some(Severity::Low));
    assert_eq!(config.enable, BTreeSet::from(["internet-facing"]));
    // An alias stands for its check.
    assert_eq!(config.disable, BTreeSet::from(["deletion-protection-off", "no-targets"]));
    let policy = config.policy;
    assert_eq!(policy.edition, HISTORY.pin("2026-11").ok());
    let severities = BTreeMap::from([("waf-not-associated".to_owned(), Severity::High)]);
    assert_eq!(policy.severities, severities);
    let thresholds = Thresholds { session_seconds: 3600, ..Thresholds::default() };
    assert_eq!(policy.thresholds, thresholds);
    let intent = policy.intent;
    let edge = "arn:aws:elasticloadbalancing:*:111122223333:loadbalancer/app/edge/*";
    let public = [
        Matcher::Name("web-*".to_owned()),
        Matcher::Arn(edge.to_owned()),
        Matcher::Tag("zone".to_owned(), "dmz*".to_owned()),
    ];
    assert_eq!(intent.public, public);
    assert_eq!(intent.public_ports, [443, 8443]);
    assert_eq!(intent.public_paths, ["/health"]);
    assert_eq!(intent.required_tags, ["team"]);
    assert_eq!(intent.log_buckets, ["logs-?"]);
    assert_eq!(intent.trusted_accounts, ["444455556666"]);
    let [pinned, open] = &policy.accepted[..] else { panic!("{:?}", policy.accepted) };
    assert_eq!(pinned.expires, Some(date(2027, 3, 31)));
    assert_eq!(pinned.fingerprint.as_deref(), Some("f65a79b37e69d273446d"));
    assert_eq!(pinned.configuration.as_deref(), Some("00000000000000000000"));
    assert_eq!((open.check.as_str(), open.resource.as_str()), ("no-listeners", "*"));
    assert_eq!((open.expires, &open.fingerprint), (Some(date(2027, 4, 30)), &None));
}

#[test]
fn nothing_said_is_the_default() {
    for text in ["", "\u{feff}", "# nothing\n", "[checks]\n[severity]\n[thresholds]\n[intent]\n"] {
        assert_eq!(Config::parse(text), Ok(Config::default()), "{text:?}");
    }
}

const ACCEPT: &str = "[[accept]]\ncheck = \"no-targets\"\nresource = \"web\"\nreason = \"r\"\n";

/// Fails unless each text is refused with these words, in one line.
fn refused(texts: &[(&str, &str)]) {
    for (text, said) in texts {
        let error = Config::parse(text).expect_err(text).to_string();
        assert!(error.contains(said), "{text}\n  {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    refused(&[
        ("edition", "line 1: not TOML: "),
        ("persona = \"regular\"\npersona = \"auditor\"", "line 2: not TOML: duplicate key"),
        ("fail_on = \"high\"", "line 1: unknown key `fail_on`: did you mean `fail-on`?"),
        ("zzz = 1", "line 1: unknown key `zzz`: the file has accept, checks, edition,"),
        ("[checks]\n\nenabled = []", "line 3: unknown key `enabled`: did you mean `enable`?"),
        ("[intent]\nqqq = []", "line 2: unknown key `qqq`: [intent] has log-buckets, public,"),
        ("[tresholds]", "line 1: unknown key `tresholds`: did you mean `thresholds`?"),
        ("edition = \"2020-01\"", "unknown edition `2020-01`: this release knows 2026-11"),
        ("persona = \"boss\"", "`persona` is regular, pedantic, auditor, not `boss`"),
        ("persona = 1", "`persona` takes text: write it in quotes"),
        ("fail-on = \"none\"", "`fail-on` is critical, high, medium, low, never, not `none`"),
        ("min-severity = \"never\"", "`min-severity` is critical, high, medium, low, info, not"),
        ("checks = 1", "`checks` is a table: write [checks]"),
        ("[checks]\nenable = \"no-targets\"", "line 2: `enable` is a list: write it in [ ]"),
        ("[checks]\nenable = [1]", "line 2: `enable` takes text"),
        (
            "[checks]\ndisable = [\n\"no-target\"]",
            "line 3: unknown check `no-target`: did you mean `no-targets`?",
        ),
        (
            "[checks]\nenable = [\"no-targets\"]\ndisable = [\"no-targets\"]",
            "line 3: `no-targets` is in `enable` and in `disable`",
        ),
        ("[severity]\nno-targetz = \"low\"", "line 2: unknown check `no-targetz`: did you mean"),
        (
            "[severity]\nno-targets = \"bad\"",
            "`no-targets` is critical, high, medium, low, info, not",
        ),
        ("[thresholds]\nquota-percent = 101", "`quota-percent` takes a whole number from 1 to 100"),
        ("[thresholds]\nquota-percent = -1", "takes a whole number"),
        ("[thresholds]\nquota-percent = 1.5", "takes a whole number"),
        ("[thresholds]\nquota-percent = \"80\"", "takes a whole number"),
        ("[thresholds]\nidle-seconds = 99999999999999999999", "takes a whole number"),
        ("[intent]\npublic = [\"web-[ab]\"]", "line 2: `web-[ab]` is no pattern: `*` stands for"),
        ("[intent]\npublic = [\"\"]", "`public`: it is empty"),
        ("[intent]\npublic = [\"=dmz\"]", "`=dmz` names no tag: write key=value"),
        ("[intent]\npublic-ports = [0]", "`public-ports` takes a whole number from 1 to 65535"),
        ("[intent]\npublic-ports = [\"443\"]", "`public-ports` takes a whole number"),
        ("[intent]\npublic-paths = [\"health\"]", "`health` is no path: it starts with `/` or `*`"),
        ("[intent]\ntrusted-accounts = [111122223333]", "`trusted-accounts` takes text"),
        ("[intent]\ntrusted-accounts = [\"1111\"]", "`1111` is no account: twelve digits"),
        ("[intent]\nlog-buckets = [\"a{b}\"]", "`a{b}` is no pattern"),
        ("[intent]\nlog-buckets = [\"s3://logs\"]", "`s3://logs` is no name of a bucket"),
        ("[intent]\nlog-buckets = [\"arn:aws:s3:::logs\"]", "is no name of a bucket"),
        // The first fault of several is told.
        ("zzz = 1\n[checks]\nyyy = 1", "line 1: unknown key `zzz`"),
        ("[checks]\nyyy = 1\n[intent]\nzzz = 1", "line 2: unknown key `yyy`"),
    ]);
}

#[test]
fn what_is_wrong_with_an_entry_is_said_with_its_line() {
    let accept = |line: &str| format!("{ACCEPT}owner = \"o\"\n{line}\n");
    refused(&[
        ("[accept]\ncheck = \"no-targets\"", "`accept` is a list of tables: write [[accept]]"),
        ("accept = [1]", "`accept` holds tables: write [[accept]]"),
        (ACCEPT, "line 1: [[accept]] has no `owner`: it is required"),
        (&accept("reasons = \"r\""), "line 6: unknown key `reasons`: did you mean `reason`?"),
        (&accept("expires = 2027-02-30"), "line 6: "),
        (&accept("expires = \"soon\""), "line 6: `expires` takes a date: write it as 2027-01-31"),
        (&accept("expires = 2027-01-01T00:00:00Z"), "line 6: `expires` takes a date"),
        (&accept("fingerprint = \"abc\""), "`abc` is not what a report prints: twenty digits"),
        (&accept("configuration = \"F65A79B37E69D273446D\""), "is not what a report prints"),
        (&accept("").replace("\"r\"", "\" \""), "line 4: `reason`: it is empty"),
        (&accept("").replace("no-targets", "no-tragets"), "line 2: unknown check `no-tragets`"),
        (&accept("").replace("\"web\"", "\"web{1,2}\""), "line 3: `web{1,2}` is no pattern"),
        (&format!("{}x = 1", accept("")), "line 7: unknown key `x`"),
    ]);
}

#[test]
fn every_required_key_of_an_entry_is_required() {
    for key in ["check", "resource", "reason", "owner"] {
        let whole = format!("{ACCEPT}owner = \"o\"\n");
        assert!(Config::parse(&whole).is_ok());
        let begin = format!("{key} =");
        let fewer: Vec<&str> = whole.lines().filter(|line| !line.starts_with(&begin)).collect();
        let error = Config::parse(&fewer.join("\n")).expect_err(key);
        assert!(error.message.contains(&format!("[[accept]] has no `{key}`")), "{error}");
    }
}

#[test]
fn an_entry_reads_as_it_was_written() {
    for text in ["plain", "\"quoted\" \\ and\nbroken\tup", "a\u{1b}[2Jb\u{202e}", "ünïcödé '''"]
    {
        let risk = AcceptedRisk {
            check: "no-targets".to_owned(),
            resource: "arn:*:web".to_owned(),
            reason: text.to_owned(),
            owner: text.to_owned(),
            expires: Some(date(2027, 1, 31)),
            fingerprint: Some("f65a79b37e69d273446d".to_owned()),
            configuration: None,
        };
        let written = block(&risk);
        assert!(!written.contains(['\u{1b}', '\u{202e}']), "{written}");
        let twice = format!("{written}\n{written}");
        let read = Config::parse(&twice).expect(&twice).policy.accepted;
        assert_eq!(read, [risk.clone(), risk]);
    }
}

fn schema() -> Value {
    serde_json::from_str(&golden::read("docs/schema/config-v1.json")).expect("JSON")
}

/// The tables of the schema with their keys.
fn tables(schema: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let keys = |table: &Value| -> BTreeSet<String> {
        assert_eq!(table["additionalProperties"], false, "{table}");
        table["properties"].as_object().expect("properties").keys().cloned().collect()
    };
    let mut tables = BTreeMap::from([(String::new(), keys(schema))]);
    for (name, property) in schema["properties"].as_object().expect("properties") {
        let table = if name == "accept" { &property["items"] } else { property };
        if table["properties"].is_object() {
            tables.insert(name.clone(), keys(table));
        }
    }
    tables
}

#[test]
fn the_schema_has_the_keys_that_the_file_has() {
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    let known: BTreeMap<String, BTreeSet<String>> =
        KEYS.iter().map(|(table, keys)| ((*table).to_owned(), owned(keys))).collect();
    assert_eq!(tables(&schema()), known);
    for (table, keys) in KEYS {
        assert!(keys.is_sorted(), "{table}");
    }
    let required = &schema()["properties"]["accept"]["items"]["required"];
    assert_eq!(*required, json!(["check", "resource", "reason", "owner"]));
}

#[test]
fn the_schema_has_the_words_and_limits_that_the_file_has() {
    let schema = schema();
    let of = |key: &str| schema["properties"][key]["enum"].clone();
    assert_eq!(of("persona"), json!(Persona::ALL));
    assert_eq!(of("fail-on"), json!(FailOn::ALL.map(|(word, _)| word)));
    assert_eq!(of("min-severity"), json!(Severity::WORST_FIRST));
    let editions: Vec<&str> = EDITIONS.iter().map(|edition| edition.name).collect();
    assert_eq!(of("edition"), json!(editions));
    let severities = &schema["properties"]["severity"]["additionalProperties"]["enum"];
    assert_eq!(*severities, json!(Severity::WORST_FIRST));
    let thresholds = &schema["properties"]["thresholds"]["properties"];
    assert_eq!(thresholds.as_object().map(serde_json::Map::len), Some(LIMITS.len()));
    for limit in LIMITS {
        let said = &thresholds[limit.key];
        assert_eq!(said["minimum"], *limit.range.start(), "{}", limit.key);
        assert_eq!(said["maximum"], *limit.range.end(), "{}", limit.key);
        assert_eq!(said["default"], (limit.get)(&Thresholds::default()), "{}", limit.key);
    }
}

/// A value that the schema allows and that is not the default.
fn sample(property: &Value) -> String {
    match (property["type"].as_str(), property["format"].as_str(), property["pattern"].as_str()) {
        (Some("integer"), ..) => {
            let least = property["minimum"].as_u64().expect("a minimum");
            let free = property["default"].as_u64() != Some(least);
            if free { least.to_string() } else { (least + 1).to_string() }
        }
        (Some("array"), ..) => format!("[{}]", sample(&property["items"])),
        (_, Some("date"), _) => "2027-01-31".to_owned(),
        (_, _, Some("^[0-9]{12}$")) => "\"444455556666\"".to_owned(),
        (_, _, Some("^[0-9a-f]{20}$")) => "\"f65a79b37e69d273446d\"".to_owned(),
        (_, _, Some("^[/*]")) => "\"/x\"".to_owned(),
        (Some("string"), ..) => "\"no-targets\"".to_owned(),
        _ => property["enum"].as_array().and_then(|words| words.last()).expect("words").to_string(),
    }
}

#[test]
fn every_key_of_the_schema_means_something() {
    let schema = schema();
    for (table, keys) in tables(&schema) {
        for key in keys {
            let pointer = match table.as_str() {
                "" => format!("/properties/{key}"),
                "accept" => format!("/properties/accept/items/properties/{key}"),
                table => format!("/properties/{table}/properties/{key}"),
            };
            let property = schema.pointer(&pointer).expect("a property");
            let plain = property["type"] != "object" && key != "accept";
            let text = match table.as_str() {
                _ if !plain => continue,
                "" => format!("{key} = {}", sample(property)),
                "accept" => {
                    let filled = format!("{ACCEPT}owner = \"o\"\n");
                    let begin = format!("{key} =");
                    let other = filled.lines().filter(|line| !line.starts_with(&begin));
                    let other: Vec<&str> = other.collect();
                    format!("{}\n{key} = {}\n", other.join("\n"), sample(property))
                }
                table => format!("[{table}]\n{key} = {}", sample(property)),
            };
            let config = Config::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_ne!(config, Config::default(), "{text} changes nothing");
        }
    }
}

#[test]
fn the_examples_of_the_book_can_be_read() {
    let mut examples = 0;
    for page in ["configuration", "accepted-risks"] {
        let text = golden::read(&format!("docs/{page}.md"));
        for block in text.split("```toml\n").skip(1) {
            let toml = block.split("```").next().expect("an end");
            Config::parse(toml).unwrap_or_else(|error| panic!("{page}: {error}\n{toml}"));
            examples += 1;
        }
    }
    assert!(examples >= 6, "{examples} examples");
}

#[test]
fn the_page_on_the_file_names_every_key() {
    let page = golden::read("docs/configuration.md");
    let accepted = golden::read("docs/accepted-risks.md");
    for (table, keys) in KEYS {
        for key in *keys {
            let text = if *table == "accept" { &accepted } else { &page };
            assert!(text.contains(&format!("`{key}`")), "{table} {key} is not explained");
        }
    }
    for limit in LIMITS {
        let default = (limit.get)(&Thresholds::default());
        let row = format!("| `{}` | {default} |", limit.key);
        assert!(page.contains(&row), "no row says {row}");
    }
}
