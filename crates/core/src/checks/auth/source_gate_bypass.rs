//! What one rule lets in from some addresses alone, another one lets in from everywhere.

use crate::analysis::routing::requirements::AuthKind;
use crate::checks::prelude::*;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "source-gate-bypass",
    title: "a request gets past a filter by address",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "A rule lets some addresses in, and another one takes the same requests from everywhere to \
          the same targets. The filter keeps nobody out: who comes from another address is \
          served by the other rule.",
    logic: "Looks at every rule that forwards, and asks for no login, token or verified client \
            certificate, and for no source address, and at every group and target behind it. Fails \
            when a rule of the region, on any listener, forwards to the same group, or to another \
            one with the same target, only from some source addresses, and this one takes a \
            request which, by path and method, is one of those. What tells two requests apart, and \
            which rules are left out, is told in `authentication-bypass`. Left out are also rules \
            for other addresses, a filtered rule for public paths alone, and one that leads to \
            further groups beside the open one: that is a choice of targets, as for a canary. \
            High where the filtered rule has a word like admin or console in its path, host, group \
            or load balancer. A listener of an internal load balancer is a note where the filter is \
            on an internet-facing one. Does not apply where no such group or target is filtered.",
    false_alarms: "A rule that marks its clients for another reason than to keep others out, such \
                   as one of a partner with a session of its own.",
    fix: "ask for the same source addresses in the open rule, or send it to other targets",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules: add the Source IP condition to the \
                  open rule too, or let it answer 403.",
        cli: r#"
            # the addresses that the filtered rule asks for
            aws elbv2 describe-rules --rule-arns PROTECTED_RULE_ARN --output json \
              --query "Rules[0].Conditions"

            # AWS answers with the values of a condition twice, and takes them once
            aws elbv2 describe-rules --rule-arns RULE_ARN --output json \
              --query 'Rules[0].Conditions[].merge({Field: Field},
                HostHeaderConfig && {HostHeaderConfig: HostHeaderConfig} || `{}`,
                PathPatternConfig && {PathPatternConfig: PathPatternConfig} || `{}`,
                HttpHeaderConfig && {HttpHeaderConfig: HttpHeaderConfig} || `{}`,
                HttpRequestMethodConfig && {HttpRequestMethodConfig: HttpRequestMethodConfig} || `{}`,
                QueryStringConfig && {QueryStringConfig: QueryStringConfig} || `{}`,
                SourceIpConfig && {SourceIpConfig: SourceIpConfig} || `{}`)' > conditions.json
            # conditions.json: add the source-ip condition of the filtered rule
            aws elbv2 modify-rule --rule-arn RULE_ARN --conditions file://conditions.json

            # the default rule cannot ask for an address: let it turn away what no rule takes, and give what
            # shall stay open a rule of its own first
            aws elbv2 modify-listener --listener-arn DEFAULT_LISTENER_ARN \
              --default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=403}'

            aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME
            # register instances that anybody may use first; where there are none, delete the listener instead
            aws elb deregister-instances-from-load-balancer \
              --load-balancer-name LOAD_BALANCER_NAME --instances OPEN_INSTANCE_IDS"#,
        terraform: r#"
            resource "aws_lb_listener_rule" "admin" {
              condition {
                source_ip {
                  values = ["192.0.2.0/24"]
                }
              }
            }"#,
        cloudformation: r"
            AdminRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Conditions:
                  - Field: source-ip
                    SourceIpConfig:
                      Values: [192.0.2.0/24]",
    })
    .planned(Plan::By(plan::same_gate)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#source-ip-conditions",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the rule behind the filter takes the same path from everywhere",
            given: || on_one(vec![from(10, "192.0.2.0/24", "/admin/*"), open(20, "/*")]),
            finds: &["fail source-gate-bypass HTTPS:443"],
        },
        Example {
            title: "another port leads to the same group from everywhere",
            given: || {
                let other = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
                sample::listening(
                    &Kind::Application,
                    vec![filtered(vec![from(10, "192.0.2.0/24", "/*")]), other],
                )
            },
            finds: &["fail source-gate-bypass HTTPS:8443"],
        },
        Example {
            title: "another load balancer has the same targets in a group of its own",
            given: || beside(|_| ()),
            finds: &[
                "fail security-group-unused-port web",
                "fail source-gate-bypass HTTPS:443",
                "fail security-group-unused-port direct",
                "unknown log-delivery-stopped direct",
            ],
        },
        Example {
            title: "the other load balancer is internal",
            given: || beside(|region| sample::internal(login::named(region, "direct"))),
            finds: &[
                "fail certificate-shared www.example.com",
                "fail security-group-unused-port web",
                "fail certificate-shared www.example.com",
                "fail internal-open-to-any direct",
                "fail security-group-unused-port direct",
                "unknown log-delivery-stopped direct",
                "note source-gate-bypass HTTPS:443",
            ],
        },
        Example {
            title: "what comes from elsewhere is turned away",
            given: || on_one(vec![from(10, "192.0.2.0/24", "/*")]),
            finds: &[],
        },
        Example {
            title: "every rule is for some addresses",
            given: || {
                on_one(vec![from(10, "192.0.2.0/24", "/*"), from(20, "198.51.100.0/24", "/*")])
            },
            finds: &[],
        },
        Example {
            title: "who comes from elsewhere has to log in",
            given: || {
                let mut other = open(20, "/*");
                other.actions = login::required("web");
                on_one(vec![from(10, "192.0.2.0/24", "/*"), other])
            },
            finds: &[],
        },
        Example {
            title: "other paths are open",
            given: || on_one(vec![from(10, "192.0.2.0/24", "/admin/*"), open(20, "/shop/*")]),
            finds: &[],
        },
        Example {
            title: "the filter is for a health check",
            given: || on_one(vec![from(10, "192.0.2.0/24", "/health"), open(20, "/*")]),
            finds: &[],
        },
        Example {
            title: "the filter picks who gets to a canary",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::add_groups(region, &Kind::Application, &["canary"]);
                    let mut office = from(10, "192.0.2.0/24", "/*");
                    office.actions =
                        vec![sample::forward_weighted(&[("web", Some(1)), ("canary", Some(1))])];
                    sample::listeners(sample::only(region))[0] =
                        filtered(vec![office, open(20, "/*")]);
                })
            },
            finds: &[],
        },
        Example {
            title: "the rules of another port are unread",
            given: || {
                let mut unread = sample::https(vec![sample::forward("web")]);
                unread.rules = Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                let open = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
                sample::listening(&Kind::Application, vec![unread, open])
            },
            finds: &[
                "unknown source-gate-bypass HTTPS:443",
                "unknown source-gate-bypass HTTPS:8443",
                "unknown 41 others: elbv2:DescribeRules",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn from(number: u32, source: &str, path: &str) -> Rule {
    let conditions = vec![sample::condition("source-ip", &[source]), sample::path(&[path])];
    sample::rule(Some(number), conditions, vec![sample::forward("web")])
}

fn open(number: u32, path: &str) -> Rule {
    sample::rule(Some(number), vec![sample::path(&[path])], vec![sample::forward("web")])
}

fn filtered(rules: Vec<Rule>) -> Listener {
    sample::ruled(sample::https(vec![sample::fixed_response("403")]), rules)
}

fn on_one(rules: Vec<Rule>) -> Inventory {
    sample::listening(&Kind::Application, vec![filtered(rules)])
}

/// A filter on one load balancer, and another one beside it with the same targets.
fn beside(change: impl FnOnce(&mut Region)) -> Inventory {
    login::listening(vec![filtered(vec![from(10, "192.0.2.0/24", "/*")])], |region| {
        let all = vec![sample::https(vec![sample::forward("direct")])];
        login::add(region, &Kind::Application, "direct", all);
        sample::add_groups(region, &Kind::Application, &["direct"]);
        let arn = sample::arn(&Kind::Application, "direct");
        sample::regroup(region, "direct", |group| group.load_balancer_arns = vec![arn]);
        change(region);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut survey = bypass::of_groups(context, listener, AuthKind::Source);
    let targets = survey.absorb(bypass::of_targets(context, listener, AuthKind::Source));
    survey.worsen(targets);
    survey.judgement()
}
