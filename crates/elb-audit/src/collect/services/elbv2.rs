//! Elastic Load Balancing, second version: Application, Network and Gateway load balancers.

mod actions;
mod identity;
mod limits;
mod listeners;
mod load_balancers;
mod rules;
mod ssl_policies;
mod tags;
mod target_groups;
mod trust;

pub(crate) use limits::{account_limits, reserved_capacity};
pub(crate) use listeners::{certificates, listener_attributes, listeners};
pub(crate) use load_balancers::{attributes, list};
pub(crate) use rules::rules;
pub(crate) use ssl_policies::ssl_policies;
pub(crate) use tags::tags;
pub(crate) use target_groups::{group_attributes, target_groups, targets};
pub(crate) use trust::{revocation_lists, shared_with, trust_stores, users};

/// The largest page of this API.
const PAGE: i32 = 400;
