//! Errors that a service answers, whatever its protocol.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use serde::Deserialize;

/// An error that a service answered.
#[derive(Debug)]
pub(crate) struct ServiceError {
    meta: ErrorMetadata,
}

/// `<Response><Errors><Error>` of EC2, `<Error>` of S3, `<ErrorResponse><Error>` of the others.
#[derive(Deserialize)]
struct ErrorDocument {
    #[serde(rename = "Error")]
    error: Option<ErrorBody>,
    #[serde(rename = "Errors")]
    errors: Option<ErrorList>,
    #[serde(rename = "Code")]
    code: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
}

impl ErrorDocument {
    fn body(self) -> ErrorBody {
        let own = ErrorBody { code: self.code, message: self.message };
        self.error.or(self.errors.map(|list| list.error)).unwrap_or(own)
    }
}

#[derive(Deserialize)]
struct ErrorList {
    #[serde(rename = "Error")]
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "Code", alias = "__type")]
    code: Option<String>,
    #[serde(rename = "Message", alias = "message")]
    message: Option<String>,
}

impl ServiceError {
    /// Reads an answer that is an error.
    pub(super) fn read(response: &HttpResponse, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let parsed: Option<ErrorBody> = if text.trim_start().starts_with('<') {
            quick_xml::de::from_str(&text).ok().map(ErrorDocument::body)
        } else {
            serde_json::from_str(&text).ok()
        };
        let mut meta = ErrorMetadata::builder();
        let header = response.headers().get("x-amzn-errortype").map(str::to_owned);
        let (code, message) = parsed.map_or((None, None), |error| (error.code, error.message));
        if let Some(code) = header.or(code) {
            // `namespace#Code:link`: only the code is wanted.
            let code = code.rsplit('#').next().unwrap_or_default();
            meta = meta.code(code.split(':').next().unwrap_or_default());
        }
        if let Some(message) = message {
            meta = meta.message(message);
        }
        ServiceError { meta: meta.build() }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.meta, f)
    }
}

impl Error for ServiceError {}

impl ProvideErrorMetadata for ServiceError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn code(content_type: &str, body: &'static str) -> (Option<String>, Option<String>) {
        let status = StatusCode::try_from(400).unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        if !content_type.is_empty() {
            response.headers_mut().insert("x-amzn-errortype", content_type.to_owned());
        }
        let error = ServiceError::read(&response, body.as_bytes());
        (error.code().map(str::to_owned), error.message().map(str::to_owned))
    }

    fn expected(code: &str, message: &str) -> (Option<String>, Option<String>) {
        (Some(code.to_owned()), Some(message.to_owned()))
    }

    #[test]
    fn errors_of_every_protocol_are_read() {
        let ec2 = "<?xml version=\"1.0\"?><Response><Errors><Error><Code>UnauthorizedOperation</Code>\
                   <Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>";
        assert_eq!(code("", ec2), expected("UnauthorizedOperation", "no"));
        let iam = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                   <Message>no</Message></Error></ErrorResponse>";
        assert_eq!(code("", iam), expected("AccessDenied", "no"));
        let s3 = "<?xml version=\"1.0\"?><Error><Code>NoSuchBucketPolicy</Code>\
                  <Message>no</Message><BucketName>b</BucketName></Error>";
        assert_eq!(code("", s3), expected("NoSuchBucketPolicy", "no"));
        let json = r#"{"__type":"com.amazonaws.waf#WAFNonexistentItemException","message":"no"}"#;
        assert_eq!(code("", json), expected("WAFNonexistentItemException", "no"));
        let header = code("ThrottlingException:http://internal/", r#"{"Message":"slow"}"#);
        assert_eq!(header, expected("ThrottlingException", "slow"));
        assert_eq!(code("", "<html>Bad gateway"), (None, None));
        assert_eq!(code("", ""), (None, None));
    }
}
