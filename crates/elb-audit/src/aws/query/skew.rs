//! Clocks that differ: an answer without a body cannot say that this is why it refuses.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::retry::ErrorKind;
use jiff::Timestamp;

/// Seconds that AWS lets a request's time be off.
///
/// Source: Amazon S3 error responses, `RequestTimeTooSkewed`: fifteen minutes; others five.
const TOLERATED: i64 = 300;

/// Has a head that was refused asked for again where the clocks differ: the next attempt is signed by AWS's.
/// Where an error has a code, the SDK does the same.
#[derive(Debug)]
pub(super) struct RetrySkewedHead;

impl ClassifyRetry for RetrySkewedHead {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let skewed = context
            .response()
            .is_some_and(|answer| is_skewed(answer, Timestamp::now().as_second()));
        if skewed {
            RetryAction::retryable_error(ErrorKind::ServerError)
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "RetrySkewedHead"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::http_status_code_classifier())
    }
}

fn is_skewed(answer: &HttpResponse, now: i64) -> bool {
    let date = answer.headers().get("date");
    let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
    answer.status().as_u16() == 403
        && answer.body().bytes().is_some_and(<[u8]>::is_empty)
        && date.is_some_and(|date| date.secs().abs_diff(now) > TOLERATED.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn a_refusal_is_understood_by_its_date() {
        let answer = |status: u16, body: &'static str, date: &'static str| {
            let status = StatusCode::try_from(status).unwrap();
            let mut answer = HttpResponse::new(status, SdkBody::from(body));
            answer.headers_mut().insert("date", date);
            is_skewed(&answer, 784_111_777)
        };
        assert!(answer(403, "", "Sun, 06 Nov 1994 09:49:37 GMT"));
        assert!(answer(403, "", "Sun, 06 Nov 1994 08:44:36 GMT"));
        assert!(!answer(403, "", "Sun, 06 Nov 1994 08:53:37 GMT"), "near enough");
        assert!(!answer(404, "", "Sun, 06 Nov 1994 09:49:37 GMT"), "no refusal");
        assert!(!answer(403, "x", "Sun, 06 Nov 1994 09:49:37 GMT"), "it says why");
        assert!(!answer(403, "", "yesterday"));
    }
}
