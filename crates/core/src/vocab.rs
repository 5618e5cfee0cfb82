//! Words that every layer shares. Nothing here knows what a load balancer is.

pub(crate) mod digest;
pub mod evidence;
pub mod exposure;
pub(crate) mod glob;
pub(crate) mod net;
pub mod severity;
