//! What is run: accounts and options that make the program use every call.

use elb_audit_core::vocab::call::Call;
use elb_audit_fake_aws::{Account, Bucket, FakeAws};
use serde_json::json;

use crate::account::{sharing, watched};
use crate::organization::{members, organization};

/// Accounts, and how the program is run on them.
#[derive(Debug)]
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: About,
    /// Arguments besides those that all have; `{fake}` is the address of the fake AWS.
    pub arguments: &'static str,
    accounts: fn() -> Vec<Account>,
}

/// What a scene is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Reading accounts.
    Reading,
    /// Comparing with an earlier run, and keeping this one.
    Remembering,
    /// Telling somebody.
    Telling,
}

impl Scene {
    /// The accounts, the caller's first, and the address of a webhook that they keep.
    #[must_use]
    pub fn start(&self) -> FakeAws {
        let fake = FakeAws::start_all((self.accounts)());
        let hook = format!("{}/hooks/SECRET99", fake.url());
        fake.answers("ssm", "GetParameter", json!({"Parameter": {"Value": hook}}));
        fake.answers("secretsmanager", "GetSecretValue", json!({"SecretString": hook}));
        fake
    }
}

const SCAN: Scene = Scene {
    name: "scan",
    about: About::Reading,
    arguments: "scan --strict --persona auditor --show-passed --format json",
    accounts: || vec![sharing()],
};

const ORGANIZATION: Scene = Scene {
    name: "organization",
    about: About::Reading,
    arguments: "scan --strict --show-passed --format json --organization",
    accounts: || members(organization().old()),
};

const UNIT: Scene = Scene {
    name: "unit",
    about: About::Reading,
    arguments: "scan --strict --show-passed --format json --organization --ou ou-ab12-workload",
    accounts: || members(organization()),
};

const STATE: Scene = Scene {
    name: "state",
    about: About::Remembering,
    arguments: "scan --show-passed --format json --state s3://reports/state.json",
    accounts: || vec![keeping()],
};

const NOTIFY: Scene = Scene {
    name: "notify",
    about: About::Telling,
    arguments: "scan --show-passed --format json --notify \
                sns:arn:aws:sns:eu-west-1:111122223333:alerts,securityhub,eventbridge,cloudwatch,\
                s3://reports/all,webhook:{fake}/hooks/SECRET99",
    accounts: || vec![keeping()],
};

const HOOKS: Scene = Scene {
    name: "hooks",
    about: About::Telling,
    arguments: "scan --show-passed --format json --notify slack:ssm:/hook,webhook:secret:hook",
    accounts: || vec![keeping()],
};

/// Every scene.
pub const SCENES: [&Scene; 6] = [&SCAN, &ORGANIZATION, &UNIT, &STATE, &NOTIFY, &HOOKS];

/// An account with a topic, Security Hub and a bucket for what is kept.
fn keeping() -> Account {
    watched().with(Bucket::new("reports", "eu-west-1").policy(false))
}

/// A call that has faults, and where it is made.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// `family:Operation`, or `family:*`.
    pub call: &'static str,
    /// Where it is made.
    pub scene: &'static Scene,
}

impl Asked {
    /// Its name in tables.
    #[must_use]
    pub fn name(&self) -> String {
        match self.scene.about {
            About::Reading => self.call.to_owned(),
            About::Remembering | About::Telling => format!("{} ({})", self.call, self.scene.name),
        }
    }
}

/// What is kept and told, which no check needs.
const BESIDE: [(&str, &Scene); 11] = [
    ("s3:HeadBucket", &STATE),
    ("s3:GetObject", &STATE),
    ("s3:PutObject", &STATE),
    ("s3:PutObject", &NOTIFY),
    ("sns:Publish", &NOTIFY),
    ("securityhub:BatchImportFindings", &NOTIFY),
    ("events:PutEvents", &NOTIFY),
    ("cloudwatch:PutMetricData", &NOTIFY),
    ("webhook:Post", &NOTIFY),
    ("ssm:GetParameter", &HOOKS),
    ("secretsmanager:GetSecretValue", &HOOKS),
];

/// All calls of a service at once.
const AT_ONCE: [&str; 2] = ["elbv2:*", "ec2:*"];

/// Every call that the program makes, and some together.
#[must_use]
pub fn calls() -> Vec<Asked> {
    let reading = Call::all().map(|call| Asked { call: call.name(), scene: scene_of(call) });
    let at_once = AT_ONCE.map(|call| Asked { call, scene: &SCAN });
    let beside = BESIDE.map(|(call, scene)| Asked { call, scene });
    reading.chain(at_once).chain(beside).collect()
}

fn scene_of(call: Call) -> &'static Scene {
    match call {
        Call::OrganizationsListAccountsForParent
        | Call::OrganizationsDescribeOrganizationalUnit
        | Call::OrganizationsListParents => &UNIT,
        call if call.leads_to_accounts() => &ORGANIZATION,
        _ => &SCAN,
    }
}
