//! Mail, a test stage whose web ACL could not be read, and two load balancers that nobody needs.

use super::Site;
use crate::call::Call;
use crate::fact::Fact;
use crate::inventory::{Inventory, Kind, LogSource};
use crate::sample;

pub(super) fn sites() -> Vec<Site> {
    vec![("mail", mail()), ("staging", staging()), ("parked", parked()), ("reports", reports())]
}

/// Everything in clear, no security group, and every server down.
fn mail() -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        let lb = sample::only(region);
        lb.security_groups.clear();
        *sample::listeners(lb) = vec![
            sample::listener("TCP", 25, vec![sample::forward("web")]),
            sample::listener("TCP", 993, vec![sample::forward("web")]),
        ];
        sample::regroup(region, "web", |group| {
            group.targets = sample::in_states(&["unhealthy", "unhealthy"]);
        });
    })
}

/// Nothing registered; the role that scans may not ask AWS WAF here.
fn staging() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| group.targets = sample::in_states(&[]));
        sample::only(region).web_acl = Fact::Unread(
            sample::denied(Call::Wafv2ListWebAcls)
                .saying("User is not authorized to perform: wafv2:ListWebACLs"),
        );
    })
}

/// No listener any more.
fn parked() -> Inventory {
    sample::with(&Kind::Network, |lb| {
        lb.listeners = Fact::Known(Vec::new());
        sample::set(lb, &[("deletion_protection.enabled", "false")]);
    })
}

/// Internal and clean: its logs go through CloudWatch Logs.
fn reports() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let lb = sample::only(region);
        sample::internal(lb);
        lb.web_acl = Fact::Known(None);
        sample::set(lb, &[("access_logs.s3.enabled", "false")]);
        let arn = lb.arn.clone();
        region.log_sources = Fact::Known(vec![LogSource {
            name: "reports-access".to_owned(),
            log_type: "ALB_ACCESS_LOGS".to_owned(),
            resource_arns: vec![arn],
        }]);
        region.log_deliveries = Fact::Known(vec!["reports-access".to_owned()]);
    })
}
