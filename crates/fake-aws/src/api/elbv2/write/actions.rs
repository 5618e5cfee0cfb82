//! What a rule does, as it is sent.

use super::super::super::Context;
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::action::{Action, Cognito, FixedResponse, Forward, Jwt, Oidc, Redirect, Session};

/// What actions are for.
pub(super) struct For<'a> {
    /// The kind of the load balancer.
    pub(super) kind: &'a str,
    /// Whether the listener ends TLS.
    pub(super) is_secure: bool,
    /// What is done so far; nothing where the rule is new.
    pub(super) old: &'a [Action],
}

/// Reads a list of actions, which replaces the whole of the old one.
pub(super) fn read(
    context: &Context<'_>,
    sent: &Sent<'_>,
    (list, of): (&str, &For<'_>),
) -> Result<Vec<Action>, Refusal> {
    let items = sent.some_items(list)?;
    let mut ordered = Vec::new();
    for item in &items {
        let order = item.parsed::<u32>("Order")?;
        if order.is_none() && items.len() > 1 {
            return Err(item.wrong("Order"));
        }
        ordered.push((order.unwrap_or(1), action(context, item, of)?));
    }
    ordered.sort_by_key(|(order, _)| *order);
    if ordered.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(sent.invalid("Each action must have an order of its own"));
    }
    let actions: Vec<Action> = ordered.into_iter().map(|(_, action)| action).collect();
    fit(&actions, of)?;
    Ok(actions)
}

/// Refuses actions that the listener cannot have.
pub(super) fn fit(actions: &[Action], of: &For<'_>) -> Result<(), Refusal> {
    let unfit = |message: &str| Err(Refusal::new("InvalidLoadBalancerAction", message));
    let ends = |action: &Action| {
        matches!(action, Action::Forward(_) | Action::Redirect(_) | Action::FixedResponse(_))
    };
    let Some((last, first)) = actions.split_last() else {
        return unfit("At least one action is needed");
    };
    if !ends(last) || first.iter().any(ends) {
        return unfit("The last action, and no other, must forward, redirect or answer");
    }
    if of.kind != "application" && !matches!(actions, [Action::Forward(_)]) {
        return unfit("Only forward actions are supported here");
    }
    if !of.is_secure && !first.is_empty() {
        return unfit("Only HTTPS listeners log in and validate tokens");
    }
    Ok(())
}

fn action(context: &Context<'_>, item: &Sent<'_>, of: &For<'_>) -> Result<Action, Refusal> {
    match item.required("Type")? {
        "forward" => forward(context, item).map(Action::Forward),
        "redirect" => redirect(&item.needed("RedirectConfig")?).map(Action::Redirect),
        "fixed-response" => {
            let config = item.needed("FixedResponseConfig")?;
            Ok(Action::FixedResponse(FixedResponse {
                status: config.required("StatusCode")?.to_owned(),
                content_type: config.text("ContentType"),
                body: config.text("MessageBody"),
            }))
        }
        "authenticate-oidc" => {
            oidc(&item.needed("AuthenticateOidcConfig")?, of.old).map(Action::Oidc)
        }
        "authenticate-cognito" => {
            cognito(&item.needed("AuthenticateCognitoConfig")?).map(Action::Cognito)
        }
        "jwt-validation" => jwt(&item.needed("JwtValidationConfig")?).map(Action::Jwt),
        _ => Err(item.wrong("Type")),
    }
}

/// A single group may be named twice, if it is the same.
fn forward(context: &Context<'_>, item: &Sent<'_>) -> Result<Forward, Refusal> {
    let known = |arn: &str| Ok(context.target_group(arn)?.name.clone());
    let config = item.at("ForwardConfig");
    let mut target_groups = Vec::new();
    for group in config.items("TargetGroups") {
        let weight = group.parsed("Weight")?.unwrap_or(1);
        target_groups.push((known(group.required("TargetGroupArn")?)?, weight));
    }
    if let Some(arn) = item.get("TargetGroupArn") {
        let name = known(arn)?;
        if target_groups.is_empty() {
            target_groups.push((name.clone(), 1));
        }
        if !matches!(target_groups.as_slice(), [(own, _)] if *own == name) {
            return Err(item.invalid("TargetGroupArn and ForwardConfig name different groups"));
        }
    }
    if target_groups.is_empty() {
        return Err(item.wrong("TargetGroupArn"));
    }
    let sticky = config.at("TargetGroupStickinessConfig");
    let seconds = sticky.parsed("DurationSeconds")?;
    let stickiness = if sticky.truth("Enabled")? == Some(true) {
        Some(seconds.ok_or_else(|| sticky.wrong("DurationSeconds"))?)
    } else {
        None
    };
    Ok(Forward { target_groups, stickiness })
}

fn redirect(config: &Sent<'_>) -> Result<Redirect, Refusal> {
    let usual = Redirect::default();
    let new = Redirect {
        protocol: config.text("Protocol"),
        port: config.text("Port"),
        host: config.text("Host").unwrap_or(usual.host),
        path: config.text("Path").unwrap_or(usual.path),
        query: config.text("Query").unwrap_or(usual.query),
        status: config.required("StatusCode")?.to_owned(),
    };
    let stays = |part: Option<&str>, name: &str| part.is_none_or(|part| part == name);
    let leads_back = stays(new.protocol.as_deref(), "#{protocol}")
        && stays(new.port.as_deref(), "#{port}")
        && new.host == "#{host}"
        && new.path == "/#{path}";
    if leads_back {
        let message = "You must modify at least one of protocol, port, host and path";
        return Err(Refusal::new("InvalidLoadBalancerAction", message));
    }
    Ok(new)
}

/// The secret is sent, or it is the one that is there already.
fn oidc(config: &Sent<'_>, old: &[Action]) -> Result<Oidc, Refusal> {
    let secret = match config.get("ClientSecret") {
        Some(secret) => Some(secret.to_owned()),
        None if config.truth("UseExistingClientSecret")? == Some(true) => {
            old.iter().find_map(|action| match action {
                Action::Oidc(own) => Some(own.client_secret.clone()),
                _ => None,
            })
        }
        None => None,
    };
    let text = |name: &str| config.required(name).map(str::to_owned);
    let (on_unauthenticated, session) = session(config)?;
    Ok(Oidc {
        issuer: text("Issuer")?,
        authorization_endpoint: Some(text("AuthorizationEndpoint")?),
        token_endpoint: Some(text("TokenEndpoint")?),
        user_info_endpoint: Some(text("UserInfoEndpoint")?),
        client_id: text("ClientId")?,
        client_secret: secret
            .filter(|secret| !secret.is_empty())
            .ok_or_else(|| config.invalid("A client secret must be specified"))?,
        on_unauthenticated,
        session,
    })
}

fn cognito(config: &Sent<'_>) -> Result<Cognito, Refusal> {
    let text = |name: &str| config.required(name).map(str::to_owned);
    let (on_unauthenticated, session) = session(config)?;
    Ok(Cognito {
        pool: text("UserPoolArn")?,
        client_id: text("UserPoolClientId")?,
        domain: text("UserPoolDomain")?,
        on_unauthenticated,
        session,
    })
}

/// What both kinds of log-in have.
fn session(config: &Sent<'_>) -> Result<(Option<String>, Session), Refusal> {
    let usual = Session::default();
    let on = config.word("OnUnauthenticatedRequest", &["deny", "allow", "authenticate"])?;
    let session = Session {
        cookie: config.text("SessionCookieName").unwrap_or(usual.cookie),
        scope: config.text("Scope").unwrap_or(usual.scope),
        timeout: config.parsed("SessionTimeout")?.unwrap_or(usual.timeout),
        parameters: config.map("AuthenticationRequestExtraParams"),
    };
    Ok((Some(on.unwrap_or("authenticate").to_owned()), session))
}

fn jwt(config: &Sent<'_>) -> Result<Jwt, Refusal> {
    let mut claims = Vec::new();
    for claim in config.items("AdditionalClaims") {
        let formats = ["single-string", "string-array", "space-separated-values"];
        claim.word("Format", &formats)?;
        let (format, name) = (claim.required("Format")?, claim.required("Name")?);
        let values = claim.texts("Values");
        if values.is_empty() {
            return Err(claim.wrong("Values"));
        }
        claims.push((name.to_owned(), format.to_owned(), values));
    }
    Ok(Jwt {
        issuer: config.required("Issuer")?.to_owned(),
        jwks_endpoint: Some(config.required("JwksEndpoint")?.to_owned()),
        claims,
    })
}
