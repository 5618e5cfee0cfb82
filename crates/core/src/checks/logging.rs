//! What is written down, and where it goes.

pub(super) mod access_logs_bucket_unapproved;
pub(super) mod access_logs_disabled;
pub(super) mod connection_logs_off;
pub(super) mod flow_logs_missing;
pub(super) mod health_check_logs_off;
pub(super) mod log_bucket_foreign;
pub(super) mod log_bucket_missing;
pub(super) mod log_bucket_public;
pub(super) mod log_delivery_broken;
pub(super) mod log_delivery_stopped;
