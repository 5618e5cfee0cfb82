//! What one listener asks a client certificate for, another one serves without.

use crate::analysis::routing::requirements::AuthKind;
use crate::checks::prelude::*;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;
use crate::inventory::MutualAuthentication;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "mtls-bypass",
    aliases: &["mtls-inconsistent"],
    title: "a request gets past mutual TLS",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Client certificates keep out only those who come by the listener that verifies them. \
          Who comes by another one to the same targets needs none, and the targets take the \
          request for one of a known client.",
    logic: "Looks at every group that a listener forwards to, and at every target in it by id and \
            port. Fails when a listener with mutual TLS in mode `verify` forwards to them as \
            well, and this one takes a request that the other would have asked a certificate \
            for, without asking for a certificate, a login or a token itself. What counts as \
            such a request, and which rules are left out, is told in `authentication-bypass`. \
            Mode `passthrough` verifies nothing. Of two listeners that verify, trust stores and \
            identity filters are not compared. A listener of an internal load balancer is a \
            note where the verifying one is internet-facing. Does not apply where no listener \
            verifies certificates in front of the same targets.",
    false_alarms: "Hosts of their own on both sides pass, and so does a listener where users log \
                   in instead.",
    fix: "verify client certificates on this listener too, or send it to other targets",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Edit: turn on mutual authentication with Verify with \
                  trust store; or forward to other targets.",
        cli: r#"
            # from then on clients of this listener need a certificate; one for HTTP cannot ask for it: let it
            # redirect; nor can one for TCP: make it one for TLS, or delete it
            aws elbv2 modify-listener --listener-arn OPEN_LISTENER_ARN \
              --mutual-authentication Mode=verify,TrustStoreArn=TRUST_STORE_ARN

            aws elbv2 describe-target-health --target-group-arn OPEN_GROUP_ARN --output json \
              --query "TargetHealthDescriptions[].[Target.Id, Target.Port, TargetHealth.State]"
            # register targets that anybody may use first; where there are none, delete the listener instead,
            # or let it lead to the load balancer that verifies
            aws elbv2 deregister-targets --target-group-arn OPEN_GROUP_ARN --targets OPEN_TARGETS

            aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME
            # register instances that anybody may use first; where there are none, delete the listener instead
            aws elb deregister-instances-from-load-balancer \
              --load-balancer-name LOAD_BALANCER_NAME --instances OPEN_INSTANCE_IDS"#,
        terraform: r#"
            resource "aws_lb_listener" "https" {
              mutual_authentication {
                mode            = "verify"
                trust_store_arn = aws_lb_trust_store.clients.arn
              }
            }"#,
        cloudformation: r"
            HttpsListener:
              Type: AWS::ElasticLoadBalancingV2::Listener
              Properties:
                MutualAuthentication:
                  Mode: verify
                  TrustStoreArn: !Ref TrustStore",
    })
    .planned(Plan::By(plan::verify_too)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "another port serves the same group without",
            given: || {
                beside(login::on_port(sample::https(vec![sample::forward("web")]), 8443), |_| ())
            },
            finds: &[
                "fail mtls-bypass HTTPS:8443",
                "fail security-group-unused-port web",
                "fail listener-port-closed HTTPS:8443",
            ],
        },
        Example {
            title: "another port serves the same targets in another group",
            given: || {
                beside(
                    login::on_port(sample::https(vec![sample::forward("direct")]), 8443),
                    |region| sample::add_groups(region, &Kind::Application, &["direct"]),
                )
            },
            finds: &[
                "fail mtls-bypass HTTPS:8443",
                "fail security-group-unused-port web",
                "fail listener-port-closed HTTPS:8443",
            ],
        },
        Example {
            title: "the other port takes any certificate",
            given: || {
                let mut any = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
                any.mutual_authentication = Some(MutualAuthentication {
                    mode: Some("passthrough".into()),
                    ..MutualAuthentication::default()
                });
                beside(any, |_| ())
            },
            finds: &[
                "fail mtls-bypass HTTPS:8443",
                "fail mtls-passthrough HTTPS:8443",
                "fail security-group-unused-port web",
                "fail listener-port-closed HTTPS:8443",
            ],
        },
        Example {
            title: "the other port verifies too",
            given: || {
                let other = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
                beside(verifying(other), |_| ())
            },
            finds: &["fail security-group-unused-port web", "fail listener-port-closed HTTPS:8443"],
        },
        Example {
            title: "users log in there instead",
            given: || beside(login::on_port(sample::https(login::required("web")), 8443), |_| ()),
            finds: &["fail security-group-unused-port web", "fail listener-port-closed HTTPS:8443"],
        },
        Example {
            title: "another port of a Network load balancer serves the same group without",
            given: || on_network(sample::listener("TLS", 8443, vec![sample::forward("web")])),
            finds: &["fail mtls-bypass TLS:8443", "fail listener-port-closed TLS:8443"],
        },
        Example {
            title: "another port of a Network load balancer passes TLS through",
            given: || on_network(sample::listener("TCP", 8443, vec![sample::forward("web")])),
            finds: &["fail mtls-bypass TCP:8443", "fail listener-port-closed TCP:8443"],
        },
        Example {
            title: "the other port of a Network load balancer verifies too",
            given: || {
                on_network(verifying(sample::listener("TLS", 8443, vec![sample::forward("web")])))
            },
            finds: &["fail listener-port-closed TLS:8443"],
        },
        Example {
            title: "port 80 redirects",
            given: || {
                beside(sample::listener("HTTP", 80, vec![sample::redirect_to_https()]), |_| ())
            },
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// A listener that verifies client certificates before it forwards to `web`, and another one.
fn beside(other: Listener, change: impl FnOnce(&mut Region)) -> Inventory {
    let first = verifying(sample::https(vec![sample::forward("web")]));
    login::listening(vec![first, other], change)
}

/// The clean Network load balancer, verifying client certificates, and another listener of it.
fn on_network(mut other: Listener) -> Inventory {
    sample::with(&Kind::Network, |lb| {
        let all = sample::listeners(lb);
        all[0].mutual_authentication = Some(sample::verified());
        if other.speaks(&[Protocol::Tls]) {
            other = with_tls_of(&all[0], &other);
        }
        all.push(other);
    })
}

/// The second listener with policy and certificates of the first.
fn with_tls_of(first: &Listener, second: &Listener) -> Listener {
    Listener {
        ssl_policy: first.ssl_policy.clone(),
        default_certificate: first.default_certificate.clone(),
        certificates: first.certificates.clone(),
        ..second.clone()
    }
}

fn verifying(mut listener: Listener) -> Listener {
    listener.mutual_authentication = Some(MutualAuthentication {
        ignore_client_certificate_expiry: Some(false),
        ..sample::verified()
    });
    listener
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut survey = bypass::of_groups(context, listener, AuthKind::Certificate);
    let targets = survey.absorb(bypass::of_targets(context, listener, AuthKind::Certificate));
    survey.worsen(targets);
    let found = survey.judgement()?;
    Ok(found.with(|grounds| by_kind(grounds, context, listener)))
}

/// An Application load balancer can ask for certificates itself, and a Network load balancer where it ends TLS;
/// from the others the targets have to go, unless they are those of the same group.
fn by_kind(mut grounds: Grounds, context: &Context, listener: &Listener) -> Grounds {
    let asks = context.lb.kind == Kind::Application
        || context.lb.kind == Kind::Network && listener.speaks(&[Protocol::Tls]);
    let has_targets = grounds.bindings.keys().any(|name| name.starts_with("OPEN_"));
    if !asks && has_targets {
        return grounds;
    }
    grounds.bindings.retain(|name, _| !name.starts_with("OPEN_"));
    grounds.bind("OPEN_LISTENER_ARN", listener.id.as_str())
}
