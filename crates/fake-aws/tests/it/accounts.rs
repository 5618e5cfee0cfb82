//! Several accounts, regions that are off, and partitions.

use elb_audit_fake_aws::{Account, FakeAws, LoadBalancer, Region, sample};

use crate::client::{Client, encode};

#[test]
fn a_role_of_another_account_leads_into_it() {
    let web = Region::new().with(LoadBalancer::application("web"));
    let other = Account::new("444455556666").region("eu-west-1", web);
    let fake = FakeAws::start_all(vec![Account::new("111122223333"), other]);
    let client = Client::new(&fake);
    let list = |client: Client<'_>| {
        client.ask("elbv2:DescribeLoadBalancers", "").values("LoadBalancerArn").len()
    };
    assert_eq!(list(client), 0);
    let role = encode("arn:aws:iam::444455556666:role/audit");
    let reply = client.ask("sts:AssumeRole", &format!("RoleArn={role}&RoleSessionName=s"));
    let key = reply.value("AccessKeyId").unwrap();
    let inside = Client { key, ..client };
    assert_eq!(list(inside), 1);
    assert_eq!(inside.ask("sts:GetCallerIdentity", "").value("Account"), Some("444455556666"));
    assert_eq!(fake.log().last().unwrap().account, "444455556666");
}

#[test]
fn a_session_may_do_what_its_policy_allows() {
    let fake = FakeAws::start(Account::new("111122223333"));
    let client = Client::new(&fake);
    let assume = |policy: &str| {
        let role = encode("arn:aws:iam::111122223333:role/audit");
        let policy = encode(policy);
        client.ask("sts:AssumeRole", &format!("RoleArn={role}&RoleSessionName=s&Policy={policy}"))
    };
    let reply = assume(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["ec2:Describe*", "wafv2:GetWebACLForResource"], "Resource": "*"},
            {"Effect": "Allow", "Action": "apigateway:GET", "Resource": "arn:aws:apigateway:*::/apis/*/integrations"}
        ]}"#,
    );
    let inside = Client { key: reply.value("AccessKeyId").unwrap(), ..client };
    assert_eq!(inside.ask("ec2:DescribeVpcs", "").status, 200);
    assert_eq!(inside.ask("sts:GetCallerIdentity", "").status, 200);
    for (call, action) in [
        ("ec2:GetManagedPrefixListEntries", "ec2:GetManagedPrefixListEntries"),
        ("elbv2:DescribeRules", "elasticloadbalancing:DescribeRules"),
        // It needs another action, too.
        ("wafv2:GetWebACLForResource", "wafv2:GetWebACL"),
    ] {
        let said = inside.ask(call, "").body;
        assert!(said.contains(&format!("no session policy allows the {action} action")), "{said}");
    }
    let get = |path: &str| inside.rest("apigateway", &format!("GET {path}"), "");
    assert_eq!(get("/v2/apis").status, 403);
    assert_ne!(get("/v2/apis/a/integrations").status, 403);
    assert_eq!(get("/vpclinks").status, 403);
    assert_eq!(assume("{").value("Code"), Some("MalformedPolicyDocument"));
    assert_eq!(assume(r#"{"Version": "2012-10-17", "Statement": []}"#).status, 400);
    assert_eq!(assume(&" ".repeat(2_049)).value("Code"), Some("ValidationError"));
}

#[test]
fn a_web_identity_needs_no_signature() {
    let fake = FakeAws::start(Account::new("111122223333"));
    let parameters =
        "RoleArn=arn:aws:iam::111122223333:role/audit&RoleSessionName=s&WebIdentityToken=t";
    let reply =
        Client { key: "", ..Client::new(&fake) }.ask("sts:AssumeRoleWithWebIdentity", parameters);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let unsigned = Client { key: "", ..Client::new(&fake) }.ask("sts:GetCallerIdentity", "");
    assert_eq!(unsigned.value("Code"), Some("MissingAuthenticationToken"));
}

#[test]
fn regions_that_are_off_are_listed_only_when_asked_for() {
    let fake = FakeAws::start(Account::new("111122223333").region_status("ap-east-1", "opted-in"));
    let client = Client::new(&fake);
    let count =
        |parameters: &str| client.ask("ec2:DescribeRegions", parameters).values("regionName").len();
    assert_eq!((count(""), count("AllRegions=true")), (18, 34));
    let filtered = "Filter.1.Name=opt-in-status&Filter.1.Value.1=opted-in&Filter.1.Value.2=x";
    assert_eq!(count(filtered), 1);
}

#[test]
fn a_region_that_is_off_knows_no_key() {
    let fake = FakeAws::start(Account::new("111122223333"));
    let client = Client { region: "af-south-1", ..Client::new(&fake) };
    assert_eq!(
        client.ask("elbv2:DescribeLoadBalancers", "").value("Code"),
        Some("InvalidClientTokenId")
    );
    assert_eq!(client.ask("ec2:DescribeSubnets", "").value("Code"), Some("AuthFailure"));
    assert_eq!(
        client.ask("acm:ListCertificates", "").value("__type"),
        Some("UnrecognizedClientException")
    );
}

#[test]
fn the_partition_follows_from_the_region() {
    let fake = FakeAws::start(Account::new("111122223333"));
    for (region, partition, count) in [
        ("cn-north-1", "aws-cn", 2),
        ("us-gov-west-1", "aws-us-gov", 2),
        ("eusc-de-east-1", "aws-eusc", 1),
    ] {
        let client = Client { region, ..Client::new(&fake) };
        let identity = client.ask("sts:GetCallerIdentity", "");
        assert!(identity.value("Arn").unwrap().starts_with(&format!("arn:{partition}:iam::")));
        assert_eq!(client.ask("ec2:DescribeRegions", "").values("regionName").len(), count);
    }
}

#[test]
fn an_account_can_change_while_it_is_read() {
    let account = || Account::new("111122223333");
    let fake = FakeAws::start(
        account().region("eu-west-1", Region::new().with(LoadBalancer::network("net"))),
    );
    let count = || {
        Client::new(&fake).ask("elbv2:DescribeLoadBalancers", "").values("LoadBalancerArn").len()
    };
    assert_eq!(count(), 1);
    fake.replace(account());
    assert_eq!(count(), 0);
}

#[test]
fn a_fleet_is_mixed_and_has_the_size_that_was_asked_for() {
    let fleet = sample::fleet(17, 20);
    assert_eq!(fleet.regions.len(), 17);
    for region in fleet.regions.values() {
        let of = |kind: &str| {
            let kinds = region.load_balancers.iter().filter(|one| one.kind == kind);
            kinds.count()
        };
        let kinds = [of("application"), of("network"), of("gateway"), region.classic.len()];
        assert_eq!(kinds, [10, 6, 2, 2]);
        assert_eq!(region.metrics.len(), 20);
        assert_eq!(region.auto_scaling_groups.len(), region.target_groups.len());
    }
}

#[test]
fn of_everything_there_is_as_much_as_was_asked_for() {
    for count in 0..3 {
        let account = sample::each(count);
        let region = &account.regions["eu-west-1"];
        let global = [
            account.buckets.len(),
            account.shield.protections.len(),
            account.accelerators.len(),
            account.distributions.len(),
            account.hosted_zones.len(),
        ];
        assert_eq!(global, [count; 5]);
        let modern = &region.load_balancers;
        let sizes = [
            modern.len() / 3,
            region.classic.len(),
            region.web_acls.len(),
            region.trust_stores.len(),
        ];
        assert_eq!(sizes, [count; 4]);
        let around = [
            region.network_interfaces.len(),
            region.endpoint_services.len(),
            region.auto_scaling_groups.len(),
            region.user_pools.len(),
            region.http_apis.len(),
        ];
        assert_eq!(around, [count; 5]);
        let secure =
            modern.iter().filter(|one| one.kind == "application").flat_map(|one| &one.listeners);
        assert_eq!(
            secure.map(|listener| listener.rules.len()).sum::<usize>(),
            count * count * count
        );
    }
}
