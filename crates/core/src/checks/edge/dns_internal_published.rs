//! A public name leads to private addresses.

use crate::analysis::dns;
use crate::checks::prelude::*;
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
        cli: r"
            aws route53 create-hosted-zone --name ZONE --vpc VPCRegion=REGION,VPCId=VPC_ID \
              --caller-reference REFERENCE
            aws route53 change-resource-record-sets --hosted-zone-id PRIVATE_ZONE_ID \
              --change-batch file://CREATE.json
            aws route53 change-resource-record-sets --hosted-zone-id PUBLIC_ZONE_ID \
              --change-batch file://DELETE.json
            # the record: a CREATE in the private zone, a DELETE in the public one",
        terraform: r#"
            resource "aws_route53_zone" "inside" {
              name = "example.com"
              vpc {
                vpc_id = aws_vpc.main.id
              }
            }"#,
        cloudformation: r"
            Type: AWS::Route53::HostedZone
            Properties:
              Name: example.com
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
                "unknown 5 others: elbv2:DescribeLoadBalancers",
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
    match &lb.scheme {
        Some(Scheme::InternetFacing) => Ok(Verdict::Pass(Grounds::new())),
        Some(Scheme::Internal) => {
            let evidence = Grounds::new().with("zone", record.zone_name.as_str());
            Ok(Verdict::Note(evidence.with("load_balancer", lb.arn.as_str())))
        }
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
