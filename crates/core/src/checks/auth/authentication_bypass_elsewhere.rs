//! Targets behind a login are reached without it through another target group.

use crate::analysis::routing::requirements::AuthKind;
use crate::checks::prelude::*;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "authentication-bypass-elsewhere",
    aliases: &["auth-other-listener-bypass"],
    title: "another group leads past the login to the same targets",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "A login protects what it stands in front of, and a target does not know by which door a \
          request came. The same instance in a second group, behind a listener that asks for \
          nothing, is open to everybody who finds that listener.",
    logic: "Looks at the targets of every group that a listener forwards to, and at the instances \
            of a Classic one. Fails when one of them, by instance, address within its VPC, or \
            function, and by port, is in another group that some rule of the region forwards to \
            only after a login or a token, and the listener takes a request that the other rule \
            asks to log in; what counts as one is told in `authentication-bypass`. Another port \
            is another service. Targets that are draining are left out, and so are UDP \
            listeners. A listener of an internal load balancer is a note where the login is on \
            an internet-facing one. Does not apply where no target is behind a login.",
    false_alarms: "A second door for services that prove themselves to the application: put them \
                   on another port, or accept the risk.",
    fix: "take the targets out of the open group, or let its listener ask for the same",
    remedy: Remedy::steps(Steps {
        console: "EC2, Target groups, the open group, Targets: deregister them; or add the login \
                  to the rule that forwards there.",
        cli: r#"
            aws elbv2 describe-target-health --target-group-arn OPEN_GROUP_ARN --output json \
              --query "TargetHealthDescriptions[].[Target.Id, Target.Port, TargetHealth.State]"
            # register targets that need no login first; where there are none, delete the listener or rule
            # instead, or let it lead to the load balancer with the login
            aws elbv2 deregister-targets --target-group-arn OPEN_GROUP_ARN --targets OPEN_TARGETS

            aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME
            # register instances that need no login first; where there are none, delete the listener instead
            aws elb deregister-instances-from-load-balancer \
              --load-balancer-name LOAD_BALANCER_NAME --instances OPEN_INSTANCE_IDS"#,
        terraform: "Remove the aws_lb_target_group_attachment, or aws_elb_attachment, of the targets \
                    from the open group.",
        cloudformation: "Remove the targets from Targets of the open \
                         AWS::ElasticLoadBalancingV2::TargetGroup, or from Instances of the \
                         AWS::ElasticLoadBalancing::LoadBalancer.",
    })
    .planned(Plan::Never(Why::Decision, "which of the ways to the targets is meant, only their owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the same instances in a second group",
            given: || {
                login::listening(
                    vec![
                        sample::https(login::required("web")),
                        login::on_port(sample::https(vec![sample::forward("direct")]), 8443),
                    ],
                    |region| sample::add_groups(region, &Kind::Application, &["direct"]),
                )
            },
            finds: &[
                "fail authentication-bypass-elsewhere HTTPS:8443",
                "fail security-group-unused-port web",
                "fail listener-port-closed HTTPS:8443",
            ],
        },
        Example {
            title: "a Network load balancer in front of the same instances",
            given: || {
                beside(&Kind::Network, vec![sample::listener("TCP", 443, vec![forward()])], |_| ())
            },
            finds: &[
                "fail security-group-unused-port web",
                "fail authentication-bypass-elsewhere TCP:443",
                "fail waf-bypass TCP:443",
                "fail security-group-unused-port direct",
            ],
        },
        Example {
            title: "a Classic load balancer in front of the same instances",
            given: || {
                login::listening(vec![sample::https(login::required("web"))], |region| {
                    let open = vec![sample::classic_listener("HTTPS", 443)];
                    login::add(region, &Kind::Classic, "old", open);
                })
            },
            finds: &[
                "fail authentication-bypass-elsewhere HTTPS:443",
                "fail waf-bypass HTTPS:443",
                "fail security-group-unused-port old",
                "unknown log-delivery-stopped old",
                "fail security-group-unused-port web",
            ],
        },
        Example {
            title: "an internal one, for services",
            given: || {
                beside(
                    &Kind::Network,
                    vec![sample::listener("TCP", 443, vec![forward()])],
                    |region| sample::internal(login::named(region, "direct")),
                )
            },
            finds: &[
                "fail security-group-unused-port web",
                "fail internal-open-to-any direct",
                "fail security-group-unused-port direct",
                "note authentication-bypass-elsewhere TCP:443",
            ],
        },
        Example {
            title: "the same instances on another port",
            given: || {
                beside(
                    &Kind::Network,
                    vec![sample::listener("TCP", 443, vec![forward()])],
                    |region| {
                        sample::regroup(region, "direct", |group| on_port(group, 9443));
                    },
                )
            },
            finds: &[
                "does not apply",
                "fail security-group-unused-port web",
                "fail security-group-unused-port direct",
            ],
        },
        Example {
            title: "the second group is behind a login too",
            given: || {
                login::listening(
                    vec![
                        sample::https(login::required("web")),
                        login::on_port(sample::https(login::required("direct")), 8443),
                    ],
                    |region| sample::add_groups(region, &Kind::Application, &["direct"]),
                )
            },
            finds: &["fail security-group-unused-port web", "fail listener-port-closed HTTPS:8443"],
        },
        Example {
            title: "the targets behind the login are unread",
            given: || {
                beside(
                    &Kind::Network,
                    vec![sample::listener("TCP", 443, vec![forward()])],
                    |region| {
                        sample::regroup(region, "web", |group| {
                            let denied = sample::denied(Call::ElbV2DescribeTargetHealth);
                            group.targets = Fact::Unread(denied);
                        });
                    },
                )
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-bypass-elsewhere HTTPS:443",
                "fail security-group-unused-port direct",
                "unknown authentication-bypass-elsewhere TCP:443",
                "unknown 16 others: elbv2:DescribeTargetHealth",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn forward() -> Action {
    sample::forward("direct")
}

fn on_port(group: &mut TargetGroup, port: u16) {
    if let Fact::Known(targets) = &mut group.targets {
        for target in targets {
            target.port = Some(port);
        }
    }
}

/// A login on one load balancer, and another one beside it that listens with these.
fn beside(kind: &Kind, all: Vec<Listener>, change: impl FnOnce(&mut Region)) -> Inventory {
    login::listening(vec![sample::https(login::required("web"))], |region| {
        login::add(region, kind, "direct", all);
        sample::add_groups(region, kind, &["direct"]);
        let arn = sample::arn(kind, "direct");
        sample::regroup(region, "direct", |group| {
            group.load_balancer_arns = vec![arn];
            on_port(group, 8443);
        });
        change(region);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    bypass::of_targets(context, listener, AuthKind::Login).judgement()
}
