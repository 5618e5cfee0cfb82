//! Answers and errors, in the shape that each API family gives them.

use serde_json::json;

use crate::call::{Family, Protocol};
use crate::xml::Xml;

/// Headers besides those that every answer has.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// An answer, ready for the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

/// An error that AWS would answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) headers: Headers,
}

impl Refusal {
    /// An error with status 400.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    /// An error with any status.
    pub(crate) fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), headers: Headers::new() }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// A parameter that breaks a limit, under the family's own code.
    pub(crate) fn invalid(family: Family, message: impl Into<String>) -> Self {
        let code = match family {
            Family::Ec2 | Family::CloudWatch => "InvalidParameterValue",
            Family::Acm | Family::Logs | Family::Events => "ValidationException",
            Family::Sns => "InvalidParameter",
            Family::Wafv2 | Family::WafRegional => "WAFInvalidParameterException",
            Family::Shield | Family::CognitoIdp => "InvalidParameterException",
            Family::GlobalAccelerator => "InvalidArgumentException",
            Family::Lambda => "InvalidParameterValueException",
            Family::ApiGateway | Family::ApiGatewayV2 => "BadRequestException",
            Family::S3 | Family::CloudFront => "InvalidArgument",
            Family::Route53 => "InvalidInput",
            Family::Organizations | Family::SecurityHub => "InvalidInputException",
            family => match family.protocol() {
                Protocol::Json | Protocol::RestJson => "ValidationException",
                Protocol::RestXml => "InvalidRequest",
                Protocol::Query | Protocol::Ec2 => "ValidationError",
            },
        };
        Self::new(code, message)
    }

    /// A token that the call did not make.
    pub(crate) fn bad_token(family: Family) -> Self {
        let code = match family {
            Family::Ec2 => return Self::new("InvalidNextToken", "The token is invalid."),
            Family::Autoscaling | Family::CloudWatch => "InvalidNextToken",
            Family::GlobalAccelerator => "InvalidNextTokenException",
            Family::Shield => "InvalidPaginationTokenException",
            Family::Modelled(service) => match service.bad_token() {
                Some(code) => code,
                None => return Self::invalid(family, "Invalid pagination token"),
            },
            family => return Self::invalid(family, "Invalid pagination token"),
        };
        Self::new(code, "The token is invalid.")
    }

    /// A caller without the permission.
    pub(crate) fn denied(family: Family, caller: &str, action: &str) -> Self {
        Self::unauthorized(family, caller, action, "identity-based")
    }

    /// A caller whose role has the permission, and whose session has not.
    pub(crate) fn outside_session(family: Family, caller: &str, action: &str) -> Self {
        Self::unauthorized(family, caller, action, "session")
    }

    fn unauthorized(family: Family, caller: &str, action: &str, kind: &str) -> Self {
        let message = format!(
            "User: {caller} is not authorized to perform: {action} because no {kind} policy allows the {action} action"
        );
        match family.protocol() {
            Protocol::Ec2 => Self::with_status(
                403,
                "UnauthorizedOperation",
                format!("You are not authorized to perform this operation. {message}"),
            ),
            Protocol::Json => Self::new("AccessDeniedException", message),
            Protocol::RestJson => Self::with_status(403, "AccessDeniedException", message),
            // SNS has a code of its own.
            Protocol::Query if family == Family::Sns => {
                Self::with_status(403, "AuthorizationError", message)
            }
            Protocol::Query | Protocol::RestXml => Self::with_status(403, "AccessDenied", message),
        }
    }

    /// A caller that asks too much. The first API generation says `Throttling`, the second is
    /// documented with `ThrottlingException`.
    pub(crate) fn throttled(family: Family) -> Self {
        let too_many = "TooManyRequestsException";
        match family {
            Family::Ec2 => {
                Self::with_status(503, "RequestLimitExceeded", "Request limit exceeded.")
            }
            Family::S3 => Self::with_status(503, "SlowDown", "Please reduce your request rate."),
            Family::CognitoIdp | Family::Organizations => Self::new(too_many, "Rate exceeded"),
            Family::Lambda | Family::SecurityHub => {
                Self::with_status(429, too_many, "Rate exceeded")
            }
            Family::Webhook => Self::with_status(429, too_many, "rate_limited"),
            Family::ApiGateway | Family::ApiGatewayV2 => {
                Self::with_status(429, too_many, "Too Many Requests")
            }
            Family::Elb
            | Family::Iam
            | Family::Sts
            | Family::Autoscaling
            | Family::CloudWatch
            | Family::Sns
            | Family::CloudFront
            | Family::Route53
            | Family::Unknown => Self::new("Throttling", "Rate exceeded"),
            Family::Modelled(service) => match service.protocol {
                Protocol::Query | Protocol::RestXml | Protocol::Ec2 => {
                    Self::new("Throttling", "Rate exceeded")
                }
                Protocol::RestJson => {
                    Self::with_status(429, "ThrottlingException", "Rate exceeded")
                }
                Protocol::Json => Self::new("ThrottlingException", "Rate exceeded"),
            },
            _ => Self::new("ThrottlingException", "Rate exceeded"),
        }
    }

    /// The region has not been switched on for the account.
    pub(crate) fn region_off(family: Family) -> Self {
        let message = "The security token included in the request is invalid.";
        match family.protocol() {
            Protocol::Ec2 => Self::with_status(
                401,
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
            ),
            Protocol::Json => Self::new("UnrecognizedClientException", message),
            Protocol::RestJson => Self::with_status(403, "UnrecognizedClientException", message),
            Protocol::RestXml if family == Family::S3 => Self::with_status(
                403,
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            ),
            Protocol::Query | Protocol::RestXml => {
                Self::with_status(403, "InvalidClientTokenId", message)
            }
        }
    }

    /// A request signed for another region than the one where the family answers.
    pub(crate) fn away(family: Family, region: &str) -> Self {
        let message = format!("Credential should be scoped to a valid region, not '{region}'.");
        match family.protocol() {
            Protocol::Json => Self::new("InvalidSignatureException", message),
            _ => Self::with_status(403, "SignatureDoesNotMatch", message),
        }
    }

    /// An operation that the family does not have.
    pub(crate) fn unknown_action(family: Family, action: &str) -> Self {
        match family.protocol() {
            Protocol::Json => Self::new("UnknownOperationException", ""),
            Protocol::RestJson => Self::with_status(404, "UnknownOperationException", ""),
            Protocol::RestXml => {
                let message =
                    "A header you provided implies functionality that is not implemented.";
                Self::with_status(501, "NotImplemented", message)
            }
            _ => Self::new(
                "InvalidAction",
                format!("The action {action} is not valid for this web service."),
            ),
        }
    }

    /// The error as `family` answers it.
    pub(crate) fn answer(&self, family: Family, request_id: &str) -> Answer {
        let mut headers = self.headers.clone();
        let body = match family.protocol() {
            Protocol::Json => json!({"__type": self.code, "message": self.message}).to_string(),
            Protocol::RestJson if family == Family::Webhook => self.message.clone(),
            Protocol::RestJson => {
                headers.push(("x-amzn-errortype", self.code.clone()));
                let name = if family == Family::Lambda { "Message" } else { "message" };
                json!({name: self.message}).to_string()
            }
            Protocol::Ec2 => self.ec2(request_id),
            Protocol::RestXml if family == Family::S3 => self.s3(request_id),
            Protocol::Query | Protocol::RestXml => self.query(family, request_id),
        };
        let content_type = family.content_type();
        Answer { status: self.status, content_type, headers, body: body.into_bytes() }
    }

    fn s3(&self, request_id: &str) -> String {
        let mut xml = Xml::query();
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.node("Error", |xml| {
            xml.text("Code", &self.code);
            xml.text("Message", &self.message);
            xml.text("RequestId", request_id);
            xml.text("HostId", "example");
        });
        xml.finish()
    }

    fn query(&self, family: Family, request_id: &str) -> String {
        let mut xml = Xml::query();
        xml.raw(&format!("<ErrorResponse xmlns=\"{}\">", family.namespace()));
        xml.node("Error", |xml| {
            xml.text("Type", if self.status < 500 { "Sender" } else { "Receiver" });
            xml.text("Code", &self.code);
            xml.text("Message", &self.message);
        });
        xml.text("RequestId", request_id);
        xml.raw("</ErrorResponse>");
        xml.finish()
    }

    fn ec2(&self, request_id: &str) -> String {
        let mut xml = Xml::ec2();
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.node("Response", |xml| {
            xml.node("Errors", |xml| {
                xml.node("Error", |xml| {
                    xml.text("Code", &self.code);
                    xml.text("Message", &self.message);
                });
            });
            xml.text("RequestID", request_id);
        });
        xml.finish()
    }
}

/// A good answer in XML: of a query service or of EC2 from the content of its result, of others as it is.
pub(crate) fn xml(family: Family, action: &str, request_id: &str, result: &str) -> Answer {
    let namespace = family.namespace();
    let body = match family.protocol() {
        Protocol::Ec2 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"{namespace}\"><requestId>{request_id}</requestId>{result}</{action}Response>"
        ),
        Protocol::RestXml => format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{result}"),
        _ => format!(
            "<{action}Response xmlns=\"{namespace}\"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
        ),
    };
    let content_type = family.content_type();
    Answer { status: 200, content_type, headers: Headers::new(), body: body.into_bytes() }
}
