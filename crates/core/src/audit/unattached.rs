//! What belongs to no load balancer past the checks that ask about it: unused target groups, Auto Scaling
//! groups, DNS records.

use super::Options;
use super::finding::{FindingScope, Verdicts, caught};
use super::walk::group_subject;
use crate::analysis::site::RegionScope;
use crate::check::{Check, Judge, Names};
use crate::inventory::{Account, Inventory, Region};
use crate::report::{Subject, SubjectKind};
use crate::vocab::fact::{Fact, Gap, Reason};

/// Findings about what a region holds beside its load balancers.
pub(super) fn region(
    region_scope: &RegionScope,
    checks: &[&'static Check],
    options: &Options,
) -> Verdicts {
    let RegionScope { account, region, .. } = *region_scope;
    let scope = FindingScope {
        policy: &options.policy,
        account: &account.id,
        partition: &account.partition,
        region: Some(&region.name),
        of: None,
        site: None,
    };
    let mut found = Verdicts::new(options);
    if region.skipped.is_some() || region.load_balancers().next().is_none() {
        return found;
    }
    for check in checks {
        match check.judge {
            Judge::UnusedTargetGroup(judge) => {
                each(&region.target_groups, |groups| match groups {
                    Ok(groups) => {
                        let all = groups.iter().filter(|group| group.load_balancer_arns.is_empty());
                        for group in all {
                            let judgement =
                                caught(check, &group.arn, || judge(region_scope, group));
                            let subject = group_subject(&group.arn, &group.name);
                            scope.tell(check, subject, judgement, &mut found);
                        }
                    }
                    Err(gap) => scope.tell(check, itself(region), Err(gap), &mut found),
                });
            }
            Judge::AutoScalingGroup(judge) => {
                each(&region.auto_scaling_groups, |groups| match groups {
                    Ok(groups) => {
                        for group in groups {
                            let judgement =
                                caught(check, &group.arn, || judge(region_scope, group));
                            let subject = Subject {
                                kind: SubjectKind::AutoScalingGroup,
                                id: group.arn.clone(),
                                label: group.name.clone(),
                            };
                            scope.tell(check, subject, judgement, &mut found);
                        }
                    }
                    Err(gap) => scope.tell(check, itself(region), Err(gap), &mut found),
                });
            }
            _ => {}
        }
    }
    found
}

/// Findings about an account's DNS records.
pub(super) fn account(
    inventory: &Inventory,
    account: &Account,
    checks: &[&'static Check],
    options: &Options,
) -> Verdicts {
    let names = Names { intent: &options.policy.intent, inventory };
    let scope = FindingScope {
        policy: &options.policy,
        account: &account.id,
        partition: &account.partition,
        region: None,
        of: None,
        site: None,
    };
    let mut found = Verdicts::new(options);
    // Nobody was there: that is said once, and is no verdict.
    let shut = |gap: &Gap| gap.reason != Reason::NotCollected;
    if account.skipped.is_some() || account.access.gap().is_some_and(shut) {
        return found;
    }
    for check in checks {
        let Judge::DnsRecord(judge) = check.judge else { continue };
        match &account.dns_records {
            Fact::Known(records) => {
                for record in records {
                    let judgement = caught(check, &record.name, || judge(&names, record));
                    let subject = Subject {
                        kind: SubjectKind::DnsRecord,
                        id: format!("{} {} {}", record.zone, record.name, record.kind),
                        label: record.name.clone(),
                    };
                    scope.tell(check, subject, judgement, &mut found);
                }
            }
            Fact::Unread(gap) => {
                let subject = Subject {
                    kind: SubjectKind::Account,
                    id: account.id.clone(),
                    label: account.id.clone(),
                };
                scope.tell(check, subject, Err(gap.clone()), &mut found);
            }
        }
    }
    found
}

fn each<T>(fact: &Fact<Vec<T>>, look: impl FnOnce(Result<&[T], Gap>)) {
    look(fact.get().map(Vec::as_slice));
}

/// The region as a subject, where the list of subjects is unread.
fn itself(region: &Region) -> Subject {
    Subject { kind: SubjectKind::Region, id: region.name.clone(), label: region.name.clone() }
}
