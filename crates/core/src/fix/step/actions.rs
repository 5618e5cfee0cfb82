//! Actions of rules: as a script sees them, changes them, and sends them back.

use serde_json::{Value as Json, json};

use crate::fix::shell::raw;
use crate::inventory::{Action, ActionKind, Redirect};
use crate::mutation::{Chosen, Edit, Missing};

/// What of a list of actions is compared, as an expression of `JMESPath` behind the list.
pub(super) const SEEN: &str = "[].[Type, \
    (ForwardConfig.TargetGroups || [{TargetGroupArn: TargetGroupArn}])[].[TargetGroupArn, Weight], \
    RedirectConfig.[Protocol, Port, Host, Path, Query, StatusCode], \
    FixedResponseConfig.StatusCode, \
    AuthenticateOidcConfig.[OnUnauthenticatedRequest, Issuer, AuthorizationEndpoint, TokenEndpoint, \
    UserInfoEndpoint, SessionTimeout], \
    AuthenticateCognitoConfig.[OnUnauthenticatedRequest, UserPoolArn, SessionTimeout], \
    JwtValidationConfig.[Issuer, JwksEndpoint, (AdditionalClaims || `[]`)[].Name]]";

/// The same of the facts.
pub(super) fn seen(actions: &[Action]) -> Json {
    Json::Array(actions.iter().map(seen_of).collect())
}

fn seen_of(action: &Action) -> Json {
    let groups = match &action.target_groups[..] {
        [] => json!([[null, null]]),
        all => all.iter().map(|group| json!([group.arn, group.weight])).collect(),
    };
    let redirect = action
        .redirect
        .as_ref()
        .map(|to| json!([to.protocol, to.port, to.host, to.path, to.query, to.status]));
    let fixed = action.fixed_response.as_ref().map(|fixed| &fixed.status);
    let login = action.authentication.as_ref();
    let asks = |kind: ActionKind| login.filter(|_| action.kind == kind);
    let oidc = asks(ActionKind::AuthenticateOidc).map(|own| {
        let endpoint = |place: usize| own.endpoints.get(place);
        json!([
            own.on_unauthenticated_request,
            own.authority,
            endpoint(0),
            endpoint(1),
            endpoint(2),
            own.session_timeout
        ])
    });
    let cognito = asks(ActionKind::AuthenticateCognito)
        .map(|own| json!([own.on_unauthenticated_request, own.authority, own.session_timeout]));
    let jwt = action.jwt.as_ref().map(|jwt| json!([jwt.issuer, jwt.jwks_endpoint, jwt.claims]));
    json!([action.kind.to_string(), groups, redirect, fixed, oidc, cognito, jwt])
}

/// A list of actions as it can be sent again, as an expression behind the list: a client secret is never read,
/// and AWS keeps the one that it has.
pub(super) const AGAIN: &str = "[].merge(@, AuthenticateOidcConfig && {AuthenticateOidcConfig: \
    merge(AuthenticateOidcConfig, {UseExistingClientSecret: `true`})} || `{}`)";

/// How a list of actions is changed: the whole of the new one as JSON, or an expression behind the list.
pub(super) enum New {
    /// The list.
    Whole(String),
    /// An expression.
    Behind(String),
}

/// What becomes of a list of actions.
pub(super) fn new(edit: &Edit, actions: &[Action], chosen: &Chosen) -> Result<New, Missing> {
    let fields = |config: &str, set: &str| {
        format!("{config} && {{{config}: merge({config}, {{{set}}})}} || `{{}}`")
    };
    let behind = |expression: String| Ok(New::Behind(format!("{AGAIN}.merge(@, {expression})")));
    match edit {
        Edit::Whole(all) => Ok(New::Whole(sent(all)?)),
        Edit::Redirect(to) => {
            let set: Vec<String> = parts(to)
                .into_iter()
                .filter_map(|(name, value)| Some(format!("{name}: {}", raw(value?))))
                .collect();
            behind(fields("RedirectConfig", &set.join(", ")))
        }
        Edit::Unauthenticated(what) => {
            let set = format!("OnUnauthenticatedRequest: {}", raw(what));
            behind(logins(&set))
        }
        Edit::SessionTimeout(seconds) => behind(logins(&format!("SessionTimeout: `{seconds}`"))),
        Edit::HttpsEndpoints => behind(https(actions)),
        Edit::Keys(keys) => {
            let set = format!("JwksEndpoint: {}", raw(&keys.text(chosen)));
            behind(fields("JwtValidationConfig", &set))
        }
        Edit::Audience(audience) => {
            let claim = format!(
                "{{Format: 'single-string', Name: 'aud', Values: [{}]}}",
                raw(&audience.text(chosen))
            );
            let set = format!("AdditionalClaims: [AdditionalClaims || `[]`, [{claim}]][]");
            behind(fields("JwtValidationConfig", &set))
        }
        Edit::Weight(group, weight) => behind(format!(
            "ForwardConfig && {{ForwardConfig: merge(ForwardConfig, {{TargetGroups: \
             ForwardConfig.TargetGroups[].merge(@, TargetGroupArn == {} && {{Weight: `{weight}`}} || `{{}}`)}})}} \
             || `{{}}`",
            raw(group)
        )),
        Edit::Regroup(from, _) | Edit::LoginFirst(from, _) => Err(Missing(from.clone())),
    }
}

fn logins(set: &str) -> String {
    let of =
        |config: &str| format!("{config} && {{{config}: merge({config}, {{{set}}})}} || `{{}}`");
    format!("merge({}, {})", of("AuthenticateOidcConfig"), of("AuthenticateCognitoConfig"))
}

/// Endpoints in cleartext, by HTTPS. There is no way to replace a part of a text: each is named.
fn https(actions: &[Action]) -> String {
    let secure =
        |text: &str| text.strip_prefix("http://").map(|rest| raw(&format!("https://{rest}")));
    let names = ["AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"];
    let mut oidc = Vec::new();
    let mut jwt = Vec::new();
    for action in actions {
        if let Some(login) = &action.authentication {
            let issuer = login.authority.iter().map(|one| ("Issuer", one));
            let all = names.into_iter().zip(&login.endpoints).chain(issuer);
            oidc.extend(all.filter_map(|(name, own)| Some(format!("{name}: {}", secure(own)?))));
        }
        let keys = action.jwt.iter().filter_map(|jwt| jwt.jwks_endpoint.as_ref());
        jwt.extend(keys.filter_map(|own| Some(format!("JwksEndpoint: {}", secure(own)?))));
    }
    let of = |config: &str, set: &[String]| {
        let set = set.join(", ");
        format!("{config} && {{{config}: merge({config}, {{{set}}})}} || `{{}}`")
    };
    let mut parts = Vec::new();
    if !oidc.is_empty() {
        parts.push(of("AuthenticateOidcConfig", &oidc));
    }
    if !jwt.is_empty() {
        parts.push(of("JwtValidationConfig", &jwt));
    }
    format!("merge({})", parts.join(", "))
}

fn parts(to: &Redirect) -> [(&'static str, Option<&str>); 6] {
    [
        ("Protocol", to.protocol.as_deref()),
        ("Port", to.port.as_deref()),
        ("Host", to.host.as_deref()),
        ("Path", to.path.as_deref()),
        ("Query", to.query.as_deref()),
        ("StatusCode", to.status.as_deref()),
    ]
}

/// Redirects, fixed responses and forwards as the API takes them: all that the facts hold whole.
fn sent(actions: &[Action]) -> Result<String, Missing> {
    let one = |action: &Action| -> Result<Json, Missing> {
        let mut own = json!({"Type": action.kind.to_string()});
        if let Some(order) = action.order {
            own["Order"] = json!(order);
        }
        match (&action.redirect, &action.fixed_response, &action.target_groups[..]) {
            (Some(to), None, []) => {
                let set = parts(to)
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
                own["RedirectConfig"] = Json::Object(set.collect());
            }
            (None, Some(fixed), []) => {
                own["FixedResponseConfig"] =
                    json!({"StatusCode": fixed.status, "ContentType": "text/plain"});
            }
            (None, None, [group]) if action.kind == ActionKind::Forward => {
                own["TargetGroupArn"] = json!(group.arn);
            }
            _ => return Err(Missing(action.kind.to_string())),
        }
        Ok(own)
    };
    let all: Result<Vec<Json>, Missing> = actions.iter().map(one).collect();
    Ok(Json::Array(all?).to_string())
}
