//! `elb-audit check` on saved inventories of 1,000 to 100,000 load balancers: wall time, peak memory,
//! verdicts a second, and how they grow. `cargo bench` runs it; `cargo bench -- 1000 10000` other sizes, and
//! `cargo bench -- 100000 formats` what each format costs beside the first screen of text, which is all but
//! judging alone; `cargo bench -- rules` what listeners with many rules cost.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use elb_audit_core::fixtures::sample;
use elb_audit_core::fixtures::sample::login;
use elb_audit_core::inventory::{
    BucketState, Condition, Inventory, Kind, LoadBalancer, Region, Rule, TargetGroup,
};
use elb_audit_core::render::{self, Format};
use elb_audit_core::report::Summary;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;
use serde_json::Value;

/// The regions that every account has: the load balancers are spread over them.
const REGIONS: usize = 17;
/// One load balancer in so many has faults.
const FAULTY: usize = 11;

/// What one run cost.
struct Cost {
    wall: Duration,
    /// Kibibytes.
    peak: u64,
    verdicts: usize,
    faults: usize,
    unknown: usize,
}

fn main() {
    // Cargo passes `--bench`.
    let sizes: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    if std::env::args().any(|word| word == "formats") {
        return sizes.into_iter().for_each(formats);
    }
    if std::env::args().any(|word| word == "rules") {
        return rules();
    }
    let sizes = if sizes.is_empty() { vec![1_000, 10_000, 100_000] } else { sizes };
    println!(
        "{:>14} {:>9} {:>9} {:>10} {:>10} {:>14} {:>12}",
        "load balancers",
        "file MB",
        "wall s",
        "peak MB",
        "verdicts",
        "verdicts a s",
        "us a balancer"
    );
    let mut first: Option<(usize, Cost)> = None;
    for size in sizes {
        let file = scene(size).expect("a temporary file can be written");
        let length = fs::metadata(&file).map_or(0, |meta| meta.len());
        let runs = if size > 20_000 { 3 } else { 5 };
        let mut costs: Vec<Cost> = (0..runs).map(|_| run(&file)).collect();
        costs.sort_by_key(|cost| cost.wall);
        let cost = costs.swap_remove(costs.len() / 2);
        fs::remove_file(&file).expect("the file that was written");
        line(size, length, &cost);
        match &first {
            None => first = Some((size, cost)),
            Some((least, base)) => growth(size / least, base, &cost),
        }
    }
}

/// Listeners with so many rules, each made from its number.
type Scene = (&'static str, usize, fn(usize) -> Rule);

/// What one load balancer costs whose listener has many rules: with wildcards in every field, with paths of
/// their own, and with every second one behind a login, all to one group.
fn rules() {
    println!(
        "{:>28} {:>6} {:>9} {:>10} {:>10}",
        "listener", "rules", "wall s", "peak MB", "unknown"
    );
    let kinds: [Scene; 4] = [
        ("wildcards in every field", 100, wildcards),
        ("a path each", 2_000, by_path),
        ("every second one logs in", 2_000, by_login),
        ("wildcards that overlap", 200, overlapping),
    ];
    for (title, number, rule) in kinds {
        let all = (0..number).map(rule).collect();
        let listener = sample::ruled(sample::https(vec![sample::fixed_response("404")]), all);
        let inventory = sample::listening(&Kind::Application, vec![listener]);
        let name = format!("elb-audit-rules-{}.json", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut out = File::create(&path).expect("a temporary file can be written");
        write(&mut out, &inventory).expect("a temporary file can be written");
        let mut costs: Vec<Cost> = (0..3).map(|_| run(&path)).collect();
        costs.sort_by_key(|cost| cost.wall);
        let cost = &costs[1];
        fs::remove_file(&path).expect("the file that was written");
        println!(
            "{title:>28} {number:>6} {:>9.2} {:>10} {:>10}",
            cost.wall.as_secs_f64(),
            cost.peak / 1024,
            cost.unknown,
        );
    }
}

fn numbered(number: usize, conditions: Vec<Condition>, logs_in: bool) -> Rule {
    let priority = u32::try_from(number + 1).ok();
    let actions = if logs_in { login::required("web") } else { vec![sample::forward("web")] };
    sample::rule(priority, conditions, actions)
}

fn wildcards(number: usize) -> Rule {
    let text = |text: &str| text.replace('N', &number.to_string());
    let header = Condition {
        header: Some("User-Agent".to_owned()),
        ..sample::condition("http-header", &[&text("*botN*"), &text("agent-N?*x")])
    };
    let all = vec![
        sample::host(&[&text("*.aN*.example.com"), &text("?N.*.example.*")]),
        sample::path(&[&text("/*/N*/x?"), &text("/api/*/N/*.json")]),
        header,
        sample::condition("query-string", &[&text("kN=*v*"), &text("*N*")]),
        sample::condition("source-ip", &[&format!("10.{number}.0.0/16")]),
    ];
    numbered(number, all, number.is_multiple_of(3))
}

fn by_path(number: usize) -> Rule {
    numbered(number, vec![sample::path(&[&format!("/p{number}/*")])], false)
}

fn by_login(number: usize) -> Rule {
    numbered(number, vec![sample::path(&[&format!("/p{number}/*")])], number.is_multiple_of(2))
}

fn overlapping(number: usize) -> Rule {
    let path = format!("/*{}*/*{}*", number % 14, number / 14);
    numbered(number, vec![sample::path(&[&path])], number.is_multiple_of(2))
}

/// What each format costs, in turn with the first screen of text, so that the ratio holds on a machine
/// whose speed drifts.
#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn formats(size: usize) {
    let file = scene(size).expect("a temporary file can be written");
    println!("{size} load balancers, every check");
    println!(
        "{:>10} {:>9} {:>9} {:>10} {:>10} {:>10}",
        "format", "wall s", "ratio", "peak MB", "ratio", "output MB"
    );
    let wanted: Vec<&Format> = std::env::args().filter_map(|word| render::named(&word)).collect();
    for format in if wanted.is_empty() { render::ALL.to_vec() } else { wanted } {
        let (base, cost) = (judge(&file, "text", &[]), judge(&file, format.name, &["--details"]));
        println!(
            "{:>10} {:>9.2} {:>9.2} {:>10.0} {:>10.2} {:>10.1}",
            format.name,
            cost.wall.as_secs_f64(),
            cost.wall.as_secs_f64() / base.wall.as_secs_f64(),
            cost.peak as f64 / 1024.0,
            cost.peak as f64 / base.peak as f64,
            cost.written as f64 / 1e6,
        );
    }
    for file in [file.with_extension("report"), file] {
        fs::remove_file(&file).expect("the file that was written");
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn line(size: usize, length: u64, cost: &Cost) {
    let seconds = cost.wall.as_secs_f64();
    println!(
        "{size:>14} {:>9.1} {seconds:>9.2} {:>10.0} {:>10} {:>14.0} {:>12.1}",
        length as f64 / 1e6,
        cost.peak as f64 / 1024.0,
        cost.verdicts,
        cost.verdicts as f64 / seconds,
        seconds * 1e6 / size as f64,
    );
    assert!(cost.faults > 0, "the scene has faults");
}

#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn growth(times: usize, base: &Cost, cost: &Cost) {
    println!(
        "{:>14} {times} times the load balancers: {:.1} times the time, {:.1} times the memory",
        "",
        cost.wall.as_secs_f64() / base.wall.as_secs_f64(),
        cost.peak as f64 / base.peak as f64,
    );
}

/// What one run cost.
struct Spent {
    wall: Duration,
    /// Kibibytes.
    peak: u64,
    /// Bytes of the report.
    written: u64,
}

/// Judges a saved inventory with every check, in this format; the report is left beside the inventory.
fn judge(file: &Path, format: &str, options: &[&str]) -> Spent {
    let told = file.with_extension("report");
    let out = File::create(&told).expect("a temporary file can be written");
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_elb-audit"))
        .args(["check", "--persona", "auditor", "--quiet", "--fail-on", "never"])
        .args(["--format", format])
        .args(options)
        .arg(file)
        .stdout(Stdio::from(out))
        .spawn()
        .expect("the binary starts");
    let peak = watch(&mut child);
    let wall = began.elapsed();
    let written = fs::metadata(&told).map_or(0, |meta| meta.len());
    Spent { wall, peak, written }
}

/// Judges a saved inventory as JSON; then reads how many verdicts that were.
fn run(file: &Path) -> Cost {
    let Spent { wall, peak, .. } = judge(file, "json", &[]);
    let told = file.with_extension("report");
    let summary = report(&told);
    fs::remove_file(&told).expect("the report that was written");
    let (faults, unknown) = (summary.faults.total(), summary.unknown);
    let verdicts = faults + summary.notes + unknown + summary.passed;
    Cost { wall, peak, verdicts, faults, unknown }
}

/// The most memory that a process has had, in kibibytes, when it ends. Linux tells; elsewhere it is 0.
fn watch(child: &mut Child) -> u64 {
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    while child.try_wait().expect("a child can be waited for").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// What a report sums up.
fn report(file: &Path) -> Summary {
    /// All that is read of it: the findings of 100,000 load balancers are none of the benchmark's.
    #[derive(Deserialize)]
    struct Totals {
        summary: Summary,
    }
    let file = File::open(file).expect("the report that was written");
    let report: Totals = serde_json::from_reader(io::BufReader::new(file)).expect("a report");
    report.summary
}

/// A saved inventory of so many load balancers, in turn Application, Network, Gateway and Classic.
fn scene(size: usize) -> io::Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("elb-audit-{size}-{}.json", std::process::id()));
    let mut out = BufWriter::new(File::create(&path)?);
    let mut inventory = sample::clean(&Kind::Application);
    let pattern = inventory.accounts[0].regions[0].clone();
    let regions = (0..REGIONS).map(|number| {
        let mut region = pattern.clone();
        region.name = format!("region-{number}");
        let own = (0..size).skip(number).step_by(REGIONS);
        fill(&mut region, own);
        region
    });
    inventory.accounts[0].regions = regions.collect();
    write(&mut out, &inventory)?;
    out.into_inner()?.sync_all()?;
    Ok(path)
}

fn write(out: &mut impl Write, inventory: &Inventory) -> io::Result<()> {
    serde_json::to_writer(&mut *out, inventory)?;
    out.write_all(b"\n")
}

/// Puts these load balancers, by number, into a region.
fn fill(region: &mut Region, numbers: impl Iterator<Item = usize>) {
    let kinds = [Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic];
    let patterns: Vec<(Value, Value)> = kinds.iter().map(pattern).collect();
    let (mut groups, mut modern, mut classic) = (Vec::new(), Vec::new(), Vec::new());
    for number in numbers {
        let (lb, group) = &patterns[number % patterns.len()];
        let mut lb: LoadBalancer = renamed(lb, number);
        if lb.kind != Kind::Application {
            lb.security_groups.iter_mut().for_each(|group| TLS_ONLY.clone_into(group));
        }
        if number % FAULTY == 0 {
            spoil(&mut lb);
        }
        if lb.kind == Kind::Classic {
            classic.push(lb);
        } else {
            modern.push(lb);
            let group: TargetGroup = renamed(group, number);
            groups.push(group);
        }
    }
    surround(region, modern.iter().chain(&classic));
    if let Fact::Known(scaling) = &mut region.auto_scaling_groups {
        scaling[0].target_groups = groups.iter().map(|group| group.arn.clone()).collect();
    }
    region.target_groups = Fact::Known(groups);
    region.v2.items = modern;
    region.classic.items = classic;
}

/// The security group of those that listen on port 443 alone.
const TLS_ONLY: &str = "sg-tls";

/// What these load balancers need around them to be without fault.
fn surround<'a>(region: &mut Region, all: impl Iterator<Item = &'a LoadBalancer>) {
    if let Fact::Known(groups) = &mut region.security_groups {
        groups.push(sample::open_group(TLS_ONLY, &[443]));
    }
    let place = Some(region.name.clone());
    for bucket in region.log_buckets.values_mut() {
        bucket.state = Fact::Known(BucketState::Own { region: place.clone() });
    }
    let Some(bucket) = region.log_buckets.values_mut().next() else { return };
    let Some(newest) = bucket.newest.values().next().cloned() else { return };
    bucket.newest = all.map(|lb| (lb.arn.clone(), newest.clone())).collect();
}

/// A clean load balancer of a kind and its target group, as JSON.
fn pattern(kind: &Kind) -> (Value, Value) {
    let lb = sample::load_balancer(kind);
    let json = |value: Result<Value, serde_json::Error>| value.expect("samples are plain data");
    (json(serde_json::to_value(&lb)), json(serde_json::to_value(sample::group("web", kind))))
}

/// The same with names and ARNs of its own.
fn renamed<T: serde::de::DeserializeOwned>(value: &Value, number: usize) -> T {
    let text = value.to_string();
    let text = text
        .replace("/web/", &format!("/web-{number}/"))
        .replace(&format!("webacl/web-{number}/"), "webacl/web/")
        .replace("loadbalancer/web\"", &format!("loadbalancer/web-{number}\""))
        .replace("\"name\":\"web\"", &format!("\"name\":\"web-{number}\""));
    serde_json::from_str(&text).expect("a sample is of its own form")
}

/// Gives a load balancer faults.
fn spoil(lb: &mut LoadBalancer) {
    sample::set(
        lb,
        &[("access_logs.s3.enabled", "false"), ("deletion_protection.enabled", "false")],
    );
    for listener in sample::listeners(lb) {
        if listener.ssl_policy.is_some() {
            listener.ssl_policy = Some("ELBSecurityPolicy-2016-08".to_owned());
        }
    }
}
