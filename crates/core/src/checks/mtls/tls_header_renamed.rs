//! Targets are told about the client's TLS under other names.

use crate::checks::prelude::*;

const SUBJECT: &str = "routing.http.request.x_amzn_mtls_clientcert_subject.header_name";

pub(crate) const CHECK: Check = Check {
    id: "tls-header-renamed",
    aliases: &["mtls-header-name-override"],
    title: "headers about the client's certificate are renamed",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The load balancer tells targets who the client is in headers. Once they are renamed, \
          whatever arrives under the usual name may be the client's own invention: a target that \
          still reads it believes anyone. AWS does not say that the usual names are then kept out.",
    logic: "Looks at HTTPS listeners. Notes every header of mutual TLS, and of the TLS version and \
            cipher, whose name the listener changes. Passes when none is changed. Never a fault: it \
            is right where every target reads the new name alone.",
    false_alarms: "An application that wants the certificate under a name of its own is what this \
                   was made for.",
    fix: "see that no target reads the usual names any more, or take the changed names back",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, the load balancer, the HTTPS listener, Attributes, Edit: \
                  under \"Modifiable mTLS/TLS header names\" take the names back.",
        cli: "aws elbv2 modify-listener-attributes --listener-arn LISTENER_ARN \
              --attributes USUAL_HEADER_NAMES",
        terraform: "Leave the arguments routing_http_request_x_amzn_…_header_name of \
                    aws_lb_listener out.",
        cloudformation: "Leave the keys routing.http.request.x_amzn_….header_name out of \
                         ListenerAttributes of AWS::ElasticLoadBalancingV2::Listener.",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[Call::ElbV2DescribeListenerAttributes],
    examples: &[
        Example {
            title: "the subject under another name",
            given: || sample::https_with(&[(SUBJECT, "X-Client-Subject")]),
            finds: &["note tls-header-renamed HTTPS:443"],
        },
        Example {
            title: "the usual name, spelled out",
            given: || sample::https_with(&[(SUBJECT, "X-Amzn-Mtls-Clientcert-Subject")]),
            finds: &[],
        },
        Example { title: "none renamed", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut grounds = Grounds::new();
    let mut usual_names = Vec::new();
    for (key, name) in listener.attributes.get()? {
        let own = key.strip_prefix("routing.http.request.");
        let Some(usual) = own.and_then(|own| own.strip_suffix(".header_name")) else { continue };
        let renamed = !name.is_empty() && !name.eq_ignore_ascii_case(&usual.replace('_', "-"));
        if renamed {
            grounds = grounds.with(key, name.as_str());
            usual_names.push(format!("Key={key},Value={}", spelled(usual)));
        }
    }
    if !usual_names.is_empty() {
        return Ok(Verdict::Note(grounds.bind("USUAL_HEADER_NAMES", usual_names)));
    }
    let encrypts = context.lb.serves(listener, &[Protocol::Https])?;
    let pass = || Verdict::Pass(Grounds::new().with("renamed_headers", 0));
    Ok(if encrypts { pass() } else { Verdict::NotApplicable })
}

/// The usual name of a header: `X-Amzn-Mtls-Clientcert` for `x_amzn_mtls_clientcert`.
fn spelled(key: &str) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    };
    key.split('_').map(word).collect::<Vec<_>>().join("-")
}
