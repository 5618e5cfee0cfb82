//! Shield Advanced is paid for, and leaves this load balancer out.

use crate::checks::prelude::*;
use crate::checks::shared::seen;
use crate::inventory::Shield;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "shield-not-protected",
    aliases: &["shield-advanced-missing", "shield-nlb-eip"],
    title: "left out of Shield Advanced",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The account pays for protection against DDoS attacks. Only what is named has it: here no \
          response team helps, no attack is told of, and what it costs is not refunded.",
    logic: "Applies in accounts with Shield Advanced, to load balancers that the whole internet \
            reaches. Fails when no protection names an Application or Classic load balancer; for a \
            Network one, which is protected by its Elastic IP addresses, when one of these is not \
            named. Notes a Network load balancer without Elastic IP addresses, which cannot be \
            protected.",
    false_alarms: "An accelerator or a CloudFront distribution in front may carry the protection; \
                   then nobody else should reach the load balancer.",
    fix: "add a protection for the load balancer, or for each of its Elastic IP addresses",
    remedy: Remedy::steps(Steps {
        console: "WAF & Shield, AWS Shield, Protected resources, Add resources to protect: choose \
                  the load balancer, for a Network one its Elastic IP addresses.",
        cli: r#"
            aws shield create-protection --name LOAD_BALANCER_NAME --resource-arn UNPROTECTED_ARN

            # a Network load balancer is protected by its Elastic IP addresses, which it gets when it is
            # created: one address for each subnet
            aws ec2 allocate-address --query AllocationId --output text \
              --tag-specifications 'ResourceType=elastic-ip,Tags=[{Key=Name,Value=ADDRESSLESS_SUBNET_ID}]'

            # listeners and DNS records move to the new one, and its addresses are protected
            aws elbv2 describe-load-balancers --load-balancer-arns UNPROTECTABLE_ARN
            aws ec2 describe-addresses --filters 'Name=tag:Name,Values=ADDRESSLESS_SUBNET_IDS' \
              --query 'Addresses[].{SubnetId: Tags[?Key==`"Name"`].Value | [0], AllocationId: AllocationId}' \
              --output json > mappings.json
            aws elbv2 create-load-balancer --name NEW_LOAD_BALANCER_NAME --type network \
              --security-groups NEW_GROUP_ID --subnet-mappings file://mappings.json"#,
        terraform: r#"
            resource "aws_shield_protection" "web" {
              name         = "web"
              resource_arn = aws_lb.web.arn
            }"#,
        cloudformation: r"
            Protection:
              Type: AWS::Shield::Protection
              Properties:
                Name: web
                ResourceArn: !Ref LoadBalancer",
    })
    .planned(Plan::Never(Why::Elsewhere, "the protection is set up in AWS Shield")),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/ddos-advanced-summary-protected-resources.html",
        "https://docs.aws.amazon.com/waf/latest/developerguide/configure-new-protection.html",
    ],
    needs: &[Call::ShieldDescribeSubscription, Call::ShieldListProtections],
    examples: &[
        Example {
            title: "an Application load balancer left out",
            given: || subscribed(&Kind::Application, &[], |_| {}),
            finds: &["fail shield-not-protected web"],
        },
        Example {
            title: "a Classic load balancer left out",
            given: || subscribed(&Kind::Classic, &[], |_| {}),
            finds: &["fail shield-not-protected web"],
        },
        Example {
            title: "one of two addresses of a Network load balancer left out",
            given: || subscribed(&Kind::Network, &[&address("eipalloc-a")], |_| {}),
            finds: &["fail shield-not-protected web"],
        },
        Example {
            title: "a Network load balancer without Elastic IP addresses",
            given: || subscribed(&Kind::Network, &[], |lb| lb.allocations.clear()),
            finds: &["note shield-not-protected web"],
        },
        Example {
            title: "a Network load balancer by both addresses",
            given: || {
                let both = [&*address("eipalloc-a"), &address("eipalloc-b")];
                subscribed(&Kind::Network, &both, |_| {})
            },
            finds: &[],
        },
        Example {
            title: "an Application load balancer named",
            given: || {
                let arn = sample::arn(&Kind::Application, "web");
                subscribed(&Kind::Application, &[&arn], |_| {})
            },
            finds: &[],
        },
        Example {
            title: "an internal one",
            given: || subscribed(&Kind::Application, &[], sample::internal),
            finds: &["does not apply", "fail internal-open-to-any web"],
        },
        Example {
            title: "Shield could not be asked",
            given: || {
                let mut inventory = sample::clean(&Kind::Application);
                let call = Call::ShieldDescribeSubscription;
                inventory.accounts[0].shield = Fact::Unread(sample::denied(call));
                inventory
            },
            finds: &["unknown shield-not-protected web"],
        },
        Example {
            title: "no subscription",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean account of this kind with Shield Advanced that protects these.
fn subscribed(
    kind: &Kind,
    protected: &[&str],
    change: impl FnOnce(&mut LoadBalancer),
) -> Inventory {
    let mut inventory = sample::with(kind, change);
    let protected = protected.iter().map(|arn| (*arn).to_owned()).collect();
    inventory.accounts[0].shield = Fact::Known(Shield { subscribed: true, protected });
    inventory
}

fn address(id: &str) -> String {
    format!("arn:aws:ec2:{}:{}:eip-allocation/{id}", sample::REGION, sample::ACCOUNT)
}

fn judge(context: &Context) -> Judgement {
    let (account, lb) = (context.account, context.lb);
    let shield = account.shield.get()?;
    if !shield.subscribed {
        return Ok(Verdict::NotApplicable);
    }
    let wanted: Vec<String> = if lb.kind == Kind::Network {
        let place = format!("arn:{}:ec2:{}:{}", account.partition, context.region.name, account.id);
        lb.allocations.iter().map(|id| format!("{place}:eip-allocation/{id}")).collect()
    } else {
        vec![lb.arn.clone()]
    };
    let missing: Vec<String> =
        wanted.iter().filter(|arn| !shield.protected.contains(arn)).cloned().collect();
    match context.exposure {
        Exposure::Internet(_) => {}
        Exposure::Unknown(gap) => return Err(gap.clone()),
        _ => return Ok(Verdict::NotApplicable),
    }
    if wanted.is_empty() {
        let grounds = Grounds::new().with("elastic_ip_addresses", "none");
        let grounds = grounds
            .bind("ADDRESSLESS_SUBNET_ID", lb.subnets.clone())
            .bind("ADDRESSLESS_SUBNET_IDS", lb.subnets.clone());
        return Ok(Verdict::Note(grounds.bind("UNPROTECTABLE_ARN", lb.arn.as_str())));
    }
    if missing.is_empty() {
        return Ok(Verdict::Pass(Grounds::new().with("protected", seen::few(&wanted))));
    }
    let grounds = Grounds::new().with("unprotected", missing.clone());
    Ok(Verdict::Fail(grounds.bind("UNPROTECTED_ARN", missing)))
}
