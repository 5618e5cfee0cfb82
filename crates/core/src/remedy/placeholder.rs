//! Words in capitals in the ways of a remedy: which are known from a finding, and how to choose the others.

use std::collections::BTreeSet;

use super::Pair;
use super::binding::{Binding, Bindings};

/// Placeholders that a finding binds: the resources that it is about.
pub const FOUND: &[&str] = &[
    "ACCELERATOR_ARN",
    "ACCOUNT_ID",
    "ADDRESSLESS_SUBNET_ID",
    "ADDRESSLESS_SUBNET_IDS",
    "ADDRESS_FAMILY",
    "ASKED_RANGES",
    "AUTO_SCALING_GROUP",
    "BLOCKED_SUBNET_ID",
    "BUCKET",
    "CERTIFICATE_ID",
    "CLASSIC_NAME",
    "CLOSED_GROUP_ID",
    "DEFAULT_CERTIFICATE_LISTENER_ARN",
    "DEFAULT_LISTENER_ARN",
    "DISTRIBUTION_ID",
    "EMPTY_TARGET_GROUP_ARN",
    "ENDPOINT_PORT",
    "ENDPOINT_SERVICE_ID",
    "ENDPOINT_SERVICE_NAME",
    "ENDPOINT_VPC_ID",
    "FOREIGN_CONSUMER",
    "FOREIGN_STORE_LISTENER_ARN",
    "FORWARDING_LISTENER_ARN",
    "FORWARDING_RULE_ARN",
    "FORWARDING_RULE_PRIORITY",
    "FUNCTION",
    "GONE_GROUP_ID",
    "GONE_NAMES",
    "GONE_TARGET_GROUP_ARNS",
    "GROUP_ID",
    "GROUP_IDS",
    "HELD_TARGET_ID",
    "HOLDING_GROUP_ARN",
    "HOST",
    "HOSTS",
    "HTTPS_LISTENER_ARN",
    "HTTPS_PORT",
    "HTTP_API_ID",
    "IAM_CERTIFICATE_NAME",
    "IAM_LISTENER_ARN",
    "IAM_LISTENER_PORT",
    "IAM_SNI_LISTENER_ARN",
    "IMPORTED_CERTIFICATE_ID",
    "INSPECTED_BYTES",
    "INSTANCE_POLICIES",
    "INSTANCE_PORT",
    "INSTANCE_PROTOCOL",
    "ISSUED_CERTIFICATE_ID",
    "KEPT_GROUP_ID",
    "KEPT_GROUP_IDS",
    "KEPT_PERMISSION",
    "KEPT_POLICIES",
    "KEPT_SUBNET_IDS",
    "LISTENER_ARN",
    "LISTENER_POLICIES",
    "LISTENER_PORT",
    "LISTENER_PROTOCOL",
    "LOAD_BALANCER_ARN",
    "LOAD_BALANCER_GROUP_ID",
    "LOAD_BALANCER_NAME",
    "LOAD_BALANCER_RANGES",
    "LOAD_BALANCER_SCHEME",
    "LOG_ATTRIBUTE",
    "LOG_SOURCE",
    "MAILED_CERTIFICATE_ID",
    "MISSING_BUCKET",
    "MISSING_TAG",
    "NARROWED_GROUP_IDS",
    "NEW_LISTENER_PORT",
    "NEW_RULE_PRIORITY",
    "OPEN_GROUP_ARN",
    "OPEN_GROUP_ID",
    "OPEN_INSTANCE_IDS",
    "OPEN_LISTENER_ARN",
    "OPEN_LOAD_BALANCER_ARN",
    "OPEN_TARGETS",
    "ORIGIN_HEADER",
    "PARTITION",
    "PLAIN_LISTENER_ARN",
    "PORT",
    "PRIVATE_CERTIFICATE_ID",
    "PROTECTED_RULE_ARN",
    "OTHER_GROUP_IDS",
    "QUOTA_NAME",
    "RECORD_NAME",
    "RECORD_TYPE",
    "RECORD_ZONE_ID",
    "REDIRECTING_LISTENER_ARN",
    "REDIRECT_PATH",
    "REGION",
    "ROUTED_TYPE",
    "RULE_ARN",
    "RULE_GROUP_ID",
    "RULE_PERMISSION",
    "RULE_PRIORITIES",
    "SECURITY_POLICY",
    "SHARED_TRUST_STORE_ARN",
    "SHUT_ACL_ID",
    "SHUT_GROUP_ID",
    "SNI_LISTENER_ARN",
    "STALE_TARGETS",
    "STATEMENT_ID",
    "STATUS_CODE",
    "SHARED_GROUP_ID",
    "SUBNET_IDS",
    "TARGET_GROUP_ARN",
    "TLS_PROTOCOL",
    "TRANSPORT",
    "TRUST_STORE_ARN",
    "UNCONTROLLED_VPC_ID",
    "UNCOVERED_HOST",
    "UNCOVERED_HOSTS",
    "UNGUARDED_LISTENER_ARN",
    "UNGUARDED_RULE_ARN",
    "UNHEALTHY_INSTANCES",
    "UNHEALTHY_TARGETS",
    "UNPROTECTABLE_ARN",
    "UNPROTECTED_ARN",
    "UNROUTED_ARN",
    "UNROUTED_TYPE",
    "USER_POOL_ID",
    "USUAL_HEADER_NAMES",
    "VPC_ID",
    "VPC_LINK_ID",
    "VPC_ORIGIN_ID",
    "WAF_LOG_GROUP",
    "WAF_LOG_GROUP_ARN",
    "WEB_ACL_ARN",
    "WEB_ACL_ID",
    "WEB_ACL_NAME",
    "WEB_ACL_RULE",
    "WEB_ACL_RULE_PRIORITY",
    "WRONG_SUBNET_IDS",
];

/// Those of them that not every finding of a check binds: a [step](super::commands) with one that is not
/// bound is not for this finding.
pub const CASES: &[&str] = &[
    "ACCELERATOR_ARN",
    "ADDRESSLESS_SUBNET_ID",
    "AUTO_SCALING_GROUP",
    "CLASSIC_NAME",
    "CLOSED_GROUP_ID",
    "DEFAULT_CERTIFICATE_LISTENER_ARN",
    "DEFAULT_LISTENER_ARN",
    "DISTRIBUTION_ID",
    "EMPTY_TARGET_GROUP_ARN",
    "FOREIGN_STORE_LISTENER_ARN",
    "FORWARDING_LISTENER_ARN",
    "FORWARDING_RULE_ARN",
    "GONE_NAMES",
    "GONE_TARGET_GROUP_ARNS",
    "HOLDING_GROUP_ARN",
    "HTTPS_LISTENER_ARN",
    "HTTP_API_ID",
    "IAM_CERTIFICATE_NAME",
    "IAM_LISTENER_ARN",
    "IAM_LISTENER_PORT",
    "IAM_SNI_LISTENER_ARN",
    "IMPORTED_CERTIFICATE_ID",
    "ISSUED_CERTIFICATE_ID",
    "KEPT_GROUP_ID",
    "LOAD_BALANCER_ARN",
    "LOAD_BALANCER_GROUP_ID",
    "LOAD_BALANCER_NAME",
    "LOAD_BALANCER_RANGES",
    "LOG_ATTRIBUTE",
    "MAILED_CERTIFICATE_ID",
    "MISSING_BUCKET",
    "NARROWED_GROUP_IDS",
    "NEW_LISTENER_PORT",
    "OPEN_GROUP_ARN",
    "OPEN_GROUP_ID",
    "OPEN_INSTANCE_IDS",
    "OPEN_LISTENER_ARN",
    "OPEN_LOAD_BALANCER_ARN",
    "OPEN_TARGETS",
    "PRIVATE_CERTIFICATE_ID",
    "PROTECTED_RULE_ARN",
    "REDIRECTING_LISTENER_ARN",
    "ROUTED_TYPE",
    "RULE_ARN",
    "RULE_GROUP_ID",
    "SHARED_TRUST_STORE_ARN",
    "SHUT_ACL_ID",
    "SHUT_GROUP_ID",
    "SNI_LISTENER_ARN",
    "STATEMENT_ID",
    "UNCONTROLLED_VPC_ID",
    "UNGUARDED_LISTENER_ARN",
    "UNGUARDED_RULE_ARN",
    "UNHEALTHY_INSTANCES",
    "UNHEALTHY_TARGETS",
    "UNPROTECTABLE_ARN",
    "UNPROTECTED_ARN",
    "UNROUTED_ARN",
    "UNROUTED_TYPE",
    "VPC_LINK_ID",
    "VPC_ORIGIN_ID",
    "SHARED_GROUP_ID",
];

/// Placeholders that only the user can fill in, and how to choose.
pub const CHOSEN: &[Pair] = &[
    (
        "ADMINISTRATORS_RANGE",
        "the range that administrators connect from, such as `198.51.100.0/24`",
    ),
    (
        "APPLIANCES_GROUP",
        "the Auto Scaling group that runs the appliances; `aws autoscaling describe-auto-scaling-groups` lists them",
    ),
    ("AUDIENCE", "what the provider writes into the `aud` claim of tokens for this service"),
    (
        "CAPACITY_UNITS",
        "the capacity units that the peak needs: the metrics ConsumedLCUs and PeakLCUs tell",
    ),
    (
        "CERTIFICATE_ARN",
        "a certificate for the names that clients use; `aws acm list-certificates` lists those that are there",
    ),
    ("CLASSIC_WEB_ACL_ID", "the id of the web ACL that the first command prints"),
    (
        "CLIENTS_GROUP_ID",
        "the security group of the clients; `aws ec2 describe-security-groups` lists them",
    ),
    ("CLIENTS_IPV6_RANGE", "the IPv6 range that clients connect from, such as `2001:db8:12::/48`"),
    ("CLIENTS_RANGE", "the IPv4 range that clients connect from, such as `203.0.113.0/24`"),
    (
        "CONSUMER_ACCOUNT_ID",
        "an account that is meant to connect; `aws ec2 describe-vpc-endpoint-connections` lists the owners of \
         the endpoints there are",
    ),
    (
        "FOREIGN_LOAD_BALANCER_ARN",
        "a load balancer of another account that is not meant to use the trust store; the first command lists them",
    ),
    (
        "FREE_ENTRY_NUMBER",
        "a number that no entry of the network ACL has in this direction, below the one that denies; `aws ec2 \
         describe-network-acls` lists them",
    ),
    (
        "HEALTH_PATH",
        "a path, its first slash left out, that targets answer with status 200 only when they can serve, \
         such as `health`",
    ),
    (
        "HOSTED_ZONE_ID",
        "the hosted zone that serves the names; `aws route53 list-hosted-zones` lists them",
    ),
    (
        "INSTANCE_PUBLIC_KEY",
        "the public key of the instances' certificate in base64, without its first and last line; `openssl x509 -in certificate.pem -pubkey -noout` prints it",
    ),
    (
        "LOG_BUCKET",
        "a bucket of yours in the load balancer's region, best one for logs only; `aws s3api list-buckets` \
         lists them",
    ),
    (
        "LOG_DESTINATION_ARN",
        "where the logs go; `aws logs describe-delivery-destinations` lists those there are, `aws logs \
         put-delivery-destination` creates one",
    ),
    ("MIGRATION_BUCKET", "a bucket in this region whose name begins with `aws-waf-migration-`"),
    ("NEW_GROUP_ID", "a security group of its own; `aws ec2 create-security-group` creates one"),
    (
        "NEW_GROUP_NAME",
        "a name of up to 32 letters, digits and hyphens that no target group of the region has",
    ),
    ("NEW_HOST", "the name that clients use most, such as `www.example.com`"),
    ("NEW_HOSTS", "every name that clients use, with spaces between them"),
    (
        "NEW_LOAD_BALANCER_NAME",
        "a name of up to 32 letters, digits and hyphens that no load balancer of the region has",
    ),
    (
        "NEW_PRIORITY",
        "a free number below that of the rule that takes the requests; `aws elbv2 describe-rules` shows them",
    ),
    ("NEW_REGEX", "an expression that matches only the paths that are meant"),
    ("NEW_REPLACEMENT", "what takes the place of the match; it cannot produce a protected path"),
    (
        "NEW_SUBNET_ID",
        "a subnet in the zone that is missing; `aws ec2 describe-subnets` lists them",
    ),
    (
        "NEW_SUBNET_IDS",
        "a subnet of every zone that the load balancer has, with commas between them; `aws ec2 \
         describe-subnets` lists them",
    ),
    (
        "NEW_TARGET_ID",
        "an instance or address that serves the same; `aws ec2 describe-instances` lists instances",
    ),
    (
        "NEW_TLS_PORT",
        "the port that clients expect the encrypted protocol on: 636 for LDAP, 993 for IMAP, 8883 for MQTT",
    ),
    (
        "NEW_TRUST_STORE_ARN",
        "the trust store with the authorities of the clients; `aws elbv2 describe-trust-stores` lists them",
    ),
    (
        "NEW_WEB_ACL_ARN",
        "the regional web ACL that is to filter; `aws wafv2 list-web-acls --scope REGIONAL` lists those that are there",
    ),
    (
        "ORIGIN_SECRET",
        "a long random value that CloudFront sends and the rules ask for; `openssl rand -hex 32` creates one",
    ),
    (
        "OTHER_SUBNET_IDS",
        "subnets for the load balancer, one in each zone, with spaces between them; `aws ec2 describe-subnets` \
         lists them",
    ),
    ("PUBLIC_PATH", "a path that is meant to be public, such as `/public/*`"),
    ("QUOTA_VALUE", "more than the present quota: what is used, and what the next year needs"),
    ("RESOURCE_SHARE_ARN", "the share that the command before prints with the principal"),
    (
        "ROUTE_TABLE_ID",
        "the route table of the subnets in the zone; `aws ec2 describe-route-tables` lists them",
    ),
    (
        "SERVED_HOST",
        "a host name that the load balancer is meant to serve, such as `www.example.com`",
    ),
    (
        "SERVING_GROUP_ARN",
        "the target group that requests are meant for; `aws elbv2 describe-target-groups` lists them",
    ),
    ("TAG_VALUE", "the value of the tag: a team, a purpose"),
    (
        "TARGETS_GROUP_ID",
        "the security group of the targets; `aws ec2 describe-network-interfaces` shows it",
    ),
    ("TARGET_TLS_PORT", "the port on which the targets speak TLS, such as 8443"),
    ("TEMPLATE_URL", "the address of the template, which the command before prints"),
    (
        "TRUST_BUCKET",
        "a bucket of yours for what clients are verified by; `aws s3api list-buckets` lists them",
    ),
    (
        "UNMEANT_PRINCIPALS",
        "an account, organization or unit that the trust store is not meant to be shared with; `aws ram list-principals` lists them",
    ),
];

/// How to choose the value of a placeholder that no finding binds.
#[must_use]
pub fn choice(name: &str) -> Option<&'static str> {
    CHOSEN.iter().find(|(known, _)| *known == name).map(|(_, how)| *how)
}

/// Whether a word in capitals is a placeholder, rather than a constant of AWS such as `HTTPS`.
#[must_use]
pub fn is_one(word: &str) -> bool {
    FOUND.contains(&word) || choice(word).is_some()
}

/// Whether a placeholder stands for several arguments of one command, rather than for one: `HOSTS`.
#[must_use]
pub(super) fn is_plural(name: &str) -> bool {
    name.ends_with('S') && !name.ends_with("SS")
}

/// The placeholders of a text, each once.
#[must_use]
pub fn of(text: &str) -> BTreeSet<&str> {
    words(text).filter(|(word, _)| is_one(word)).map(|(word, _)| word).collect()
}

/// The placeholders of a text that only the user can fill in, each once, and how to choose.
#[must_use]
pub fn choices(text: &str) -> Vec<Pair> {
    let mut choices: Vec<Pair> = Vec::new();
    for (word, _) in words(text) {
        let known = CHOSEN.iter().find(|(name, _)| *name == word);
        choices.extend(known.filter(|(name, _)| choices.iter().all(|(other, _)| other != name)));
    }
    choices
}

/// Words in capitals, placeholders or not: each with the place of its first byte. A part of a name with
/// hyphens, such as that of a security policy, is none.
pub fn words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let mut place = 0;
    text.split(move |c: char| !belongs(c)).filter_map(move |word| {
        let start = place;
        place += word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        let one = word.len() > 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
        (one && word.chars().all(capital)).then_some((word, start))
    })
}

/// A command with what is bound in place of its placeholders, quoted for a POSIX shell where it must be.
#[must_use]
pub fn bound(command: &str, bindings: &Bindings) -> String {
    let mut text = String::with_capacity(command.len());
    let mut done = 0;
    for (word, start) in words(command) {
        let Some(binding) = bindings.get(word) else { continue };
        text.push_str(&command[done..start]);
        let quoted = in_quotes(&text);
        let value = value(binding, quoted);
        if value.is_empty() {
            text.truncate(text.trim_end_matches(' ').len());
        }
        text.push_str(&value);
        done = start + word.len();
    }
    text.push_str(&command[done..]);
    text
}

/// A piece of Terraform or `CloudFormation` with what is bound in place of its placeholders, as it is; several
/// values stand with commas between them.
#[must_use]
pub fn named(text: &str, bindings: &Bindings) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (word, start) in words(text) {
        let Some(binding) = bindings.get(word) else { continue };
        out.push_str(&text[done..start]);
        match binding {
            Binding::One(value) => out.push_str(value),
            Binding::Many(values) => out.push_str(&values.join(", ")),
        }
        done = start + word.len();
    }
    out.push_str(&text[done..]);
    out
}

/// The quote that is open at the end of a text, if one is.
fn in_quotes(text: &str) -> Option<char> {
    let mut open = None;
    let mut escaped = false;
    let mut comment = false;
    let mut before = '\n';
    for letter in text.chars() {
        match (open, letter) {
            _ if comment => comment = letter != '\n',
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '#') if before.is_whitespace() => comment = true,
            (None, '\'' | '"') => open = Some(letter),
            (Some(quote), letter) if quote == letter => open = None,
            _ => {}
        }
        before = letter;
    }
    open
}

fn value(binding: &Binding, quoted: Option<char>) -> String {
    match binding {
        Binding::One(value) => word(value, quoted),
        Binding::Many(values) => {
            // Arguments of their own, or the items of a list in the CLI's shorthand.
            let between = if quoted.is_none() { " " } else { "," };
            values.iter().map(|value| word(value, quoted)).collect::<Vec<_>>().join(between)
        }
    }
}

/// A value as a part of a shell's word; what steers a terminal or ends a line is written out.
fn word(value: &str, quoted: Option<char>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/=,@%+*".contains(&byte);
    match quoted {
        None if !value.is_empty() && value.bytes().all(plain) && !value.contains('*') => {
            value.to_owned()
        }
        None => format!("'{}'", value.replace('\'', r"'\''")),
        Some('"') => {
            let mut text = String::new();
            for letter in value.chars() {
                if matches!(letter, '"' | '\\' | '$' | '`') {
                    text.push('\\');
                }
                text.push(letter);
            }
            text
        }
        Some(_) => value.replace('\'', r"'\''"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bindings(pairs: &[(&str, &str)]) -> Bindings {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Binding::from(*value))).collect()
    }

    #[test]
    fn a_placeholder_is_a_whole_word_in_capitals() {
        let found: Vec<&str> =
            words("aws x --arn RULE_ARN --protocol HTTPS Xa aB A B2 P-TLS13-X Id=MY_ID,\u{e9}")
                .map(|(w, _)| w)
                .collect();
        assert_eq!(found, ["RULE_ARN", "HTTPS", "B2", "MY_ID"]);
        assert_eq!(
            of("--a RULE_ARN --b HTTPS RULE_ARN").into_iter().collect::<Vec<_>>(),
            ["RULE_ARN"]
        );
    }

    #[test]
    fn values_are_quoted_where_a_shell_would_read_them_otherwise() {
        let all = bindings(&[("RULE_ARN", "arn:aws:x/y"), ("HOST", "a b'$(id)"), ("PORT", "")]);
        assert_eq!(bound("x RULE_ARN y", &all), "x arn:aws:x/y y");
        assert_eq!(bound("x HOST", &all), r"x 'a b'\''$(id)'");
        assert_eq!(bound("x 'k=HOST,l=1'", &all), r"x 'k=a b'\''$(id),l=1'");
        assert_eq!(bound("x \"k=HOST\"", &all), r#"x "k=a b'\$(id)""#);
        assert_eq!(bound("# it's\nx HOST", &all), "# it's\nx 'a b'\\''$(id)'");
        assert_eq!(bound("x PORT GROUP_ID", &all), "x '' GROUP_ID");
        let many = Bindings::from([(
            "RULE_ARN".to_owned(),
            Binding::Many(vec!["a".into(), "b c".into()]),
        )]);
        assert_eq!(bound("x RULE_ARN", &many), "x a 'b c'");
        let none = Bindings::from([("HOSTS".to_owned(), Binding::Many(Vec::new()))]);
        assert_eq!(bound("x a HOSTS\ny HOSTS b", &none), "x a\ny b");
        assert_eq!(bound("x 'Values=RULE_ARN'", &many), "x 'Values=a,b c'");
    }
}
