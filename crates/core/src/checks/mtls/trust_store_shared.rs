//! Another account has a hand in the trust store of a listener.

use std::collections::BTreeSet;

use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::remedy::cause::Verb;

pub(crate) const CHECK: Check = Check {
    id: "trust-store-shared",
    title: "trust store is shared with other accounts",
    severity: Severity::Low,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Who owns the trust store decides who gets in, for every account that uses it: one change \
          for one of them lets strangers into the others, or shuts their clients out.",
    logic: "Looks at listeners that verify client certificates. Notes a trust store that another \
            account owns, that a resource policy shares with other accounts, organizations or \
            everybody, or that load balancers of other accounts use. The policy's trusted_accounts do \
            not count; where it names any, what remains fails. Passes otherwise. Unknown while the \
            resource policy or the associations are, unless one of them tells already; and for a \
            trusted account's own trust store, which only that account can describe.",
    false_alarms: "Sharing by AWS RAM is how a central team gives one trust store to many \
                   accounts; name their ids as trusted_accounts.",
    fix: "take the share back and give the other account a trust store of its own, unless the \
          sharing is meant",
    remedy: Remedy::steps(Steps {
        console: "RAM console, Shared by me: open the resource share and disassociate the \
                  principal; EC2 console, Trust Stores, Associations: delete the associations of \
                  other accounts.",
        cli: r"
            aws elbv2 describe-trust-store-associations --trust-store-arn SHARED_TRUST_STORE_ARN
            # each load balancer of another account, once its listeners verify by a trust store of their own
            aws elbv2 delete-shared-trust-store-association \
              --trust-store-arn SHARED_TRUST_STORE_ARN --resource-arn FOREIGN_LOAD_BALANCER_ARN
            aws ram list-principals --resource-owner SELF --resource-arn SHARED_TRUST_STORE_ARN
            aws ram disassociate-resource-share --resource-share-arn RESOURCE_SHARE_ARN \
              --principals UNMEANT_PRINCIPALS

            aws elbv2 modify-listener --listener-arn FOREIGN_STORE_LISTENER_ARN \
              --mutual-authentication Mode=verify,TrustStoreArn=NEW_TRUST_STORE_ARN",
        terraform: r#"
            resource "aws_ram_principal_association" "clients" {
              resource_share_arn = aws_ram_resource_share.clients.arn
              principal          = "UNMEANT_PRINCIPALS" # remove those that are not meant
            }"#,
        cloudformation: r"
            TrustStoreShare:
              Type: AWS::RAM::ResourceShare
              Properties:
                Name: clients
                AllowExternalPrincipals: false
                ResourceArns:
                  - !Ref TrustStore
                Principals: [] # those that are meant",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/trust-store-sharing.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[
        Call::ElbV2DescribeTrustStores,
        Call::ElbV2GetResourcePolicy,
        Call::ElbV2DescribeTrustStoreAssociations,
    ],
    examples: &[
        Example {
            title: "shared with another account",
            given: || {
                sample::verifying(|store| {
                    store.shared_with = Fact::Known(vec!["444455556666".to_owned()]);
                })
            },
            finds: &["note trust-store-shared HTTPS:443"],
        },
        Example {
            title: "shared with an organization",
            given: || {
                sample::verifying(|store| {
                    store.shared_with = Fact::Known(vec!["o-a1b2c3d4e5".to_owned()]);
                })
            },
            finds: &["note trust-store-shared HTTPS:443"],
        },
        Example {
            title: "used by another account, the resource policy unread",
            given: || {
                sample::verifying(|store| {
                    store.shared_with = Fact::Unread(sample::denied(Call::ElbV2GetResourcePolicy));
                    if let Fact::Known(users) = &mut store.users {
                        users.push(users[0].replace(sample::ACCOUNT, "444455556666"));
                    }
                })
            },
            finds: &["note trust-store-shared HTTPS:443"],
        },
        Example {
            title: "another account's trust store",
            given: || {
                sample::mutually(|mutual| {
                    mutual.trust_store_arn = Some(sample::FOREIGN_TRUST_STORE.to_owned());
                })
            },
            finds: &[
                "unknown mtls-many-authorities HTTPS:443",
                "unknown mtls-revocation-missing HTTPS:443",
                "note trust-store-shared HTTPS:443",
            ],
        },
        Example {
            title: "shared with everybody",
            given: || {
                sample::verifying(|store| store.shared_with = Fact::Known(vec!["*".to_owned()]))
            },
            finds: &["note trust-store-shared HTTPS:443"],
        },
        Example {
            title: "shared with everybody, by a Network load balancer's account",
            given: || {
                let mut inventory = sample::with_mutual(&Kind::Network, |_| ());
                if let Fact::Known(stores) = &mut inventory.accounts[0].regions[0].trust_stores {
                    stores[0].shared_with = Fact::Known(vec!["*".to_owned()]);
                }
                inventory
            },
            finds: &["note trust-store-shared TLS:443"],
        },
        Example {
            title: "resource policy unread",
            given: || {
                sample::verifying(|store| {
                    store.shared_with = Fact::Unread(sample::denied(Call::ElbV2GetResourcePolicy));
                })
            },
            finds: &["unknown trust-store-shared HTTPS:443"],
        },
        Example {
            title: "this account's own, for itself",
            given: || sample::mutual("verify", None),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let Some(arn) = listener.trust_store()? else {
        return Ok(Verdict::NotApplicable);
    };
    let trusted = &context.intent.trusted_accounts;
    // Who names trusted accounts means nobody else.
    let found = if trusted.is_empty() { Verdict::Note } else { Verdict::Fail };
    let is_own = |id: &str| id == context.account.id || trusted.iter().any(|known| known == id);
    if let Some(owner) = account(arn).filter(|owner| !is_own(owner)) {
        let evidence = Grounds::new().with("trust_store", arn).with("owner", owner);
        let evidence = evidence.bind("FOREIGN_STORE_LISTENER_ARN", listener.id.as_str());
        return Ok(found(evidence.cause(causes::replace_trust_store(arn))));
    }
    let store = context.index.trust_store(context.account, arn)?;
    let mut shared_with = named(&store.shared_with);
    let mut used_by = named(&store.users);
    shared_with.retain(|who| !is_own(who));
    used_by.retain(|who| !is_own(who));
    let is_own = shared_with.is_empty() && used_by.is_empty();
    let evidence = Grounds::new()
        .with("trust_store", store.name.as_str())
        .with("shared_with", shared_with.into_iter().collect::<Vec<_>>())
        .with("used_by", used_by.into_iter().collect::<Vec<_>>());
    if is_own {
        store.shared_with.get()?;
        store.users.get()?;
        return Ok(Verdict::Pass(evidence));
    }
    let cause = causes::trust_store(Verb::Narrow, arn, "no other accounts");
    Ok(found(evidence.cause(cause).bind("SHARED_TRUST_STORE_ARN", arn)))
}

/// Whom a list names, each once: by account, where that can be told.
fn named(list: &Fact<Vec<String>>) -> BTreeSet<&str> {
    let all = list.get().into_iter().flatten();
    all.map(|who| account(who).unwrap_or(who)).collect()
}

/// The account that an id or an ARN names. An organization or a part of it is none.
fn account(who: &str) -> Option<&str> {
    let id = if who.starts_with("arn:") { who.split(':').nth(4)? } else { who };
    let digits = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !who.contains(":organizations:")).then_some(id)
}
