//! Operations that are answered from their models, asked as boto3 asks them.

use std::sync::{Arc, Mutex};

use elb_audit_fake_aws::{Account, FakeAws, ServiceError};
use serde_json::{Value, json};

use crate::python;

const TABLES: &str = "data/services.json";

fn fake() -> FakeAws {
    FakeAws::start(Account::new("111122223333"))
}

/// Asks the cases, which must come back as they say.
fn ask(test: &str, fake: &FakeAws, cases: &Value) {
    let arguments = ["ask", &fake.url(), "eu-west-1"];
    python::run(test, "tests/services.py", &arguments, &cases.to_string());
}

#[test]
fn the_tables_are_what_botocore_says() {
    let test = "the_tables_are_what_botocore_says";
    python::run(test, "../../scripts/service_tables.py", &["--check"], "");
}

#[test]
fn whatever_is_asked_and_answered_arrives() {
    let test = "whatever_is_asked_and_answered_arrives";
    let tables = python::path(TABLES);
    let Some(cases) = python::run(test, "tests/services.py", &["generate", &tables], "") else {
        return;
    };
    let fake = fake();
    fake.page_size(None);
    let inputs = Arc::new(Mutex::new(Vec::new()));
    let named = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
    let cases: Vec<Value> = serde_json::from_str(&cases).unwrap();
    for case in &cases {
        let (service, operation) = (named(case, "service"), named(case, "operation"));
        let (inputs, output) = (Arc::clone(&inputs), case["output"].clone());
        fake.answers_with(&service.clone(), &operation.clone(), move |asked| {
            inputs.lock().unwrap().push((service.clone(), operation.clone(), asked.input.clone()));
            Ok(output.clone())
        });
    }
    ask(test, &fake, &Value::from(cases.clone()));
    let inputs = inputs.lock().unwrap();
    assert_eq!(inputs.len(), cases.len());
    for (case, (service, operation, input)) in cases.iter().zip(inputs.iter()) {
        assert_eq!(case["input"], *input, "{service}:{operation}");
    }
}

/// One operation of each protocol with what it gives: structures, lists with and without items, times,
/// blobs, and what stands in headers, in the status or for the whole body.
#[test]
fn every_protocol_gives_what_was_given() {
    let fake = fake();
    fake.page_size(None);
    let cases: Value = serde_json::from_str(include_str!("../services.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let [service, operation] =
            ["service", "operation"].map(|name| case[name].as_str().unwrap());
        fake.answers(service, operation, case["output"].clone());
    }
    ask("every_protocol_gives_what_was_given", &fake, &cases);
}

#[test]
fn lists_are_paged_in_every_protocol() {
    let fake = fake();
    let mut cases = Vec::new();
    let mut list =
        |(service, operation, protocol): (&str, &str, &str), name: &str, items: Value| {
            fake.answers(service, operation, json!({name: items}));
            cases.push(json!({
                "service": service, "operation": operation, "protocol": protocol,
                "pages": 3, "lists": {name: items},
            }));
        };
    let parameters = json!([{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]);
    list(("ssm", "GetParametersByPath", "json"), "Parameters", parameters.clone());
    let attachments = json!([{"State": "available"}, {"State": "deleted"}, {"State": "failed"}]);
    let operation = ("ec2", "DescribeTransitGatewayVpcAttachments", "ec2");
    list(operation, "TransitGatewayVpcAttachments", attachments);
    list(("ses", "ListIdentities", "query"), "Identities", json!(["a", "b", "c"]));
    list(("s3", "ListBuckets", "rest-xml"), "Buckets", parameters);
    list(
        ("ram", "ListResources", "rest-json"),
        "resources",
        json!([{"arn": "a"}, {"arn": "b"}, {"arn": "c"}]),
    );
    cases[0]["input"] = json!({"Path": "/"});
    cases[4]["input"] = json!({"resourceOwner": "SELF"});
    ask("lists_are_paged_in_every_protocol", &fake, &cases.into());
}

#[test]
fn errors_come_in_every_protocol() {
    let fake = fake();
    let cases = json!([
        {"service": "ssm", "operation": "GetParameter", "protocol": "json", "input": {"Name": "gone"},
            "error": {"code": "ParameterNotFound", "message": "a & b", "status": 400}},
        {"service": "ram", "operation": "ListPrincipals", "protocol": "rest-json", "input": {"resourceOwner": "SELF"},
            "error": {"code": "ServiceUnavailableException", "message": "a & b", "status": 503}},
        {"service": "ses", "operation": "SendEmail", "protocol": "query",
            "input": {"Source": "a", "Destination": {}, "Message": {"Subject": {"Data": ""}, "Body": {}}},
            "error": {"code": "MessageRejected", "message": "a & b", "status": 400}},
        {"service": "s3control", "operation": "GetPublicAccessBlock", "protocol": "rest-xml",
            "input": {"AccountId": "111122223333"},
            "error": {"code": "NoSuchPublicAccessBlockConfiguration", "message": "a & b", "status": 404}},
        {"service": "ec2", "operation": "DescribeTransitGateways", "protocol": "ec2",
            "error": {"code": "InvalidTransitGatewayID.NotFound", "message": "a & b", "status": 400}},
        {"service": "s3", "operation": "GetBucketPolicy", "protocol": "rest-xml", "input": {"Bucket": "logs"},
            "error": {"code": "NoSuchBucketPolicy", "message": "a & b", "status": 404}},
    ]);
    for case in cases.as_array().unwrap() {
        let [service, operation] =
            ["service", "operation"].map(|name| case[name].as_str().unwrap());
        let code = case["error"]["code"].as_str().unwrap().to_owned();
        let error = ServiceError::new(&code, "a & b");
        // Those that no model has.
        let error = match service {
            "s3" => error.status(404),
            "ec2" => error.status(400),
            _ => error,
        };
        fake.answers_with(service, operation, move |_| Err(error.clone()));
    }
    ask("errors_come_in_every_protocol", &fake, &cases);
}
