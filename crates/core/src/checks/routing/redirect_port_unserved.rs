//! A redirect leads to a port that nobody serves.

use crate::analysis::routing::redirect;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;

pub(crate) const CHECK: Check = Check {
    id: "redirect-port-unserved",
    aliases: &["redirect-port-without-listener"],
    title: "redirects to a port that nobody serves",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The upgrade to HTTPS ends in an error, and users learn to go back to plain HTTP.",
    logic: "Looks at redirects that keep the host, of rules that a request can reach, and at what \
            they lead to once `#{protocol}` and `#{port}` are filled in. Fails when the port is \
            one on which the load balancer speaks another protocol, for example HTTPS on the HTTP \
            listener's own port. Is a note when the load balancer has no listener on the port. \
            Passes when it has one of that protocol. Does not apply where no rule redirects to \
            the same host.",
    false_alarms: "A note is right where CloudFront, a Network load balancer or another proxy in \
                   front serves the port.",
    fix: "redirect to the port of the HTTPS listener, usually 443",
    remedy: Remedy::redirect(&[("Protocol", "HTTPS"), ("Port", "443")]).console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and set protocol HTTPS and \
         port 443 of its redirect.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "HTTPS on the port of the HTTP listener",
            given: || given(Some("HTTPS"), Some("#{port}")),
            finds: &["fail redirect-port-unserved HTTP:80"],
        },
        Example {
            title: "a port without listener",
            given: || given(Some("HTTPS"), Some("8443")),
            finds: &["note redirect-port-unserved HTTP:80"],
        },
        Example {
            title: "the HTTPS listener's port",
            given: || given(Some("HTTPS"), Some("443")),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(protocol: Option<&str>, port: Option<&str>) -> Inventory {
    sample::listening(
        &Kind::Application,
        vec![
            sample::https(vec![sample::forward("web")]),
            sample::listener("HTTP", 80, vec![sample::redirect(protocol, port)]),
        ],
    )
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let all = context.lb.listeners.get()?;
    each_rule::judge_redirects(context, listener, |own| {
        if redirect::other_host(own).is_some() {
            return Ok(Verdict::NotApplicable);
        }
        let (protocol, port) = (redirect::protocol(own, listener)?, redirect::port(own, listener)?);
        let evidence = Grounds::new().with("leads_to", format!("{protocol}:{port}"));
        match all.iter().find(|other| other.port == Some(port)) {
            Some(other) if context.lb.serves(other, std::slice::from_ref(protocol))? => {
                Ok(Verdict::Pass(evidence))
            }
            Some(other) => Ok(Verdict::Fail(evidence.with("served_there", other.label()))),
            // A listener whose port is not known may be the one.
            None => all
                .iter()
                .try_for_each(|other| other.number().map(drop))
                .map(|()| Verdict::Note(evidence)),
        }
    })
}
