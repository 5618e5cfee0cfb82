//! CloudFront asks the load balancer in cleartext.

use crate::analysis::{cloudfront, routing};
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, seen};
use crate::inventory::Origin;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "cloudfront-origin-cleartext",
    aliases: &["cdn-origin-cleartext"],
    title: "CloudFront asks in cleartext",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Users see a lock, and behind CloudFront their requests go on in cleartext over the internet, \
          cookies, passwords and the secret header that lets CloudFront in among them.",
    logic: "Looks at the custom origins of enabled distributions that lead to the load balancer, by \
            its DNS name or by a name with a public record of Route 53 in the same account. Fails when the origin's protocol policy is `http-only` and a cleartext listener \
            has its HTTP port; or when it is `match-viewer`, some behaviour lets viewers come by \
            HTTP, and that listener forwards, instead of redirecting everything. Passes with \
            `https-only`. An unknown policy is unknown. Does not apply to VPC origins, nor without \
            such an origin. Whether CloudFront accepts the certificate is not looked at.",
    fix: "set the origin's protocol policy to https-only, with a name that the load balancer's \
          certificate covers",
    remedy: Remedy::steps(Steps {
        console: "CloudFront, the distribution, Origins, the origin, Edit: name a host that the \
                  certificate covers, protocol HTTPS only.",
        cli: r#"
            aws cloudfront get-distribution-config --id DISTRIBUTION_ID --query DistributionConfig \
              --output json > distribution.json
            # in distribution.json: OriginProtocolPolicy https-only for the origins that the finding names; the
            # certificate of the load balancer must cover their domain, or CloudFront answers 502
            etag=$(aws cloudfront get-distribution-config --id DISTRIBUTION_ID --query ETag --output text)
            aws cloudfront update-distribution --id DISTRIBUTION_ID \
              --distribution-config file://distribution.json --if-match "$etag""#,
        terraform: r#"
            resource "aws_cloudfront_distribution" "web" {
              origin {
                custom_origin_config {
                  http_port              = 80
                  https_port             = 443
                  origin_protocol_policy = "https-only"
                  origin_ssl_protocols   = ["TLSv1.2"]
                }
              }
            }"#,
        cloudformation: r"
            Distribution:
              Type: AWS::CloudFront::Distribution
              Properties:
                DistributionConfig:
                  Origins:
                    - CustomOriginConfig:
                        OriginProtocolPolicy: https-only
                        OriginSSLProtocols:
                          - TLSv1.2",
    })
    .planned(Plan::Never(Why::Elsewhere, "the origin is a part of the distribution, which CloudFront takes as a whole")),
    links: &[
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html",
    ],
    needs: &[
        Call::CloudFrontListDistributions,
        Call::Route53ListHostedZones,
        Call::Route53ListResourceRecordSets,
        Call::ElbV2DescribeRules,
    ],
    examples: &[
        Example {
            title: "always in cleartext",
            given: || fetched("http-only", false, plain()),
            finds: &[
                "fail cloudfront-bypass web",
                "fail cloudfront-origin-cleartext web",
                "fail listener-cleartext HTTP:80",
                "fail listener-port-closed HTTP:80",
            ],
        },
        Example {
            title: "in cleartext as the viewer comes, and the listener forwards",
            given: || fetched("match-viewer", true, plain()),
            finds: &[
                "fail cloudfront-bypass web",
                "fail cloudfront-origin-cleartext web",
                "fail listener-cleartext HTTP:80",
                "fail listener-port-closed HTTP:80",
            ],
        },
        Example {
            title: "in cleartext as the viewer comes, and the listener redirects everything",
            given: || fetched("match-viewer", true, sample::clean(&Kind::Application)),
            finds: &[],
        },
        Example {
            title: "as the viewer comes, who cannot come in cleartext",
            given: || fetched("match-viewer", false, plain()),
            finds: &[
                "fail cloudfront-bypass web",
                "fail listener-cleartext HTTP:80",
                "fail listener-port-closed HTTP:80",
            ],
        },
        Example {
            title: "in cleartext, and nobody listens there",
            given: || fetched("http-only", false, sample::clean(&Kind::Network)),
            finds: &["fail cloudfront-bypass web"],
        },
        Example {
            title: "a policy that this version does not know",
            given: || fetched("quic-only", false, sample::clean(&Kind::Application)),
            finds: &["unknown cloudfront-origin-cleartext web"],
        },
        Example {
            title: "distributions unread",
            given: || {
                let mut inventory = sample::clean(&Kind::Application);
                let denied = sample::denied(Call::CloudFrontListDistributions);
                inventory.accounts[0].distributions = Fact::Unread(denied);
                inventory
            },
            finds: &["unknown cloudfront-bypass web", "unknown cloudfront-origin-cleartext web"],
        },
        Example {
            title: "always encrypted",
            given: || fetched("https-only", true, sample::clean(&Kind::Application)),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// A Classic load balancer with a cleartext listener beside the encrypting one.
fn plain() -> Inventory {
    sample::with(&Kind::Classic, |lb| {
        sample::listeners(lb).push(sample::classic_listener("HTTP", 80));
    })
}

/// The inventory behind a distribution that fetches like this.
fn fetched(policy: &str, viewers_in_clear: bool, inventory: Inventory) -> Inventory {
    sample::behind_cloudfront(inventory, |origin| {
        origin.protocol_policy = Some(policy.to_owned());
        origin.viewers_in_clear = viewers_in_clear;
    })
}

fn judge(context: &Context) -> Judgement {
    let (mut clear, mut custom) = (Partial::whole(Vec::new()), Vec::new());
    let mut at_fault: Vec<String> = Vec::new();
    for (distribution, origin) in cloudfront::origins(context.site)? {
        let Some(policy) = origin.protocol_policy.as_deref() else { continue };
        let words = format!("{} {}: {policy}", distribution.id, origin.id);
        custom.push(words.clone());
        if clear.learn(asks_in_clear(context, origin, policy)) == Some(true) {
            clear.found.push(words);
            // Its origins come one after the other.
            if at_fault.last() != Some(&distribution.id) {
                at_fault.push(distribution.id.clone());
            }
        }
    }
    if clear.found.is_empty() && custom.is_empty() {
        return clear.otherwise(Verdict::NotApplicable);
    }
    if clear.found.is_empty() {
        let evidence = Grounds::new().with("origins", seen::few(&custom));
        return clear.otherwise(Verdict::Pass(evidence));
    }
    let grounds = Grounds::new().with("origins", clear.found);
    let grounds = grounds.bind("DISTRIBUTION_ID", at_fault.clone());
    Ok(Verdict::Fail(match &at_fault[..] {
        [id] => grounds.cause(causes_network::fetch_by_https(id)),
        _ => grounds,
    }))
}

fn asks_in_clear(context: &Context, origin: &Origin, policy: &str) -> Result<bool, Gap> {
    let port = origin.http_port.unwrap_or(80);
    match policy {
        "https-only" => Ok(false),
        "http-only" => listens(context, port, false),
        "match-viewer" => Ok(origin.viewers_in_clear && listens(context, port, true)?),
        other => Err(Gap::new(Call::CloudFrontListDistributions, Reason::Unrecognised)
            .of(&origin.domain)
            .saying(format!("origin protocol policy {other}"))),
    }
}

/// Whether a cleartext listener has this port, and if asked for whether it forwards something that is
/// not left to another load balancer.
fn listens(context: &Context, port: u16, forwarding: bool) -> Result<bool, Gap> {
    let lb = context.lb;
    Partial::whole(lb.listeners.get()?).any(|listener| {
        Ok(listener.number()? == port
            && lb.serves(listener, &[Protocol::Http, Protocol::Tcp, Protocol::TcpUdp])?
            && (!forwarding
                || !routing::forwards_nothing(lb, listener)?
                    && !routing::fronts_application(context.index, lb, listener)?))
    })
}
