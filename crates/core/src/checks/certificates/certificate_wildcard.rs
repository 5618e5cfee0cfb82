//! A certificate in use has a name with a wildcard.

use crate::checks::prelude::*;
use crate::checks::shared::passed::SHOWN;

pub(crate) const CHECK: Check = Check {
    id: "certificate-wildcard",
    aliases: &["cert-wildcard"],
    title: "certificate covers any host of a domain",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Whoever gets its key can be any host of the domain, and a name that somebody points \
          elsewhere is believed at once. One leak concerns every service that shares it.",
    logic: "Looks at the names of the default and every SNI certificate. Notes one with a name \
            that begins with `*.`; passes without. Unknown when the names are: those of a \
            certificate kept in IAM are written in the certificate itself.",
    false_alarms: "ACM keeps the key to itself, unless it may be exported: a wildcard issued there \
                   leaks less easily than one on servers.",
    fix: "request a certificate that lists the hosts, unless their number makes that impossible",
    remedy: Remedy::certificate(Particular {
        cli: "",
        terraform: "subject_alternative_names = [\"api.example.com\"]",
        cloudformation: "SubjectAlternativeNames: [api.example.com]",
    })
    .for_other_names()
    .console(
        "ACM console: Request certificate, list the hosts, prove them by DNS; then EC2 console, \
         Load Balancers, the listener, Certificates: put it in the place of this one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
    ],
    needs: super::READ,
    examples: &[
        Example {
            title: "one host and a wildcard",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.names.push("*.example.com".to_owned());
                })
            },
            finds: &["note certificate-wildcard www.example.com"],
        },
        Example {
            title: "kept in IAM, its names unread",
            given: || {
                sample::with_iam(&Kind::Classic, |certificate| {
                    certificate.names = vec!["web".to_owned()];
                    certificate.key_algorithm =
                        Fact::Unread(sample::denied(Call::IamGetServerCertificate));
                })
            },
            finds: &[
                "fail certificate-unmanaged web",
                "unknown certificate-weak-key web",
                "unknown certificate-wildcard web",
            ],
        },
        Example { title: "one host", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(_: &Context, certificate: &Certificate) -> Judgement {
    let hosts = || certificate.hosts().map(|hosts| hosts.iter().map(String::as_str));
    let wild: Vec<&str> = hosts()?.filter(|host| host.starts_with("*.")).collect();
    if wild.is_empty() {
        let shown: Vec<&str> = hosts()?.take(SHOWN).collect();
        return Ok(Verdict::Pass(Grounds::new().with("names", shown)));
    }
    Ok(Verdict::Note(Grounds::new().with("names", wild)))
}
