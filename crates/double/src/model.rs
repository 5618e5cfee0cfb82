//! What an account holds: plain structs with short constructors, so that a test reads like an inventory.

pub mod accelerator;
pub mod account;
pub mod action;
pub mod arn;
pub mod attributes;
pub mod bucket;
pub mod certificate;
pub mod classic;
pub mod delivery;
pub mod encryption;
pub mod endpoint;
pub mod flow_log;
pub mod interface;
pub mod listener;
pub mod load_balancer;
pub mod network;
pub mod network_acl;
pub mod region;
pub mod rule;
pub mod shield;
pub mod target_group;
pub mod user_pool;
pub mod waf;
