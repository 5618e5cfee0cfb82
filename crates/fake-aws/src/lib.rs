//! An AWS-shaped server for tests: a typed account in, AWS's wire answers out.
//!
//! [`FakeAws::start`] serves an [`Account`] on a local port; the official SDKs talk to it as to AWS.
//! What it answers is true to AWS's documented wire formats: XML for the query services and EC2,
//! JSON for the others, with real pagination, filters and error codes. [`Fault`] breaks any of it.
//!
//! What an [`Account`] holds is answered by hand, in `api`. That does not grow: a service that is new is
//! answered from its model, see [`FakeAws::answers`]. By hand are also the calls that change load balancers
//! and what is around them, as scripts of `elb-audit fix` do: later answers show what they left.
#![allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "the constructors here are chained in tests, where an unused one shows at once"
)]

pub mod model;
pub mod sample;

mod answer;
mod api;
mod base64;
mod call;
mod clock;
mod epoch;
mod fake_aws;
mod fault;
mod http;
mod json;
mod limit;
mod log;
mod page;
mod policies;
mod sending;
mod serve;
mod service;
mod session;
mod xml;

pub use fake_aws::FakeAws;
pub use fault::{Alter, Fault, Kind, Markers, Number, Spoil};
pub use limit::RateLimit;
pub use log::Entry;
pub use model::accelerator::{
    Accelerator, AcceleratorEndpoint, AcceleratorListener, EndpointGroup,
};
pub use model::account::{Account, Global};
pub use model::action::{Action, Cognito, FixedResponse, Forward, Jwt, Oidc, Redirect, Session};
pub use model::bucket::{Bucket, BucketEncryption, PublicAccessBlock, StoredObject};
pub use model::certificate::{Certificate, EC_PRIME256V1, RSA_1024, RSA_2048, ServerCertificate};
pub use model::classic::{
    ClassicAttributes, ClassicListener, ClassicLoadBalancer, ClassicPolicy, Instance,
};
pub use model::delivery::{Delivery, DeliveryDestination, DeliverySource};
pub use model::distribution::{Distribution, Origin, VpcOrigin};
pub use model::encryption::EncryptionControl;
pub use model::endpoint::{EndpointService, VpcEndpoint};
pub use model::flow_log::FlowLog;
pub use model::function::LambdaFunction;
pub use model::gateway::{HttpApi, HttpVpcLink, Integration, VpcLink};
pub use model::interface::{NetworkInterface, PrivateAddress};
pub use model::listener::{Listener, MutualAuthentication};
pub use model::load_balancer::{LoadBalancer, ZoneAddress};
pub use model::metric::Metric;
pub use model::network::{
    BlockPublicAccess, Exclusion, Permission, PrefixList, Route, RouteTable, SecurityGroup, Subnet,
    Vpc,
};
pub use model::network_acl::{AclEntry, NetworkAcl};
pub use model::organization::{Organization, OrganizationMember, OrganizationalUnit};
pub use model::region::{Region, Resource};
pub use model::rule::{Condition, Rule, Transform};
pub use model::scaling::AutoScalingGroup;
pub use model::shield::{Protection, Shield};
pub use model::target_group::{Target, TargetGroup, TrustStore};
pub use model::user_pool::UserPool;
pub use model::waf::{ClassicWebAcl, RuleGroup, WafLogging, WafRule, WebAcl};
pub use model::zone::{HostedZone, Record};
pub use service::{Asked, ServiceError};
