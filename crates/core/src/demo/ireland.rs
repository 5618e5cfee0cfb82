//! The shop itself.

use super::{Site, policies};
use crate::fact::Fact;
use crate::inventory::{Action, Authentication, Inventory, Kind};
use crate::sample;

pub(super) fn sites() -> Vec<Site> {
    vec![
        ("shop", shop()),
        ("accounts", sample::clean(&Kind::Application)),
        ("backoffice", backoffice()),
        ("inspection", inspection()),
    ]
}

/// The oldest load balancer: its one redirect hides a rule that forwards in clear.
fn shop() -> Inventory {
    let policy = "ELBSecurityPolicy-2016-08";
    sample::with_region(&Kind::Application, |region| {
        sample::add_groups(region, &Kind::Application, &["legacy-api"]);
        region.ssl_policies = policies(&[policy]);
        let lb = sample::only(region);
        lb.web_acl = Fact::Known(None);
        sample::set(
            lb,
            &[
                ("access_logs.s3.enabled", "false"),
                ("deletion_protection.enabled", "false"),
                ("routing.http.desync_mitigation_mode", "monitor"),
                ("routing.http.drop_invalid_header_fields.enabled", "false"),
            ],
        );
        let mut https = sample::https(vec![sample::forward("web")]);
        https.ssl_policy = Some(policy.to_owned());
        let http = sample::ruled(
            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
            vec![
                sample::rule(
                    Some(5),
                    vec![sample::path(&["/.well-known/acme-challenge/*"])],
                    vec![sample::forward("web")],
                ),
                sample::rule(
                    Some(10),
                    vec![sample::path(&["/api/v1/*"])],
                    vec![sample::forward("legacy-api")],
                ),
            ],
        );
        *sample::listeners(lb) = vec![https, http];
        if let Some(Fact::Known(certificate)) = region.certificates.get_mut(sample::CERTIFICATE) {
            certificate.kind = Some("IMPORTED".to_owned());
            certificate.renewal_eligibility = Some("INELIGIBLE".to_owned());
            certificate.not_after = Some(sample::in_days(12));
        }
    })
}

/// Internal; its login lets everybody through.
fn backoffice() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let lb = sample::only(region);
        sample::internal(lb);
        lb.web_acl = Fact::Known(None);
        let login = Action {
            kind: "authenticate-oidc".to_owned(),
            order: Some(1),
            authentication: Some(Authentication {
                on_unauthenticated_request: Some("allow".to_owned()),
                authority: Some("https://login.example.com".to_owned()),
                endpoints: ["authorize", "token", "userinfo"]
                    .map(|path| format!("https://login.example.com/{path}"))
                    .to_vec(),
                ..Authentication::default()
            }),
            ..Action::default()
        };
        let onwards = Action { order: Some(2), ..sample::forward("web") };
        *sample::listeners(lb) = vec![sample::https(vec![login, onwards])];
    })
}

/// One of three appliances does not answer.
fn inspection() -> Inventory {
    sample::with_region(&Kind::Gateway, |region| {
        sample::set(sample::only(region), &[("deletion_protection.enabled", "false")]);
        sample::regroup(region, "web", |group| {
            group.targets = sample::in_states(&["healthy", "healthy", "unhealthy"]);
        });
    })
}
