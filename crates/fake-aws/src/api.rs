//! The operations that are answered by hand, one module an API family; what is new is answered in `service`.

mod acm;
mod autoscaling;
mod change;
mod cloudfront;
mod cloudwatch;
mod cognito;
mod ec2;
mod elb;
mod elbv2;
mod events;
mod gateway;
mod global_accelerator;
mod iam;
mod lambda;
mod logs;
mod organizations;
pub(crate) mod regions;
mod route53;
mod s3;
mod security_hub;
mod shield;
mod sns;
mod sts;
mod waf_regional;
mod wafv2;

use serde_json::Value;

pub(crate) use s3::Kept;

use crate::answer::{Answer, Headers, Refusal, xml};
use crate::call::{Call, Family};
use crate::model::account::Account;
use crate::model::arn::Place;
use crate::model::region::Region;
use crate::serve::Shared;
use crate::service;
use crate::xml::Xml;

/// All that an operation may look at.
pub(crate) struct Context<'a> {
    pub(crate) call: &'a Call,
    pub(crate) account: &'a Account,
    pub(crate) accounts: &'a [Account],
    pub(crate) region: &'a Region,
    pub(crate) place: Place,
    pub(crate) largest_page: Option<usize>,
    pub(crate) shared: &'a Shared,
    /// Whether the first of the things that the call brings is refused.
    pub(crate) refuses_first: bool,
}

/// What an operation of a query service or of EC2 gives: the content of its result.
type XmlResult = Result<Xml, Refusal>;

/// What an operation of a JSON service gives.
type JsonResult = Result<Value, Refusal>;

/// Answers a call as AWS would.
pub(crate) fn answer(context: &Context<'_>, request_id: &str) -> Answer {
    let family = context.call.family;
    let mut answer = content(context, request_id);
    if family == Family::S3 {
        answer.headers.push(("x-amz-request-id", request_id.to_owned()));
    }
    answer
}

fn content(context: &Context<'_>, request_id: &str) -> Answer {
    let family = context.call.family;
    match result(context, request_id) {
        Ok(Content::Ready(answer)) => answer,
        Ok(Content::Xml(result)) => xml(family, &context.call.action, request_id, &result.finish()),
        Ok(Content::Json(value)) => good(family, Vec::new(), value.to_string()),
        Ok(Content::Head(headers)) => good(family, headers, String::new()),
        Ok(Content::Object(headers, body)) => {
            Answer { body, ..good(family, headers, String::new()) }
        }
        Ok(Content::Empty) => Answer { status: 204, ..good(family, Vec::new(), String::new()) },
        Ok(Content::Text(text)) => good(family, Vec::new(), text.to_owned()),
        Err(refusal) => refusal.answer(family, request_id),
    }
}

fn good(family: Family, headers: Headers, body: String) -> Answer {
    let content_type = family.content_type();
    Answer { status: 200, content_type, headers, body: body.into_bytes() }
}

enum Content {
    Ready(Answer),
    Xml(Xml),
    Json(Value),
    Head(Headers),
    Object(Headers, Vec<u8>),
    Text(&'static str),
    /// Done, and nothing to say.
    Empty,
}

fn result(context: &Context<'_>, request_id: &str) -> Result<Content, Refusal> {
    let family = context.call.family;
    let unsigned =
        context.call.access_key.is_empty() && context.call.action != "AssumeRoleWithWebIdentity";
    if unsigned && !matches!(family, Family::Unknown | Family::Webhook) {
        return Err(Refusal::with_status(
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ));
    }
    if let Some(policy) = context.shared.session_policy(&context.call.access_key)
        && let Some(action) = policy.refuses(context.call, &context.place)
    {
        return Err(Refusal::outside_session(family, &context.caller(), &action));
    }
    let region = context.call.region.as_str();
    let home = family.home().filter(|_| context.place.partition() == "aws");
    if home.is_some_and(|home| home != region) {
        return Err(Refusal::away(family, region));
    }
    let nowhere = matches!(family, Family::Iam | Family::Webhook | Family::Unknown);
    let regional = home.is_none() && !nowhere;
    if regional && regions::status(context.account, region) == Some("not-opted-in") {
        return Err(Refusal::region_off(family));
    }
    if let Some(modelled) = service::modelled(context) {
        return service::answer(context, modelled, request_id).map(Content::Ready);
    }
    match family {
        Family::Elb => elb::result(context).map(Content::Xml),
        Family::Elbv2 => elbv2::result(context).map(Content::Xml),
        Family::Ec2 => ec2::result(context).map(Content::Xml),
        Family::Iam => iam::result(context).map(Content::Xml),
        Family::Sts => sts::result(context).map(Content::Xml),
        Family::Acm => acm::result(context).map(Content::Json),
        Family::Wafv2 => wafv2::result(context).map(Content::Json),
        Family::Logs => logs::result(context).map(Content::Json),
        Family::WafRegional => waf_regional::result(context).map(Content::Json),
        Family::Events => events::result(context).map(Content::Json),
        Family::SecurityHub => security_hub::result(context).map(Content::Json),
        Family::Sns => sns::result(context).map(Content::Xml),
        Family::Webhook => Ok(Content::Text("ok")),
        Family::Shield => shield::result(context).map(Content::Json),
        Family::Organizations => organizations::result(context).map(Content::Json),
        Family::GlobalAccelerator => global_accelerator::result(context).map(Content::Json),
        Family::CognitoIdp => cognito::result(context).map(Content::Json),
        Family::Autoscaling => autoscaling::result(context).map(Content::Xml),
        Family::CloudWatch => cloudwatch::result(context).map(Content::Xml),
        Family::Lambda => lambda::result(context).map(Content::Json),
        Family::ApiGateway => gateway::first(context).map(Content::Json),
        Family::ApiGatewayV2 => gateway::second(context).map(Content::Json),
        Family::S3 => s3::result(context),
        Family::CloudFront => cloudfront::result(context).map(Content::Xml),
        Family::Route53 => route53::result(context).map(Content::Xml),
        Family::Modelled(_) | Family::Unknown => context.unknown(),
    }
}

impl Context<'_> {
    /// The error for an operation that the family does not have.
    fn unknown<T>(&self) -> Result<T, Refusal> {
        Err(Refusal::unknown_action(self.call.family, &self.call.action))
    }

    /// The caller's ARN.
    pub(crate) fn caller(&self) -> String {
        self.place.global_arn("iam", &self.account.caller)
    }

    /// A parameter that must be there.
    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.call.get(name).ok_or_else(|| {
            let message = format!("1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null");
            Refusal::invalid(self.call.family, message)
        })
    }

    /// The ARN of a certificate that a listener names: ACM's in this region, or IAM's.
    fn certificate(&self, name: &str) -> String {
        let in_acm = self.region.certificates.iter().any(|certificate| certificate.name == name);
        let in_iam =
            self.account.server_certificates.iter().find(|certificate| certificate.name == name);
        match in_iam {
            Some(certificate) if !in_acm => {
                let path = format!("server-certificate{}{}", certificate.path, certificate.name);
                self.place.global_arn("iam", &path)
            }
            _ => self.place.certificate(name),
        }
    }

    /// The ARN of a load balancer of this region, by its name; an ARN stays as it is.
    fn load_balancer_arn(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let known =
            self.region.load_balancers.iter().find(|load_balancer| load_balancer.name == name);
        let kind = known.map_or("application", |load_balancer| load_balancer.kind.as_str());
        self.place.load_balancer(kind, name)
    }

    /// The name of a security group.
    fn group_name(&self, group: &str) -> String {
        let known = self.region.security_groups.iter().find(|known| known.id == group);
        known.map_or_else(|| "default".to_owned(), |known| known.name.clone())
    }

    /// The name of the zone that a subnet is in.
    fn zone(&self, subnet: &str) -> String {
        let letter =
            self.region.subnets.iter().find(|known| known.id == subnet).map(|known| known.zone);
        let guess = if subnet.ends_with('b') { 'b' } else { 'a' };
        format!("{}{}", self.call.region, letter.unwrap_or(guess))
    }
}
