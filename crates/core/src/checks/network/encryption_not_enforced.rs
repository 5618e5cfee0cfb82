//! The VPC of a load balancer does not enforce encryption.

use crate::checks::prelude::*;
use crate::inventory::EncryptionControl;

pub(crate) const CHECK: Check = Check {
    id: "encryption-not-enforced",
    aliases: &["vpc-encryption-controls"],
    title: "VPC does not enforce encryption in transit",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway, Kind::Classic],
    why: "Between load balancer and targets traffic may go in cleartext without anyone noticing. VPC \
          Encryption Controls encrypt it below the application, or say where that is not possible.",
    logic: "Notes a load balancer whose VPC has no encryption control, or one that only monitors \
            or is not in force yet. Passes when it is `available` in mode `enforce`. Does not \
            apply to a Classic one of no VPC. Unknown while encryption controls are unread, or \
            the mode is not known.",
    false_alarms: "Few rules ask for it, it costs money, and older instance types keep it from \
                   being enforced.",
    fix: "let a control monitor the VPC, move what it names, then enforce it",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Your VPCs, the VPC, Encryption controls: create one that monitors, \
                  later set it to enforce.",
        cli: r#"
            aws ec2 create-vpc-encryption-control --vpc-id UNCONTROLLED_VPC_ID

            aws ec2 get-vpc-resources-blocking-encryption-enforcement --vpc-id VPC_ID
            # once nothing blocks it any more
            control=$(aws ec2 describe-vpc-encryption-controls --filters Name=vpc-id,Values=VPC_ID \
              --query 'VpcEncryptionControls[0].VpcEncryptionControlId' --output text)
            aws ec2 modify-vpc-encryption-control --vpc-encryption-control-id "$control" --mode enforce"#,
        terraform: r#"
            resource "aws_vpc_encryption_control" "main" {
              vpc_id = aws_vpc.main.id
              mode   = "enforce"
            }"#,
        cloudformation: r"
            EncryptionControl:
              Type: AWS::EC2::VPCEncryptionControl
              Properties:
                VpcId: !Ref Vpc
                Mode: enforce",
    }),
    links: &["https://docs.aws.amazon.com/vpc/latest/userguide/vpc-encryption-controls.html"],
    needs: &[Call::Ec2DescribeVpcEncryptionControls],
    examples: &[
        Example {
            title: "it only monitors",
            given: || controlled("monitor", "available"),
            finds: &["note encryption-not-enforced web"],
        },
        Example {
            title: "not in force yet",
            given: || controlled("enforce", "creating"),
            finds: &["note encryption-not-enforced web"],
        },
        Example {
            title: "none",
            given: || {
                sample::with_region(&Kind::Gateway, |region| {
                    region.encryption_controls = Fact::Known(Vec::new());
                })
            },
            finds: &["note encryption-not-enforced web"],
        },
        Example {
            title: "a mode that this version does not know",
            given: || controlled("persuade", "available"),
            finds: &["unknown encryption-not-enforced web"],
        },
        Example { title: "enforced", given: || controlled("enforce", "available"), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Application account, its VPC's control in this mode and state.
fn controlled(mode: &str, state: &str) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        region.encryption_controls = Fact::Known(vec![EncryptionControl {
            vpc_id: "vpc-1".to_owned(),
            mode: mode.to_owned(),
            state: Some(state.to_owned()),
        }]);
    })
}

fn judge(context: &Context) -> Judgement {
    let Some(vpc) = context.lb.vpc()? else {
        // Without the list it is not known either whether AWS has any such control here.
        context.region.encryption_controls.get()?;
        return Ok(Verdict::NotApplicable);
    };
    let call = Call::Ec2DescribeVpcEncryptionControls;
    let controls =
        context.index.of_owner((Some(vpc), ""), call, |region| &region.encryption_controls)?;
    let evidence = Grounds::new().with("vpc", vpc);
    let Some(control) = controls.iter().find(|control| control.vpc_id == vpc) else {
        let grounds = evidence.with("mode", "none");
        return Ok(Verdict::Note(grounds.bind("UNCONTROLLED_VPC_ID", vpc)));
    };
    let state = control.state.as_deref().unwrap_or("missing");
    let evidence = evidence.with("mode", control.mode.as_str()).with("state", state);
    match (control.mode.as_str(), state) {
        ("enforce", "available") => Ok(Verdict::Pass(evidence)),
        ("enforce" | "monitor", _) => Ok(Verdict::Note(evidence)),
        (other, _) => Err(Gap::new(Call::Ec2DescribeVpcEncryptionControls, Reason::Unrecognised)
            .of(vpc)
            .saying(format!("mode {other}"))),
    }
}
