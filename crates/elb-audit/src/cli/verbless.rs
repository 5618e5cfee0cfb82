//! A command line without a command: `elb-audit --profile prod --all-regions` is a scan.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// The command that options belong to when none is named.
const DEFAULT: &str = "scan";

/// The command line with its command. Options of the program itself, such as `--version`, need none; what
/// does not begin with an option is left to clap, which tells a slip in a command from its name.
pub(super) fn completed(mut arguments: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let is_own = |first: &OsStr| is_option(first) && !is_known(first, program);
    let mut place = 1;
    // Options of the program that take a value may stand before those of the scan.
    while let Some(known) = arguments.get(place).filter(|one| takes_a_value(one, program)) {
        place += if known.as_encoded_bytes().contains(&b'=') { 1 } else { 2 };
    }
    if arguments.get(place).is_some_and(|first| is_own(first)) {
        arguments.insert(place, DEFAULT.into());
    }
    arguments
}

/// Whether it is an option of the program that has a value, which goes before any command.
fn takes_a_value(option: &OsStr, program: &Command) -> bool {
    let text = option.to_string_lossy();
    let name = text.split('=').next().unwrap_or_default();
    let is = |arg: &clap::Arg| {
        arg.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long))
            && arg.get_action().takes_values()
    };
    program.get_arguments().any(is)
}

/// `-q`, `--region`: what begins like an option, and more than a dash or two.
fn is_option(text: &OsStr) -> bool {
    let text = text.as_encoded_bytes();
    text.starts_with(b"-") && text.iter().any(|byte| *byte != b'-')
}

/// Whether it is an option of the program itself.
fn is_known(option: &OsStr, program: &Command) -> bool {
    let text = option.to_string_lossy();
    let name = text.split('=').next().unwrap_or_default();
    if matches!(name, "-h" | "--help" | "-V" | "--version") {
        return true;
    }
    let own = |arg: &clap::Arg| {
        arg.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long))
            || arg.get_short().is_some_and(|short| name == format!("-{short}"))
    };
    program.get_arguments().any(own)
}
