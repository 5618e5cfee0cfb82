//! Where `--output` writes to: as many places as are named, folders, S3 and standard output.

use std::fs;
use std::path::Path;
use std::process::Command;

use elb_audit_core::render;
use elb_audit_core::report::Report;
use elb_audit_fake_aws::{Account, Bucket, FakeAws, Fault, Region};
use serde_json::Value;

use crate::account::NUMBER;
use crate::program::{Done, Folder, Run};

fn demo(folder: &Folder, options: &str) -> Done {
    Run::bare(&format!("demo {options}")).inside(folder).done()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_gets_the_default_names() {
    let folder = Folder::new();
    let mut names: Vec<String> = render::ALL.iter().map(|format| format.file.to_owned()).collect();
    names.sort();
    demo(&folder, "-q -o all=reports/").exits(1);
    assert_eq!(files(&folder.path("reports")), names);
    let one_by_one = Folder::new();
    let outputs: Vec<String> =
        render::ALL.iter().map(|format| format!("-o {}=reports/", format.name)).collect();
    demo(&one_by_one, &outputs.join(" ")).exits(1);
    assert_eq!(files(&one_by_one.path("reports")), names);
    for name in &names {
        let [one, other] = [&folder, &one_by_one]
            .map(|folder| fs::read(folder.path("reports").join(name)).unwrap());
        assert!(one == other, "{name}");
    }
    // One that is there needs no slash; without a format it gets that of standard output.
    demo(&folder, "--format json -o reports").exits(1);
    fs::create_dir(folder.path("here")).unwrap();
    demo(&folder, "-o here -o csv,json=a/b/").exits(1);
    assert_eq!(files(&folder.path("here")), ["elb-audit.txt"]);
    assert_eq!(files(&folder.path("a/b")), ["elb-audit.csv", "elb-audit.json"]);
}

#[test]
fn standard_output_is_a_place() {
    let folder = Folder::new();
    let json = demo(&folder, "--format json").stdout;
    assert_eq!(demo(&folder, "-o json=-").stdout, json);
    assert_eq!(demo(&folder, "--format json -o -").stdout, json);
    assert_eq!(demo(&folder, "-o json=- -o csv=a.csv").stdout, json);
    assert!(!folder.path("-").exists() && folder.path("a.csv").exists());
    for options in ["-o json=- -o csv=-", "-o - -o -", "-o csv,json=-", "--format text -o json=-"] {
        let done = demo(&folder, options);
        assert_eq!(done.stdout, "", "{options}");
        done.says(2, &["error: --output "]);
    }
}

#[test]
fn what_contradicts_or_overwrites_is_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.path("out")).unwrap();
    for (options, said) in [
        ("-o a.json -o a.json", "--output a.json: the same place twice"),
        ("-o a.json -o json=./a.json", "--output json=./a.json: the same place twice"),
        ("-o json=out -o out/elb-audit.json", "the same place twice"),
        (
            "-o csv,json=a",
            "--output csv,json=a: a file, an object and standard output hold one format",
        ),
        ("-o jsn=a", "unknown format `jsn`: text, json, "),
        ("-o a=b.json", "a file whose name has an = in it is ./FILE"),
        ("-o all=-", "a file, an object and standard output hold one format"),
        ("-o json=", "--output json=: a place is needed"),
        ("-o https://example.com/a.json", "is no place for a report"),
        ("-o s3://Reports/a.json", "`Reports` cannot be the name of a bucket"),
        ("-o no/such/folder.json", "--output no/such/folder.json: there is no folder no/such"),
    ] {
        let done = demo(&folder, options);
        assert_eq!(done.stdout, "", "{options}");
        done.says(2, &["error: ", said]);
    }
    assert_eq!(files(&folder.path("")), ["out"]);
    assert!(files(&folder.path("out")).is_empty());
}

#[test]
fn what_is_read_or_kept_is_not_overwritten() {
    let folder = Folder::new();
    let inventory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let text = fs::read_to_string(inventory).unwrap();
    folder.file("account.json", &text);
    for output in ["account.json", "./account.json"] {
        let run = Run::bare(&format!("check account.json -o {output}")).inside(&folder);
        run.done().says(2, &["the inventory would be overwritten"]);
    }
    assert_eq!(fs::read_to_string(folder.path("account.json")).unwrap(), text);
    let run = Run::bare("scan --state state.json -o json=state.json").inside(&folder);
    run.done().says(2, &["what --state keeps would be overwritten"]);
    folder.file("elb-audit.toml", "min-severity = \"high\"\n");
    for task in ["demo", "check account.json", "scan"] {
        let run = Run::bare(&format!("{task} -o csv=elb-audit.toml")).inside(&folder);
        run.done().says(2, &["elb-audit.toml: the configuration would be overwritten"]);
    }
    Run::bare("demo --no-config -o csv=elb-audit.toml").inside(&folder).done().exits(1);
}

/// A name that leads to another file, or to what is none.
#[cfg(unix)]
#[test]
fn a_file_of_another_name_is_the_same_file() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let inventory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    fs::copy(&inventory, folder.path("account.json")).unwrap();
    fs::hard_link(folder.path("account.json"), folder.path("hard.json")).unwrap();
    symlink("account.json", folder.path("soft.json")).unwrap();
    for output in ["hard.json", "soft.json"] {
        let run = Run::bare(&format!("check account.json -o {output}")).inside(&folder);
        run.done().says(2, &["the inventory would be overwritten"]);
    }
    // A link to what is not there yet stays, and is followed.
    symlink("later.json", folder.path("link.json")).unwrap();
    demo(&folder, "-o link.json").exits(1);
    assert!(folder.path("link.json").is_symlink());
    assert!(
        serde_json::from_slice::<Report>(&fs::read(folder.path("later.json")).unwrap()).is_ok()
    );
    demo(&folder, "-o /dev/null").exits(1);
}

/// Who reads a pipe takes it for ended when it is closed.
#[cfg(unix)]
#[test]
fn a_pipe_is_opened_once() {
    let folder = Folder::new();
    let made = Command::new("mkfifo").arg(folder.path("pipe.json")).status().unwrap();
    assert!(made.success());
    let pipe = folder.path("pipe.json");
    let reader = std::thread::spawn(move || fs::read(pipe).unwrap());
    demo(&folder, "-o pipe.json").exits(1);
    assert!(serde_json::from_slice::<Report>(&reader.join().unwrap()).is_ok());
}

#[test]
fn the_environment_holds_a_place_a_line() {
    let folder = Folder::new();
    let run = Run::bare("demo").env("ELB_AUDIT_OUTPUT", "a.json\nsarif,csv=out/\n");
    run.inside(&folder).done().exits(1);
    assert_eq!(files(&folder.path("")), ["a.json", "out"]);
    assert_eq!(files(&folder.path("out")), ["elb-audit.csv", "elb-audit.sarif"]);
}

#[test]
fn a_name_of_any_length_is_written_in_every_format() {
    let folder = Folder::new();
    let inventory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let mut inventory: Value = serde_json::from_slice(&fs::read(inventory).unwrap()).unwrap();
    let region = &mut inventory["accounts"][0]["regions"][0];
    region["name"] = "r".repeat(70_000).into();
    region["v2"]["items"][0]["name"] = "n".repeat(100_000).into();
    folder.file("long.json", &inventory.to_string());
    let run = Run::bare("check long.json --no-config -o all=out/").inside(&folder);
    let done = run.done().exits(1);
    assert!(done.stdout.contains("Start here"), "{}", done.stderr);
    assert_eq!(files(&folder.path("out")).len(), render::ALL.len());
}

#[test]
fn a_report_is_written_to_s3() {
    let account = Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", Region::with_network())
        .with(Bucket::new("reports", "eu-west-1"));
    let fake = FakeAws::start(account);
    let folder = Folder::new();
    let outputs = "-o s3://reports/a/b.json -o markdown,csv=s3://reports/daily/ -o s3://reports";
    for task in ["scan", "demo"] {
        let done = Run::on(&fake, &format!("{task} --fail-on never {outputs}")).inside(&folder);
        let text = done.done().exits(0).stdout;
        let object = |key: &str| fake.object("reports", key).unwrap_or_else(|| panic!("no {key}"));
        assert!(serde_json::from_str::<Report>(&object("a/b.json")).is_ok());
        assert!(object("daily/elb-audit.md").starts_with("## elb-audit: "));
        assert!(object("daily/elb-audit.csv").starts_with("\"fingerprint\","));
        assert_eq!(object("elb-audit.txt"), text);
    }
    // The rest is there all the same, and the exit code says that something is not.
    fake.fault(Fault::deny("s3:PutObject"));
    let run = Run::on(&fake, "demo --fail-on never -o s3://reports/a.json -o a.csv");
    let done = run.inside(&folder).done().exits(5);
    assert!(done.stderr.contains("cannot write s3://reports/a.json: "), "{}", done.stderr);
    assert!(done.stderr.contains(": allow s3:PutObject"), "{}", done.stderr);
    assert!(folder.path("a.csv").exists());
}

#[test]
fn a_summary_goes_beside_the_annotations() {
    let folder = Folder::new();
    let run = |options: &str, file: &str| {
        let run = Run::bare(&format!("demo {options}")).inside(&folder);
        run.env("GITHUB_STEP_SUMMARY", file).done()
    };
    folder.file("summary.md", "before\n");
    let markdown = demo(&folder, "--format markdown").stdout;
    let annotated = run("--format github", "summary.md").exits(1);
    assert!(annotated.stdout.starts_with("::error title="), "{}", annotated.stdout);
    let summary = || fs::read_to_string(folder.path("summary.md")).unwrap();
    assert_eq!(summary(), format!("before\n{markdown}"));
    // Only where the runner reads the commands.
    for options in ["", "--format markdown", "-o github=a.txt"] {
        run(options, "summary.md").exits(1);
        assert_eq!(summary(), format!("before\n{markdown}"), "{options}");
    }
    run("--format github", "").exits(1);
    let done = run("--format github", "no/such/folder.md").exits(5);
    assert!(done.stderr.contains("error: cannot write no/such/folder.md: "), "{}", done.stderr);
    assert!(done.stdout.starts_with("::error title="), "{}", done.stdout);
}
