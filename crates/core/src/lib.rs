//! Facts about AWS load balancers in, findings out. No network, no clock, no files: `Inventory →
//! audit → Report → format`, and nothing points back.

pub mod alert; // what to tell people about a report
pub mod asff; // faults as Security Hub takes them
pub mod audit; // inventory + checks + now → report
pub mod call; // every API call and the IAM action it needs
pub mod catalogue; // every question anybody asks, and what became of it
pub mod change; // what has changed since an earlier report
pub mod check; // the shape of a check
pub mod checks; // the list of checks
pub mod cloudfront; // CloudFront in front of a load balancer
pub mod compliance; // published controls
pub mod config; // the configuration file
pub mod conformance; // what other tools judge wrongly
pub mod demo; // the account that `elb-audit demo` judges
pub mod digest; // what a finding is held to, and a check known by
pub mod dns; // who has a name of Elastic Load Balancing
pub mod docs; // pages rendered from the values above
pub mod domain; // names of hosts
pub mod edition; // which checks count, and how much
pub mod escape; // untrusted text, made harmless
pub mod exposure; // who can reach a listener
pub mod fact; // known or unread
pub mod format; // report → bytes
pub(crate) mod front_doors; // what leads the internet to a load balancer
pub mod headers; // headers that a listener sets by itself
pub mod health; // how targets are doing
pub mod inventory; // what was read
pub mod logs; // which logs are written, and where
pub mod policy; // what the user means
mod remedies; // steps that mend more than one fault
pub mod report; // findings, gaps, totals, exit code
pub mod routing; // where a request goes
pub mod sample; // clean load balancers, and strokes that change them
pub(crate) mod security_groups;
pub mod selection; // which checks run
pub mod targets; // what stands behind a load balancer, and the ways to it
pub mod tls; // protocols and ciphers of a policy
pub mod waf; // what a web ACL does with requests // which are known, and what their rules are about
