//! Variables that look like options and are none.

use std::ffi::OsString;

use elb_audit_core::policy::selection::closest;

use super::variables;

/// What the names of all variables begin with.
pub(super) const PREFIX: &str = "ELB_AUDIT_";

/// Variables of this project that are no options: those of its scripts and of its tests.
const OTHERS: [&str; 6] = [
    "ELB_AUDIT_BOOTSTRAP",
    "ELB_AUDIT_MOTO_RAN",
    "ELB_AUDIT_PYTHON",
    "ELB_AUDIT_REQUIRE_MOTO",
    "ELB_AUDIT_TEST_OUTCOME",
    "ELB_AUDIT_TEST_SETTINGS",
];

/// What there is to say of variables that set nothing, in one line; none where there is nothing. Those that
/// are set to nothing are not set.
#[must_use]
pub fn warning(set: impl IntoIterator<Item = (OsString, OsString)>) -> Option<String> {
    let names = set.into_iter().filter(|(_, value)| !value.is_empty());
    let names = names.map(|(name, _)| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(PREFIX)).collect();
    names.sort();
    let known: Vec<String> = variables().into_iter().map(|(_, variable)| variable).collect();
    let is_known = |name: &String| known.contains(name) || OTHERS.contains(&name.as_str());
    names.retain(|name| !is_known(name));
    let described = |name: &String| match meant(name, &known) {
        Some(meant) => format!("{name} (did you mean {meant}?)"),
        None => name.clone(),
    };
    let described: Vec<String> = names.iter().map(described).collect();
    (!described.is_empty())
        .then(|| format!("warning: variables that set no option: {}", described.join(", ")))
}

/// The variable that is meant. What all of them begin with makes none like another.
fn meant<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let own = |name: &'a str| name.strip_prefix(PREFIX).unwrap_or(name);
    let meant = closest(name.strip_prefix(PREFIX)?, known.iter().map(|one| own(one)))?;
    known.iter().map(String::as_str).find(|one| own(one) == meant)
}
