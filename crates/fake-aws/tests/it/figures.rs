//! Auto Scaling groups and what was counted.

use elb_audit_fake_aws::model::arn::Place;
use elb_audit_fake_aws::{FakeAws, Fault};

use crate::client::{Client, Reply, encode};
use crate::everything::{ACCOUNT, account};

const TIMES: &str = "StartTime=2026-01-01T00%3A00%3A00Z&EndTime=2026-01-15T00%3A00%3A00Z";

/// A query by number: namespace, metric, and dimensions with names and values.
fn query(number: usize, (space, metric): (&str, &str), dimensions: &[(&str, &str)]) -> String {
    let path = format!("MetricDataQueries.member.{number}");
    let of = format!("{path}.MetricStat");
    let head = format!(
        "&{path}.Id=m{number}&{of}.Metric.Namespace=AWS%2F{space}&{of}.Metric.MetricName={metric}&{of}.Period=604800&{of}.Stat=Sum"
    );
    let parts = (1..).zip(dimensions).map(|(index, (name, value))| {
        let dimension = format!("{of}.Metric.Dimensions.member.{index}");
        format!("&{dimension}.Name={name}&{dimension}.Value={}", encode(value))
    });
    [head].into_iter().chain(parts).collect()
}

/// The dimension of a load balancer.
fn dimension(kind: &str, name: &str) -> String {
    let arn = Place::new(ACCOUNT, "eu-west-1").load_balancer(kind, name);
    arn.split_once(":loadbalancer/").expect("a load balancer's ARN").1.to_owned()
}

fn ask(fake: &FakeAws, queries: &[String]) -> Reply {
    let call = "cloudwatch:GetMetricData";
    Client::new(fake).ask(call, &format!("{TIMES}{}", queries.concat()))
}

#[test]
fn a_sum_may_be_something_nought_or_missing() {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    let (web, net) = (dimension("application", "web"), dimension("network", "net"));
    let group = Place::new(ACCOUNT, "eu-west-1").target_group("blue");
    let group = group.rsplit(':').next().unwrap();
    let requests = ("ApplicationELB", "RequestCount");
    let reply = ask(
        &fake,
        &[
            query(1, requests, &[("LoadBalancer", &web)]),
            query(2, requests, &[("TargetGroup", group), ("LoadBalancer", &web)]),
            query(3, ("NetworkELB", "NewFlowCount"), &[("LoadBalancer", &net)]),
            query(4, ("NetworkELB", "RequestCount"), &[("LoadBalancer", &web)]),
            query(5, ("ELB", "RequestCount"), &[("LoadBalancerName", "old-a")]),
        ],
    );
    assert_eq!(reply.values("Id"), ["m1", "m2", "m3", "m4", "m5"]);
    let member = |value: &str| format!("<member>{value}</member>");
    let two = member("2") + &member("1");
    let sums = [member("42"), member("7.5"), member("0"), String::new(), two];
    assert_eq!(reply.values("Values"), sums);
    let times = member("2026-01-08T00:00:00.000Z") + &member("2026-01-01T00:00:00.000Z");
    assert_eq!(reply.values("Timestamps")[4], times);
}

#[test]
fn results_page_and_too_many_are_refused() {
    let fake = FakeAws::start(account());
    let of = |number| query(number, ("ELB", "RequestCount"), &[("LoadBalancerName", "old-a")]);
    let first = ask(&fake, &[of(1), of(2)]);
    assert_eq!(first.values("Id"), ["m1"]);
    let next = format!("&NextToken={}", first.value("NextToken").unwrap());
    let second = ask(&fake, &[of(1), of(2), next]);
    assert_eq!((second.values("Id"), second.value("NextToken")), (vec!["m2"], None));
    let many: Vec<String> = (1..=501).map(of).collect();
    assert_eq!(ask(&fake, &many).value("Code"), Some("InvalidParameterValue"));
    let bad = ask(&fake, &[of(1), "&NextToken=x".to_owned()]);
    assert_eq!(bad.value("Code"), Some("InvalidNextToken"));
    fake.fault(Fault::deny("cloudwatch:GetMetricData"));
    assert_eq!(ask(&fake, &[of(1)]).value("Code"), Some("AccessDenied"));
}

#[test]
fn an_auto_scaling_group_tells_where_its_traffic_comes_from() {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    let call = "autoscaling:DescribeAutoScalingGroups";
    let reply = Client::new(&fake).ask(call, "AutoScalingGroupNames.member.1=blue");
    assert_eq!(reply.value("HealthCheckType"), Some("EC2,ELB"));
    assert_eq!(reply.value("LoadBalancerNames"), Some("<member>old-a</member>"));
    assert!(reply.value("TargetGroupARNs").unwrap().contains(":targetgroup/blue/"));
    assert_eq!(reply.values("Type"), ["elbv2", "elb", "vpc-lattice"]);
    let all = Client::new(&fake).ask(call, "");
    assert_eq!(all.values("AvailabilityZones")[1], "<member>eu-west-1c</member>");
    fake.fault(Fault::throttle(call));
    let reply = Client::new(&fake).ask(call, "");
    assert_eq!((reply.status, reply.value("Code")), (400, Some("Throttling")));
}
