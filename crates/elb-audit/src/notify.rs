//! Stub.
use aws_types::SdkConfig;
use elb_audit_core::alert::Alert;
use elb_audit_core::report::Report;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {}
impl Destination {
    pub fn parse(text: &str) -> Result<Self, String> {
        Err(format!("unknown destination `{text}`"))
    }
    pub fn report_place(&self, _: &Report) -> Option<String> {
        None
    }
}
pub struct Delivery<'a> {
    pub report: &'a Report,
    pub alert: Option<&'a Alert<'a>>,
    pub label: &'a str,
}
pub struct Session {
    pub base: SdkConfig,
}
impl Session {
    pub fn of(base: SdkConfig) -> Self {
        Session { base }
    }
}
pub async fn deliver(_: &[Destination], _: &Delivery<'_>, _: &Session) -> Vec<String> {
    Vec::new()
}
