//! Redirects to HTTPS, which begin with a listener that serves it.

use super::listeners::{LISTENER, classic_command, created, default_actions, listener_command};
use super::text::{arguments, block, command, indented, logical, lower, resource, steps, yaml};
use super::tls_listeners::{FRONT, admitted, classic_listener, listener};
use super::{Pair, Ways};
use crate::inventory::Kind;

const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

/// A listener for HTTP, with what it does by default.
const HTTP: &str = "protocol = \"HTTP\"\nport     = 80\n\n";

/// What is served in cleartext is redirected to HTTPS.
pub(super) fn to_https(kind: &Kind) -> Ways {
    if *kind == Kind::Classic {
        return classic();
    }
    let [cli, terraform, cloudformation] =
        for_good(&[("Protocol", "HTTPS"), ("Port", "HTTPS_PORT")]);
    let rule = ["--rule-arn RULE_ARN".to_owned(), format!("--actions {cli}")];
    let default = [format!("--default-actions {cli}")];
    let mut commands = https_listener();
    commands.extend([
        "# every rule that serves in cleartext\n".to_owned()
            + &command("aws elbv2 modify-rule", &rule),
        "# what is left over\n".to_owned() + &listener_command("DEFAULT_LISTENER_ARN", &default),
    ]);
    let body = HTTP.to_owned() + &block("default_action", &terraform);
    let properties =
        format!("Protocol: HTTP\nPort: 80\nDefaultActions:\n{}", indented(&cloudformation, 2));
    let [terraform, cloudformation] = listener("https", "HTTPS", "HTTPS_PORT");
    Ways {
        console: "EC2 console, Load Balancers: open the load balancer; unless it has an HTTPS \
                  listener, add one with the same rules. Then choose the HTTP listener, Manage \
                  rules, and give every rule the action Redirect to URL with protocol HTTPS, the \
                  port of the HTTPS listener and code 301."
            .to_owned(),
        cli: steps(&commands),
        terraform: format!("{terraform}\n\n{}", resource("aws_lb_listener", "http", &body)),
        cloudformation: format!(
            "{cloudformation}\n\n{}",
            logical("HttpListener", LISTENER, &properties)
        ),
    }
}

/// Fields of a redirect change, and it is for good; the others stay.
pub(super) fn corrected(to: &[Pair]) -> Ways {
    let mut commands = Vec::new();
    let is_port = |(name, _): &Pair| *name == "Port";
    if to.iter().any(is_port) {
        commands.extend(https_listener());
    }
    let field = |(name, value): &Pair| format!("s/\"{name}\": \"[^\"]*\"/\"{name}\": \"{value}\"/");
    let mut changes: Vec<String> = to.iter().map(field).collect();
    changes.push("s/\"HTTP_302\"/\"HTTP_301\"/".to_owned());
    let sed = format!("sed '{}' actions.json > changed.json", changes.join("; "));
    let rule = ["--rule-arn RULE_ARN", "--actions file://changed.json"].map(str::to_owned);
    let default = ["--default-actions file://changed.json".to_owned()];
    commands.extend([
        format!(
            "# a rule that redirects\n{}\n{sed}\n{}",
            rule_part("RULE_ARN", "'Rules[0].Actions'", "actions.json"),
            command("aws elbv2 modify-rule", &rule)
        ),
        format!(
            "# the default action\n{}\n{sed}\n{}",
            default_actions("DEFAULT_LISTENER_ARN"),
            listener_command("DEFAULT_LISTENER_ARN", &default)
        ),
    ]);
    let [_, terraform, cloudformation] = for_good(to);
    let actions = format!("Actions:\n{}", indented(&cloudformation, 2));
    Ways {
        console:
            "EC2, Load Balancers, the load balancer, the listener, Manage rules: edit the rule and \
                  its redirect."
                .to_owned(),
        cli: steps(&commands),
        terraform: resource("aws_lb_listener_rule", "this", &block("action", &terraform)),
        cloudformation: logical("ListenerRule", RULE, &actions),
    }
}

/// The fields of a redirect for good, in the three languages.
fn for_good(to: &[Pair]) -> [String; 3] {
    let fields: Vec<Pair> = to.iter().copied().chain([("StatusCode", "HTTP_301")]).collect();
    let cli: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let quoted = |(name, value): &Pair| (lower(name, '_'), format!("{value:?}"));
    let terraform = arguments(&fields.iter().map(quoted).collect::<Vec<_>>());
    let yaml = |(name, value): &Pair| match value {
        value if value.contains('#') => format!("  {name}: {value:?}"),
        value => format!("  {name}: {}", yaml(value)),
    };
    let cloudformation: Vec<String> = fields.iter().map(yaml).collect();
    [
        format!("'Type=redirect,RedirectConfig={{{}}}'", cli.join(",")),
        format!("type = \"redirect\"\n\n{}", block("redirect", &terraform)),
        format!("- Type: redirect\n  RedirectConfig:\n{}", indented(&cloudformation.join("\n"), 2)),
    ]
}

/// A listener for HTTPS, where there is none: what it serves, who may connect to it, and its rules.
fn https_listener() -> Vec<String> {
    let listed = [
        "--load-balancer-arn LOAD_BALANCER_ARN",
        "--query 'Listeners[].[Protocol,Port,ListenerArn]'",
    ]
    .map(str::to_owned);
    let new = |actions: &str| created("HTTPS", "NEW_LISTENER_PORT", actions);
    let redirecting =
        ["--listener-arns REDIRECTING_LISTENER_ARN", "--query 'Listeners[0].DefaultActions'"]
            .map(str::to_owned);
    vec![
        command("aws elbv2 describe-listeners", &listed),
        "# its HTTPS listener: see that it serves the same\n\
         aws elbv2 describe-rules --listener-arn HTTPS_LISTENER_ARN"
            .to_owned(),
        format!(
            "# without one: an HTTPS listener that does the same by default; a login by OIDC needs its\n\
             # ClientSecret in actions.json again\n{}\n{}",
            default_actions("FORWARDING_LISTENER_ARN"),
            new("file://actions.json")
        ),
        format!(
            "# without one, where the default action only redirects: an HTTPS listener that serves\n{}\n{}",
            command("aws elbv2 describe-listeners", &redirecting),
            new("Type=forward,TargetGroupArn=SERVING_GROUP_ARN")
        ),
        admitted("CLOSED_GROUP_ID", "NEW_LISTENER_PORT"),
        format!("# the rules that serve here, at the HTTPS listener too\n{}", copied_rule()),
    ]
}

/// A rule with the same conditions and actions at the new listener.
fn copied_rule() -> String {
    const CONFIGS: [&str; 6] = [
        "HostHeaderConfig",
        "PathPatternConfig",
        "HttpHeaderConfig",
        "QueryStringConfig",
        "HttpRequestMethodConfig",
        "SourceIpConfig",
    ];
    let new = [
        "--load-balancer-arn LOAD_BALANCER_ARN",
        "--output text",
        "--query 'Listeners[?Port==`NEW_LISTENER_PORT`].ListenerArn'",
    ]
    .map(str::to_owned);
    // AWS answers with the values of a condition twice, and takes them once.
    let once = CONFIGS.map(|name| format!("  {name} && {{{name}: {name}}} ||\n"));
    let conditions = format!(
        "'Rules[0].Conditions[].merge({{Field: Field}},\n{}  {{Values: Values}})'",
        once.concat()
    );
    let create = [
        "--listener-arn \"$https_listener\"",
        "--priority FORWARDING_RULE_PRIORITY",
        "--conditions file://conditions.json",
        "--actions file://actions.json",
    ]
    .map(str::to_owned);
    [
        command("https_listener=$(aws elbv2 describe-listeners", &new) + ")",
        rule_part("FORWARDING_RULE_ARN", &conditions, "conditions.json"),
        rule_part("FORWARDING_RULE_ARN", "'Rules[0].Actions'", "actions.json"),
        command("aws elbv2 create-rule", &create),
    ]
    .join("\n")
}

/// A part of a rule, written into a file.
pub(super) fn rule_part(rule: &str, query: &str, file: &str) -> String {
    let options = [
        format!("--rule-arns {rule}"),
        "--output json".to_owned(),
        format!("--query {query} > {file}"),
    ];
    command("aws elbv2 describe-rules", &options)
}

/// A Classic load balancer has no redirects: it serves HTTPS, and HTTP no longer.
fn classic() -> Ways {
    let [serve, terraform, cloudformation] = classic_listener("NEW_LISTENER_PORT", FRONT);
    let close =
        classic_command("delete-load-balancer-listeners", &["--load-balancer-ports LISTENER_PORT"]);
    Ways {
        console: "EC2 console, Load Balancers: open the load balancer, Listeners, Manage listeners: add \
                  an HTTPS listener with a certificate; remove the HTTP listener once nobody uses it."
            .to_owned(),
        cli: steps(&[
            serve,
            admitted("CLOSED_GROUP_ID", "NEW_LISTENER_PORT"),
            format!("# it cannot redirect: once every client and link uses HTTPS\n{close}"),
        ]),
        terraform,
        cloudformation,
    }
}
