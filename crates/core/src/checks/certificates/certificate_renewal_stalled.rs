//! ACM cannot renew a certificate in use.

use crate::checks::prelude::*;
use crate::checks::shared::{causes, renewal};
use crate::inventory::{CertificateDetail, DomainValidation};
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "certificate-renewal-stalled",
    aliases: &["cert-renewal-at-risk"],
    title: "renewal is stalled",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "ACM began to renew it in time and got stuck, mostly on a DNS record that somebody tidied \
          away. There are weeks left to put it back; nobody notices before the last day otherwise.",
    logic: "Looks at the default and every SNI certificate that ACM issued, publicly or by a \
            private authority, with 30 or more days left. Fails when its renewal is \
            PENDING_VALIDATION or FAILED; the evidence names the records that are missing, as far \
            as they were read. Notes one with RenewalEligibility INELIGIBLE: ACM will not even \
            begin. Below 30 days, and for others, `certificate-expiring` speaks. Does not apply \
            once it has expired or when it was never issued.",
    false_alarms: "A certificate that an ACME client fetches from ACM and replaces by itself is \
                   not eligible and needs no renewal, hence the note.",
    fix: "create the missing records again and leave them there",
    remedy: Remedy::steps(Steps {
        console: "ACM console: open the certificate, Domains, Create records in Route 53, or copy \
                  the CNAME records to wherever the zone is served.",
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
            aws acm renew-certificate --certificate-arn PRIVATE_CERTIFICATE_ID"#,
        terraform: r#"
            resource "aws_route53_record" "validation" {
              for_each = {
                for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option
              }

              zone_id = aws_route53_zone.this.zone_id
              name    = each.value.resource_record_name
              type    = each.value.resource_record_type
              records = [each.value.resource_record_value]
              ttl     = 300
            }"#,
        cloudformation: r#"
            ValidationRecord:
              Type: AWS::Route53::RecordSet
              Properties:
                HostedZoneId: HOSTED_ZONE_ID
                Name: RECORD_NAME
                Type: CNAME
                TTL: "300"
                ResourceRecords:
                  - RECORD_VALUE"#,
    })
    .planned(Plan::By(plan::other_certificate)),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/check-certificate-renewal-status.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "a DNS record is gone",
            given: || {
                stalled(40, |certificate| {
                    certificate.detail = Fact::Known(CertificateDetail {
                        validations: vec![DomainValidation {
                            domain: "www.example.com".to_owned(),
                            method: Some("DNS".to_owned()),
                            status: Some("PENDING_VALIDATION".to_owned()),
                            record: Some(
                                "_x.www.example.com CNAME _y.acm-validations.aws".to_owned(),
                            ),
                        }],
                        ..CertificateDetail::default()
                    });
                })
            },
            finds: &["fail certificate-renewal-stalled www.example.com"],
        },
        Example {
            title: "the record unread",
            given: || {
                stalled(40, |certificate| {
                    certificate.detail = Fact::Unread(sample::denied(Call::AcmDescribeCertificate));
                })
            },
            finds: &["fail certificate-renewal-stalled www.example.com"],
        },
        Example {
            title: "below 30 days the date says it",
            given: || stalled(20, |_| ()),
            finds: &["does not apply", "fail certificate-expiring www.example.com"],
        },
        Example {
            title: "ACM will not renew it",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.renewal_eligibility = Some("INELIGIBLE".to_owned());
                })
            },
            finds: &["note certificate-renewal-stalled www.example.com"],
        },
        Example {
            title: "imported: nobody expects it",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("IMPORTED".to_owned());
                    certificate.renewal_eligibility = Some("INELIGIBLE".to_owned());
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "on its way, nothing stuck",
            given: || {
                stalled(40, |certificate| {
                    certificate.renewal_status = Some("PENDING_AUTO_RENEWAL".to_owned());
                })
            },
            finds: &[],
        },
        Example {
            title: "a renewal status that this version does not know",
            given: || {
                stalled(40, |certificate| {
                    certificate.renewal_status = Some("THINKING".to_owned());
                })
            },
            finds: &[
                "unknown certificate-expiring www.example.com",
                "unknown certificate-renewal-stalled www.example.com",
            ],
        },
        Example { title: "in order", given: || sample::clean(&Kind::Network), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

/// The clean Application load balancer, ACM waiting for a proof with so many days left.
fn stalled(days: i64, change: impl FnOnce(&mut Certificate)) -> Inventory {
    sample::certified(&Kind::Application, |certificate| {
        certificate.renewal_status = Some("PENDING_VALIDATION".to_owned());
        certificate.not_after = Some(sample::in_days(days));
        change(certificate);
    })
}

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    match certificate.provenance()? {
        Provenance::Amazon | Provenance::Private => {}
        Provenance::Imported | Provenance::Iam => return Ok(Verdict::NotApplicable),
    }
    let days = certificate.days_left(context.now)?;
    if certificate.has_expired(context.now)? || days.is_none_or(|days| days < Certificate::SOON) {
        return Ok(Verdict::NotApplicable);
    }
    let grounds =
        || Grounds::new().and(|own| certificate.renewal(certificate.validity(own, context.now)));
    let fault = || renewal::bind(grounds(), context, certificate);
    if certificate.renewal_is_stalled()? {
        return Ok(Verdict::Fail(fault().cause(causes::renew_certificate(certificate))));
    }
    match certificate.renewal_eligibility.as_deref() {
        Some("ELIGIBLE") => Ok(Verdict::Pass(grounds())),
        Some("INELIGIBLE") => Ok(Verdict::Note(fault())),
        Some(other) => Err(certificate
            .unexpected_value(Reason::Unrecognised, &format!("renewal eligibility {other}"))),
        None => Err(certificate
            .unexpected_value(Reason::Malformed, "a certificate without renewal eligibility")),
    }
}
