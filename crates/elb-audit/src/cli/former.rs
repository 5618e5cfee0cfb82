//! Words of the command line that mean something under another name.

use std::ffi::OsString;

/// The arguments with `--list-checks`, which many scanners have, as the command `checks`: behind the
/// program's name, or behind `scan`.
pub(super) fn renamed(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let is = |place: usize, word: &str| arguments.get(place).is_some_and(|one| one == word);
    let place = 1 + usize::from(is(1, "scan"));
    if is(place, "--list-checks") {
        arguments.splice(1..=place, [OsString::from("checks")]);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_checks_is_a_command() {
        for (typed, meant) in [
            ("p --list-checks", "p checks"),
            ("p scan --list-checks", "p checks"),
            ("p --list-checks --format json", "p checks --format json"),
            ("p scan --list-checks --persona auditor", "p checks --persona auditor"),
            ("p scan --strict --list-checks", "p scan --strict --list-checks"),
            ("p demo --list-checks", "p demo --list-checks"),
            ("p scan", "p scan"),
            ("p", "p"),
        ] {
            let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
            assert_eq!(renamed(words(typed)), words(meant), "{typed}");
        }
        assert_eq!(renamed([]), Vec::<OsString>::new());
    }
}
