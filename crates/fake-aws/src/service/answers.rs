//! What tests let operations answer.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check;
use super::table::{Operation, Service, Shape};

/// What an operation was asked, by whom and where.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The caller's account number.
    pub account: &'a str,
    /// The region that the request was signed for.
    pub region: &'a str,
    /// What was asked, by the names that botocore has; a time in seconds since 1970, a blob in base 64.
    pub input: &'a Value,
}

/// An error that an operation answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) status: Option<u16>,
}

impl ServiceError {
    /// An error that the model has for the operation, with the status that it has there.
    pub fn new(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned(), status: None }
    }

    /// Gives it a status, and leave to have a code that the model does not know: those of EC2 and most of
    /// S3's are in no model.
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}

/// What gives an operation's answers.
type Reply = Box<dyn FnMut(&Asked<'_>) -> Result<Value, ServiceError> + Send>;

/// The answers that were planted, by service and operation.
#[derive(Default)]
pub(crate) struct Answers {
    replies: BTreeMap<(&'static str, &'static str), Reply>,
    /// What was answered that AWS cannot say.
    pub(crate) complaints: Vec<String>,
}

impl Answers {
    /// Plants an answer in the place of the one that was there.
    pub(crate) fn plant(
        &mut self,
        (service, operation): (&'static Service, &'static Operation),
        reply: impl FnMut(&Asked<'_>) -> Result<Value, ServiceError> + Send + 'static,
    ) {
        self.replies.insert((&service.name, &operation.name), Box::new(reply));
    }

    /// Whether an answer was planted.
    pub(super) fn has(&self, service: &str, operation: &str) -> bool {
        self.replies.keys().any(|key| *key == (service, operation))
    }

    /// What is answered, if an answer was planted and is one that AWS can give.
    pub(super) fn give(
        &mut self,
        (service, operation): (&'static Service, &'static Operation),
        asked: &Asked<'_>,
    ) -> Option<Result<Value, ServiceError>> {
        let reply = self.replies.get_mut(&(service.name.as_str(), operation.name.as_str()))?;
        let given = reply(asked);
        let checked = match &given {
            Ok(value) => check::answer(service, operation, value),
            Err(error) => known(service, operation, error),
        };
        if let Err(complaint) = checked {
            self.complaints.push(complaint.clone());
            return Some(Err(ServiceError::new("ImpossibleAnswer", &complaint).status(400)));
        }
        Some(given)
    }
}

fn known(service: &Service, operation: &Operation, error: &ServiceError) -> Result<(), String> {
    let mut known = operation.errors.iter().filter_map(|name| service.errors.get(name));
    if error.status.is_some() || known.any(|known| known.code == error.code) {
        return Ok(());
    }
    Err(format!("{} has no error {}, so it needs a status", operation.name, error.code))
}

/// The lists that an account answers with where it has nothing: those that are paged, or all members
/// where they are lists. An operation that answers with anything else has no such answer.
pub(super) fn lists(
    service: &'static Service,
    operation: &'static Operation,
) -> Option<Vec<&'static str>> {
    if let Some(pages) = &operation.pages {
        return Some(pages.results.iter().map(String::as_str).collect());
    }
    let members = &service.structure(operation.output.as_deref())?.members;
    let lists = members.iter().map(|(name, member)| match service.shape(&member.shape) {
        Some(Shape::List { .. }) => Some(name.as_str()),
        _ => None,
    });
    lists.collect::<Option<Vec<_>>>().filter(|lists| !lists.is_empty())
}
