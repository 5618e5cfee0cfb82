//! Calls that change what an account holds.

use super::Context;
use crate::answer::Refusal;
use crate::model::region::Region;

impl Context<'_> {
    /// Changes what the region holds, and answers from what it holds then. A change that is refused leaves
    /// everything as it was.
    pub(super) fn change<T>(
        &self,
        edit: impl FnOnce(&mut Region) -> Result<(), Refusal>,
        then: impl FnOnce(&Context<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut region = self.region.clone();
        edit(&mut region)?;
        let mut account = self.account.clone();
        account.regions.insert(self.call.region.clone(), region.clone());
        self.shared.replace(account.clone());
        let now =
            Context { account: &account, region: &region, place: self.place.clone(), ..*self };
        then(&now)
    }
}
