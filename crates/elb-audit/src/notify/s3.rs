//! S3: every report under its date, and the latest where it is always found.

use aws_types::SdkConfig;
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::Report;
use elb_audit_core::vocab::digest::{hex, sha256};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::DeliveryFailure;
use crate::aws::s3::{Condition, Object, Put, S3Error};

/// When the facts of a report were read.
const TAKEN_AT: &str = "x-amz-meta-taken-at";
const MEDIA_TYPE: &str = render::JSON.media_type;
/// How often somebody else may be faster.
const TRIES: usize = 5;

/// Writes the report; what failed. The second copy is rendered again: of a very large account two at a
/// time would not fit into memory.
pub(super) async fn keep(
    report: &Report,
    bucket: &str,
    prefix: &str,
    config: &SdkConfig,
) -> Vec<DeliveryFailure> {
    let under = |name: &str| {
        if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
    };
    let dated = dated(report, bucket, &under(&key(report)), config).await;
    let latest = latest(report, bucket, &under("latest.json"), config).await;
    let failures = [dated.map_err(Into::into), latest].into_iter().filter_map(Result::err);
    let mut failures: Vec<DeliveryFailure> = failures.collect();
    // A bucket that is not there fails both alike.
    failures.dedup_by_key(|failure| failure.to_string());
    failures
}

/// `2026/11/02/235900Z-1a2b3c4d.json`: the end tells apart what was read at the same second of other
/// accounts or regions, or for other checks.
pub(crate) fn key(report: &Report) -> String {
    let accounts = report.accounts.iter().map(|account| &*account.id);
    let regions = report.regions.iter().map(|region| &*region.name);
    let checks = report.basis.check_ids.iter().map(|check| &**check);
    let about: String = accounts.chain(regions).chain(checks).collect();
    let end = hex(&sha256(about)[..4]);
    let time = report.taken_at.to_zoned(TimeZone::UTC);
    format!("{}-{end}.json", time.strftime("%Y/%m/%d/%H%M%SZ"))
}

async fn dated(
    report: &Report,
    bucket: &str,
    key: &str,
    config: &SdkConfig,
) -> Result<(), S3Error> {
    let object = Object::locate(config, bucket, key).await?;
    let taken_at = report.taken_at.to_string();
    let headers = [(TAKEN_AT, &*taken_at)];
    object.put(bytes(report), MEDIA_TYPE, &Condition::None, &headers).await.map(drop)
}

/// Writes the latest report unless a later one is there: runs may overtake each other.
async fn latest(
    report: &Report,
    bucket: &str,
    key: &str,
    config: &SdkConfig,
) -> Result<(), DeliveryFailure> {
    let object = Object::locate(config, bucket, key).await?;
    let taken_at = report.taken_at.to_string();
    for _ in 0..TRIES {
        let condition = match object.head().await? {
            None => Condition::Absent,
            Some(head) => {
                let there = head.headers.get(TAKEN_AT).and_then(|time| time.parse().ok());
                if there.is_some_and(|there: Timestamp| there > report.taken_at) {
                    return Ok(());
                }
                Condition::Matches(head.etag)
            }
        };
        let headers = [(TAKEN_AT, &*taken_at)];
        let put = object.put(bytes(report), MEDIA_TYPE, &condition, &headers).await?;
        if matches!(put, Put::Done(_)) {
            return Ok(());
        }
    }
    Err(DeliveryFailure::Contended(format!("s3://{bucket}/{key}")))
}

fn bytes(report: &Report) -> Vec<u8> {
    render::JSON.text(report, Style::PLAIN).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_lie_under_their_day_and_apart() {
        let options = elb_audit_core::audit::Options::at(elb_audit_core::fixtures::sample::now());
        let mut report = elb_audit_core::audit::audit(
            &elb_audit_core::fixtures::demo::inventory(),
            &[],
            &options,
        );
        let here = key(&report);
        assert!(here.starts_with("2026/11/02/090000Z-"), "{here}");
        assert!(here.len() == "2026/11/02/090000Z-12345678.json".len(), "{here}");
        report.regions.pop();
        assert_ne!(key(&report), here);
    }
}
