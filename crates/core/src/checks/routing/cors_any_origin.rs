//! Pages of any site may read the responses.

use crate::analysis::headers;
use crate::checks::prelude::*;

const ORIGIN: &str = "access_control_allow_origin";
const CREDENTIALS: &str = "access_control_allow_credentials";
const ORIGIN_KEY: &str = "routing.http.response.access_control_allow_origin.header_value";
const CREDENTIALS_KEY: &str = "routing.http.response.access_control_allow_credentials.header_value";

pub(crate) const CHECK: Check = Check {
    id: "cors-any-origin",
    aliases: &["cors-wildcard-credentials"],
    title: "pages of any site may read the responses",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "A page of another site may ask in the name of the user and read the answer. `null` with \
          credentials lets any page do so that knows how to hide where it comes from. `*` with \
          credentials no browser accepts, so that nothing works until someone echoes every origin.",
    logic: "Looks at what the listener sets. Fails when Access-Control-Allow-Origin is `*` or \
            `null` and Access-Control-Allow-Credentials is `true`. Notes either of them without \
            credentials. Passes with one origin, and when the listener leaves the header to the \
            targets.",
    false_alarms: "`*` without credentials is right for what is public anyway: fonts, open data.",
    fix: "allow the one origin that needs it, or leave the header to the targets",
    remedy: Remedy::listener_attribute(ORIGIN_KEY, "https://www.example.com").console(
        "EC2, Load Balancers, the load balancer, the listener, Attributes, Edit: set \
         Access-Control-Allow-Origin to the origin that is meant.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
    ],
    needs: &[Call::ElbV2DescribeListenerAttributes],
    examples: &[
        Example {
            title: "any origin, with credentials",
            given: || sample::https_with(&[(ORIGIN_KEY, "*"), (CREDENTIALS_KEY, "true")]),
            finds: &["fail cors-any-origin HTTPS:443"],
        },
        Example {
            title: "a hidden origin, with credentials",
            given: || sample::https_with(&[(ORIGIN_KEY, "null"), (CREDENTIALS_KEY, "true")]),
            finds: &["fail cors-any-origin HTTPS:443"],
        },
        Example {
            title: "any origin, without credentials",
            given: || sample::https_with(&[(ORIGIN_KEY, "*"), (CREDENTIALS_KEY, "")]),
            finds: &["note cors-any-origin HTTPS:443"],
        },
        Example {
            title: "one origin, with credentials",
            given: || {
                let one = (ORIGIN_KEY, "https://www.example.com");
                sample::https_with(&[one, (CREDENTIALS_KEY, "true")])
            },
            finds: &[],
        },
        Example {
            title: "left to the targets",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    let origin = headers::set(listener, ORIGIN)?;
    let Some(origin @ ("*" | "null")) = origin else {
        return Ok(Verdict::Pass(Grounds::new().with(ORIGIN_KEY, origin.unwrap_or("not set"))));
    };
    let evidence = Grounds::new().with(ORIGIN_KEY, origin);
    if headers::set(listener, CREDENTIALS)? == Some("true") {
        return Ok(Verdict::Fail(evidence.with(CREDENTIALS_KEY, "true")));
    }
    Ok(Verdict::Note(evidence))
}
