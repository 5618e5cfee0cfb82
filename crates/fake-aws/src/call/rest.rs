//! Requests whose operation is in their method and path.

use std::collections::BTreeMap;

use super::{Family, decode, flatten, pairs};
use crate::http::Request;

/// Parameters by name.
type Parameters = BTreeMap<String, String>;

/// Understands a request to `service`, the name that it was signed for; `None` when that service does
/// not speak so.
pub(super) fn read(service: &str, request: &Request) -> Option<(Family, String, Parameters)> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut parameters: Parameters = pairs(query).collect();
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| decode(&part.replace('+', "%2B")))
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (family, action, label) = match service {
        "lambda" => lambda(&parts),
        "apigateway" => gateway(&parts),
        "cloudfront" => cloudfront(&parts),
        "route53" => route53(&parts),
        "s3" => s3(&parts, request, &mut parameters),
        "securityhub" => {
            read_json(&request.body, &mut parameters);
            (
                Family::SecurityHub,
                Some("BatchImportFindings").filter(|_| path == "/findings/import"),
                None,
            )
        }
        "" if parts.first() == Some(&"hooks") => {
            read_json(&request.body, &mut parameters);
            (Family::Webhook, Some("Post"), Some(("path", request.target.clone())))
        }
        _ => return None,
    };
    if let Some((name, value)) = label {
        parameters.insert(name.to_owned(), value);
    }
    if let Some(owner) = request.header("x-amz-expected-bucket-owner") {
        parameters.insert("ExpectedBucketOwner".to_owned(), owner.to_owned());
    }
    let method = match action {
        Some("PutObject" | "PutBucketPolicy") => request.method == "PUT",
        Some("DeleteBucketPolicy") => request.method == "DELETE",
        Some("BatchImportFindings" | "Post") => request.method == "POST",
        _ => matches!(request.method.as_str(), "GET" | "HEAD"),
    };
    let known = action.filter(|_| method);
    let action = known.map_or_else(|| format!("{} {path}", request.method), str::to_owned);
    Some((family, action, parameters))
}

/// Adds what a body says in JSON.
fn read_json(body: &[u8], into: &mut Parameters) {
    flatten("", &serde_json::from_slice(body).unwrap_or_default(), into);
}

/// A name with its value, from the path.
type Label = Option<(&'static str, String)>;

/// What a path means: the family, the operation if there is one, and what the path names.
type Route = (Family, Option<&'static str>, Label);

fn lambda(parts: &[&str]) -> Route {
    match parts {
        ["2015-03-31", "functions", name, "policy"] => {
            (Family::Lambda, Some("GetPolicy"), Some(("FunctionName", (*name).to_owned())))
        }
        _ => (Family::Lambda, None, None),
    }
}

fn gateway(parts: &[&str]) -> Route {
    match parts {
        ["vpclinks"] => (Family::ApiGateway, Some("GetVpcLinks"), None),
        ["v2", "vpclinks"] => (Family::ApiGatewayV2, Some("GetVpcLinks"), None),
        ["v2", "apis"] => (Family::ApiGatewayV2, Some("GetApis"), None),
        ["v2", "apis", id, "integrations"] => {
            (Family::ApiGatewayV2, Some("GetIntegrations"), Some(("apiId", (*id).to_owned())))
        }
        ["v2", ..] => (Family::ApiGatewayV2, None, None),
        _ => (Family::ApiGateway, None, None),
    }
}

fn cloudfront(parts: &[&str]) -> Route {
    let action = match parts {
        ["2020-05-31", "distribution"] => Some("ListDistributions"),
        ["2020-05-31", "vpc-origin"] => Some("ListVpcOrigins"),
        _ => None,
    };
    (Family::CloudFront, action, None)
}

fn route53(parts: &[&str]) -> Route {
    match parts {
        ["2013-04-01", "hostedzone"] => (Family::Route53, Some("ListHostedZones"), None),
        ["2013-04-01", "hostedzone", id, "rrset"] => {
            let label = ("HostedZoneId", (*id).to_owned());
            (Family::Route53, Some("ListResourceRecordSets"), Some(label))
        }
        _ => (Family::Route53, None, None),
    }
}

/// The bucket is the first part of the path, or of the host.
fn s3(parts: &[&str], request: &Request, parameters: &mut Parameters) -> Route {
    let host = request.header("host").unwrap_or_default();
    let of_host = [".s3.", ".s3-"].iter().find_map(|dot| host.split_once(dot));
    let (bucket, parts) = match (of_host, parts) {
        (Some((bucket, _)), parts) => (bucket, parts),
        (None, [bucket, rest @ ..]) => (*bucket, rest),
        (None, []) => return (Family::S3, None, None),
    };
    if !parts.is_empty() {
        parameters.insert("Key".to_owned(), parts.join("/"));
        let headers = [
            ("if-match", "IfMatch"),
            ("if-none-match", "IfNoneMatch"),
            ("content-type", "ContentType"),
            ("x-amz-checksum-sha256", "ChecksumSHA256"),
            ("x-amz-meta-taken-at", "Metadata.taken-at"),
        ];
        for (header, name) in headers {
            if let Some(value) = request.header(header) {
                parameters.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    let asks = |name: &str| parameters.contains_key(name);
    let action = if !parts.is_empty() {
        match request.method.as_str() {
            "PUT" => Some("PutObject"),
            "HEAD" => Some("HeadObject"),
            _ => Some("GetObject"),
        }
    } else if request.method == "HEAD" {
        Some("HeadBucket")
    } else if asks("policy") {
        match request.method.as_str() {
            "PUT" => Some("PutBucketPolicy"),
            _ => Some("DeleteBucketPolicy"),
        }
    } else if asks("policyStatus") {
        Some("GetBucketPolicyStatus")
    } else if asks("publicAccessBlock") {
        Some("GetPublicAccessBlock")
    } else if asks("versioning") {
        Some("GetBucketVersioning")
    } else if asks("encryption") {
        Some("GetBucketEncryption")
    } else if parameters.get("list-type").is_some_and(|kind| kind == "2") {
        Some("ListObjectsV2")
    } else {
        None
    };
    (Family::S3, action, Some(("Bucket", bucket.to_owned())))
}
