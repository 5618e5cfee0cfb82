//! What each service is asked, one service a file.

pub(crate) mod acm;
pub(crate) mod apigateway;
pub(crate) mod autoscaling;
pub(crate) mod cloudfront;
pub(crate) mod cloudwatch;
pub(crate) mod cognito;
pub(crate) mod ec2;
pub(crate) mod elb;
pub(crate) mod elbv2;
pub(crate) mod globalaccelerator;
pub(crate) mod iam;
pub(crate) mod lambda;
pub(crate) mod logs;
pub(crate) mod route53;
pub(crate) mod s3;
pub(crate) mod shield;
pub(crate) mod waf_regional;
pub(crate) mod wafv2;
