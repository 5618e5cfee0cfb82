//! What roles are assumed for, and whose the credentials are.

use std::collections::BTreeSet;

use elb_audit_core::check::session_policy::session_policy;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Gap, Reason};

use crate::aws::AccessError;
use crate::aws::role::Role;
use crate::collect::Request;
use crate::collect::scope::CallerIdentity;

/// What roles are assumed for: with their credentials nothing else can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleUse {
    /// To list the account's regions.
    ListRegions,
    /// To read what the checks ask about.
    Read,
    /// To read it, and to leave there what was found.
    ReadAndTell,
    /// To leave there what was found.
    Tell,
}

impl RoleUse {
    /// The policy of the sessions, in this partition.
    pub(crate) fn session_policy(self, request: &Request, partition: &str) -> String {
        let calls = match self {
            RoleUse::ListRegions => BTreeSet::from([Call::Ec2DescribeRegions]),
            RoleUse::Read | RoleUse::ReadAndTell => request.plan.calls.clone(),
            RoleUse::Tell => BTreeSet::new(),
        };
        let acts = match self {
            RoleUse::ListRegions | RoleUse::Read => &[][..],
            RoleUse::ReadAndTell | RoleUse::Tell => &request.acts,
        };
        session_policy(calls, acts, partition)
    }
}

/// The gap of an account that is to be read through the role of another one: what is found there must not
/// be filed under this one.
pub(crate) fn other_account(role: &Role, account: &str) -> Option<Gap> {
    (role.account() != account).then(|| {
        let said = format!("the role is of account {}, and not of {account}", role.account());
        Gap::new(Call::StsAssumeRole, Reason::Failed).of(role.arn()).saying(said)
    })
}

/// Refuses credentials of the caller's own that are not, or may not be, of the account that a part is of.
pub(crate) fn own_account(own: &CallerIdentity, account: &str) -> Result<(), AccessError> {
    match &own.account {
        Some(id) if id == account => Ok(()),
        Some(id) => Err(AccessError::Usage(format!(
            "the part is of account {account}, and the credentials are of {id}"
        ))),
        None => Err(unknown_caller()),
    }
}

/// Nobody can tell whose facts would be read.
pub(crate) fn unknown_caller() -> AccessError {
    let said = "AWS does not tell the caller's account (sts:GetCallerIdentity)";
    AccessError::Unreachable(said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::endpoint::PARTITIONS;

    #[test]
    fn a_role_of_another_account_is_a_gap() {
        let role = Role::parse("arn:aws:iam::111122223333:role/reader").unwrap();
        assert_eq!(other_account(&role, "111122223333"), None);
        let gap = other_account(&role, "444455556666").unwrap();
        assert_eq!(gap.resource.as_deref(), Some(role.arn()));
        let said = gap.to_string();
        assert_eq!(said, "failed: the role is of account 111122223333, and not of 444455556666");
    }

    #[test]
    fn credentials_are_of_the_account_of_the_part() {
        let config = aws_types::SdkConfig::builder().build();
        let caller = |account: Option<&str>| CallerIdentity {
            account: account.map(str::to_owned),
            ..CallerIdentity::elsewhere(&config, &PARTITIONS[0])
        };
        let own = |account| own_account(&caller(account), "111122223333");
        assert!(own(Some("111122223333")).is_ok());
        let said = own(Some("444455556666")).unwrap_err().to_string();
        assert!(said.contains("the credentials are of 444455556666"), "{said}");
        let said = own(None).unwrap_err().to_string();
        assert!(said.contains("sts:GetCallerIdentity"), "{said}");
    }
}
