//! Values that AWS answers, each with the verdict that it gives.

use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Action, Certificate, Inventory, Kind, Listener};
use elb_audit_core::report::Outcome::{self, Fail, Note, Pass, Unknown};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use crate::given::report_of;

/// What one check says; none where the question makes no sense.
fn said(id: &str, inventory: &Inventory) -> Option<Outcome> {
    let check = ALL.iter().find(|check| check.id == id).expect("a check of this id");
    let findings = report_of(inventory, &[check]).findings;
    assert!(findings.len() < 2, "{id}: {findings:?}");
    findings.first().map(|finding| finding.outcome)
}

fn of_certificate(change: impl FnOnce(&mut Certificate)) -> Inventory {
    sample::certified(&Kind::Application, change)
}

/// The clean load balancer of this kind after a change to its first listener.
fn of_listener(kind: &Kind, change: impl FnOnce(&mut Listener)) -> Inventory {
    sample::with(kind, |lb| change(&mut sample::listeners(lb)[0]))
}

#[test]
fn of_alpn_policies() {
    for (policy, expected) in [
        (Some("HTTP2Only"), Pass),
        (Some("HTTP2Optional"), Pass),
        (Some("HTTP2Preferred"), Pass),
        (Some("HTTP1Only"), Note),
        (Some("None"), Note),
        (None, Note),
        (Some("http2only"), Unknown),
    ] {
        let inventory =
            of_listener(&Kind::Network, |listener| listener.alpn = policy.map(str::to_owned));
        assert_eq!(said("alpn-mismatch", &inventory), Some(expected), "{policy:?}");
    }
}

#[test]
fn of_the_instance_side() {
    for (side, expected) in [
        (Some("HTTPS:8443"), Some(Pass)),
        (Some("SSL:8443"), Some(Pass)),
        (Some("HTTPS:9443"), Some(Fail)), // another port than the one with the policy
        (Some("HTTP:8443"), None),
        (Some("TCP:8443"), None),
        (Some("UDP:8443"), Some(Unknown)),
        (Some("HTTPS"), Some(Unknown)),
        (None, Some(Unknown)),
    ] {
        let inventory = of_listener(&Kind::Classic, |listener| {
            listener.instance_side = side.map(str::to_owned);
        });
        assert_eq!(said("backend-certificate-unverified", &inventory), expected, "{side:?}");
    }
}

#[test]
fn of_validation_and_export() {
    for (method, expected) in
        [(Some("DNS"), Pass), (Some("HTTP"), Pass), (Some("EMAIL"), Fail), (None, Unknown)]
    {
        let inventory = of_certificate(|certificate| {
            certificate.validation_method = method.map(str::to_owned);
        });
        let id = "certificate-email-validated";
        assert_eq!(said(id, &inventory), Some(expected), "{method:?}");
    }
    for (export, expected) in [
        (Some("DISABLED"), Pass),
        (None, Pass),
        (Some("ENABLED"), Fail),
        (Some("enabled"), Unknown),
    ] {
        let inventory =
            of_certificate(|certificate| certificate.export = export.map(str::to_owned));
        assert_eq!(said("certificate-exportable", &inventory), Some(expected), "{export:?}");
    }
}

#[test]
fn of_renewal() {
    let asked = |(kind, eligible, status, days): (&str, Option<&str>, Option<&str>, i64)| {
        of_certificate(|certificate| {
            certificate.kind = Some(kind.to_owned());
            certificate.renewal_eligibility = eligible.map(str::to_owned);
            certificate.renewal_status = status.map(str::to_owned);
            certificate.not_after = Some(sample::in_days(days));
        })
    };
    let (amazon, eligible) = ("AMAZON_ISSUED", Some("ELIGIBLE"));
    // Both speak of it in turn, and never together.
    for (given, stalled, expiring) in [
        ((amazon, eligible, Some("PENDING_VALIDATION"), 30), Some(Fail), Some(Pass)),
        ((amazon, eligible, Some("PENDING_VALIDATION"), 29), None, Some(Fail)),
        ((amazon, eligible, Some("FAILED"), 60), Some(Fail), Some(Pass)),
        (("PRIVATE", eligible, Some("FAILED"), 60), Some(Fail), Some(Pass)),
        ((amazon, eligible, Some("SUCCESS"), 60), Some(Pass), Some(Pass)),
        ((amazon, eligible, Some("PENDING_AUTO_RENEWAL"), 29), None, Some(Pass)),
        ((amazon, eligible, Some("PENDING_AUTO_RENEWAL"), 6), None, Some(Fail)),
        ((amazon, eligible, Some("THINKING"), 6), None, Some(Fail)),
        ((amazon, eligible, None, 30), Some(Pass), Some(Pass)),
        ((amazon, Some("INELIGIBLE"), None, 30), Some(Note), Some(Pass)),
        ((amazon, Some("INELIGIBLE"), None, 29), None, Some(Fail)),
        ((amazon, Some("PERHAPS"), None, 60), Some(Unknown), Some(Unknown)),
        ((amazon, None, None, 60), Some(Unknown), Some(Pass)),
        (("IMPORTED", Some("INELIGIBLE"), None, 29), None, Some(Fail)),
        ((amazon, eligible, Some("FAILED"), -1), None, None),
    ] {
        let inventory = asked(given);
        assert_eq!(said("certificate-renewal-stalled", &inventory), stalled, "{given:?}");
        assert_eq!(said("certificate-expiring", &inventory), expiring, "{given:?}");
    }
    let never = of_certificate(|certificate| {
        certificate.status = Some("PENDING_VALIDATION".to_owned());
        certificate.not_after = None;
    });
    assert_eq!(said("certificate-renewal-stalled", &never), None);
}

#[test]
fn of_signatures() {
    for (algorithm, expected) in [
        ("SHA1WITHRSA", Fail),
        ("sha1WithRSAEncryption", Fail),
        ("ecdsa-with-SHA1", Fail),
        ("SHA-1 with RSA", Fail),
        ("md5WithRSAEncryption", Fail),
        ("MD2WITHRSA", Fail),
        ("md4WithRSAEncryption", Fail),
        ("SHA256WITHRSA", Pass),
        ("SHA384WITHECDSA", Pass),
        ("sha512WithRSAEncryption", Pass),
        ("ecdsa-with-SHA224", Pass),
        ("ed25519", Pass),
        ("Ed448", Pass),
        ("ML_DSA_65", Pass),
        ("id-ecdsa-with-sha3-256", Pass),
        ("RSASSA-PSS", Unknown),
        ("SM3WITHSM2", Unknown),
    ] {
        let inventory = of_certificate(|certificate| {
            certificate.kind = Some("IMPORTED".to_owned());
            if let Fact::Known(detail) = &mut certificate.detail {
                detail.signature_algorithm = Some(algorithm.to_owned());
            }
        });
        assert_eq!(said("certificate-weak-signature", &inventory), Some(expected), "{algorithm}");
    }
}

#[test]
fn of_issuers_and_subjects() {
    let of = |issuer: Option<&str>, subject: Option<&str>| {
        of_certificate(|certificate| {
            certificate.kind = Some("IMPORTED".to_owned());
            if let Fact::Known(detail) = &mut certificate.detail {
                detail.issuer = issuer.map(str::to_owned);
                detail.subject = subject.map(str::to_owned);
            }
        })
    };
    for (issuer, subject, expected) in [
        (Some("CN=a.example"), Some("CN=a.example"), Note),
        (Some("a.example"), Some("C=IE, O=Example, CN=a.example"), Note),
        (Some("a.example"), Some("CN=b.example"), Pass),
        // One name, issued by a company's own authority.
        (Some("O=Example CA, CN=a.example"), Some("O=Example, CN=a.example"), Pass),
        (Some("R3"), None, Pass),
        (None, Some("CN=a.example"), Unknown),
    ] {
        let found = said("certificate-untrusted", &of(issuer, subject));
        assert_eq!(found, Some(expected), "{issuer:?} {subject:?}");
    }
    let mut hidden = of(Some("CN=a.example"), Some("CN=a.example"));
    hidden.accounts[0].regions[0].security_groups =
        Fact::Unread(sample::denied(Call::Ec2DescribeSecurityGroups));
    assert_eq!(said("certificate-untrusted", &hidden), Some(Unknown));
}

#[test]
fn of_hosts_in_rules() {
    let serving = |hosts: &[&str], action: Action| {
        let rule = sample::rule(Some(1), vec![sample::host(hosts)], vec![action]);
        sample::ruled(sample::https(vec![sample::forward("web")]), vec![rule])
    };
    let asked = |listener: Listener| {
        said("certificate-host-uncovered", &sample::listening(&Kind::Application, vec![listener]))
    };
    let other = &["shop.example.com"][..];
    let unknown = || Action { kind: "teleport".into(), ..Action::default() };
    assert_eq!(asked(serving(other, sample::redirect_to_https())), Some(Fail));
    assert_eq!(asked(serving(other, unknown())), Some(Unknown));
    assert_eq!(asked(serving(&["www.example.com"], unknown())), Some(Pass));
    // What its own name answers, nobody can have a certificate for.
    assert_eq!(asked(serving(&["web-123.eu-west-1.elb.amazonaws.com"], unknown())), None);
    let mut http = serving(other, sample::forward("web"));
    http.protocol = Some("HTTP".into());
    assert_eq!(asked(http), None);
    let mut bare = serving(other, sample::forward("web"));
    bare.certificates = Fact::Known(Vec::new());
    assert_eq!(asked(bare), Some(Unknown));
}

#[test]
fn of_names_that_iam_gives() {
    let kept = |names: &[&str]| {
        sample::with_iam(&Kind::Application, |certificate| {
            certificate.names = names.iter().map(|name| (*name).to_owned()).collect();
        })
    };
    for (names, expected) in [
        (&["www.example.com"][..], Pass),
        (&["web", "*.example.com"], Note),
        (&["web"], Unknown), // what IAM calls it
        (&[], Unknown),
    ] {
        assert_eq!(said("certificate-wildcard", &kept(names)), Some(expected), "{names:?}");
    }
}

#[test]
fn of_mutual_tls() {
    for (mode, expected) in [
        (Some("verify"), Some(Pass)),
        (Some("passthrough"), Some(Fail)),
        (Some("off"), None),
        (None, None),
        (Some("strict"), Some(Unknown)),
    ] {
        let inventory = sample::mutually(|mutual| mutual.mode = mode.map(Into::into));
        assert_eq!(said("mtls-passthrough", &inventory), expected, "{mode:?}");
        let others = [
            "mtls-authorities-advertised",
            "mtls-expired-accepted",
            "mtls-many-authorities",
            "mtls-revocation-missing",
            "mtls-trust-store-removed",
            "trust-store-shared",
        ];
        let expected = expected.filter(|outcome| *outcome != Fail);
        for id in others {
            assert_eq!(said(id, &inventory), expected, "{id} {mode:?}");
        }
    }
    let nameless = sample::mutually(|mutual| {
        mutual.trust_store_arn = None;
        mutual.trust_store_status = Some("removed".to_owned());
    });
    assert_eq!(said("mtls-trust-store-removed", &nameless), Some(Fail));
    assert_eq!(said("mtls-many-authorities", &nameless), Some(Unknown));
    let gone = sample::verifying(|store| store.arn.push_str("-other"));
    assert_eq!(said("mtls-many-authorities", &gone), Some(Unknown));
}

#[test]
fn of_protocols_on_tls_ports() {
    let asked = |kind: &Kind, protocol: &str| {
        let listener = match kind {
            Kind::Classic => sample::classic_listener(protocol, 443),
            _ => sample::listener(protocol, 443, vec![sample::forward("web")]),
        };
        let inventory = sample::listening(kind, vec![listener]);
        (said("tls-passthrough-unverified", &inventory), said("no-tls-listener", &inventory))
    };
    for (kind, protocol, passed_through, without) in [
        (Kind::Network, "TCP", Some(Note), None),
        (Kind::Network, "TCP_UDP", Some(Note), None),
        (Kind::Network, "TCP_QUIC", Some(Note), Some(Pass)),
        (Kind::Network, "QUIC", Some(Pass), Some(Pass)),
        (Kind::Network, "TLS", Some(Pass), Some(Pass)),
        (Kind::Network, "UDP", None, Some(Note)),
        (Kind::Network, "SCTP", Some(Unknown), Some(Unknown)),
        (Kind::Classic, "TCP", Some(Note), None),
        (Kind::Classic, "SSL", Some(Pass), Some(Pass)),
        (Kind::Classic, "HTTP", None, None),
    ] {
        assert_eq!(asked(&kind, protocol), (passed_through, without), "{kind} {protocol}");
    }
}
