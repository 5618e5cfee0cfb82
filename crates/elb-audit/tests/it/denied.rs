//! Each call denied in turn: the right gap, no verdict that flips, exit 4 under `--strict`.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::check::plan;
use elb_audit_core::checks;
use elb_audit_core::report::{Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_fake_aws::{FakeAws, Fault};

use crate::account::account;
use crate::compare::{name_of, no_flip, settled, side_by_side};
use crate::program::{Done, Folder, Run};

/// What is left of a scan when a call is denied.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    /// A gap that names the call.
    Gap,
    /// Everything: another call answers the same question.
    Everything,
}

/// What to expect of each call. One that is new has to be entered here, and the account of these tests
/// must make a scan use it.
#[allow(clippy::too_many_lines, reason = "one line a call")]
fn left(call: Call) -> Left {
    match call {
        Call::AcmSearchCertificates
        | Call::Wafv2ListWebAcls
        | Call::Wafv2ListResourcesForWebAcl
        | Call::Wafv2GetWebAclForResource => Left::Everything,
        Call::StsGetCallerIdentity
        | Call::Ec2DescribeRegions
        | Call::ElbDescribeLoadBalancers
        | Call::ElbDescribeLoadBalancerAttributes
        | Call::ElbDescribeLoadBalancerPolicies
        | Call::ElbDescribeInstanceHealth
        | Call::ElbDescribeTags
        | Call::ElbV2DescribeLoadBalancers
        | Call::ElbV2DescribeLoadBalancerAttributes
        | Call::ElbV2DescribeListeners
        | Call::ElbV2DescribeListenerAttributes
        | Call::ElbV2DescribeListenerCertificates
        | Call::ElbV2DescribeRules
        | Call::ElbV2DescribeTargetGroups
        | Call::ElbV2DescribeTargetGroupAttributes
        | Call::ElbV2DescribeTargetHealth
        | Call::ElbV2DescribeTags
        | Call::ElbV2DescribeSslPolicies
        | Call::ElbV2DescribeTrustStores
        | Call::AcmDescribeCertificate
        | Call::IamListServerCertificates
        | Call::IamGetServerCertificate
        | Call::Ec2DescribeSecurityGroups
        | Call::Ec2DescribeSubnets
        | Call::Ec2DescribeRouteTables
        | Call::Ec2GetManagedPrefixListEntries
        | Call::Ec2DescribeVpcBlockPublicAccessOptions
        | Call::Ec2DescribeVpcBlockPublicAccessExclusions
        | Call::LogsDescribeDeliverySources
        | Call::LogsDescribeDeliveries
        | Call::ElbV2DescribeTrustStoreRevocations
        | Call::ElbV2DescribeTrustStoreAssociations
        | Call::ElbV2GetResourcePolicy
        | Call::ElbV2DescribeAccountLimits
        | Call::ElbV2DescribeCapacityReservation
        | Call::Wafv2GetWebAcl
        | Call::Wafv2GetRuleGroup
        | Call::Wafv2ListLoggingConfigurations
        | Call::WafRegionalListWebAcls
        | Call::WafRegionalListResourcesForWebAcl
        | Call::ShieldDescribeSubscription
        | Call::ShieldListProtections
        | Call::Ec2DescribeVpcs
        | Call::Ec2DescribeNetworkAcls
        | Call::Ec2DescribeNetworkInterfaces
        | Call::Ec2DescribeStaleSecurityGroups
        | Call::Ec2DescribeVpcEncryptionControls
        | Call::Ec2DescribeFlowLogs
        | Call::Ec2DescribeVpcEndpointServiceConfigurations
        | Call::Ec2DescribeVpcEndpointServicePermissions
        | Call::Ec2DescribeVpcEndpoints
        | Call::AutoScalingDescribeGroups
        | Call::CloudWatchGetMetricData
        | Call::LambdaGetPolicy
        | Call::CognitoDescribeUserPool
        | Call::S3HeadBucket
        | Call::S3GetBucketPolicyStatus
        | Call::S3GetPublicAccessBlock
        | Call::S3ListObjectsV2
        | Call::CloudFrontListDistributions
        | Call::CloudFrontListVpcOrigins
        | Call::GlobalAcceleratorListAccelerators
        | Call::GlobalAcceleratorListListeners
        | Call::GlobalAcceleratorListEndpointGroups
        | Call::ApiGatewayGetVpcLinks
        | Call::ApiGatewayV2GetApis
        | Call::ApiGatewayV2GetIntegrations
        | Call::Route53ListHostedZones
        | Call::Route53ListResourceRecordSets
        | Call::StsAssumeRole
        | Call::OrganizationsListAccounts
        | Call::OrganizationsListRoots
        | Call::OrganizationsListOrganizationalUnitsForParent
        | Call::OrganizationsListAccountsForParent
        | Call::OrganizationsDescribeOrganizationalUnit
        | Call::OrganizationsListParents => Left::Gap,
    }
}

/// The calls that read an account; those that lead to others are denied in `many`.
fn of_one_account() -> impl Iterator<Item = Call> {
    Call::all().filter(|call| !call.leads_to_accounts())
}

/// A fake AWS of the account, with pages of one.
fn fake(faults: &[&str]) -> FakeAws {
    let fake = FakeAws::start(account());
    for call in faults {
        fake.fault(Fault::deny(call));
    }
    fake
}

fn scan(fake: &FakeAws) -> Done {
    Run::on(fake, "scan --persona auditor --strict --show-passed --format json --retries 0").done()
}

/// What `collect` saves, judged by `check`.
fn collect(fake: &FakeAws) -> Done {
    let folder = Folder::new();
    let file = folder.path("inventory.json");
    Run::on(fake, "collect --retries 0 -o").arg(&file).done().exits(0);
    Run::bare("check --persona auditor --strict --show-passed --format json").arg(&file).done()
}

#[test]
fn undisturbed_every_call_is_made_and_most_checks_have_something_to_say() {
    let whole = fake(&[]);
    let report = scan(&whole).exits(1).report();
    assert_eq!((report.summary.unknown, &report.gaps), (0, &Vec::new()));
    let judged: BTreeSet<&str> =
        report.findings.iter().map(|finding| finding.check.as_str()).collect();
    // The question of the others does not arise in this account.
    assert!(judged.len() * 4 > checks::ALL.len() * 3, "{judged:?}");
    let planned: BTreeSet<Call> = plan::calls(checks::ALL).into_iter().collect();
    for call in &planned {
        assert!(whole.count(call.name()) > 0, "{call} is not made by scan");
    }
    let whole = fake(&[]);
    collect(&whole).exits(1);
    for call in of_one_account() {
        assert!(whole.count(call.name()) > 0, "{call} is not made by collect");
    }
}

#[test]
fn each_call_denied() {
    let planned = plan::calls(checks::ALL);
    let whole = (scan(&fake(&[])).report(), collect(&fake(&[])).report());
    let calls: Vec<Call> = of_one_account().collect();
    side_by_side(&calls, |call| {
        let denied = fake(&[call.name()]);
        if planned.contains(call) {
            judge(*call, &whole.0, scan(&denied));
        } else {
            judge(*call, &whole.1, collect(&denied));
        }
        assert!(denied.count(call.name()) > 0, "{call} was not even tried");
    });
}

fn judge(call: Call, whole: &Report, done: Done) {
    if left(call) == Left::Everything {
        let report = done.exits(1).report();
        assert_eq!(settled(report), settled(whole.clone()), "{call}");
        return;
    }
    let report = done.exits(4).report();
    no_flip(whole, &report, call.name());
    let denied = report.gaps.iter().filter(|gap| gap.call == call.name());
    let mut regions = BTreeSet::new();
    for gap in denied {
        assert_eq!(gap.action, call.action());
        assert!(gap.reason.starts_with("access denied: "), "{gap:?}");
        regions.insert(gap.region.clone());
    }
    assert!(!regions.is_empty(), "{call} left no gap: {:?}", report.gaps);
    assert_eq!(regions.contains(&None), call.is_global(), "{call}: {regions:?}");
    if call != Call::Ec2DescribeRegions {
        let others = report.gaps.iter().filter(|gap| gap.call != call.name());
        assert_eq!(others.count(), 0, "{call}: {:?}", report.gaps);
    }
}

#[test]
fn both_routes_denied_leave_a_gap() {
    let whole = scan(&fake(&[])).report();
    for (calls, check) in [
        (["acm:SearchCertificates", "acm:DescribeCertificate"], "certificate-expired"),
        (["wafv2:ListWebACLs", "wafv2:GetWebACLForResource"], "waf-not-associated"),
        (["wafv2:ListResourcesForWebACL", "wafv2:GetWebACLForResource"], "waf-not-associated"),
    ] {
        let report = scan(&fake(&calls)).exits(4).report();
        no_flip(&whole, &report, check);
        assert!(report.gaps.iter().all(|gap| gap.call == calls[1]), "{:?}", report.gaps);
        let unknown = |region: &str| {
            report.findings.iter().any(|finding| {
                finding.check == check
                    && finding.outcome == Outcome::Unknown
                    && finding.region == region
            })
        };
        assert!(unknown("eu-west-1") && unknown("us-east-1"), "{calls:?}");
    }
}

/// Verdicts of these checks: check and subject, with the outcome.
fn verdicts(report: &Report, prefix: &str) -> BTreeMap<(String, String), Outcome> {
    let of = report.findings.iter().filter(|finding| finding.check.starts_with(prefix));
    of.map(|one| ((one.check.clone(), one.subject.id.clone()), one.outcome)).collect()
}

#[test]
fn tls_verdicts_stand_without_describe_ssl_policies() {
    let whole = scan(&fake(&[])).report();
    let report = scan(&fake(&["elbv2:DescribeSSLPolicies"])).report();
    let judged = verdicts(&report, "tls-");
    assert_eq!(judged, verdicts(&whole, "tls-"));
    assert!(judged.values().any(|outcome| *outcome == Outcome::Fail));
    let old = report
        .findings
        .iter()
        .find(|one| one.check == "tls-legacy-protocol" && name_of(one) == "web");
    let content = old.unwrap().evidence.0["policy_content"].as_str().unwrap();
    assert!(content.starts_with("bundled table of 20"), "{content}");
}

#[test]
fn regions_denied_means_the_bundled_list_and_a_word_about_it() {
    let report = scan(&fake(&["ec2:DescribeRegions"])).exits(4).report();
    assert_eq!(report.regions.len(), 34);
    let said = &report.notes[0].text;
    assert!(said.contains("could not be listed") && said.contains("34 regions"), "{said}");
    let unread = report.regions.iter().filter(|region| region.reason.is_some()).count();
    assert_eq!(unread, 17, "opt-in regions that are off cannot be read: {:?}", report.regions);
}

#[test]
fn identity_denied_still_gives_a_report_under_the_right_account() {
    let report = scan(&fake(&["sts:GetCallerIdentity"])).exits(4).report();
    assert_eq!(report.accounts[0].id, crate::account::NUMBER);
    assert_eq!(report.summary.load_balancers, scan(&fake(&[])).report().summary.load_balancers);
}
