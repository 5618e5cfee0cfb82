//! Classic load balancers.

mod describe;
mod policies;
mod write;

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::classic::{ClassicAttributes, ClassicLoadBalancer, Instance};
use crate::xml::Xml;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "DescribeLoadBalancers" => describe::describe(context),
        "DescribeLoadBalancerAttributes" => {
            let one = context.classic(context.required("LoadBalancerName")?)?;
            Ok(attributes(&one.attributes))
        }
        "DescribeLoadBalancerPolicies" => policies::describe(context),
        "DescribeInstanceHealth" => health(context),
        "DescribeTags" => tags(context),
        _ => write::result(context),
    }
}

impl<'a> Context<'a> {
    fn classic(&self, name: &str) -> Result<&'a ClassicLoadBalancer, Refusal> {
        self.region.classic.iter().find(|one| one.name == name).ok_or_else(|| {
            Refusal::new(
                "LoadBalancerNotFound",
                format!("There is no ACTIVE Load Balancer named '{name}'"),
            )
        })
    }
}

fn attributes(of: &ClassicAttributes) -> Xml {
    let mut xml = Xml::query();
    xml.node("LoadBalancerAttributes", |xml| {
        xml.node("CrossZoneLoadBalancing", |xml| {
            xml.text("Enabled", of.cross_zone);
        });
        xml.node("AccessLog", |xml| {
            xml.text("Enabled", of.access_log);
            xml.maybe("S3BucketName", of.bucket.as_ref());
            xml.maybe("EmitInterval", of.access_log.then_some(60));
            xml.maybe("S3BucketPrefix", of.prefix.as_ref());
        });
        xml.node("ConnectionDraining", |xml| {
            xml.text("Enabled", of.draining.is_some());
            xml.text("Timeout", of.draining.unwrap_or(300));
        });
        xml.node("ConnectionSettings", |xml| {
            xml.text("IdleTimeout", of.idle_timeout);
        });
        xml.pairs("AdditionalAttributes", &of.additional);
    });
    xml
}

fn health(context: &Context<'_>) -> XmlResult {
    let one = context.classic(context.required("LoadBalancerName")?)?;
    let asked: Vec<&str> = (1..)
        .map_while(|number| context.call.get(&format!("Instances.member.{number}.InstanceId")))
        .collect();
    if asked.iter().any(|id| one.instances.iter().all(|instance| instance.id != *id)) {
        let message = "Could not find EC2 instance registered to this load balancer.";
        return Err(Refusal::new("InvalidInstance", message));
    }
    let wanted = |instance: &&Instance| asked.is_empty() || asked.contains(&instance.id.as_str());
    let mut xml = Xml::query();
    xml.list("InstanceStates", one.instances.iter().filter(wanted), |xml, instance| {
        xml.text("InstanceId", &instance.id);
        xml.text("State", &instance.state);
        xml.text("ReasonCode", &instance.reason);
        xml.text("Description", &instance.description);
    });
    Ok(xml)
}

fn tags(context: &Context<'_>) -> XmlResult {
    let names = context.call.list("LoadBalancerNames.member");
    if names.is_empty() || names.len() > 20 {
        return Err(Refusal::invalid(
            context.call.family,
            "Between 1 and 20 load balancer names are needed",
        ));
    }
    let found: Result<Vec<_>, Refusal> =
        names.into_iter().map(|name| context.classic(name)).collect();
    let mut xml = Xml::query();
    xml.list("TagDescriptions", found?, |xml, one| {
        xml.text("LoadBalancerName", &one.name);
        xml.pairs("Tags", &one.tags);
    });
    Ok(xml)
}
