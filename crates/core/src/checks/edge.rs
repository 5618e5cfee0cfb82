//! What stands before a load balancer: CloudFront, DNS, `PrivateLink`, Shield, other load balancers.

pub(super) mod cloudfront_bypass;
pub(super) mod cloudfront_origin_cleartext;
pub(super) mod dns_alias_dangling;
pub(super) mod dns_internal_published;
pub(super) mod endpoint_service_foreign_principal;
pub(super) mod endpoint_service_open;
pub(super) mod fronts_application_load_balancer;
pub(super) mod gateway_endpoint_single_zone;
pub(super) mod internal_exposed_by_front;
pub(super) mod private_link_unfiltered;
pub(super) mod shield_not_protected;
