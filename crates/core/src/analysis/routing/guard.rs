//! What a way to a target asks of a request before it lets it through.

use super::Route;
use crate::inventory::{Action, Listener};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// What a request has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// That a user has signed in.
    Login,
    /// That an issuer has signed its token.
    Token,
    /// That its client has a certificate which the listener's trust store vouches for.
    Certificate,
}

impl Proof {
    /// What it is, in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Proof::Login => "login",
            Proof::Token => "token",
            Proof::Certificate => "client certificate",
        }
    }
}

/// The two sorts of lock that a way may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// A login or a token, which a rule asks for.
    Login,
    /// A client certificate, which a listener asks for.
    Certificate,
}

/// All that one way asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guards {
    /// What no request gets through without.
    pub proofs: Vec<Proof>,
    /// Whether it has a login that lets everybody else through too.
    pub optional: bool,
    /// Why it may ask for a login although none is known.
    unclear_login: Option<Gap>,
    /// Why it may ask for a certificate although none is known.
    unclear_certificate: Option<Gap>,
}

impl Guards {
    /// Whether it asks for nothing at all.
    pub fn is_open(&self) -> Result<bool, Gap> {
        match self.unclear_login.as_ref().or(self.unclear_certificate.as_ref()) {
            _ if !self.proofs.is_empty() => Ok(false),
            Some(gap) => Err(gap.clone()),
            None => Ok(!self.optional),
        }
    }

    /// Whether it certainly has such a lock.
    #[must_use]
    pub fn has(&self, lock: Lock) -> bool {
        self.proofs.iter().any(|proof| match lock {
            Lock::Login => matches!(proof, Proof::Login | Proof::Token),
            Lock::Certificate => *proof == Proof::Certificate,
        })
    }

    /// Why it may have such a lock although none is known.
    #[must_use]
    pub fn unclear(&self, lock: Lock) -> Option<&Gap> {
        match lock {
            _ if self.has(lock) => None,
            Lock::Login => self.unclear_login.as_ref(),
            Lock::Certificate => self.unclear_certificate.as_ref(),
        }
    }
}

/// What a rule and its listener ask for.
#[must_use]
pub fn of(route: &Route, listener: &Listener) -> Guards {
    let mut guards = Guards::default();
    match certificate(listener) {
        Ok(proof) => guards.proofs.extend(proof),
        Err(gap) => guards.unclear_certificate = Some(gap),
    }
    for action in route.before() {
        match proof(action, listener) {
            Ok(proof) => guards.proofs.extend(proof),
            Err(gap) => guards.unclear_login = guards.unclear_login.take().or(Some(gap)),
        }
        guards.optional |= lets_others_in(action) == Some("allow");
    }
    guards
}

/// Whether rules of the listener may ask for a login or a token: those of an HTTP one cannot.
///
/// Source: user guide of Application load balancers, "Authenticate users" and "Verify JWTs".
#[must_use]
pub fn may_log_in(listener: &Listener) -> bool {
    !listener.speaks(&["HTTP"])
}

/// Whether the listener verifies client certificates, or may.
#[must_use]
pub fn may_verify(listener: &Listener) -> bool {
    certificate(listener).map_or(true, |proof| proof.is_some())
}

/// Whether a client has to have a certificate. One that is passed on unverified proves nothing.
fn certificate(listener: &Listener) -> Result<Option<Proof>, Gap> {
    let mutual = listener.mutual_authentication.as_ref();
    match mutual.and_then(|mutual| mutual.mode.as_deref()).unwrap_or("off") {
        "verify" => Ok(Some(Proof::Certificate)),
        "off" | "passthrough" => Ok(None),
        other => Err(Gap::new(Call::ElbV2DescribeListeners, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("mutual TLS mode {other}"))),
    }
}

/// The actions that sign users in.
pub const LOGINS: &[&str] = &["authenticate-oidc", "authenticate-cognito"];

/// Whether an action signs users in.
fn logs_in(action: &Action) -> bool {
    LOGINS.contains(&action.kind.as_str())
}

fn lets_others_in(action: &Action) -> Option<&str> {
    let authentication = action.authentication.as_ref().filter(|_| logs_in(action))?;
    Some(authentication.on_unauthenticated_request.as_deref().unwrap_or("authenticate"))
}

/// What an action before the last one asks for.
fn proof(action: &Action, listener: &Listener) -> Result<Option<Proof>, Gap> {
    match (action.kind.as_str(), lets_others_in(action)) {
        ("jwt-validation", _) => Ok(Some(Proof::Token)),
        (_, Some("authenticate" | "deny")) => Ok(Some(Proof::Login)),
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
