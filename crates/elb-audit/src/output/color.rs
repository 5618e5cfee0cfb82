//! Whether text has colours.

use std::ffi::OsString;

/// When text has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Where the environment says so, or else on a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Every choice, by name, the default first.
    pub const ALL: [(&'static str, Color); 3] =
        [("auto", Color::Auto), ("always", Color::Always), ("never", Color::Never)];

    /// Whether there are colours, where that does not depend on a terminal: the choice counts before
    /// `NO_COLOR`, and that before `FORCE_COLOR` and `CLICOLOR_FORCE`.
    pub(crate) fn settled(self, variable: &dyn Fn(&str) -> Option<OsString>) -> Option<bool> {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let forces = |name| is_set(name) && variable(name).is_none_or(|value| value != "0");
        match self {
            Color::Always => Some(true),
            Color::Never => Some(false),
            Color::Auto if is_set("NO_COLOR") => Some(false),
            Color::Auto if forces("FORCE_COLOR") || forces("CLICOLOR_FORCE") => Some(true),
            Color::Auto => None,
        }
    }

    /// The same in this process's environment.
    pub(crate) fn settled_here(self) -> Option<bool> {
        self.settled(&|name| std::env::var_os(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_counts_first_then_no_color_then_what_forces() {
        let settled = |color: Color, set: &[(&str, &str)]| {
            color.settled(&|name| {
                set.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into())
            })
        };
        let all = [("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        for set in [&all[..], &all[..1], &all[1..], &[]] {
            assert_eq!(settled(Color::Always, set), Some(true));
            assert_eq!(settled(Color::Never, set), Some(false));
        }
        for (set, expected) in [
            (&all[..], Some(false)),
            (&all[1..], Some(true)),
            (&all[1..2], Some(true)),
            (&all[2..], Some(true)),
            (&[("NO_COLOR", ""), ("FORCE_COLOR", "3")][..], Some(true)),
            (&[("NO_COLOR", "0")], Some(false)),
            (&[("FORCE_COLOR", "0")], None),
            (&[("FORCE_COLOR", ""), ("CLICOLOR_FORCE", "0")], None),
            (&[], None),
        ] {
            assert_eq!(settled(Color::Auto, set), expected, "{set:?}");
        }
    }
}
