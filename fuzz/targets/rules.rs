//! Rules of a listener and of a web ACL: what they take, which of them is reached, and where a redirect leads.

#![no_main]

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_fuzz::choices::Choices;
use elb_audit_fuzz::{oracle, rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    let inventory = rules::inventory(text);
    let made = audit(&inventory, checks::ALL, &Options::at(inventory.taken_at));
    let mut choices = Choices::of_input(data);
    // Formats are what the other targets try.
    if choices.below(16) == 0 {
        oracle::report(&made, &mut choices);
    }
});
