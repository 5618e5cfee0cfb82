//! The options that say where a report is written, and what people see of it.

use clap::Args;
use elb_audit_core::render::{self, Format};
use elb_audit_core::vocab::severity::Severity;

use super::{Needed, report_format, severity};
use crate::output::{Color, Mode, OutputError, Outputs, Standard};

/// Where a report is written, and what people see of it.
#[derive(Debug, Args)]
pub struct Writing {
    /// Format of standard output
    #[arg(long, default_value = render::ALL[0].name, value_parser = report_format())]
    pub format: &'static Format,
    /// Also write the report to a file, a folder (`DIR/`), `s3://BUCKET/KEY` or, instead of --format, standard output
    /// (`-`): in these formats, or the one that the name ends in, or that of --format; `all=DIR/`: every one
    #[arg(short, long, value_name = "[FORMAT,…=]PLACE")]
    pub output: Vec<String>,
    /// Who may read a new file of --output, in octal as for `chmod`: 0600 is its owner alone, 0640 the group, too;
    /// a file that is there keeps its rights
    #[arg(long, value_name = "OCTAL", default_value = "0600", value_parser = output_mode)]
    pub output_mode: Mode,
    /// Show faults and notes of this severity or worse, and count the rest; formats for programs have
    /// everything
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub min_severity: Option<Severity>,
    /// Show every finding with its evidence; with =NAME (a name, pattern or ARN) those of a load balancer
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*",
        value_parser = named
    )]
    pub details: Option<String>,
    /// Whether both --format and --output stand on the command line, where they may not contradict each
    /// other.
    #[arg(skip)]
    both_typed: bool,
    /// Whether --output stands on the command line; the environment holds a place a line.
    #[arg(skip)]
    output_typed: bool,
}

impl Writing {
    /// Notes what stands on the command line.
    pub(super) fn note(&mut self, typed: &impl Fn(&str) -> bool) {
        self.output_typed = typed("output");
        self.both_typed = typed("format") && self.output_typed;
    }

    /// Where the report goes.
    pub(crate) fn outputs(&self, color: Color) -> Result<Outputs, OutputError> {
        let standard = Standard { format: self.format, binds: self.both_typed };
        let lines = |output: &String| output.lines().map(str::to_owned).collect::<Vec<_>>();
        let outputs = if self.output_typed {
            self.output.clone()
        } else {
            self.output.iter().flat_map(lines).collect()
        };
        Outputs::new(color, standard, &outputs, self.details.as_deref(), self.output_mode)
    }
}

/// Rights that let the owner read and write.
pub(super) fn output_mode(text: &str) -> Result<Mode, Needed> {
    Mode::parse(text).ok_or_else(|| {
        Needed::new(
            "octal digits are needed that let the owner read and write, such as 0600 or 0644",
        )
    })
}

/// A load balancer's name; in the environment, where an option has no value of its own, `true` is all.
fn named(text: &str) -> Result<String, Needed> {
    match text {
        "" => Err(Needed::new("a name is needed, or nothing behind --details")),
        "true" | "1" | "yes" | "on" => Ok("*".to_owned()),
        name => Ok(name.to_owned()),
    }
}
