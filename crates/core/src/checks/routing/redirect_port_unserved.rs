//! A redirect leads to a port that nobody serves.

use crate::analysis::routing::redirect;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;

pub(crate) const CHECK: Check = Check {
    id: "redirect-port-unserved",
    aliases: &["redirect-port-without-listener"],
    title: "redirects to a port that nobody serves",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "The upgrade to HTTPS ends in an error, and users learn to go back to plain HTTP.",
    logic: "Looks at redirects that keep the host, of rules that a request can reach, and at what \
            they lead to once `#{protocol}` and `#{port}` are filled in. Fails when the load balancer \
            has no listener on that port, or one that speaks another protocol, for example HTTPS on \
            the HTTP listener's own port. Is a note when a listener of a Network load balancer in \
            front takes that port and forwards to this one. Passes when the load balancer has a \
            listener of that protocol. Does not apply where no rule redirects to the same host.",
    false_alarms: "A proxy in front that is not a Network load balancer of the account may serve the \
                   port under the same host.",
    fix: "serve the port with an HTTPS listener, or redirect to the port of the one that is there",
    remedy: Remedy::redirect(&[("Protocol", "HTTPS"), ("Port", "HTTPS_PORT")]).console(
        "EC2, Load balancers: unless the load balancer has an HTTPS listener, add one; then the HTTP \
         listener, Manage rules: edit the rule and set protocol HTTPS and the port of the HTTPS \
         listener.",
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
            finds: &["fail redirect-port-unserved HTTP:80"],
        },
        Example {
            title: "no listener for HTTPS at all",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![sample::listener("HTTP", 80, vec![sample::redirect_to_https()])],
                )
            },
            finds: &["fail redirect-port-unserved HTTP:80"],
        },
        Example {
            title: "a port that a Network load balancer in front serves",
            given: fronted,
            finds: &["fail internal-exposed-by-front web", "note redirect-port-unserved HTTP:80"],
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

/// A Network load balancer in front takes port 443 and leads it to the HTTPS listener's port 8443.
fn fronted() -> Inventory {
    sample::front::fronted(|region| {
        sample::regroup(region, "alb", |group| {
            group.port = Some(8443);
            if let Fact::Known(targets) = &mut group.targets {
                for target in targets {
                    target.port = Some(8443);
                }
            }
        });
        if let Fact::Known(groups) = &mut region.security_groups {
            groups[0] = sample::open_group("sg-web", &[80, 8443]);
        }
        let all = region.v2.items.iter_mut();
        for lb in all.filter(|lb| lb.kind == Kind::Application) {
            let mut https = sample::https(vec![sample::forward("web")]);
            https.port = Some(8443);
            *sample::listeners(lb) =
                vec![https, sample::listener("HTTP", 80, vec![sample::redirect_to_https()])];
        }
    })
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
            None => {
                // A listener whose port is not known may be the one.
                all.iter().try_for_each(|other| other.number().map(drop))?;
                let front = served_in_front(context, port)?;
                Ok(match front {
                    Some(front) => Verdict::Note(evidence.with("served_by", front)),
                    None => Verdict::Fail(evidence),
                })
            }
        }
    })
}

/// The listener of a Network load balancer that takes connections to a port and forwards them to this load
/// balancer.
fn served_in_front(context: &Context, port: u16) -> Result<Option<String>, Gap> {
    let mut fronts = Partial::whole(None);
    let groups = context.region.target_groups.get()?.iter();
    for group in groups.filter(|group| group.target_type == Some(TargetType::Alb)) {
        match fronts.learn(group.targets.get()) {
            Some(targets) if targets.iter().any(|target| target.id == context.lb.arn) => {}
            _ => continue,
        }
        for arn in &group.load_balancer_arns {
            let Some(front) = fronts.learn(context.index.load_balancer(arn)) else { continue };
            let Some(listeners) = fronts.learn(front.listeners.get()) else { continue };
            let leads_here = |listener: &&Listener| {
                let mut groups = listener.default_actions.iter().flat_map(|own| &own.target_groups);
                groups.any(|own| own.arn == group.arn)
            };
            for listener in listeners.iter().filter(leads_here) {
                if fronts.learn(listener.number()) == Some(port) {
                    return Ok(Some(format!("{} {}", front.name, listener.label())));
                }
            }
        }
    }
    fronts.complete()
}
