//! Rules that ask for a login or a token, and the load balancers beside them that may not.

use super::{ACCOUNT, REGION, arn, forward, listeners, load_balancer, only, with_region};
use crate::inventory::{
    Action, Authentication, Inventory, JwtValidation, Kind, Listener, LoadBalancer, Region,
};

/// A Cognito user pool.
pub const USER_POOL: &str = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_example";

/// Signs users in at an identity provider for a working day.
#[must_use]
pub fn oidc() -> Action {
    let endpoint = |name: &str| format!("https://id.example.com/{name}");
    Action {
        kind: "authenticate-oidc".to_owned(),
        order: Some(1),
        authentication: Some(Authentication {
            on_unauthenticated_request: Some("authenticate".to_owned()),
            authority: Some("https://id.example.com".to_owned()),
            endpoints: ["authorize", "token", "userinfo"].map(endpoint).to_vec(),
            session_timeout: Some(28_800),
        }),
        ..Action::default()
    }
}

/// Signs users of a Cognito pool in for a working day.
#[must_use]
pub fn cognito() -> Action {
    Action {
        kind: "authenticate-cognito".to_owned(),
        order: Some(1),
        authentication: Some(Authentication {
            on_unauthenticated_request: Some("authenticate".to_owned()),
            authority: Some(USER_POOL.to_owned()),
            endpoints: Vec::new(),
            session_timeout: Some(28_800),
        }),
        ..Action::default()
    }
}

/// Asks for a token that is meant for this service.
#[must_use]
pub fn token() -> Action {
    Action {
        kind: "jwt-validation".to_owned(),
        order: Some(1),
        jwt: Some(JwtValidation {
            issuer: Some("https://id.example.com".to_owned()),
            jwks_endpoint: Some("https://id.example.com/jwks.json".to_owned()),
            claims: vec!["aud".to_owned()],
        }),
        ..Action::default()
    }
}

/// This action, then on to the sample group of this name.
#[must_use]
pub fn then_forward(action: Action, group: &str) -> Vec<Action> {
    vec![action, Action { order: Some(2), ..forward(group) }]
}

/// Signs users in, then forwards to the sample group of this name.
#[must_use]
pub fn required(group: &str) -> Vec<Action> {
    then_forward(oidc(), group)
}

/// The clean Application account, its load balancer listening with these alone, after a change to its
/// region.
pub fn listening(all: Vec<Listener>, change: impl FnOnce(&mut Region)) -> Inventory {
    with_region(&Kind::Application, |region| {
        *listeners(only(region)) = all;
        change(region);
    })
}

/// Adds a load balancer of this kind and name that listens with these.
pub fn add(region: &mut Region, kind: &Kind, name: &str, all: Vec<Listener>) {
    let mut other = load_balancer(kind);
    name.clone_into(&mut other.name);
    other.arn = arn(kind, name);
    other.dns_name = Some(format!("{name}-456.{REGION}.elb.amazonaws.com"));
    *listeners(&mut other) = all;
    for listener in listeners(&mut other) {
        rename(listener, kind, name);
    }
    let place = if *kind == Kind::Classic { &mut region.classic } else { &mut region.v2 };
    place.items.push(other);
}

/// Gives a listener the id that one of this load balancer has.
fn rename(listener: &mut Listener, kind: &Kind, name: &str) {
    let path = match kind {
        Kind::Application => "app",
        Kind::Network => "net",
        _ => return,
    };
    let last = listener.id.rsplit('/').next().unwrap_or_default().to_owned();
    listener.id = format!(
        "arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/{path}/{name}/50dc6c495c0c9188/{last}"
    );
}

/// The load balancer of this name, to change.
///
/// # Panics
///
/// On a name that no load balancer of the region has.
pub fn named<'a>(region: &'a mut Region, name: &str) -> &'a mut LoadBalancer {
    let all = region.classic.items.iter_mut().chain(&mut region.v2.items);
    all.into_iter().find(|lb| lb.name == name).expect("a sample of this name")
}

/// The listener on another port.
#[must_use]
pub fn on_port(mut listener: Listener, port: u16) -> Listener {
    listener.port = Some(port);
    let path = listener.id.rsplit_once('/').map_or("", |(path, _)| path).to_owned();
    listener.id = format!("{path}/{port:016x}");
    listener
}
