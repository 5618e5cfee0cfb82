//! The exit codes.

use super::{RENDERED, table};
use crate::report::Exit;

/// The exit codes as a table.
#[must_use]
pub fn exit_code_table() -> String {
    let row = |(exit, meaning): &(Exit, &str)| vec![exit.code().to_string(), (*meaning).to_owned()];
    table(&["Code", "Meaning"], Exit::ALL.iter().map(row))
}

/// The page on exit codes.
#[must_use]
pub fn exit_codes() -> String {
    format!(
        "{RENDERED}# Exit codes\n\n{}\n\
         Where several apply, the first of 2, 3, 4, 5, 1, 0 is given. One line on standard error says \
         which code it is and why, what the faults come to whatever the code, and whom the run told:\n\n\
         ```text\n\
         exit 4: coverage is incomplete (--strict): unknown verdicts 5, gaps 2; faults at or above high: 18 \
         (--fail-on high)\n\
         exit 1: faults at or above high: 18 (--fail-on high); told: \
         sns:arn:aws:sns:eu-west-1:111122223333:alerts, slack:https://hooks.slack.com/…\n\
         ```\n\n\
         `--fail-on` takes `critical`, `high`, `medium`, `low` or `never` (default: `high`). \
         Notes never count, nor does what someone has accepted, nor what a check newer than the \
         pinned edition finds. An unknown verdict counts as neither right nor wrong: with \
         `--strict` any of them, and any region that could not be read, makes the code {}. Without \
         `--strict` the report still names each. With `--only-new` only faults count that are new or worse \
         than in the report compared with. `--min-severity` changes what people are shown, and never the code.\n\n\
         `scan` and `collect` treat Ctrl-C, `SIGTERM` and `SIGHUP` alike: nothing more is read, what has been \
         read is reported, told and kept or saved, and the code is {}, also where everything had been read by then; or {} \
         if nothing had been read. The second signal ends the program at once, with {}; a file that can be \
         [moved into place](report.md#files) is the old one or the new one, whole. One that was ignored from the start, \
         as `nohup` has `SIGHUP`, stays so. Other commands are ended by the signal.\n\n\
         A file that cannot be written because the disk is full or a limit is reached makes the code {}: the old file \
         is as it was.\n\n\
         A load balancer of `--load-balancer` that is not found makes the code {}, and {} where others are \
         found.\n\n\
         [`diff`](watching.md#exit-codes) counts new and worsened faults alone, from `--fail-on` on \
         (`low` by default); `--strict` makes the code {} when anything is no longer assessed. \
         It ends without that line on standard error.\n",
        exit_code_table(),
        Exit::Incomplete.code(),
        Exit::Incomplete.code(),
        Exit::NothingAssessed.code(),
        Exit::Incomplete.code(),
        Exit::DeliveryFailed.code(),
        Exit::NothingAssessed.code(),
        Exit::Incomplete.code(),
        Exit::Incomplete.code(),
    )
}
