//! Configurations that a check has nothing to say about, not even that they pass.

use elb_audit_core::checks::ALL;

use crate::given::report_of;

/// Checks, each with those of its examples to which its question does not apply.
const SILENT: &[(&str, &[&str])] = &[
    ("cloudfront-bypass", &["a distribution that is switched off"]),
    ("dns-internal-published", &["an internal load balancer in a private zone"]),
    ("flow-logs-missing", &["TLS listeners alone", "in front of an Application load balancer"]),
    ("http2-off", &["off, and nothing that could speak it"]),
    ("log-bucket-public", &["a bucket of another account"]),
    ("log-delivery-broken", &["no source"]),
    (
        "log-delivery-stopped",
        &["no log, and no traffic", "no log of a Network load balancer without TLS"],
    ),
    ("shield-not-protected", &["an internal one", "no subscription"]),
    ("waf-classic", &["AWS WAF Classic is not offered any more"]),
    ("waf-fail-open", &["open, but nothing that could fail"]),
    ("waf-large-body-passes", &["nobody looks into bodies"]),
];

#[test]
fn what_a_question_does_not_apply_to_gets_no_verdict() {
    for (id, titles) in SILENT {
        let check = ALL.iter().find(|check| check.id == *id).expect("a check");
        for title in *titles {
            let mut examples = check.examples.iter();
            let example = examples.find(|example| example.title == *title).expect("an example");
            let found = report_of(&(example.given)(), &[check]).findings;
            assert!(found.is_empty(), "{id}, {title}: {:?}", found[0].outcome);
        }
    }
}

#[test]
fn what_is_beside_a_question_gets_no_verdict() {
    let cases = [
        // A web ACL that stops nothing, or that blocks by default, is others' business.
        ("waf-empty", "no rule, everything allowed", "waf-counts-only"),
        ("waf-empty", "no rule, everything allowed", "waf-rate-limit-missing"),
        ("waf-empty", "no rule, everything blocked", "waf-managed-rules-missing"),
        ("waf-counts-only", "every rule counts", "waf-known-bad-inputs-missing"),
        ("waf-counts-only", "only those that are listed get in", "waf-large-body-passes"),
        // No web ACL.
        ("waf-not-associated", "none", "waf-empty"),
        ("waf-not-associated", "none", "waf-not-logged"),
        ("waf-not-associated", "internal", "waf-metrics-off"),
        // No log in a bucket.
        ("access-logs-disabled", "off on a Classic load balancer", "log-bucket-missing"),
        ("access-logs-disabled", "off on a Classic load balancer", "log-bucket-foreign"),
        ("access-logs-disabled", "off on a Classic load balancer", "log-delivery-stopped"),
        ("access-logs-disabled", "off on a Classic load balancer", "access-logs-bucket-unapproved"),
        ("log-bucket-missing", "no bucket of the name", "log-delivery-stopped"),
        // No distribution in front.
        ("access-logs-disabled", "off on a Classic load balancer", "cloudfront-origin-cleartext"),
    ];
    for (owner, title, id) in cases {
        let find = |id: &str| ALL.iter().find(|check| check.id == id).expect("a check");
        let mut examples = find(owner).examples.iter();
        let example = examples.find(|example| example.title == title).expect("an example");
        let found = report_of(&(example.given)(), &[find(id)]).findings;
        assert!(found.is_empty(), "{id} on {owner}, {title}: {:?}", found[0].outcome);
    }
}
