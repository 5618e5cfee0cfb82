//! Serves a sample fleet until the standard input ends or Ctrl-C is pressed, then prints call counts.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use elb_audit_fake_aws::{FakeAws, Fault, sample};
use tokio::sync::oneshot;

const USAGE: &str = "usage: elb-audit-fake-aws [--port P] [--accounts N] [--denied N] [--regions N] [--per-region N] [--latency MS] [--page-size N]
  --accounts N is an organization of so many such accounts; nobody gets into the last N of --denied
  --page-size 0 means AWS's own limits, which is also the default";

#[derive(Default)]
struct Options {
    port: u16,
    accounts: usize,
    denied: usize,
    regions: usize,
    per_region: usize,
    latency: u64,
    page_size: usize,
}

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(options) = read(&arguments) else {
        writeln!(io::stderr(), "{USAGE}")?;
        return Ok(ExitCode::from(2));
    };
    let (regions, per_region) = (options.regions, options.per_region);
    let accounts = match options.accounts {
        0 => vec![sample::fleet(regions, per_region)],
        several => sample::organization(several, regions, per_region),
    };
    let denied = accounts.iter().rev().take(options.denied);
    let denied: Vec<String> = denied.map(|account| account.id.clone()).collect();
    let fake = FakeAws::bind(options.port, accounts)?;
    for account in denied {
        fake.fault(Fault::deny("sts:AssumeRole").about(&account));
    }
    fake.latency(Duration::from_millis(options.latency));
    fake.page_size((options.page_size > 0).then_some(options.page_size));
    writeln!(io::stdout(), "{}", fake.url())?;
    wait()?;
    report(&fake)?;
    Ok(ExitCode::SUCCESS)
}

/// The options, or nothing when there is one that is not understood.
fn read(arguments: &[String]) -> Option<Options> {
    let mut options = Options { regions: 17, per_region: 10, ..Options::default() };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return None };
        match name.as_str() {
            "--port" => options.port = value.parse().ok()?,
            "--accounts" => options.accounts = value.parse().ok()?,
            "--denied" => options.denied = value.parse().ok()?,
            "--regions" => options.regions = value.parse().ok()?,
            "--per-region" => options.per_region = value.parse().ok()?,
            "--latency" => options.latency = value.parse().ok()?,
            "--page-size" => options.page_size = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(options)
}

/// Waits for Ctrl-C or for the end of the standard input, which a thread of its own reads.
fn wait() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (end, ended) = oneshot::channel();
    std::thread::spawn(move || {
        // An error ends the input as well, and nobody may be waiting for it any more.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = end.send(());
    });
    runtime.block_on(async {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = ended => {}
        }
    });
    Ok(())
}

fn report(fake: &FakeAws) -> io::Result<()> {
    let mut counts = BTreeMap::new();
    for entry in fake.log() {
        *counts.entry(entry.call()).or_insert(0_usize) += 1;
    }
    let mut out = io::stderr().lock();
    for (call, count) in &counts {
        writeln!(out, "{count:6} {call}")?;
    }
    writeln!(out, "{:6} calls", counts.values().sum::<usize>())
}
