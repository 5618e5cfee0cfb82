//! Whoever knows the load balancer's name goes around CloudFront.

use std::collections::BTreeSet;

use crate::analysis::cloudfront;
use crate::analysis::reach::Reachability;
use crate::analysis::routing::{self, End, Route};
use crate::checks::prelude::*;
use crate::inventory::{Distribution, Origin};
use crate::vocab::glob;

pub(crate) const CHECK: Check = Check {
    id: "cloudfront-bypass",
    aliases: &["cdn-origin-bypass"],
    title: "the web ACL of CloudFront can be gone around",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The web ACL, the limits and the log are at CloudFront. The load balancer's own name answers \
          everyone as well, and scanners know it from certificates and address lists: an attacker \
          asks there and meets none of them.",
    logic: "Looks at load balancers that an origin of an enabled CloudFront distribution leads \
            to, by their DNS name or by a name of your own with a public record of Route 53 in the \
            same account, and at their listeners that the whole internet reaches and that do not \
            verify client certificates. A rule is guarded when it asks for a header that CloudFront \
            adds. Fails when requests get in without such a header, the distribution has a web ACL \
            and the load balancer has none: either CloudFront adds no header at all, or a target \
            group behind a guarded rule has an unguarded one too. Notes direct access where no \
            web ACL is lost, and where CloudFront adds headers and no rule asks for them, since \
            the targets may. Does not follow names that other DNS leads here, nor records for `*`. A Network listener in \
            front of Application load balancers alone is left to those.",
    false_alarms: "Rules for certificate authorities, and paths that the policy calls public, may be \
                   unguarded. A rule of the load balancer's own web ACL may ask for the header.",
    fix: "let the security group admit CloudFront's prefix list alone, and let rules forward only \
          requests with a secret header that CloudFront adds",
    remedy: Remedy::steps(Steps {
        console: "EC2, Security Groups, the load balancer's group: replace 0.0.0.0/0 by the prefix \
                  list com.amazonaws.global.cloudfront.origin-facing. Then add a custom header to \
                  the origin in CloudFront, and an HTTP header condition to the rules.",
        cli: r"
            aws elbv2 modify-rule --rule-arn RULE_ARN \
              --conditions 'Field=http-header,HttpHeaderConfig={HttpHeaderName=X-Origin-Verify,Values=[SECRET]}'",
        terraform: r#"
            data "aws_ec2_managed_prefix_list" "cloudfront" {
              name = "com.amazonaws.global.cloudfront.origin-facing"
            }

            resource "aws_vpc_security_group_ingress_rule" "cloudfront" {
              security_group_id = aws_security_group.web.id
              prefix_list_id    = data.aws_ec2_managed_prefix_list.cloudfront.id
              ip_protocol       = "tcp"
              from_port         = 443
              to_port           = 443
            }"#,
        cloudformation: r"
            Type: AWS::ElasticLoadBalancingV2::ListenerRule
            Properties:
              Conditions:
                - Field: http-header
                  HttpHeaderConfig:
                    HttpHeaderName: X-Origin-Verify
                    Values:
                      - !Ref OriginSecret",
    }),
    links: &[
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html",
    ],
    needs: &[
        Call::CloudFrontListDistributions,
        Call::Route53ListHostedZones,
        Call::Route53ListResourceRecordSets,
        Call::ElbV2DescribeRules,
        Call::Wafv2ListWebAcls,
        Call::Wafv2ListResourcesForWebAcl,
        Call::Wafv2GetWebAclForResource,
    ],
    examples: &[
        Example {
            title: "CloudFront has the web ACL, the load balancer answers everyone",
            given: || sample::behind_cloudfront(without_acl(Vec::new()), |_| {}),
            finds: &["fail cloudfront-bypass web", "fail waf-not-associated web"],
        },
        Example {
            title: "one rule asks for the header, the default one does not",
            given: || {
                let guarded = without_acl(vec![asking("x-origin-verify")]);
                sample::behind_cloudfront(guarded, add_header)
            },
            finds: &["fail cloudfront-bypass web", "fail waf-not-associated web"],
        },
        Example {
            title: "a Network load balancer that answers everyone",
            given: || sample::behind_cloudfront(sample::clean(&Kind::Network), |_| {}),
            finds: &["fail cloudfront-bypass web"],
        },
        Example {
            title: "the load balancer has a web ACL of its own",
            given: || sample::behind_cloudfront(sample::clean(&Kind::Application), |_| {}),
            finds: &["note cloudfront-bypass web"],
        },
        Example {
            title: "CloudFront adds a header, and only the targets could ask for it",
            given: || sample::behind_cloudfront(sample::clean(&Kind::Classic), add_header),
            finds: &["note cloudfront-bypass web"],
        },
        Example {
            title: "a distribution that is switched off",
            given: || {
                let mut inventory = sample::behind_cloudfront(without_acl(Vec::new()), |_| {});
                each(&mut inventory, |distribution| distribution.enabled = false);
                inventory
            },
            finds: &["does not apply", "fail waf-not-associated web"],
        },
        Example {
            title: "another part of the load balancer is meant for everyone",
            given: || {
                let mut inventory = without_acl(vec![asking("X-Origin-Verify")]);
                let region = &mut inventory.accounts[0].regions[0];
                sample::add_groups(region, &Kind::Application, &["open"]);
                otherwise(&mut inventory, &sample::forward("open"));
                sample::behind_cloudfront(inventory, add_header)
            },
            finds: &["fail waf-not-associated web"],
        },
        Example {
            title: "one of two groups of an open rule is behind a guarded one",
            given: || {
                let mut inventory = without_acl(vec![asking("X-Origin-Verify")]);
                let region = &mut inventory.accounts[0].regions[0];
                sample::add_groups(region, &Kind::Application, &["open"]);
                let both = sample::forward_weighted(&[("open", Some(9)), ("web", Some(1))]);
                otherwise(&mut inventory, &both);
                sample::behind_cloudfront(inventory, add_header)
            },
            finds: &["fail cloudfront-bypass web", "fail waf-not-associated web"],
        },
        Example {
            title: "only CloudFront has a client certificate",
            given: || {
                let mut inventory = sample::mutual("verify", Some(false));
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.web_acl = Fact::Known(None);
                sample::behind_cloudfront(inventory, |_| {})
            },
            finds: &["fail waf-not-associated web"],
        },
        Example {
            title: "one listener open, and the rules of one unread that may be guarded",
            given: || sample::behind_cloudfront(half_read(), add_header),
            finds: &[
                "fail listener-cleartext HTTP:80",
                "fail waf-not-associated web",
                "unknown cloudfront-bypass web",
                "unknown 38 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "the same, but nothing to be guarded by",
            given: || sample::behind_cloudfront(half_read(), |_| {}),
            finds: &[
                "fail cloudfront-bypass web",
                "fail listener-cleartext HTTP:80",
                "fail waf-not-associated web",
                "unknown 38 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "only requests with the header get in",
            given: || {
                let mut inventory = without_acl(vec![asking("X-Origin-Verify")]);
                otherwise(&mut inventory, &sample::fixed_response("403"));
                sample::behind_cloudfront(inventory, add_header)
            },
            finds: &["fail waf-not-associated web"],
        },
        Example {
            title: "the origin has a name of its own, and a record leads it here",
            given: || led_here(sample::DNS_NAME),
            finds: &["fail cloudfront-bypass web", "fail waf-not-associated web"],
        },
        Example {
            title: "the same name leads elsewhere",
            given: || led_here("other-123.eu-west-1.elb.amazonaws.com"),
            finds: &[
                "does not apply",
                "fail waf-not-associated web",
                "fail dns-alias-dangling www.example.com",
            ],
        },
        Example {
            title: "the records of such a name unread",
            given: || {
                let mut inventory = led_here(sample::DNS_NAME);
                let denied = sample::denied(Call::Route53ListHostedZones);
                inventory.accounts[0].dns_records = Fact::Unread(denied);
                inventory
            },
            finds: &[
                "fail waf-not-associated web",
                "unknown cloudfront-bypass web",
                "unknown cloudfront-origin-cleartext web",
                "unknown dns-alias-dangling 111122223333",
                "unknown dns-internal-published 111122223333",
            ],
        },
        Example {
            title: "the security group admits few",
            given: || {
                let mut inventory = without_acl(Vec::new());
                sample::admit_few(&mut inventory.accounts[0].regions[0]);
                sample::behind_cloudfront(inventory, |_| {})
            },
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// A distribution whose origin is `www.example.com`, and a record that leads this name to a target.
fn led_here(target: &str) -> Inventory {
    let mut inventory = without_acl(Vec::new());
    inventory.accounts[0].dns_records =
        sample::named(&Kind::Application, false, target).accounts[0].dns_records.clone();
    sample::behind_cloudfront(inventory, |origin| "www.example.com".clone_into(&mut origin.domain))
}

/// The clean Application account without web ACL, with these rules before the default one.
fn without_acl(rules: Vec<crate::inventory::Rule>) -> Inventory {
    sample::with(&Kind::Application, |lb| {
        lb.web_acl = Fact::Known(None);
        let https = sample::https(vec![sample::forward("web")]);
        sample::listeners(lb)[0] = sample::ruled(https, rules);
    })
}

/// A rule that forwards what has a secret in this header.
fn asking(header: &str) -> crate::inventory::Rule {
    let header = Condition {
        header: Some(header.to_owned()),
        ..sample::condition("http-header", &["(secret)"])
    };
    sample::rule(Some(10), vec![header], vec![sample::forward("web")])
}

/// What the HTTPS listener, which has one other rule, does by default.
fn otherwise(inventory: &mut Inventory, action: &Action) {
    let https = &mut sample::listeners(sample::only(&mut inventory.accounts[0].regions[0]))[0];
    https.default_actions = vec![action.clone()];
    if let Fact::Known(rules) = &mut https.rules {
        rules[1].actions = vec![action.clone()];
    }
}

/// The clean Application account without web ACL, its rules unread, with an HTTP listener that forwards.
fn half_read() -> Inventory {
    let mut inventory = without_acl(Vec::new());
    let lb = sample::only(&mut inventory.accounts[0].regions[0]);
    let denied = Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
    sample::listeners(lb)[0].rules = denied;
    sample::listeners(lb)[1] = sample::listener("HTTP", 80, vec![sample::forward("web")]);
    inventory
}

fn add_header(origin: &mut Origin) {
    origin.custom_headers = vec!["X-Origin-Verify".to_owned()];
}

fn each(inventory: &mut Inventory, change: impl FnMut(&mut Distribution)) {
    if let Fact::Known(distributions) = &mut inventory.accounts[0].distributions {
        distributions.iter_mut().for_each(change);
    }
}

/// The ways in from the internet.
#[derive(Default)]
struct Ways<'a> {
    /// Target groups behind rules that ask for a header which CloudFront adds.
    guarded: BTreeSet<&'a str>,
    /// The other rules, each with its target groups.
    open: Vec<(String, Vec<&'a str>)>,
}

fn judge(context: &Context) -> Judgement {
    let origins = cloudfront::origins(context.site)?;
    if origins.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let headers: BTreeSet<String> = origins
        .iter()
        .flat_map(|(_, origin)| &origin.custom_headers)
        .map(|header| header.to_lowercase())
        .collect();
    let ways = ways(context, &headers)?;
    let Ways { guarded: behind, open } = &ways.found;
    let guarded = !behind.is_empty();
    let around = |groups: &[&str]| groups.iter().any(|group| behind.contains(group));
    let direct = open.iter().filter(|(_, groups)| !guarded || around(groups));
    let direct: Vec<String> = direct.map(|(label, _)| label.clone()).collect();
    let settled = guarded || headers.is_empty();
    if direct.is_empty() {
        return ways.otherwise(Verdict::Pass(Grounds::new()));
    }
    if !settled {
        ways.complete()?;
    }
    let filtered = |(one, _): &&(&Distribution, &Origin)| one.web_acl.is_some();
    let filtered: Vec<&str> =
        origins.iter().filter(filtered).map(|(one, _)| one.id.as_str()).collect();
    let lost = settled && !filtered.is_empty() && !has_acl(context)?;
    let distributions: Vec<&str> = origins.iter().map(|(one, _)| one.id.as_str()).collect();
    let evidence = Grounds::new()
        .with("distributions", distributions)
        .with("distributions_with_web_acl", filtered)
        .with("headers_that_cloudfront_adds", headers.into_iter().collect::<Vec<_>>())
        .with("unguarded", direct);
    Ok(if lost { Verdict::Fail(evidence) } else { Verdict::Note(evidence) })
}

/// Only Application load balancers can have a web ACL.
fn has_acl(context: &Context) -> Result<bool, Gap> {
    Ok(context.lb.kind == Kind::Application && context.lb.web_acl.get()?.is_some())
}

fn ways<'a>(context: &Context<'a>, headers: &BTreeSet<String>) -> Result<Partial<Ways<'a>>, Gap> {
    let lb = context.lb;
    let approach = Reachability::new(context.index, lb);
    let mut ways = Partial::<Ways>::default();
    for listener in lb.listeners.get()? {
        let routes = match answers_everyone(context, &approach, listener) {
            Ok(false) => continue,
            Ok(true) if lb.kind == Kind::Classic => {
                ways.found.open.push((listener.label(), Vec::new()));
                continue;
            }
            Ok(true) => routing::live(lb, listener),
            Err(gap) => Err(gap),
        };
        let meant = |route: &Route| route.is_acme_only() || is_public(context, route);
        let routes = ways.learn(routes).into_iter().flatten();
        for route in routes.filter(|route| !meant(route)) {
            let added = ways.found.add(listener, route, headers);
            ways.learn(added);
        }
    }
    Ok(ways)
}

impl<'a> Ways<'a> {
    fn add(
        &mut self,
        listener: &Listener,
        route: Route<'a>,
        headers: &BTreeSet<String>,
    ) -> Result<(), Gap> {
        let asks = |condition: &Condition| {
            let header =
                condition.header.as_ref().filter(|_| condition.field == ConditionField::HttpHeader);
            header.is_some_and(|header| headers.contains(&header.to_lowercase()))
        };
        let guarded = route.conditions.iter().any(asks);
        match route.end {
            End::Unknown(gap) => return Err(gap),
            End::Forward(groups) if guarded => self.guarded.extend(groups),
            End::Forward(groups) if !groups.is_empty() => {
                self.open.push((format!("{} {}", listener.label(), route.label), groups));
            }
            End::Forward(_) | End::Redirect(_) | End::Answer => {}
        }
        Ok(())
    }
}

/// Whether the whole internet gets as far as the listener's rules.
fn answers_everyone(
    context: &Context,
    approach: &Reachability,
    listener: &Listener,
) -> Result<bool, Gap> {
    match approach.to(listener) {
        Exposure::Internet(_) => {}
        Exposure::Unknown(gap) => return Err(gap),
        _ => return Ok(false),
    }
    let mutual = listener.mutual_authentication.as_ref().and_then(|mutual| mutual.mode.as_ref());
    match mutual {
        None | Some(MutualTlsMode::Off | MutualTlsMode::Passthrough) => {}
        Some(MutualTlsMode::Verify) => return Ok(false),
        Some(other) => {
            let gap = Gap::new(Call::ElbV2DescribeListeners, Reason::Unrecognised).of(&listener.id);
            return Err(gap.saying(format!("mutual TLS mode {other}")));
        }
    }
    Ok(!routing::fronts_application(context.index, context.lb, listener)?)
}

/// Whether a rule takes nothing but paths that the policy calls public.
fn is_public(context: &Context, route: &Route) -> bool {
    let public = &context.intent.public_paths;
    let meant = |path: &String| public.iter().any(|pattern| glob::matches(pattern, path));
    route.conditions.iter().any(|condition| {
        let plain = condition.regex_values.is_empty() && !condition.values.is_empty();
        condition.field == ConditionField::PathPattern
            && plain
            && condition.values.iter().all(meant)
    })
}
