//! The laws that hold over all checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use elb_audit_core::call::Call;
use elb_audit_core::check::{Check, Judge};
use elb_audit_core::checks::ALL;
use elb_audit_core::fact::{Gap, Reason};
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::{ExposureClass, Outcome, Report};
use elb_audit_core::{docs, sample};
use serde_json::{Value, json};

use crate::given::{KINDS, everything, line, report, report_of, shown};
use crate::golden::compare;

mod facts;
mod unclear;

use facts::Fact;

#[test]
#[expect(clippy::disallowed_methods, reason = "a variable asks for the examples to be renewed")]
fn examples_give_exactly_their_findings() {
    let mut wrong = Vec::new();
    for check in ALL {
        for example in check.examples {
            let found = shown(check, &(example.given)());
            if found != example.finds {
                if std::env::var_os("UPDATE_EXAMPLES").is_some() {
                    renew(check, example.title, &found);
                }
                wrong.push(format!(
                    "{}, {}:\n  says {:?}\n  gives {found:?}",
                    check.id, example.title, example.finds
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Writes into a check's file what an example gives. To be read before it is committed: a finding that
/// the example should not give is a fault of a check.
#[expect(clippy::disallowed_methods, reason = "an example stands in a file")]
fn renew(check: &Check, title: &str, found: &[String]) {
    let file = file(check);
    let text = std::fs::read_to_string(&file).expect("a file a check");
    let example = text.find(&format!("title: \"{title}\",")).expect("an example's title");
    let begin = example + text[example..].find("finds: &[").expect("its findings") + 9;
    let end = begin + text[begin..].find(']').expect("their end");
    let lines: Vec<String> = found.iter().map(|line| format!("{line:?}")).collect();
    let renewed = format!("{}{}{}", &text[..begin], lines.join(", "), &text[end..]);
    std::fs::write(&file, renewed).expect("a file that can be written");
}

/// What lies beside the folders of checks, for checks to use.
const NO_CHECKS: [&str; 2] = ["prelude", "shared"];

/// Folder and name of every file of a check.
pub(crate) fn files() -> Vec<(String, String)> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let stem = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut files = Vec::new();
    for path in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks")) {
        let subject = stem(&path);
        if NO_CHECKS.contains(&subject.as_str()) {
            continue;
        }
        let folder = path.with_extension("");
        assert!(folder.is_dir(), "{} lies in the folder of no subject", path.display());
        if path == folder {
            files.extend(entries(&folder).iter().map(|file| (subject.clone(), stem(file))));
        }
    }
    files
}

/// The file of a check.
fn file(check: &Check) -> PathBuf {
    let name = check.id.replace('-', "_");
    let folder = files().into_iter().find(|(_, file)| *file == name).expect("a file a check").0;
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/checks/{folder}/{name}.rs"))
}

#[test]
fn every_check_shows_a_finding_and_a_pass() {
    for check in ALL {
        let mut outcomes = BTreeSet::new();
        for example in check.examples {
            let report = report_of(&(example.given)(), &[check]);
            outcomes.extend(report.findings.iter().map(|finding| finding.outcome));
        }
        let shown = outcomes.contains(&Outcome::Fail) || outcomes.contains(&Outcome::Note);
        assert!(shown, "{} shows neither failure nor note", check.id);
        assert!(outcomes.contains(&Outcome::Pass), "{} shows no pass", check.id);
    }
}

#[test]
fn a_clean_load_balancer_passes_everything() {
    for kind in KINDS {
        let report = report(&sample::clean(&kind));
        for finding in &report.findings {
            let fine = matches!(finding.outcome, Outcome::Pass | Outcome::Note);
            assert!(fine, "clean {kind}: {}", line(finding));
        }
        assert!(!report.findings.is_empty(), "clean {kind}: nothing judged");
    }
}

/// The one list of what checks note about every load balancer: an example lists the notes of its own check.
#[test]
fn the_notes_on_a_clean_load_balancer_are_those_of_the_list() {
    let mut list = String::new();
    for kind in KINDS {
        writeln!(list, "{kind}").expect("a text");
        for finding in report(&sample::clean(&kind)).findings {
            if finding.outcome == Outcome::Note {
                writeln!(list, "  {}", line(&finding)).expect("a text");
            }
        }
    }
    compare("crates/core/tests/it/snapshots/clean-notes.txt", &list);
}

/// The outcome of each subject: check, load balancer, subject.
type Outcomes = BTreeMap<(String, String, String), Outcome>;

fn outcomes(report: &Report) -> Outcomes {
    let of = |finding: &elb_audit_core::report::Finding| {
        let subject = format!("{:?} {}", finding.subject.kind, finding.subject.id);
        let key = (finding.check.clone(), owner(finding), subject);
        (key, finding.outcome)
    };
    report.findings.iter().map(of).collect()
}

/// The ARN of the load balancer that a finding is about, or the place.
fn owner(finding: &elb_audit_core::report::Finding) -> String {
    let apart = || format!("{} {}", finding.account, finding.region);
    finding.load_balancer.as_ref().map_or_else(apart, |lb| lb.arn.clone())
}

/// The exposure that each finding carries.
fn exposures(report: &Report) -> BTreeMap<&str, ExposureClass> {
    let all = report.findings.iter();
    all.map(|finding| (finding.fingerprint.as_str(), finding.exposure)).collect()
}

/// What is wrong with the verdicts after a fact was hidden.
fn flips(before: &Report, after: &Report) -> Vec<String> {
    let (was, is) = (outcomes(before), outcomes(after));
    let blind: BTreeSet<(&str, &str)> = is
        .iter()
        .filter(|(_, outcome)| **outcome == Outcome::Unknown)
        .map(|(key, _)| (key.0.as_str(), key.1.as_str()))
        .collect();
    let mut wrong = Vec::new();
    for (key, outcome) in &is {
        if *outcome != Outcome::Unknown && was.get(key) != Some(outcome) {
            wrong.push(format!("{key:?} became {outcome:?}, was {:?}", was.get(key)));
        }
    }
    for (key, outcome) in &was {
        if !is.contains_key(key) && !blind.contains(&(key.0.as_str(), key.1.as_str())) {
            wrong.push(format!("{key:?} was {outcome:?} and is gone"));
        }
    }
    let (was, is) = (exposures(before), exposures(after));
    for (fingerprint, exposure) in &is {
        let known = was.get(fingerprint).is_none_or(|was| was == exposure);
        if !known && *exposure != ExposureClass::Unknown {
            wrong.push(format!("{fingerprint} was {:?}, is {exposure:?}", was[fingerprint]));
        }
    }
    let listed = before.load_balancers.iter().zip(&after.load_balancers);
    for (was, is) in listed {
        if is.exposure != was.exposure && is.exposure != ExposureClass::Unknown {
            wrong.push(format!("{} was {:?}, is {:?}", was.name, was.exposure, is.exposure));
        }
    }
    wrong
}

/// Every inventory once, however many examples share it, under the first of their names.
fn distinct() -> Vec<(String, Inventory, Value)> {
    let mut seen = BTreeSet::new();
    let plain = |(name, inventory): (String, Inventory)| {
        let plain = serde_json::to_value(&inventory).expect("an inventory is JSON");
        seen.insert(plain.to_string()).then_some((name, inventory, plain))
    };
    everything().into_iter().filter_map(plain).collect()
}

/// The checks whose verdicts may depend on a call's answer; `a_check_needs_what_it_says` holds them to it.
fn concerned(call: Call) -> Vec<&'static Check> {
    let all = || ALL.iter().copied();
    if Check::BASE.contains(&call) {
        return all().collect();
    }
    let routes = docs::calls;
    all().filter(|check| routes(&[check]).contains(&call)).collect()
}

/// A report without the findings of other checks.
fn narrowed(report: &Report, checks: &[&Check]) -> Report {
    let mut report = report.clone();
    report.findings.retain(|finding| checks.iter().any(|check| check.id == finding.check));
    report
}

/// What is hidden at a time: one fact after the other. In a whole account, whose parts are examples too,
/// everything that the same kind of place tells, as a denial does.
fn rounds(name: &str, inventory: &Value) -> Vec<Vec<Fact>> {
    let all = facts::known(inventory);
    if name != "demo" {
        return all.into_iter().map(|fact| vec![fact]).collect();
    }
    let mut rounds: BTreeMap<(Call, String), Vec<Fact>> = BTreeMap::new();
    for fact in all {
        rounds.entry((fact.call, facts::shape(&fact.pointer))).or_default().push(fact);
    }
    rounds.into_values().collect()
}

#[test]
fn a_hidden_fact_makes_verdicts_unknown_and_flips_none() {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut shares: Vec<Vec<_>> = (0..threads).map(|_| Vec::new()).collect();
    for (place, one) in distinct().into_iter().enumerate() {
        shares[place % threads].push(one);
    }
    std::thread::scope(|scope| {
        for share in shares {
            scope.spawn(|| hide_one_after_the_other(share));
        }
    });
}

#[test]
fn what_is_not_understood_makes_verdicts_unknown_and_flips_none() {
    let mut given: Vec<(String, Inventory)> =
        KINDS.iter().map(|kind| (format!("clean {kind}"), sample::clean(kind))).collect();
    // Those whose verdicts turn on ports.
    let about =
        ["listener-", "security-group-", "internal-", "udp-", "target-security", "redirect-"];
    for check in ALL.iter().filter(|check| about.iter().any(|part| check.id.starts_with(part))) {
        let examples = check.examples.iter();
        given.extend(examples.map(|one| (format!("{}: {}", check.id, one.title), (one.given)())));
    }
    let (mut changed, mut wrong) = (0, Vec::new());
    for (name, inventory) in given {
        let before = report(&inventory);
        let plain = serde_json::to_value(&inventory).expect("an inventory is JSON");
        let about =
            |pointer: &str| name.starts_with("clean") || !pointer.contains("/network_acls/");
        for (change, unclear) in unclear::each(&plain, about) {
            let after = report(&unclear);
            let flips = flips(&before, &after);
            if !flips.is_empty() {
                wrong.push(format!("{name}: {change}: {flips:?}"));
            }
            changed += usize::from(outcomes(&before) != outcomes(&after));
        }
    }
    assert!(wrong.is_empty(), "{} flips:\n{}", wrong.len(), wrong.join("\n"));
    assert!(changed > 500, "{changed} changes made a verdict unknown");
}

fn hide_one_after_the_other(inventories: Vec<(String, Inventory, Value)>) {
    let mut by_call = BTreeMap::new();
    for (name, inventory, mut plain) in inventories {
        let before = report(&inventory);
        for round in rounds(&name, &plain) {
            let Fact { call, pointer, .. } = &round[0];
            let checks = by_call.entry(*call).or_insert_with(|| concerned(*call));
            let gap = Gap::new(*call, Reason::AccessDenied).of("hidden");
            let hidden = facts::hide(&mut plain, &round, &gap);
            let after = report_of(&hidden, checks);
            let wrong = flips(&narrowed(&before, checks), &after);
            assert!(wrong.is_empty(), "{name}: {pointer} hidden: {wrong:#?}");
            let told = after.gaps.iter().any(|told| told.resource.as_deref() == Some("hidden"));
            assert!(told, "{name}: {pointer} hidden, and no gap says so");
        }
    }
}

#[test]
fn a_check_needs_what_it_says() {
    let mut by_needs: BTreeMap<BTreeSet<Call>, Vec<&'static Check>> = BTreeMap::new();
    for check in ALL {
        by_needs.entry(docs::calls(&[check]).into_iter().collect()).or_default().push(check);
    }
    for (name, inventory, plain) in distinct() {
        let facts = facts::known(&plain);
        let rich = outcomes(&report(&inventory));
        for (needs, checks) in &by_needs {
            let mut poor = plain.clone();
            for fact in facts.iter().filter(|fact| !needs.contains(&fact.call)) {
                // A fact inside one that is hidden already is gone with it.
                if let Some(place) = poor.pointer_mut(&fact.pointer) {
                    *place = json!({ "unread": Gap::new(fact.call, Reason::NotCollected) });
                }
            }
            let poor: Inventory = serde_json::from_value(poor).unwrap();
            let poor = outcomes(&report_of(&poor, checks));
            for check in checks {
                let of = |all: &Outcomes| {
                    let own = all.iter().filter(|(key, _)| key.0 == check.id);
                    own.map(|(key, outcome)| (key.clone(), *outcome)).collect::<Outcomes>()
                };
                assert!(of(&rich) == of(&poor), "{} needs more than it says, in {name}", check.id);
            }
        }
    }
}

#[test]
fn no_gap_is_overlooked() {
    let mut shapes = BTreeSet::new();
    for (name, _, mut plain) in distinct() {
        // One pass hides the outermost facts only, so hide the inner ones one at a time too: each kind of
        // place once, since one line of code visits all of a kind.
        for fact in facts::known(&plain) {
            if !shapes.insert(facts::shape(&fact.pointer)) {
                continue;
            }
            let gap = Gap::new(fact.call, Reason::TimedOut);
            let hidden = facts::hide(&mut plain, std::slice::from_ref(&fact), &gap);
            assert_eq!(visited(&hidden), walked(&hidden), "{name}: {}", fact.pointer);
        }
        for fact in facts::known(&plain).iter().filter(|fact| fact.is_leaf) {
            let gap = Gap::new(fact.call, Reason::TimedOut);
            *plain.pointer_mut(&fact.pointer).unwrap() = json!({ "unread": gap });
        }
        let all: Inventory = serde_json::from_value(plain).unwrap();
        assert_eq!(visited(&all), walked(&all), "{name}, every leaf hidden");
    }
}

fn visited(inventory: &Inventory) -> usize {
    let mut count = 0;
    inventory.visit_gaps(|_, _| count += 1);
    count
}

fn walked(inventory: &Inventory) -> usize {
    fn count(value: &Value) -> usize {
        match value {
            Value::Object(map) if map.contains_key("unread") => 1,
            Value::Object(map) => map.values().map(count).sum(),
            Value::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }
    count(&serde_json::to_value(inventory).expect("an inventory is JSON"))
}

#[test]
fn ids_are_sorted_unique_and_the_names_of_the_files() {
    let ids: Vec<&str> = ALL.iter().map(|check| check.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    let mut files: Vec<String> =
        files().into_iter().map(|(_, name)| name.replace('_', "-")).collect();
    files.sort();
    assert_eq!(ids, files);
    for id in ids {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(id.chars().all(kebab) && !id.starts_with('-'), "{id}");
    }
}

/// What [`Check::new`] leaves out for the check to say; the compiler does not ask for it.
#[test]
#[expect(clippy::disallowed_methods, reason = "a check is a file")]
fn a_check_leaves_nothing_unsaid_that_has_no_default() {
    let fields = ["id", "title", "severity", "applies_to", "why", "logic", "fix", "remedy"];
    for check in ALL {
        let text = std::fs::read_to_string(file(check)).expect("a file a check");
        for field in fields.iter().chain(&["links", "examples"]) {
            let said = text.contains(&format!("\n    {field}: "));
            assert!(said, "{} does not say its {field}", check.id);
        }
    }
}

#[test]
fn aliases_are_unique_and_no_ids() {
    let mut seen: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    for check in ALL {
        for alias in check.aliases {
            assert!(seen.insert(alias), "{alias} stands for two checks");
        }
    }
}

#[test]
fn every_check_says_why_when_and_how_to_mend() {
    for check in ALL {
        for text in [check.title, check.why, check.logic, check.fix] {
            assert!(!text.trim().is_empty() && !text.contains("  "), "{}: {text}", check.id);
        }
        assert!(!check.links.is_empty(), "{} has no link", check.id);
        assert!(
            !check.fix.ends_with('.') && !check.fix.contains('\n'),
            "{}: {}",
            check.id,
            check.fix
        );
        let ways = check.ways();
        assert!(is_runnable(&ways.cli), "{}: {}", check.id, ways.cli);
        for way in [ways.console, ways.cli, ways.terraform, ways.cloudformation] {
            assert!(!way.is_empty() && way.trim() == way, "{}: remedy {way:?}", check.id);
        }
        for link in check.links {
            assert!(is_official(link), "{}: {link}", check.id);
        }
        let titles: BTreeSet<&str> = check.examples.iter().map(|example| example.title).collect();
        assert_eq!(titles.len(), check.examples.len(), "{} has two examples of a title", check.id);
    }
}

/// Whether a text can be pasted into a shell, commands with comments between them, or is one sentence.
pub(crate) fn is_runnable(text: &str) -> bool {
    if !text.starts_with("aws ") {
        return text.ends_with('.') && !text.contains('\n') && !text.contains(". ");
    }
    let mut goes_on = false;
    text.lines().all(|line| {
        let fine = goes_on && line.starts_with("  ") || !goes_on && is_command(line);
        goes_on = line.ends_with('\\');
        fine
    }) && !goes_on
}

fn is_command(line: &str) -> bool {
    // What a shell would take for the end of the command, or for words of a sentence in it.
    let quotes = |mark: char| line.matches(mark).count();
    let closed = quotes('\'') % 2 == 0 && quotes('"') % 2 == 0;
    line.starts_with("# ")
        || line.starts_with("aws ")
            && closed
            && ![" with ", " ("].iter().any(|word| line.contains(word))
}

/// Whether a link leads to AWS's documentation or to a standard.
fn is_official(link: &str) -> bool {
    const PLACES: &[&str] = &[
        "https://docs.aws.amazon.com/",
        "https://www.rfc-editor.org/rfc/",
        "https://datatracker.ietf.org/doc/html/rfc",
        "https://cwe.mitre.org/data/definitions/",
    ];
    let page = link.split('#').next().unwrap_or(link);
    let is_page = !page.contains("docs.aws.amazon.com")
        || page.strip_suffix("html").is_some_and(|rest| rest.ends_with('.'));
    is_page && PLACES.iter().any(|place| link.starts_with(place))
}

#[test]
fn a_kind_that_a_check_does_not_name_gets_no_verdict() {
    for check in ALL {
        for kind in KINDS {
            let found = report_of(&sample::clean(&kind), &[check]).findings;
            let applies = check.applies_to.contains(&kind);
            assert!(applies || found.is_empty(), "{} judges {kind}", check.id);
        }
    }
}

#[test]
fn fingerprints_name_what_is_wrong_whatever_is_said_about_it() {
    let mut seen = BTreeMap::new();
    for finding in report(&elb_audit_core::demo::inventory()).findings {
        let key = (finding.check.clone(), owner(&finding), finding.subject.id);
        assert_eq!(finding.fingerprint.len(), 20);
        if let Some(other) = seen.insert(finding.fingerprint, key.clone()) {
            panic!("{other:?} and {key:?} have one fingerprint");
        }
    }
    // Another scan, another policy behind the same fault: the same finding.
    let id = "tls-legacy-protocol";
    let check = ALL.iter().find(|check| check.id == id).unwrap();
    let prints: BTreeSet<String> = check.examples[..1]
        .iter()
        .flat_map(|example| {
            let mut inventory = (example.given)();
            let first = report_of(&inventory, &[check]);
            inventory.taken_at = sample::in_days(1);
            let later = report_of(&inventory, &[check]);
            first.findings.into_iter().chain(later.findings)
        })
        .filter(|finding| finding.outcome == Outcome::Fail)
        .map(|finding| finding.fingerprint)
        .collect();
    assert_eq!(prints, BTreeSet::from([STABLE.to_owned()]));
}

/// The fingerprint of `tls-legacy-protocol` on port 443 of the sample Application load balancer: what
/// people have written into their lists of accepted risks.
const STABLE: &str = "f65a79b37e69d273446d";

#[test]
fn listener_checks_print_their_ports() {
    for (id, ports) in [("listener-cleartext-port", 22), ("listener-sensitive-port", 21)] {
        let check = ALL.iter().find(|check| check.id == id).unwrap();
        let Judge::Listener(_) = check.judge else { panic!("{id} judges listeners") };
        let list = check.logic.split("port").flat_map(|part| part.split([' ', ',', '.']));
        let printed: BTreeSet<u16> = list.filter_map(|word| word.parse().ok()).collect();
        assert_eq!(printed.len(), ports, "{id}");
        for port in 1..=u16::MAX {
            let mut listener = sample::listener("TCP", port, vec![sample::forward("web")]);
            listener.id = format!("{port}");
            let inventory =
                sample::with_region(&elb_audit_core::inventory::Kind::Network, |region| {
                    let lb = sample::only(region);
                    lb.security_groups.clear();
                    *sample::listeners(lb) = vec![listener];
                });
            if port > 1024 && port % 97 != 0 && !printed.contains(&port) {
                continue; // every port would take long; a sample of the rest will do
            }
            let findings = report_of(&inventory, &[check]).findings;
            let failed = findings.iter().any(|finding| finding.outcome == Outcome::Fail);
            assert_eq!(failed, printed.contains(&port), "{id} on port {port}");
        }
    }
}

#[test]
fn every_call_of_a_check_is_one_that_a_scan_makes() {
    let all: BTreeSet<Call> = Call::all().filter(|call| !call.leads_to_accounts()).collect();
    for check in ALL {
        assert!(check.needs.iter().all(|call| all.contains(call)), "{}", check.id);
        let twice: BTreeSet<Call> = check.needs.iter().copied().collect();
        assert_eq!(twice.len(), check.needs.len(), "{} needs a call twice", check.id);
    }
}
