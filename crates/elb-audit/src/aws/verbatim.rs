//! An answer as it came, beside what the SDK makes of it: a member that is newer than the SDK's crate is lost there.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Keeps the text of an operation's last answer, if that is no error. One for each request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verbatim(Arc<Mutex<String>>);

impl Verbatim {
    /// The answer; empty where there was none.
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Intercept for Verbatim {
    fn name(&self) -> &'static str {
        "Verbatim"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if let Some(body) = response.body().bytes().filter(|_| response.status().is_success()) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
                String::from_utf8_lossy(body).into_owned();
        }
        Ok(())
    }
}
