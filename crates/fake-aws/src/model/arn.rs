//! Where a resource lives, and the ARNs and ids that follow from it.

/// An account and region, with the partition that the region is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The account's number.
    pub account: String,
    /// The region's name.
    pub region: String,
}

impl Place {
    /// The place of `account` in `region`.
    pub fn new(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned() }
    }

    /// The partition of the region, by its prefix.
    pub fn partition(&self) -> &'static str {
        const PREFIXES: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("eusc-", "aws-eusc"),
            ("us-isob-", "aws-iso-b"),
            ("us-isof-", "aws-iso-f"),
            ("us-iso-", "aws-iso"),
            ("eu-isoe-", "aws-iso-e"),
        ];
        PREFIXES
            .iter()
            .find(|(prefix, _)| self.region.starts_with(prefix))
            .map_or("aws", |(_, partition)| partition)
    }

    /// What follows a service's name in this region's host names.
    pub fn dns_suffix(&self) -> &'static str {
        match self.partition() {
            "aws-cn" => "amazonaws.com.cn",
            "aws-eusc" => "amazonaws.eu",
            "aws-iso" => "c2s.ic.gov",
            "aws-iso-b" => "sc2s.sgov.gov",
            "aws-iso-e" => "cloud.adc-e.uk",
            "aws-iso-f" => "csp.hci.ic.gov",
            _ => "amazonaws.com",
        }
    }

    /// An ARN of a regional resource; a `resource` that is an ARN already stays as it is.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        if resource.starts_with("arn:") {
            return resource.to_owned();
        }
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// An ARN of a resource without a region, as IAM's.
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition(), self.account)
    }

    /// The ARN of a load balancer: `kind` is its type as the API names it.
    pub fn load_balancer(&self, kind: &str, name: &str) -> String {
        let path = format!("loadbalancer/{}/{name}/{}", short(kind), id(&[kind, name]));
        self.arn("elasticloadbalancing", &path)
    }

    /// The DNS name of a load balancer: `kind` is its type as the API names it, or `classic`.
    pub fn dns_name(&self, kind: &str, name: &str, internal: bool) -> String {
        let (region, suffix, own) = (&self.region, self.dns_suffix(), id(&[kind, name]));
        if kind == "network" {
            return format!("{name}-{own}.elb.{region}.{suffix}");
        }
        let internal = if internal { "internal-" } else { "" };
        let number = u32::from_str_radix(&own[..8], 16).unwrap_or_default();
        format!("{internal}{name}-{number}.{region}.elb.{suffix}")
    }

    /// The ARN of a target group, from its name; an ARN stays as it is.
    pub fn target_group(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let path = format!("targetgroup/{name}/{}", id(&["targetgroup", name]));
        self.arn("elasticloadbalancing", &path)
    }

    /// The ARN of a trust store, from its name; an ARN stays as it is.
    pub fn trust_store(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let path = format!("truststore/{name}/{}", id(&["truststore", name]));
        self.arn("elasticloadbalancing", &path)
    }

    /// The ARN of a web ACL of `scope`, from its name.
    pub fn web_acl(&self, scope: &str, name: &str) -> String {
        self.waf(scope, "webacl", name)
    }

    /// The ARN of a rule group of `scope`, from its name; an ARN stays as it is.
    pub fn rule_group(&self, scope: &str, name: &str) -> String {
        self.waf(scope, "rulegroup", name)
    }

    fn waf(&self, scope: &str, kind: &str, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let scope = if scope == "CLOUDFRONT" { "global" } else { "regional" };
        self.arn("wafv2", &format!("{scope}/{kind}/{name}/{}", uuid(&[kind, name])))
    }

    /// The ARN of an ACM certificate, from the name a test gave it; an ARN stays as it is.
    pub fn certificate(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        self.arn("acm", &format!("certificate/{}", uuid(&[name])))
    }
}

/// The part of a load balancer's ARN that names its type.
fn short(kind: &str) -> &str {
    match kind {
        "application" => "app",
        "network" => "net",
        "gateway" => "gwy",
        other => other,
    }
}

/// Sixteen hexadecimal digits that depend on `parts` alone, so that ARNs are the same in every run.
pub fn id(parts: &[&str]) -> String {
    format!("{:016x}", fingerprint(parts))
}

/// A universally unique id in form, that depends on `parts` alone.
pub fn uuid(parts: &[&str]) -> String {
    let high = fingerprint(parts);
    let mut again = parts.to_vec();
    again.push("again");
    let low = fingerprint(&again);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// FNV-1a over the parts, with a separator that no name contains.
fn fingerprint(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
