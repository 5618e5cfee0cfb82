//! S3: every report under its date, and the latest where it is always found.

use aws_types::SdkConfig;
use elb_audit_core::digest::{hex, sha256};
use elb_audit_core::format::{self, Style};
use elb_audit_core::report::Report;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::aws::s3::{Condition, Object, Put};

/// When the facts of a report were read.
const TAKEN_AT: &str = "x-amz-meta-taken-at";
/// How often somebody else may be faster.
const TRIES: usize = 5;

/// Writes the report; what failed. The second copy is rendered anew: of a very large account two at a
/// time would not fit into memory.
pub(super) async fn keep(
    report: &Report,
    (bucket, prefix): (&str, &str),
    config: &SdkConfig,
) -> Vec<String> {
    let under = |name: &str| {
        if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
    };
    let dated = dated(report, (bucket, &under(&key(report))), config).await;
    let latest = latest(report, (bucket, &under("latest.json")), config).await;
    let mut failures: Vec<String> = [dated, latest].into_iter().filter_map(Result::err).collect();
    // A bucket that is not there fails both alike.
    failures.dedup();
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
    (bucket, key): (&str, &str),
    config: &SdkConfig,
) -> Result<(), String> {
    let object = Object::of(config, bucket, key).await?;
    let taken_at = report.taken_at.to_string();
    object.put(bytes(report), &Condition::None, &[(TAKEN_AT, &taken_at)]).await.map(drop)
}

/// Writes the latest report unless a later one is there: runs may overtake each other.
async fn latest(
    report: &Report,
    (bucket, key): (&str, &str),
    config: &SdkConfig,
) -> Result<(), String> {
    let object = Object::of(config, bucket, key).await?;
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
        let put = object.put(bytes(report), &condition, &[(TAKEN_AT, &taken_at)]).await?;
        if matches!(put, Put::Done(_)) {
            return Ok(());
        }
    }
    Err(format!("s3://{bucket}/{key} is written by others all the time"))
}

fn bytes(report: &Report) -> Vec<u8> {
    format::JSON.text(report, Style::PLAIN).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_lie_under_their_day_and_apart() {
        let options = elb_audit_core::audit::Options::at(elb_audit_core::sample::now());
        let mut report =
            elb_audit_core::audit::audit(&elb_audit_core::demo::inventory(), &[], &options);
        let here = key(&report);
        assert!(here.starts_with("2026/11/02/090000Z-"), "{here}");
        assert!(here.len() == "2026/11/02/090000Z-12345678.json".len(), "{here}");
        report.regions.pop();
        assert_ne!(key(&report), here);
    }
}
