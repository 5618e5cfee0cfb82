//! What has to hold of every inventory that is read and of every report, whatever is in them.
//!
//! The tests of `elb-audit` include this file too, and hold the seeds to it.

use elb_audit_core::alert::{Alert, AlertRules, NotifyOn, event, metrics, slack, text, webhook};
use elb_audit_core::audit::{Options, audit, compare};
use elb_audit_core::checks;
use elb_audit_core::compliance::Framework;
use elb_audit_core::inventory::{Inventory, Region};
use elb_audit_core::policy::Policy;
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::render::{self, Details, Filter, Format, Style};
use elb_audit_core::report::{Gate, Report};
use elb_audit_core::vocab::escape::steers;
use elb_audit_core::vocab::severity::{Persona, Severity};
use serde_json::Value;

use super::choices::Choices;

/// Judges an inventory as some user would.
///
/// # Panics
/// When what is saved of it is not what it was.
#[must_use]
pub fn judged(inventory: &Inventory, choices: &mut Choices) -> Report {
    let saved = serde_json::to_vec(inventory).expect("an inventory can be saved");
    let read: Inventory = serde_json::from_slice(&saved).expect("what was saved can be read");
    assert!(read == *inventory, "an inventory that is saved and read is another one");
    let persona = *choices.one(&Persona::ALL);
    let policy = Policy::default();
    let selection = Selection { persona: Some(persona), ..Selection::default() };
    let chosen = selection.choose(checks::ALL, &policy);
    let now = if choices.coin() { inventory.taken_at } else { *choices.one(&TIMES) };
    let options = Options {
        show_passed: choices.coin(),
        frameworks: Framework::ALL.into_iter().filter(|_| choices.below(4) == 0).collect(),
        persona: Some(persona),
        focus: focus(inventory, choices),
        ..Options::at(now)
    };
    let mut made = audit(inventory, &chosen, &options);
    // Where nothing ends at a panic, a judge's or a reader's is caught. Answers may hold the words, too: in quotes.
    let ours = "answer not understood: internal error ";
    let broken = made.gaps.iter().find(|gap| gap.reason.starts_with(ours));
    assert_eq!(broken, None);
    if choices.coin() {
        let mut before = audit(inventory, checks::ALL, &Options::at(inventory.taken_at));
        before.findings.truncate(choices.below(before.findings.len()));
        compare::compare(&before, &mut made);
    }
    made
}

/// Holds what is said of bytes that cannot be used.
///
/// # Panics
/// When something does not hold.
pub fn refusal(said: &str) {
    assert!(!said.is_empty() && said.len() < 2_000, "{said:?}");
}

/// Now and then, only some load balancers.
fn focus(inventory: &Inventory, choices: &mut Choices) -> Option<Focus> {
    if choices.below(8) > 0 {
        return None;
    }
    let regions = inventory.accounts.iter().flat_map(|account| &account.regions);
    let names: Vec<String> =
        regions.flat_map(Region::load_balancers).map(|lb| lb.name.clone()).collect();
    Focus::parse(&names[..names.len().min(2)]).ok().flatten()
}

/// Times to judge at: clocks are wrong, and `--now` takes what it is given.
const TIMES: [jiff::Timestamp; 4] = [
    jiff::Timestamp::MIN,
    jiff::Timestamp::UNIX_EPOCH,
    jiff::Timestamp::constant(1_793_610_000, 0),
    jiff::Timestamp::MAX,
];

/// How many formats a report is written in, mostly: writing takes far longer than judging.
const FEW: usize = 3;

/// Writes a report in some formats, now and then in all of them, and tells of it in every way.
///
/// # Panics
/// When something does not hold.
pub fn report(report: &Report, choices: &mut Choices) {
    let kept = serde_json::to_vec(report).expect("a report can be kept");
    let read: Report = serde_json::from_slice(&kept).expect("what was kept can be read");
    assert!(read == *report, "a report that is kept and read is another one");
    let gate = Gate {
        fail_on: choices.coin().then(|| *choices.one(&Severity::WORST_FIRST)),
        strict: choices.coin(),
        only_new: choices.coin(),
    };
    let (_, why) = report.exit(gate);
    assert_eq!(why.find(steers), None, "{why:?}");
    let style = Style {
        color: false,
        width: *choices.one(&[0, 1, 40, 80, usize::MAX]),
        filter: Filter {
            min_severity: choices.coin().then(|| *choices.one(&Severity::WORST_FIRST)),
            only_new: choices.coin(),
        },
        details: *choices.one(&[Details::None, Details::All, Details::Of("*")]),
    };
    let all = render::ALL.len();
    let (first, number) = (choices.below(all), if choices.below(16) == 0 { all } else { FEW });
    for format in render::ALL.iter().cycle().skip(first).take(number) {
        written(format, &format.text(report, style));
    }
    let one = render::ALL[first];
    let colored = Style { color: choices.coin(), ..style };
    assert_eq!(one.text(report, colored), one.text(report, colored), "{} twice", one.name);
    let (mut changed, mut bytes) = (report.clone(), Vec::new());
    one.render_changes(&mut changed, style, &mut bytes).expect("memory takes everything");
    written(one, &String::from_utf8(bytes).expect("text"));
    told(report, choices);
}

/// Holds a text to its format.
fn written(format: &Format, text: &str) {
    let name = format.name;
    // Rows of CSV end so.
    let text = text.replace("\r\n", "\n");
    let strange = text.find(|character| steers(character) && character != '\n');
    let around = |at: usize| text[at..].chars().take(40).collect::<String>();
    assert_eq!(strange, None, "{name}: {:?}", strange.map(around));
    match name {
        "json" | "sarif" | "gitlab" | "asff" => is_json(name, &text),
        "ndjson" | "ocsf" => text.lines().for_each(|line| is_json(name, line)),
        "junit" => {
            let read = roxmltree::Document::parse(&text);
            assert!(read.is_ok(), "{name}: {:?}", read.err());
        }
        "text" | "csv" | "markdown" | "github" => {}
        other => panic!("nobody holds {other} to anything"),
    }
}

fn is_json(name: &str, text: &str) {
    let read: Result<Value, _> = serde_json::from_str(text);
    assert!(read.is_ok(), "{name}: {:?}", read.err());
}

/// Tells of a report.
fn told(report: &Report, choices: &mut Choices) {
    let rules = AlertRules {
        on: choices.one(&NotifyOn::ALL).1,
        min_severity: *choices.one(&Severity::WORST_FIRST),
        heartbeat_days: *choices.one(&[0, 1, u32::MAX]),
        watching: choices.coin(),
        label: choices.one(&["", "prod", "<!channel>"]).to_string(),
        report: choices.coin().then(|| "s3://reports/latest.json".to_owned()),
        trouble: choices.coin().then(|| "it is no JSON report".to_owned()),
    };
    let _ = metrics::metrics(report);
    let _ = metrics::embedded(report, &rules.label, "1-2", report.taken_at);
    let Some(alert) = Alert::from_report(report, &rules) else { return };
    let message = text::message(&alert);
    assert!(message.subject.len() < 100 && message.sms.len() <= 140, "{message:?}");
    assert!(message.text.len() <= 256 << 10, "{}", message.text.len());
    for (text, breaks) in [(&message.subject, ""), (&message.sms, ""), (&message.text, "\n")] {
        assert_eq!(text.find(|one| steers(one) && !breaks.contains(one)), None, "{text:?}");
    }
    let chat = slack::blocks(&alert);
    let blocks = chat["blocks"].as_array().expect("blocks");
    assert!(blocks.len() <= 50, "{}", blocks.len());
    for block in blocks {
        let text = block["text"]["text"].as_str().unwrap_or_default();
        assert!(text.chars().count() <= 3_000 && !text.is_empty(), "{block}");
        assert_eq!(text.find(|one| steers(one) && one != '\n'), None, "{text:?}");
    }
    assert!(webhook::document(&alert).to_string().len() < 2_500_000);
    let too_large =
        event::events(&alert).iter().map(event::Event::size).find(|size| *size > 256 << 10);
    assert_eq!(too_large, None);
}
