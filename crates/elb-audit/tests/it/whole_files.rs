//! Files that the program writes: nobody else reads them, and each is the old one or the new one, whole.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use elb_audit_core::inventory::Inventory;
use elb_audit_core::render;
use elb_audit_core::report::Report;
use elb_audit_fake_aws::FakeAws;

use crate::account::account;
use crate::program::{Done, Folder, Run, finished};

fn demo(folder: &Folder, options: &str) -> Run {
    Run::bare(&format!("demo -q {options}")).inside(folder)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Everything in a folder, hidden files among it.
pub(crate) fn names(folder: &Folder) -> Vec<String> {
    let all = fs::read_dir(folder.path("")).unwrap();
    let mut names: Vec<String> =
        all.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn is_report(path: &Path) -> bool {
    serde_json::from_slice::<Report>(&fs::read(path).unwrap()).is_ok()
}

/// Whether it is the name of what is under way.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && Path::new(name).extension().is_some_and(|end| end == "tmp")
}

/// A fingerprint that `accept` takes.
fn fault(folder: &Folder) -> String {
    let report: Report =
        serde_json::from_slice(&fs::read(folder.path("report.json")).unwrap()).unwrap();
    report.findings.iter().find(|one| one.is_fault()).unwrap().fingerprint.clone()
}

#[test]
fn new_files_are_for_their_owner_and_old_ones_keep_their_rights() {
    let fake = FakeAws::start(account());
    for (option, expected) in
        [("", 0o600), ("--output-mode 0644", 0o644), ("--output-mode 660", 0o660)]
    {
        let folder = Folder::new();
        // Whatever the process would take away or add.
        for (mask, place) in [("000", "wide"), ("077", "narrow")] {
            let run = demo(&folder, &format!("-o all={place}/ {option}"));
            let done = run.by_shell(&format!("umask {mask}; exec \"$0\" \"$@\"")).done().exits(1);
            assert_eq!(done.stderr, "");
            for format in render::ALL {
                let path = folder.path(place).join(format.file);
                assert_eq!(mode(&path), expected, "{option} {mask} {}", format.name);
                fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            }
            demo(&folder, &format!("-o all={place}/ {option}")).done().exits(1);
            for format in render::ALL {
                assert_eq!(mode(&folder.path(place).join(format.file)), 0o640, "{}", format.name);
            }
        }
        let saved = folder.path("account.json");
        Run::on(&fake, &format!("collect -q {option} -o")).arg(&saved).done().exits(0);
        assert_eq!(mode(&saved), expected, "collect {option}");
        assert!(serde_json::from_slice::<Inventory>(&fs::read(&saved).unwrap()).is_ok());
        let run = demo(&folder, "-o c.json").env("ELB_AUDIT_OUTPUT_MODE", "0604");
        run.done().exits(1);
        assert_eq!(mode(&folder.path("c.json")), 0o604);
    }
}

#[test]
fn what_accept_writes_is_for_its_owner_too() {
    let folder = Folder::new();
    demo(&folder, "-o report.json").done().exits(1);
    let accept = format!(
        "accept {} --report report.json --reason known --owner me --expires 2099-01-01",
        fault(&folder)
    );
    Run::bare(&accept).inside(&folder).by_shell("umask 022; exec \"$0\" \"$@\"").done().exits(0);
    assert_eq!(mode(&folder.path("elb-audit.toml")), 0o600);
    assert_eq!(names(&folder), ["elb-audit.toml", "report.json"]);
}

#[test]
fn a_mode_that_is_none_is_refused() {
    let folder = Folder::new();
    for mode in ["", "abc", "0o644", "0400", "1777", "99", "-1"] {
        for task in ["demo -o a.json", "collect -o a.json", "scan -o a.json"] {
            let run = Run::bare(&format!("{task} --output-mode={mode}")).inside(&folder);
            let done = run.done().exits(2);
            let said = "octal digits are needed that let the owner read and write";
            assert!(done.stderr.contains(said), "{mode}: {}", done.stderr);
        }
    }
    assert_eq!(names(&folder), [""; 0]);
}

/// What stays as it is when a file is replaced: its links, and whose it is.
#[test]
fn a_link_stays_one() {
    let folder = Folder::new();
    fs::create_dir(folder.path("real")).unwrap();
    std::os::unix::fs::symlink("real/later.json", folder.path("link.json")).unwrap();
    std::os::unix::fs::symlink("link.json", folder.path("second.json")).unwrap();
    for _ in 0..2 {
        demo(&folder, "-o second.json").done().exits(1);
        assert!(folder.path("second.json").is_symlink() && folder.path("link.json").is_symlink());
        assert!(is_report(&folder.path("real/later.json")));
    }
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1);
    std::os::unix::fs::symlink("ring.json", folder.path("ring.json")).unwrap();
    demo(&folder, "-o ring.json").done().says(2, &["error: --output ring.json: "]);
}

#[test]
fn what_is_open_already_is_written_in_place() {
    let folder = Folder::new();
    let alone = demo(&folder, "--format json").done().stdout;
    // The shell's own redirections, to a file and to a pipe: what stands there before stays.
    for (script, place) in [
        ("echo before > out; exec \"$0\" \"$@\" >> out", "/dev/stdout"),
        ("echo before > out; exec \"$0\" \"$@\" 3>> out", "/dev/fd/3"),
        ("{ echo before; \"$0\" \"$@\"; } | cat > out", "/dev/stdout"),
        ("{ echo before >&4; \"$0\" \"$@\"; } 4>&1 >/dev/null | cat > out", "/dev/fd/4"),
    ] {
        let run = demo(&folder, &format!("--format csv -o json={place}"));
        run.by_shell(script).done();
        let out = fs::read_to_string(folder.path("out")).unwrap();
        let out = out.strip_prefix("before\n").unwrap_or_else(|| panic!("{script}: {out:.80}"));
        let at = out.find('{').unwrap();
        assert!(out[at..].starts_with(&alone), "{script}: {out:.80}");
        assert_eq!(names(&folder), ["out"], "{script}");
    }
    demo(&folder, "-o /dev/null").done().exits(1);
    let full = demo(&folder, "-o json=/dev/full").done().exits(5);
    assert!(full.stderr.contains("cannot write /dev/full: No space left"), "{}", full.stderr);
}

/// Another user, whose rights count: who tests may be root.
fn as_nobody(run: Run) -> Run {
    run.by_shell(
        "if [ \"$(id -u)\" = 0 ]; then exec setpriv --reuid 65534 --clear-groups \"$0\" \"$@\"; fi; \
         exec \"$0\" \"$@\"",
    )
}

#[test]
fn in_a_folder_that_is_not_ours_a_file_is_written_in_place() {
    let folder = Folder::new();
    let file = folder.file("a.json", &"old".repeat(400_000));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o555)).unwrap();
    let before = fs::metadata(&file).unwrap().ino();
    let done = as_nobody(demo(&folder, "-o a.json")).done().exits(1);
    assert_eq!(done.stderr, "");
    assert!(is_report(&file), "nothing of the old one is left behind it");
    assert_eq!((fs::metadata(&file).unwrap().ino(), mode(&file)), (before, 0o666));
    let done = as_nobody(demo(&folder, "-o b.json")).done();
    done.says(2, &["error: --output b.json: Permission denied"]);
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(names(&folder), ["a.json"]);
}

/// Whether this machine lets a test mount something.
fn can_mount() -> bool {
    let mount = "unshare -rm mount -t tmpfs -o size=64k none /tmp";
    let tried = Command::new("/bin/sh").args(["-c", mount]).stderr(Stdio::null()).status();
    let can = tried.is_ok_and(|status| status.success());
    if !can {
        let _ = writeln!(std::io::stderr(), "left out: nothing can be mounted here");
    }
    assert!(can || std::env::var_os("ELB_AUDIT_REQUIRE_MOUNT").is_none(), "nothing can be mounted");
    can
}

#[test]
fn a_file_that_is_mounted_alone_is_written_in_place() {
    if !can_mount() {
        return;
    }
    let folder = Folder::new();
    folder.file("mounted.json", "old");
    folder.file("real", &"old".repeat(400_000));
    let script = "exec unshare -rm sh -c 'mount --bind real mounted.json && exec \"$0\" \"$@\"' \"$0\" \"$@\"";
    let done = demo(&folder, "-o mounted.json").by_shell(script).done().exits(1);
    assert_eq!(done.stderr, "");
    assert!(is_report(&folder.path("real")));
    assert_eq!(fs::read_to_string(folder.path("mounted.json")).unwrap(), "old");
    assert_eq!(names(&folder), ["mounted.json", "real"]);
}

/// What is said when there is no room: one line for the large file, and the small one is there.
fn has_no_room(done: Done, said: &str) {
    let done = done.exits(5);
    let lines: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{}", done.stderr);
    assert!(
        lines[0].starts_with("error: cannot write ") && lines[0].contains(said),
        "{}",
        lines[0]
    );
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    if !can_mount() {
        return;
    }
    let folder = Folder::new();
    fs::create_dir(folder.path("disk")).unwrap();
    // What is on the disk is gone with it: it is looked at before.
    let script = "exec unshare -rm sh -c 'mount -t tmpfs -o size=128k none disk && echo old > disk/a.json && \
                  \"$0\" \"$@\"; code=$?; ls -A disk > listing; cat disk/a.json > kept; exit $code' \"$0\" \"$@\"";
    let outputs = "-o disk/a.json -o gitlab=disk/b.json -o c.json";
    has_no_room(
        demo(&folder, outputs).by_shell(script).done(),
        "disk/a.json: No space left on device",
    );
    assert_eq!(fs::read_to_string(folder.path("kept")).unwrap(), "old\n");
    assert_eq!(fs::read_to_string(folder.path("listing")).unwrap(), "a.json\nb.json\n");
    assert!(is_report(&folder.path("c.json")), "the other outputs are written");
}

#[test]
fn a_limit_on_the_size_of_files_is_a_full_disk() {
    let folder = Folder::new();
    fs::create_dir(folder.path("closed")).unwrap();
    let closed = folder.file("closed/a.json", "old");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    folder.file("a.json", "old");
    let limit = "ulimit -f 128; exec \"$0\" \"$@\"";
    let run = demo(&folder, "-o a.json -o gitlab=b.json").by_shell(limit);
    has_no_room(run.done(), "a.json: File too large");
    // In place, too.
    let run = as_nobody(demo(&folder, "-o closed/a.json")).by_shell(limit);
    has_no_room(run.done(), "a.json: File too large");
    for kept in ["a.json", "closed/a.json"] {
        assert_eq!(fs::read_to_string(folder.path(kept)).unwrap(), "old", "{kept}");
    }
    assert_eq!(names(&folder), ["a.json", "b.json", "closed"]);
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    // An inventory, a configuration and a state likewise.
    let fake = FakeAws::start(account());
    folder.file("state.json", "");
    for task in ["collect -q -o a.json", "scan -q --fail-on never --state new.json"] {
        let run = Run::on(&fake, task).inside(&folder).by_shell("ulimit -f 8; exec \"$0\" \"$@\"");
        has_no_room(run.done(), "File too large");
    }
    assert_eq!(fs::read_to_string(folder.path("a.json")).unwrap(), "old");
    demo(&folder, "-o report.json").done().exits(1);
    let accept = format!(
        "accept {} --report report.json --reason known --owner me --expires 2099-01-01",
        fault(&folder)
    );
    let text = "# a comment\n".repeat(1_000);
    folder.file("elb-audit.toml", &text);
    let run = Run::bare(&accept).inside(&folder).by_shell("ulimit -f 8; exec \"$0\" \"$@\"");
    has_no_room(run.done(), "elb-audit.toml: File too large");
    assert_eq!(fs::read_to_string(folder.path("elb-audit.toml")).unwrap(), text);
    let left = ["a.json", "b.json", "closed", "elb-audit.toml", "report.json", "state.json"];
    assert_eq!(names(&folder), left);
}

#[test]
fn of_runs_at_the_same_time_each_leaves_a_whole_file() {
    let folder = Folder::new();
    let start = |options: &str| demo(&folder, options).started(Stdio::null());
    let runs: Vec<_> = (0..6)
        .map(|number| start(if number % 2 == 0 { "-o json=a" } else { "-o markdown=a" }))
        .collect();
    for run in runs {
        assert_eq!(finished(&run.wait_with_output().unwrap()).exits(1).stderr, "");
        let text = fs::read_to_string(folder.path("a")).unwrap();
        let whole = if text.starts_with('{') {
            serde_json::from_str::<Report>(&text).is_ok()
        } else {
            text.starts_with("## elb-audit: ") && text.ends_with('\n')
        };
        assert!(whole, "{text:.80}");
    }
    assert_eq!(names(&folder), ["a"]);
}

#[test]
fn what_a_killed_run_has_left_goes_with_the_next_one() {
    let folder = Folder::new();
    let long = "n".repeat(250);
    for name in ["a.json", &long] {
        let output = format!("json={name}");
        demo(&folder, "-o").arg(&output).done().exits(1);
        // A run that is killed as soon as the new file is seen beside the old one.
        let mut run = demo(&folder, "-o").arg(&output).started(Stdio::null());
        let is_beside = |name: &String| name.starts_with('.');
        let beside = loop {
            if let Some(beside) = names(&folder).into_iter().find(is_beside) {
                break Some(beside);
            }
            if run.try_wait().unwrap().is_some() {
                break None;
            }
        };
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(is_report(&folder.path(name)));
        // It may have been too fast to be killed.
        let mut left = Vec::from_iter(beside.map(|beside| folder.path(&beside)));
        left.retain(|left| left.exists());
        if name == "a.json" {
            left.push(folder.file(".a.json.0123456789abcdef.tmp", ""));
        }
        // A young one may be another run's, and is in nobody's way.
        demo(&folder, "-o").arg(&output).done().exits(1);
        assert!(left.iter().all(|left| left.exists()));
        let old = SystemTime::now() - Duration::from_secs(3_601);
        for left in left {
            File::options().write(true).open(&left).unwrap().set_modified(old).unwrap();
        }
        demo(&folder, "-o").arg(&output).done().exits(1);
        assert!(!names(&folder).iter().any(is_beside), "{:?}", names(&folder));
        fs::remove_file(folder.path(name)).unwrap();
    }
}

/// Somebody who has had enough of it is no failure, whatever the format and wherever it goes.
#[test]
fn a_reader_who_leaves_ends_it_quietly() {
    let folder = Folder::new();
    let demo_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    let report = folder.path("report.json");
    demo(&folder, "-o report.json").done().exits(1);
    let mut tasks: Vec<(String, Option<PathBuf>)> = vec![
        ("checks --format json".to_owned(), None),
        ("permissions".to_owned(), None),
        ("--help".to_owned(), None),
        ("explain waf-not-associated".to_owned(), None),
    ];
    for format in render::ALL {
        tasks.push((format!("demo -q --details --format {}", format.name), None));
        tasks.push((format!("demo -q -o {}=/dev/stdout", format.name), None));
        tasks.push((format!("check -q --format {}", format.name), Some(demo_file.clone())));
        tasks.push((format!("diff report.json --format {}", format.name), Some(report.clone())));
    }
    for (task, file) in tasks {
        // Its standard output has no reader from the beginning, and then one that leaves after a byte.
        for reader in ["true", "head -c 1"] {
            let script = format!("{{ \"$0\" \"$@\"; echo $? > code; }} | {reader} > /dev/null");
            let run = Run::bare(&task).inside(&folder).by_shell(&script);
            let done = file.iter().fold(run, Run::arg).done().exits(0);
            assert_eq!(done.stderr, "", "{task} | {reader}");
            let code = fs::read_to_string(folder.path("code")).unwrap();
            assert!(["0\n", "1\n"].contains(&code.as_str()), "{task} | {reader}: {code}");
        }
    }
    let fake = FakeAws::start(account());
    let script = "{ \"$0\" \"$@\"; echo $? > code; } | true";
    let done = Run::on(&fake, "collect -q -o -").inside(&folder).by_shell(script).done().exits(0);
    assert_eq!((done.stderr.as_str(), &*fs::read(folder.path("code")).unwrap()), ("", &b"0\n"[..]));
}
