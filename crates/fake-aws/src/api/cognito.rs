//! Cognito: user pools.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::certificate::EPOCH;
use crate::model::user_pool::UserPool;

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    if context.call.action != "DescribeUserPool" {
        return context.unknown();
    }
    let wanted = context.required("UserPoolId")?;
    let one = context.region.user_pools.iter().find(|one| one.id == wanted).ok_or_else(|| {
        let message = format!("User pool {wanted} does not exist.");
        Refusal::new("ResourceNotFoundException", message)
    })?;
    Ok(json!({ "UserPool": pool(context, one) }))
}

fn pool(context: &Context<'_>, one: &UserPool) -> Value {
    let password = json!({
        "MinimumLength": one.password_length,
        "RequireUppercase": true,
        "RequireLowercase": true,
        "RequireNumbers": true,
        "RequireSymbols": true,
        "TemporaryPasswordValidityDays": 7,
    });
    let security = one.advanced_security.as_ref().map(|mode| json!({"AdvancedSecurityMode": mode}));
    Object::default()
        .with("Id", one.id.as_str())
        .with("Name", one.name.as_str())
        .with("Policies", json!({"PasswordPolicy": password}))
        .with("DeletionProtection", one.deletion_protection.as_str())
        .with("LambdaConfig", json!({}))
        .with("LastModifiedDate", EPOCH)
        .with("CreationDate", EPOCH)
        .with("MfaConfiguration", one.mfa.as_str())
        .with("EstimatedNumberOfUsers", 0)
        .maybe("Domain", one.domain.as_deref())
        .maybe("CustomDomain", one.custom_domain.as_deref())
        .with("AdminCreateUserConfig", json!({"AllowAdminCreateUserOnly": one.admin_only}))
        .maybe("UserPoolAddOns", security)
        .with("Arn", context.place.arn("cognito-idp", &format!("userpool/{}", one.id)))
        .with("UserPoolTier", one.tier.as_str())
        .done()
}
