//! What a rule does, on the wire.

use super::super::Context;
use crate::model::action::{Action, Cognito, FixedResponse, Forward, Jwt, Oidc, Redirect, Session};
use crate::xml::Xml;

/// Writes a list of actions under a name; only several of them have an order.
pub(super) fn write(context: &Context<'_>, xml: &mut Xml, (name, actions): (&str, &[Action])) {
    xml.list(name, actions.iter().enumerate(), |xml, (index, action)| {
        xml.text("Type", kind(action));
        if actions.len() > 1 {
            xml.text("Order", index + 1);
        }
        match action {
            Action::Forward(action) => forward(context, xml, action),
            Action::Redirect(action) => redirect(xml, action),
            Action::FixedResponse(action) => fixed_response(xml, action),
            Action::Oidc(action) => oidc(xml, action),
            Action::Cognito(action) => cognito(context, xml, action),
            Action::Jwt(action) => jwt(xml, action),
            Action::Other(_) => {}
        }
    });
}

fn kind(action: &Action) -> &str {
    match action {
        Action::Forward(_) => "forward",
        Action::Redirect(_) => "redirect",
        Action::FixedResponse(_) => "fixed-response",
        Action::Oidc(_) => "authenticate-oidc",
        Action::Cognito(_) => "authenticate-cognito",
        Action::Jwt(_) => "jwt-validation",
        Action::Other(kind) => kind,
    }
}

/// A single group is named twice: beside the configuration, and in it.
fn forward(context: &Context<'_>, xml: &mut Xml, action: &Forward) {
    if let [(name, _)] = action.target_groups.as_slice() {
        xml.text("TargetGroupArn", context.place.target_group(name));
    }
    xml.node("ForwardConfig", |xml| {
        xml.list("TargetGroups", &action.target_groups, |xml, (name, weight)| {
            xml.text("TargetGroupArn", context.place.target_group(name));
            xml.text("Weight", weight);
        });
        xml.node("TargetGroupStickinessConfig", |xml| {
            xml.text("Enabled", action.stickiness.is_some());
            xml.maybe("DurationSeconds", action.stickiness);
        });
    });
}

fn redirect(xml: &mut Xml, action: &Redirect) {
    xml.node("RedirectConfig", |xml| {
        xml.maybe("Protocol", action.protocol.as_ref());
        xml.maybe("Port", action.port.as_ref());
        xml.text("Host", &action.host);
        xml.text("Path", &action.path);
        xml.text("Query", &action.query);
        xml.text("StatusCode", &action.status);
    });
}

fn fixed_response(xml: &mut Xml, action: &FixedResponse) {
    xml.node("FixedResponseConfig", |xml| {
        xml.maybe("MessageBody", action.body.as_ref());
        xml.text("StatusCode", &action.status);
        xml.maybe("ContentType", action.content_type.as_ref());
    });
}

fn oidc(xml: &mut Xml, action: &Oidc) {
    let issuer = &action.issuer;
    let at = |given: &Option<String>, path: &str| {
        given.clone().unwrap_or_else(|| format!("{issuer}/{path}"))
    };
    xml.node("AuthenticateOidcConfig", |xml| {
        xml.text("Issuer", issuer);
        xml.text("AuthorizationEndpoint", at(&action.authorization_endpoint, "authorize"));
        xml.text("TokenEndpoint", at(&action.token_endpoint, "token"));
        xml.text("UserInfoEndpoint", at(&action.user_info_endpoint, "userinfo"));
        xml.text("ClientId", &action.client_id);
        session(xml, &action.session, action.on_unauthenticated.as_ref());
    });
}

fn cognito(context: &Context<'_>, xml: &mut Xml, action: &Cognito) {
    xml.node("AuthenticateCognitoConfig", |xml| {
        let own = || context.place.arn("cognito-idp", &action.pool);
        let is_arn = action.pool.starts_with("arn:");
        xml.text("UserPoolArn", if is_arn { action.pool.clone() } else { own() });
        xml.text("UserPoolClientId", &action.client_id);
        xml.text("UserPoolDomain", &action.domain);
        session(xml, &action.session, action.on_unauthenticated.as_ref());
    });
}

/// What both kinds of log-in have.
fn session(xml: &mut Xml, session: &Session, on_unauthenticated: Option<&String>) {
    xml.text("SessionCookieName", &session.cookie);
    xml.text("Scope", &session.scope);
    xml.text("SessionTimeout", session.timeout);
    if !session.parameters.is_empty() {
        xml.node("AuthenticationRequestExtraParams", |xml| {
            for (key, value) in &session.parameters {
                xml.node("entry", |xml| {
                    xml.text("key", key);
                    xml.text("value", value);
                });
            }
        });
    }
    xml.maybe("OnUnauthenticatedRequest", on_unauthenticated);
}

fn jwt(xml: &mut Xml, action: &Jwt) {
    xml.node("JwtValidationConfig", |xml| {
        let usual = || format!("{}/.well-known/jwks.json", action.issuer);
        xml.text("JwksEndpoint", action.jwks_endpoint.clone().unwrap_or_else(usual));
        xml.text("Issuer", &action.issuer);
        if !action.claims.is_empty() {
            xml.list("AdditionalClaims", &action.claims, |xml, (name, format, values)| {
                xml.text("Format", format);
                xml.text("Name", name);
                xml.texts("Values", values);
            });
        }
    });
}
