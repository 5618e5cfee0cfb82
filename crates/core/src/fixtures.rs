//! Load balancers that nobody has: what checks show their faults on, and what the demo judges.

pub mod conformance; // what other tools judge wrongly
pub mod demo; // the two accounts that `elb-audit demo` judges
pub mod sample; // clean load balancers, and edits that change them
pub mod scenes; // an account with a scene for each check
