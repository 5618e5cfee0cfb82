//! Whoever knows the load balancer's name goes around CloudFront.

use crate::remedy::plan::{Plan, Why};
use std::collections::BTreeSet;

use crate::analysis::cloudfront;
use crate::analysis::reach::Reachability;
use crate::analysis::routing::{self, End, Route};
use crate::analysis::security_groups;
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, doors, seen};
use crate::inventory::{Distribution, Origin, SecurityGroup};
use crate::vocab::glob;
use crate::vocab::net::{self, Family};

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
    fix: "let the security group admit only CloudFront's prefix list, and let rules forward only \
          requests with a secret header that CloudFront adds",
    remedy: Remedy::steps(Steps {
        console: "EC2, Security Groups, the load balancer's group: replace 0.0.0.0/0 by the prefix \
                  list com.amazonaws.global.cloudfront.origin-facing. Then add a custom header to \
                  the origin in CloudFront, and an HTTP header condition to the rules.",
        cli: r#"
            # anything else in the group is closed to all but CloudFront, too
            aws ec2 describe-network-interfaces --filters 'Name=group-id,Values=NARROWED_GROUP_IDS' \
              --query 'NetworkInterfaces[].[NetworkInterfaceId,Description]' --output table

            # the prefix list counts as 55 rules of the 60 that a group may have by default
            list=$(aws ec2 describe-managed-prefix-lists --query 'PrefixLists[0].PrefixListId' \
              --filters Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing \
              --output text)
            aws ec2 authorize-security-group-ingress --group-id OPEN_GROUP_ID \
              --ip-permissions "IpProtocol=tcp,FromPort=PORT,ToPort=PORT,PrefixListIds=[{PrefixListId=$list}]"

            aws ec2 revoke-security-group-ingress --group-id RULE_GROUP_ID \
              --ip-permissions RULE_PERMISSION

            # those addresses are every distribution's: let CloudFront add a header that only yours knows
            aws cloudfront get-distribution-config --id DISTRIBUTION_ID --query DistributionConfig \
              --output json > distribution.json
            # in distribution.json, among CustomHeaders of the origin: ORIGIN_HEADER with the value ORIGIN_SECRET
            etag=$(aws cloudfront get-distribution-config --id DISTRIBUTION_ID --query ETag --output text)
            aws cloudfront update-distribution --id DISTRIBUTION_ID --if-match "$etag" \
              --distribution-config file://distribution.json

            # once the distributions are deployed, rules ask for it
            aws elbv2 describe-rules --rule-arns UNGUARDED_RULE_ARN --output json \
              --query 'Rules[0].Conditions[].{Field: Field, Values: Values}' > conditions.json
            # in conditions.json, add {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName":
            # "ORIGIN_HEADER", "Values": ["ORIGIN_SECRET"]}}, and what other conditions ask for
            aws elbv2 modify-rule --rule-arn UNGUARDED_RULE_ARN --conditions file://conditions.json

            # once the distributions are deployed, a rule with the header does what the default action did,
            # which refuses
            aws elbv2 describe-listeners --listener-arns UNGUARDED_LISTENER_ARN --output json \
              --query 'Listeners[0].DefaultActions' > actions.json
            aws elbv2 create-rule --listener-arn UNGUARDED_LISTENER_ARN --priority 49999 \
              --conditions 'Field=http-header,HttpHeaderConfig={HttpHeaderName=ORIGIN_HEADER,Values=[ORIGIN_SECRET]}' \
              --actions file://actions.json
            aws elbv2 modify-listener --listener-arn UNGUARDED_LISTENER_ARN \
              --default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=403}'"#,
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
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Conditions:
                  - Field: http-header
                    HttpHeaderConfig:
                      HttpHeaderName: X-Origin-Verify
                      Values:
                        - !Ref OriginSecret",
    })
    .planned(Plan::Never(Why::Elsewhere, "CloudFront has to send the secret header before rules ask for it")),
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
                "unknown 41 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "the same, but nothing to be guarded by",
            given: || sample::behind_cloudfront(half_read(), |_| {}),
            finds: &[
                "fail cloudfront-bypass web",
                "fail listener-cleartext HTTP:80",
                "fail waf-not-associated web",
                "unknown 41 others: elbv2:DescribeRules",
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
    /// The other rules.
    open: Vec<OpenRule<'a>>,
}

/// A rule without such a header, or a listener of a Classic load balancer.
struct OpenRule<'a> {
    listener: &'a Listener,
    rule: Option<String>,
    /// None of the default rule.
    arn: Option<&'a str>,
    groups: Vec<&'a str>,
}

impl OpenRule<'_> {
    /// `HTTPS:443 rule 10`.
    fn label(&self) -> String {
        let listener = self.listener.label();
        match &self.rule {
            Some(rule) => format!("{listener} {rule}"),
            None => listener,
        }
    }
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
    let direct = open.iter().filter(|rule| !guarded || around(&rule.groups));
    let direct: Vec<&OpenRule> = direct.collect();
    let settled = guarded || headers.is_empty();
    if direct.is_empty() {
        let distributions: Vec<&str> = origins.iter().map(|(one, _)| one.id.as_str()).collect();
        let evidence = Grounds::new()
            .with("distributions", seen::few(&distributions))
            .with("guarded_target_groups", behind.len())
            .with("unguarded", 0);
        return ways.otherwise(Verdict::Pass(evidence));
    }
    if !settled {
        ways.otherwise(())?;
    }
    let filtered = |(one, _): &&(&Distribution, &Origin)| one.web_acl.is_some();
    let filtered: Vec<&str> =
        origins.iter().filter(filtered).map(|(one, _)| one.id.as_str()).collect();
    let lost = settled && !filtered.is_empty() && !has_acl(context)?;
    let distributions: Vec<&str> = origins.iter().map(|(one, _)| one.id.as_str()).collect();
    let labels: Vec<String> = direct.iter().map(|rule| rule.label()).collect();
    let evidence = bound(context, &direct, Grounds::new());
    let evidence = bound_header(&distributions, &headers, evidence)
        .with("distributions", distributions)
        .with("distributions_with_web_acl", filtered)
        .with("headers_that_cloudfront_adds", headers.into_iter().collect::<Vec<_>>())
        .with("unguarded", labels);
    if !lost {
        return Ok(Verdict::Note(evidence));
    }
    Ok(Verdict::Fail(match opened_by(context) {
        Some(group) => evidence.cause(causes_network::narrow(group, "admit only CloudFront")),
        None => evidence,
    }))
}

/// The security group that by itself opens every listener that the whole internet reaches.
fn opened_by<'a>(context: &Context<'a>) -> Option<&'a SecurityGroup> {
    let approach = Reachability::new(context.index, context.lb);
    let listeners = context.lb.listeners.get().ok()?.iter();
    let open = listeners.filter(|listener| {
        !matches!(
            approach.to(listener),
            Exposure::Internal | Exposure::Restricted(_) | Exposure::Blocked(_)
        )
    });
    let groups: Option<Vec<&SecurityGroup>> =
        open.map(|listener| Some(approach.opened_by(listener, &Family::BOTH)?.group)).collect();
    let groups = groups?;
    let first = groups.first()?;
    groups.iter().all(|group| group.id == first.id).then_some(*first)
}

/// The grounds with the rules of security groups that open the listeners of these rules, and for an
/// Application load balancer with the rules themselves.
fn bound(context: &Context, open: &[&OpenRule], mut grounds: Grounds) -> Grounds {
    let lb = context.lb;
    let attached = security_groups::attached_to(context.index, lb);
    let (mut doors, mut rules) = (BTreeSet::new(), BTreeSet::new());
    for port in open.iter().filter_map(|rule| rule.listener.port) {
        let covers = |permission: &Permission| permission.covers(Transport::Tcp, port) == Ok(true);
        let about = attached.ingress().filter(|(_, permission)| covers(permission));
        let about: Vec<(&SecurityGroup, &Permission)> = about.collect();
        let ranges = about.iter().flat_map(|(_, permission)| &permission.ranges).copied();
        let mut everyone = net::opening(&ranges.collect::<Vec<_>>());
        if everyone.iter().any(|range| range.prefix_len() == 0) {
            everyone.retain(|range| range.prefix_len() == 0);
        }
        for (group, permission) in about {
            if permission.ranges.iter().any(|range| everyone.contains(range)) {
                doors.insert((group.id.clone(), port));
                rules.insert((group.id.clone(), doors::permission(permission)));
            }
        }
    }
    if !doors.is_empty() {
        let all: BTreeSet<String> = doors.iter().map(|(group, _)| group.clone()).collect();
        grounds = grounds.bind("NARROWED_GROUP_IDS", all.into_iter().collect::<Vec<_>>());
        let (groups, ports): (Vec<String>, Vec<u16>) = doors.into_iter().unzip();
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let (of_rules, rules): (Vec<String>, Vec<String>) = rules.into_iter().unzip();
        grounds = grounds.bind("OPEN_GROUP_ID", groups).bind("PORT", ports);
        grounds = grounds.bind("RULE_GROUP_ID", of_rules).bind("RULE_PERMISSION", rules);
    }
    if lb.kind != Kind::Application {
        return grounds;
    }
    let by_default = open.iter().filter(|rule| rule.arn.is_none());
    let listeners: Vec<String> = by_default.map(|rule| rule.listener.id.clone()).collect();
    let arns: Vec<String> = open.iter().filter_map(|rule| rule.arn).map(str::to_owned).collect();
    let all = [("UNGUARDED_LISTENER_ARN", listeners), ("UNGUARDED_RULE_ARN", arns)];
    let named = all.into_iter().filter(|(_, values)| !values.is_empty());
    named.fold(grounds, |grounds, (name, values)| grounds.bind(name, values))
}

/// The grounds with the header that the rules are to ask for: one that CloudFront adds already, or else a new
/// one and the distributions that are to add it.
fn bound_header(distributions: &[&str], headers: &BTreeSet<String>, grounds: Grounds) -> Grounds {
    if let Some(header) = headers.first() {
        return grounds.bind("ORIGIN_HEADER", header.as_str());
    }
    let ids: Vec<String> = distributions.iter().map(|id| (*id).to_owned()).collect();
    grounds.bind("ORIGIN_HEADER", "X-Origin-Verify").bind("DISTRIBUTION_ID", ids)
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
                ways.found.open.push(OpenRule {
                    listener,
                    rule: None,
                    arn: None,
                    groups: Vec::new(),
                });
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
        listener: &'a Listener,
        route: Route<'a>,
        headers: &BTreeSet<String>,
    ) -> Result<(), Gap> {
        let asks = |condition: &Condition| {
            let header =
                condition.header.as_ref().filter(|_| condition.field == ConditionField::HttpHeader);
            header.is_some_and(|header| headers.contains(&header.to_lowercase()))
        };
        let guarded = route.conditions.iter().any(asks);
        let arn = route.arn;
        match route.end {
            End::Unknown(gap) => return Err(gap),
            End::Forward(groups) if guarded => self.guarded.extend(groups),
            End::Forward(groups) if !groups.is_empty() => {
                self.open.push(OpenRule { listener, rule: Some(route.label), arn, groups });
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
