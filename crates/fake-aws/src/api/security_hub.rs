//! Security Hub: findings, held to the format that it takes. What was imported is in the log.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;

const MOST_FINDINGS: usize = 100;
const LARGEST_FINDING: usize = 240 * 1024;
const LARGEST_BATCH: usize = 6 * 1024 * 1024;

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    if context.call.action != "BatchImportFindings" {
        return context.unknown();
    }
    let account = &context.account.id;
    if !context.region.security_hub {
        let message = format!("Account {account} is not subscribed to AWS Security Hub");
        return Err(Refusal::with_status(401, "InvalidAccessException", message));
    }
    let invalid = |message: &str| Refusal::invalid(context.call.family, message);
    let sent: Value = serde_json::from_slice(&context.call.body).unwrap_or_default();
    let findings = sent["Findings"].as_array().ok_or_else(|| invalid("Findings are required"))?;
    if findings.is_empty() || findings.len() > MOST_FINDINGS {
        return Err(invalid("Invalid parameter 'Findings'. 1 to 100 findings are allowed."));
    }
    if context.call.body.len() > LARGEST_BATCH {
        return Err(invalid("The request is too large."));
    }
    let mut failed = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        let refused = context.refuses_first && place == 0;
        let why =
            if refused { Some("refused on purpose".to_owned()) } else { wrong(context, finding) };
        if let Some(why) = why {
            let message = format!("Finding does not adhere to Amazon Finding Format. {why}");
            let id = &finding["Id"];
            failed.push(json!({"Id": id, "ErrorCode": "InvalidInput", "ErrorMessage": message}));
        }
    }
    Ok(json!({
        "FailedCount": failed.len(),
        "SuccessCount": findings.len() - failed.len(),
        "FailedFindings": failed,
    }))
}

/// Texts with their greatest lengths, and whether they must be there.
const TEXTS: [(&str, usize, bool); 12] = [
    ("/SchemaVersion", 32, true),
    ("/Id", 512, true),
    ("/ProductArn", 2048, true),
    ("/GeneratorId", 512, true),
    ("/AwsAccountId", 12, true),
    ("/CreatedAt", 64, true),
    ("/UpdatedAt", 64, true),
    ("/Title", 256, true),
    ("/Description", 1024, true),
    ("/Severity/Label", 16, true),
    ("/Remediation/Recommendation/Text", 512, false),
    ("/Remediation/Recommendation/Url", 2048, false),
];

/// Words that may stand in a place.
const WORDS: [(&str, &[&str]); 5] = [
    ("/SchemaVersion", &["2018-10-08"]),
    ("/Severity/Label", &["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]),
    (
        "/FindingProviderFields/Severity/Label",
        &["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"],
    ),
    ("/Compliance/Status", &["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]),
    ("/RecordState", &["ACTIVE", "ARCHIVED"]),
];

/// What is wrong with a finding.
fn wrong(context: &Context<'_>, finding: &Value) -> Option<String> {
    let length = |text: &str| text.chars().count();
    for (place, most, required) in TEXTS {
        match finding.pointer(place).map(Value::as_str) {
            None if !required => {}
            Some(Some(text)) if (1..=most).contains(&length(text)) => {}
            _ => return Some(format!("data{place} should be a text of 1 to {most} characters")),
        }
    }
    for (place, words) in WORDS {
        let said = finding.pointer(place).map(|word| word.as_str().unwrap_or_default());
        if said.is_some_and(|word| !words.contains(&word)) {
            return Some(format!("data{place} should be equal to one of the allowed values"));
        }
    }
    let (account, region) = (&context.account.id, &context.call.region);
    let product = context.place.arn("securityhub", &format!("product/{account}/default"));
    if finding["AwsAccountId"] != json!(account) || finding["ProductArn"] != json!(product) {
        return Some(format!("it belongs to another account or region than {account}, {region}"));
    }
    let pairs = finding["ProductFields"].as_object();
    let long = |(name, value): (&String, &Value)| {
        length(name) > 128 || value.as_str().is_none_or(|text| !(1..=2048).contains(&length(text)))
    };
    if pairs.is_some_and(|pairs| pairs.len() > 50 || pairs.iter().any(long)) {
        return Some("data/ProductFields has too many pairs, or too long ones".to_owned());
    }
    let resources = finding["Resources"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=32).contains(&resources.len()) || !resources.iter().all(fits) {
        return Some("data/Resources should hold 1 to 32 resources".to_owned());
    }
    let large = finding.to_string().len() > LARGEST_FINDING;
    large.then(|| "it is larger than 240 KB".to_owned())
}

/// Whether a resource is one that Security Hub knows.
fn fits(resource: &Value) -> bool {
    const PARTITIONS: [&str; 6] =
        ["aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b", "AzureCloud"];
    let text = |name: &str| resource[name].as_str().unwrap_or_default();
    let partition = resource.get("Partition").map(|_| text("Partition"));
    (1..=512).contains(&text("Id").chars().count())
        && !text("Type").is_empty()
        && partition.is_none_or(|name| PARTITIONS.contains(&name))
}
