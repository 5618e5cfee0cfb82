//! What follows from the facts of a region. No verdicts: what is right or wrong is the checks' business.
//!
//! From the ground up, like the layers themselves.

pub mod domain; // names of hosts
pub mod identity; // whom identity filters let in
pub mod presenters; // who presents a certificate
pub(crate) mod route_table; // where a route table sends what
pub(crate) mod owner; // whose a VPC is
pub mod index; // what a region holds, by id
pub mod headers; // headers that a listener sets by itself
pub mod dns; // who has a name of Elastic Load Balancing
pub mod tls; // protocols and ciphers of a policy
pub(crate) mod security_groups; // those of a load balancer
pub(crate) mod requests; // sets of requests
pub mod routing; // where a request goes
pub(crate) mod origins; // where CloudFront's origins lead
pub mod site; // where a load balancer stands
pub(crate) mod zone; // what kind of zone a load balancer is in
pub mod capability; // what AWS offers to some load balancers only
pub mod redirect_chain; // where a client ends up that follows redirects
pub mod reach; // who can reach a listener
pub(crate) mod outbound; // what a load balancer's nodes get out to
pub mod targets; // what stands behind a load balancer, and the ways to it
pub(crate) mod client_address; // whether targets see who the client is
pub mod health; // how targets are doing
pub mod cloudfront; // CloudFront in front of a load balancer
pub(crate) mod entrypoints; // what leads the internet to a load balancer
pub mod logs; // which logs are written, and where
pub mod waf; // what a web ACL does with requests
