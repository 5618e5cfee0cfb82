//! Where a finding is, for readers that want a file: a path that is made from what is the same in every scan.

use std::borrow::Cow;

use crate::report::{Finding, SubjectKind};
use crate::vocab::digest::{hex, sha256};

/// Characters of a segment; a longer one is cut and ends in a hash of the whole.
const LONGEST: usize = 128;

/// `aws/111122223333/eu-west-1/application/shop`: account, region, kind and name of the load balancer, or
/// kind and name of what belongs to none. It is a relative URI of plain characters, in which everything
/// else is percent-encoded.
pub(super) fn path(finding: &Finding) -> String {
    let (kind, name) = match &finding.load_balancer {
        Some(lb) => (&*lb.kind, &*lb.name),
        None => (subject(finding.subject.kind), &*finding.subject.label),
    };
    let parts = [&*finding.account, &*finding.region, kind, name];
    let parts: Vec<String> = parts.iter().map(|part| segment(part)).collect();
    format!("aws/{}", parts.join("/"))
}

/// The ARN of what is meant. Listeners and instances of Classic load balancers have none of their own, and
/// each has an `HTTP:80`: they are named below their load balancer's.
pub(super) fn arn(finding: &Finding) -> Cow<'_, str> {
    let id = &*finding.subject.id;
    let below = matches!(finding.subject.kind, SubjectKind::Listener | SubjectKind::TargetGroup);
    match &finding.load_balancer {
        Some(lb) if below && !id.starts_with("arn:") => format!("{}/{id}", lb.arn).into(),
        _ => id.into(),
    }
}

/// `listener`, `dns-record` …
pub(super) fn subject(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::LoadBalancer => "load-balancer",
        SubjectKind::Listener => "listener",
        SubjectKind::TargetGroup => "target-group",
        SubjectKind::Certificate => "certificate",
        SubjectKind::AutoScalingGroup => "auto-scaling-group",
        SubjectKind::DnsRecord => "dns-record",
        SubjectKind::Region => "region",
        SubjectKind::Account => "account",
    }
}

/// A text as a part of a path.
pub(super) fn segment(text: &str) -> String {
    let units = text.bytes().enumerate().map(|(place, byte)| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        // A segment of dots alone would lead elsewhere.
        b'.' if place > 0 => ".".to_owned(),
        _ => format!("%{byte:02X}"),
    });
    let mut encoded = String::new();
    for unit in units {
        if encoded.len() + unit.len() > LONGEST {
            return format!("{encoded}--{}", &hex(&sha256(text))[..16]);
        }
        encoded.push_str(&unit);
    }
    if encoded.is_empty() { "-".to_owned() } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_a_plain_part_of_a_path() {
        for (text, expected) in [
            ("shop", "shop"),
            ("", "-"),
            ("..", "%2E."),
            ("a/b\\c", "a%2Fb%5Cc"),
            ("HTTPS:443", "HTTPS%3A443"),
            ("\u{202e}ä\0\n", "%E2%80%AE%C3%A4%00%0A"),
        ] {
            assert_eq!(segment(text), expected);
        }
        let (long, other) = (segment(&"ä".repeat(1_000)), segment(&"ä".repeat(1_001)));
        assert!(long.len() <= LONGEST + 18 && long != other, "{long}");
        assert_eq!(long, segment(&"ä".repeat(1_000)));
    }
}
