//! The options of a watch: what to compare with, whom to tell, and when.

use clap::Args;
use elb_audit_core::alert::NotifyOn;
use elb_audit_core::policy::config::FailOn;
use elb_audit_core::render::{self, Format};
use elb_audit_core::vocab::severity::Severity;

use super::{Needed, fail_on, one_of, report_format, severity};
use crate::notify::{Destination, KINDS, either};

/// What a report is compared with.
#[derive(Debug, Default, Args)]
pub struct Comparing {
    /// Compare with this earlier JSON report, a file or `s3://BUCKET/KEY`, and say what is new, worse, gone
    /// and no longer assessed
    #[arg(long, value_name = "REPORT")]
    pub baseline: Option<String>,
    /// Show only new and worse faults, and let only them fail the run, where there is a report to compare
    /// with; formats for programs have everything
    #[arg(long)]
    pub only_new: bool,
}

/// How a scan watches over time.
#[derive(Debug, Args)]
#[command(next_help_heading = "Watching")]
pub struct Watching {
    /// Compare with the report kept here by the run before, and keep this one for the next:
    /// a file, or `s3://BUCKET/KEY`
    #[arg(long, value_name = "PLACE")]
    pub state: Option<String>,
    /// Whom to tell.
    #[arg(long, value_name = "DESTINATION", value_delimiter = ',', help = notify_help())]
    pub notify: Vec<String>,
    /// The same as --notify sns:ARN
    #[arg(long, value_name = "ARN")]
    pub sns_topic: Option<String>,
    /// Tell when faults are `new` or worse; when anything `changed`; `all` the time while there are
    /// faults; `always`
    #[arg(long, value_name = "WHEN", default_value = "changed", value_parser = notify_on())]
    pub notify_on: NotifyOn,
    /// Tell of faults of this severity or worse
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity())]
    pub notify_min_severity: Severity,
    /// Days of silence after which a sign of life is sent; 0: never
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(..=365))]
    pub heartbeat: u32,
    /// A name for what is watched, such as `prod`: it is put into messages
    #[arg(long, value_name = "NAME", default_value = "", value_parser = label)]
    pub environment: String,
}

impl Watching {
    /// No watch: nothing is kept and nobody told.
    #[must_use]
    pub fn none() -> Self {
        Watching {
            state: None,
            notify: Vec::new(),
            sns_topic: None,
            notify_on: NotifyOn::Changed,
            notify_min_severity: Severity::Low,
            heartbeat: 0,
            environment: String::new(),
        }
    }
}

/// `elb-audit diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The earlier JSON report; a file, or `s3://BUCKET/KEY`
    #[arg(value_name = "BEFORE")]
    pub before: String,
    /// The later one; `-` is standard input
    #[arg(value_name = "AFTER")]
    pub after: String,
    /// How to print what has changed
    #[arg(long, default_value = render::ALL[0].name, value_parser = report_format())]
    pub format: &'static Format,
    /// Show new and worse faults of this severity or worse, and count the rest; formats for programs have
    /// everything
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub min_severity: Option<Severity>,
    /// Exit with 1 if a fault of this severity or worse is new or has become worse
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = fail_on())]
    pub fail_on: FailOn,
    /// Exit with 4 if anything is no longer assessed
    #[arg(long)]
    pub strict: bool,
    /// Profile of the AWS configuration, where a report lies in S3
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

impl Watching {
    /// What there is to say where the environment holds the address of a webhook, which more people can read
    /// there than may know it; none where it holds none.
    pub(crate) fn open_address(&self) -> Option<String> {
        let destinations = self.notify.iter().filter_map(|text| Destination::parse(text).ok());
        let open: Vec<String> =
            destinations.filter(Destination::holds_address).map(|one| one.to_string()).collect();
        (!open.is_empty()).then(|| {
            format!(
                "warning: whoever may read the configuration of this function can read the address of {}: \
                 keep it in SSM (slack:ssm:NAME, webhook:ssm:NAME) or in Secrets Manager (slack:secret:ID, \
                 webhook:secret:ID)",
                open.join(", ")
            )
        })
    }
}

/// A name that fits into the subject of a message and a dimension of a metric.
fn label(text: &str) -> Result<String, Needed> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._/:#-".contains(c);
    if text.len() > 40 || !text.chars().all(plain) {
        return Err(Needed::new("at most 40 letters, digits and any of ._/:#- are needed"));
    }
    Ok(text.to_owned())
}

fn notify_help() -> String {
    format!("Tell: {}", either(KINDS.iter().map(|kind| format!("`{}`", kind.form))))
}

fn notify_on() -> impl clap::builder::TypedValueParser<Value = NotifyOn> {
    one_of(NotifyOn::ALL.to_vec())
}
