//! ACM: certificates listed, searched and described.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::arn::uuid;
use crate::model::certificate::{Certificate, EPOCH};
use crate::page::Paging;

const LIST: Paging =
    Paging { size: "MaxItems", token: "NextToken", least: 1, most: 1000, default: 1000 };
const SEARCH: Paging =
    Paging { size: "MaxResults", token: "NextToken", least: 1, most: 500, default: 100 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "ListCertificates" => list(context),
        "SearchCertificates" => search(context),
        "DescribeCertificate" => describe(context),
        _ => context.unknown(),
    }
}

fn arn(context: &Context<'_>, one: &Certificate) -> String {
    context.place.certificate(&one.name)
}

/// The ARNs of all load balancers whose listeners name the certificate.
fn users(context: &Context<'_>, one: &Certificate) -> Vec<String> {
    let own = arn(context, one);
    let is = |name: &String| *name == one.name || *name == own;
    let modern = context.region.load_balancers.iter().filter(|load_balancer| {
        load_balancer.listeners.iter().flat_map(|listener| &listener.certificates).any(is)
    });
    let classic = context.region.classic.iter().filter(|load_balancer| {
        load_balancer.listeners.iter().filter_map(|listener| listener.certificate.as_ref()).any(is)
    });
    modern
        .map(|one| context.place.load_balancer(&one.kind, &one.name))
        .chain(classic.map(|one| {
            context.place.arn("elasticloadbalancing", &format!("loadbalancer/{}", one.name))
        }))
        .chain(one.in_use_by.iter().cloned())
        .collect()
}

fn list(context: &Context<'_>) -> JsonResult {
    let statuses = context.call.list("CertificateStatuses");
    let types = context.call.list("Includes.keyTypes");
    let origins = context.call.list("CertificateKeyPairOrigins");
    let wanted = |one: &&Certificate| {
        // The service writes a hyphen where its own model has an underscore.
        let key = one.key_algorithm.replace('-', "_");
        let usual = matches!(key.as_str(), "RSA_1024" | "RSA_2048");
        (if types.is_empty() { usual } else { types.contains(&key.as_str()) })
            && (if origins.is_empty() {
                one.origin != "ACME"
            } else {
                origins.contains(&one.origin.as_str())
            })
            && (statuses.is_empty() || statuses.contains(&one.status.as_str()))
    };
    let page = context.page(context.region.certificates.iter().filter(wanted).collect(), LIST)?;
    let items: Vec<Value> = page.items.into_iter().map(|one| summary(context, one)).collect();
    Ok(Object::default().with("CertificateSummaryList", items).maybe("NextToken", page.next).done())
}

fn summary(context: &Context<'_>, one: &Certificate) -> Value {
    let imported = one.kind == "IMPORTED";
    Object::default()
        .with("CertificateArn", arn(context, one))
        .with("DomainName", one.domain.as_str())
        .with("SubjectAlternativeNameSummaries", one.alternative_names.clone())
        .with("HasAdditionalSubjectAlternativeNames", false)
        .with("Status", one.status.as_str())
        .with("Type", one.kind.as_str())
        .with("KeyAlgorithm", one.key_algorithm.as_str())
        .with("KeyUsages", json!(["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]))
        .with("ExtendedKeyUsages", usage_names(one))
        .maybe("CertificateUsage", one.n2.as_ref().map(|(usage, _)| usage.as_str()))
        .maybe("RootHierarchyType", one.n2.as_ref().map(|(_, roots)| roots.as_str()))
        .with("ExportOption", one.export.as_str())
        .with("InUse", !users(context, one).is_empty())
        .with("RenewalEligibility", one.renewal_eligibility.as_str())
        .maybe("NotBefore", one.not_before)
        .maybe("NotAfter", one.not_after)
        .with("CreatedAt", EPOCH)
        .maybe("IssuedAt", one.not_before.filter(|_| !imported))
        .maybe("ImportedAt", imported.then_some(EPOCH))
        .with("CertificateKeyPairOrigin", one.origin.as_str())
        .done()
}

/// The one filter that is understood; any other is refused rather than ignored.
const IN_USE: &str = "FilterStatement.Filter.AcmCertificateMetadataFilter.InUse";

fn search(context: &Context<'_>) -> JsonResult {
    let parameters = &context.call.parameters;
    if parameters.keys().any(|name| name.starts_with("FilterStatement") && name != IN_USE) {
        let said = "The fake searches by InUse, or without filter";
        return Err(Refusal::invalid(context.call.family, said));
    }
    let in_use = context.call.get(IN_USE).map(|word| word == "true");
    let wanted =
        |one: &&Certificate| in_use.is_none_or(|in_use| in_use != users(context, one).is_empty());
    let page = context.page(context.region.certificates.iter().filter(wanted).collect(), SEARCH)?;
    let items: Vec<Value> = page.items.into_iter().map(|one| found(context, one)).collect();
    Ok(Object::default().with("Results", items).maybe("NextToken", page.next).done())
}

fn found(context: &Context<'_>, one: &Certificate) -> Value {
    let imported = one.kind == "IMPORTED";
    let names: Vec<Value> =
        one.alternative_names.iter().map(|name| json!({"DnsName": name})).collect();
    let x509 = Object::default()
        .with("Issuer", json!({"CommonName": issuer(one)}))
        .with("Subject", json!({"CommonName": one.domain}))
        .with("SubjectAlternativeNames", names)
        .with("ExtendedKeyUsages", usage_names(one))
        .with("KeyAlgorithm", one.key_algorithm.as_str())
        .with("KeyUsages", json!(["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]))
        .with("SerialNumber", serial(one))
        .maybe("NotAfter", one.not_after)
        .maybe("NotBefore", one.not_before)
        .done();
    let metadata = Object::default()
        .with("CreatedAt", EPOCH)
        .with("Exported", one.exported)
        .maybe("ImportedAt", imported.then_some(EPOCH))
        .with("InUse", !users(context, one).is_empty())
        .maybe("IssuedAt", one.not_before.filter(|_| !imported))
        .with("RenewalEligibility", one.renewal_eligibility.as_str())
        .with("Status", one.status.as_str())
        .maybe("RenewalStatus", one.renewal_status.as_deref())
        .with("Type", one.kind.as_str())
        .with("ExportOption", one.export.as_str())
        .maybe("ValidationMethod", (!imported).then_some(one.validation_method.as_str()))
        .with("CertificateKeyPairOrigin", one.origin.as_str())
        .maybe("CertificateUsage", one.n2.as_ref().map(|(usage, _)| usage.as_str()))
        .maybe("RootHierarchyType", one.n2.as_ref().map(|(_, roots)| roots.as_str()))
        .done();
    json!({
        "CertificateArn": arn(context, one),
        "X509Attributes": x509,
        "CertificateMetadata": {"AcmCertificateMetadata": metadata},
    })
}

fn describe(context: &Context<'_>) -> JsonResult {
    let wanted = context.required("CertificateArn")?;
    let known = context.region.certificates.iter().find(|one| arn(context, one) == wanted);
    let one = known.ok_or_else(|| {
        let message = format!("Could not find certificate {wanted}.");
        Refusal::new("ResourceNotFoundException", message)
    })?;
    Ok(json!({ "Certificate": detail(context, one) }))
}

fn detail(context: &Context<'_>, one: &Certificate) -> Value {
    let imported = one.kind == "IMPORTED";
    let issued = one.not_after.is_some();
    Object::default()
        .with("CertificateArn", arn(context, one))
        .with("DomainName", one.domain.as_str())
        .with("SubjectAlternativeNames", one.alternative_names.clone())
        .maybe("DomainValidationOptions", (!imported).then(|| validations(one, "SUCCESS")))
        .maybe("Serial", issued.then(|| serial(one)))
        .with("Subject", format!("CN={}", one.domain))
        .with("Issuer", issuer(one))
        .with("CreatedAt", EPOCH)
        .maybe("IssuedAt", one.not_before.filter(|_| !imported))
        .maybe("ImportedAt", imported.then_some(EPOCH))
        .with("Status", one.status.as_str())
        .maybe("NotBefore", one.not_before)
        .maybe("NotAfter", one.not_after)
        .with("KeyAlgorithm", one.key_algorithm.as_str())
        .with("SignatureAlgorithm", one.signature_algorithm.as_str())
        .with("InUseBy", users(context, one))
        .maybe("FailureReason", one.failure_reason.as_deref())
        .with("Type", one.kind.as_str())
        .maybe("RenewalSummary", one.renewal_status.as_deref().map(|status| renewal(one, status)))
        .with("KeyUsages", json!([{"Name": "DIGITAL_SIGNATURE"}, {"Name": "KEY_ENCIPHERMENT"}]))
        .with(
            "ExtendedKeyUsages",
            usages(one).map(|(name, id)| json!({"Name": name, "OID": id})).collect::<Vec<_>>(),
        )
        .maybe("CertificateUsage", one.n2.as_ref().map(|(usage, _)| usage.as_str()))
        .maybe("RootHierarchyType", one.n2.as_ref().map(|(_, roots)| roots.as_str()))
        .with("RenewalEligibility", one.renewal_eligibility.as_str())
        .with(
            "Options",
            json!({"CertificateTransparencyLoggingPreference": "ENABLED", "Export": one.export}),
        )
        .with("CertificateKeyPairOrigin", one.origin.as_str())
        .done()
}

/// What it may be used for, by name and object identifier.
fn usages(one: &Certificate) -> impl Iterator<Item = (&str, &str)> {
    let server = ("TLS_WEB_SERVER_AUTHENTICATION", "1.3.6.1.5.5.7.3.1");
    let own = one.key_usages.iter().map(|(name, id)| (name.as_str(), id.as_str()));
    own.chain(one.key_usages.is_empty().then_some(server))
}

fn usage_names(one: &Certificate) -> Vec<&str> {
    usages(one).map(|(name, _)| name).collect()
}

fn renewal(one: &Certificate, status: &str) -> Value {
    Object::default()
        .with("RenewalStatus", status)
        .with("DomainValidationOptions", validations(one, renewal_validation(status)))
        .maybe("RenewalStatusReason", one.renewal_reason.as_deref())
        .with("UpdatedAt", EPOCH)
        .done()
}

fn renewal_validation(status: &str) -> &str {
    match status {
        "PENDING_VALIDATION" | "FAILED" => status,
        _ => "SUCCESS",
    }
}

fn validations(one: &Certificate, status: &str) -> Value {
    let status = match one.status.as_str() {
        "PENDING_VALIDATION" => "PENDING_VALIDATION",
        "FAILED" | "VALIDATION_TIMED_OUT" => "FAILED",
        _ => status,
    };
    let of = |name: &String| {
        let own = one.validations.iter().find(|(known, _)| known == name);
        let status = own.map_or(status, |(_, status)| status);
        let record = json!({
            "Name": format!("_{}.{name}.", uuid(&[name]).replace('-', "")),
            "Type": "CNAME",
            "Value": "_value.acm-validations.aws.",
        });
        let emails = (one.validation_method == "EMAIL").then(|| json!([format!("admin@{name}")]));
        Object::default()
            .with("DomainName", name.as_str())
            .with("ValidationDomain", name.as_str())
            .with("ValidationStatus", status)
            .maybe(
                "ResourceRecord",
                (one.validation_method == "DNS" && one.has_records).then_some(record),
            )
            .with("ValidationMethod", one.validation_method.as_str())
            .maybe("ValidationEmails", emails)
            .done()
    };
    one.alternative_names.iter().map(of).collect()
}

fn issuer(one: &Certificate) -> &str {
    let usual = if one.kind == "IMPORTED" { "Example CA" } else { "Amazon" };
    one.issuer.as_deref().unwrap_or(usual)
}

fn serial(one: &Certificate) -> String {
    let digits = uuid(&["serial", &one.name]).replace('-', "").into_bytes();
    let pairs = digits.chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned());
    pairs.collect::<Vec<_>>().join(":")
}
