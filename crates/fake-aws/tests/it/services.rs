//! Operations that are answered from their models: the same rules as for those that are answered by hand.

use elb_audit_fake_aws::{Account, FakeAws, Fault, RateLimit, ServiceError, Spoil};
use serde_json::{Value, json};

use crate::client::{Client, Reply};

/// One call of each protocol.
const CALLS: [(&str, &str); 5] = [
    ("config:DescribeConfigurationRecorders", ""),
    ("ses:ListIdentities", ""),
    ("ec2:DescribeTransitGateways", ""),
    ("ram", "POST /listprincipals"),
    ("s3control", "GET /v20180820/configuration/publicAccessBlock"),
];
const SELECT: &str = "{\"Expression\":\"SELECT arn\"}";
const CONFIG: &str = "config:SelectResourceConfig";

fn fake() -> FakeAws {
    let fake = FakeAws::start(Account::new("111122223333"));
    fake.answers("s3control", "GetPublicAccessBlock", json!({}));
    fake
}

/// Asks one of the calls.
fn ask(client: Client<'_>, (call, line): (&str, &str)) -> Reply {
    match call {
        "s3control" => client.rest("s3", line, "x-amz-account-id: 111122223333\r\n"),
        "ram" => client.rest("ram", line, ""),
        _ => client.ask(call, ""),
    }
}

fn code(reply: &Reply) -> (u16, String) {
    let code = reply.value("Code").or(reply.value("__type")).or(reply.header("x-amzn-errortype"));
    (reply.status, code.unwrap_or_default().to_owned())
}

/// What `fault` makes of each call.
fn expect(fault: fn(&str) -> Fault, answers: [(u16, &str); 5]) {
    for (call, (status, expected)) in CALLS.into_iter().zip(answers) {
        let fake = fake();
        fake.fault(fault("*"));
        let reply = ask(Client::new(&fake), call);
        assert_eq!(code(&reply), (status, expected.to_owned()), "{call:?}");
        assert_eq!(fake.log()[0].status, Some(status));
    }
}

#[test]
fn faults_strike_in_every_protocol() {
    expect(
        Fault::deny,
        [
            (400, "AccessDeniedException"),
            (403, "AccessDenied"),
            (403, "UnauthorizedOperation"),
            (403, "AccessDeniedException"),
            (403, "AccessDenied"),
        ],
    );
    expect(
        Fault::throttle,
        [
            (400, "ThrottlingException"),
            (400, "Throttling"),
            (503, "RequestLimitExceeded"),
            (429, "ThrottlingException"),
            (400, "Throttling"),
        ],
    );
    expect(Fault::server_error, [(503, "ServiceUnavailable"); 5]);
}

#[test]
fn a_fault_goes_by_service_operation_region_and_input() {
    let fake = fake();
    fake.fault(Fault::deny(CONFIG).in_region("eu-west-1").about("arn"));
    let client = Client::new(&fake);
    let denied = client.ask(CONFIG, SELECT);
    let message = denied.value("message").unwrap();
    assert!(message.contains("perform: config:SelectResourceConfig because"), "{message}");
    assert_eq!(Client { region: "us-east-1", ..client }.ask(CONFIG, SELECT).status, 200);
    assert_eq!(client.ask(CONFIG, "{\"Expression\":\"SELECT id\"}").status, 200);
    assert_eq!(fake.count("config:*"), 3);
}

#[test]
fn answers_are_spoilt_and_limited() {
    let fake = fake();
    fake.answers("config", "SelectResourceConfig", json!({"Results": ["one"]}));
    fake.fault(Fault::spoilt(CONFIG, Spoil::Replace("one", "two")).times(1));
    fake.rate_limit(RateLimit::new("config:*", 2, 0.0));
    let client = Client::new(&fake);
    let replies = [(); 3].map(|()| client.ask(CONFIG, SELECT));
    assert_eq!(replies[0].body, "{\"Results\":[\"two\"]}");
    assert_eq!(replies[1].body, "{\"Results\":[\"one\"]}");
    assert_eq!(code(&replies[2]), (400, "ThrottlingException".to_owned()));
}

#[test]
fn the_log_has_the_names_of_the_model() {
    let fake = fake();
    let client = Client::new(&fake);
    client.ask("ses:GetIdentityVerificationAttributes", "Identities.member.1=example.com");
    ask(client, CALLS[4]);
    let log = fake.log();
    assert_eq!(log[0].call(), "ses:GetIdentityVerificationAttributes");
    assert_eq!(log[0].parameters["Identities.1"], "example.com");
    assert_eq!(log[1].call(), "s3control:GetPublicAccessBlock");
    assert_eq!(log[1].action, "s3:GetAccountPublicAccessBlock");
    assert_eq!(log[1].parameters["AccountId"], "111122223333");
}

#[test]
fn who_asks_from_where_is_looked_at_first() {
    let fake = fake();
    let client = Client::new(&fake);
    let codes = |client: Client<'_>| CALLS.map(|call| code(&ask(client, call)));
    let unsigned = Client { key: "", ..client };
    // A path alone says nothing without a signature, which names the service.
    for (status, code) in &codes(unsigned)[..3] {
        assert_eq!((*status, code.as_str()), (403, "MissingAuthenticationToken"));
    }
    let off = codes(Client { region: "af-south-1", ..client });
    let expected = [
        (400, "UnrecognizedClientException"),
        (403, "InvalidClientTokenId"),
        (401, "AuthFailure"),
        (403, "UnrecognizedClientException"),
        (403, "InvalidClientTokenId"),
    ];
    assert_eq!(off, expected.map(|(status, code)| (status, code.to_owned())));
    let away = client.rest("networkmanager", "GET /global-networks", "");
    assert_eq!(code(&away).1, "SignatureDoesNotMatch");
    let home = Client { region: "us-west-2", ..client };
    assert_eq!(
        home.rest("networkmanager", "GET /global-networks", "").body,
        "{\"GlobalNetworks\":[]}"
    );
}

#[test]
fn pages_have_bounds_and_tokens_of_their_own() {
    let fake = fake();
    fake.answers("config", "SelectResourceConfig", json!({"Results": ["one", "two", "three"]}));
    let client = Client::new(&fake);
    let asked =
        |more: &str| client.ask(CONFIG, &format!("{{\"Expression\":\"SELECT arn\"{more}}}"));
    let token = asked("").value("NextToken").unwrap().to_owned();
    assert!(asked(&format!(",\"NextToken\":\"{token}\"")).body.contains("[\"two\"]"));
    fake.page_size(None);
    assert_eq!(asked("").body, "{\"Results\":[\"one\",\"two\",\"three\"]}");
    assert!(asked(",\"Limit\":2").body.contains("[\"one\",\"two\"]"));
    assert_eq!(code(&asked(",\"Limit\":101")).1, "ValidationException");
    assert_eq!(code(&asked(",\"NextToken\":\"other\"")).1, "InvalidNextTokenException");
    fake.page_size(Some(1));
    fake.answers(
        "config",
        "SelectResourceConfig",
        json!({"Results": ["a", "b"], "NextToken": "own"}),
    );
    assert_eq!(asked("").body, "{\"NextToken\":\"own\",\"Results\":[\"a\",\"b\"]}");
}

#[test]
fn requests_that_aws_does_not_know_are_refused() {
    let fake = fake();
    let client = Client::new(&fake);
    for (input, said) in [
        ("{}", "SelectResourceConfig needs Expression"),
        ("{\"Expression\":\"\",\"Lmit\":1}", "the member Lmit is not known"),
        ("{\"Expression\":1}", "SelectResourceConfig.Expression is a string, not 1"),
    ] {
        let reply = client.ask(CONFIG, input);
        assert_eq!(code(&reply).1, "ValidationException");
        assert_eq!(reply.value("message"), Some(said));
    }
    assert_eq!(code(&client.ask(CONFIG, "{")).1, "ValidationException");
    let reply = client.ask("ses:ListIdentities", "MaxItem=1");
    assert_eq!(reply.value("Message"), Some("the parameter MaxItem is not known"));
    assert_eq!(code(&client.ask("config:Describe", "{}")).1, "UnknownOperationException");
    assert_eq!(code(&client.ask("ses:Describe", "")).1, "InvalidAction");
    let other = client.rest("sts", "POST /?Action=ListIdentities&Version=2010-12-01", "");
    assert_eq!(code(&other).1, "InvalidAction");
    let unknown = client.rest("ram", "GET /listprincipals", "");
    assert_eq!(code(&unknown), (404, "UnknownOperationException".to_owned()));
    assert_eq!(fake.log().last().unwrap().call(), "ram:GET /listprincipals");
}

#[test]
fn an_account_without_answers_lists_nothing() {
    let fake = fake();
    let client = Client::new(&fake);
    assert_eq!(ask(client, CALLS[0]).body, "{\"ConfigurationRecorders\":[]}");
    assert!(ask(client, CALLS[1]).body.contains("<Identities></Identities>"));
    let gone = client.ask("ssm:GetParameter", "{\"Name\":\"a\"}");
    assert_eq!(code(&gone), (501, "NotImplemented".to_owned()));
    assert_eq!(gone.value("message"), Some("no answer was given for ssm:GetParameter"));
}

#[test]
fn an_answer_may_go_by_what_is_asked_and_where() {
    let fake = fake();
    let mut number = 0;
    fake.answers_with("ssm", "GetParameter", move |asked| {
        number += 1;
        if asked.region != "eu-west-1" {
            return Err(ServiceError::new("ParameterNotFound", asked.account));
        }
        Ok(json!({"Parameter": {"Name": asked.input["Name"], "Version": number}}))
    });
    let client = Client::new(&fake);
    let away = Client { region: "us-east-1", ..client }.ask("ssm:GetParameter", "{\"Name\":\"a\"}");
    assert_eq!(code(&away), (400, "ParameterNotFound".to_owned()));
    assert_eq!(away.value("message"), Some("111122223333"));
    let here = client.ask("ssm:GetParameter", "{\"Name\":\"a\"}").body;
    assert_eq!(here, "{\"Parameter\":{\"Name\":\"a\",\"Version\":2}}");
}

#[test]
fn each_version_of_json_has_its_content_type() {
    let fake = fake();
    let client = Client::new(&fake);
    let kind = |call: &str| client.ask(call, "{}").header("content-type").unwrap().to_owned();
    assert_eq!(kind("network-firewall:ListFirewalls"), "application/x-amz-json-1.0");
    assert_eq!(kind("config:DescribeConfigurationRecorders"), "application/x-amz-json-1.1");
}

#[test]
fn a_bucket_may_be_named_in_the_host() {
    let fake = fake();
    fake.answers("s3", "GetBucketPolicy", json!({"Policy": "{}"}));
    let host = "host: logs-a.s3.eu-west-1.amazonaws.com\r\n";
    assert_eq!(Client::new(&fake).rest("s3", "GET /?policy=", host).body, "{}");
    assert_eq!(Client::new(&fake).rest("s3", "GET /logs-a?policy", "").body, "{}");
    let log = fake.log();
    assert!(log.iter().all(|entry| entry.parameters["Bucket"] == "logs-a"), "{log:?}");
}

/// Plants an answer that AWS cannot give.
fn plant(value: Value) {
    fake().answers("config", "DescribeConfigurationRecorders", value);
}

#[test]
#[should_panic(expected = "DescribeConfigurationRecorders has no member Recorders")]
fn an_unknown_member_is_told_at_once() {
    plant(json!({"Recorders": []}));
}

#[test]
#[should_panic(expected = "ConfigurationRecorders[1].recordingMode has no member mode")]
fn an_unknown_member_is_told_with_its_path() {
    plant(json!({"ConfigurationRecorders": [{}, {"recordingMode": {"mode": "DAILY"}}]}));
}

#[test]
#[should_panic(expected = "ConfigurationRecorders[0].name is a string, not null")]
fn a_member_of_another_kind_is_told() {
    plant(json!({"ConfigurationRecorders": [{"name": null}]}));
}

#[test]
#[should_panic(expected = "no table has config:DescribeRecorders")]
fn an_unknown_operation_is_told() {
    fake().answers("config", "DescribeRecorders", json!({}));
}

#[test]
#[should_panic(expected = "AWS cannot answer so: GetParameter has no member Value")]
fn what_is_made_up_while_serving_is_told_in_the_end() {
    let fake = fake();
    fake.answers_with("ssm", "GetParameter", |_| Ok(json!({"Value": "a"})));
    let reply = Client::new(&fake).ask("ssm:GetParameter", "{\"Name\":\"a\"}");
    assert_eq!(code(&reply), (400, "ImpossibleAnswer".to_owned()));
}

#[test]
#[should_panic(expected = "GetParameter has no error ParameterGone, so it needs a status")]
fn an_unknown_error_is_told_in_the_end() {
    let fake = fake();
    fake.answers_with("ssm", "GetParameter", |_| Err(ServiceError::new("ParameterGone", "")));
    Client::new(&fake).ask("ssm:GetParameter", "{\"Name\":\"a\"}");
}
