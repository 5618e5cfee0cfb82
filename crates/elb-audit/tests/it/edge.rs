//! What lies around load balancers and in front of them, and the buckets behind: from the fake to the
//! saved inventory.

use elb_audit_core::inventory::{BucketState, LogBucket, Region as KnownRegion};
use elb_audit_core::vocab::fact::{Fact, Reason};
use elb_audit_fake_aws::{
    Accelerator, AcceleratorListener, Account, AclEntry, AutoScalingGroup, Bucket,
    ClassicLoadBalancer, Distribution, EncryptionControl, EndpointService, FakeAws, Fault, FlowLog,
    HostedZone, HttpApi, Integration, Listener, LoadBalancer, NetworkAcl, Origin, Permission,
    PublicAccessBlock, Record, Region, SecurityGroup, Shield, TargetGroup, VpcEndpoint, VpcLink,
    VpcOrigin, model::network,
};
use jiff::{SignedDuration, Timestamp};

use crate::account::NUMBER;
use crate::facts::{collected, place};
use crate::program::Run;

fn account(region: Region) -> Account {
    Account::new(NUMBER).only_its_regions().region("eu-west-1", region)
}

fn region_of(region: Region) -> KnownRegion {
    collected(&FakeAws::start(account(region))).0.regions.remove(0)
}

#[test]
fn the_network_around() {
    let lower = AclEntry::deny(90, "192.0.2.0/24").tcp(443, 443);
    let region = region_of(
        Region::with_network()
            .with(LoadBalancer::application("web").internet_facing())
            .with(NetworkAcl::open("acl-1", &network::PUBLIC_SUBNETS).entry(lower))
            .with(SecurityGroup::new("sg-old").stale(Permission::tcp(22, 22, &["sg-gone"])))
            .with(FlowLog::new(network::VPC).traffic("REJECT").failing("Access error"))
            .with(EncryptionControl::enforce(network::VPC))
            .with(EncryptionControl::monitor("vpc-elsewhere")),
    );
    let vpc = &region.vpcs.get().unwrap()[0];
    assert!(vpc.id == network::VPC && !vpc.ranges.is_empty());
    let subnets = region.subnets.get().unwrap();
    assert!(subnets.iter().all(|subnet| subnet.zone.is_some() && !subnet.ranges.is_empty()));
    let acl = region.network_acls.get().unwrap().iter().find(|acl| acl.id == "acl-1").unwrap();
    assert_eq!((acl.vpc_id.as_str(), acl.subnets.len()), (network::VPC, 2));
    let entry = acl.entries.iter().find(|entry| entry.number == 90).unwrap();
    assert_eq!((entry.action.as_str(), entry.from_port, entry.egress), ("deny", Some(443), false));
    assert!(acl.entries.iter().any(|entry| entry.number == 32_767));
    let stale = &region.stale_rules.get().unwrap()[0];
    assert_eq!((stale.group.as_str(), stale.names.as_str()), ("sg-old", "sg-gone"));
    let flow = &region.flow_logs.get().unwrap()[0];
    assert_eq!(flow.resource, network::VPC);
    assert_eq!(
        (flow.traffic.as_deref(), flow.delivery.as_deref()),
        (Some("REJECT"), Some("FAILED"))
    );
    let controls = region.encryption_controls.get().unwrap();
    // All of them: participants of a VPC without load balancers ask for its control.
    assert_eq!(controls.len(), 2, "{controls:?}");
    let own = controls.iter().find(|control| control.vpc_id == network::VPC).unwrap();
    assert_eq!(own.mode, "enforce");
}

#[test]
fn what_leads_to_load_balancers_in_their_region() {
    let net = place().load_balancer("network", "net");
    let fake = FakeAws::start(account(
        Region::with_network()
            .with(LoadBalancer::network("net").listener(Listener::tcp(80).forward("tcp")))
            .with(LoadBalancer::gateway("gwy"))
            .with(TargetGroup::tcp("tcp", 80))
            .with(ClassicLoadBalancer::new("old"))
            .with(EndpointService::new("vpce-svc-1").behind("net").without_acceptance().allow("*"))
            .with(EndpointService::new("vpce-svc-2"))
            .with(VpcEndpoint::interface("vpce-1", "vpce-svc-1"))
            .with(VpcEndpoint::gateway_load_balancer("vpce-2", "vpce-svc-3"))
            .with(AutoScalingGroup::new("fleet").behind("tcp").health_check("EC2,ELB"))
            .with(AutoScalingGroup::new("oldies").behind_classic("old"))
            .with(AutoScalingGroup::new("lone"))
            .with(VpcLink::new("link", "net"))
            .with(
                HttpApi::new("api")
                    .integration(Integration::private("link-2", "arn:aws:elb:listener"))
                    .integration(Integration::public("https://example.com")),
            )
            .with(HttpApi::new("public").integration(Integration::public("https://example.com"))),
    ));
    let region = collected(&fake).0.regions.remove(0);
    let services = region.endpoint_services.get().unwrap();
    assert_eq!(services.len(), 1, "one has no load balancer: {services:?}");
    assert_eq!(services[0].load_balancers, std::slice::from_ref(&net));
    assert!(!services[0].acceptance_required);
    assert_eq!(services[0].principals, Fact::Known(vec!["*".to_owned()]));
    let endpoints = region.vpc_endpoints.get().unwrap();
    assert_eq!((endpoints.len(), endpoints[0].id.as_str()), (1, "vpce-2"));
    let groups = region.auto_scaling_groups.get().unwrap();
    let named = |name: &str| groups.iter().find(|group| group.name == name);
    let fleet = named("fleet").unwrap();
    assert_eq!(fleet.target_groups, [place().target_group("tcp")], "each once");
    assert_eq!(fleet.health_check_type.as_deref(), Some("EC2,ELB"));
    assert_eq!(named("oldies").unwrap().load_balancers, ["old"]);
    assert!(named("lone").is_none() && !fleet.zones.is_empty());
    assert_eq!(region.rest_links.get().unwrap()[0].targets, [net]);
    let links = region.http_links.get().unwrap();
    assert_eq!(links.len(), 1, "one is public: {links:?}");
    assert_eq!((links[0].kind.as_str(), links[0].targets.len()), ("http", 1));
}

#[test]
fn records_are_read_where_an_origin_has_a_name_that_they_may_explain() {
    let host = place().dns_name("application", "web", false);
    for (name, asked) in [("www.example.com", 1), (host.as_str(), 0)] {
        let record = Record::alias("www.example.com", &format!("dualstack.{host}"));
        let web = LoadBalancer::application("web").internet_facing();
        let account = account(Region::with_network().with(web))
            .with(Distribution::new("www", Origin::custom(name).protocol_policy("http-only")))
            .with(HostedZone::new("example.com").record(record));
        let fake = FakeAws::start(account);
        let scan = "scan --format json --check cloudfront-bypass --show-passed";
        let report = Run::on(&fake, scan).report();
        assert_eq!(fake.count("route53:ListHostedZones"), asked, "{name}");
        let found = report.findings.iter().any(|one| one.check == "cloudfront-bypass");
        assert!(found, "{name}: {:?}", report.load_balancers);
    }
}

#[test]
fn what_an_account_has_in_no_region() {
    let web = place().load_balancer("application", "web");
    let host = place().dns_name("application", "web", false);
    let zone = HostedZone::new("example.com")
        .record(Record::alias("www.example.com", &format!("dualstack.{host}")))
        .record(Record::new("old.example.com", "CNAME", &host).weighted("a", 1))
        .record(Record::new("old.example.com", "CNAME", "elsewhere.example.net").weighted("b", 1))
        .record(Record::new("text.example.com", "TXT", &host));
    let account = account(Region::with_network().with(LoadBalancer::application("web")))
        .with(Shield::subscribed().protects(&web))
        .with(Distribution::new("www", Origin::custom(&host).header("X-Origin", "hunter2")))
        .with(Distribution::new("shop", Origin::custom(&host)).web_acl("arn:aws:wafv2:acl"))
        .with(VpcOrigin::new("way", &web))
        .with(
            Accelerator::new("edge")
                .listener(AcceleratorListener::tcp(80).to("eu-west-1", &web))
                .listener(AcceleratorListener::tcp(443).to("eu-west-1", &web)),
        )
        .with(zone)
        .with(HostedZone::new("inside.example.com").private());
    let (account, text) = collected(&FakeAws::start(account));
    assert!(!text.contains("hunter2"));
    let shield = account.shield.get().unwrap();
    assert_eq!((shield.subscribed, &shield.protected), (true, &vec![web.clone()]));
    let distributions = account.distributions.get().unwrap();
    let acls: Vec<_> = distributions.iter().map(|one| one.web_acl.as_deref()).collect();
    assert_eq!(acls, [None, Some("arn:aws:wafv2:acl")], "an empty id is no web ACL");
    let origin = &distributions[0].origins[0];
    assert_eq!((origin.domain.as_str(), origin.custom_headers.len()), (host.as_str(), 1));
    assert_eq!(account.vpc_origins.get().unwrap()[0].endpoint, web);
    let accelerator = &account.accelerators.get().unwrap()[0];
    let endpoints = accelerator.endpoints.get().unwrap();
    let ports: Vec<_> = endpoints.iter().flat_map(|endpoint| &endpoint.ports).collect();
    assert_eq!(
        (ports.as_slice(), endpoints[0].id.as_str()),
        (&[&(80, 80), &(443, 443)][..], &*web)
    );
    let mut records: Vec<(&str, bool, &str)> = account
        .dns_records
        .get()
        .unwrap()
        .iter()
        .map(|record| (record.name.as_str(), record.alias, record.target.as_str()))
        .collect();
    records.sort_unstable();
    assert_eq!(records, [("old.example.com", false, &*host), ("www.example.com", true, &host)]);
}

#[test]
fn without_a_subscription_nothing_more_is_asked_of_shield() {
    let fake = FakeAws::start(account(Region::with_network().with(LoadBalancer::network("net"))));
    let (account, _) = collected(&fake);
    assert!(!account.shield.get().unwrap().subscribed);
    assert_eq!(fake.count("shield:ListProtections"), 0);
}

#[test]
fn services_that_a_partition_does_not_have_hold_nothing() {
    let region = Region::with_network().with(LoadBalancer::network("net"));
    let account = Account::new(NUMBER).only_its_regions().region("us-gov-west-1", region);
    let fake = FakeAws::start(account);
    let run = crate::program::Run::on(&fake, "collect --retries 0 -o -");
    let text = run.env("AWS_REGION", "us-gov-west-1").done().exits(0).stdout;
    let inventory: elb_audit_core::inventory::Inventory = serde_json::from_str(&text).unwrap();
    let account = &inventory.accounts[0];
    assert!(!account.shield.get().unwrap().subscribed);
    assert_eq!(account.distributions, Fact::Known(Vec::new()));
    assert_eq!(fake.count("shield:*") + fake.count("cloudfront:*"), 0);
    assert_eq!(fake.count("route53:ListHostedZones"), 1, "that one it has");
    let said = &account.notes[0];
    assert!(
        said.contains("aws-us-gov does not have CloudFront, Global Accelerator, Shield"),
        "{said}"
    );
}

/// An internet-facing load balancer that logs to this bucket, in an account with this bucket.
fn logging(bucket: Option<Bucket>) -> FakeAws {
    let web = LoadBalancer::application("web")
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "logs")
        .attribute("access_logs.s3.prefix", "prod");
    let account = account(Region::with_network().with(web));
    FakeAws::start(account.with_all(bucket))
}

fn bucket_of(fake: &FakeAws) -> LogBucket {
    collected(fake).0.regions.remove(0).log_buckets.remove("logs").unwrap()
}

#[test]
fn log_buckets() {
    let own = |region: &str| Fact::Known(BucketState::Own { region: Some(region.to_owned()) });
    let known = bucket_of(&logging(Some(Bucket::new("logs", "eu-west-1").policy(true))));
    assert_eq!(known.state, own("eu-west-1"));
    assert_eq!(
        (known.policy_is_public, known.public_access_blocked),
        (Fact::Known(true), Fact::Known(true))
    );
    let open = PublicAccessBlock { block_acls: false, ..PublicAccessBlock::all() };
    let known = bucket_of(&logging(Some(Bucket::new("logs", "eu-west-1").block(Some(open)))));
    assert_eq!(
        (known.policy_is_public, known.public_access_blocked),
        (Fact::Known(false), Fact::Known(false))
    );
    let known = bucket_of(&logging(Some(Bucket::new("logs", "eu-west-1").block(None))));
    assert_eq!(known.public_access_blocked, Fact::Known(false), "never configured");
    let known = bucket_of(&logging(Some(Bucket::new("logs", "us-west-2").policy(false))));
    assert_eq!((known.state, known.policy_is_public), (own("us-west-2"), Fact::Known(false)));
    let known = bucket_of(&logging(None));
    assert_eq!(known.state, Fact::Known(BucketState::Missing));
    assert_eq!(known.policy_is_public.gap().unwrap().reason, Reason::NotCollected);
}

/// S3 names a bucket's region in a header, and the next request goes there.
#[test]
fn a_log_bucket_in_a_region_that_can_be_none() {
    for region in ["eu-west-1.example.com", "x@example.com#-west-1", "cn-north-1"] {
        let fake = logging(Some(Bucket::new("logs", region)));
        let state = bucket_of(&fake).state;
        let gap = state.gap().unwrap();
        assert_eq!(gap.reason, Reason::Malformed, "{gap}");
        let said = format!("S3 says that the bucket is in `{region}`, which is no region");
        assert!(gap.detail.as_deref().unwrap().contains(&said), "{gap}");
        assert!(fake.log().iter().all(|entry| entry.region != region));
    }
}

#[test]
fn whose_a_log_bucket_is() {
    let strange = || Bucket::new("logs", "eu-west-1").owner("222233334444");
    let known = bucket_of(&logging(Some(strange().open_to_others())));
    let region = Some("eu-west-1".to_owned());
    assert_eq!(known.state, Fact::Known(BucketState::Foreign { region }));
    assert_eq!(known.policy_is_public.gap().unwrap().reason, Reason::NotCollected);
    // Who is refused with and without the owner in the question may lack the permission, too.
    let known = bucket_of(&logging(Some(strange())));
    let gap = known.state.gap().unwrap();
    assert_eq!(gap.reason, Reason::AccessDenied);
    assert!(gap.detail.as_ref().unwrap().contains("another account's"), "{gap:?}");
    let fake = logging(Some(Bucket::new("logs", "eu-west-1")));
    fake.fault(Fault::deny("s3:HeadBucket"));
    assert_eq!(bucket_of(&fake).state.gap().unwrap().reason, Reason::AccessDenied);
}

#[test]
fn the_newest_log() {
    let now = Timestamp::now();
    let web = place().load_balancer("application", "web");
    let id = web.rsplit("loadbalancer/").next().unwrap().replace('/', ".");
    let key = |at: Timestamp, name: &str| {
        let day = at.strftime("%Y/%m/%d");
        format!(
            "prod/AWSLogs/{NUMBER}/elasticloadbalancing/eu-west-1/{day}/\
             {NUMBER}_elasticloadbalancing_eu-west-1_{name}_x.log.gz"
        )
    };
    let yesterday = now - SignedDuration::from_hours(24);
    let log = |at: Timestamp, name: &str| {
        let bucket = Bucket::new("logs", "eu-west-1").object_at(&key(at, name), at.as_second());
        bucket_of(&logging(Some(bucket))).newest[&web].clone()
    };
    let at = Timestamp::from_second(now.as_second()).unwrap();
    assert_eq!(log(now, &id), Fact::Known(Some(at)));
    assert_eq!(log(yesterday, &id), Fact::Known(Some(at - SignedDuration::from_hours(24))));
    assert_eq!(log(now - SignedDuration::from_hours(72), &id), Fact::Known(None));
    assert_eq!(log(now, "app.other.0123456789abcdef"), Fact::Known(None));
}
