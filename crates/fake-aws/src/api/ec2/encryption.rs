//! `DescribeVpcEncryptionControls`.

use super::filter::Filters;
use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::arn::id;
use crate::model::encryption::EncryptionControl;
use crate::page;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters =
        Filters::read(context, &["vpc-id", "mode", "state", "vpc-encryption-control-id"])?;
    let (vpcs, ids) = (context.call.list("VpcId"), context.call.list("VpcEncryptionControlId"));
    let all = &context.region.encryption_controls;
    if let Some(gone) = ids.iter().find(|wanted| all.iter().all(|one| own_id(one) != **wanted)) {
        let message = format!("The ID '{gone}' does not exist");
        return Err(Refusal::new("InvalidVpcEncryptionControlId.NotFound", message));
    }
    let fits = |one: &&EncryptionControl| {
        (vpcs.is_empty() || vpcs.contains(&one.vpc.as_str()))
            && (ids.is_empty() || ids.contains(&own_id(one).as_str()))
            && filters.fit(|name| match name {
                "vpc-id" => vec![one.vpc.clone()],
                "mode" => vec![one.mode.clone()],
                "state" => vec![one.state.clone()],
                _ => vec![own_id(one)],
            })
    };
    let page = context.page(all.iter().filter(fits).collect(), page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("vpcEncryptionControlSet", page.items, |xml, one| {
        xml.text("vpcId", &one.vpc);
        xml.text("vpcEncryptionControlId", own_id(one));
        xml.text("mode", &one.mode);
        xml.text("state", &one.state);
        xml.node("resourceExclusions", |xml| {
            for (resource, state) in &one.exclusions {
                xml.node(resource, |xml| xml.text("state", state));
            }
        });
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn own_id(one: &EncryptionControl) -> String {
    format!("vpcec-{}", id(&["encryption", &one.vpc]))
}
