//! Facts about AWS load balancers in, findings out. No network, no clock, no files: `Inventory →
//! audit → Report → format`, and nothing points back.

pub mod audit; // inventory + checks + now → report
pub mod call; // every API call and the IAM action it needs
pub mod check; // the shape of a check
pub mod checks; // the list of checks
pub mod demo; // the account that `elb-audit demo` judges
pub mod docs; // pages rendered from the values above
pub mod exposure; // who can reach a listener
pub mod fact; // known or unread
pub mod format; // report → bytes
pub(crate) mod front_doors; // what leads the internet to a load balancer
pub mod health; // how targets are doing
pub mod inventory; // what was read
pub mod policy;
pub mod report; // findings, gaps, totals, exit code
pub mod routing; // where a request goes
pub mod sample; // clean load balancers, and strokes that change them
pub(crate) mod security_groups; // which are known, and what their rules are about
pub mod tls; // protocols and ciphers of a policy
