//! What becomes of a list of actions, which AWS takes as a whole.

use super::{Chosen, Value};
use crate::inventory::{Action, ActionKind, Redirect};

/// What becomes of the actions of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// These take the place of all of them: redirects and fixed responses, which the facts hold whole; in an
    /// inverse, whatever was there.
    Whole(Vec<Action>),
    /// A redirect gets these fields; the others stay.
    Redirect(Redirect),
    /// A login asks this of who has not signed in: `authenticate` or `deny`.
    Unauthenticated(String),
    /// A login holds for this many seconds.
    SessionTimeout(i64),
    /// Addresses that a login or the check of tokens speaks to, in cleartext before, begin with `https://`.
    HttpsEndpoints,
    /// A target group of a forward action gets this weight.
    Weight(String, i32),
    /// A forward action leads to another target group than this one.
    Regroup(String, Value),
    /// First the logins and checks of tokens of another rule, which has this ARN; a listener's stands for its
    /// default action.
    LoginFirst(String, Vec<Action>),
    /// Keys for tokens come from there.
    Keys(Value),
    /// A token has to be for this audience.
    Audience(Value),
}

impl Edit {
    /// The actions after it.
    #[must_use]
    pub fn of(&self, actions: &[Action], chosen: &Chosen) -> Vec<Action> {
        let mut actions = match self {
            Edit::Whole(whole) => return whole.clone(),
            Edit::LoginFirst(_, first) => first.iter().chain(actions).cloned().collect(),
            _ => actions.to_vec(),
        };
        for action in &mut actions {
            self.change(action, chosen);
        }
        if let Edit::LoginFirst(..) = self {
            actions.iter_mut().zip(1..).for_each(|(action, order)| action.order = Some(order));
        }
        actions
    }

    fn change(&self, action: &mut Action, chosen: &Chosen) {
        let login = action.authentication.as_mut();
        match self {
            Edit::Whole(_) | Edit::LoginFirst(..) => {}
            Edit::Redirect(fields) => {
                if let Some(redirect) = action.redirect.as_mut() {
                    overlay(redirect, fields);
                }
            }
            Edit::Unauthenticated(what) => {
                if let Some(login) = login {
                    login.on_unauthenticated_request = Some(what.clone());
                }
            }
            Edit::SessionTimeout(seconds) => {
                if let Some(login) = login {
                    login.session_timeout = Some(*seconds);
                }
            }
            Edit::HttpsEndpoints => {
                let of_login = login.into_iter().flat_map(|login| {
                    let own = login.endpoints.iter_mut();
                    own.chain(&mut login.authority)
                });
                let of_token = action.jwt.iter_mut().flat_map(|jwt| &mut jwt.jwks_endpoint);
                of_login.chain(of_token).for_each(encrypt);
            }
            Edit::Weight(group, weight) => {
                let own = action.target_groups.iter_mut().filter(|own| own.arn == *group);
                own.for_each(|own| own.weight = Some(*weight));
            }
            Edit::Regroup(from, to) => {
                let is_forward = action.kind == ActionKind::Forward;
                let own = action.target_groups.iter_mut();
                let own = own.filter(|own| is_forward && own.arn == *from);
                own.for_each(|own| own.arn = to.text(chosen));
            }
            Edit::Keys(keys) => {
                if let Some(jwt) = &mut action.jwt {
                    jwt.jwks_endpoint = Some(keys.text(chosen));
                }
            }
            Edit::Audience(_) => {
                if let Some(jwt) = &mut action.jwt {
                    jwt.claims.push("aud".to_owned());
                }
            }
        }
    }
}

fn overlay(redirect: &mut Redirect, fields: &Redirect) {
    let Redirect { protocol, port, host, path, query, status } = redirect;
    for (own, new) in [
        (protocol, &fields.protocol),
        (port, &fields.port),
        (host, &fields.host),
        (path, &fields.path),
        (query, &fields.query),
        (status, &fields.status),
    ] {
        if new.is_some() {
            own.clone_from(new);
        }
    }
}

fn encrypt(address: &mut String) {
    if let Some(rest) = address.strip_prefix("http://") {
        *address = format!("https://{rest}");
    }
}
