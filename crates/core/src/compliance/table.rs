//! Which rule is asked by which framework.
//!
//! Controls of Security Hub with their severities, and what NIST SP 800-53, NIST SP 800-171 and PCI DSS
//! ask, are those that AWS lists on the control's own page under "Related requirements". Where AWS maps
//! nothing to PCI DSS 4, another tool's mapping stands in as [`Source::ThirdParty`], as far as it has to
//! do with the rule.

use super::Framework::{Cis, ConfigRule, ControlTower, Fsbp, Nist80053, Nist800171, Pci3, Pci4};
use super::{Asked, Framework, Rule};
use crate::compliance::Source;
use crate::inventory::Kind::{self, Application, Classic, Gateway, Network};
use crate::vocab::severity::Severity::{Low, Medium};

const fn by(framework: Framework, ids: &'static [&'static str]) -> Asked {
    Asked { framework, source: Source::Publisher, ids }
}

const fn by_others(ids: &'static [&'static str]) -> Asked {
    Asked { framework: Pci4, source: Source::ThirdParty, ids }
}

/// Kinds with a listener that speaks to clients.
const SERVING: &[Kind] = &[Application, Network, Classic];
/// Every kind.
const ALL: &[Kind] = &[Application, Network, Gateway, Classic];

/// What protects data on the way.
const IN_TRANSIT: &[&str] = &[
    "AC-17(2)", "AC-4", "IA-5(1)", "SC-12(3)", "SC-13", "SC-23", "SC-23(3)", "SC-7(4)", "SC-8",
    "SC-8(1)", "SC-8(2)", "SI-7(6)",
];
/// The same, where it is about certificates.
const BY_CERTIFICATE: &[&str] = &[
    "AC-17(2)", "AC-4", "IA-5(1)", "SC-12(3)", "SC-13", "SC-23", "SC-23(5)", "SC-7(4)", "SC-8",
    "SC-8(1)", "SC-8(2)", "SI-7(6)",
];
/// What keeps a service up when a zone is not.
const SPREAD: &[&str] = &["CP-10", "CP-6(2)", "SC-36", "SC-5(2)", "SI-13(5)"];
const CLEARTEXT_AT_PCI: &[&str] = &["1.2.5", "2.2.5", "2.2.7", "4.2.1", "4.2.1.1", "8.3.2"];

/// A rule that nobody asks.
const NONE: Rule =
    Rule { title: "", severity: None, kinds: ALL, checks: &[], unfair: "", asked_by: &[] };

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        title: "HTTP listeners only redirect to HTTPS",
        severity: Some(Medium),
        kinds: &[Application],
        checks: &["listener-cleartext"],
        unfair: "ELB.18 fails the very redirect that this control asks for",
        asked_by: &[
            by(Fsbp, &["ELB.1"]),
            by(ConfigRule, &["alb-http-to-https-redirection-check"]),
            by(Nist80053, IN_TRANSIT),
            by(Pci3, &["2.3", "4.1"]),
            by_others(CLEARTEXT_AT_PCI),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.1"]),
        ],
    },
    Rule {
        title: "Classic listeners use HTTPS or TLS",
        severity: Some(Medium),
        kinds: &[Classic],
        checks: &["listener-cleartext"],
        asked_by: &[
            by(Fsbp, &["ELB.3"]),
            by(ConfigRule, &["elb-tls-https-listeners-only"]),
            by(Nist80053, IN_TRANSIT),
            by(Nist800171, &["3.13.8", "3.13.15"]),
            by(Pci4, &["4.2.1"]),
            by_others(CLEARTEXT_AT_PCI),
        ],
        ..NONE
    },
    Rule {
        title: "listeners use protocols that encrypt",
        severity: Some(Medium),
        kinds: &[Application, Network],
        checks: &["listener-cleartext-port", "no-tls-listener"],
        unfair: "AWS's rule fails every HTTP listener, one that only redirects as ELB.1 asks among them, \
                 and every TCP listener that passes TLS through: no account with a redirect meets both \
                 controls to the letter. Here neither counts as a failure",
        asked_by: &[
            by(Fsbp, &["ELB.18"]),
            by(ConfigRule, &["elbv2-listener-encryption-in-transit"]),
        ],
    },
    Rule {
        title: "TLS listeners use a recommended security policy",
        severity: Some(Medium),
        kinds: &[Application, Network],
        checks: &["tls-legacy-protocol", "tls-policy-not-recommended", "tls-weak-cipher"],
        asked_by: &[
            by(Fsbp, &["ELB.17"]),
            by(ConfigRule, &["elbv2-predefined-security-policy-ssl-check"]),
            by(Nist80053, IN_TRANSIT),
        ],
        ..NONE
    },
    Rule {
        title: "Classic TLS listeners use a strong predefined policy",
        severity: Some(Medium),
        kinds: &[Classic],
        checks: &[
            "classic-cipher-order-unset",
            "classic-policy-custom",
            "tls-legacy-protocol",
            "tls-weak-cipher",
        ],
        unfair: "AWS's rule knows one policy by name and fails a policy of one's own that is stricter",
        asked_by: &[
            by(Fsbp, &["ELB.8"]),
            by(
                ConfigRule,
                &[
                    "elb-predefined-security-policy-ssl-check",
                    "elb-custom-security-policy-ssl-check",
                ],
            ),
            by(Nist80053, IN_TRANSIT),
            by(Pci4, &["4.2.1"]),
        ],
    },
    Rule {
        title: "Classic listeners use certificates of ACM",
        severity: Some(Medium),
        kinds: &[Classic],
        checks: &["certificate-unmanaged"],
        asked_by: &[
            by(Fsbp, &["ELB.2"]),
            by(ConfigRule, &["elb-acm-certificate-required"]),
            by(Nist80053, BY_CERTIFICATE),
            by(Nist800171, &["3.13.8"]),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.8"]),
        ],
        ..NONE
    },
    // Another tool files this under seventeen requirements of PCI DSS 4, most of which are about keys of
    // stored card data: left out.
    Rule {
        title: "listeners use certificates of ACM",
        kinds: &[Application, Network],
        checks: &["certificate-unmanaged"],
        asked_by: &[
            by(ConfigRule, &["elbv2-acm-certificate-required"]),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.2"]),
        ],
        ..NONE
    },
    Rule {
        title: "certificates are renewed before they expire",
        kinds: SERVING,
        checks: &["certificate-expired", "certificate-expiring"],
        asked_by: &[by(Fsbp, &["ACM.1"]), by(ConfigRule, &["acm-certificate-expiration-check"])],
        ..NONE
    },
    Rule {
        title: "no expired certificate is kept in IAM",
        kinds: SERVING,
        checks: &["certificate-expired"],
        asked_by: &[by(Cis, &["v6.0 2.18", "v7.0 2.17"])],
        ..NONE
    },
    Rule {
        title: "RSA certificates have keys of 2048 bits or more",
        kinds: SERVING,
        checks: &["certificate-weak-key"],
        asked_by: &[by(Fsbp, &["ACM.2"]), by(ConfigRule, &["acm-certificate-rsa-check"])],
        ..NONE
    },
    Rule {
        title: "Application load balancers drop invalid headers",
        severity: Some(Medium),
        kinds: &[Application],
        checks: &["invalid-headers-kept"],
        unfair: "AWS's rule fails a load balancer whose desync mode is strictest, where AWS itself advises \
                 to switch this control off",
        asked_by: &[
            by(Fsbp, &["ELB.4"]),
            by(ConfigRule, &["alb-http-drop-invalid-header-enabled"]),
            by(Nist80053, &["SC-7(4)", "SC-8(2)"]),
            by(Pci4, &["6.2.4"]),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.4"]),
        ],
    },
    Rule {
        title: "Application load balancers stop request smuggling",
        severity: Some(Medium),
        kinds: &[Application],
        checks: &["desync-monitor"],
        asked_by: &[
            by(Fsbp, &["ELB.12"]),
            by(ConfigRule, &["alb-desync-mode-check"]),
            by(Nist80053, &["AC-4(21)", "CA-9(1)", "CM-2"]),
            by(Pci4, &["6.2.4"]),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.3"]),
        ],
        ..NONE
    },
    // Another tool files this under PCI DSS 4's requirements on logging: left out.
    Rule {
        title: "Classic load balancers stop request smuggling",
        severity: Some(Medium),
        kinds: &[Classic],
        checks: &["desync-monitor"],
        asked_by: &[
            by(Fsbp, &["ELB.14"]),
            by(ConfigRule, &["clb-desync-mode-check"]),
            by(Nist80053, &["AC-4(21)", "CA-9(1)", "CM-2"]),
            by(Pci4, &["6.2.4"]),
        ],
        ..NONE
    },
    Rule {
        title: "access is logged",
        severity: Some(Medium),
        kinds: &[Application, Classic],
        checks: &["access-logs-disabled"],
        asked_by: &[
            by(Fsbp, &["ELB.5"]),
            by(ConfigRule, &["elb-logging-enabled"]),
            by(
                Nist80053,
                &[
                    "AC-4(26)", "AU-10", "AU-12", "AU-2", "AU-3", "AU-6(3)", "AU-6(4)", "CA-7",
                    "SC-7(9)", "SI-7(8)",
                ],
            ),
            by_others(&[
                "10.2.1.1", "10.2.1.2", "10.2.1.3", "10.2.1.4", "10.2.1.5", "10.2.1.6", "10.2.1.7",
                "10.2.2", "10.3.1", "10.6.3", "A1.2.1",
            ]),
            by(Cis, &["v7.0 4.10"]),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.6"]),
        ],
        ..NONE
    },
    Rule {
        title: "access over TLS to Network load balancers is logged",
        kinds: &[Network],
        checks: &["access-logs-disabled"],
        asked_by: &[by(ConfigRule, &["nlb-logging-enabled"])],
        ..NONE
    },
    Rule {
        title: "load balancers are protected from deletion",
        severity: Some(Medium),
        kinds: &[Application, Network, Gateway],
        checks: &["deletion-protection-off"],
        asked_by: &[
            by(Fsbp, &["ELB.6"]),
            by(ConfigRule, &["elb-deletion-protection-enabled"]),
            by(Nist80053, &["CA-9(1)", "CM-2", "CM-2(2)", "CM-3", "SC-5(2)"]),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.5"]),
        ],
        ..NONE
    },
    Rule {
        title: "Classic load balancers drain connections",
        severity: Some(Low),
        kinds: &[Classic],
        checks: &["connection-draining-off"],
        asked_by: &[by(Fsbp, &["ELB.7"]), by(Nist80053, &["CA-9(1)", "CM-2"])],
        ..NONE
    },
    Rule {
        title: "Classic load balancers balance across zones",
        severity: Some(Medium),
        kinds: &[Classic],
        checks: &["cross-zone-off"],
        unfair: "off is a choice that AWS itself recommends to those who keep zones independent",
        asked_by: &[
            by(Fsbp, &["ELB.9"]),
            by(ConfigRule, &["elb-cross-zone-load-balancing-enabled"]),
            by(Nist80053, SPREAD),
        ],
    },
    Rule {
        title: "Classic load balancers are in several zones",
        severity: Some(Medium),
        kinds: &[Classic],
        checks: &["single-zone"],
        asked_by: &[
            by(Fsbp, &["ELB.10"]),
            by(ConfigRule, &["clb-multiple-az"]),
            by(Nist80053, SPREAD),
            by(ControlTower, &["CT.ELASTICLOADBALANCING.PR.7"]),
        ],
        ..NONE
    },
    Rule {
        title: "load balancers are in several zones",
        severity: Some(Medium),
        kinds: &[Application, Network, Gateway],
        checks: &["single-zone"],
        asked_by: &[
            by(Fsbp, &["ELB.13"]),
            by(ConfigRule, &["elbv2-multiple-az"]),
            by(Nist80053, SPREAD),
        ],
        ..NONE
    },
    Rule {
        title: "Application load balancers have a web ACL",
        severity: Some(Medium),
        kinds: &[Application],
        checks: &["waf-not-associated"],
        unfair: "AWS's rule also fails a load balancer that the internet does not reach; here only one \
                 with scheme internet-facing counts",
        asked_by: &[
            by(Fsbp, &["ELB.16"]),
            by(ConfigRule, &["alb-waf-enabled"]),
            by(Nist80053, &["AC-4(21)"]),
            by_others(&["6.4.1", "6.4.2"]),
        ],
    },
    Rule {
        title: "web ACLs have rules",
        kinds: &[Application],
        checks: &["waf-empty"],
        asked_by: &[by(Fsbp, &["WAF.10"])],
        ..NONE
    },
    Rule {
        title: "web ACLs log",
        kinds: &[Application],
        checks: &["waf-not-logged"],
        asked_by: &[by(Fsbp, &["WAF.11"])],
        ..NONE
    },
    Rule {
        title: "rules of web ACLs are counted",
        kinds: &[Application],
        checks: &["waf-metrics-off"],
        asked_by: &[by(Fsbp, &["WAF.12"])],
        ..NONE
    },
    Rule {
        title: "health checks are encrypted",
        severity: Some(Medium),
        kinds: &[Application, Network, Gateway],
        checks: &["health-check-cleartext"],
        unfair: "AWS's rule asks for HTTPS: a target group of a Network load balancer, which checks over \
                 TCP by default, fails it. A TCP check sends no data and is no failure here",
        asked_by: &[
            by(Fsbp, &["ELB.21"]),
            by(ConfigRule, &["elbv2-targetgroup-healthcheck-protocol-encrypted"]),
        ],
    },
    Rule {
        title: "traffic to targets is encrypted",
        severity: Some(Medium),
        kinds: &[Application, Network],
        checks: &["target-group-cleartext"],
        unfair: "AWS's rule fails a TCP target group behind a TCP listener, though what passes through \
                 may well be TLS",
        asked_by: &[
            by(Fsbp, &["ELB.22"]),
            by(ConfigRule, &["elbv2-targetgroup-protocol-encrypted"]),
        ],
    },
    Rule {
        title: "Auto Scaling groups heed the health that load balancers see",
        severity: Some(Low),
        checks: &["auto-scaling-ignores-health"],
        asked_by: &[
            by(Fsbp, &["AutoScaling.1"]),
            by(ConfigRule, &["autoscaling-group-elb-healthcheck-required"]),
            by(Nist80053, &["CA-7", "CP-2(2)", "SI-2"]),
            by(Pci3, &["2.2"]),
        ],
        ..NONE
    },
    Rule {
        title: "load balancers are internal",
        kinds: SERVING,
        checks: &["internet-facing"],
        asked_by: &[by(
            ConfigRule,
            &[
                "alb-internal-scheme-check",
                "elb-internal-scheme-check",
                "nlb-internal-scheme-check",
            ],
        )],
        ..NONE
    },
    Rule {
        title: "load balancers and listeners have tags",
        checks: &["tags-missing"],
        asked_by: &[by(
            ConfigRule,
            &[
                "alb-listener-tagged",
                "alb-tagged",
                "elb-tagged",
                "glb-listener-tagged",
                "glb-tagged",
                "nlb-listener-tagged",
                "nlb-tagged",
            ],
        )],
        ..NONE
    },
    Rule {
        title: "load balancers are protected by Shield Advanced",
        kinds: SERVING,
        checks: &["shield-not-protected"],
        asked_by: &[
            by(ConfigRule, &["fms-shield-resource-policy-check"]),
            by_others(&["11.5.1.1"]),
        ],
        ..NONE
    },
];
