//! What is deployed: templates, state machine, module, questions and script, without AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use elb_audit::cli;
use elb_audit_core::check::plan;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::{checks, docs};
use elb_audit_fake_aws::{Bucket, FakeAws};
use serde_json::{Value, json};

use crate::account;
use crate::moto::python_for;
use crate::runtime_api::Function;

pub(crate) mod builders;
mod script;

const TEMPLATES: [&str; 3] = ["template.yaml", "organization.yaml", "member-role.yaml"];

/// It has no module that can be run.
const CFN_LINT: &str = "from cfnlint.runner import main; main()";

/// Variables of the function alone, which are no options of the command line.
const OF_THE_FUNCTION: [&str; 4] =
    ["ENVIRONMENT", "MAX_WORKERS", "SCAN_ALL_REGIONS", "SNS_TOPIC_ARN"];

/// Options that the templates set and the command line is yet to get. Whoever adds one takes it off.
const PENDING: [&str; 0] = [];

/// Reads that AWS limits to no resource.
const UNLIMITED: [&str; 8] = [
    "ec2:DescribeRegions",
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListParents",
    "organizations:ListRoots",
    "sts:GetCallerIdentity",
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn deployed(name: &str) -> PathBuf {
    path("deploy").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(deployed(name)).unwrap()
}

/// What Python prints; it must end well.
fn run(python: &OsStr, arguments: &[&OsStr]) -> String {
    let output = Command::new(python).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{arguments:?}: {printed}{said}");
    printed.into_owned()
}

/// What the script beside this file says, as JSON.
fn ask(python: &OsStr, arguments: &[&OsStr]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/deploy.py");
    let arguments = [&[script.as_os_str()], arguments].concat();
    serde_json::from_str(&run(python, &arguments)).unwrap()
}

/// A template, with its short forms written out.
fn template(python: &OsStr, name: &str) -> Value {
    ask(python, &["template".as_ref(), deployed(name).as_os_str()])
}

/// The resources of this type, by name.
fn resources<'a>(template: &'a Value, kind: &str) -> BTreeMap<&'a str, &'a Value> {
    let all = template["Resources"].as_object().unwrap().iter();
    let of_kind = all.filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(name, resource)| (name.as_str(), &resource["Properties"])).collect()
}

/// The names of a map.
fn keys(map: &Value) -> BTreeSet<String> {
    map.as_object().unwrap().keys().cloned().collect()
}

/// One text or a list of them.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// The policies of the roles of a template, each with its name.
fn policies(template: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (role, properties) in resources(template, "AWS::IAM::Role") {
        for policy in properties["Policies"].as_array().into_iter().flatten() {
            let name = policy["PolicyName"].as_str().unwrap();
            found.push((format!("{role} {name}"), &policy["PolicyDocument"]));
        }
    }
    for (name, properties) in resources(template, "AWS::IAM::RolePolicy") {
        found.push((name.to_owned(), &properties["PolicyDocument"]));
    }
    found
}

/// The statements of a policy, those on condition too.
fn statements(policy: &Value) -> Vec<&Value> {
    let all = policy["Statement"].as_array().unwrap().iter();
    all.map(|one| one.get("Fn::If").map_or(one, |branches| &branches[1])).collect()
}

#[test]
fn the_templates_have_no_fault() {
    let Some(python) = python_for("deploy: templates") else { return };
    let files = TEMPLATES.map(deployed);
    // With hints, and where a partition has other services and other names.
    let mut arguments: Vec<&OsStr> = ["-c", CFN_LINT, "--include-checks", "I", "--regions"]
        .into_iter()
        .chain(["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "--template"])
        .map(OsStr::new)
        .collect();
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    assert_eq!(run(&python, &arguments).trim(), "");
}

#[test]
fn a_template_goes_without_a_bucket() {
    for name in TEMPLATES {
        assert!(
            read(name).len() <= 51_200,
            "CloudFormation takes no longer {name} but from a bucket"
        );
    }
}

#[test]
fn the_state_machine_has_no_fault() {
    let Some(python) = python_for("deploy: state machine") else { return };
    let mut machine = read("organization.asl.json");
    let template = template(&python, "organization.yaml");
    let properties = resources(&template, "AWS::StepFunctions::StateMachine")["Machine"];
    assert_eq!(properties["DefinitionString"].as_str().unwrap().trim(), machine.trim());
    for name in keys(&properties["DefinitionSubstitutions"]) {
        let placeholder = format!("${{{name}}}");
        assert!(machine.contains(&placeholder), "nothing is put in the place of {name}");
        let value = match name.as_str() {
            "MaxConcurrency" | "ToleratedFailurePercentage" => "10",
            "ShardType" => "EXPRESS",
            _ => "arn:aws:of:it",
        };
        machine = machine.replace(&placeholder, value);
    }
    assert!(!machine.contains("${"), "a placeholder is left");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("machine.asl.json");
    fs::write(&file, machine).unwrap();
    let arguments = ["-m".as_ref(), "statelint".as_ref(), file.as_os_str()];
    let output = Command::new(&python).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // The language leaves it to the platform what a reader has. AWS wants to know what it reads:
    // https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
    let known =
        "Field \"InputType\" not allowed in State Machine.States.Map.ItemReader.ReaderConfig";
    assert_eq!(said, ["One error:", known], "{}", String::from_utf8_lossy(&output.stderr));
}

/// A policy of a template with the ARNs that elb-audit prints, which are of no partition of their own.
fn of_every_partition(mut policy: Value) -> Value {
    let resources = policy["Statement"].as_array_mut().unwrap().iter_mut();
    for arn in resources.filter_map(|one| one["Resource"].as_array_mut()).flatten() {
        let written = arn["Fn::Sub"].as_str().unwrap();
        *arn = written.replace("arn:${AWS::Partition}:", "arn:*:").into();
    }
    policy
}

#[test]
fn roles_read_what_a_scan_needs() {
    let Some(python) = python_for("deploy: read policies") else { return };
    let needed = docs::permissions(&plan::calls(checks::ALL), docs::Purpose::Scan);
    let needed: Value = serde_json::from_str(&needed).unwrap();
    let expected = ["FunctionRole read", "ShardRole read", "ReaderRole read"];
    for (name, role) in TEMPLATES.into_iter().zip(expected) {
        let template = template(&python, name);
        let found: BTreeMap<_, _> = policies(&template).into_iter().collect();
        assert_eq!(of_every_partition(found[role].clone()), needed, "{name}");
        let others = found.keys().filter(|policy| policy.ends_with(" read"));
        assert_eq!(others.count(), 1, "{name}");
    }
}

/// What AWS does for the function, not the function itself; and what an option of the template is for.
const BESIDE: [&str; 7] = [
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
    "sts:AssumeRole",
    "organizations:",
];

/// The role beside the calls of the real function: none is missing, and none is there without use.
#[test]
fn the_role_allows_what_the_function_asks_and_nothing_without_use() {
    let Some(python) = python_for("deploy: role and calls") else { return };
    let template = template(&python, "template.yaml");
    let allowed: BTreeSet<String> = policies(&template)
        .into_iter()
        .filter(|(name, _)| name.starts_with("FunctionRole "))
        .flat_map(|(_, policy)| statements(policy))
        .flat_map(|statement| texts(&statement["Action"]))
        .map(str::to_owned)
        .collect();
    let account = account::watched().with(Bucket::new("reports", "eu-west-1"));
    let fake = FakeAws::start(account);
    let topic = "sns:arn:aws:sns:eu-west-1:111122223333:alerts";
    let webhooks = "slack:ssm:/elb-audit/slack,webhook:secret:hook";
    let notify = format!("{topic},s3://reports/reports,securityhub,eventbridge,{webhooks}");
    let url = fake.url();
    let hook = format!("{url}/hooks/T0");
    fake.answers("ssm", "GetParameter", json!({"Parameter": {"Value": hook}}));
    fake.answers("secretsmanager", "GetSecretValue", json!({"SecretString": hook}));
    let mut function = Function::start(&[
        ("AWS_ENDPOINT_URL", &url),
        ("ELB_AUDIT_NOTIFY", &notify),
        ("ELB_AUDIT_STATE", "s3://reports/state/report.json"),
        ("ELB_AUDIT_PERSONA", "auditor"),
        ("ELB_AUDIT_RETRIES", "0"),
    ]);
    assert_eq!(function.asked(&json!({}), 900).success()["exit"], 1);
    assert_eq!(function.asked(&json!({}), 900).success()["exit"], 1);
    let asked = fake.log().into_iter().filter(|entry| entry.family != "webhook");
    let asked: BTreeSet<String> = asked.map(|entry| entry.action).collect();
    assert!(asked.is_subset(&allowed), "missing: {:?}", asked.difference(&allowed));
    let checked_too: BTreeSet<&str> =
        plan::calls(checks::ALL).into_iter().flat_map(Call::permission_only).copied().collect();
    let without_use: Vec<&String> = allowed
        .difference(&asked)
        .filter(|action| !checked_too.contains(action.as_str()))
        .filter(|action| !BESIDE.iter().any(|beside| action.starts_with(beside)))
        .collect();
    assert_eq!(without_use, [""; 0], "too many");
}

#[test]
fn what_writes_names_its_resource() {
    let Some(python) = python_for("deploy: write policies") else { return };
    for name in TEMPLATES {
        let template = template(&python, name);
        let mut seen = 0;
        for (policy, document) in policies(&template) {
            if policy.ends_with(" read") {
                continue;
            }
            for statement in statements(document) {
                let place = format!("{name}: {policy}: {}", statement["Sid"]);
                names_its_resource(statement, &place);
                seen += 1;
            }
        }
        assert!(seen > 0, "{name}");
    }
}

/// A role that anybody may create in an account of their own is assumed only where the organization owns it.
#[test]
fn roles_are_assumed_in_the_organization_or_by_their_arns() {
    let Some(python) = python_for("deploy: roles of other accounts") else { return };
    let own = json!({"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}});
    for (name, of_organization) in [("template.yaml", 1), ("organization.yaml", 2)] {
        let (mut by_name, mut by_arn) = (0, 0);
        let template = template(&python, name);
        for (policy, document) in policies(&template) {
            for statement in statements(document) {
                if !texts(&statement["Action"]).contains(&"sts:AssumeRole") {
                    continue;
                }
                if statement["Resource"] == json!({"Ref": "RoleArns"}) {
                    by_arn += 1;
                    continue;
                }
                assert_eq!(statement["Condition"], own, "{name}: {policy}");
                by_name += 1;
            }
        }
        assert_eq!((by_name, by_arn), (of_organization, of_organization), "{name}");
    }
    let module = read("terraform/main.tf");
    let (_, statement) = module.split_once("\"AccountsOfTheOrganization\"").unwrap();
    let (statement, _) = statement.split_once("dynamic \"statement\"").unwrap();
    for line in [
        "test     = \"StringEquals\"",
        "variable = \"aws:ResourceOrgID\"",
        "values   = [\"$${aws:PrincipalOrgID}\"]",
    ] {
        assert!(statement.contains(line), "{line}: {statement}");
    }
}

fn names_its_resource(statement: &Value, place: &str) {
    assert_eq!(statement["Effect"], "Allow", "{place}");
    assert!(statement.get("Resource").is_some(), "{place}");
    let everything = texts(&statement["Resource"]).contains(&"*");
    let actions = texts(&statement["Action"]);
    assert!(!actions.is_empty(), "{place}");
    for action in actions {
        assert!(!action.contains('*'), "{place}: {action}");
        assert!(!everything || UNLIMITED.contains(&action), "{place}: {action} on everything");
    }
}

#[test]
fn a_role_holds_its_policies() {
    let Some(python) = python_for("deploy: size of policies") else { return };
    for name in TEMPLATES {
        let template = template(&python, name);
        for (role, properties) in resources(&template, "AWS::IAM::Role") {
            let policies = properties["Policies"].as_array().unwrap();
            let length: usize =
                policies.iter().map(|policy| policy["PolicyDocument"].to_string().len()).sum();
            // AWS's limit, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
            assert!(
                length <= 10_240,
                "{name}: the inline policies of {role} have {length} letters"
            );
        }
    }
}

#[test]
fn names_fit_every_partition() {
    let mut names: Vec<String> = TEMPLATES.map(str::to_owned).to_vec();
    names.extend(["organization.asl.json", "terraform/main.tf", "deploy.sh"].map(str::to_owned));
    for name in names {
        assert!(!read(&name).contains("arn:aws"), "{name} is for one partition alone");
    }
}

/// The variables that a template gives its functions.
fn given(template: &Value) -> BTreeSet<String> {
    let functions = resources(template, "AWS::Lambda::Function");
    functions.values().flat_map(|one| keys(&one["Environment"]["Variables"])).collect()
}

#[test]
fn variables_are_options() {
    let Some(python) = python_for("deploy: variables") else { return };
    let options: BTreeSet<String> = cli::variables().into_iter().map(|(_, name)| name).collect();
    let mut all = BTreeSet::new();
    for name in ["template.yaml", "organization.yaml"] {
        all.extend(given(&template(&python, name)));
    }
    for name in &all {
        let pending = PENDING.contains(&name.as_str());
        let known = options.contains(name);
        assert!(!(pending && known), "{name} is an option now: take it off PENDING in deploy.rs");
        let own = OF_THE_FUNCTION.contains(&name.as_str());
        assert!(pending || known || own, "{name} is set in a template and is no option");
    }
    for name in PENDING {
        assert!(all.contains(name), "{name} is pending, and no template sets it");
    }
}

/// What follows this at the beginning of a line of the module, up to the end of the word or text.
fn in_module(module: &str, before: &str, end: char) -> BTreeSet<String> {
    let lines = module.lines().map(str::trim_start).filter_map(|line| line.strip_prefix(before));
    lines.filter_map(|rest| rest.split_once(end)).map(|(word, _)| word.to_owned()).collect()
}

#[test]
fn the_module_makes_what_the_template_makes() {
    let Some(python) = python_for("deploy: module") else { return };
    let template = template(&python, "template.yaml");
    let module = read("terraform/main.tf");
    let (_, variables) = module.split_once("  variables = {\n").unwrap();
    let (variables, _) = variables.split_once("\n  }\n").unwrap();
    assert_eq!(in_module(variables, "", ' '), given(&template));

    let policies: BTreeMap<_, _> = policies(&template).into_iter().collect();
    let mut wanted = BTreeSet::new();
    for policy in ["FunctionRole write", "ScheduleRole start"] {
        for statement in statements(policies[policy]) {
            wanted.insert(statement["Sid"].as_str().unwrap().to_owned());
        }
    }
    // Those of the policies of queue, topic, key and bucket.
    wanted.extend(
        ["Administration", "Alarms", "AlarmsOfThisAccount", "OnlyEncrypted"].map(str::to_owned),
    );
    let module = module.replace("sid       =", "sid =").replace("sid     =", "sid =");
    assert_eq!(in_module(&module, "sid = \"", '"'), wanted);

    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let named = |alarm: &&Value| alarm["AlarmName"]["Fn::Sub"].as_str().unwrap().to_owned();
    let alarms: BTreeSet<String> = alarms.values().map(named).collect();
    let made = in_module(&module, "alarm_name          = \"${local.name}-", '"');
    let made = made.iter().map(|end| format!("elb-audit-${{Environment}}-{end}")).collect();
    assert_eq!(alarms, made);
}

#[test]
fn questions_fit_the_table() {
    let Some(python) = python_for("deploy: questions") else { return };
    let mut files: Vec<PathBuf> =
        fs::read_dir(deployed("athena")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 6, "a table and five questions");
    let mut arguments: Vec<&OsStr> = vec!["sql".as_ref()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    let answer = ask(&python, &arguments);

    let schema = fs::read_to_string(path("docs/schema/report-v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let finding = &schema["$defs"]["finding"]["properties"];
    let mut expected = keys(finding);
    // The reduce step adds it.
    expected.insert("ou".to_owned());
    assert_eq!(keys(&answer["columns"]), expected);
    assert_eq!(keys(&answer["parts"]), BTreeSet::from(["date".to_owned()]));
    for (field, column) in [("load_balancer", "ROW"), ("subject", "ROW"), ("accepted", "ROW")] {
        let row = answer["columns"][field].as_str().unwrap();
        let names = row.trim_start_matches(column).trim_matches(['(', ')']).split(", ");
        let names: BTreeSet<String> =
            names.filter_map(|one| one.split(' ').next()).map(str::to_owned).collect();
        assert_eq!(names, keys(&finding[field]["properties"]), "{field}");
    }
}

#[test]
fn workflows_take_no_action_that_can_change() {
    for entry in fs::read_dir(path(".github/workflows")).unwrap() {
        let file = entry.unwrap().path();
        takes_no_action_that_can_change(&fs::read_to_string(file).unwrap());
    }
}

fn takes_no_action_that_can_change(workflow: &str) {
    let mut used = 0;
    // What a tag is called must not become a part of a script.
    let put_in =
        ["group", "name", "runs-on", "ARCHITECTURE", "OPTION", "GH_REPO", "GH_TOKEN", "TAG"];
    for line in workflow.lines().map(str::trim_start) {
        let line = line.trim_start_matches("- ");
        let key = line.split(':').next().unwrap_or_default();
        assert!(!line.contains("${{") || put_in.contains(&key), "{line}");
        if let Some(action) = line.strip_prefix("uses: ") {
            let (_, version) = action.split_once('@').unwrap();
            let hash = version.split(' ').next().unwrap();
            let pinned = hash.len() == 40 && hash.chars().all(|one| one.is_ascii_hexdigit());
            assert!(pinned, "{action} is not pinned");
            used += 1;
        }
    }
    assert!(used > 0);
    assert!(workflow.contains("\npermissions: {}\n"), "a job says what it may do");
}
