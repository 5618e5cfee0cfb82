//! Bucket policies: read, put and taken away.

use serde_json::{Value, json};

use super::super::{Content, Context};
use super::{bucket, missing};
use crate::answer::Refusal;
use crate::model::bucket::Bucket;

pub(super) fn get(context: &Context<'_>) -> Result<Content, Refusal> {
    let bucket = bucket(context)?;
    let public = bucket
        .public_policy
        .ok_or_else(|| missing("NoSuchBucketPolicy", "The bucket policy does not exist"))?;
    let text = bucket.policy_text.clone().unwrap_or_else(|| made_up(context, bucket, public));
    Ok(Content::Object(Vec::new(), text.into_bytes()))
}

/// A policy for a bucket of which it is known whether its policy is public, and nothing else.
fn made_up(context: &Context<'_>, bucket: &Bucket, public: bool) -> String {
    let owner = format!("arn:{}:iam::{}:root", context.place.partition(), context.account.id);
    let principal = if public { json!("*") } else { json!({"AWS": owner}) };
    let resource = format!("arn:{}:s3:::{}/*", context.place.partition(), bucket.name);
    let statement = json!({
        "Sid": "Readers",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": resource,
    });
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

pub(super) fn put(context: &Context<'_>) -> Result<Content, Refusal> {
    bucket(context)?;
    let malformed = |message: &str| Refusal::new("MalformedPolicy", message);
    let text = String::from_utf8_lossy(&context.call.body).into_owned();
    let policy: Value =
        serde_json::from_str(&text).map_err(|_| malformed("Policies must be valid JSON"))?;
    let statements = match &policy["Statement"] {
        Value::Array(all) => all.iter().collect(),
        one @ Value::Object(_) => vec![one],
        _ => Vec::new(),
    };
    let parts = ["Effect", "Principal", "Action", "Resource"];
    if statements.iter().any(|own| parts.iter().any(|part| own[part].is_null())) {
        return Err(malformed("Missing required field"));
    }
    if statements.is_empty() {
        return Err(malformed("Missing required field Statement"));
    }
    let public = statements.iter().any(|own| is_public(own));
    set(context, Some((text, public)))
}

fn is_public(statement: &Value) -> bool {
    let everyone = [json!("*"), json!({"AWS": "*"})].contains(&statement["Principal"]);
    statement["Effect"] == "Allow" && everyone && statement["Condition"].is_null()
}

pub(super) fn delete(context: &Context<'_>) -> Result<Content, Refusal> {
    bucket(context)?;
    set(context, None)
}

fn set(context: &Context<'_>, policy: Option<(String, bool)>) -> Result<Content, Refusal> {
    let name = &bucket(context)?.name;
    let of = |bucket: &Bucket| bucket.name == *name;
    let holder = context.accounts.iter().find(|account| account.buckets.iter().any(of));
    let mut account = holder.unwrap_or(context.account).clone();
    if let Some(own) = account.buckets.iter_mut().find(|own| own.name == *name) {
        own.public_policy = policy.as_ref().map(|(_, public)| *public);
        own.policy_text = policy.map(|(text, _)| text);
    }
    context.shared.replace(account);
    Ok(Content::Empty)
}
