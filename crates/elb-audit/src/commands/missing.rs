//! Load balancers that are asked for and not there.

use elb_audit_core::inventory::{Inventory, Region};
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::vocab::escape::cut;

use crate::error::Error;

/// Letters of a name that is shown.
const LONGEST: usize = 200;
/// How alike two names have to be for one to be taken for a slip of the other.
const ALIKE: f64 = 0.8;

/// Refuses to go on when none of them is there, though somebody looked. Where nothing could be looked at,
/// the report says why.
pub(super) fn check(focus: &Focus, inventory: &Inventory) -> Result<(), Error> {
    let missing = focus.missing(inventory);
    let looked = regions(inventory).filter(|region| is_listed(region)).count();
    if looked == 0 || missing.len() < focus.patterns().len() {
        return Ok(());
    }
    let unlisted = regions(inventory).filter(|region| !is_listed(region)).count();
    let unlisted = match unlisted {
        0 => String::new(),
        several => format!(", not readable: {}", number(several, "region")),
    };
    let (missing, looked) = (not_found(&missing, inventory), number(looked, "region"));
    Err(Error::NoLoadBalancer(format!("{missing}, read: {looked}{unlisted}")))
}

/// Those that are not there beside others that are, in words.
pub(super) fn some(focus: &Focus, inventory: &Inventory) -> Option<String> {
    let missing = focus.missing(inventory);
    (!missing.is_empty()).then(|| not_found(&missing, inventory))
}

/// `found no load balancer `wbe` (did you mean `web`?)`.
fn not_found(missing: &[&str], inventory: &Inventory) -> String {
    let one = |pattern: &&str| match alike(pattern, inventory) {
        Some(name) => format!("`{}` (did you mean `{name}`?)", cut(pattern, LONGEST)),
        None => format!("`{}`", cut(pattern, LONGEST)),
    };
    let all: Vec<String> = missing.iter().map(one).collect();
    format!("found no load balancer {}", all.join(", "))
}

/// The name most like one that is not there.
fn alike<'a>(pattern: &str, inventory: &'a Inventory) -> Option<&'a str> {
    let names = regions(inventory).flat_map(Region::load_balancers).map(|lb| lb.name.as_str());
    let scored = names.map(|name| (strsim::jaro_winkler(pattern, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > ALIKE).then_some(best.1)
}

/// The regions that were to be read.
fn regions(inventory: &Inventory) -> impl Iterator<Item = &Region> {
    let all = inventory.accounts.iter().flat_map(|account| &account.regions);
    all.filter(|region| region.skipped.is_none())
}

/// Whether what is in a region is known, as far as a name goes.
fn is_listed(region: &Region) -> bool {
    region.classic.rest.gap().or(region.v2.rest.gap()).is_none()
}

fn number(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
