//! Files that the code renders are current: pages, policy, tables of the README, snapshots.

#![expect(clippy::disallowed_methods, reason = "a golden file is a file, and a variable renews it")]

use std::collections::BTreeSet;
use std::fs;
use std::mem::{Discriminant, discriminant};
use std::path::{Path, PathBuf};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::plan;
use elb_audit_core::fixtures::demo;
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::render::{self, Style};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::{checks, docs};
use serde_json::{Map, Value};

use crate::laws;

const RENEW: &str = "UPDATE_GOLDEN=1 cargo test --workspace";

/// The path of a file of the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The text of a file of the repository.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The `CloudFormation` templates with a role that reads load balancers.
const TEMPLATES: [&str; 3] =
    ["deploy/template.yaml", "deploy/organization.yaml", "deploy/member-role.yaml"];

fn renewing() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Fails unless the file says just this; with `UPDATE_GOLDEN` set, makes it say so.
pub(crate) fn compare(name: &str, expected: &str) {
    let file = path(name);
    let found = fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return;
    }
    if renewing() {
        fs::create_dir_all(file.parent().expect("a file has a directory")).expect("a directory");
        fs::write(&file, expected).expect("a file that can be written");
        return;
    }
    let pairs = found.lines().zip(expected.lines());
    let same = pairs.take_while(|(found, expected)| found == expected).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(end)").to_owned();
    panic!(
        "{name} is not current, from line {}:\n  file: {}\n  code: {}\n\
         If the code is right: {RENEW}",
        same + 1,
        line(&found),
        line(expected),
    );
}

/// A check is listed twice, as a module and among all, and by nobody's hand.
#[test]
fn lists_of_checks_are_current() {
    let mut files = laws::files();
    files.sort();
    for folder in files.iter().map(|(folder, _)| folder).collect::<BTreeSet<_>>() {
        let own = files.iter().filter(|(other, _)| other == folder);
        let modules: Vec<String> = own.map(|(_, name)| format!("pub(super) mod {name};")).collect();
        let module = format!("crates/core/src/checks/{folder}.rs");
        let text = read(&module);
        let is_module = |line: &&str| line.starts_with("pub(super) mod ");
        let before: Vec<&str> = text.lines().take_while(|line| !is_module(line)).collect();
        let rest = text.lines().skip(before.len()).filter(|line| !is_module(line));
        let rest: Vec<&str> = rest.collect();
        let parts = [before.join("\n"), modules.join("\n"), rest.join("\n")];
        compare(&module, &(parts.join("\n").trim_end().to_owned() + "\n"));
    }
    files.sort_by_key(|(_, name)| name.replace('_', "-"));
    let all = files.iter().map(|(folder, name)| format!("    &{folder}::{name}::CHECK,"));
    let all: Vec<String> = all.collect();
    let list = "crates/core/src/checks.rs";
    let text = read(list);
    let (head, _) = text.split_once("&[\n").expect("a list");
    compare(list, &format!("{head}&[\n{}\n];\n", all.join("\n")));
}

#[test]
fn check_pages_are_current() {
    for check in checks::ALL {
        compare(&format!("docs/checks/{}.md", check.id), &docs::check_page(check));
    }
    compare("docs/checks/README.md", &docs::checks_index(checks::ALL));
    no_page_is_left_of_a_check_that_is_gone();
}

fn no_page_is_left_of_a_check_that_is_gone() {
    let mut expected: BTreeSet<String> =
        checks::ALL.iter().map(|check| format!("{}.md", check.id)).collect();
    expected.insert("README.md".to_owned());
    for entry in fs::read_dir(path("docs/checks")).expect("docs/checks") {
        let file = entry.expect("an entry").path();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        if expected.contains(&name) {
            continue;
        }
        if renewing() {
            fs::remove_file(&file).expect("a file that can be removed");
        } else {
            panic!("docs/checks/{name} belongs to no check. Remove it, or run: {RENEW}");
        }
    }
}

#[test]
fn what_the_terminal_shows_of_checks_is_current() {
    let style = Style { color: false, width: 80, ..Style::PLAIN };
    let check = checks::ALL.iter().find(|check| check.id == "deletion-protection-off");
    let explained = docs::explain(check.expect("a check"), style);
    compare("crates/core/tests/it/snapshots/explain.txt", &explained);
    // The one list of severities and personas: a change to one shows here.
    compare("crates/core/tests/it/snapshots/checks.txt", &docs::checks_text(checks::ALL, style));
}

/// One of them in full, and all in its form: what the others say stands on their pages.
#[test]
fn checks_as_data_are_current() {
    let check = checks::ALL.iter().find(|check| check.id == "tls-legacy-protocol");
    let model = docs::checks_json(&[check.expect("a check")]);
    compare("crates/core/tests/it/snapshots/checks.json.txt", &model);
    let parsed = |text: &str| serde_json::from_str::<Vec<Map<String, Value>>>(text).expect("JSON");
    let form = |check: &Map<String, Value>| -> Vec<(String, Discriminant<Value>)> {
        // No edition has a check that is newer than the newest.
        let text = Value::String(String::new());
        let plain = |value| if matches!(value, &Value::Null) { &text } else { value };
        check.iter().map(|(name, value)| (name.clone(), discriminant(plain(value)))).collect()
    };
    let model = form(&parsed(&model)[0]);
    let all = parsed(&docs::checks_json(checks::ALL));
    for (data, check) in all.iter().zip(checks::ALL) {
        assert_eq!(data["id"], check.id);
        assert_eq!(form(data), model, "{}", check.id);
        let ways = data["remedy"].as_object().expect("ways to fix it").values();
        assert!(ways.map(|way| way.as_str().map_or(0, str::len)).min() > Some(0), "{}", check.id);
    }
    assert_eq!(all.len(), checks::ALL.len());
}

#[test]
fn the_policy_and_its_reasons_are_current() {
    compare(
        "docs/permissions.json",
        &docs::permissions(&plan::calls(checks::ALL), docs::Purpose::Scan),
    );
    compare("docs/permissions.md", &docs::permissions_reasons(checks::ALL));
}

#[test]
fn what_the_deployment_may_read_is_what_a_scan_needs() {
    let calls = plan::calls(checks::ALL);
    for template in TEMPLATES {
        rendered(template, "permissions", &docs::permissions_yaml(&calls));
    }
    compare("deploy/terraform/permissions.json", &docs::permissions(&calls, docs::Purpose::Scan));
}

#[test]
fn the_state_machine_of_the_template_is_the_one_beside_it() {
    let machine = read("deploy/organization.asl.json");
    let text: Vec<String> = machine.lines().map(|line| format!("  {line}")).collect();
    let text = format!("DefinitionString: |\n{}", text.join("\n"));
    rendered("deploy/organization.yaml", "machine", &text);
}

/// Fails unless the template has this between its comments, indented as they are.
fn rendered(name: &str, marker: &str, text: &str) {
    let whole = docs::with_rendered(&read(name), marker, text);
    compare(name, &whole.unwrap_or_else(|| panic!("{name} has no block `{marker}`")));
}

#[test]
fn pages_on_the_catalogue_and_other_tools_are_current() {
    compare("docs/capabilities.md", &docs::capabilities());
    compare("docs/catalogue.md", &docs::catalogue(checks::ALL));
    compare("docs/peers.md", &docs::peers(checks::ALL));
    compare("docs/conformance.md", &docs::conformance());
    compare("docs/compliance.md", &docs::compliance());
}

#[test]
fn the_page_on_calls_is_current() {
    // What was measured is written by the test that measures it.
    let page = docs::calls_page(checks::ALL);
    let kept = fs::read_to_string(path("docs/calls.md")).unwrap_or_default();
    let measured = kept.split_once("<!-- measured:begin -->\n").and_then(|(_, rest)| {
        rest.split_once("<!-- measured:end -->").map(|(measured, _)| measured.to_owned())
    });
    let page = docs::with_block(&page, "measured", &measured.unwrap_or_default());
    compare("docs/calls.md", &page.expect("the page has the block"));
}

#[test]
fn the_book_holds_every_page() {
    compare("docs/SUMMARY.md", &docs::summary(checks::ALL));
    let summary = read("docs/SUMMARY.md");
    for page in pages("docs") {
        let name = page.trim_start_matches("docs/").to_owned();
        let listed = name == "SUMMARY.md" || summary.contains(&format!("({name})"));
        assert!(listed, "{page} is not in the book: name it in `docs/summary.rs`");
        links_lead_somewhere(&page);
    }
    links_lead_somewhere("README.md");
    links_lead_somewhere("CONTRIBUTING.md");
}

/// Every Markdown file in a folder of the repository and below.
fn pages(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(pages(&name));
        } else if Path::new(&name).extension().is_some_and(|end| end == "md") {
            found.push(name);
        }
    }
    found
}

/// Every link of a page to another file of the repository leads to one.
fn links_lead_somewhere(page: &str) {
    let text = read(page);
    let folder = Path::new(page).parent().expect("a page has a folder");
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|_| !fenced) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let target = path(&folder.join(file).to_string_lossy());
            assert!(target.exists(), "{page} links to {link}, which is not there");
        }
    }
}

#[test]
fn the_page_on_formats_is_current() {
    compare("docs/formats.md", &docs::formats());
}

#[test]
fn the_page_on_exit_codes_is_current() {
    compare("docs/exit-codes.md", &docs::exit_codes());
}

#[test]
fn tables_of_the_readme_are_current() {
    let text = render::TEXT;
    let account = demo::inventory();
    let regular = Selection::default();
    let options = Options { persona: regular.audience(), ..Options::at(account.taken_at) };
    let checks = regular.choose(checks::ALL, &options.policy);
    let style = Style { width: 100, ..Style::PLAIN };
    let demo = text.text(&audit(&account, &checks, &options), style);
    block("README.md", "demo", &format!("```text\n{}\n```", demo.trim_end()));
    block("README.md", "exit-codes", &docs::exit_code_table());
    block("README.md", "formats", &docs::format_table("docs/formats.md"));
    block("README.md", "checks", &docs::checks_table(checks::ALL));
}

/// Fails unless the file has this between its markers.
pub(crate) fn block(name: &str, marker: &str, text: &str) {
    let whole = docs::with_block(&read(name), marker, text);
    compare(name, &whole.unwrap_or_else(|| panic!("{name} has no block `{marker}`")));
}

/// Who reads an organization may ask it just what a scan asks.
#[test]
fn what_the_deployment_asks_an_organization_is_what_a_scan_asks() {
    let asked: BTreeSet<String> = Call::all()
        .filter(|call| call.family() == "organizations")
        .map(|call| call.action().clone())
        .collect();
    for name in ["deploy/template.yaml", "deploy/organization.yaml", "deploy/terraform/main.tf"] {
        let text = read(name);
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == ':'));
        let allowed = words.filter(|word| word.starts_with("organizations:"));
        assert_eq!(allowed.map(str::to_owned).collect::<BTreeSet<_>>(), asked, "{name}");
    }
}
