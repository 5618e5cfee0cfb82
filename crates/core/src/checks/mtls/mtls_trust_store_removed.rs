//! The trust store that a listener verifies clients by was taken back by its owner.

use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::inventory::MutualAuthentication;

pub(crate) const CHECK: Check = Check {
    id: "mtls-trust-store-removed",
    aliases: &["mtls-truststore-removed"],
    title: "trust store was taken back by its owner",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network],
    why: "What this listener verifies clients by belongs to another account, which has withdrawn \
          it: connections fail, or go on by a list of authorities that nobody here can see or keep \
          up to date.",
    logic: "Looks at listeners that verify client certificates. Fails when AWS says that the trust \
            store's association is `removed`; passes when it is `active`, or when AWS says nothing \
            and the trust store is this account's own. Another status, or none for another \
            account's trust store, is unknown.",
    fix: "verify by a trust store of this account, or have its owner share it again",
    remedy: Remedy::trust_store().console(
        "EC2 console, Load Balancers: open the load balancer, choose the listener, Manage \
         listener, Edit listener, Mutual authentication, and pick another trust store.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/trust-store-sharing.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    examples: &[
        Example {
            title: "taken back",
            given: || shared(|mutual| mutual.trust_store_status = Some("removed".to_owned())),
            finds: &[
                "fail mtls-trust-store-removed HTTPS:443",
                "unknown mtls-many-authorities HTTPS:443",
                "unknown mtls-revocation-missing HTTPS:443",
            ],
        },
        Example {
            title: "taken back from a Network load balancer",
            given: || {
                sample::with_mutual(&Kind::Network, |mutual| {
                    mutual.trust_store_arn = Some(sample::FOREIGN_TRUST_STORE.to_owned());
                    mutual.trust_store_status = Some("removed".to_owned());
                })
            },
            finds: &[
                "fail mtls-trust-store-removed TLS:443",
                "unknown mtls-many-authorities TLS:443",
                "unknown mtls-revocation-missing TLS:443",
            ],
        },
        Example {
            title: "another account's, in force",
            given: || shared(|_| ()),
            finds: &[
                "unknown mtls-many-authorities HTTPS:443",
                "unknown mtls-revocation-missing HTTPS:443",
            ],
        },
        Example {
            title: "another account's, and AWS does not say",
            given: || shared(|mutual| mutual.trust_store_status = None),
            finds: &[
                "unknown mtls-trust-store-removed HTTPS:443",
                "unknown mtls-many-authorities HTTPS:443",
                "unknown mtls-revocation-missing HTTPS:443",
            ],
        },
        Example {
            title: "this account's own, and AWS does not say",
            given: || sample::mutually(|mutual| mutual.trust_store_status = None),
            finds: &[],
        },
        Example {
            title: "a status that this version does not know",
            given: || shared(|mutual| mutual.trust_store_status = Some("fading".to_owned())),
            finds: &[
                "unknown mtls-trust-store-removed HTTPS:443",
                "unknown mtls-many-authorities HTTPS:443",
                "unknown mtls-revocation-missing HTTPS:443",
            ],
        },
        Example {
            title: "this account's own",
            given: || sample::mutual("verify", None),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application load balancer, verifying clients by another account's trust store.
fn shared(change: impl FnOnce(&mut MutualAuthentication)) -> Inventory {
    sample::mutually(|mutual| {
        mutual.trust_store_arn = Some(sample::FOREIGN_TRUST_STORE.to_owned());
        change(mutual);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let Some(mutual) = listener.verifies()? else {
        return Ok(Verdict::NotApplicable);
    };
    let evidence = || Grounds::new().with("trust_store", mutual.trust_store_arn.clone());
    match mutual.trust_store_status.as_deref() {
        Some("active") => Ok(Verdict::Pass(evidence().with("status", "active"))),
        Some("removed") => {
            let evidence = evidence().with("status", "removed");
            Ok(Verdict::Fail(match &mutual.trust_store_arn {
                Some(arn) => evidence.cause(causes::replace_trust_store(arn)),
                None => evidence,
            }))
        }
        Some(other) => {
            Err(listener
                .unexpected_value(Reason::Unrecognised, &format!("trust store status {other}")))
        }
        None => {
            let owner = listener.trust_store()?.and_then(|arn| arn.split(':').nth(4));
            if owner == Some(context.account.id.as_str()) {
                return Ok(Verdict::Pass(evidence().with("owner", owner)));
            }
            Err(listener.unexpected_value(Reason::Malformed, "a shared trust store without status"))
        }
    }
}
