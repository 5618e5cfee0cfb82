//! What the sets claim of texts and addresses, against every text of a small alphabet.

use std::rc::Rc;

use ipnet::IpNet;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::machine::Machine;
use super::texts::Texts;
use super::{Addresses, Asked, Budget, Field, Match, Set, asked, pattern, universe};
use crate::inventory::Condition;
use crate::vocab::glob;

fn config() -> Config {
    Config { rng_seed: RngSeed::Fixed(13), failure_persistence: None, ..Config::with_cases(512) }
}

fn on_path(values: &[String], regexes: &[&str]) -> Condition {
    Condition {
        field: "path-pattern".into(),
        values: values.to_vec(),
        regex_values: regexes.iter().map(|regex| (*regex).to_owned()).collect(),
        ..Condition::default()
    }
}

fn machine(condition: &Condition) -> Rc<Machine> {
    pattern::taken(condition).expect("it has values").whole
}

/// Every path of up to six characters of a small alphabet.
fn paths() -> Vec<String> {
    let mut all = vec!["/".to_owned()];
    let mut last = all.clone();
    for _ in 0..5 {
        last = last
            .iter()
            .flat_map(|text| ["/", "a", "b", "c"].map(|c| format!("{text}{c}")))
            .collect();
        all.extend(last.clone());
    }
    all
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_machine_takes_what_a_wildcard_matches(
        values in prop::collection::vec("[/ab*?]{0,5}", 1..3),
    ) {
        let own = machine(&on_path(&values, &[]));
        for path in paths() {
            let matched = values.iter().any(|value| glob::matches(value, &path));
            prop_assert_eq!(own.takes(path.as_bytes()), matched, "{:?} {}", values, path);
        }
    }

    #[test]
    fn a_text_is_found_where_there_is_one(
        within in prop::collection::vec(prop::collection::vec("/?[ab*?]{1,4}", 1..3), 1..3),
        without in prop::collection::vec(prop::collection::vec("/?[ab*?]{1,4}", 1..3), 0..4),
    ) {
        let texts = Texts::of(universe::of(&Field::Path, false));
        let texts = within.iter().fold(texts, |all, one| all.within(&machine(&on_path(one, &[]))));
        let texts = without.iter().fold(texts, |all, one| all.without(&machine(&on_path(one, &[]))));
        let shall = |path: &str| {
            let takes = |values: &Vec<String>| values.iter().any(|value| glob::matches(value, path));
            within.iter().all(takes) && !without.iter().any(takes)
        };
        match texts.find(&Budget::of(1_000_000)).expect("it is small") {
            Some(found) => {
                let found = String::from_utf8_lossy(&found).into_owned();
                prop_assert!(shall(&found), "{within:?} {without:?} {found}");
                prop_assert!(texts.has(found.as_bytes()));
            }
            None => prop_assert!(!paths().iter().any(|path| shall(path)), "{within:?} {without:?}"),
        }
    }

    #[test]
    fn addresses_are_counted_one_by_one(
        one in prop::collection::vec((0..16u32, 28..=32u8), 0..4),
        other in prop::collection::vec((0..16u32, 28..=32u8), 0..4),
    ) {
        let blocks = |all: &[(u32, u8)]| -> Vec<IpNet> {
            let block = |(address, length): &(u32, u8)| {
                ipnet::Ipv4Net::new((*address).into(), *length).expect("a length").into()
            };
            all.iter().map(block).collect()
        };
        let (first, second) = (blocks(&one), blocks(&other));
        let (own, its) = (Addresses::of_blocks(&first), Addresses::of_blocks(&second));
        for address in 0..20u32 {
            let address = std::net::IpAddr::V4(address.into());
            let in_first = first.iter().any(|block| block.contains(&address));
            let in_second = second.iter().any(|block| block.contains(&address));
            prop_assert_eq!(own.has(address), in_first);
            prop_assert_eq!(own.and(&its).has(address), in_first && in_second);
            prop_assert_eq!(own.but(&its).has(address), in_first && !in_second);
        }
        if let Some(block) = own.first_block() {
            prop_assert!(own.has(block.network()) && own.has(block.broadcast()));
        }
        prop_assert_eq!(own.but(&its).is_empty(), own.and(&its) == own);
    }
}

fn taken(condition: Condition, text: &[u8]) -> Match {
    asked(&[condition])[0].takes_text(text)
}

#[test]
fn an_expression_is_certain_where_both_readings_agree() {
    let table = [
        ("^/api/.*$", "/api/x", Match::Yes),
        ("^/api/.*$", "/apx", Match::No),
        ("/api", "/api", Match::Yes),
        ("/api", "/v1/api/x", Match::Maybe),
        ("/api", "/ap", Match::No),
        ("^/api", "/api/x", Match::Maybe),
        ("api$", "/x/api", Match::Maybe),
        ("^/a$|^/b$", "/b", Match::Yes),
        ("^(/a|/b)$", "/b", Match::Yes),
        ("^/[a-c]{2,3}$", "/abca", Match::No),
        ("^/[a-c]{2,3}$", "/abc", Match::Yes),
        (r"^/v\d+/\w*$", "/v12/", Match::Yes),
        ("^/(?=x)", "/x", Match::Maybe),
        (r"^/\bx$", "/x", Match::Maybe),
        ("^/A$", "/a", Match::No),
    ];
    for (regex, text, expected) in table {
        assert_eq!(taken(on_path(&[], &[regex]), text.as_bytes()), expected, "{regex} {text}");
    }
}

#[test]
fn only_paths_are_compared_with_case() {
    let of = |field: &str, value: &str| Condition {
        field: field.into(),
        header: Some("X-Any".to_owned()),
        values: vec![value.to_owned()],
        ..Condition::default()
    };
    let one = |condition: Condition| asked(&[condition]).remove(0);
    assert_eq!(one(of("host-header", "WWW.*")).takes_text(b"www.a"), Match::Yes);
    assert_eq!(one(of("http-header", "BOT*")).takes_text(b"bot1"), Match::Yes);
    assert_eq!(one(of("query-string", "V=One")).takes_text(b"v\0one"), Match::Yes);
    assert_eq!(one(of("path-pattern", "/A*")).takes_text(b"/a"), Match::No);
    assert_eq!(one(of("http-request-method", "G*")).takes_text(b"GET"), Match::No);
}

#[test]
fn a_backslash_takes_the_meaning_of_a_wildcard_in_headers_and_queries() {
    let query = |value: &str| Condition {
        field: "query-string".into(),
        values: vec![value.to_owned()],
        ..Condition::default()
    };
    assert_eq!(taken(query(r"v=\*"), b"v\0*"), Match::Yes);
    assert_eq!(taken(query(r"v=\*"), b"v\0x"), Match::No);
    assert_eq!(taken(query("v=*"), b"v\0x"), Match::Yes);
    assert_eq!(taken(query("*"), b"any\0x"), Match::Yes);
    assert_eq!(taken(query("v*=1"), b"v\x001"), Match::Yes);
    assert_eq!(taken(query("v*"), b"v\x001"), Match::No, "a value, whatever its name");
}

#[test]
fn two_values_that_are_kept_as_hashes_are_two_unless_one_is_a_pattern() {
    let header = |value: &str| {
        let condition = Condition {
            field: "http-header".into(),
            header: Some("X-Key".to_owned()),
            values: vec![value.to_owned()],
            ..Condition::default()
        };
        asked(&[condition]).remove(0)
    };
    let text = |asked: &Asked| match asked {
        Asked::Of { whole: Set::Texts(machine), .. } => {
            machine.all_words().expect("a word")[0].clone()
        }
        other => panic!("{other:?}"),
    };
    let (one, two) = ("sha256:0123456789abcdef", "sha256:fedcba9876543210");
    let (first, second) = (header(one), header(two));
    assert_eq!(first.takes_text(&text(&first)), Match::Yes);
    assert_eq!(second.takes_text(&text(&first)), Match::No);
    let any = header("sha256*:fedcba9876543210");
    assert_eq!(any.takes_text(&text(&first)), Match::Maybe);
    assert_eq!(any.takes_text(&text(&any)), Match::Yes);
    assert_eq!(header("*").takes_text(&text(&first)), Match::Yes);
    assert_eq!(header("ab*").takes_text(&text(&first)), Match::Maybe);
}
