//! What belongs to no load balancer past the checks that ask about it: unused target groups, Auto Scaling
//! groups, DNS records.

use super::Options;
use super::walk::{Verdicts, caught, group_subject, told};
use crate::call::Call;
use crate::check::{Check, Judge, Judgement, Names, Surroundings};
use crate::fact::{Fact, Gap};
use crate::inventory::{Account, Index, Inventory, Region};
use crate::report::{Finding, Subject, SubjectKind};

/// The word that stands for a region where a finding has none.
const GLOBAL: &str = "global";

/// Findings about what a region holds beside its load balancers.
pub(super) fn region(
    account: &Account,
    index: &Index,
    checks: &[&'static Check],
    options: &Options,
) -> (Vec<Finding>, Vec<Gap>) {
    let region = index.region();
    let around = Surroundings { policy: &options.policy, account, region, index };
    let mut found = Verdicts::default();
    if region.skipped.is_some() || region.load_balancers().next().is_none() {
        return found.into_parts();
    }
    for check in checks {
        match check.judge {
            Judge::Unused(judge) => {
                each(&region.target_groups, |groups| match groups {
                    Ok(groups) => {
                        let all = groups.iter().filter(|group| group.load_balancer_arns.is_empty());
                        for group in all {
                            let judgement = caught(check, &group.arn, || judge(&around, group));
                            let subject = group_subject(&group.arn, &group.name);
                            found.push(apart(check, account, &region.name, subject, judgement));
                        }
                    }
                    Err(gap) => found.push(blind(check, account, region, gap)),
                });
            }
            Judge::Scaling(judge) => {
                each(&region.auto_scaling_groups, |groups| match groups {
                    Ok(groups) => {
                        for group in groups {
                            let judgement = caught(check, &group.arn, || judge(&around, group));
                            let subject = Subject {
                                kind: SubjectKind::AutoScalingGroup,
                                id: group.arn.clone(),
                                label: group.name.clone(),
                            };
                            found.push(apart(check, account, &region.name, subject, judgement));
                        }
                    }
                    Err(gap) => found.push(blind(check, account, region, gap)),
                });
            }
            _ => {}
        }
    }
    found.into_parts()
}

/// Findings about an account's DNS records.
pub(super) fn account(
    inventory: &Inventory,
    account: &Account,
    checks: &[&'static Check],
    options: &Options,
) -> (Vec<Finding>, Vec<Gap>) {
    let names = Names { policy: &options.policy, inventory };
    let mut found = Verdicts::default();
    for check in checks {
        let Judge::Record(judge) = check.judge else { continue };
        match &account.dns_records {
            Fact::Known(records) => {
                for record in records {
                    let judgement = caught(check, &record.name, || judge(&names, record));
                    let subject = Subject {
                        kind: SubjectKind::DnsRecord,
                        id: format!("{} {} {}", record.zone, record.name, record.kind),
                        label: record.name.clone(),
                    };
                    found.push(apart(check, account, GLOBAL, subject, judgement));
                }
            }
            Fact::Unread(gap) => {
                let subject = Subject {
                    kind: SubjectKind::Account,
                    id: account.id.clone(),
                    label: account.id.clone(),
                };
                found.push(apart(check, account, GLOBAL, subject, Err(gap.clone())));
            }
        }
    }
    found.into_parts()
}

fn each<T>(fact: &Fact<Vec<T>>, look: impl FnOnce(Result<&[T], Gap>)) {
    look(fact.get().map(Vec::as_slice));
}

/// The list of subjects is unread: one unknown finding about the region.
fn blind(
    check: &'static Check,
    account: &Account,
    region: &Region,
    gap: Gap,
) -> Option<(Finding, Option<Gap>)> {
    let subject =
        Subject { kind: SubjectKind::Region, id: region.name.clone(), label: region.name.clone() };
    apart(check, account, &region.name, subject, Err(gap))
}

/// A finding about something that belongs to no load balancer. It has no exposure of its own, so its
/// severity is the check's.
fn apart(
    check: &'static Check,
    account: &Account,
    region: &str,
    subject: Subject,
    judgement: Judgement,
) -> Option<(Finding, Option<Gap>)> {
    let place = if region == GLOBAL { None } else { Some(region) };
    told(check, (&account.id, place), None, subject, judgement)
}

/// The call to name when a judge of this check panics.
pub(super) fn first_call(check: &Check) -> Call {
    check.needs.first().copied().unwrap_or(Call::ElbV2DescribeLoadBalancers)
}
