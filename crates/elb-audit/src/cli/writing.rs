//! The options that say where a report is written, and what people see of it.

use clap::Args;
use elb_audit_core::render::{self, Format};
use elb_audit_core::vocab::severity::Severity;

use super::{report_format, severity};
use crate::output::Standard;

/// Where a report is written, and what people see of it.
#[derive(Debug, Args)]
pub struct Writing {
    /// Format of standard output
    #[arg(long, default_value = render::ALL[0].name, value_parser = report_format())]
    pub format: &'static Format,
    /// Also write the report to a file: in this format, or the one that the file's name ends in, or else
    /// that of --format
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    pub output: Vec<String>,
    /// Show faults and notes of this severity or worse, and count the rest; formats for programs have
    /// everything
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub min_severity: Option<Severity>,
    /// Whether both --format and --output stand on the command line, where they may not contradict each
    /// other.
    #[arg(skip)]
    pub(super) both_typed: bool,
}

impl Writing {
    /// Notes what stands on the command line.
    pub(super) fn note(&mut self, typed: &impl Fn(&str) -> bool) {
        self.both_typed = typed("format") && typed("output");
    }

    /// What standard output gets.
    pub(crate) fn standard(&self) -> Standard {
        Standard { format: self.format, binds: self.both_typed }
    }
}
