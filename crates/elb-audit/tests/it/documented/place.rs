//! Where documented commands run: a folder with the files that they read, and a fake AWS with what they name.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use elb_audit_fake_aws::{
    Account, Bucket, Certificate, FakeAws, Fault, Listener, LoadBalancer, Organization, Region,
    TargetGroup, model::organization::ROOT,
};
use serde_json::json;

use crate::account::{NUMBER, OLD_POLICY};
use crate::deploy::builders;
use crate::program::{Done, Folder, Run, finished};

use super::pages::path;

const SHOP: &str = "444455556666";
const LOST: &str = "555566667777";
/// Access keys of the accounts.
const KEYS: [&str; 3] = ["AKIAEXAMPLE", "AKIASHOP", "AKIALOST"];

/// A file, and how it is made.
type Prepared = (&'static str, fn(&Place));

/// Files that commands read, and how each is made where no earlier command of its page has made it.
pub(super) const PREPARED: [Prepared; 14] = [
    ("account.json", |place| place.collect("account.json", true)),
    ("prod.json", |place| place.collect("prod.json", true)),
    ("shop.json", Place::shop),
    ("monday.json", |place| place.collect("monday.json", false)),
    ("tuesday.json", |place| place.collect("tuesday.json", true)),
    ("wednesday.json", |place| place.collect("wednesday.json", true)),
    ("yesterday.json", |place| place.scan("--output json=yesterday.json", false)),
    ("today.json", |place| place.scan("--output json=today.json", true)),
    ("report.json", Place::report),
    ("web.tfstate", |place| {
        drop(place.folder.file("web.tfstate", r#"{"version": 4, "resources": []}"#));
    }),
    ("accounts.txt", |place| drop(place.folder.file("accounts.txt", SHOP))),
    ("s3://reports/elb/latest.json", |place| place.scan("--notify s3://reports/elb", false)),
    ("target/debug/bootstrap", |place| place.bootstrap("debug")),
    ("target/release/bootstrap", |place| place.bootstrap("release")),
];

/// The account that is read: it now serves one load balancer more in cleartext than it did.
fn account(now: bool) -> Account {
    let status = Listener::http(80);
    let status = if now { status.forward("status") } else { status.redirect_to_https() };
    let region =
        Region::with_network()
            .topic("alerts")
            .with(LoadBalancer::application("web").internet_facing().listener(
                Listener::https(443).policy(OLD_POLICY).certificate("web").forward("web"),
            ))
            .with(LoadBalancer::application("status").internet_facing().listener(status))
            .with(TargetGroup::http("web", 8080).healthy("i-1").healthy("i-2"))
            .with(TargetGroup::http("status", 8080).healthy("i-1").healthy("i-2"))
            .with(Certificate::issued("web"));
    let organization = Organization::new()
        .unit("cd34ef56", "Production", ROOT)
        .member(NUMBER, "Management", ROOT)
        .member(SHOP, "Shop", "ou-ab12-cd34ef56")
        .member(LOST, "Lost", ROOT);
    Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", region)
        .with(Bucket::new("reports", "eu-west-1"))
        .with(organization)
}

/// Its organization has one account that can be read, and one that nobody gets into.
fn fake() -> FakeAws {
    let web = LoadBalancer::application("shop")
        .internet_facing()
        .listener(Listener::http(80).forward("shop"));
    let group = TargetGroup::http("shop", 80).healthy("i-1");
    let region = Region::with_network().with(web).with(group);
    let shop =
        Account::new(SHOP).only_its_regions().region("eu-west-1", region).access_key(KEYS[1]);
    let lost = Account::new(LOST).only_its_regions().access_key(KEYS[2]);
    let fake = FakeAws::start_all(vec![account(true), shop, lost]);
    fake.fault(Fault::deny("sts:AssumeRole").about(LOST));
    let url = format!("{}/hooks/T0", fake.url());
    fake.answers("ssm", "GetParameter", json!({"Parameter": {"Value": url}}));
    let pairs = json!({"slack": url}).to_string();
    fake.answers_with("secretsmanager", "GetSecretValue", move |asked| {
        let whole = asked.input["SecretId"] == "elb-audit/slack";
        Ok(json!({"SecretString": if whole { &url } else { &pairs }}))
    });
    fake
}

/// A place for the commands of one page.
pub(super) struct Place {
    folder: Folder,
    fake: FakeAws,
}

impl Place {
    pub(super) fn new(python: Option<&Path>) -> Self {
        let place = Place { folder: Folder::new(), fake: fake() };
        for name in ["bin", "jq"] {
            fs::create_dir(place.folder.path(name)).unwrap();
        }
        for name in ["Cargo.toml", "deploy", "scripts"] {
            symlink(path(name).canonicalize().unwrap(), place.folder.path(name)).unwrap();
        }
        let bin = place.folder.path("bin");
        builders::stand_ins(&bin);
        builders::program(&bin.join("aws"), include_str!("aws.sh"));
        // The tests of `deploy` lint the templates.
        builders::program(&bin.join("cfn-lint"), "#!/bin/sh\n");
        builders::function(&place.folder.path("built"), builders::X86_64, "GLIBC_2.34\0");
        if let Some(python) = python {
            let python = python.display();
            let jq = path("crates/elb-audit/tests/it/documented/jq_of_python.py");
            let start = format!("#!/bin/sh\nexec '{python}' \"$@\"\n");
            builders::program(&bin.join("python3"), &start);
            let start = format!("#!/bin/sh\nexec '{python}' '{}' \"$@\"\n", jq.display());
            builders::program(&place.folder.path("jq/jq"), &start);
        }
        place
    }

    /// Makes the files that the command reads and that are not there.
    pub(super) fn prepare(&self, command: &str) {
        for (name, make) in PREPARED {
            if mentions(command, name) && !self.folder.path(name).exists() {
                make(self);
            }
        }
    }

    /// Runs a command by bash, as it stands; with the jq of Python's package or with the machine's.
    pub(super) fn run(&self, text: &str, jq: Jq) -> Done {
        let system = std::env::var_os("PATH").unwrap();
        let built = Path::new(env!("CARGO_BIN_EXE_elb-audit")).parent().unwrap().to_owned();
        let mut folders = vec![built, self.folder.path("bin")];
        if jq == Jq::Package {
            folders.push(self.folder.path("jq"));
        }
        let folders = folders.into_iter().chain(std::env::split_paths(&system));
        let output = Command::new("bash")
            .args(["-o", "pipefail", "-c", text])
            .current_dir(self.folder.path(""))
            .env_clear()
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("HOME", self.folder.path(""))
            .env("AWS_CONFIG_FILE", self.folder.path("aws-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/aws")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", self.fake.url())
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_REGION", "eu-west-1")
            .env("CARGO_TARGET_DIR", self.folder.path("target"))
            .env("BUILT", self.folder.path("built"))
            .env("BUILD_LOG", self.folder.path("build.log"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        finished(&output)
    }

    /// Writes a profile, each for another account as long as there are any.
    pub(super) fn profile(&self, name: &str) {
        let config = self.folder.path("aws-config");
        let mut text = fs::read_to_string(&config).unwrap_or_default();
        let head = format!("[profile {name}]\n");
        if !text.contains(&head) {
            let key = KEYS[text.matches("[profile ").count() % KEYS.len()];
            let keys = format!("aws_access_key_id = {key}\naws_secret_access_key = not-a-secret\n");
            text = format!("{text}{head}region = eu-west-1\n{keys}");
            fs::write(config, text).unwrap();
        }
    }

    fn program(&self, arguments: &str, now: bool) -> Done {
        self.fake.replace(account(now));
        let done = Run::on(&self.fake, arguments).inside(&self.folder).done();
        self.fake.replace(account(true));
        done
    }

    /// Saves the account, of now or of before.
    fn collect(&self, file: &str, now: bool) {
        self.program(&format!("collect -o {file}"), now).exits(0);
    }

    /// Saves the other account that can be read.
    fn shop(&self) {
        let run = Run::on(&self.fake, "collect -o shop.json").env("AWS_ACCESS_KEY_ID", KEYS[1]);
        run.inside(&self.folder).done().exits(0);
    }

    fn scan(&self, options: &str, now: bool) {
        self.program(&format!("scan --fail-on never --no-config {options}"), now).exits(0);
    }

    /// A report that has something for every question: several accounts, one of them unread, and news.
    fn report(&self) {
        self.scan("--output json=before.json", false);
        self.scan("--organization --baseline before.json --output json=report.json", true);
    }

    fn bootstrap(&self, profile: &str) {
        let folder = self.folder.path("target").join(profile);
        fs::create_dir_all(&folder).unwrap();
        symlink(env!("CARGO_BIN_EXE_bootstrap"), folder.join("bootstrap")).unwrap();
    }
}

/// Which jq a recipe is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jq {
    /// That of Python's package.
    Package,
    /// The machine's.
    Machine,
}

impl Jq {
    /// Those that are there.
    pub(super) fn all(python: Option<&Path>) -> Vec<Self> {
        let system = std::env::var_os("PATH").unwrap();
        let mut folders = std::env::split_paths(&system);
        let machine = folders.any(|folder: PathBuf| folder.join("jq").is_file());
        let package = python.map(|_| Jq::Package);
        package.into_iter().chain(machine.then_some(Jq::Machine)).collect()
    }
}

/// Whether the command names this file, and not just one whose name has it as a part.
pub(super) fn mentions(command: &str, name: &str) -> bool {
    let in_names = |one: char| one.is_ascii_alphanumeric() || "._/-".contains(one);
    command.match_indices(name).any(|(at, _)| {
        let before = command[..at].chars().next_back();
        let after = command[at + name.len()..].chars().next();
        !before.is_some_and(in_names) && !after.is_some_and(in_names)
    })
}
