//! Pages that do not end: always the first one, with a marker that leads on.

use super::alter::on_result;
use super::kind::Markers;
use super::tree::Tree;
use crate::answer::Answer;
use crate::call::{Call, Family};

/// The names that services have for the parameters that say which page is wanted.
const TOKENS: [&str; 8] = [
    "Marker",
    "NextToken",
    "nextToken",
    "NextMarker",
    "position",
    "marker",
    "continuation-token",
    "ContinuationToken",
];
/// Those by which Route 53 pages its records.
const RECORDS: [&str; 3] = ["name", "type", "identifier"];

/// The call for the first page, and the marker that it had.
pub(super) fn asked(call: &Call) -> (Call, Option<String>) {
    let mut first = call.clone();
    let mut marker = None;
    let by_record = call.action == "ListResourceRecordSets";
    let records = RECORDS.iter().filter(|_| by_record);
    for name in TOKENS.iter().chain(records) {
        marker = first.parameters.remove(*name).or(marker);
    }
    (first, marker)
}

/// Lets a page lead on to another one.
pub(super) fn lead_on(
    call: &Call,
    (markers, fat): (Markers, usize),
    marker: Option<&str>,
    number: u64,
    answer: &mut Answer,
) {
    let next = match markers {
        Markers::New => format!("m{number}.example.com."),
        Markers::InTurn if marker == Some("a.example.com.") => "b.example.com.".to_owned(),
        Markers::InTurn => "a.example.com.".to_owned(),
    };
    if markers == Markers::New && marker.is_some() {
        renumber(&mut answer.body, number);
    }
    on_result(call.family, &mut answer.body, |fields| {
        for (name, value) in set(call, &next) {
            fields.retain(|field| field.name != name);
            fields.push(Tree::text(name, value));
        }
        if fat > 0 {
            fields.push(Tree::text("Unheard", &"x".repeat(fat)));
        }
    });
}

/// What says in an answer that there are more pages.
fn set<'a>(call: &Call, next: &'a str) -> Vec<(&'static str, &'a str)> {
    let truncated = ("IsTruncated", "true");
    match call.family {
        Family::Elb | Family::Elbv2 | Family::Wafv2 | Family::WafRegional => {
            vec![("NextMarker", next)]
        }
        Family::Ec2 | Family::Logs | Family::ApiGatewayV2 => vec![("nextToken", next)],
        Family::ApiGateway => vec![("position", next)],
        Family::Iam => vec![("Marker", next), truncated],
        Family::S3 => vec![("NextContinuationToken", next), truncated],
        Family::CloudFront => vec![("NextMarker", next), truncated],
        Family::Route53 if call.action == "ListHostedZones" => {
            vec![("NextMarker", next), truncated]
        }
        Family::Route53 => vec![("NextRecordName", next), ("NextRecordType", "A"), truncated],
        _ => vec![("NextToken", next)],
    }
}

/// Gives what an answer names ids of its own: the last eight hexadecimal digits of each are this number.
fn renumber(body: &mut Vec<u8>, number: u64) {
    let text = String::from_utf8_lossy(body).into_owned();
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let mut renumbered = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(from) = rest.find(is_hex) {
        let (before, run) = rest.split_at(from);
        let (run, after) = run.split_at(run.find(|c| !is_hex(c)).unwrap_or(run.len()));
        renumbered.push_str(before);
        let is_id = run.len() >= 16 || (run.len() == 12 && before.ends_with('-'));
        if is_id {
            renumbered.push_str(&run[..run.len() - 8]);
            let own = format!("{:08x}", number & 0xffff_ffff);
            renumbered.push_str(&own);
        } else {
            renumbered.push_str(run);
        }
        rest = after;
    }
    renumbered.push_str(rest);
    *body = renumbered.into_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_renumbered_and_accounts_are_not() {
        let text = "arn:aws:x:111122223333:app/web/50dc6c495c0c9188 1-2-3-4-0123456789ab add";
        let mut body = text.as_bytes().to_vec();
        renumber(&mut body, 0x1f);
        let renumbered = "arn:aws:x:111122223333:app/web/50dc6c490000001f 1-2-3-4-01230000001f add";
        assert_eq!(String::from_utf8(body).unwrap(), renumbered);
    }
}
