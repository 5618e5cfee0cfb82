//! A saved report: read, compared with itself and with another, written in every format, told of.

#![no_main]

use std::sync::LazyLock;

use elb_audit::fuzzing;
use elb_audit_core::audit::{Options, audit, compare};
use elb_audit_core::checks;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Kind;
use elb_audit_core::report::Report;
use elb_audit_fuzz::choices::Choices;
use elb_audit_fuzz::{edits, oracle};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static OTHER: LazyLock<Report> = LazyLock::new(|| {
    let inventory = sample::clean(&Kind::Application);
    audit(&inventory, checks::ALL, &Options::at(inventory.taken_at))
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    edits::mutate(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let report = match fuzzing::saved_report(data) {
        Ok(Some(report)) => report,
        Ok(None) => return,
        Err(error) => return oracle::refusal(&error.to_string()),
    };
    let mut choices = Choices::of_input(data);
    oracle::report(&report, &mut choices);
    let (mut later, mut other) = (report.clone(), OTHER.clone());
    if choices.coin() {
        compare::compare(&report, &mut later);
        oracle::report(&later, &mut choices);
    } else {
        compare::compare(&report, &mut other);
        oracle::report(&other, &mut choices);
        compare::compare(&OTHER, &mut later);
        oracle::report(&later, &mut choices);
    }
});
