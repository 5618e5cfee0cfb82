//! Services asked by path: `CloudFront`, Route 53, API Gateway, Lambda.

use elb_audit_fake_aws::{FakeAws, Fault};

use crate::client::{Client, Reply, encode};
use crate::everything::account;

const DISTRIBUTIONS: &str = "/2020-05-31/distribution";
const VPC_ORIGINS: &str = "/2020-05-31/vpc-origin";
const ZONES: &str = "/2013-04-01/hostedzone";

/// A client in the region where the service answers.
fn client<'a>(fake: &'a FakeAws, service: &str) -> Client<'a> {
    let global = matches!(service, "cloudfront" | "route53");
    Client { region: if global { "us-east-1" } else { "eu-west-1" }, ..Client::new(fake) }
}

fn ask(service: &str, path: &str) -> Reply {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    client(&fake, service).rest(service, &format!("GET {path}"), "")
}

/// All items of a list, one a page, by the parameter and the member of its token.
fn paged(service: &str, path: &str, (parameter, member): (&str, &str), item: &str) -> Vec<String> {
    let fake = FakeAws::start(account());
    let (mut items, mut query) = (Vec::new(), String::new());
    loop {
        let reply = client(&fake, service).rest(service, &format!("GET {path}{query}"), "");
        assert_eq!((reply.status, reply.values(item).len()), (200, 1), "{}", reply.body);
        items.push(reply.values(item)[0].to_owned());
        let Some(next) = reply.value(member) else {
            return items;
        };
        query = format!("?{parameter}={next}");
    }
}

#[test]
fn distributions_tell_their_origins() {
    let tokens = ("Marker", "NextMarker");
    assert_eq!(paged("cloudfront", DISTRIBUTIONS, tokens, "ARN").len(), 2);
    assert_eq!(paged("cloudfront", VPC_ORIGINS, tokens, "OriginEndpointArn").len(), 2);
    let all = ask("cloudfront", DISTRIBUTIONS);
    assert_eq!(all.values("OriginProtocolPolicy"), ["https-only", "http-only"]);
    assert_eq!(all.value("VpcOriginId"), Some("vo_1"));
    assert_eq!(all.value("HeaderValue"), Some("&lt;k&gt;"));
    assert_eq!(all.values("Enabled"), ["true", "false"]);
    assert!(all.value("WebACLId").unwrap().contains(":global/webacl/cdn/"));
    let away = FakeAws::start(account());
    let reply = Client::new(&away).rest("cloudfront", &format!("GET {DISTRIBUTIONS}"), "");
    assert_eq!((reply.status, reply.value("Code")), (403, Some("SignatureDoesNotMatch")));
}

#[test]
fn records_page_by_name_type_and_set() {
    let zones = paged("route53", ZONES, ("marker", "NextMarker"), "Id");
    assert_eq!(zones.len(), 2);
    let fake = FakeAws::start(account());
    let path = format!("/2013-04-01{}/rrset", zones[0]);
    let (mut names, mut query) = (Vec::new(), String::new());
    loop {
        let reply = client(&fake, "route53").rest("route53", &format!("GET {path}{query}"), "");
        let of = |name: &str| reply.value(name).unwrap_or_default().to_owned();
        names.push(format!("{} {}", of("Name"), of("SetIdentifier")));
        if of("IsTruncated") == "false" {
            break;
        }
        query = format!("?name={}&type={}", of("NextRecordName"), of("NextRecordType"));
        if reply.value("NextRecordIdentifier").is_some() {
            query = format!("{query}&identifier={}", of("NextRecordIdentifier"));
        }
    }
    // The zone's own name servers and start of authority come first.
    let expected = [
        "example.com. ",
        "example.com. ",
        "api.example.com. a",
        "api.example.com. b",
        "www.example.com. ",
        "zzz.example.com. ",
    ];
    assert_eq!(names, expected);
    let alias = ask("route53", &format!("{path}?name=www.example.com"));
    assert_eq!(alias.value("DNSName"), Some("web-1.eu-west-1.elb.amazonaws.com."));
    let gone = ask("route53", "/2013-04-01/hostedzone/Z1/rrset");
    assert_eq!((gone.status, gone.value("Code")), (404, Some("NoSuchHostedZone")));
}

#[test]
fn vpc_links_and_integrations_lead_to_load_balancers() {
    let links = paged("apigateway", "/vpclinks", ("position", "position"), "name");
    assert_eq!(links, ["one", "two"]);
    assert!(ask("apigateway", "/vpclinks").body.contains("\"targetArns\":[\"arn:aws:elastic"));
    let tokens = ("nextToken", "nextToken");
    assert_eq!(paged("apigateway", "/v2/vpclinks", tokens, "vpcLinkId").len(), 2);
    let apis = paged("apigateway", "/v2/apis", tokens, "apiId");
    let path = format!("/v2/apis/{}/integrations", apis[0]);
    assert_eq!(paged("apigateway", &path, tokens, "integrationId").len(), 2);
    let both = ask("apigateway", &path);
    assert_eq!(both.values("connectionType"), ["VPC_LINK", "INTERNET"]);
    assert_eq!(both.value("serverNameToVerify"), Some("web.example.com"));
    let gone = ask("apigateway", "/v2/apis/gone/integrations");
    assert_eq!((gone.status, gone.header("x-amzn-errortype")), (404, Some("NotFoundException")));
}

#[test]
fn a_function_tells_who_may_call_it() {
    let of = |name: &str| {
        let name = encode(name);
        ask("lambda", &format!("/2015-03-31/functions/{name}/policy"))
    };
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    let policy = of(arn);
    assert_eq!(policy.body, of("f").body);
    assert!(policy.body.contains("elasticloadbalancing.amazonaws.com"), "{}", policy.body);
    assert!(policy.body.contains("AWS:SourceArn"), "{}", policy.body);
    for name in ["bare", "gone"] {
        let none = of(name);
        let expected = (404, Some("ResourceNotFoundException"));
        assert_eq!((none.status, none.header("x-amzn-errortype")), expected, "{name}");
    }
}

#[test]
fn denials_and_throttling() {
    let calls = [
        ("cloudfront", DISTRIBUTIONS, "cloudfront:ListDistributions", 400),
        ("route53", ZONES, "route53:ListHostedZones", 400),
        ("apigateway", "/vpclinks", "apigateway:GetVpcLinks", 429),
        ("apigateway", "/v2/vpclinks", "apigatewayv2:GetVpcLinks", 429),
        ("lambda", "/2015-03-31/functions/f/policy", "lambda:GetPolicy", 429),
    ];
    for (service, path, call, throttled) in calls {
        let fake = FakeAws::start(account());
        fake.fault(Fault::deny(call).times(1));
        fake.fault(Fault::throttle(call));
        let reply = || client(&fake, service).rest(service, &format!("GET {path}"), "");
        let denied = reply();
        let code = denied.header("x-amzn-errortype").or(denied.value("Code")).unwrap();
        assert_eq!((denied.status, code.starts_with("AccessDenied")), (403, true), "{call}");
        assert_eq!(reply().status, throttled, "{call}");
        assert_eq!(fake.log()[0].call(), call);
        assert_eq!(fake.count(call), 2);
    }
}

#[test]
fn the_two_gateways_share_a_permission_but_no_name() {
    let fake = FakeAws::start(account());
    fake.fault(Fault::deny("apigateway:GetVpcLinks"));
    let of = |path: &str| Client::new(&fake).rest("apigateway", &format!("GET {path}"), "").status;
    assert_eq!((of("/vpclinks"), of("/v2/vpclinks")), (403, 200));
    fake.fault(Fault::deny("apigateway:GET"));
    assert_eq!(of("/v2/vpclinks"), 403);
    assert_eq!(fake.log()[0].action, "apigateway:GET");
}

#[test]
fn unknown_paths_are_refused() {
    assert_eq!(ask("lambda", "/2015-03-31/functions/").status, 404);
    assert_eq!(ask("cloudfront", "/2020-05-31/function").value("Code"), Some("NotImplemented"));
    assert_eq!(
        ask("apigateway", "/restapis").header("x-amzn-errortype"),
        Some("UnknownOperationException")
    );
}
