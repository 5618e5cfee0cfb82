//! One certificate is presented inside and outside, or in several environments.

use std::collections::BTreeMap;

use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "certificate-shared",
    aliases: &["cert-shared-across-lbs"],
    title: "one certificate in several environments",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "What is true of the least protected of them is true of all: who can change the test \
          environment's load balancer can be production, and an answer meant for inside is \
          believed outside.",
    logic: "Compares the load balancers of the region that present a certificate. Fails when their \
            schemes differ, or their environments: the value of the tag `environment`, `env` or \
            `stage`, in this order and in any case, where usual spellings of one environment count \
            as one. Passes otherwise; without such a tag a load balancer is of no environment. \
            Unknown while an unread list, listener or tag may hide a difference.",
    false_alarms: "An internal and a public load balancer of one service share their host name \
                   where DNS answers differently inside; a certificate for each still keeps them \
                   apart.",
    fix: "give each environment, and inside and outside, a certificate of its own",
    remedy: Remedy::certificate(Particular::NOTHING).console(
        "ACM console: Request certificate for each environment; then EC2 console, Load Balancers, \
         the listener, Certificates: put it in the place of the shared one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
    ],
    needs: &[
        Call::ElbV2DescribeListenerCertificates,
        Call::AcmSearchCertificates,
        Call::AcmDescribeCertificate,
        Call::IamListServerCertificates,
        Call::ElbV2DescribeTags,
        Call::ElbDescribeTags,
    ],
    examples: &[
        Example {
            title: "inside and outside",
            given: || with_second(sample::internal),
            finds: &[
                "fail certificate-shared www.example.com",
                "fail certificate-shared www.example.com",
                "fail internal-open-to-any second",
                "unknown log-delivery-stopped second",
            ],
        },
        Example {
            title: "production and test",
            given: || {
                with_second(|lb| lb.tags = Fact::Known(sample::text_map(&[("Stage", "Test")])))
            },
            finds: &[
                "fail certificate-shared www.example.com",
                "fail certificate-shared www.example.com",
                "unknown log-delivery-stopped second",
            ],
        },
        Example {
            title: "two spellings of one environment",
            given: || {
                with_second(|lb| {
                    lb.tags = Fact::Known(sample::text_map(&[("env", "PROD")]));
                })
            },
            finds: &["unknown log-delivery-stopped second"],
        },
        Example {
            title: "no environment",
            given: || with_second(|lb| lb.tags = Fact::Known(BTreeMap::new())),
            finds: &["unknown log-delivery-stopped second"],
        },
        Example {
            title: "tags unread",
            given: || {
                with_second(|lb| {
                    lb.tags = Fact::Unread(sample::denied(Call::ElbV2DescribeTags));
                })
            },
            finds: &[
                "unknown certificate-shared www.example.com",
                "unknown certificate-shared www.example.com",
                "unknown log-delivery-stopped second",
                "unknown tags-missing second",
            ],
        },
        Example {
            title: "listeners of the other one unread",
            given: || {
                with_second(|lb| {
                    lb.listeners = Fact::Unread(sample::denied(Call::ElbV2DescribeListeners));
                })
            },
            finds: &[
                "unknown certificate-shared www.example.com",
                "unknown certificate-shared second",
                "unknown log-delivery-stopped second",
                "unknown 84 others: elbv2:DescribeListeners",
            ],
        },
        Example {
            title: "on one load balancer",
            given: || sample::clean(&Kind::Classic),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Certificate(judge))
};

/// The clean Application load balancer in production, and a second one with the same certificate.
fn with_second(change: impl FnOnce(&mut LoadBalancer)) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let lb = sample::only(region);
        lb.tags =
            Fact::Known(sample::text_map(&[("owner", "web-team"), ("Environment", "production")]));
        let mut second = lb.clone();
        "second".clone_into(&mut second.name);
        second.arn = sample::arn(&Kind::Application, "second");
        for listener in sample::listeners(&mut second) {
            listener.id = listener.id.replace("/web/", "/second/");
        }
        change(&mut second);
        region.v2.items.push(second);
    })
}

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    let known = context.index.presenters(&certificate.arn);
    let Some(presenters) = known.found else {
        return known.otherwise(Verdict::Pass(Grounds::new().with("load_balancers", 0)));
    };
    let environment = presenters.share_an_environment();
    let schemes = presenters.schemes.iter().map(|(scheme, lb)| format!("{scheme}: {lb}"));
    let environments = presenters.environments.iter().map(|(name, lb)| format!("{name}: {lb}"));
    let evidence = Grounds::new()
        .with("load_balancers", presenters.count)
        .with("schemes", schemes.collect::<Vec<_>>())
        .with("environments", environments.collect::<Vec<_>>());
    if presenters.schemes.len() < 2 && environment != Ok(false) {
        environment?;
        return known.otherwise(Verdict::Pass(evidence));
    }
    Ok(Verdict::Fail(evidence.cause(causes::split_certificate(certificate))))
}
