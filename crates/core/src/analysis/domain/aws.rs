//! Hosts of AWS: whose resource answers there. The public suffix list parts some services from each other, and
//! none by path.

/// What the names of AWS's own endpoints end with, in every partition.
///
/// Source: `partitions.json` of AWS's SDKs, `dnsSuffix` and `dualStackDnsSuffix`.
const ROOTS: [&str; 15] = [
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
    "on.aws",
];

/// What answers at a host of AWS.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// A bucket; a name is nobody else's in all of its partition.
    Bucket(String),
    /// What issues tokens, and publishes its keys under its own URL.
    Issuer(String),
    /// A load balancer.
    LoadBalancer(String),
    /// Anything else: what the list or the host tells.
    Other,
}

/// What answers at a host; none: it is no endpoint of AWS.
pub(super) fn resource(host: &str, path: &[String]) -> Option<Resource> {
    let (labels, root) = ROOTS.iter().find_map(|root| {
        let before = host.strip_suffix(root)?.strip_suffix('.')?;
        Some((before.split('.').collect::<Vec<_>>(), root))
    })?;
    Some(if let Some(name) = bucket(&labels, path) {
        Resource::Bucket(format!("{name} in {}", partition(&labels, root)))
    } else if let Some(issuer) = issuer(&labels, path) {
        Resource::Issuer(issuer)
    } else if let Some(own) = load_balancer(&labels) {
        Resource::LoadBalancer(own)
    } else {
        Resource::Other
    })
}

/// Whether this is a domain of AWS's endpoints, and no resource of anybody's.
pub(super) fn is_root(domain: &str) -> bool {
    ROOTS.iter().any(|root| domain == *root || super::is_below(root, domain))
}

/// What a bucket's name is its own in: a partition, and two of them share a suffix.
fn partition<'a>(labels: &[&str], root: &'a str) -> &'a str {
    if labels.iter().any(|label| label.contains("us-gov-")) { "us-gov" } else { root }
}

/// The bucket at an endpoint of S3: before the endpoint, with dots in it if it likes, or first in the path.
fn bucket(labels: &[&str], path: &[String]) -> Option<String> {
    let place = labels.iter().rposition(|label| holds_buckets(label))?;
    let region = labels[place + 1..].iter().filter(|label| **label != "dualstack");
    if region.count() > 1 {
        return None;
    }
    let before = labels[..place].join(".");
    if before.is_empty() { path.first().cloned() } else { Some(before) }
}

/// Whether a label is the one of an endpoint of S3 that buckets stand before: `s3`, `s3-fips`, `s3-eu-west-1`,
/// `s3-website-eu-west-1`, `s3-accelerate` …
///
/// Source: Amazon S3 endpoints and quotas; S3 user guide, "Virtual hosting of general purpose buckets".
fn holds_buckets(label: &str) -> bool {
    let Some(more) = label.strip_prefix("s3") else { return false };
    let more = more.strip_prefix("-website").unwrap_or(more);
    match more.strip_prefix('-') {
        None => more.is_empty(),
        Some("fips" | "accelerate" | "external-1") => true,
        Some(region) => {
            let number = region.rsplit_once('-').map(|(_, number)| number.parse::<u8>().is_ok());
            number == Some(true)
        }
    }
}

/// What issues tokens at this endpoint: a user pool of Cognito, a cluster of EKS, or an account whose roles are
/// federated outwards.
///
/// Source: Cognito developer guide, "Verifying JSON web tokens"; EKS user guide, "Fetch signing keys to validate
/// OIDC tokens"; IAM user guide, "Federating AWS identities to external services".
fn issuer(labels: &[&str], path: &[String]) -> Option<String> {
    match labels {
        ["cognito-idp" | "cognito-idp-fips", _] => {
            path.first().map(|pool| format!("Cognito user pool {pool}"))
        }
        ["oidc", "eks", _] | ["oidc-eks", _] => match path {
            [id, cluster, ..] if id == "id" => Some(format!("EKS cluster {cluster}")),
            _ => None,
        },
        [account, "tokens", "sts", "global"] => Some(format!("account {account} at AWS STS")),
        _ => None,
    }
}

/// A load balancer's name with its region, without names of its zones and address families.
fn load_balancer(labels: &[&str]) -> Option<String> {
    match labels {
        [.., own, region, "elb"] | [.., own, "elb", region] => Some(format!("{own} in {region}")),
        _ => None,
    }
}
