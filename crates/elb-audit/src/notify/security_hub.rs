//! Security Hub: faults, in the account and region of each.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep as _;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use elb_audit_core::render::asff;
use elb_audit_core::report::Report;
use futures::stream::{self, StreamExt as _};
use serde::Deserialize;
use serde_json::Value;

use super::destination::IMPORT_FINDINGS;
use super::{DeliveryFailure, DeliverySession, Refused};
use crate::aws::RegionName;
use crate::aws::query::{Client, Failed, SECURITY_HUB};

/// Findings of a call, and bytes of all of them.
///
/// Source: AWS Security Hub API reference, `BatchImportFindings`: 100 findings, 6 MB.
const FINDINGS: usize = 100;
const BYTES: usize = 5_000_000;
/// Calls a second in an account and region. Source: AWS Security Hub quotas.
const PAUSE: Duration = Duration::from_millis(100);
/// Regions written at a time.
const REGIONS: usize = 20;
/// Findings that were not taken, and regions, that are named before the rest is only counted.
const SHOWN: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Imported {
    #[serde(default)]
    failed_count: usize,
    #[serde(default)]
    failed_findings: Vec<FailedFinding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FailedFinding {
    id: String,
    error_code: String,
    error_message: String,
}

/// Why the findings of a place were not taken.
enum Failure {
    /// None of a call: AWS's code, and all of it in words.
    WholeAnswer { code: String, said: String },
    /// Some of them.
    Part(String),
}

/// Imports every fault; what failed. What fails alike in many regions of an account is said once.
pub(super) async fn import(report: &Report, session: &DeliverySession) -> Vec<DeliveryFailure> {
    let home = session.region(report);
    let partition = home.partition();
    let all = asff::findings(report, &home).into_iter().map(|(place, findings)| async move {
        let failure = match RegionName::in_partition(&place.1, partition) {
            Some(region) => import_into(&place.0, &region, findings, session).await,
            None => Err(Failure::Part("no region has this name".to_owned())),
        };
        (place, failure)
    });
    let outcomes: Vec<_> = stream::iter(all).buffered(REGIONS).collect().await;
    let mut failures = Vec::new();
    let mut alike: BTreeMap<(String, String), (String, Vec<String>)> = BTreeMap::new();
    for ((account, region), failure) in outcomes {
        match failure {
            Ok(()) => {}
            Err(Failure::Part(said)) => {
                failures.push(DeliveryFailure::Findings { account, regions: region, said });
            }
            Err(Failure::WholeAnswer { code, said }) => {
                let known = alike.entry((account, code)).or_insert((said, Vec::new()));
                known.1.push(region);
            }
        }
    }
    let alike = alike.into_iter().map(|((account, _), (said, regions))| {
        let named = regions.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let more = match regions.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        DeliveryFailure::Findings { account, regions: format!("{named}{more}"), said }
    });
    alike.chain(failures).collect()
}

async fn import_into(
    account: &str,
    region: &RegionName,
    findings: Vec<Value>,
    session: &DeliverySession,
) -> Result<(), Failure> {
    let config = session.config_for(account);
    let client = Client::outside_scan(&SECURITY_HUB, config, region);
    let (all, mut failed, mut reasons) = (findings.len(), 0, Vec::new());
    for (place, batch) in batches(findings).into_iter().enumerate() {
        if let (true, Some(sleep)) = (place > 0, config.sleep_impl()) {
            sleep.sleep(PAUSE).await;
        }
        let answer = client.post_json::<Imported>(&["findings", "import"], batch).await;
        let imported = answer.map_err(|error| whole_call(&error))?;
        failed += imported.failed_count;
        reasons.extend(imported.failed_findings);
    }
    if failed == 0 {
        return Ok(());
    }
    let shown = reasons
        .iter()
        .take(SHOWN)
        .map(|one| format!("{}: {}: {}", one.id, one.error_code, one.error_message));
    let shown = shown.collect::<Vec<_>>().join("; ");
    Err(Failure::Part(format!("{failed} of {all} findings were not taken: {shown}")))
}

/// Why none of a call's findings were taken.
fn whole_call(error: &Failed) -> Failure {
    let code = match error {
        SdkError::ServiceError(error) => error.err().code().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let refused = Refused::new(error, IMPORT_FINDINGS);
    let said = match code.as_str() {
        "InvalidAccessException" => {
            format!("{refused}: switch Security Hub on there, or leave `securityhub` out")
        }
        _ => refused.to_string(),
    };
    Failure::WholeAnswer { code, said }
}

/// Requests with as many findings as each takes.
fn batches(findings: Vec<Value>) -> Vec<String> {
    let mut batches = Vec::new();
    let (mut batch, mut number) = (String::new(), 0);
    let mut close = |batch: &mut String| {
        let whole = format!("{{\"Findings\":[{}]}}", std::mem::take(batch));
        batches.push(whole);
    };
    for finding in findings {
        let finding = finding.to_string();
        if number == FINDINGS || (number > 0 && batch.len() + finding.len() > BYTES) {
            close(&mut batch);
            number = 0;
        }
        if number > 0 {
            batch.push(',');
        }
        batch.push_str(&finding);
        number += 1;
    }
    if number > 0 {
        close(&mut batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sizes(findings: Vec<Value>) -> Vec<usize> {
        let count = |batch: &String| {
            assert!(batch.len() <= 6_000_000);
            let batch: Value = serde_json::from_str(batch).unwrap();
            batch["Findings"].as_array().unwrap().len()
        };
        batches(findings).iter().map(count).collect()
    }

    #[test]
    fn a_call_takes_so_many_findings_and_bytes() {
        assert_eq!(sizes(vec![json!({"Id": "x"}); 250]), [100, 100, 50]);
        assert_eq!(sizes(vec![json!("x".repeat(200_000)); 60]), [24, 24, 12]);
        assert!(sizes(Vec::new()).is_empty());
    }
}
