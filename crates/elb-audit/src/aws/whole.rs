//! Whole answers: one that was cut, or that is not well-formed, is no answer.
//!
//! The SDK reads the end of the input, `<<`, a control character or a comment that does not end as "no more
//! tags" (`aws-smithy-xml` 0.64): seven of nine load balancers vanish, with them the marker of the next page,
//! and nothing says so. Here every answer that is no error is read to the end of its root before it counts, and
//! an error that has a good status is no answer. It is asked for again like any answer that broke on its way,
//! and then a gap.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::incoming::Unwanted;
use super::markup::excess;

/// What an answer of a service is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WholeAnswer {
    /// XML.
    Xml,
    /// JSON.
    Json,
    /// XML where it begins like it; otherwise whatever who asks makes of it.
    Any,
}

/// An answer that is not whole.
#[derive(Debug)]
struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Broken {}

impl WholeAnswer {
    fn check(self, body: &[u8]) -> Result<(), Broken> {
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
        match self {
            WholeAnswer::Any if first != Some(&b'<') => Ok(()),
            WholeAnswer::Xml | WholeAnswer::Any => xml(body),
            WholeAnswer::Json => json(body),
        }
    }
}

/// Refuses an answer that should be XML and is not well-formed, whatever it begins with.
pub(crate) fn must_be_xml(text: &str) -> Result<(), BoxError> {
    WholeAnswer::Xml.check(text.as_bytes()).map_err(Into::into)
}

fn xml(body: &[u8]) -> Result<(), Broken> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Broken(format!("the answer is not UTF-8: {error}")))?;
    if let Some(excess) = excess(text) {
        return Err(Broken(format!("the answer has {excess}")));
    }
    let options =
        roxmltree::ParsingOptions { allow_dtd: false, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| Broken(format!("the answer is not well-formed XML: {error}")))?;
    let root = document.root_element();
    let has_errors = || root.children().any(|child| child.has_tag_name("Errors"));
    match root.tag_name().name() {
        "Error" | "ErrorResponse" => Err(error_in_disguise()),
        "Response" if has_errors() => Err(error_in_disguise()),
        _ => Ok(()),
    }
}

/// A document of which nothing is wanted but what an error begins with.
#[derive(Deserialize)]
struct JsonError {
    #[serde(rename = "__type")]
    kind: Option<IgnoredAny>,
}

fn json(body: &[u8]) -> Result<(), Broken> {
    serde_json::from_slice::<IgnoredAny>(body)
        .map_err(|error| Broken(format!("the answer is not valid JSON: {error}")))?;
    // A list would be read as the fields in their order.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    match serde_json::from_slice::<JsonError>(body) {
        Ok(JsonError { kind: Some(_) }) if is_object => Err(error_in_disguise()),
        _ => Ok(()),
    }
}

/// S3 answers some errors with status 200, since it has begun to answer before it knows; whoever stands between may
/// do the same with others.
fn error_in_disguise() -> Broken {
    Broken("an error with the status of an answer".to_owned())
}

impl Intercept for WholeAnswer {
    fn name(&self) -> &'static str {
        "WholeAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        // An answer of which nothing came through is an error already.
        match response.body().bytes().filter(|_| response.status().is_success()) {
            Some(_) if response.headers().get("x-amzn-errortype").is_some() => {
                Err(error_in_disguise().into())
            }
            Some(body) => self.check(body).map_err(Into::into),
            None => Ok(()),
        }
    }
}

/// Has an answer that is not whole asked for again, but not one that was too long: it would be so again.
#[derive(Debug)]
pub(crate) struct RetryIncomplete;

impl ClassifyRetry for RetryIncomplete {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        while let Some(error) = cause {
            if error.is::<Broken>() {
                return RetryAction::transient_error();
            }
            if error.is::<Unwanted>() {
                return RetryAction::RetryForbidden;
            }
            cause = error.source();
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "RetryIncomplete"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::transient_error_classifier()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "<?xml version=\"1.0\"?>\n<R xmlns=\"http://x/\"><L><member><A>a&amp;b</A></member>\
                          <member/></L><Next>m</Next><!-- c --></R>\n";

    #[test]
    fn an_answer_is_whole_or_none() {
        assert!(WholeAnswer::Xml.check(ANSWER.as_bytes()).is_ok());
        let body = ANSWER.trim_end();
        for end in 0..body.len() {
            assert!(WholeAnswer::Xml.check(&body.as_bytes()[..end]).is_err(), "{}", &body[..end]);
        }
        for (what, put) in [
            ("two angles", "<<"),
            ("a comment that does not end", "<!-- "),
            ("a control character", "\u{1}"),
            ("a zero", "\0"),
            ("a bare ampersand", "& "),
            ("an unknown entity", "&x;"),
            ("an end tag that has no beginning", "</B>"),
            ("a beginning that has no end", "<B>"),
            ("a character that is none", "\u{ffff}"),
        ] {
            let broken = ANSWER.replacen("</member>", &format!("{put}</member>"), 1);
            assert!(WholeAnswer::Xml.check(broken.as_bytes()).is_err(), "{what}");
            assert!(WholeAnswer::Any.check(broken.as_bytes()).is_err(), "{what}");
        }
        for (what, body) in [
            ("nothing", ""),
            ("no text", "<R>\u{fffd}"),
            ("two roots", "<R/><R/>"),
            ("text behind the root", "<R/>x"),
            ("no XML", "{}"),
            ("types of its own", "<!DOCTYPE R [<!ENTITY x \"y\">]><R>&x;</R>"),
        ] {
            assert!(WholeAnswer::Xml.check(body.as_bytes()).is_err(), "{what}");
        }
        assert!(WholeAnswer::Xml.check(b"<R>\xff</R>").is_err());
        assert!(WholeAnswer::Any.check("\u{feff}<R/>".as_bytes()).is_ok());
        assert!(WholeAnswer::Any.check("\u{feff} <R>".as_bytes()).is_err());
        assert!(must_be_xml("x<R/>").is_err() && must_be_xml("<R/>").is_ok());
    }

    #[test]
    fn an_error_is_no_answer_whatever_its_status() {
        for (answer, body) in [
            (WholeAnswer::Xml, "<ErrorResponse xmlns='http://x/'><Error/></ErrorResponse>"),
            (WholeAnswer::Xml, "<Response><Errors><Error/></Errors></Response>"),
            (WholeAnswer::Any, "<Error><Code>SlowDown</Code></Error>"),
            (WholeAnswer::Json, r#"{"message": "no", "__type": "AccessDeniedException"}"#),
        ] {
            let said = answer.check(body.as_bytes()).unwrap_err().to_string();
            assert_eq!(said, "an error with the status of an answer", "{body}");
        }
        for (answer, body) in [
            (WholeAnswer::Xml, "<DescribeVpcsResponse><Errors/></DescribeVpcsResponse>"),
            (WholeAnswer::Json, r#"{"List": [{"__type": "x"}]}"#),
        ] {
            assert!(answer.check(body.as_bytes()).is_ok(), "{body}");
        }
    }

    #[test]
    fn json_is_whole_or_none() {
        let answer = r#"{"List": [{"A": 1}], "Next": null}"#;
        assert!(WholeAnswer::Json.check(answer.as_bytes()).is_ok());
        for end in 0..answer.len() {
            assert!(
                WholeAnswer::Json.check(&answer.as_bytes()[..end]).is_err(),
                "{}",
                &answer[..end]
            );
        }
        assert!(WholeAnswer::Json.check(b"{} {}").is_err());
        assert!(WholeAnswer::Json.check(b"[1]").is_ok());
        // What S3 keeps for its owner may be anything.
        assert!(WholeAnswer::Any.check(b"{").is_ok() && WholeAnswer::Any.check(b"").is_ok());
    }
}
