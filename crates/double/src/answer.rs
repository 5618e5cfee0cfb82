//! Answers and errors, in the shape that each API family gives them.

use serde_json::json;

use crate::call::Family;
use crate::xml::Xml;

/// An answer, ready for the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

/// An error that AWS would answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    /// An error with status 400.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    /// An error with any status.
    pub(crate) fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// A parameter that breaks a limit, under the family's own code.
    pub(crate) fn invalid(family: Family, message: impl Into<String>) -> Self {
        let code = match family {
            Family::Ec2 => "InvalidParameterValue",
            Family::Acm | Family::Logs => "ValidationException",
            Family::Wafv2 => "WAFInvalidParameterException",
            _ => "ValidationError",
        };
        Self::new(code, message)
    }

    /// A caller without the permission.
    pub(crate) fn denied(family: Family, caller: &str, action: &str) -> Self {
        let message = format!(
            "User: {caller} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
        );
        match family {
            Family::Ec2 => Self::with_status(
                403,
                "UnauthorizedOperation",
                format!("You are not authorized to perform this operation. {message}"),
            ),
            Family::Acm | Family::Wafv2 | Family::Logs => {
                Self::new("AccessDeniedException", message)
            }
            _ => Self::with_status(403, "AccessDenied", message),
        }
    }

    /// A caller that asks too much. The first API generation says `Throttling`, the second is
    /// documented with `ThrottlingException`.
    pub(crate) fn throttled(family: Family) -> Self {
        match family {
            Family::Ec2 => {
                Self::with_status(503, "RequestLimitExceeded", "Request limit exceeded.")
            }
            Family::Elb | Family::Iam | Family::Sts | Family::Unknown => {
                Self::new("Throttling", "Rate exceeded")
            }
            _ => Self::new("ThrottlingException", "Rate exceeded"),
        }
    }

    /// The region has not been switched on for the account.
    pub(crate) fn region_off(family: Family) -> Self {
        let message = "The security token included in the request is invalid.";
        match family {
            Family::Ec2 => Self::with_status(
                401,
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
            ),
            Family::Acm | Family::Wafv2 | Family::Logs => {
                Self::new("UnrecognizedClientException", message)
            }
            _ => Self::with_status(403, "InvalidClientTokenId", message),
        }
    }

    /// An operation that the family does not have.
    pub(crate) fn unknown_action(family: Family, action: &str) -> Self {
        match family {
            Family::Acm | Family::Wafv2 | Family::Logs => {
                Self::new("UnknownOperationException", "")
            }
            _ => Self::new(
                "InvalidAction",
                format!("The action {action} is not valid for this web service."),
            ),
        }
    }

    /// The error as `family` answers it.
    pub(crate) fn answer(&self, family: Family, request_id: &str) -> Answer {
        let body = match family {
            Family::Acm | Family::Wafv2 | Family::Logs => {
                json!({"__type": self.code, "message": self.message}).to_string()
            }
            Family::Ec2 => self.ec2(request_id),
            _ => self.query(family, request_id),
        };
        Answer { status: self.status, content_type: family.content_type(), body: body.into_bytes() }
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

/// A good answer of a query service or of EC2, from the content of its result.
pub(crate) fn xml(family: Family, action: &str, request_id: &str, result: &str) -> Answer {
    let namespace = family.namespace();
    let body = if family == Family::Ec2 {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"{namespace}\"><requestId>{request_id}</requestId>{result}</{action}Response>"
        )
    } else {
        format!(
            "<{action}Response xmlns=\"{namespace}\"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
        )
    };
    Answer { status: 200, content_type: family.content_type(), body: body.into_bytes() }
}
