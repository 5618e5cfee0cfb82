//! Configurations, shown by other checks, that a check has nothing to say about, not even that they pass. What
//! a check shows itself says so among its examples.

use elb_audit_core::checks::ALL;

use crate::given::report_of;

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
