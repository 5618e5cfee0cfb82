//! A public name leads to private addresses.

use crate::analysis::dns;
use crate::checks::prelude::*;
use crate::checks::shared::dns_records;
use crate::inventory::DnsRecord;

pub(crate) const CHECK: Check = Check {
    id: "dns-internal-published",
    aliases: &["dns-name-public-internal-lb"],
    title: "a public name leads to an internal load balancer",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Anyone may ask for the name and learns that the service is there and which private \
          addresses it has: a first page of the map for whoever gets inside.",
    logic: "Looks at Route 53 records of public zones whose target is a name of Elastic Load \
            Balancing. Notes when the load balancer that has it is internal. Does not apply to \
            records of private zones, nor to a name that no load balancer has. Never a fault.",
    false_alarms: "Clients that reach the VPC by VPN without its DNS need a public name.",
    fix: "move the record to a private hosted zone",
    remedy: Remedy::steps(Steps {
        console: "Route 53, Create hosted zone: a private one for the VPC; create the record \
                  there, then delete it from the public zone.",
        cli: r#"
            aws route53 list-resource-record-sets --hosted-zone-id RECORD_ZONE_ID \
              --start-record-name RECORD_NAME --start-record-type RECORD_TYPE --max-items 1 \
              --query '{Changes: [{Action: `"CREATE"`, ResourceRecordSet: ResourceRecordSets[0]}]}' \
              --output json > create.json
            # create.json must hold the record with this name; one without an alias becomes an alias
            zone=$(aws route53 create-hosted-zone --name RECORD_NAME --caller-reference RECORD_NAME \
              --vpc VPCRegion=REGION,VPCId=VPC_ID --query HostedZone.Id --output text)
            # a private zone for this name only: one for the whole domain would hide its other names
            aws route53 change-resource-record-sets --hosted-zone-id "$zone" \
              --change-batch file://create.json
            # once clients of the VPC get their answer there
            sed 's/"CREATE"/"DELETE"/' create.json > delete.json
            aws route53 change-resource-record-sets --hosted-zone-id RECORD_ZONE_ID \
              --change-batch file://delete.json"#,
        terraform: r#"
            resource "aws_route53_zone" "inside" {
              name = "www.example.com"

              vpc {
                vpc_id = aws_vpc.main.id
              }
            }"#,
        cloudformation: r"
            PrivateZone:
              Type: AWS::Route53::HostedZone
              Properties:
                Name: www.example.com
                VPCs:
                  - VPCId: !Ref Vpc
                    VPCRegion: !Ref AWS::Region",
    }),
    links: &["https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html"],
    needs: &[Call::Route53ListHostedZones, Call::Route53ListResourceRecordSets],
    examples: &[
        Example {
            title: "an internal load balancer in a public zone",
            given: || internal(false),
            finds: &[
                "fail internal-open-to-any web",
                "note dns-internal-published www.example.com",
            ],
        },
        Example {
            title: "an internal load balancer in a private zone",
            given: || internal(true),
            finds: &["does not apply", "fail internal-open-to-any web"],
        },
        Example {
            title: "a scheme that this version does not know",
            given: || schemed(false, "sideways"),
            finds: &[
                "unknown dns-internal-published www.example.com",
                "unknown 7 others: elbv2:DescribeLoadBalancers",
            ],
        },
        Example {
            title: "a public load balancer",
            given: || sample::named(&Kind::Application, false, sample::DNS_NAME),
            finds: &[],
        },
    ],
    ..Check::new(Judge::DnsRecord(judge))
};

fn internal(private: bool) -> Inventory {
    schemed(private, "internal")
}

fn schemed(private: bool, scheme: &str) -> Inventory {
    let mut inventory = sample::named(&Kind::Network, private, sample::DNS_NAME);
    sample::only(&mut inventory.accounts[0].regions[0]).scheme = Some(scheme.into());
    inventory
}

fn judge(names: &Names, record: &DnsRecord) -> Judgement {
    if record.private {
        return Ok(Verdict::NotApplicable);
    }
    let Some(lb) = dns::owner(names.inventory, &record.target)? else {
        return Ok(Verdict::NotApplicable);
    };
    let region = lb.arn.split(':').nth(3).unwrap_or_default();
    let grounds = dns_records::bound(record).bind("REGION", region);
    let grounds = match &lb.vpc_id {
        Some(vpc) => grounds.bind("VPC_ID", vpc.as_str()),
        None => grounds,
    };
    let evidence =
        grounds.with("zone", record.zone_name.as_str()).with("load_balancer", lb.arn.as_str());
    match &lb.scheme {
        Some(Scheme::InternetFacing) => {
            Ok(Verdict::Pass(evidence.with("scheme", "internet-facing")))
        }
        Some(Scheme::Internal) => Ok(Verdict::Note(evidence)),
        scheme => {
            let call = match lb.kind {
                Kind::Classic => Call::ElbDescribeLoadBalancers,
                _ => Call::ElbV2DescribeLoadBalancers,
            };
            let said = format!("scheme {}", or_missing(scheme.as_ref()));
            Err(Gap::new(call, Reason::Unrecognised).of(&lb.arn).saying(said))
        }
    }
}
