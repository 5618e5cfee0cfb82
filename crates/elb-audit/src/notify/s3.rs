//! S3: every report under its date, and the latest where it is always found.

use aws_types::SdkConfig;
use elb_audit_core::format::{self, Style};
use elb_audit_core::report::Report;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::bucket::{Condition, Object, Put};

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
    let dated = dated(report, (bucket, &under(&key(report.taken_at))), config).await;
    let latest = latest(report, (bucket, &under("latest.json")), config).await;
    let mut failures: Vec<String> = [dated, latest].into_iter().filter_map(Result::err).collect();
    // A bucket that is not there fails both alike.
    failures.dedup();
    failures
}

/// `2026/11/02/235900Z.json`.
pub(crate) fn key(taken_at: Timestamp) -> String {
    let time = taken_at.to_zoned(TimeZone::UTC);
    time.strftime("%Y/%m/%d/%H%M%SZ.json").to_string()
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
    let json = format::named("json").map(|json| (json.render)(report, Style::PLAIN));
    json.unwrap_or_default().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_lie_under_their_day() {
        let time = "2026-11-02T23:09:07.5Z".parse().unwrap();
        assert_eq!(key(time), "2026/11/02/230907Z.json");
    }
}
