//! A redirect leads to a fixed host that none of the load balancer's certificates has to do with.

use std::collections::BTreeSet;

use crate::analysis::domain::{is_within, registered};
use crate::analysis::routing::redirect;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;

pub(crate) const CHECK: Check = Check {
    id: "redirect-foreign-host",
    aliases: &["redirect-external-host"],
    title: "redirects to a foreign host",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Whoever owns the other name gets the visitors. A name that was given up, or mistyped, is \
          one that a stranger can register.",
    logic: "Looks at redirects to a fixed host, of rules that a request can reach. Notes one whose \
            registered domain is that of no name of any certificate on the load balancer's \
            listeners. Domains are told by the public suffix list: two names below github.io are of \
            two owners. A host with `#{host}` in it is the request's own. Unknown while a \
            certificate that might have the name is unread. Does not apply where no rule \
            redirects to a fixed host, or the load balancer has no certificate.",
    false_alarms: "A site that has moved to another domain of the same owner.",
    fix: "see that the name is still yours, or redirect to one of the load balancer's own",
    remedy: Remedy::redirect(&[("Host", "#{host}"), ("Protocol", "HTTPS"), ("Port", "HTTPS_PORT")])
        .console(
            "EC2, Load balancers, the listener, Manage rules: edit the rule and the host of its \
         redirect.",
        ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::ElbV2DescribeListenerCertificates,
        Call::AcmSearchCertificates,
        Call::AcmDescribeCertificate,
        Call::IamListServerCertificates,
    ],
    examples: &[
        Example {
            title: "another domain",
            given: || given("www.example.net"),
            finds: &["note redirect-foreign-host HTTP:80"],
        },
        Example {
            title: "another host of a certificate's domain",
            given: || given("shop.example.com"),
            finds: &[],
        },
        Example {
            title: "another name below a domain that many share",
            given: || named(&["shop.github.io"], "example.github.io"),
            finds: &["note redirect-foreign-host HTTP:80"],
        },
        Example {
            title: "a name below a certificate's, of a domain that many share",
            given: || named(&["*.github.io", "github.io"], "example.github.io"),
            finds: &[],
        },
        Example {
            title: "the request's own host",
            given: || given("www.#{host}"),
            finds: &["does not apply"],
        },
        Example {
            title: "another domain, and the certificate is unread",
            given: || {
                let mut inventory = given("www.example.net");
                inventory.accounts[0].regions[0].certificates.insert(
                    sample::CERTIFICATE.to_owned(),
                    Fact::Unread(sample::denied(Call::AcmDescribeCertificate)),
                );
                inventory
            },
            finds: &[
                "unknown redirect-foreign-host HTTP:80",
                "unknown 13 others: acm:DescribeCertificate",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(host: &str) -> Inventory {
    let mut action = sample::redirect_to_https();
    if let Some(redirect) = &mut action.redirect {
        redirect.host = Some(host.to_owned());
    }
    sample::listening(
        &Kind::Application,
        vec![
            sample::https(vec![sample::forward("web")]),
            sample::listener("HTTP", 80, vec![action]),
        ],
    )
}

fn named(names: &[&str], host: &str) -> Inventory {
    let mut inventory = given(host);
    let certificates = &mut inventory.accounts[0].regions[0].certificates;
    if let Some(Fact::Known(certificate)) = certificates.get_mut(sample::CERTIFICATE) {
        certificate.names = names.iter().map(|name| (*name).to_owned()).collect();
    }
    inventory
}

/// The registered domains of all certificates of the load balancer.
fn domains(context: &Context) -> Partial<BTreeSet<String>> {
    let mut domains = Partial::<BTreeSet<String>>::default();
    for listener in context.lb.listeners.get().into_iter().flatten() {
        let sni = domains.learn(listener.certificates.get()).into_iter().flatten();
        for arn in sni.chain(&listener.default_certificate) {
            let certificate = domains.learn(context.site.certificate(arn));
            let names = certificate.map(|certificate| &certificate.names).into_iter().flatten();
            domains.found.extend(names.map(|name| registered(name.trim_start_matches("*."))));
        }
    }
    domains
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_redirects(context, listener, |own| {
        let Some(host) = redirect::other_host(own) else { return Ok(Verdict::NotApplicable) };
        let domains = domains(context);
        if domains.found.iter().any(|domain| is_within(host, domain)) {
            return Ok(Verdict::Pass(Grounds::new().with("host", host)));
        }
        let domains: Vec<String> = domains.complete()?.into_iter().collect();
        if domains.is_empty() {
            return Ok(Verdict::NotApplicable);
        }
        let evidence = Grounds::new().with("host", host);
        Ok(Verdict::Note(evidence.with("certificate_domains", domains)))
    })
}
