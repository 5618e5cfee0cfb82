//! A DNS record leads to a load balancer that is not there.

use crate::analysis::dns;
use crate::checks::prelude::*;
use crate::checks::shared::dns_records;
use crate::inventory::DnsRecord;
use crate::remedy::cause::{Cause, ResourceKind, Verb};
use crate::remedy::plan::{Plan, Why};
use crate::vocab::fact::Listing;

const GONE: &str = "old-987654321.eu-west-1.elb.amazonaws.com";

pub(crate) const CHECK: Check = Check {
    id: "dns-alias-dangling",
    aliases: &["dangling-dns-alias"],
    title: "a DNS record dangles: no load balancer has its name",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Users who follow the name get an error, and nobody knows any more what it was for. AWS \
          chooses part of the name itself, so that taking it over is not to be feared; leftovers \
          like this one hide those where it is.",
    logic: "Looks at Route 53 records whose target is a name of Elastic Load Balancing. Fails when \
            no load balancer of the accounts that were read has it, nor is it a zone's or an address \
            family's name of one. With trusted accounts in the policy that were not read it is a \
            note: the load balancer may be theirs. Unknown unless every account's load balancers in \
            the region that the name tells were listed to the end.",
    false_alarms: "A record that leads to a load balancer of an account that was not read: scan both \
                   accounts together, or name the other one among the trusted accounts.",
    fix: "delete the record, or let it lead to the load balancer that took over",
    remedy: Remedy::steps(Steps {
        console: "Route 53, Hosted zones, the zone: select the record, Delete record.",
        cli: r#"
            aws route53 list-resource-record-sets --hosted-zone-id RECORD_ZONE_ID \
              --start-record-name RECORD_NAME --start-record-type RECORD_TYPE --max-items 1 \
              --query '{Changes: [{Action: `"DELETE"`, ResourceRecordSet: ResourceRecordSets[0]}]}' \
              --output json > delete.json
            # delete.json must hold the record with the target that the finding names, and nothing else
            aws route53 change-resource-record-sets --hosted-zone-id RECORD_ZONE_ID \
              --change-batch file://delete.json"#,
        terraform: r#"
            # delete the record, or let it follow the load balancer
            resource "aws_route53_record" "www" {
              alias {
                name                   = aws_lb.web.dns_name
                zone_id                = aws_lb.web.zone_id
                evaluate_target_health = true
              }
            }"#,
        cloudformation: r"
            Record:
              Type: AWS::Route53::RecordSet
              Properties:
                AliasTarget:
                  DNSName: !GetAtt LoadBalancer.DNSName
                  HostedZoneId: !GetAtt LoadBalancer.CanonicalHostedZoneID",
    })
    .planned(Plan::Never(Why::Elsewhere, "the record is in Route 53")),
    links: &[
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html",
        "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-deleting.html",
    ],
    needs: &[Call::Route53ListHostedZones, Call::Route53ListResourceRecordSets],
    examples: &[
        Example {
            title: "nobody has the name",
            given: || sample::named(&Kind::Application, false, GONE),
            finds: &["fail dns-alias-dangling www.example.com"],
        },
        Example {
            title: "a region that was not scanned",
            given: || {
                let gone = GONE.replace("eu-west-1", "us-east-1");
                sample::named(&Kind::Application, false, &gone)
            },
            finds: &[
                "unknown dns-alias-dangling www.example.com",
                "unknown dns-internal-published www.example.com",
            ],
        },
        Example {
            title: "the region's Classic load balancers unread",
            given: || {
                let mut inventory = sample::named(&Kind::Application, false, GONE);
                let denied = sample::denied(Call::ElbDescribeLoadBalancers);
                inventory.accounts[0].regions[0].classic = Listing::unread(denied);
                inventory
            },
            finds: &[
                "unknown certificate-shared www.example.com",
                "unknown dns-alias-dangling www.example.com",
                "unknown dns-internal-published www.example.com",
            ],
        },
        Example {
            title: "the same, but a name that only Network load balancers have",
            given: || {
                let gone = "old-0a1b2c3d4e5f6a7b.elb.eu-west-1.amazonaws.com";
                let mut inventory = sample::named(&Kind::Application, false, gone);
                let denied = sample::denied(Call::ElbDescribeLoadBalancers);
                inventory.accounts[0].regions[0].classic = Listing::unread(denied);
                inventory
            },
            finds: &[
                "unknown certificate-shared www.example.com",
                "fail dns-alias-dangling www.example.com",
            ],
        },
        Example {
            title: "one zone of a load balancer",
            given: || {
                let zone = format!("eu-west-1a.{}", sample::DNS_NAME);
                sample::named(&Kind::Network, true, &zone)
            },
            finds: &[],
        },
        Example {
            title: "records unread",
            given: || {
                let mut inventory = sample::clean(&Kind::Application);
                let denied = sample::denied(Call::Route53ListHostedZones);
                inventory.accounts[0].dns_records = Fact::Unread(denied);
                inventory
            },
            finds: &[
                "unknown dns-alias-dangling 111122223333",
                "unknown dns-internal-published 111122223333",
            ],
        },
        Example {
            title: "a load balancer that is there",
            given: || sample::named(&Kind::Application, false, sample::DNS_NAME),
            finds: &[],
        },
    ],
    ..Check::new(Judge::DnsRecord(judge))
};

fn judge(names: &Names, record: &DnsRecord) -> Judgement {
    let evidence = dns_records::bound(record)
        .with("zone", record.zone_name.as_str())
        .with("type", record.kind.as_str())
        .with("target", record.target.as_str());
    if let Some(lb) = dns::owner(names.inventory, &record.target)? {
        return Ok(Verdict::Pass(evidence.with("load_balancer", lb.arn.as_str())));
    }
    let read = |id: &&String| names.inventory.accounts.iter().any(|account| account.id == **id);
    let trusted = names.intent.trusted_accounts.iter();
    let unread: Vec<String> = trusted.filter(|id| !read(id)).cloned().collect();
    if unread.is_empty() {
        let id = format!("{}/{}", record.zone, record.name);
        let cause = Cause::new(Verb::Delete, ResourceKind::DnsRecord, id).called(&record.name);
        return Ok(Verdict::Fail(evidence.cause(cause)));
    }
    Ok(Verdict::Note(evidence.with("trusted_accounts_unread", unread)))
}
