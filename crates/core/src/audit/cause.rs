//! The resource to change for a fault that its check says nothing of.

use super::finding::FindingScope;
use crate::check::Check;
use crate::remedy::cause::{Cause, ResourceKind, Verb};
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
