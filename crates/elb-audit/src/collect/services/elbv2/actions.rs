//! What a rule does with a request.

use aws_sdk_elasticloadbalancingv2::types as sdk;
use elb_audit_core::inventory::{
    Action, ActionKind, Authentication, FixedResponse, JwtValidation, Redirect, WeightedGroup,
};

use crate::aws::strict::{Understood, Unexpected, each_once, filled, if_any, required, word};

/// An action, with what its kind needs.
pub(super) fn action(found: sdk::Action) -> Understood<Action> {
    let kind = found.r#type.as_ref().map(sdk::ActionTypeEnum::as_str);
    let kind: ActionKind = required("Type", word("Type", kind)?)?.into();
    let action = Action {
        order: found.order,
        target_groups: groups(found.forward_config, found.target_group_arn)?,
        redirect: found.redirect_config.map(redirect).transpose()?,
        fixed_response: found.fixed_response_config.map(fixed_response).transpose()?,
        authentication: found
            .authenticate_oidc_config
            .map(oidc)
            .or(found.authenticate_cognito_config.map(cognito))
            .transpose()?,
        jwt: found.jwt_validation_config.map(token).transpose()?,
        kind,
    };
    let lacks = match &action.kind {
        ActionKind::Forward if action.target_groups.is_empty() => "TargetGroups",
        ActionKind::Redirect if action.redirect.is_none() => "RedirectConfig",
        ActionKind::FixedResponse if action.fixed_response.is_none() => "FixedResponseConfig",
        ActionKind::AuthenticateOidc if action.authentication.is_none() => "AuthenticateOidcConfig",
        ActionKind::AuthenticateCognito if action.authentication.is_none() => {
            "AuthenticateCognitoConfig"
        }
        ActionKind::JwtValidation if action.jwt.is_none() => "JwtValidationConfig",
        _ => return Ok(action),
    };
    Err(Unexpected::Missing(lacks))
}

/// Where an action forwards to: the weighted groups, and the single one where it is not among them.
fn groups(
    config: Option<sdk::ForwardActionConfig>,
    single: Option<String>,
) -> Understood<Vec<WeightedGroup>> {
    let weighted = config.and_then(|config| config.target_groups).unwrap_or_default();
    let several = weighted.len() > 1;
    let mut groups = each_once(weighted, |group| {
        let arn = filled("TargetGroupArn", group.target_group_arn)?;
        match group.weight {
            // A single one may come without.
            None if several => Err(Unexpected::Missing("Weight")),
            // Source: `TargetGroupTuple` of the ELB API.
            Some(weight) if !(0..=999).contains(&weight) => {
                Err(Unexpected::Value("Weight", weight.to_string()))
            }
            weight => Ok(WeightedGroup { arn, weight }),
        }
    })?;
    let single = if_any("TargetGroupArn", single)?;
    if let Some(arn) = single.filter(|single| groups.iter().all(|group| group.arn != *single)) {
        groups.push(WeightedGroup { arn, weight: None });
    }
    Ok(groups)
}

/// What is left out stays as it was asked for.
fn redirect(config: sdk::RedirectActionConfig) -> Understood<Redirect> {
    let name = "StatusCode";
    let status = config.status_code.as_ref().map(sdk::RedirectActionStatusCodeEnum::as_str);
    let status = match required(name, word(name, status)?)? {
        status @ ("HTTP_301" | "HTTP_302") => status.to_owned(),
        status => return Err(Unexpected::Value(name, status.to_owned())),
    };
    Ok(Redirect {
        protocol: if_any("Protocol", config.protocol)?,
        port: if_any("Port", config.port)?,
        host: if_any("Host", config.host)?,
        path: if_any("Path", config.path)?,
        query: config.query,
        status: Some(status),
    })
}

fn fixed_response(config: sdk::FixedResponseActionConfig) -> Understood<FixedResponse> {
    Ok(FixedResponse {
        status: Some(filled("StatusCode", config.status_code)?),
        discloses: FixedResponse::disclosures(&config.message_body.unwrap_or_default()),
    })
}

/// What becomes of a request without a session.
fn without_session(word: Option<&str>) -> Understood<String> {
    let name = "OnUnauthenticatedRequest";
    match required(name, word)? {
        word @ ("deny" | "allow" | "authenticate") => Ok(word.to_owned()),
        word => Err(Unexpected::Value(name, word.to_owned())),
    }
}

fn oidc(config: sdk::AuthenticateOidcActionConfig) -> Understood<Authentication> {
    Ok(Authentication {
        on_unauthenticated_request: Some(without_session(
            config
                .on_unauthenticated_request
                .as_ref()
                .map(sdk::AuthenticateOidcActionConditionalBehaviorEnum::as_str),
        )?),
        authority: Some(filled("Issuer", config.issuer)?),
        endpoints: vec![
            filled("AuthorizationEndpoint", config.authorization_endpoint)?,
            filled("TokenEndpoint", config.token_endpoint)?,
            filled("UserInfoEndpoint", config.user_info_endpoint)?,
        ],
        session_timeout: config.session_timeout,
    })
}

fn cognito(config: sdk::AuthenticateCognitoActionConfig) -> Understood<Authentication> {
    Ok(Authentication {
        on_unauthenticated_request: Some(without_session(
            config
                .on_unauthenticated_request
                .as_ref()
                .map(sdk::AuthenticateCognitoActionConditionalBehaviorEnum::as_str),
        )?),
        authority: Some(filled("UserPoolArn", config.user_pool_arn)?),
        endpoints: Vec::new(),
        session_timeout: config.session_timeout,
    })
}

/// What a token has to show. The values that claims are compared with may be secrets and are not kept.
fn token(found: sdk::JwtValidationActionConfig) -> Understood<JwtValidation> {
    let claims = found.additional_claims.unwrap_or_default();
    Ok(JwtValidation {
        issuer: Some(filled("Issuer", found.issuer)?),
        jwks_endpoint: Some(filled("JwksEndpoint", found.jwks_endpoint)?),
        claims: each_once(claims, |claim| filled("Name", claim.name))?,
    })
}
