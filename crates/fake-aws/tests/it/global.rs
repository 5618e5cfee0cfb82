//! Services that answer for all regions in one, and others that speak JSON.

use elb_audit_fake_aws::{Account, FakeAws, Fault};

use crate::client::{Client, Reply};
use crate::everything::{ACCOUNT, WEB, account};

fn ask(region: &str, call: &str, body: &str) -> Reply {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    Client { region, ..Client::new(&fake) }.ask(call, body)
}

/// All items of a list that pages with `NextToken`, one a page.
fn paged(region: &str, call: &str, parameter: &str, item: &str) -> Vec<String> {
    let fake = FakeAws::start(account());
    let client = Client { region, ..Client::new(&fake) };
    let (mut items, mut body) = (Vec::new(), format!("{{{parameter}}}"));
    loop {
        let reply = client.ask(call, &body);
        let page = reply.values(item);
        assert!(page.len() <= 1, "{}", reply.body);
        items.extend(page.into_iter().map(str::to_owned));
        let Some(next) = reply.value("NextToken") else {
            return items;
        };
        let comma = if parameter.is_empty() { "" } else { "," };
        body = format!("{{{parameter}{comma}\"NextToken\":\"{next}\"}}");
    }
}

#[test]
fn shield_is_known_to_subscribers_only() {
    let state = ask("us-east-1", "shield:GetSubscriptionState", "{}");
    assert_eq!(state.value("SubscriptionState"), Some("ACTIVE"));
    let protected = paged("us-east-1", "shield:ListProtections", "", "ResourceArn");
    assert_eq!(protected.len(), 2);
    let filter = format!("{{\"InclusionFilters\":{{\"ResourceArns\":[\"{WEB}\"]}}}}");
    assert_eq!(ask("us-east-1", "shield:ListProtections", &filter).values("ResourceArn"), [WEB]);
    let fake = FakeAws::start(Account::new(ACCOUNT));
    let client = Client { region: "us-east-1", ..Client::new(&fake) };
    let state = client.ask("shield:GetSubscriptionState", "{}");
    assert_eq!(state.value("SubscriptionState"), Some("INACTIVE"));
    for call in ["shield:DescribeSubscription", "shield:ListProtections"] {
        let reply = client.ask(call, "{}");
        assert_eq!(reply.value("__type"), Some("ResourceNotFoundException"), "{call}");
    }
}

#[test]
fn services_of_one_region_refuse_what_is_signed_for_another() {
    for call in ["shield:ListProtections", "globalaccelerator:ListAccelerators"] {
        let reply = ask("eu-west-1", call, "{}");
        assert_eq!(reply.value("__type"), Some("InvalidSignatureException"), "{call}");
    }
}

#[test]
fn an_accelerator_leads_to_load_balancers() {
    let region = "us-west-2";
    let accelerators = paged(region, "globalaccelerator:ListAccelerators", "", "AcceleratorArn");
    assert_eq!(accelerators.len(), 2);
    let of = |name: &str, arn: &str| format!("\"{name}\":\"{arn}\"");
    let of_edge = of("AcceleratorArn", &accelerators[0]);
    let listeners = paged(region, "globalaccelerator:ListListeners", &of_edge, "ListenerArn");
    assert_eq!(listeners.len(), 2);
    let of_first = of("ListenerArn", &listeners[0]);
    let call = "globalaccelerator:ListEndpointGroups";
    assert_eq!(paged(region, call, &of_first, "EndpointGroupRegion"), ["eu-west-1", "us-east-1"]);
    assert_eq!(paged(region, call, &of_first, "EndpointId"), [WEB, "i-far"]);
    let gone = ask(region, call, "{\"ListenerArn\":\"gone\"}");
    assert_eq!(gone.value("__type"), Some("ListenerNotFoundException"));
}

#[test]
fn the_first_waf_has_its_own_web_acls() {
    let acls = ask("eu-west-1", "waf-regional:ListWebACLs", "{\"Limit\":100}");
    assert_eq!(acls.values("Name"), ["first", "second"]);
    let body = format!("{{\"WebACLId\":\"{}\"}}", acls.value("WebACLId").unwrap());
    let call = "waf-regional:ListResourcesForWebACL";
    assert!(ask("eu-west-1", call, &body).body.contains(":loadbalancer/app/web/"));
    let gone = ask("eu-west-1", call, "{\"WebACLId\":\"gone\"}");
    assert_eq!(gone.value("__type"), Some("WAFNonexistentItemException"));
}

#[test]
fn a_user_pool_tells_how_strict_it_is() {
    let of = |id: &str| {
        let body = format!("{{\"UserPoolId\":\"{id}\"}}");
        ask("eu-west-1", "cognito-idp:DescribeUserPool", &body)
    };
    let open = of("eu-west-1_open");
    assert_eq!(open.value("MfaConfiguration"), Some("OFF"));
    assert!(open.body.contains("\"AllowAdminCreateUserOnly\":false"));
    assert_eq!(of("eu-west-1_example").value("AdvancedSecurityMode"), Some("AUDIT"));
    assert_eq!(of("gone").value("__type"), Some("ResourceNotFoundException"));
}

#[test]
fn a_certificate_tells_how_it_was_proven_and_who_uses_it() {
    let place = elb_audit_fake_aws::model::arn::Place::new(ACCOUNT, "eu-west-1");
    let of = |name: &str| {
        let body = format!("{{\"CertificateArn\":\"{}\"}}", place.certificate(name));
        ask("eu-west-1", "acm:DescribeCertificate", &body)
    };
    let pending = of("pending");
    assert_eq!(pending.values("ValidationStatus"), ["PENDING_VALIDATION", "SUCCESS"]);
    assert_eq!(pending.values("ValidationMethod"), ["DNS", "DNS"]);
    assert!(pending.body.contains("\"InUseBy\":[\"arn:aws:cloudfront:"), "{}", pending.body);
    let late = of("late");
    assert_eq!(late.value("RenewalStatusReason"), Some("CAA_ERROR"));
    assert_eq!(late.value("SignatureAlgorithm"), Some("SHA384WITHRSA"));
    assert_eq!(
        (late.value("Issuer"), late.value("Export")),
        (Some("Example Root"), Some("ENABLED"))
    );
    assert!(late.body.contains("\"ValidationEmails\":[\"admin@late.example.com\"]"));
    let never = of("never");
    assert_eq!(never.value("FailureReason"), Some("DOMAIN_NOT_ALLOWED"));
    assert_eq!(never.value("ValidationStatus"), Some("FAILED"));
    let all = ask("eu-west-1", "acm:SearchCertificates", "{}");
    assert_eq!(all.body.matches("\"Exported\":true").count(), 1);
}

#[test]
fn denials() {
    for (call, region) in [
        ("shield:ListProtections", "us-east-1"),
        ("globalaccelerator:ListAccelerators", "us-west-2"),
        ("cognito-idp:DescribeUserPool", "eu-west-1"),
        ("waf-regional:ListWebACLs", "eu-west-1"),
    ] {
        let fake = FakeAws::start(account());
        fake.fault(Fault::deny(call));
        let reply = Client { region, ..Client::new(&fake) }.ask(call, "{}");
        let expected = (400, Some("AccessDeniedException"));
        assert_eq!((reply.status, reply.value("__type")), expected, "{call}");
        assert_eq!(fake.log()[0].action, call);
    }
}
