//! What each bundled policy is judged as, and where a policy's content comes from.

use std::collections::BTreeMap;

use elb_audit_core::analysis::tls::{self, Offer, Source};
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{ClassicPolicy, Inventory, Kind};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};

/// Kind, grade, names without `ELBSecurityPolicy-`, which AWS's samples go without. `v2` is Application and Network alike.
const GRADES: &[(&str, &str, &[&str])] = &[
    (
        "v2",
        "recommended",
        &[
            "TLS13-1-3-2021-06",
            "TLS13-1-3-PQ-2025-09",
            "TLS13-1-2-Res-2021-06",
            "TLS13-1-2-Res-PQ-2025-09",
            "TLS13-1-3-FIPS-2023-04",
            "TLS13-1-3-FIPS-PQ-2025-09",
            "TLS13-1-2-Res-FIPS-2023-04",
            "TLS13-1-2-Res-FIPS-PQ-2025-09",
        ],
    ),
    (
        "v2",
        "sound",
        &[
            "TLS13-1-2-2021-06",
            "TLS13-1-2-PQ-2025-09",
            "FS-1-2-Res-2019-08",
            "FS-1-2-Res-2020-10",
            "TLS13-1-2-FIPS-2023-04",
            "TLS13-1-2-FIPS-PQ-2025-09",
            "TLS13-1-3-RFC9151-FIPS-2023-07",
            "TLS13-1-2-RFC9151-FIPS-2023-07",
            "TLS13-1-2-RFC9151-INTEROP1-FIPS-2023-07",
            "TLS13-1-2-RFC9151-INTEROP2-FIPS-2023-07",
            "TLS13-1-3-CNSA2-INTEROP1-FIPS-PQ-2026-07",
            "TLS13-1-2-CNSA2-INTEROP2-FIPS-PQ-2026-07",
        ],
    ),
    (
        "v2",
        "weak",
        &[
            "TLS13-1-2-Ext2-2021-06",
            "TLS13-1-2-Ext2-PQ-2025-09",
            "TLS13-1-2-Ext1-2021-06",
            "TLS13-1-2-Ext1-PQ-2025-09",
            "TLS-1-2-Ext-2018-06",
            "TLS-1-2-2017-01",
            "FS-1-2-2019-08",
            "TLS13-1-2-Ext2-FIPS-2023-04",
            "TLS13-1-2-Ext2-FIPS-PQ-2025-09",
            "TLS13-1-2-Ext1-FIPS-2023-04",
            "TLS13-1-2-Ext1-FIPS-PQ-2025-09",
            "TLS13-1-2-Ext0-FIPS-2023-04",
            "TLS13-1-2-Ext0-FIPS-PQ-2025-09",
            "TLS13-1-2-Ext0-RFC9151-FIPS-2023-07",
            "TLS13-1-2-RFC9151-INTEROP3-FIPS-2023-07",
            "TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07",
            "TLS13-1-2-CNSA2-INTEROP3-FIPS-PQ-2026-07",
        ],
    ),
    (
        "v2",
        "both",
        &[
            "TLS13-1-1-2021-06",
            "TLS13-1-0-2021-06",
            "TLS13-1-0-PQ-2025-09",
            "TLS-1-1-2017-01",
            "2016-08",
            "TLS-1-0-2015-04",
            "FS-2018-06",
            "FS-1-1-2019-08",
            "TLS13-1-1-FIPS-2023-04",
            "TLS13-1-0-FIPS-2023-04",
            "TLS13-1-0-FIPS-PQ-2025-09",
        ],
    ),
    ("v2", "both", &["2015-05"]),
    ("classic", "weak", &["TLS-1-2-2017-01"]),
    (
        "classic",
        "both",
        &[
            "2016-08",
            "TLS-1-1-2017-01",
            "2015-05",
            "2015-03",
            "2015-02",
            "2014-10",
            "2014-01",
            "2011-08",
        ],
    ),
    (
        "classic",
        "both",
        &[
            "ELBSample-ELBDefaultCipherPolicy",
            "ELBSample-ELBDefaultNegotiationPolicy",
            "ELBSample-OpenSSLDefaultCipherPolicy",
            "ELBSample-OpenSSLDefaultNegotiationPolicy",
        ],
    ),
];

fn grade(offer: &Offer) -> &'static str {
    let legacy = offer.legacy_protocols().expect("protocols are known");
    let weak = offer.weak_ciphers().expect("ciphers are known");
    match (legacy.is_empty(), weak.is_empty()) {
        (true, true) if tls::is_recommended(&offer.name) => "recommended",
        (true, true) => "sound",
        (true, false) => "weak",
        (false, true) => "legacy",
        (false, false) => "both",
    }
}

#[test]
fn every_bundled_policy_is_graded() {
    let mut expected: BTreeMap<(String, String), &str> = BTreeMap::new();
    for (family, grade, names) in GRADES {
        let kinds: &[&str] = if *family == "v2" { &["application", "network"] } else { &[family] };
        for kind in kinds {
            for name in *names {
                let sample = name.starts_with("ELBSample-");
                let prefix = if sample { "" } else { "ELBSecurityPolicy-" };
                let name = format!("{prefix}{name}");
                expected.insert(((*kind).to_owned(), name), grade);
            }
        }
    }
    let found: BTreeMap<(String, String), &str> = tls::bundled()
        .map(|(kind, offer)| ((kind.to_string(), offer.name.clone()), grade(&offer)))
        .collect();
    assert_eq!(found, expected);
    assert!(tls::as_of().len() == 7 && tls::as_of().starts_with("20"), "{}", tls::as_of());
}

/// What the sample's first listener offers.
fn offer(mut inventory: Inventory) -> Result<Offer, elb_audit_core::vocab::fact::Gap> {
    let region = &mut inventory.accounts[0].regions[0];
    let lb = sample::only(region).clone();
    let listener = lb.listeners.get().expect("known")[0].clone();
    tls::offer(region, &lb, &listener)
}

fn named(kind: &Kind, name: &str) -> Inventory {
    sample::with(kind, |lb| sample::listeners(lb)[0].ssl_policy = Some(name.to_owned()))
}

#[test]
fn one_name_may_stand_for_two_policies() {
    let of = |wanted: Kind| {
        let mut all = tls::bundled();
        let own = |(kind, offer): &(Kind, Offer)| {
            *kind == wanted && offer.name == "ELBSecurityPolicy-2015-05"
        };
        all.find(own).map(|(_, offer)| offer.ciphers)
    };
    let triple = "DES-CBC3-SHA".to_owned();
    assert!(of(Kind::Classic).is_some_and(|ciphers| ciphers.contains(&triple)));
    assert!(of(Kind::Network).is_some_and(|ciphers| !ciphers.contains(&triple)));
    assert_eq!(of(Kind::Application), of(Kind::Network));
}

#[test]
fn the_answer_of_aws_comes_first_and_the_table_second() {
    let live = offer(sample::clean(&Kind::Application)).unwrap();
    assert_eq!(live.source, Source::Live);
    let absent = offer(named(&Kind::Application, "ELBSecurityPolicy-2016-08")).unwrap();
    assert!(matches!(absent.source, Source::Bundled { inferred: false, .. }));
    let gap = offer(named(&Kind::Application, "ELBSecurityPolicy-2031-01")).unwrap_err();
    assert_eq!(gap.reason, Reason::Unrecognised);
    assert!(gap.detail.unwrap().contains("ELBSecurityPolicy-2031-01"));
    let mut missing = sample::clean(&Kind::Network);
    sample::listeners(sample::only(&mut missing.accounts[0].regions[0]))[0].ssl_policy = None;
    assert_eq!(offer(missing).unwrap_err().reason, Reason::Malformed);
}

#[test]
fn an_answer_without_content_is_no_pass() {
    let answered = |name: &str, protocols: &[&str], ciphers: &[&str]| {
        let mut inventory = named(&Kind::Network, name);
        inventory.accounts[0].regions[0].ssl_policies =
            Fact::Known(vec![sample::ssl_policy(name, protocols, ciphers)]);
        offer(inventory)
    };
    let contents: [(&[&str], &[&str]); 3] =
        [(&[], &[]), (&["TLSv1.2"], &[]), (&[], &["ECDHE-RSA-AES128-GCM-SHA256"])];
    for (protocols, ciphers) in contents {
        let known = answered("ELBSecurityPolicy-2016-08", protocols, ciphers).unwrap();
        assert!(matches!(known.source, Source::Bundled { .. }), "{protocols:?} {ciphers:?}");
        let gap = answered("ELBSecurityPolicy-2031-01", protocols, ciphers).unwrap_err();
        assert_eq!(gap.reason, Reason::Malformed, "{protocols:?} {ciphers:?}");
    }
    for attributes in [
        &[("Protocol-TLSv1.2", "true"), ("AES128-SHA", "false")][..],
        &[("Protocol-TLSv1.2", "false"), ("ECDHE-RSA-AES128-GCM-SHA256", "true")],
        &[("Reference-Security-Policy", "ELBSecurityPolicy-2016-08"), ("AES128-SHA", "false")],
    ] {
        let mine = policy("mine", "SSLNegotiationPolicyType", attributes);
        let gap = offer(classic("mine", Fact::Known(vec![mine]))).unwrap_err();
        assert_eq!(gap.reason, Reason::Malformed, "{attributes:?}");
    }
}

fn classic(name: &str, policies: Fact<Vec<ClassicPolicy>>) -> Inventory {
    sample::with(&Kind::Classic, |lb| {
        lb.policies = policies;
        sample::listeners(lb)[0].policy_names = vec![name.to_owned()];
    })
}

fn policy(name: &str, kind: &str, attributes: &[(&str, &str)]) -> ClassicPolicy {
    ClassicPolicy {
        name: name.to_owned(),
        kind: kind.to_owned(),
        attributes: sample::text_map(attributes),
    }
}

#[test]
fn a_classic_policy_is_what_its_attributes_say() {
    let ssl = "SSLNegotiationPolicyType";
    let spelled = policy(
        "mine",
        ssl,
        &[
            ("Reference-Security-Policy", "ELBSecurityPolicy-2011-08"),
            ("Protocol-TLSv1.2", "true"),
            ("Protocol-SSLv3", "false"),
            ("Server-Defined-Cipher-Order", "true"),
            ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
        ],
    );
    let found = offer(classic("mine", Fact::Known(vec![spelled]))).unwrap();
    assert_eq!((found.source, grade(&found)), (Source::Live, "sound"));
    let reference =
        policy("mine", ssl, &[("Reference-Security-Policy", "ELBSecurityPolicy-2014-01")]);
    let found = offer(classic("mine", Fact::Known(vec![reference]))).unwrap();
    assert!(matches!(found.source, Source::Bundled { inferred: true, .. }));
    assert_eq!(grade(&found), "both");
    let empty = policy("mine", ssl, &[]);
    assert!(offer(classic("mine", Fact::Known(vec![empty]))).is_err());
    let sticky = policy("mine", "LBCookieStickinessPolicyType", &[]);
    let found = offer(classic("mine", Fact::Known(vec![sticky]))).unwrap();
    assert_eq!(found.name, "ELBSecurityPolicy-2016-08");
}

#[test]
fn unread_classic_policies_leave_the_predefined_names() {
    let unread = || Fact::Unread(sample::denied(Call::ElbDescribeLoadBalancerPolicies));
    let found = offer(classic("ELBSecurityPolicy-TLS-1-2-2017-01", unread())).unwrap();
    assert!(matches!(found.source, Source::Bundled { .. }));
    assert_eq!(grade(&found), "weak");
    let gap = offer(classic("mine", unread())).unwrap_err();
    assert_eq!(gap.reason, Reason::AccessDenied);
}

#[test]
fn an_unknown_name_hides_nothing_that_was_found() {
    let mut offer = offer(sample::clean(&Kind::Application)).unwrap();
    offer.ciphers.push("TLS_NEW".to_owned());
    offer.protocols.push("TLSv1.4".to_owned());
    assert!(offer.weak_ciphers().is_err() && offer.legacy_protocols().is_err());
    offer.ciphers.push("RC4-MD5".to_owned());
    offer.protocols.push("TLSv1".to_owned());
    let weak = offer.weak_ciphers().unwrap();
    assert_eq!(weak.iter().map(|cipher| cipher.name).collect::<Vec<_>>(), ["RC4-MD5"]);
    assert_eq!(offer.legacy_protocols().unwrap(), ["TLSv1"]);
}

#[test]
fn two_classes_are_tolerated_and_one_of_them_not_on_classic() {
    let mut modern = offer(sample::clean(&Kind::Application)).unwrap();
    let mut classic = offer(sample::clean(&Kind::Classic)).unwrap();
    for (cipher, weak, weak_on_classic) in [
        ("ECDHE-RSA-AES128-SHA256", false, false), // CBC with SHA-2
        ("DHE-RSA-AES256-GCM-SHA384", false, true), // finite-field Diffie-Hellman
        ("DHE-RSA-AES128-SHA256", false, true),
        ("DHE-RSA-AES256-SHA", true, true), // CBC with SHA-1
        ("AES128-GCM-SHA256", true, true),  // static RSA
        ("DHE-DSS-AES256-GCM-SHA384", true, true), // DSA
        ("EDH-RSA-DES-CBC3-SHA", true, true),
        ("DES-CBC3-SHA", true, true),
        ("EXP-RC4-MD5", true, true),
        ("NULL-SHA256", true, true),
        ("ADH-AES128-GCM-SHA256", true, true),
        ("PSK-AES128-CBC-SHA", true, true),
    ] {
        for (offer, weak) in [(&mut modern, weak), (&mut classic, weak_on_classic)] {
            offer.ciphers = vec![cipher.to_owned()];
            let found = offer.weak_ciphers().unwrap();
            assert_eq!(!found.is_empty(), weak, "{cipher} of {}", offer.kind);
        }
    }
    classic.ciphers = vec!["DHE-RSA-AES128-SHA".to_owned()];
    let weak = tls::weaknesses(&classic.weak_ciphers().unwrap());
    assert_eq!(weak, ["cbc-sha1", "finite-field-dhe"]);
    let new = vec!["DHE-RSA-CHACHA20-POLY1305".to_owned()];
    (modern.ciphers, classic.ciphers) = (new.clone(), new);
    assert_eq!(classic.weak_ciphers().unwrap().len(), 1, "its name says enough");
    assert!(modern.weak_ciphers().is_err());
}

#[test]
fn the_policy_towards_targets_follows_from_those_of_all_listeners() {
    let table: &[(&[&str], &str)] = &[
        (
            &["TLS13-1-2-2021-06", "TLS13-1-2-RFC9151-FIPS-2023-07"],
            "TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07",
        ),
        (&["TLS13-1-2-FIPS-2023-04", "TLS13-1-3-FIPS-PQ-2025-09"], "TLS13-1-0-FIPS-PQ-2025-09"),
        (&["TLS13-1-2-PQ-2025-09", "TLS13-1-2-FIPS-2023-04"], "TLS13-1-0-FIPS-2023-04"),
        (&["TLS13-1-2-2021-06", "TLS13-1-2-PQ-2025-09"], "TLS13-1-0-PQ-2025-09"),
        (&["2016-08", "TLS13-1-2-2021-06"], "TLS13-1-0-2021-06"),
        (&["TLS-1-2-2017-01"], "2016-08"),
        (&[], "2016-08"),
    ];
    for (names, towards) in table {
        let listeners = names.iter().map(|name| {
            let mut listener = sample::https(vec![sample::forward("web")]);
            listener.ssl_policy = Some(format!("ELBSecurityPolicy-{name}"));
            listener
        });
        let mut inventory = sample::listening(&Kind::Application, listeners.collect());
        let region = &mut inventory.accounts[0].regions[0];
        let lb = sample::only(region).clone();
        let offer = tls::towards_targets(region, &lb).unwrap();
        assert_eq!(offer.name, format!("ELBSecurityPolicy-{towards}"), "{names:?}");
    }
    for name in
        ["ELBSecurityPolicy-2031-01", "ELBSecurityPolicy-TLS13-1-3-CNSA2-INTEROP1-FIPS-PQ-2026-07"]
    {
        let mut inventory = named(&Kind::Network, name);
        let region = &mut inventory.accounts[0].regions[0];
        let lb = sample::only(region).clone();
        assert_eq!(tls::towards_targets(region, &lb).unwrap_err().reason, Reason::Unrecognised);
    }
}

#[test]
fn a_classic_policy_says_whose_order_decides_and_who_made_it() {
    let ssl = "SSLNegotiationPolicyType";
    let asked = |mut inventory: Inventory| {
        let lb = sample::only(&mut inventory.accounts[0].regions[0]).clone();
        let listener = lb.listeners.get().expect("known")[0].clone();
        (tls::server_order(&lb, &listener).ok(), tls::is_custom(&lb, &listener).ok())
    };
    let with = |name: &str, attributes: &[(&str, &str)]| {
        asked(classic(name, Fact::Known(vec![policy(name, ssl, attributes)])))
    };
    let cipher = ("ECDHE-RSA-AES128-GCM-SHA256", "true");
    let order = |value| ("Server-Defined-Cipher-Order", value);
    let reference = |name| ("Reference-Security-Policy", name);
    assert_eq!(with("mine", &[cipher, order("true")]), (Some(true), Some(true)));
    assert_eq!(with("mine", &[cipher, order("false")]), (Some(false), Some(true)));
    assert_eq!(with("mine", &[cipher]), (Some(false), Some(true)));
    assert_eq!(with("mine", &[cipher, order("maybe")]), (None, Some(true)));
    let predefined = "ELBSecurityPolicy-TLS-1-2-2017-01";
    assert_eq!(with(predefined, &[cipher, order("true")]), (Some(true), Some(false)));
    assert_eq!(with("mine", &[reference(predefined), cipher]), (Some(false), Some(false)));
    assert_eq!(with("mine", &[reference(predefined)]), (Some(true), Some(false)));
    assert_eq!(with("mine", &[reference("ELBSecurityPolicy-2031-01")]), (None, None));
    for old in ["ELBSecurityPolicy-2011-08", "ELBSample-OpenSSLDefaultNegotiationPolicy"] {
        assert_eq!(with("mine", &[reference(old)]), (Some(false), Some(false)), "{old}");
    }
    let unread = || Fact::Unread(sample::denied(Call::ElbDescribeLoadBalancerPolicies));
    assert_eq!(asked(classic(predefined, unread())), (Some(true), Some(false)));
    assert_eq!(asked(classic("mine", unread())), (None, None));
}

#[test]
fn the_oldest_protocol_is_found_in_any_order_and_spelling() {
    let mut offer = offer(sample::clean(&Kind::Application)).unwrap();
    for (protocols, oldest) in [
        (&["TLSv1.3", "TLSv1.2"][..], Some("TLSv1.2")),
        (&["TLSv1.2", "TLSv1", "TLSv1.1"], Some("TLSv1")),
        (&["TLSv1.2", "TLSv1.0"], Some("TLSv1")),
        (&["TLSv1", "SSLv3"], Some("SSLv3")),
        (&["TLSv1.3", "TLSv1.4"], None),
        (&[], None),
    ] {
        offer.protocols = protocols.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(offer.oldest_protocol().ok(), oldest, "{protocols:?}");
    }
}

#[test]
fn the_ports_of_tls_are_the_ones_that_the_documentation_prints() {
    let checks = elb_audit_core::checks::ALL;
    let check = checks.iter().find(|check| check.id == "tls-passthrough-unverified").unwrap();
    let words = check.logic.split([' ', ',', '.']);
    let printed: Vec<u16> = words.filter_map(|word| word.parse().ok()).collect();
    assert_eq!(printed.len(), 16);
    for port in 1..=u16::MAX {
        let listener = sample::listener("TCP", port, Vec::new());
        let known = tls::usual_protocol(&listener).expect("a port").is_some();
        assert_eq!(known, printed.contains(&port), "{port}");
    }
}
