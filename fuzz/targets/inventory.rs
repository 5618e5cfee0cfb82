//! A saved inventory: read, judged, written in every format, told of.

#![no_main]

use elb_audit::source::file;
use elb_audit_fuzz::choices::Choices;
use elb_audit_fuzz::{edits, oracle};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    edits::mutate(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    match file::parse(data) {
        Ok(inventory) => {
            let mut choices = Choices::of_input(data);
            let report = oracle::judged(&inventory, &mut choices);
            oracle::report(&report, &mut choices);
        }
        Err(error) => oracle::refusal(&error.to_string()),
    }
});
