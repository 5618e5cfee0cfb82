//! Services that are answered from AWS's own models rather than by hand.
//!
//! `data/services.json` says how their operations are asked and answered. To add one, name it in
//! `scripts/service_tables.py`, run that, and give its answers with [`crate::FakeAws::answers`]. Requests
//! are understood here, answers checked, cut into pages and written in the service's protocol; faults,
//! limits, regions and the log are the same as for what is answered by hand.

mod answers;
mod check;
mod document;
mod find;
mod form;
mod input;
mod output;
mod pages;
mod scalar;
mod table;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use answers::Answers;
pub use answers::{Asked, ServiceError};
pub(crate) use table::{Operation, Service};

use crate::answer::{Answer, Refusal};
use crate::api::Context;
use crate::call::{Family, flatten};
use crate::fake_aws::held;
use crate::http::Request;

/// A request for an operation that the tables have.
#[derive(Clone)]
pub(crate) struct Modelled {
    service: &'static Service,
    operation: &'static Operation,
    input: Result<Value, String>,
}

/// A request, as far as the tables understand it.
pub(crate) struct Understood {
    pub(crate) family: Family,
    pub(crate) action: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) modelled: Option<Modelled>,
}

/// Understands a request that was signed for `signed`; `None` when its service is answered by hand.
pub(crate) fn read(signed: &str, request: &Request) -> Option<Understood> {
    let found = find::find(signed, request)?;
    let (service, action) = (found.service, found.action.clone());
    let mut parameters = BTreeMap::new();
    let modelled = found.operation.map(|operation| {
        let input = input::read(found, operation, request);
        if let Ok(input) = &input {
            flatten("", input, &mut parameters);
        }
        Modelled { service, operation, input }
    });
    Some(Understood { family: service.family(), action, parameters, modelled })
}

/// An operation by its name and its service's.
///
/// # Panics
/// When the tables do not have it.
#[track_caller]
pub(crate) fn operation(service: &str, name: &str) -> (&'static Service, &'static Operation) {
    let known =
        Service::named(service).and_then(|service| Some((service, service.operation(name)?)));
    let Some(known) = known else {
        panic!("no table has {service}:{name}; name it in scripts/service_tables.py and run that");
    };
    known
}

/// Checks an answer that is to be planted.
///
/// # Panics
/// When the operation cannot answer so.
#[track_caller]
pub(crate) fn expect_possible((service, operation): (&Service, &Operation), value: &Value) {
    if let Err(complaint) = check::answer(service, operation, value) {
        panic!("{complaint}");
    }
}

/// What the tables know of a call that is answered from them. A bucket's policy is answered by hand unless one
/// was planted.
pub(crate) fn modelled<'a>(context: &'a Context<'_>) -> Option<&'a Modelled> {
    let found = context.call.modelled.as_ref()?;
    let (service, operation) = (&found.service.name, &found.operation.name);
    let by_hand = (service.as_str(), operation.as_str()) == ("s3", "GetBucketPolicy");
    let is_planted = || held(context.shared.answers.lock()).has(service, operation);
    (!by_hand || is_planted()).then_some(found)
}

/// Answers a call with what was planted for it.
pub(crate) fn answer(
    context: &Context<'_>,
    modelled: &Modelled,
    request_id: &str,
) -> Result<Answer, Refusal> {
    let Modelled { service, operation, input } = modelled;
    let family = context.call.family;
    let input = input.as_ref().map_err(|said| Refusal::invalid(family, said.as_str()))?;
    let (account, region) = (context.account.id.as_str(), context.call.region.as_str());
    let asked = Asked { account, region, input };
    let given = held(context.shared.answers.lock()).give((service, operation), &asked);
    let value = match given {
        Some(given) => given.map_err(|error| refusal(service, error))?,
        None => nothing(service, operation)?,
    };
    let value = match &operation.pages {
        Some(pages) => pages::cut(context, pages, value)?,
        None => value,
    };
    Ok(output::write(service, operation, &value, request_id))
}

fn refusal(service: &Service, error: ServiceError) -> Refusal {
    let known = service.errors.values().find(|known| known.code == error.code);
    let status = error.status.or(known.map(|known| known.status)).unwrap_or(400);
    Refusal::with_status(status, &error.code, error.message)
}

/// What an account answers that has nothing, where that is certain.
fn nothing(service: &'static Service, operation: &'static Operation) -> Result<Value, Refusal> {
    let lists = answers::lists(service, operation).ok_or_else(|| {
        let said = format!("no answer was given for {}:{}", service.name, operation.name);
        Refusal::with_status(501, "NotImplemented", said)
    })?;
    Ok(pages::empty(lists.into_iter()))
}
