//! STS: who calls, and roles to take on.

use std::sync::atomic::Ordering;

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::arn::id;
use crate::session::SessionPolicy;
use crate::xml::Xml;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "GetCallerIdentity" => Ok(identity(context)),
        "AssumeRole" => assume(context, false),
        "AssumeRoleWithWebIdentity" => {
            context.required("WebIdentityToken")?;
            assume(context, true)
        }
        _ => context.unknown(),
    }
}

fn identity(context: &Context<'_>) -> Xml {
    let mut xml = Xml::query();
    xml.text("Arn", context.caller());
    xml.text("UserId", user_id(&context.account.id));
    xml.text("Account", &context.account.id);
    xml
}

fn assume(context: &Context<'_>, web: bool) -> XmlResult {
    let role = context.required("RoleArn")?;
    let session = context.required("RoleSessionName")?;
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let &[_, partition, "iam", "", named, name] = parts.as_slice() else {
        return Err(Refusal::invalid(context.call.family, format!("{role} is invalid")));
    };
    let policy = context.call.get("Policy").map(SessionPolicy::parse).transpose()?;
    let known = context.accounts.iter().find(|account| account.id == named);
    let account = known.unwrap_or(context.account);
    let organizations = context.accounts.iter().filter_map(|one| one.organization.as_ref());
    let mut members = organizations.flat_map(|organization| &organization.members);
    if members.any(|member| member.id == named && member.state != "ACTIVE") {
        let (family, action) = (context.call.family, context.call.iam_action());
        return Err(Refusal::denied(family, &context.caller(), &action));
    }
    let name = name.rsplit('/').next().unwrap_or(name);
    let seed = id(&[role, session, &context.shared.next_request().to_string()]).to_uppercase();
    let key = format!("ASIA{seed}");
    context.shared.bind_key(&key, &account.id, policy);
    let until = context.shared.roles_until.load(Ordering::Relaxed);
    let mut xml = Xml::query();
    xml.node("Credentials", |xml| {
        xml.text("AccessKeyId", &key);
        xml.text("SecretAccessKey", format!("not-a-secret-{seed}"));
        xml.text("SessionToken", format!("not-a-token-{seed}"));
        xml.text("Expiration", epoch::iso(until));
    });
    xml.node("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", format!("{}:{session}", user_id(name)));
        xml.text(
            "Arn",
            format!("arn:{partition}:sts::{}:assumed-role/{name}/{session}", account.id),
        );
    });
    if web {
        xml.text("SubjectFromWebIdentityToken", "subject");
        xml.text("Audience", "sts.amazonaws.com");
        xml.text("Provider", "https://login.example.com");
    }
    Ok(xml)
}

fn user_id(name: &str) -> String {
    format!("AIDA{}", id(&["user", name]).to_uppercase())
}
