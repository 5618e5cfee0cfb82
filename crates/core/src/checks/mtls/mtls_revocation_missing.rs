//! A trust store has no revocation list.

use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::remedy::cause::Verb;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "mtls-revocation-missing",
    aliases: &["mtls-no-revocation"],
    title: "no client certificate can be revoked",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network],
    why: "A client certificate whose key was lost, or whose owner has left, opens the door until \
          it expires: the load balancer asks no authority, it knows only the lists that it was \
          given.",
    logic: "Looks at listeners that verify client certificates. Fails when their trust store \
            revokes no certificate and has no revocation list; passes with a list, an empty one \
            too. Unknown for a trust store of another account, which only that account can \
            describe.",
    false_alarms: "Client certificates that live for hours need no revocation.",
    fix: "add the authorities' revocation lists to the trust store, and renew them as they are \
          published",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Trust Stores: open the trust store, Certificate revocation lists, \
                  Add revocation list, with its place in S3.",
        cli: r"
            # clients.crl: the list that the authority publishes; add each new one as it appears
            aws s3 cp clients.crl s3://TRUST_BUCKET/clients.crl
            aws elbv2 add-trust-store-revocations --trust-store-arn TRUST_STORE_ARN \
              --revocation-contents S3Bucket=TRUST_BUCKET,S3Key=clients.crl,RevocationType=CRL",
        terraform: r#"
            resource "aws_lb_trust_store_revocation" "clients" {
              trust_store_arn       = aws_lb_trust_store.clients.arn
              revocations_s3_bucket = "TRUST_BUCKET"
              revocations_s3_key    = "clients.crl"
            }"#,
        cloudformation: r"
            Revocations:
              Type: AWS::ElasticLoadBalancingV2::TrustStoreRevocation
              Properties:
                TrustStoreArn: !Ref TrustStore
                RevocationContents:
                  - S3Bucket: TRUST_BUCKET
                    S3Key: clients.crl
                    RevocationType: CRL",
    })
    .planned(Plan::Never(
        Why::Elsewhere,
        "the authority has to publish a revocation list for the trust store",
    )),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/configuring-mtls-with-elb.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[Call::ElbV2DescribeTrustStores, Call::ElbV2DescribeTrustStoreRevocations],
    examples: &[
        Example {
            title: "no list",
            given: || {
                sample::verifying(|store| {
                    store.revoked_entries = Some(0);
                    store.revocation_lists = Fact::Known(0);
                })
            },
            finds: &["fail mtls-revocation-missing HTTPS:443"],
        },
        Example {
            title: "no list, for a Network load balancer",
            given: || {
                let mut inventory = sample::with_mutual(&Kind::Network, |_| ());
                if let Fact::Known(stores) = &mut inventory.accounts[0].regions[0].trust_stores {
                    (stores[0].revoked_entries, stores[0].revocation_lists) =
                        (Some(0), Fact::Known(0));
                }
                inventory
            },
            finds: &["fail mtls-revocation-missing TLS:443"],
        },
        Example {
            title: "a list that revokes nothing yet",
            given: || sample::verifying(|store| store.revoked_entries = Some(0)),
            finds: &[],
        },
        Example {
            title: "nothing is revoked, and the lists are unread",
            given: || {
                sample::verifying(|store| {
                    store.revoked_entries = Some(0);
                    store.revocation_lists =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeTrustStoreRevocations));
                })
            },
            finds: &["unknown mtls-revocation-missing HTTPS:443"],
        },
        Example {
            title: "something is revoked, though the lists are unread",
            given: || {
                sample::verifying(|store| {
                    store.revocation_lists =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeTrustStoreRevocations));
                })
            },
            finds: &[],
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
            ],
        },
        Example {
            title: "a list that revokes",
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
    let store = context.index.trust_store(context.account, arn)?;
    let evidence = Grounds::new().with("trust_store", store.name.as_str());
    if let Some(entries) = store.revoked_entries.filter(|entries| *entries > 0) {
        return Ok(Verdict::Pass(evidence.with("revoked_entries", entries)));
    }
    let lists = *store.revocation_lists.get()?;
    let evidence = evidence.with("revocation_lists", lists);
    if lists > 0 {
        return Ok(Verdict::Pass(evidence));
    }
    let cause = causes::trust_store(Verb::Extend, arn, "revocation list");
    Ok(Verdict::Fail(evidence.cause(cause).bind("TRUST_STORE_ARN", arn)))
}
