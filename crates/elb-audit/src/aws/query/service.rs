//! The services that the small client speaks to, and how each of them speaks.

/// A service that the small client speaks to.
#[derive(Debug)]
pub(crate) struct Service {
    /// AWS's service id, as `AWS_ENDPOINT_URL_…` and profiles spell it.
    pub(crate) id: &'static str,
    /// Endpoint prefix and signing name.
    pub(crate) name: &'static str,
    pub(super) protocol: Protocol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Form in, XML out; this is the API version. EC2's XML differs in its names alone.
    Query(&'static str),
    /// JSON 1.1 in and out; this is the prefix of `X-Amz-Target`.
    Json(&'static str),
    /// A path in; XML or JSON out, as the caller reads it.
    Rest,
}

const fn query(id: &'static str, name: &'static str, version: &'static str) -> Service {
    Service { id, name, protocol: Protocol::Query(version) }
}

const fn json(id: &'static str, name: &'static str, target: &'static str) -> Service {
    Service { id, name, protocol: Protocol::Json(target) }
}

const fn rest(id: &'static str, name: &'static str) -> Service {
    Service { id, name, protocol: Protocol::Rest }
}

/// Amazon EC2.
pub(crate) const EC2: Service = query("EC2", "ec2", "2016-11-15");
/// Elastic Load Balancing, first version.
pub(crate) const ELB: Service =
    query("Elastic Load Balancing", "elasticloadbalancing", "2012-06-01");
/// AWS IAM.
pub(crate) const IAM: Service = query("IAM", "iam", "2010-05-08");
/// Amazon EC2 Auto Scaling.
pub(crate) const AUTO_SCALING: Service = query("Auto Scaling", "autoscaling", "2011-01-01");
/// Amazon CloudWatch.
pub(crate) const CLOUDWATCH: Service = query("CloudWatch", "monitoring", "2010-08-01");
/// Amazon SNS.
pub(crate) const SNS: Service = query("SNS", "sns", "2010-03-31");
/// AWS WAF.
pub(crate) const WAFV2: Service = json("WAFV2", "wafv2", "AWSWAF_20190729");
/// AWS WAF Classic.
pub(crate) const WAF_REGIONAL: Service =
    json("WAF Regional", "waf-regional", "AWSWAF_Regional_20161128");
/// Amazon CloudWatch Logs.
pub(crate) const LOGS: Service = json("CloudWatch Logs", "logs", "Logs_20140328");
/// AWS Shield.
pub(crate) const SHIELD: Service = json("Shield", "shield", "AWSShield_20160616");
/// AWS Organizations.
pub(crate) const ORGANIZATIONS: Service =
    json("Organizations", "organizations", "AWSOrganizationsV20161128");
/// AWS Global Accelerator.
pub(crate) const GLOBAL_ACCELERATOR: Service =
    json("Global Accelerator", "globalaccelerator", "GlobalAccelerator_V20180706");
/// Amazon Cognito's user pools.
pub(crate) const COGNITO: Service =
    json("Cognito Identity Provider", "cognito-idp", "AWSCognitoIdentityProviderService");
/// Amazon `EventBridge`.
pub(crate) const EVENTS: Service = json("EventBridge", "events", "AWSEvents");
/// AWS Systems Manager.
pub(crate) const SSM: Service = json("SSM", "ssm", "AmazonSSM");
/// AWS Secrets Manager.
pub(crate) const SECRETS_MANAGER: Service =
    json("Secrets Manager", "secretsmanager", "secretsmanager");
/// AWS Security Hub.
pub(crate) const SECURITY_HUB: Service = rest("SecurityHub", "securityhub");
/// AWS Lambda.
pub(crate) const LAMBDA: Service = rest("Lambda", "lambda");
/// Amazon API Gateway: REST APIs.
pub(crate) const API_GATEWAY: Service = rest("API Gateway", "apigateway");
/// Amazon API Gateway: HTTP and WebSocket APIs.
pub(crate) const API_GATEWAY_V2: Service = rest("ApiGatewayV2", "apigateway");
/// Amazon S3.
pub(crate) const S3: Service = rest("S3", "s3");
/// Amazon CloudFront.
pub(crate) const CLOUDFRONT: Service = rest("CloudFront", "cloudfront");
/// Amazon Route 53.
pub(crate) const ROUTE_53: Service = rest("Route 53", "route53");
