//! Actions of rules in Terraform and `CloudFormation`.

use super::super::notation::{Body, Node, body};
use super::super::text::lower;
use super::{Both, node, pair};
use crate::inventory::{Action, ActionKind, FixedResponse, Redirect};
use crate::mutation::Edit;

/// What becomes of actions. Those that stay are left out: only what changes is said.
#[expect(clippy::too_many_lines, reason = "an arm for each change")]
pub(super) fn of(
    edit: &Edit,
    now: &[Action],
    (kinds, lists): ([&'static str; 2], [&str; 2]),
) -> Both {
    let config = |kind: ActionKind, fields: Vec<(&'static str, Node)>| {
        let block = config_of(&kind);
        let terraform = fields.iter().map(|(name, node)| (lower(name, '_'), node.clone()));
        let cloudformation = fields.iter().map(|(name, node)| ((*name).to_owned(), node.clone()));
        let own = |name: &str, list: &str, inner: Body, kind_key: &str| {
            let action =
                body([(kind_key, Node::text(&kind.to_string())), (name, Node::Block(inner))]);
            body([(list, Node::Blocks(vec![action]))])
        };
        pair(
            kinds,
            [
                own(block.0, lists[0], terraform.collect(), "type"),
                own(block.1, lists[1], cloudformation.collect(), "Type"),
            ],
        )
    };
    let login = || {
        let own = now.iter().find(|action| action.authentication.is_some());
        own.map_or(ActionKind::AuthenticateOidc, |action| action.kind.clone())
    };
    match edit {
        Edit::Whole(all) => match &all[..] {
            [Action { redirect: Some(to), .. }] => config(ActionKind::Redirect, redirect(to)),
            [Action { fixed_response: Some(own), .. }] => {
                config(ActionKind::FixedResponse, fixed(own))
            }
            _ => Both::default(),
        },
        Edit::Redirect(to) => config(ActionKind::Redirect, redirect(to)),
        Edit::Unauthenticated(what) => {
            config(login(), vec![("OnUnauthenticatedRequest", Node::text(what))])
        }
        Edit::SessionTimeout(seconds) => {
            let seconds = Node::Plain(seconds.to_string());
            config(login(), vec![("SessionTimeout", seconds)])
        }
        Edit::HttpsEndpoints => {
            endpoints(now).map_or_else(Both::default, |(kind, fields)| config(kind, fields))
        }
        Edit::Keys(keys) => config(ActionKind::JwtValidation, vec![("JwksEndpoint", node(keys))]),
        Edit::Audience(audience) => {
            let claim = |names: [&str; 3]| {
                Node::Blocks(vec![body([
                    (names[0], Node::text("aud")),
                    (names[1], Node::text("single-string")),
                    (names[2], Node::List(vec![node(audience)])),
                ])])
            };
            let block = config_of(&ActionKind::JwtValidation);
            let own = |list: &str, block: &str, claim_key: &str, claim: Node| {
                let inner = Node::Block(body([(claim_key, claim)]));
                body([(list, Node::Blocks(vec![body([(block, inner)])]))])
            };
            pair(
                kinds,
                [
                    own(lists[0], block.0, "additional_claim", claim(["name", "format", "values"])),
                    own(lists[1], block.1, "AdditionalClaims", claim(["Name", "Format", "Values"])),
                ],
            )
        }
        Edit::Weight(group, weight) => {
            let weight = || Node::Plain(weight.to_string());
            let own = |list: &str, block: &str, groups: &str, names: [&str; 2]| {
                let one = body([(names[0], Node::text(group)), (names[1], weight())]);
                let inner = Node::Block(body([(groups, Node::Blocks(vec![one]))]));
                body([(list, Node::Blocks(vec![body([(block, inner)])]))])
            };
            pair(
                kinds,
                [
                    own(lists[0], "forward", "target_group", ["arn", "weight"]),
                    own(lists[1], "ForwardConfig", "TargetGroups", ["TargetGroupArn", "Weight"]),
                ],
            )
        }
        Edit::Regroup(_, to) => {
            let own = |list: &str, name: &str| {
                body([(list, Node::Blocks(vec![body([(name, node(to))])]))])
            };
            pair(kinds, [own(lists[0], "target_group_arn"), own(lists[1], "TargetGroupArn")])
        }
        Edit::LoginFirst(_, first) => {
            let kind = |action: &Action| {
                let block = config_of(&action.kind);
                (action.kind.to_string(), block)
            };
            let all: Vec<_> = first.iter().map(kind).collect();
            let own = |list: &str, name: &str| {
                let each = all.iter().map(|(kind, _)| body([(name, Node::text(kind))]));
                body([(list, Node::Blocks(each.collect()))])
            };
            pair(kinds, [own(lists[0], "type"), own(lists[1], "Type")])
        }
    }
}

/// The block that an action's settings are in, in both languages.
fn config_of(kind: &ActionKind) -> (&'static str, &'static str) {
    match kind {
        ActionKind::Redirect => ("redirect", "RedirectConfig"),
        ActionKind::FixedResponse => ("fixed_response", "FixedResponseConfig"),
        ActionKind::AuthenticateCognito => ("authenticate_cognito", "AuthenticateCognitoConfig"),
        ActionKind::JwtValidation => ("jwt_validation", "JwtValidationConfig"),
        _ => ("authenticate_oidc", "AuthenticateOidcConfig"),
    }
}

fn redirect(to: &Redirect) -> Vec<(&'static str, Node)> {
    // What a redirect keeps is what it does by default.
    let kept = ["#{host}", "/#{path}", "#{query}", "#{port}", "#{protocol}"];
    let parts = [
        ("Protocol", &to.protocol),
        ("Port", &to.port),
        ("Host", &to.host),
        ("Path", &to.path),
        ("Query", &to.query),
        ("StatusCode", &to.status),
    ];
    let said = parts.into_iter().filter_map(|(name, part)| Some((name, part.as_ref()?)));
    said.filter(|(_, part)| !kept.contains(&part.as_str()))
        .map(|(name, part)| (name, Node::text(part)))
        .collect()
}

fn fixed(own: &FixedResponse) -> Vec<(&'static str, Node)> {
    let status = own.status.clone().unwrap_or_default();
    vec![("ContentType", Node::text("text/plain")), ("StatusCode", Node::Text(status))]
}

/// What a login or the check of tokens speaks to, by HTTPS.
fn endpoints(now: &[Action]) -> Option<(ActionKind, Vec<(&'static str, Node)>)> {
    let secure = |text: &str| {
        let rest = text.strip_prefix("http://")?;
        Some(Node::text(&format!("https://{rest}")))
    };
    for action in now {
        if let Some(login) = &action.authentication {
            let names = ["AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"];
            let own = login.authority.iter().map(|text| ("Issuer", text));
            let own = own.chain(names.into_iter().zip(&login.endpoints));
            let own: Vec<_> = own.filter_map(|(name, text)| Some((name, secure(text)?))).collect();
            if !own.is_empty() {
                return Some((action.kind.clone(), own));
            }
        }
        let keys = action.jwt.as_ref().and_then(|jwt| secure(jwt.jwks_endpoint.as_deref()?));
        if let Some(keys) = keys {
            return Some((ActionKind::JwtValidation, vec![("JwksEndpoint", keys)]));
        }
    }
    None
}
