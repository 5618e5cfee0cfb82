//! Client certificates are handed on without being verified.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "mtls-passthrough",
    title: "client certificates are not verified",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Any certificate gets through, one that the client signed itself too. The target finds it \
          in a header and has to verify chain, dates and revocation; one that only reads the name \
          believes whatever it is told.",
    logic: "Fails when a listener's mutual TLS mode is `passthrough`; passes on `verify`. Does not \
            apply where mutual TLS is off. Another mode is unknown.",
    false_alarms: "Right where the target verifies the whole chain from the header itself, as some \
                   service meshes and gateways do; nothing in AWS shows whether it does.",
    fix: "set the mode to verify with a trust store, unless the targets verify the whole chain \
          themselves",
    remedy: Remedy::trust_store().console(
        "EC2 console, Load Balancers: open the load balancer, choose the listener, Manage \
         listener, Edit listener, Mutual authentication: choose Verify with trust store and pick \
         the trust store.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    examples: &[
        Example {
            title: "passed through",
            given: || sample::mutual("passthrough", None),
            finds: &["fail mtls-passthrough HTTPS:443"],
        },
        Example {
            title: "verified by a Network load balancer",
            given: || sample::with_mutual(&Kind::Network, |_| ()),
            finds: &[],
        },
        Example {
            title: "passed through by a Network load balancer",
            given: || {
                sample::with_mutual(&Kind::Network, |mutual| {
                    mutual.mode = Some(MutualTlsMode::Passthrough);
                })
            },
            finds: &["fail mtls-passthrough TLS:443"],
        },
        Example { title: "verified", given: || sample::mutual("verify", Some(false)), finds: &[] },
        Example {
            title: "a mode that this version does not know",
            given: || sample::mutual("guess", None),
            finds: &[
                "unknown mtls-passthrough HTTPS:443",
                "unknown 7 others: elbv2:DescribeListeners",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    if listener.verifies()?.is_some() {
        return Ok(Verdict::Pass(Grounds::new().with("mode", "verify")));
    }
    let mutual = listener.mutual_authentication.as_ref();
    match mutual.and_then(|mutual| mutual.mode.as_ref()) {
        Some(MutualTlsMode::Passthrough) => {
            Ok(Verdict::Fail(Grounds::new().with("mode", "passthrough")))
        }
        _ => Ok(Verdict::NotApplicable),
    }
}
