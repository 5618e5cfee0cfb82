//! A certificate in use expires soon, and nothing renews it.

use crate::checks::prelude::*;
use crate::checks::shared::{causes, renewal};
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "certificate-expiring",
    aliases: &["cert-expiring"],
    title: "certificate expires soon",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "On the day it expires every client refuses the connection. Certificates that were \
          imported, or whose renewal is stuck, need a person in time.",
    logic: "Looks at the default and every SNI certificate, kept in ACM or IAM. One that ACM can \
            renew (RenewalEligibility ELIGIBLE) fails below 30 days unless the renewal is \
            PENDING_AUTO_RENEWAL; below 7 days always. Any other one fails below 30 days; without \
            RenewalEligibility, but PENDING_AUTO_RENEWAL, it is unknown until the last 7. A renewal \
            that is stuck earlier is the question of `certificate-renewal-stalled`. Does not apply \
            once it has expired, or when it was never issued.",
    false_alarms: "Automation that replaces imported certificates in their last days, such as an \
                   ACME client, may well do so in time: let it begin earlier than 30 days before \
                   the end.",
    fix: "renew or import it again now; for one that ACM renews, restore the DNS records of its \
          validation",
    remedy: Remedy::steps(Steps {
        console: "ACM console: open the certificate and Reimport the renewed one under the same \
                  ARN; for one that ACM issued, Create records in Route 53 for the names that \
                  wait.",
        cli: r#"
            # the DNS records that prove its names; with them ACM renews it. A zone takes its own names only:
            # split the file where there are several
            aws acm describe-certificate --certificate-arn ISSUED_CERTIFICATE_ID --output json \
              --query "{Changes: Certificate.DomainValidationOptions[?ResourceRecord].{Action: 'UPSERT', ResourceRecordSet: {Name: ResourceRecord.Name, Type: ResourceRecord.Type, TTL: to_number('300'), ResourceRecords: [{Value: ResourceRecord.Value}]}}}" > changes.json
            aws route53 change-resource-record-sets --hosted-zone-id HOSTED_ZONE_ID \
              --change-batch file://changes.json

            # somebody has to follow the link in the mail to hostmaster@ and others of that domain
            aws acm resend-validation-email --certificate-arn MAILED_CERTIFICATE_ID \
              --domain HOST --validation-domain HOST

            # where this is refused, the private authority has to permit acm.amazonaws.com to issue
            aws acm renew-certificate --certificate-arn PRIVATE_CERTIFICATE_ID

            # the renewed certificate, under the same ARN;
            # its key has to be of the same type and size
            aws acm import-certificate --certificate-arn IMPORTED_CERTIFICATE_ID \
              --certificate fileb://certificate.pem --private-key fileb://key.pem \
              --certificate-chain fileb://chain.pem

            # the renewed certificate, now in ACM: IAM cannot change
            # IAM_CERTIFICATE_NAME
            new_certificate=$(aws acm import-certificate --query CertificateArn --output text \
              --certificate fileb://certificate.pem --private-key fileb://key.pem \
              --certificate-chain fileb://chain.pem)

            # where it is the listener's default certificate
            aws elbv2 modify-listener --listener-arn IAM_LISTENER_ARN \
              --certificates "CertificateArn=$new_certificate"

            # where the listener chooses it by the name that a client asks for
            aws elbv2 add-listener-certificates --listener-arn IAM_SNI_LISTENER_ARN \
              --certificates "CertificateArn=$new_certificate"
            aws elbv2 remove-listener-certificates --listener-arn IAM_SNI_LISTENER_ARN \
              --certificates CertificateArn=CERTIFICATE_ID

            aws elb set-load-balancer-listener-ssl-certificate \
              --load-balancer-name LOAD_BALANCER_NAME --load-balancer-port IAM_LISTENER_PORT \
              --ssl-certificate-id "$new_certificate""#,
        terraform: r#"
            resource "aws_acm_certificate" "this" {
              domain_name       = "www.example.com"
              validation_method = "DNS"

              lifecycle {
                create_before_destroy = true
              }
            }"#,
        cloudformation: r"
            Certificate:
              Type: AWS::CertificateManager::Certificate
              Properties:
                DomainName: www.example.com
                ValidationMethod: DNS
                DomainValidationOptions:
                  - DomainName: www.example.com
                    HostedZoneId: HOSTED_ZONE_ID",
    })
    .planned(Plan::By(plan::other_certificate)),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "imported, 20 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_eligibility = Some("INELIGIBLE".to_owned());
                    certificate.kind = Some("IMPORTED".to_owned());
                    certificate.not_after = Some(sample::in_days(20));
                })
            },
            finds: &["fail certificate-expiring www.example.com"],
        },
        Example {
            title: "renewed by ACM, 40 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.not_after = Some(sample::in_days(40));
                })
            },
            finds: &[],
        },
        Example {
            title: "renewal on its way, 20 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_status = Some("PENDING_AUTO_RENEWAL".to_owned());
                    certificate.not_after = Some(sample::in_days(20));
                })
            },
            finds: &[],
        },
        Example {
            title: "renewal on its way, 6 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_status = Some("PENDING_AUTO_RENEWAL".to_owned());
                    certificate.not_after = Some(sample::in_days(6));
                })
            },
            finds: &["fail certificate-expiring www.example.com"],
        },
        Example {
            title: "renewal waits for validation, 29 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_status = Some("PENDING_VALIDATION".to_owned());
                    certificate.not_after = Some(sample::in_days(29));
                })
            },
            finds: &["fail certificate-expiring www.example.com"],
        },
        Example {
            title: "ACM should have renewed it, 20 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.not_after = Some(sample::in_days(20));
                })
            },
            finds: &["fail certificate-expiring www.example.com"],
        },
        Example {
            title: "kept in IAM, 29 days left",
            given: || {
                sample::with_iam(&Kind::Classic, |certificate| {
                    certificate.not_after = Some(sample::in_days(29));
                })
            },
            finds: &[
                "fail certificate-expiring www.example.com",
                "fail certificate-unmanaged www.example.com",
            ],
        },
        Example {
            title: "imported, 31 days left",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_eligibility = Some("INELIGIBLE".to_owned());
                    certificate.kind = Some("IMPORTED".to_owned());
                    certificate.not_after = Some(sample::in_days(31));
                })
            },
            finds: &[],
        },
        Example {
            title: "renewal on its way, but nothing says that ACM can renew it",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_eligibility = None;
                    certificate.renewal_status = Some("PENDING_AUTO_RENEWAL".to_owned());
                    certificate.not_after = Some(sample::in_days(20));
                })
            },
            finds: &["unknown certificate-expiring www.example.com"],
        },
        Example {
            title: "a renewal status that this version does not know",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_status = Some("THINKING".to_owned());
                    certificate.not_after = Some(sample::in_days(20));
                })
            },
            finds: &["unknown certificate-expiring www.example.com"],
        },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    if certificate.has_expired(context.now)? {
        return Ok(Verdict::NotApplicable);
    }
    let Some(days) = certificate.days_left(context.now)? else {
        return Ok(Verdict::NotApplicable);
    };
    let pending = certificate.renewal_status.as_deref() == Some("PENDING_AUTO_RENEWAL");
    let late = match certificate.renewal_eligibility.as_deref() {
        Some("ELIGIBLE") => renewal_is_late(certificate, days)?,
        None if (7..Certificate::SOON).contains(&days) && pending => {
            let said = "a renewal that is pending, without renewal eligibility";
            return Err(certificate.unexpected_value(Reason::Malformed, said));
        }
        None | Some("INELIGIBLE") => days < Certificate::SOON,
        // Both answers agree on the last week alone.
        Some(_) if days < 7 => true,
        Some(other) => {
            let said = format!("renewal eligibility {other}");
            return Err(certificate.unexpected_value(Reason::Unrecognised, &said));
        }
    };
    let grounds = Grounds::new().and(|own| certificate.validity(own, context.now));
    let grounds = grounds.and(|own| certificate.renewal(own));
    if !late {
        return Ok(Verdict::Pass(grounds));
    }
    let grounds = renewal::bind(grounds, context, certificate);
    Ok(Verdict::Fail(grounds.cause(causes::renew_certificate(certificate))))
}

/// Whether ACM should have renewed it by now, or cannot.
fn renewal_is_late(certificate: &Certificate, days: i64) -> Result<bool, Gap> {
    match certificate.renewal_status.as_deref() {
        _ if days < 7 => Ok(true),
        Some("PENDING_AUTO_RENEWAL") => Ok(false),
        None | Some("PENDING_VALIDATION" | "FAILED" | "SUCCESS") => Ok(days < Certificate::SOON),
        Some(other) => {
            Err(certificate
                .unexpected_value(Reason::Unrecognised, &format!("renewal status {other}")))
        }
    }
}
