//! What people write for a run: the configuration, a list of accounts, destinations, an event of the function. The
//! first line says what it is; without such a line it is a configuration.

#![no_main]

use std::sync::LazyLock;

use elb_audit::fuzzing;
use elb_audit::notify::Destination;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind};
use elb_audit_core::policy::config::{Config, block};
use elb_audit_fuzz::choices::Choices;
use elb_audit_fuzz::oracle;
use libfuzzer_sys::fuzz_target;

static INVENTORY: LazyLock<Inventory> = LazyLock::new(|| {
    sample::listening(
        &Kind::Application,
        vec![sample::listener("HTTP", 80, vec![sample::forward("web")])],
    )
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    match text.split_once('\n') {
        Some(("#accounts", text)) => {
            if let Err(error) = fuzzing::accounts(text) {
                oracle::refusal(&error.to_string());
            }
        }
        Some(("#notify", text)) => text.lines().for_each(destination),
        Some(("#event", text)) => {
            if let Ok(event) = serde_json::from_str(text) {
                fuzzing::event(&event);
            }
        }
        _ => match Config::parse(text) {
            Ok(config) => configured(&config, &mut Choices::of_input(data)),
            Err(error) => {
                assert!(error.line >= 1 && error.line <= text.split('\n').count(), "{error}");
                oracle::refusal(&error.message);
            }
        },
    }
});

fn destination(text: &str) {
    match Destination::parse(text) {
        Ok(destination) => assert!(!destination.to_string().is_empty()),
        Err(error) => oracle::refusal(&error.to_string()),
    }
}

/// Judges by a configuration.
fn configured(config: &Config, choices: &mut Choices) {
    for risk in &config.policy.accepted {
        let written = block(risk);
        let read = Config::parse(&written);
        let read = read.unwrap_or_else(|error| panic!("{error}:\n{written}")).policy.accepted;
        assert!(matches!(&read[..], [one] if one == risk), "{risk:?} became {read:?}");
    }
    let chosen = config.selection().choose(checks::ALL, &config.policy);
    let options = Options {
        policy: config.policy.clone(),
        persona: config.persona,
        config: Some("elb-audit.toml".to_owned()),
        settings: config.selection().switched(&config.policy),
        ..Options::at(INVENTORY.taken_at)
    };
    oracle::report(&audit(&INVENTORY, &chosen, &options), choices);
}
