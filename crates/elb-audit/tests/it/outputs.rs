//! Where a report goes, in which format and colours, and what people are shown of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use elb_audit_core::render;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::severity::Severity;

use crate::moto::python_for;
use crate::program::{Done, Folder, Run};

/// The format that a file is in.
fn format_of(file: &Path) -> &'static str {
    let text = fs::read_to_string(file).unwrap();
    if serde_json::from_str::<Report>(&text).is_ok() { "json" } else { "text" }
}

#[test]
fn the_name_of_a_file_says_its_format() {
    let folder = Folder::new();
    for (options, file, format) in [
        ("--output report.json", "report.json", "json"),
        ("-o a.JSON", "a.JSON", "json"),
        ("-o b.txt", "b.txt", "text"),
        ("--format json -o c.json", "c.json", "json"),
        ("--format json -o d.log", "d.log", "json"),
        ("-o e.log", "e.log", "text"),
        ("--format json -o text=f", "f", "text"),
        ("--format text -o json=g.json", "g.json", "json"),
    ] {
        let done = Run::bare(&format!("demo {options}")).inside(&folder).done().exits(1);
        assert_eq!(format_of(&folder.path(file)), format, "{options}");
        assert_eq!(done.stdout.starts_with('{'), options.contains("--format json"), "{options}");
    }
    // What the environment says does not contradict a name; two on the command line do.
    for format in ["text", "json"] {
        let run = Run::bare("demo -o h.json").env("ELB_AUDIT_FORMAT", format);
        run.inside(&folder).done().exits(1);
        assert_eq!(format_of(&folder.path("h.json")), "json");
    }
    let run = Run::bare("demo --format text").env("ELB_AUDIT_OUTPUT", "i.json");
    run.inside(&folder).done().exits(1);
    assert_eq!(format_of(&folder.path("i.json")), "json");
}

#[test]
fn a_name_that_contradicts_is_refused_before_anything_is_written() {
    let folder = Folder::new();
    for (options, said) in [
        (
            "--format text --output x.json",
            "--output x.json: its name says json, --format says text: write --output json=x.json",
        ),
        ("--format json -o x.txt", "write --output text=x.txt, or leave --format out"),
        ("-o json=x.txt", "--output json=x.txt: a name that ends so is for text"),
        ("--format json -o text=x.json", "--output text=x.json: a name that ends so is for json"),
    ] {
        let inventory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
        for task in ["demo", "scan", "check"] {
            let run = Run::bare(&format!("{task} {options}")).inside(&folder);
            let run = if task == "check" { run.arg(&inventory) } else { run };
            let done = run.done();
            assert_eq!(done.stdout, "");
            done.says(2, &["error: ", said]);
        }
    }
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 0);
}

#[test]
fn every_format_is_written_to_a_file_that_ends_in_its_name() {
    let folder = Folder::new();
    for format in render::ALL {
        Run::bare("demo -o").arg(format.file).inside(&folder).done().exits(1);
        let named = format!("{}=b", format.name);
        Run::bare("demo -o").arg(named).inside(&folder).done().exits(1);
        let [one, other] = [format.file, "b"].map(|name| fs::read(folder.path(name)).unwrap());
        assert!(one == other, "{}", format.name);
    }
}

fn is_colored(text: &str) -> bool {
    text.contains("\u{1b}[")
}

/// Variables that are set, and whether there are colours without a terminal.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

#[test]
fn colours_are_there_where_they_are_wanted() {
    let cases: [Case; 12] = [
        ("", &[], false),
        ("--color auto", &[], false),
        ("--color always", &[], true),
        ("--color always", &[("NO_COLOR", "1")], true),
        ("--color never", &[("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        ("", &[("FORCE_COLOR", "1")], true),
        ("", &[("CLICOLOR_FORCE", "1")], true),
        ("", &[("FORCE_COLOR", "0")], false),
        ("", &[("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        ("", &[("ELB_AUDIT_COLOR", "always"), ("NO_COLOR", "1")], true),
        ("--color never", &[("ELB_AUDIT_COLOR", "always")], false),
        ("--color auto", &[("ELB_AUDIT_COLOR", "always")], false),
    ];
    for (option, variables, expected) in cases {
        for line in [format!("checks {option}"), format!("{option} checks")] {
            let run = Run::bare(&line);
            let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
            let out = run.done().exits(0).stdout;
            assert_eq!(is_colored(&out), expected, "{line} {variables:?}");
        }
    }
    let folder = Folder::new();
    let report = Run::bare("demo --format json").done().stdout;
    folder.file("report.json", &report);
    let first: Report = serde_json::from_str(&report).unwrap();
    let explain = format!("explain {} --report report.json", first.findings[0].fingerprint);
    let diff = "diff report.json report.json";
    for task in ["demo", "explain no-targets", &explain, diff, "--help", "demo --help"] {
        for (color, expected) in [("always", true), ("never", false)] {
            let run = Run::bare(&format!("{task} --color {color}")).inside(&folder);
            assert_eq!(is_colored(&run.done().stdout), expected, "{task} {color}");
        }
    }
    Run::bare("demo --color=always -o a.txt").inside(&folder).done().exits(1);
    assert!(!is_colored(&fs::read_to_string(folder.path("a.txt")).unwrap()), "a file has none");
    let json = Run::bare("demo --color always --format json").done().stdout;
    assert!(!is_colored(&json), "what a program reads has none");
    let wrong = Run::bare("demo --color sometimes").done().exits(2);
    assert!(wrong.stderr.contains("possible values: auto, always, never"), "{}", wrong.stderr);
}

/// Runs the program on a terminal that Python has made.
const ON_A_TERMINAL: &str = "import os, pty, sys
out = b''
def read(fd):
    global out
    part = os.read(fd, 65536)
    out += part
    return b''
code = pty.spawn(sys.argv[1:], read, lambda fd: b'')
sys.stdout.buffer.write(out)
";

#[test]
fn a_terminal_has_colours_unless_they_are_not_wanted() {
    let Some(python) = python_for("a_terminal_has_colours_unless_they_are_not_wanted") else {
        return;
    };
    for (option, variables, expected) in [
        ("--color=auto", &[][..], true),
        ("--color=never", &[], false),
        ("--color=never", &[("FORCE_COLOR", "1")], false),
        ("--color=always", &[("NO_COLOR", "1")], true),
        ("--color=auto", &[("NO_COLOR", "1")], false),
        ("--color=auto", &[("CLICOLOR", "0")], false),
        ("--color=auto", &[("CLICOLOR", "0"), ("FORCE_COLOR", "1")], true),
        ("--color=auto", &[("TERM", "dumb")], false),
    ] {
        let mut command = Command::new(&python);
        command.args(["-c", ON_A_TERMINAL, env!("CARGO_BIN_EXE_elb-audit"), "checks", option]);
        command.env_clear().env("TERM", "xterm").envs(variables.iter().copied());
        let out = command.output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(text.contains("access-logs-disabled"), "{}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(is_colored(&text), expected, "{option} {variables:?}");
    }
}

fn demo(options: &str) -> Done {
    Run::bare(&format!("demo --details {options}")).done()
}

/// Whether the text has a fault of this severity.
fn has(text: &str, severity: Severity) -> bool {
    let begin = format!("{}[", severity.word());
    text.lines().any(|line| line.trim_start().trim_start_matches("new ").starts_with(&begin))
}

#[test]
fn people_see_what_is_severe_enough() {
    let whole = demo("").exits(1);
    let shown = demo("--min-severity high").exits(1);
    assert!(has(&shown.stdout, Severity::High) && has(&whole.stdout, Severity::Low));
    assert!(!has(&shown.stdout, Severity::Medium) && !has(&shown.stdout, Severity::Low));
    assert!(shown.stdout.contains("\nnot shown: 43 faults below high\n"), "{}", shown.stdout);
    assert_eq!(shown.stderr, whole.stderr, "the exit code knows nothing of it");
    let line = "\n69 faults: 26 high, 31 medium, 12 low;";
    assert!(shown.stdout.contains(line) && whole.stdout.contains(line), "{}", shown.stdout);
    let low = demo("--min-severity high --fail-on low");
    assert!(low.stderr.contains("faults at or above low: 69"), "{}", low.stderr);
    // What programs read is whole.
    let json = |options: &str| demo(&format!("{options} --format json")).stdout;
    assert!(json("--min-severity critical") == json(""));
    let folder = Folder::new();
    let both = "demo --details --min-severity high -o a.json -o a.txt";
    let out = Run::bare(both).inside(&folder).done().stdout;
    assert_eq!(fs::read_to_string(folder.path("a.txt")).unwrap(), out);
    assert_eq!(fs::read_to_string(folder.path("a.json")).unwrap(), json(""));
}

#[test]
fn what_is_shown_can_be_configured() {
    let folder = Folder::new();
    folder.file("elb-audit.toml", "min-severity = \"high\"\n");
    let run = |options: &str| Run::bare(&format!("demo {options}")).inside(&folder);
    let hidden = |run: Run| run.done().stdout.contains("below high");
    assert!(hidden(run("")));
    assert!(!hidden(run("--min-severity info")) && !hidden(run("--no-config")));
    assert!(!hidden(run("").env("ELB_AUDIT_MIN_SEVERITY", "low")));
    let wrong = run("--min-severity never").done().exits(2);
    assert!(wrong.stderr.contains("critical, high, medium, low, info"), "{}", wrong.stderr);
}

#[test]
fn people_see_what_is_new() {
    let folder = Folder::new();
    let before = demo("--format json --skip-check no-targets").stdout;
    let mut before: Report = serde_json::from_str(&before).unwrap();
    // The check ran, and found nothing.
    before.basis.check_ids.push("no-targets".to_owned());
    folder.file("before.json", &serde_json::to_string(&before).unwrap());
    let run = |options: &str| {
        Run::bare(&format!("demo --details --baseline before.json {options}"))
            .inside(&folder)
            .done()
    };
    let shown = run("--only-new").exits(0).stdout;
    assert!(shown.contains("new low[no-targets]") && !has(&shown, Severity::High), "{shown}");
    assert!(shown.contains("\nnot shown: 68 faults neither new nor worse\n"), "{shown}");
    assert!(shown.contains("\n69 faults: "), "{shown}");
    let whole = run("").exits(1).stdout;
    assert!(has(&whole, Severity::High) && !whole.contains("not shown"));
    let json = |options: &str| -> Report {
        let mut report: Report =
            serde_json::from_str(&run(&format!("--format json {options}")).stdout).unwrap();
        // It says that the gate is another one.
        let settings = report.basis.settings.take().unwrap();
        assert_eq!(settings.is_empty(), options.is_empty());
        report
    };
    assert!(json("--only-new") == json(""));
    // Without a report to compare with, all is shown.
    let all = demo("--only-new").stdout;
    let gate = "Gates set: only-new on (default off, by the command line)\n\n";
    assert_eq!(all.replace(gate, ""), demo("").stdout);
    let after = folder.path("after.json");
    fs::write(&after, demo("--format json").stdout).unwrap();
    let diff = |options: &str| {
        let run = Run::bare(&format!("diff before.json after.json {options}")).inside(&folder);
        run.done().exits(1).stdout
    };
    assert!(diff("").contains("new low[no-targets]"));
    let shown = diff("--min-severity medium");
    assert!(!shown.contains("new low[no-targets]"), "{shown}");
    assert!(shown.contains("not shown: 1 fault below medium") && shown.contains(": 1 new, "));
    assert!(diff("--min-severity medium --format json") == diff("--format json"));
}
