//! What is read is read within bounds, whatever and wherever it is.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use elb_audit_fake_aws::{Bucket, FakeAws, Fault};
use serde_json::Value;

use crate::program::{Folder, Run};
use crate::watch::{account, scan};

fn fifo(folder: &Folder, name: &str) -> std::path::PathBuf {
    let path = folder.path(name);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

const INVENTORY: &str = r#"{"schema": "elb-audit/inventory/v1", "taken_at": "2026-11-02T09:00:00Z", "cost":
    {"api_calls": 1, "milliseconds": 1}, "accounts": [{"id": "1", "partition": "aws", "caller": {"known": "x"},
    "region_list": {"known": null}, "notes": ["#;
const REPORT: &str = r#"{"schema": "elb-audit/report/v1", "notes": ["#;

/// Files that would become many times their size of memory, or have no end, are refused in a line. Were they
/// understood first, the limit on memory would end the program otherwise.
#[test]
fn what_is_no_inventory_takes_no_memory() {
    let folder = Folder::new();
    let of = |name: &str, head: &str, unit: &str| {
        let text = format!("{head}{}", unit.repeat((24 << 20) / unit.len()));
        folder.file(name, &text)
    };
    let (crowded, foreign) =
        ("far more values than an inventory or a report", "it is not a JSON object");
    let long = "a text in it is longer than 1024 KB";
    let files = [
        (of("zeros", "", "\0"), foreign),
        (of("brackets", "", "["), foreign),
        (of("numbers", "[0", ",0"), foreign),
        (of("text", "\"", "a"), foreign),
        (of("empty texts", INVENTORY, "\"\","), crowded),
        (of("brackets within", INVENTORY, "["), crowded),
        (of("braces within", INVENTORY, "{},"), crowded),
        (of("an unknown key", "{\"junk\": [0", ",0"), crowded),
        (of("a long text", &format!("{INVENTORY}\""), "a"), long),
        (of("a long text in a report", &format!("{REPORT}\""), "\\\""), long),
        ("/dev/zero".into(), foreign),
    ];
    let limit = "ulimit -v 600000; exec \"$0\" \"$@\"";
    let tasks = ["check", "diff /dev/null", "explain abc --report", "permissions --missing"];
    for (place, (path, said)) in files.iter().enumerate() {
        // Every file by every command in turn.
        let task = tasks[place % tasks.len()];
        let run = match task.strip_suffix(" /dev/null") {
            // It is the first report that is read first.
            Some(task) => Run::bare(task).arg(path).arg("/dev/null"),
            None => Run::bare(task).arg(path),
        };
        run.by_shell(limit).done().says(2, &["error: cannot read ", said]);
        let script = format!("{limit} < \"$FILE\"");
        let run = Run::bare("check -").env("FILE", path).by_shell(&script);
        run.done().says(2, &["error: cannot read -: ", said]);
    }
    // Larger than what is read at all: none of it is.
    let sparse = folder.path("sparse");
    File::create(&sparse).unwrap().set_len((2 << 30) + 1).unwrap();
    let said = "it is larger than 2 GB, which is the most that is read";
    Run::bare("check").arg(&sparse).done().says(2, &["error: cannot read ", said]);
    Run::bare("diff a.json").arg(&sparse).inside(&folder).done().exits(2);
    let fake = FakeAws::start(account(true, false));
    let done = scan(&fake, "--state").arg(&sparse).done().exits(5);
    assert!(done.stderr.contains(said), "{}", done.stderr);
    assert_eq!(done.report().summary.faults.high, 1, "the findings are there all the same");
}

/// A message tells what is wrong, and not all that the file holds.
#[test]
fn what_is_wrong_is_told_briefly() {
    let folder = Folder::new();
    // Not what may be a secret, which nobody would be shown anyway.
    let long = "two words ".repeat(50_000);
    for text in [
        format!("{{\"schema\": \"elb-audit/inventory/v1\", \"taken_at\": \"{long}\"}}"),
        format!("{{\"schema\": \"{long}\"}}"),
        format!("{{\"schema\": [\"{long}\"]}}"),
        format!("\"{}\"", &long[..60_000]),
        format!("{{\"schema\": \"elb-audit/report/v1\", \"taken_at\": \"{long}\"}}"),
    ] {
        let file = folder.file("long.json", &text);
        for task in ["check", "diff x.json", "explain abc --report"] {
            let run = Run::bare(task).inside(&folder);
            let done = run.arg(&file).done().exits(2);
            assert!(done.stderr.len() < 700, "{} bytes", done.stderr.len());
        }
    }
}

#[test]
fn what_people_write_may_come_through_a_pipe_and_is_not_large() {
    let folder = Folder::new();
    let pipe = fifo(&folder, "pipe.toml");
    let writer = std::thread::spawn(move || fs::write(pipe, "min-severity = \"high\"\n").unwrap());
    let done = Run::bare("demo --config pipe.toml").inside(&folder).done().exits(1);
    assert!(done.stdout.contains("below high"), "{}", done.stdout);
    writer.join().unwrap();
    let run = Run::bare("demo --config /dev/stdin").input("min-severity = \"high\"\n");
    assert!(run.done().exits(1).stdout.contains("below high"));
    let said = "it is larger than 16 MB, which is the most that is read";
    for task in ["demo --config /dev/zero", "scan --accounts /dev/zero"] {
        Run::bare(task).done().says(2, &["error: cannot read /dev/zero: ", said]);
    }
    let missing = Run::bare("scan --accounts none.txt").inside(&folder).done();
    missing.says(2, &["cannot read none.txt: No such file or directory"]);
}

#[test]
fn an_inventory_may_come_through_a_pipe() {
    let folder = Folder::new();
    let inventory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let pipe = fifo(&folder, "pipe.json");
    let text = fs::read(inventory).unwrap();
    let writer = std::thread::spawn(move || fs::write(pipe, text).unwrap());
    let done = Run::bare("check pipe.json --format json").inside(&folder).done().exits(1);
    assert!(done.report().summary.load_balancers > 0);
    writer.join().unwrap();
    let script = "exec \"$0\" \"$@\" /dev/fd/3 3< \"$FILE\"";
    let inventory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let run = Run::bare("check --format json").env("FILE", inventory).by_shell(script);
    assert!(run.done().exits(1).report().summary.load_balancers > 0);
}

/// A state is written again, and so can be nothing but a file: that is known before anybody is asked anything.
#[test]
fn a_state_is_a_regular_file() {
    let folder = Folder::new();
    let fake = FakeAws::start(account(true, false));
    let _socket = UnixListener::bind(folder.path("socket")).unwrap();
    std::os::unix::fs::symlink("/dev/null", folder.path("link")).unwrap();
    let pipe = fifo(&folder, "pipe");
    for place in [
        folder.path("socket"),
        folder.path("link"),
        pipe,
        "/dev/null".into(),
        "/dev/stdin".into(),
        "/dev/stdout".into(),
        "/dev/fd/0".into(),
        "/proc/self/fd/1".into(),
    ] {
        let done = scan(&fake, "--state").arg(&place).done();
        done.says(2, &["error: --state: ", "is not a regular file: a report cannot be kept there"]);
    }
    // What is written to a file is still what this process has open.
    let out = File::create(folder.path("out")).unwrap();
    let done = scan(&fake, "--state /dev/stdout").output_to(out);
    done.says(2, &["is not a regular file"]);
    assert_eq!(fake.log().len(), 0);
}

/// Answers as S3 to whoever looks for a bucket, and then lets the object come drop by drop.
fn dripping() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drip(stream));
        }
    });
    url
}

fn drip(mut stream: TcpStream) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    if !head.starts_with(b"GET") {
        let found = "HTTP/1.1 200 OK\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n\
                     Connection: close\r\n\r\n";
        return stream.write_all(found.as_bytes()).ok();
    }
    let begun = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 100000\r\n\r\n{";
    stream.write_all(begun.as_bytes()).ok()?;
    // As slow as the reader is patient: a drop whenever there is a moment.
    loop {
        stream.write_all(b" ").ok()?;
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Longer than any of these runs should take, and shorter than they would without a deadline.
const PATIENCE: &str = "exec timeout 40 \"$0\" \"$@\"";

#[test]
fn an_object_that_drips_keeps_nobody_from_his_findings() {
    let fake = FakeAws::start(account(true, false));
    let url = dripping();
    let run = |options: &str| {
        let run = scan(&fake, options).env("AWS_ENDPOINT_URL_S3", &url);
        run.by_shell(PATIENCE).done()
    };
    let done = run("--timeout 12 --state s3://reports/state.json").exits(5);
    let said = "error: cannot read s3://reports/state.json: it ";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    assert!(done.stderr.contains("left as it was"), "{}", done.stderr);
    let report = done.report();
    assert_eq!((report.summary.faults.high, report.gaps.len()), (1, 0), "{:?}", report.gaps);
    let done = run("--timeout 1 --baseline s3://reports/base.json");
    assert!(
        done.stderr.contains("error: cannot read s3://reports/base.json: it "),
        "{}",
        done.stderr
    );
    assert_eq!(done.stdout, "");
}

#[test]
fn an_object_that_never_comes_keeps_nobody_from_his_findings() {
    let fake = FakeAws::start(account(true, false).with(Bucket::new("reports", "eu-west-1")));
    fake.fault(Fault::hang("s3:GetObject"));
    let run = scan(&fake, "--timeout 12 --state s3://reports/state.json").by_shell(PATIENCE);
    let done = run.done().exits(5);
    assert!(done.stderr.contains("cannot read s3://reports/state.json"), "{}", done.stderr);
    assert_eq!(done.report().summary.faults.high, 1);
}

#[test]
fn an_address_that_is_none_is_refused_before_anything_is_sent() {
    for url in ["http://127.0.0.1:99999", "http://127.0.0.1:", "nonsense", "ftp://127.0.0.1"] {
        let done = Run::at(url, "scan --retries 0").done().exits(2);
        let said = format!("error: AWS_ENDPOINT_URL: `{url}` is no address: one ");
        assert!(done.stderr.starts_with(&said), "{}", done.stderr);
    }
    for hook in ["http://127.0.0.1:99999/hush", "https://[::1/hush", "https://example.com:0/hush"] {
        let run = Run::at("http://127.0.0.1:9", "scan --notify").arg(format!("webhook:{hook}"));
        let done = run.done().exits(2);
        assert!(!done.stderr.contains("hush") && !done.stderr.contains("AWS"), "{}", done.stderr);
    }
}

#[test]
fn a_device_is_no_file_of_profiles_or_authorities() {
    let fake = FakeAws::start(account(true, false));
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "SSL_CERT_FILE"] {
        let done = Run::on(&fake, "scan").env(name, "/dev/zero").done().exits(2);
        let said = format!("error: {name} names the file /dev/zero, which is a device\n");
        assert_eq!(done.stderr, said);
    }
    Run::on(&fake, "scan").env("AWS_CONFIG_FILE", "/dev/null").done().exits(1);
}

#[test]
fn an_inventory_that_contradicts_itself_is_refused() {
    let fake = FakeAws::start(account(true, false));
    let folder = Folder::new();
    Run::on(&fake, "collect -o a.json").inside(&folder).done().exits(0);
    let whole: Value = serde_json::from_slice(&fs::read(folder.path("a.json")).unwrap()).unwrap();
    let with = |change: fn(&mut Value)| {
        let mut other = whole.clone();
        let regions = other["accounts"][0]["regions"].as_array_mut().unwrap();
        let place = regions.iter().position(|one| one["name"] == "eu-west-1").unwrap();
        let mut copy = regions[place].clone();
        change(&mut copy);
        regions.insert(0, copy);
        folder.file("b.json", &other.to_string());
        Run::bare("check b.json").inside(&folder).done()
    };
    let said = "it holds region eu-west-1 twice, and not alike";
    let done = with(|copy| copy["v2"]["items"] = Value::Array(Vec::new())).exits(2);
    assert!(done.stderr.contains(said), "{}", done.stderr);
    with(|_| {}).exits(1);
}
