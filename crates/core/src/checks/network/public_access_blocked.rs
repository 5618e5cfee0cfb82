//! VPC Block Public Access overrides a public scheme.

use crate::analysis::reach;
use crate::checks::prelude::*;
use crate::inventory::{BlockPublicAccess, Exclusion};

pub(crate) const CHECK: Check = Check {
    id: "public-access-blocked",
    aliases: &["exposure-blocked-by-bpa"],
    title: "VPC Block Public Access overrides the scheme",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The load balancer says that it is public and the region says that nothing is. If the \
          block is meant, it is safe and of no use; if it is not, it is an outage. The day the \
          block is lifted, it is open.",
    logic: "Notes an internet-facing load balancer with a subnet that VPC Block Public Access keeps \
            from the internet: the mode is `block-bidirectional` or `block-ingress`, and no \
            exclusion lets traffic in to the subnet or its VPC. Does not apply to internal ones. \
            Unknown while the block or its exclusions are unread.",
    fix: "exclude the subnets if it is meant to be public, or recreate it as internal",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Settings, Public access settings, Create exclusion: the VPC or the \
                  subnets, bidirectional.",
        cli: r"
            aws ec2 create-vpc-block-public-access-exclusion --subnet-id BLOCKED_SUBNET_ID \
              --internet-gateway-exclusion-mode allow-bidirectional",
        terraform: r#"
            resource "aws_vpc_block_public_access_exclusion" "lb" {
              subnet_id                       = aws_subnet.public_a.id
              internet_gateway_exclusion_mode = "allow-bidirectional"
            }"#,
        cloudformation: r"
            Exclusion:
              Type: AWS::EC2::VPCBlockPublicAccessExclusion
              Properties:
                SubnetId: !Ref PublicA
                InternetGatewayExclusionMode: allow-bidirectional",
    }),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html",
    ],
    examples: &[
        Example {
            title: "blocked",
            given: || blocking("block-ingress", &[]),
            finds: &["note public-access-blocked web"],
        },
        Example {
            title: "one of two subnets is excluded",
            given: || blocking("block-bidirectional", &["subnet-a"]),
            finds: &["note public-access-blocked web"],
        },
        Example {
            title: "the VPC is excluded",
            given: || blocking("block-bidirectional", &["vpc-1"]),
            finds: &[],
        },
        Example {
            title: "exclusions unread",
            given: || {
                let mut inventory = blocking("block-ingress", &[]);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(block) = &mut region.block_public_access {
                    let call = Call::Ec2DescribeVpcBlockPublicAccessExclusions;
                    block.exclusions = Fact::Unread(sample::denied(call));
                }
                inventory
            },
            finds: &["unknown internet-facing web", "unknown public-access-blocked web"],
        },
        Example {
            title: "the block is unread",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    let call = Call::Ec2DescribeVpcBlockPublicAccessOptions;
                    region.block_public_access = Fact::Unread(sample::denied(call));
                })
            },
            finds: &["unknown internet-facing web", "unknown public-access-blocked web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Network account in a region with the block, but for these.
fn blocking(mode: &str, excluded: &[&str]) -> Inventory {
    let exclusion = |id: &&str| Exclusion {
        resource: (*id).to_owned(),
        mode: "allow-bidirectional".to_owned(),
        state: Some("create-complete".to_owned()),
    };
    sample::with_region(&Kind::Network, |region| {
        region.block_public_access = Fact::Known(BlockPublicAccess {
            mode: mode.to_owned(),
            exclusions: Fact::Known(excluded.iter().map(exclusion).collect()),
        });
    })
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if reach::is_internal(lb)? {
        return Ok(Verdict::NotApplicable);
    }
    let mode = &reach::block(context.index, lb)?.mode;
    let blocked = Partial::whole(&lb.subnets).filter_map(|subnet| {
        Ok(reach::is_blocked(context.index, lb, subnet)?.then_some(subnet.as_str()))
    });
    let evidence = Grounds::new().with("mode", mode.as_str());
    if blocked.found.is_empty() {
        return blocked.otherwise(Verdict::Pass(evidence.with("blocked_subnets", 0)));
    }
    let subnets: Vec<String> = blocked.found.iter().map(|subnet| (*subnet).to_owned()).collect();
    let evidence = evidence.with("blocked_subnets", blocked.found);
    Ok(Verdict::Note(evidence.bind("BLOCKED_SUBNET_ID", subnets)))
}
