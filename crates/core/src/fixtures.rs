//! Load balancers that nobody has: what checks show their faults on, and what the demo judges.

pub mod conformance; // what other tools judge wrongly
pub mod demo; // the account that `elb-audit demo` judges
pub mod sample; // clean load balancers, and edits that change them
