//! The API families that the fake answers, and how each one speaks.

use serde::Deserialize;

use crate::service::Service;

/// An API family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Elb,
    Elbv2,
    Ec2,
    Iam,
    Sts,
    Autoscaling,
    CloudWatch,
    Acm,
    Wafv2,
    WafRegional,
    Shield,
    Organizations,
    GlobalAccelerator,
    CognitoIdp,
    Logs,
    Events,
    SecurityHub,
    Sns,
    Lambda,
    ApiGateway,
    ApiGatewayV2,
    S3,
    CloudFront,
    Route53,
    /// An address outside of AWS that takes JSON.
    Webhook,
    /// A service that is answered from its model alone.
    Modelled(&'static Service),
    Unknown,
}

/// Those that are answered by hand.
const BY_HAND: [Family; 24] = [
    Family::Elb,
    Family::Elbv2,
    Family::Ec2,
    Family::Iam,
    Family::Sts,
    Family::Autoscaling,
    Family::CloudWatch,
    Family::Acm,
    Family::Wafv2,
    Family::WafRegional,
    Family::Shield,
    Family::Organizations,
    Family::GlobalAccelerator,
    Family::CognitoIdp,
    Family::Logs,
    Family::Events,
    Family::SecurityHub,
    Family::Sns,
    Family::Lambda,
    Family::ApiGateway,
    Family::ApiGatewayV2,
    Family::S3,
    Family::CloudFront,
    Family::Route53,
];

/// How a family's requests, answers and errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// Form in, XML out, with an envelope.
    Query,
    /// The same with EC2's own lists and errors.
    Ec2,
    /// JSON both ways, the operation in a header.
    Json,
    /// Paths in, JSON out.
    RestJson,
    /// Paths in, XML out.
    RestXml,
}

impl Family {
    /// The family of this name, if it is answered by hand.
    pub(crate) fn by_hand(name: &str) -> Option<Self> {
        BY_HAND.into_iter().find(|family| family.name() == name)
    }

    /// The name that tests use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elb => "elb",
            Self::Elbv2 => "elbv2",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::Autoscaling => "autoscaling",
            Self::CloudWatch => "cloudwatch",
            Self::Acm => "acm",
            Self::Wafv2 => "wafv2",
            Self::WafRegional => "waf-regional",
            Self::Shield => "shield",
            Self::Organizations => "organizations",
            Self::GlobalAccelerator => "globalaccelerator",
            Self::CognitoIdp => "cognito-idp",
            Self::Logs => "logs",
            Self::Events => "events",
            Self::SecurityHub => "securityhub",
            Self::Sns => "sns",
            Self::Lambda => "lambda",
            Self::ApiGateway => "apigateway",
            Self::ApiGatewayV2 => "apigatewayv2",
            Self::S3 => "s3",
            Self::CloudFront => "cloudfront",
            Self::Route53 => "route53",
            Self::Webhook => "webhook",
            Self::Modelled(service) => &service.name,
            Self::Unknown => "unknown",
        }
    }

    /// The prefix of its IAM actions.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Elb | Self::Elbv2 => "elasticloadbalancing",
            Self::ApiGatewayV2 => "apigateway",
            Self::Modelled(service) => &service.signing,
            other => other.name(),
        }
    }

    /// How it speaks.
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Modelled(service) => service.protocol,
            Self::Ec2 => Protocol::Ec2,
            Self::Acm
            | Self::Wafv2
            | Self::WafRegional
            | Self::Shield
            | Self::Organizations
            | Self::GlobalAccelerator
            | Self::CognitoIdp
            | Self::Logs
            | Self::Events => Protocol::Json,
            Self::Lambda
            | Self::ApiGateway
            | Self::ApiGatewayV2
            | Self::SecurityHub
            | Self::Webhook => Protocol::RestJson,
            Self::S3 | Self::CloudFront | Self::Route53 => Protocol::RestXml,
            _ => Protocol::Query,
        }
    }

    /// The namespace of its XML.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Modelled(service) => service.namespace.as_deref().unwrap_or_default(),
            Self::Elb => "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Self::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Autoscaling => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
            Self::CloudWatch => "http://monitoring.amazonaws.com/doc/2010-08-01/",
            Self::S3 => "http://s3.amazonaws.com/doc/2006-03-01/",
            Self::CloudFront => "http://cloudfront.amazonaws.com/doc/2020-05-31/",
            Self::Route53 => "https://route53.amazonaws.com/doc/2013-04-01/",
            _ => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        }
    }

    /// The content type of its answers.
    pub(crate) fn content_type(self) -> &'static str {
        match self.protocol() {
            Protocol::Json if self.json_version() == "1.0" => "application/x-amz-json-1.0",
            Protocol::Json => "application/x-amz-json-1.1",
            Protocol::RestJson => "application/json",
            Protocol::RestXml if self == Self::S3 => "application/xml",
            Protocol::Ec2 => "text/xml;charset=UTF-8",
            Protocol::RestXml | Protocol::Query => "text/xml",
        }
    }

    fn json_version(self) -> &'static str {
        match self {
            Self::Modelled(service) => service.json_version.as_deref().unwrap_or_default(),
            _ => "1.1",
        }
    }

    /// The one region, of the largest partition, where a family that serves all of them answers.
    pub(crate) fn home(self) -> Option<&'static str> {
        match self {
            Self::Shield | Self::CloudFront | Self::Route53 | Self::Organizations => {
                Some("us-east-1")
            }
            Self::GlobalAccelerator => Some("us-west-2"),
            Self::Modelled(service) => service.home.as_deref(),
            _ => None,
        }
    }

    /// By the API version of a query, which alone tells the two load-balancer generations apart.
    pub(super) fn of_version(version: &str) -> Self {
        match version {
            "2012-06-01" => Self::Elb,
            "2015-12-01" => Self::Elbv2,
            "2016-11-15" => Self::Ec2,
            "2010-03-31" => Self::Sns,
            "2010-05-08" => Self::Iam,
            "2011-06-15" => Self::Sts,
            "2011-01-01" => Self::Autoscaling,
            "2010-08-01" => Self::CloudWatch,
            _ => Self::Unknown,
        }
    }

    pub(super) fn of_target(target: &str) -> Self {
        match target {
            "CertificateManager" => Self::Acm,
            "AWSWAF_20190729" => Self::Wafv2,
            "AWSWAF_Regional_20161128" => Self::WafRegional,
            "AWSShield_20160616" => Self::Shield,
            "AWSOrganizationsV20161128" => Self::Organizations,
            "GlobalAccelerator_V20180706" => Self::GlobalAccelerator,
            "AWSCognitoIdentityProviderService" => Self::CognitoIdp,
            "Logs_20140328" => Self::Logs,
            "AWSEvents" => Self::Events,
            _ => Self::Unknown,
        }
    }
}
