//! Commands, HCL and YAML as people write them.

/// The width that a command is broken at.
const WIDTH: usize = 86;

/// The text without the indentation that all of its lines share, and without blank lines around it.
pub(super) fn dedented(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let shared = lines().map(indentation).min().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(|line| line.get(shared..).unwrap_or("")).collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}

/// Steps, a blank line between them.
pub(super) fn steps<T: AsRef<str>>(steps: &[T]) -> String {
    steps.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("\n\n")
}

/// The text with its first letter in capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text this much further in; blank lines stay blank.
pub(super) fn indented(text: &str, by: usize) -> String {
    let further = |line: &str| match line {
        "" => String::new(),
        line => format!("{:by$}{line}", ""),
    };
    text.lines().map(further).collect::<Vec<_>>().join("\n")
}

/// A command, broken before an option where it would be too long.
pub(super) fn command(start: &str, options: &[String]) -> String {
    let mut text = start.to_owned();
    let mut width = start.len();
    let total: usize = start.len() + options.iter().map(|option| option.len() + 1).sum::<usize>();
    for option in options {
        // Room for the backslash that the line may end with.
        if total > WIDTH && width + option.len() + 3 > WIDTH {
            text.push_str(" \\\n  ");
            width = 2;
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(option);
        width += option.len();
    }
    text
}

/// The name in lower case between these: `MinSize` is `min-size`, `VPCZoneIdentifier` `vpc-zone-identifier`.
pub(super) fn lower(name: &str, between: char) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(place + 1);
        let begins = before.is_some_and(|before| {
            before.is_lowercase() || after.is_some_and(|after| after.is_lowercase())
        });
        if letter.is_uppercase() && begins {
            text.push(between);
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// A value in HCL: what is neither a number nor a truth value nor a list stands in quotes.
pub(super) fn hcl(value: &str) -> String {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = value == "PORT" || value.ends_with("_PORT");
    if is_plain || is_port || matches!(value, "true" | "false") || value.starts_with('[') {
        return value.to_owned();
    }
    format!("{value:?}")
}

/// Arguments of a block, their signs of equality below one another.
pub(super) fn arguments<N: AsRef<str>>(arguments: &[(N, String)]) -> String {
    let widest = arguments.iter().map(|(name, _)| name.as_ref().len()).max().unwrap_or_default();
    let line = |(name, value): &(N, String)| format!("{:<widest$} = {value}", name.as_ref());
    arguments.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A block in HCL: `resource "aws_lb" "this"`, or `access_logs`.
pub(super) fn block(head: &str, body: &str) -> String {
    format!("{head} {{\n{}\n}}", indented(body, 2))
}

/// A resource in Terraform.
pub(super) fn resource(kind: &str, name: &str, body: &str) -> String {
    block(&format!("resource \"{kind}\" \"{name}\""), body)
}

/// A resource in `CloudFormation`.
pub(super) fn logical(name: &str, kind: &str, properties: &str) -> String {
    format!("{name}:\n  Type: {kind}\n  Properties:\n{}", indented(properties, 4))
}

/// A text in YAML: in quotes where it would be taken for something else.
pub(super) fn yaml(value: &str) -> String {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || matches!(value, "" | "true" | "false" | "on" | "off") || value.contains(": ") {
        return format!("{value:?}");
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_indentation_is_left_out() {
        assert_eq!(dedented("\n    a {\n      b\n\n    }\n"), "a {\n  b\n\n}");
        assert_eq!(dedented("a\n  b"), "a\n  b");
        assert_eq!(dedented(""), "");
    }

    #[test]
    fn a_long_command_is_broken_before_an_option() {
        let long = "--name ".to_owned() + &"x".repeat(50);
        let options = [long.clone(), "--a b".to_owned(), long.clone()];
        assert_eq!(command("aws x y", &options), format!("aws x y {long} --a b \\\n  {long}"));
        assert_eq!(command("aws x y", &options[1..2]), "aws x y --a b");
    }

    #[test]
    fn names_are_those_of_each_language() {
        assert_eq!(lower("VPCZoneIdentifier", '-'), "vpc-zone-identifier");
        assert_eq!(lower("AdvertiseTrustStoreCaNames", '_'), "advertise_trust_store_ca_names");
        assert_eq!(lower("MinSize", '_'), "min_size");
        assert_eq!(lower("TTL", '_'), "ttl");
    }

    #[test]
    fn values_are_quoted_where_they_must() {
        assert_eq!(["true", "60", "PORT", "a b"].map(hcl), ["true", "60", "PORT", "\"a b\""]);
        let yamls = ["true", "60", "off", "", "a: b", "max-age=1; x"].map(yaml);
        assert_eq!(yamls, ["\"true\"", "\"60\"", "\"off\"", "\"\"", "\"a: b\"", "max-age=1; x"]);
    }
}
