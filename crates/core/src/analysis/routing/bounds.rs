//! Whatever a rule asks for, the texts that are made from it are short, and what they claim is so.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::{example, pattern, request};
use crate::analysis::requests::{Match, asked};
use crate::fixtures::sample;
use crate::inventory::{Condition, Kind};
use crate::vocab::glob;
use crate::vocab::glob::LONGEST;

/// The same cases every time: a failure here is a failure anywhere.
fn config() -> Config {
    Config { rng_seed: RngSeed::Fixed(9), failure_persistence: None, ..Config::with_cases(512) }
}

/// Expressions as people write them, and as somebody would who means harm: repetitions of repetitions.
fn regexes() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        "[a-z/.-]{1,8}".prop_map(|text| text.replace('.', r"\.")),
        Just(".".to_owned()),
        Just(r"\d".to_owned()),
        Just(r"\w".to_owned()),
        "[a-m]-[n-z]".prop_map(|range| format!("[{range}0-9_]")),
        "[a-z]".prop_map(|letter| format!("[^{letter}/]")),
    ];
    let inner = atom.prop_recursive(8, 64, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| all.concat()),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join("|"))),
            (inner.clone(), 1..100u32).prop_map(|(one, times)| format!("(?:{one}){{{times}}}")),
            (inner.clone(), 0..9u32, 9..99u32)
                .prop_map(|(one, least, most)| format!("({one}){{{least},{most}}}")),
            (inner, prop::sample::select(&["*", "+", "?", "*?", "+?"][..]))
                .prop_map(|(one, times)| format!("({one}){times}")),
        ]
    });
    inner.prop_map(|text| format!("^/{text}$"))
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= LONGEST
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_example_of_a_regex_is_short_and_one(regex in regexes()) {
        if let Some(text) = example::matching(&regex) {
            prop_assert!(is_short(&text), "{regex}: {} characters", text.chars().count());
            let own = Condition { regex_values: vec![regex.clone()], ..of("path-pattern", Vec::new()) };
            let taken = asked(&[own])[0].takes_text(text.as_bytes());
            prop_assert_ne!(taken, Match::No, "{}: {}", regex, text);
        }
    }

    #[test]
    fn an_example_of_anything_is_short(text in r"[(){}\[\]|*+?^$.\\a-c0-9,:<P-]{0,80}") {
        prop_assert!(example::matching(&text).is_none_or(|text| is_short(&text)));
    }

    #[test]
    fn what_two_wildcards_have_in_common_is_short_and_in_both(
        one in "[ab/*?]{0,40}|[a*?]{500,600}", other in "[ab/*?]{0,40}|[a*?]{500,600}",
    ) {
        if let Some(text) = glob::common(&one, &other) {
            prop_assert!(is_short(&text));
            prop_assert!(glob::matches(&one, &text), "{} does not match {}", one, text);
            prop_assert!(glob::matches(&other, &text), "{} does not match {}", other, text);
        }
    }

    #[test]
    fn what_rewrites_make_is_short(
        rewrites in prop::collection::vec(
            (prop_oneof![regexes(), Just("^(.*)$".to_owned())], r"([a-z/]|\$[01]){0,40}"), 0..6,
        ),
        text in "/[a-z/]{0,60}",
    ) {
        prop_assert!(pattern::rewritten(&rewrites, &text).is_none_or(|text| is_short(&text)));
    }

    #[test]
    fn a_request_is_no_longer_than_its_parts_may_be(
        hosts in prop::collection::vec("[a-z.*]{0,600}", 0..3),
        paths in prop::collection::vec("/[a-z/*?]{0,2000}", 0..3),
        regex in prop::option::of(regexes()),
        ranges in prop::collection::vec((any::<u32>(), 0..=32u8), 0..40),
    ) {
        let source = ranges.iter().map(|(address, length)| {
            format!("{}/{length}", std::net::Ipv4Addr::from(*address))
        });
        let conditions = [
            Condition { regex_values: regex.into_iter().collect(), ..of("path-pattern", paths) },
            of("host-header", hosts),
            of("source-ip", source.collect()),
        ];
        let lb = sample::load_balancer(&Kind::Application);
        let listener = sample::listener("HTTP", 80, Vec::new());
        let text = request::for_rule(&conditions, &[], &lb, &listener);
        // Host, path and the regex beside them, and what stands around them.
        prop_assert!(text.chars().count() <= 4 * LONGEST, "{} characters", text.chars().count());
    }
}

fn of(field: &str, values: Vec<String>) -> Condition {
    Condition { field: field.into(), values, ..Condition::default() }
}

/// 41 characters that ask for 64 GB.
#[test]
fn repetitions_of_repetitions_are_not_written_out() {
    let mut regex = "a{64}".to_owned();
    for level in 1..12 {
        assert_eq!(
            example::matching(&format!("^/{regex}$")).is_some(),
            level == 1,
            "level {level}"
        );
        regex = format!("({regex}){{64}}");
    }
}
