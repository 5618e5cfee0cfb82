//! A trust store holds more authorities than anybody vouches for.

use crate::analysis::identity::{self, Grip};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::seen::few;
use crate::remedy::cause::Verb;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "mtls-many-authorities",
    aliases: &["mtls-ca-too-many"],
    title: "trust store holds too many authorities",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network],
    why: "A certificate of any of them opens the door. A bundle of public authorities, as browsers \
          have it, lets in whoever buys a certificate or gets one for nothing.",
    logic: "Looks at listeners that verify client certificates. Fails when their trust store holds \
            more CA certificates than the threshold trust_store_authorities, 50; passes otherwise, \
            and where every identity filter of a Network load balancer's listener names whom it \
            lets in: an exact common name, DNS name or URI, or a URI's begin up to the end of its \
            host. A filter with a word that this version does not know is unknown. Unknown for a trust store of another account, which only that account can describe.",
    false_alarms: "An organization with many private authorities may raise the threshold.",
    fix: "reduce the bundle to the authorities that issue client certificates to your clients",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Trust Stores: open the trust store, Actions, Replace CA certificate \
                  bundle, with the place of the smaller one in S3.",
        cli: r"
            aws elbv2 get-trust-store-ca-certificates-bundle --trust-store-arn TRUST_STORE_ARN
            # clients.pem: of the bundle at that location, the authorities that issue certificates to your
            # clients
            aws s3 cp clients.pem s3://TRUST_BUCKET/clients.pem
            aws elbv2 modify-trust-store --trust-store-arn TRUST_STORE_ARN \
              --ca-certificates-bundle-s3-bucket TRUST_BUCKET \
              --ca-certificates-bundle-s3-key clients.pem",
        terraform: r#"
            resource "aws_lb_trust_store" "clients" {
              ca_certificates_bundle_s3_bucket = "TRUST_BUCKET"
              ca_certificates_bundle_s3_key    = "clients.pem"
            }"#,
        cloudformation: r"
            TrustStore:
              Type: AWS::ElasticLoadBalancingV2::TrustStore
              Properties:
                CaCertificatesBundleS3Bucket: TRUST_BUCKET
                CaCertificatesBundleS3Key: clients.pem",
    })
    .planned(Plan::By(plan::other_trust_store)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/configuring-mtls-with-elb.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[Call::ElbV2DescribeTrustStores],
    examples: &[
        Example {
            title: "the bundle of a browser",
            given: || sample::verifying(|store| store.ca_certificates = Some(140)),
            finds: &["fail mtls-many-authorities HTTPS:443"],
        },
        Example {
            title: "as many as may be",
            given: || sample::verifying(|store| store.ca_certificates = Some(50)),
            finds: &[],
        },
        Example {
            title: "no number in AWS's answer",
            given: || sample::verifying(|store| store.ca_certificates = None),
            finds: &["unknown mtls-many-authorities HTTPS:443"],
        },
        Example {
            title: "trust stores unread",
            given: || {
                let mut inventory = sample::mutual("verify", None);
                inventory.accounts[0].regions[0].trust_stores =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeTrustStores));
                inventory
            },
            finds: &[
                "unknown mtls-many-authorities HTTPS:443",
                "unknown mtls-revocation-missing HTTPS:443",
                "unknown trust-store-shared HTTPS:443",
            ],
        },
        Example {
            title: "the bundle of a browser, and only certain clients get in",
            given: || {
                bundle(&["san-dns exact client.example.com", "san-uri prefix spiffe://a.example/"])
            },
            finds: &[],
        },
        Example {
            title: "the bundle of a browser, and whoever registers a name gets in",
            given: || {
                bundle(&["san-dns exact client.example.com", "san-dns prefix client.example.com"])
            },
            finds: &["fail mtls-many-authorities TLS:443"],
        },
        Example {
            title: "the bundle of a browser, and a field that this version does not know",
            given: || bundle(&["san-ip exact 10.0.0.1"]),
            finds: &[
                "unknown mtls-identity-filter-open TLS:443",
                "unknown mtls-many-authorities TLS:443",
            ],
        },
        Example { title: "two", given: || sample::mutual("verify", None), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Network load balancer, verifying by many authorities, which only clients with one of these
/// identities get through.
fn bundle(identities: &[&str]) -> Inventory {
    let mut inventory = sample::admitting(identities);
    if let Fact::Known(stores) = &mut inventory.accounts[0].regions[0].trust_stores {
        stores[0].ca_certificates = Some(140);
    }
    inventory
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let Some(arn) = listener.trust_store()? else {
        return Ok(Verdict::NotApplicable);
    };
    let store = context.index.trust_store(context.account, arn)?;
    let count = store.ca_certificates.and_then(|count| u32::try_from(count).ok());
    let Some(count) = count else {
        return Err(Gap::new(Call::ElbV2DescribeTrustStores, Reason::Malformed)
            .of(arn)
            .saying("a trust store without number of CA certificates"));
    };
    let most = context.thresholds.trust_store_authorities;
    let evidence = Grounds::new().with("trust_store", store.name.as_str());
    let evidence = evidence.with("ca_certificates", count).with("threshold", most);
    if count <= most {
        return Ok(Verdict::Pass(evidence));
    }
    let filters = listener.mutual_authentication.iter().flat_map(|own| &own.identity_filters);
    let filters: Vec<_> = filters.collect();
    let loose = Partial::whole(&filters).filter_map(|filter| {
        Ok((identity::grip(listener, filter)? != Grip::Named).then(|| filter.label()))
    });
    let evidence = match (filters.is_empty(), loose.found.is_empty()) {
        (true, _) => evidence,
        (false, true) => {
            loose.complete()?;
            let names: Vec<String> = filters.iter().map(|filter| filter.label()).collect();
            return Ok(Verdict::Pass(evidence.with("identity_filters", few(&names))));
        }
        (false, false) => evidence.with("open_filters", few(&loose.found)),
    };
    let cause = causes::trust_store(Verb::Narrow, arn, "only authorities of your clients");
    Ok(Verdict::Fail(evidence.cause(cause).bind("TRUST_STORE_ARN", arn)))
}
