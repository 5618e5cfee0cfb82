//! Where a question makes no sense, nothing is said: a pass would claim that somebody looked.

use elb_audit_core::checks::ALL;

use crate::given::report_of;

/// Check, title of its example.
const SILENT: &[(&str, &str)] = &[
    ("alpn-mismatch", "LDAP over TLS has no use for it"),
    ("alpn-mismatch", "TLS ends here, and the targets get TCP"),
    ("backend-certificate-unverified", "instances in clear"),
    ("certificate-email-validated", "imported: nobody asked ACM"),
    ("certificate-exportable", "a private one can always be exported"),
    ("certificate-host-uncovered", "a pattern and a name of AWS"),
    ("certificate-host-uncovered", "a rule that turns the host away"),
    ("certificate-renewal-stalled", "below 30 days the date says it"),
    ("certificate-renewal-stalled", "imported: nobody expects it"),
    ("no-tls-listener", "requests in clear: the listener says it already"),
    ("no-tls-listener", "a redirect to another host"),
    ("no-tls-listener", "TLS passed through"),
    ("no-tls-listener", "an Application load balancer behind it"),
    ("post-quantum-missing", "a name that AWS's pages do not print"),
    ("tls-backend-legacy", "targets in clear"),
    ("tls-passthrough-unverified", "an Application load balancer behind it"),
    ("tls-policies-differ", "one port alone"),
];

#[test]
fn nothing_is_said_where_the_question_makes_no_sense() {
    for (id, title) in SILENT {
        let check = ALL.iter().find(|check| check.id == *id).unwrap();
        let example = check.examples.iter().find(|example| example.title == *title);
        let inventory = (example.unwrap_or_else(|| panic!("{id} has no {title}")).given)();
        let outcomes: Vec<_> = report_of(&inventory, &[check])
            .findings
            .into_iter()
            .map(|finding| finding.outcome)
            .collect();
        assert!(outcomes.is_empty(), "{id}, {title}: {outcomes:?}");
    }
}
