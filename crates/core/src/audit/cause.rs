//! What a finding says of how it is fixed: the resource to change, and what the placeholders stand for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::finding::FindingScope;
use crate::check::Check;
use crate::checks;
use crate::inventory::{Kind, LoadBalancer};
use crate::remedy::binding::{Binding, Bindings};
use crate::remedy::cause::{Cause, ResourceKind, Verb};
use crate::remedy::placeholder;
use crate::report::{Subject, SubjectKind};

/// The cause of a fault that its check says nothing of: the check at its load balancer, or at the subject
/// that belongs to none.
pub(super) fn own(scope: FindingScope, check: &Check, subject: &Subject) -> Cause {
    let cause = match scope.of {
        Some((lb, _)) => {
            Cause::new(Verb::Change, ResourceKind::LoadBalancer, &lb.arn).called(&lb.name)
        }
        None => {
            Cause::new(Verb::Change, resource(subject.kind), &subject.id).called(&subject.label)
        }
    };
    cause.to(check.id)
}

fn resource(kind: SubjectKind) -> ResourceKind {
    match kind {
        SubjectKind::LoadBalancer => ResourceKind::LoadBalancer,
        SubjectKind::Listener => ResourceKind::Listener,
        SubjectKind::TargetGroup => ResourceKind::TargetGroup,
        SubjectKind::Certificate => ResourceKind::Certificate,
        SubjectKind::AutoScalingGroup => ResourceKind::AutoScalingGroup,
        SubjectKind::DnsRecord => ResourceKind::DnsRecord,
        SubjectKind::Region | SubjectKind::Account => ResourceKind::AccountSetting,
    }
}

/// What the placeholders of the check's remedy stand for: as the judge says, or else as the subject and its
/// place tell.
pub(super) fn bindings(
    scope: FindingScope,
    check: &Check,
    subject: &Subject,
    said: Bindings,
) -> Bindings {
    let mut all = known(scope, subject);
    all.extend(said);
    let kind = scope.of.map(|(lb, _)| &lb.kind);
    let wanted = wanted(check, kind);
    all.retain(|name, _| wanted.is_some_and(|wanted| wanted.contains(name)));
    all
}

fn known(scope: FindingScope, subject: &Subject) -> Bindings {
    let mut all = Bindings::new();
    let mut bind = |name: &str, value: Binding| drop(all.insert(name.to_owned(), value));
    bind("ACCOUNT_ID", scope.account.into());
    if let Some(region) = scope.region {
        bind("REGION", region.into());
    }
    let id = || Binding::from(subject.id.as_str());
    match subject.kind {
        SubjectKind::TargetGroup => bind("TARGET_GROUP_ARN", id()),
        SubjectKind::AutoScalingGroup => bind("AUTO_SCALING_GROUP", subject.label.as_str().into()),
        SubjectKind::Listener if subject.id.starts_with("arn:") => bind("LISTENER_ARN", id()),
        _ => {}
    }
    if let Some((lb, _)) = scope.of {
        bind("LOAD_BALANCER_NAME", lb.name.as_str().into());
        if lb.kind == Kind::Classic {
            bind("CLASSIC_NAME", lb.name.as_str().into());
        } else {
            bind("LOAD_BALANCER_ARN", lb.arn.as_str().into());
        }
        if let Some(vpc) = &lb.vpc_id {
            bind("VPC_ID", vpc.as_str().into());
        }
        if let Some(port) = port(lb, subject) {
            bind("LISTENER_PORT", port.into());
        }
    }
    all
}

/// The port of the listener that a finding is about.
fn port(lb: &LoadBalancer, subject: &Subject) -> Option<u16> {
    let mut listeners = lb.listeners.get().into_iter().flatten();
    listeners.find(|listener| listener.id == subject.id).and_then(|listener| listener.port)
}

/// The placeholders in the ways of every check, by check and kind of load balancer.
type Wanted = BTreeMap<(&'static str, String), BTreeSet<String>>;

fn wanted(check: &Check, kind: Option<&Kind>) -> Option<&'static BTreeSet<String>> {
    static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
        let mut wanted = Wanted::new();
        for check in checks::ALL {
            wanted.insert((check.id, String::new()), placeholders(check, check.applies_to));
            for kind in check.applies_to {
                let own = placeholders(check, std::slice::from_ref(kind));
                wanted.insert((check.id, kind.to_string()), own);
            }
        }
        wanted
    });
    WANTED.get(&(check.id, kind.map_or_else(String::new, ToString::to_string)))
}

fn placeholders(check: &Check, kinds: &[Kind]) -> BTreeSet<String> {
    let ways = check.remedy.ways(kinds);
    let texts = [&ways.console, &ways.cli, &ways.terraform, &ways.cloudformation];
    texts.into_iter().flat_map(|text| placeholder::of(text)).map(str::to_owned).collect()
}
