//! Partitions, their regions, and the endpoints of the services that the small client calls.

use super::region::RegionName;

/// A partition of AWS: credentials of one are nothing in another.
#[derive(Debug)]
pub(crate) struct Partition {
    /// `aws`, `aws-cn` …
    pub(crate) name: &'static str,
    /// How its regions' names begin.
    prefixes: &'static [&'static str],
    /// DNS suffix of its endpoints.
    pub(crate) suffix: &'static str,
    /// DNS suffix of its dual-stack endpoints.
    dual_stack: &'static str,
    /// The region that is asked when none is configured.
    pub(crate) home: &'static str,
    /// Hosts of IAM: standard, dual-stack, FIPS, both.
    iam: [&'static str; 4],
    /// The region that requests to IAM are signed for.
    iam_region: &'static str,
    /// Regions as of this version; the account's own list is asked for first.
    pub(crate) regions: &'static [&'static str],
}

/// The date of the bundled region lists.
pub(crate) const REGIONS_AS_OF: &str = "2026-10";

/// In the order in which they are tried when no region is configured.
///
/// Source: botocore's partitions and endpoint rules, 1.44.5; AWS's list of regions, October 2026.
pub(crate) const PARTITIONS: &[Partition] = &[
    Partition {
        name: "aws",
        prefixes: &["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"],
        suffix: "amazonaws.com",
        dual_stack: "api.aws",
        home: "us-east-1",
        iam: [
            "iam.amazonaws.com",
            "iam.global.api.aws",
            "iam-fips.amazonaws.com",
            "iam-fips.global.api.aws",
        ],
        iam_region: "us-east-1",
        regions: &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    },
    Partition {
        name: "aws-us-gov",
        prefixes: &["us-gov-"],
        suffix: "amazonaws.com",
        dual_stack: "api.aws",
        home: "us-gov-west-1",
        iam: [
            "iam.us-gov.amazonaws.com",
            "iam.us-gov.api.aws",
            "iam.us-gov.amazonaws.com",
            "iam.us-gov.api.aws",
        ],
        iam_region: "us-gov-west-1",
        regions: &["us-gov-east-1", "us-gov-west-1"],
    },
    Partition {
        name: "aws-cn",
        prefixes: &["cn-"],
        suffix: "amazonaws.com.cn",
        dual_stack: "api.amazonwebservices.com.cn",
        home: "cn-north-1",
        iam: [
            "iam.cn-north-1.amazonaws.com.cn",
            "iam.global.api.amazonwebservices.com.cn",
            "iam-fips.amazonaws.com.cn",
            "iam-fips.api.amazonwebservices.com.cn",
        ],
        iam_region: "cn-north-1",
        regions: &["cn-north-1", "cn-northwest-1"],
    },
    Partition {
        name: "aws-eusc",
        prefixes: &["eusc-"],
        suffix: "amazonaws.eu",
        dual_stack: "api.amazonwebservices.eu",
        home: "eusc-de-east-1",
        iam: [
            "iam.eusc-de-east-1.amazonaws.eu",
            "iam.global.api.amazonwebservices.eu",
            "iam-fips.amazonaws.eu",
            "iam-fips.api.amazonwebservices.eu",
        ],
        iam_region: "eusc-de-east-1",
        regions: &["eusc-de-east-1"],
    },
    Partition {
        name: "aws-iso",
        prefixes: &["us-iso-"],
        suffix: "c2s.ic.gov",
        dual_stack: "api.aws.ic.gov",
        home: "us-iso-east-1",
        iam: [
            "iam.us-iso-east-1.c2s.ic.gov",
            "iam.api.aws.ic.gov",
            "iam-fips.us-iso-east-1.c2s.ic.gov",
            "iam-fips.api.aws.ic.gov",
        ],
        iam_region: "us-iso-east-1",
        regions: &["us-iso-east-1", "us-iso-west-1"],
    },
    Partition {
        name: "aws-iso-b",
        prefixes: &["us-isob-"],
        suffix: "sc2s.sgov.gov",
        dual_stack: "api.aws.scloud",
        home: "us-isob-east-1",
        iam: [
            "iam.us-isob-east-1.sc2s.sgov.gov",
            "iam.api.aws.scloud",
            "iam-fips.us-isob-east-1.sc2s.sgov.gov",
            "iam-fips.api.aws.scloud",
        ],
        iam_region: "us-isob-east-1",
        regions: &["us-isob-east-1", "us-isob-west-1"],
    },
    Partition {
        name: "aws-iso-e",
        prefixes: &["eu-isoe-"],
        suffix: "cloud.adc-e.uk",
        dual_stack: "api.cloud-aws.adc-e.uk",
        home: "eu-isoe-west-1",
        iam: [
            "iam.eu-isoe-west-1.cloud.adc-e.uk",
            "iam.eu-isoe-west-1.cloud.adc-e.uk",
            "iam-fips.cloud.adc-e.uk",
            "iam-fips.cloud.adc-e.uk",
        ],
        iam_region: "eu-isoe-west-1",
        regions: &["eu-isoe-west-1"],
    },
    Partition {
        name: "aws-iso-f",
        prefixes: &["us-isof-"],
        suffix: "csp.hci.ic.gov",
        dual_stack: "api.aws.hci.ic.gov",
        home: "us-isof-south-1",
        iam: [
            "iam.us-isof-south-1.csp.hci.ic.gov",
            "iam.us-isof-south-1.csp.hci.ic.gov",
            "iam-fips.csp.hci.ic.gov",
            "iam-fips.csp.hci.ic.gov",
        ],
        iam_region: "us-isof-south-1",
        regions: &["us-isof-east-1", "us-isof-south-1"],
    },
];

/// The partition whose regions' names begin as this one does; none for a beginning that is new to this
/// version.
pub(super) fn partition_of(region: &str) -> Option<&'static Partition> {
    let longest = |partition: &&Partition| {
        let fits = partition.prefixes.iter().filter(|prefix| region.starts_with(**prefix));
        fits.map(|prefix| prefix.len()).max()
    };
    let fitting = PARTITIONS.iter().filter(|partition| longest(partition).is_some());
    fitting.max_by_key(longest)
}

/// The partition of this name, as ARNs have it.
pub(crate) fn partition_named(name: &str) -> Option<&'static Partition> {
    PARTITIONS.iter().find(|partition| partition.name == name)
}

/// Which variant of an endpoint is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

/// URL and signing region of a service's endpoint, as the SDK's own rules give them.
///
/// `service` is the endpoint's prefix: `ec2`, `iam`, `wafv2`, `monitoring`.
pub(crate) fn endpoint(service: &str, region: &RegionName, variant: Variant) -> (String, String) {
    let partition = region.partition();
    if service == "iam" {
        return iam(partition, variant);
    }
    let home = home(service, partition);
    if let (true, Some(home)) = (matches!(service, "cloudfront" | "route53"), home) {
        return (without_region(service, partition, variant), home.to_owned());
    }
    let region = home.unwrap_or(&**region);
    (regional(service, region, partition, variant), region.to_owned())
}

/// The endpoint of a service in a region.
fn regional(service: &str, region: &str, partition: &Partition, variant: Variant) -> String {
    // Some of GovCloud's standard hosts are the FIPS ones.
    let standard_is_fips = partition.name == "aws-us-gov"
        && matches!(
            service,
            "ec2"
                | "elasticloadbalancing"
                | "sns"
                | "ssm"
                | "logs"
                | "autoscaling"
                | "monitoring"
                | "events"
                | "organizations"
        )
        && (!variant.dual_stack || matches!(service, "monitoring" | "events" | "organizations"));
    let fips = if variant.fips && !standard_is_fips { "-fips" } else { "" };
    // S3 says it in the host; some others serve both on the standard one in the largest partitions.
    let standard = match service {
        "s3" => true,
        "cognito-idp" => partition.name == "aws",
        "secretsmanager" => {
            matches!(partition.name, "aws" | "aws-us-gov")
                || (partition.name == "aws-cn" && !variant.fips)
        }
        _ => false,
    };
    let suffix =
        if variant.dual_stack && !standard { partition.dual_stack } else { partition.suffix };
    let both = if variant.dual_stack && service == "s3" { ".dualstack" } else { "" };
    format!("https://{service}{fips}{both}.{region}.{suffix}")
}

/// The region that a service answers in, or signs for, when it has one endpoint a partition; none for a
/// service of regions, and for one that the partition does not have.
///
/// Source: botocore's endpoint rules, 1.44.5.
pub(crate) fn home(service: &str, partition: &Partition) -> Option<&'static str> {
    match (service, partition.name) {
        ("cloudfront" | "route53" | "shield", "aws") => Some("us-east-1"),
        ("globalaccelerator", "aws") => Some("us-west-2"),
        ("cloudfront" | "route53" | "organizations", "aws-cn") => Some("cn-northwest-1"),
        ("route53" | "organizations", _) => Some(partition.iam_region),
        _ => None,
    }
}

/// Hosts of `CloudFront` and Route 53 name no region, in their largest partition.
fn without_region(service: &str, partition: &Partition, variant: Variant) -> String {
    let fips = if variant.fips { "-fips" } else { "" };
    let suffix = if variant.dual_stack { partition.dual_stack } else { partition.suffix };
    let place = match (service, partition.name) {
        ("route53", "aws-us-gov") => return format!("https://route53.us-gov.{suffix}"),
        ("cloudfront", "aws-cn") if !variant.dual_stack => ".cn-northwest-1",
        (_, "aws") | ("route53", "aws-cn" | "aws-eusc")
            if variant.dual_stack && (partition.name == "aws" || !variant.fips) =>
        {
            ".global"
        }
        _ => "",
    };
    format!("https://{service}{fips}{place}.{suffix}")
}

/// IAM has one endpoint a partition.
fn iam(partition: &Partition, variant: Variant) -> (String, String) {
    let place = 2 * usize::from(variant.fips) + usize::from(variant.dual_stack);
    (format!("https://{}", partition.iam[place]), partition.iam_region.to_owned())
}

/// Whether AWS WAF Classic ever was in a region. It is closed, so no region will be added.
///
/// Source: botocore's list of endpoints, 1.44.5.
pub(crate) fn had_waf_classic(region: &str) -> bool {
    const LATER: [&str; 7] = [
        "ap-east-2",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "me-west-1",
        "mx-central-1",
    ];
    let partition = partition_of(region).map(|partition| partition.name);
    matches!(partition, Some("aws" | "aws-cn" | "aws-us-gov")) && !LATER.contains(&region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_those_of_the_sdks() {
        let rows = include_str!("endpoints.tsv").lines().filter(|line| !line.starts_with('#'));
        for row in rows {
            let fields: Vec<&str> = row.split('\t').collect();
            let variant = Variant { fips: fields[2] == "fips", dual_stack: fields[3] == "dual" };
            let region = RegionName::parse(fields[1]).unwrap();
            let (url, signed_for) = endpoint(fields[0], &region, variant);
            assert_eq!((url.as_str(), signed_for.as_str()), (fields[4], fields[5]), "{row}");
        }
    }

    #[test]
    fn a_region_that_is_new_is_asked_in_its_callers_partition() {
        let asked = |partition: &str| {
            let partition = partition_named(partition).unwrap();
            let region = RegionName::in_partition("kr-central-1", partition).unwrap();
            endpoint("ec2", &region, Variant::default()).0
        };
        assert_eq!(asked("aws"), "https://ec2.kr-central-1.amazonaws.com");
        assert_eq!(asked("aws-cn"), "https://ec2.kr-central-1.amazonaws.com.cn");
    }
}
