//! Facts about AWS load balancers in, findings out. No network, no clock, no files.
//!
//! The layers, from the ground up. A module uses those above it in this list and none below: the test
//! `layers` reads the list and holds it. What each layer may and may not know is told in
//! `docs/architecture.md`.

pub mod vocab; // words that every layer shares
pub mod inventory; // what was read
pub mod analysis; // what follows from the facts
pub mod mutation; // changes: what becomes of the facts
pub mod remedy; // how a fault is fixed, as data
pub mod check; // the shape of a check
pub mod fixtures; // clean load balancers and ways to change them; the demo
pub mod checks; // the list of checks
pub mod compliance; // published controls
pub mod policy; // what the user means
pub mod report; // findings, gaps, totals, exit code
pub mod audit; // inventory + checks + now → report
pub mod fix; // from a finding to a script
pub mod render; // report → bytes
pub mod alert; // what to tell people about a report
pub mod docs; // pages rendered from the values above
