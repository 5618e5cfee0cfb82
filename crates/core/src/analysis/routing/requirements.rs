//! What a route to a target asks of a request before it lets it through.

use super::Route;
use crate::inventory::{Action, ActionKind, Listener, MutualTlsMode, Protocol};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// What a request has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// That a user has signed in.
    Login,
    /// That an issuer has signed its token.
    Token,
    /// That its client has a certificate which the listener's trust store vouches for.
    Certificate,
    /// That it comes from some addresses.
    Source,
    /// That a web ACL lets it through.
    WebAcl,
}

impl Credential {
    /// What it is, in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Credential::Login => "login",
            Credential::Token => "token",
            Credential::Certificate => "client certificate",
            Credential::Source => "source address",
            Credential::WebAcl => "web ACL",
        }
    }
}

/// The kinds of requirement that a route may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthKind {
    /// A login or a token, which a rule asks for.
    Login,
    /// A client certificate, which a listener asks for.
    Certificate,
    /// An address, which a rule asks for.
    Source,
    /// What a web ACL asks for, which a load balancer has.
    WebAcl,
}

/// All that one route asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthRequirements {
    /// What no request gets through without.
    pub credentials: Vec<Credential>,
    /// Whether it has a login that lets everybody else through too.
    pub optional: bool,
    /// Why it may ask for a login although none is known.
    login_gap: Option<Gap>,
    /// Why it may ask for a certificate although none is known.
    certificate_gap: Option<Gap>,
}

impl AuthRequirements {
    /// Whether it asks for nothing at all.
    pub fn is_open(&self) -> Result<bool, Gap> {
        match self.login_gap.as_ref().or(self.certificate_gap.as_ref()) {
            _ if !self.credentials.is_empty() => Ok(false),
            Some(gap) => Err(gap.clone()),
            None => Ok(!self.optional),
        }
    }

    /// Whether it certainly has such a requirement.
    #[must_use]
    pub fn has(&self, kind: AuthKind) -> bool {
        self.credentials.iter().any(|credential| match kind {
            AuthKind::Login => matches!(credential, Credential::Login | Credential::Token),
            AuthKind::Certificate => *credential == Credential::Certificate,
            AuthKind::Source => *credential == Credential::Source,
            AuthKind::WebAcl => *credential == Credential::WebAcl,
        })
    }

    /// Whether it has such a requirement.
    pub fn asks_for(&self, kind: AuthKind) -> Result<bool, Gap> {
        self.gap(kind).cloned().map_or(Ok(self.has(kind)), Err)
    }

    /// Why it may have such a requirement although none is known.
    #[must_use]
    pub fn gap(&self, kind: AuthKind) -> Option<&Gap> {
        match kind {
            _ if self.has(kind) => None,
            AuthKind::Login => self.login_gap.as_ref(),
            AuthKind::Certificate => self.certificate_gap.as_ref(),
            AuthKind::Source | AuthKind::WebAcl => None,
        }
    }
}

impl AuthRequirements {
    /// This alone.
    #[must_use]
    pub(crate) fn only(credential: Credential) -> Self {
        AuthRequirements { credentials: vec![credential], ..AuthRequirements::default() }
    }
}

/// What a rule and its listener ask for.
#[must_use]
pub fn of_route(route: &Route, listener: &Listener) -> AuthRequirements {
    let mut requirements = AuthRequirements::default();
    match certificate(listener) {
        Ok(credential) => requirements.credentials.extend(credential),
        Err(gap) => requirements.certificate_gap = Some(gap),
    }
    for action in route.before() {
        match credential(action, listener) {
            Ok(credential) => requirements.credentials.extend(credential),
            Err(gap) => drop(requirements.login_gap.get_or_insert(gap)),
        }
        requirements.optional |= lets_others_in(action) == Some("allow");
    }
    requirements
}

/// Whether rules of the listener may ask for a login or a token: those of an HTTP one cannot.
///
/// Source: user guide of Application load balancers, "Authenticate users" and "Verify JWTs".
#[must_use]
pub fn may_log_in(listener: &Listener) -> bool {
    !listener.speaks(&[Protocol::Http])
}

/// Whether the listener verifies client certificates, or may.
#[must_use]
pub fn may_verify(listener: &Listener) -> bool {
    certificate(listener).map_or(true, |credential| credential.is_some())
}

/// Whether a client has to have a certificate. One that is passed on unverified proves nothing.
fn certificate(listener: &Listener) -> Result<Option<Credential>, Gap> {
    let mutual = listener.mutual_authentication.as_ref();
    match mutual.and_then(|mutual| mutual.mode.as_ref()) {
        Some(MutualTlsMode::Verify) => Ok(Some(Credential::Certificate)),
        None | Some(MutualTlsMode::Off | MutualTlsMode::Passthrough) => Ok(None),
        Some(other) => Err(Gap::new(Call::ElbV2DescribeListeners, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("mutual TLS mode {other}"))),
    }
}

/// The actions that sign users in.
pub const LOGINS: &[ActionKind] = &[ActionKind::AuthenticateOidc, ActionKind::AuthenticateCognito];

/// Whether an action signs users in.
fn logs_in(action: &Action) -> bool {
    LOGINS.contains(&action.kind)
}

fn lets_others_in(action: &Action) -> Option<&str> {
    let authentication = action.authentication.as_ref().filter(|_| logs_in(action))?;
    Some(authentication.on_unauthenticated_request.as_deref().unwrap_or("authenticate"))
}

/// What an action before the last one asks for.
fn credential(action: &Action, listener: &Listener) -> Result<Option<Credential>, Gap> {
    match (&action.kind, lets_others_in(action)) {
        (ActionKind::JwtValidation, _) => Ok(Some(Credential::Token)),
        (_, Some("authenticate" | "deny")) => Ok(Some(Credential::Login)),
        (_, Some("allow")) => Ok(None),
        (_, Some(other)) => Err(Gap::new(Call::ElbV2DescribeRules, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("OnUnauthenticatedRequest {other}"))),
        (_, None) if logs_in(action) => Err(without(action, "configuration", listener)),
        _ => Ok(None), // an action that is not known makes the rule's end unknown
    }
}

/// The gap of an action that was answered without something.
#[must_use]
pub fn without(action: &Action, what: &str, listener: &Listener) -> Gap {
    Gap::new(Call::ElbV2DescribeRules, Reason::Malformed)
        .of(&listener.id)
        .saying(format!("{} without its {what}", action.kind))
}
