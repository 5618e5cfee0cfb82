//! The options of `elb-audit fix`.

use std::path::PathBuf;

use clap::Args;
use elb_audit_core::fix::Class;
use elb_audit_core::vocab::severity::Severity;

use super::{Configuration, Conflict, Reading, class, severity};

/// `elb-audit fix`.
#[derive(Debug, Args)]
pub struct Fix {
    /// Fingerprints of what is to be fixed, or the first 8 characters of each or more
    #[arg(value_name = "FINGERPRINT")]
    pub fingerprints: Vec<String>,
    /// Fix everything that the options below do not leave out
    #[arg(long)]
    pub all: bool,
    /// Fix only faults of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub severity: Option<Severity>,
    /// Fix only what these checks found
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub check: Vec<String>,
    /// Fix only these load balancers, given by ARN or by name (`*` stands for any characters, `?` for one)
    #[arg(long, value_name = "NAME|ARN", value_delimiter = ',')]
    pub load_balancer: Vec<String>,
    /// Write what is of this class or a milder one: `safe` refuses nobody, `review` may refuse a client, `recreate`
    /// cannot be changed in place, for which the index has the steps
    #[arg(long, value_name = "CLASS", default_value = "recreate", value_parser = class())]
    pub class: Class,
    /// Look for the fingerprints in this JSON report: a file, `s3://BUCKET/KEY`, or `-` for standard input. What it
    /// found is read again
    #[arg(long, value_name = "REPORT")]
    pub report: Option<String>,
    /// Write scripts from this saved inventory, without AWS
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// Write scripts for the two sample accounts of `elb-audit demo`, to see what they are like
    #[arg(long, conflicts_with_all = ["inventory", "report"])]
    pub demo: bool,
    /// A state of Terraform, as `terraform state pull` or `terraform show -json` prints it: changes of what it keeps
    /// are said at its addresses. Repeatable
    #[arg(long, value_name = "FILE")]
    pub terraform_state: Vec<PathBuf>,
    /// The folder that scripts and their index are written into
    #[arg(short, long, value_name = "DIR", default_value = "fixes")]
    pub output: PathBuf,
    /// What a script needs and only you know, such as `LOG_BUCKET=example-logs`: otherwise it is a variable of the
    /// script. Repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Which file.
    #[command(flatten)]
    pub config: Configuration,
    /// How to read.
    #[command(flatten)]
    pub source: Reading,
}

impl Fix {
    /// Something has to be asked for.
    pub(super) fn resolve(&mut self, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
        let _ = typed;
        match (self.fingerprints.is_empty(), self.all) {
            (true, false) => Err(Conflict::Needs("fix".to_owned(), "a FINGERPRINT or --all")),
            (false, true) => Err(Conflict::Exclusive("a FINGERPRINT and --all")),
            _ => Ok(()),
        }
    }
}
