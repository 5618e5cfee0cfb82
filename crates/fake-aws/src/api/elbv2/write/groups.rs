//! `SetSecurityGroups`: all of them, and whether they hold for `PrivateLink`.

use super::super::super::{Context, XmlResult};
use super::{position, refused};
use crate::answer::Refusal;
use crate::xml::Xml;

const PRIVATE_LINK: &str = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic";

pub(super) fn set(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let one = context.load_balancer(sent.required("LoadBalancerArn")?)?;
    let groups = sent.texts("SecurityGroups");
    if groups.is_empty() {
        return Err(sent.wrong("SecurityGroups"));
    }
    let known = |id: &String| context.region.security_groups.iter().any(|own| own.id == *id);
    if let Some(gone) = groups.iter().find(|id| !known(id)) {
        let message = format!("The security group '{gone}' does not exist");
        return Err(Refusal::new("InvalidSecurityGroup", message));
    }
    if one.kind == "gateway" || (one.kind == "network" && one.security_groups.is_empty()) {
        return Err(refused("This load balancer was created without security groups"));
    }
    let rules = sent.word(PRIVATE_LINK, &["on", "off"])?;
    if rules.is_some() && one.kind != "network" {
        return Err(refused(format!("{PRIVATE_LINK} is for Network Load Balancers")));
    }
    let place = position(&context.region.load_balancers, one);
    context.change(
        |region| {
            let one = &mut region.load_balancers[place];
            one.security_groups.clone_from(&groups);
            if let Some(rules) = rules {
                one.private_link_rules = Some(rules.to_owned());
            }
            Ok(())
        },
        |now| {
            let one = &now.region.load_balancers[place];
            let mut xml = Xml::query();
            xml.texts("SecurityGroupIds", &one.security_groups);
            xml.maybe(PRIVATE_LINK, one.private_link_rules.as_ref());
            Ok(xml)
        },
    )
}
