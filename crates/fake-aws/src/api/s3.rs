//! S3: buckets as they stand, what they hold, and objects that are written.

mod policy;

use super::{Content, Context};
use crate::answer::Refusal;
use crate::epoch;
use crate::fake_aws::held;
use crate::model::bucket::{Bucket, StoredObject};
use crate::page::Paging;
use crate::xml::Xml;

const OBJECTS: Paging = Paging {
    size: "max-keys",
    token: "continuation-token",
    least: 0,
    most: usize::MAX,
    default: 1000,
};
const REGION: &str = "x-amz-bucket-region";

pub(super) fn result(context: &Context<'_>) -> Result<Content, Refusal> {
    let write = match context.call.action.as_str() {
        "HeadBucket" => return head(context),
        "PutObject" => return put(context),
        "GetObject" | "HeadObject" => return get(context),
        "GetBucketPolicy" => return policy::get(context),
        "PutBucketPolicy" => return policy::put(context),
        "DeleteBucketPolicy" => return policy::delete(context),
        "GetBucketPolicyStatus" => policy_status,
        "GetPublicAccessBlock" => block,
        "GetBucketVersioning" => versioning,
        "GetBucketEncryption" => encryption,
        "ListObjectsV2" => objects,
        _ => return context.unknown(),
    };
    let mut xml = Xml::query();
    write(context, bucket(context)?, &mut xml)?;
    Ok(Content::Xml(xml))
}

/// The bucket that a call names, if the caller may see it from where it asks. A bucket in another
/// region is not served, but S3 tells where it is.
fn bucket<'a>(context: &Context<'a>) -> Result<&'a Bucket, Refusal> {
    let name = context.call.get("Bucket").unwrap_or_default();
    let mut all =
        context.accounts.iter().flat_map(|one| one.buckets.iter().map(move |bucket| (one, bucket)));
    let (holder, bucket) = all.find(|(_, bucket)| bucket.name == name).ok_or_else(|| {
        Refusal::with_status(404, "NoSuchBucket", "The specified bucket does not exist")
    })?;
    if bucket.region != context.call.region {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
        let refusal = Refusal::with_status(301, "PermanentRedirect", message);
        return Err(refusal.header(REGION, &bucket.region));
    }
    let owner = bucket.owner.as_ref().unwrap_or(&holder.id);
    let expected = context.call.get("ExpectedBucketOwner").is_none_or(|expected| expected == owner);
    if !expected || (*owner != context.account.id && !bucket.open_to_others) {
        let refusal = Refusal::with_status(403, "AccessDenied", "Access Denied");
        return Err(refusal.header(REGION, &bucket.region));
    }
    Ok(bucket)
}

fn head(context: &Context<'_>) -> Result<Content, Refusal> {
    let bucket = bucket(context)?;
    let arn = format!("arn:{}:s3:::{}", context.place.partition(), bucket.name);
    Ok(Content::Head(vec![
        (REGION, bucket.region.clone()),
        ("x-amz-bucket-arn", arn),
        ("x-amz-access-point-alias", "false".to_owned()),
    ]))
}

/// An object as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) body: Vec<u8>,
    etag: String,
    checksum: Option<String>,
    taken_at: Option<String>,
}

/// Bucket and key of a call.
fn named(context: &Context<'_>) -> (String, String) {
    let of = |name: &str| context.call.get(name).unwrap_or_default().to_owned();
    (of("Bucket"), of("Key"))
}

fn put(context: &Context<'_>) -> Result<Content, Refusal> {
    bucket(context)?;
    let of = |name: &str| context.call.get(name).map(str::to_owned);
    let mut objects = held(context.shared.objects.lock());
    let there = objects.get(&named(context));
    let holds = match (of("IfNoneMatch"), of("IfMatch"), there) {
        (None, Some(_), None) => return Err(no_such_key()),
        (None, Some(etag), Some(object)) => object.etag == etag,
        (Some(_), _, there) => there.is_none(),
        (None, None, _) => true,
    };
    if !holds {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(Refusal::with_status(412, "PreconditionFailed", message));
    }
    let etag = format!("\"{:032x}\"", context.shared.next_request());
    let (checksum, taken_at) = (of("ChecksumSHA256"), of("Metadata.taken-at"));
    let body = context.call.body.clone();
    let kept = Kept { body, etag: etag.clone(), checksum, taken_at };
    objects.insert(named(context), kept);
    Ok(Content::Head(vec![("etag", etag)]))
}

fn get(context: &Context<'_>) -> Result<Content, Refusal> {
    bucket(context)?;
    let objects = held(context.shared.objects.lock());
    let object = objects.get(&named(context)).ok_or_else(no_such_key)?;
    let mut headers = vec![("etag", object.etag.clone())];
    let told =
        [("x-amz-checksum-sha256", &object.checksum), ("x-amz-meta-taken-at", &object.taken_at)];
    for (name, value) in told {
        headers.extend(value.clone().map(|value| (name, value)));
    }
    Ok(Content::Object(headers, object.body.clone()))
}

fn no_such_key() -> Refusal {
    missing("NoSuchKey", "The specified key does not exist.")
}

/// What is written about a bucket, or why it is not.
type Written = Result<(), Refusal>;

fn missing(code: &str, message: &str) -> Refusal {
    Refusal::with_status(404, code, message)
}

fn namespace(context: &Context<'_>) -> &'static str {
    context.call.family.namespace()
}

fn policy_status(context: &Context<'_>, one: &Bucket, xml: &mut Xml) -> Written {
    let public = one
        .public_policy
        .ok_or_else(|| missing("NoSuchBucketPolicy", "The bucket policy does not exist"))?;
    xml.root("PolicyStatus", namespace(context), |xml| xml.text("IsPublic", public));
    Ok(())
}

fn block(context: &Context<'_>, one: &Bucket, xml: &mut Xml) -> Written {
    let block = one.block.as_ref().ok_or_else(|| {
        let message = "The public access block configuration was not found";
        missing("NoSuchPublicAccessBlockConfiguration", message)
    })?;
    xml.root("PublicAccessBlockConfiguration", namespace(context), |xml| {
        xml.text("BlockPublicAcls", block.block_acls);
        xml.text("IgnorePublicAcls", block.ignore_acls);
        xml.text("BlockPublicPolicy", block.block_policy);
        xml.text("RestrictPublicBuckets", block.restrict);
    });
    Ok(())
}

#[allow(clippy::unnecessary_wraps, reason = "all that write about a bucket are called alike")]
fn versioning(context: &Context<'_>, one: &Bucket, xml: &mut Xml) -> Written {
    xml.root("VersioningConfiguration", namespace(context), |xml| {
        xml.maybe("Status", one.versioning.as_ref());
        xml.maybe("MfaDelete", one.mfa_delete.as_ref());
    });
    Ok(())
}

fn encryption(context: &Context<'_>, one: &Bucket, xml: &mut Xml) -> Written {
    let how = one.encryption.as_ref().ok_or_else(|| {
        let message = "The server side encryption configuration was not found";
        missing("ServerSideEncryptionConfigurationNotFoundError", message)
    })?;
    xml.root("ServerSideEncryptionConfiguration", namespace(context), |xml| {
        xml.node("Rule", |xml| {
            xml.node("ApplyServerSideEncryptionByDefault", |xml| {
                xml.text("SSEAlgorithm", &how.algorithm);
                xml.maybe("KMSMasterKeyID", how.key.as_ref());
            });
            xml.text("BucketKeyEnabled", how.bucket_key);
        });
    });
    Ok(())
}

fn objects(context: &Context<'_>, one: &Bucket, xml: &mut Xml) -> Written {
    let of = |name: &str| context.call.get(name);
    if of("delimiter").is_some() {
        return Err(Refusal::with_status(501, "NotImplemented", "The fake does not group keys"));
    }
    let (prefix, after) = (of("prefix").unwrap_or_default(), of("start-after").unwrap_or_default());
    let fits = |one: &&StoredObject| one.key.starts_with(prefix) && one.key.as_str() > after;
    let mut all: Vec<&StoredObject> = one.objects.iter().filter(fits).collect();
    all.sort_by(|one, other| one.key.cmp(&other.key));
    let page = context.page(all, OBJECTS)?;
    let url = of("encoding-type") == Some("url");
    let text = |text: &str| if url { encode(text) } else { text.to_owned() };
    xml.root("ListBucketResult", namespace(context), |xml| {
        xml.text("Name", &one.name);
        xml.text("Prefix", text(prefix));
        xml.maybe("StartAfter", of("start-after").map(text));
        xml.maybe("ContinuationToken", of("continuation-token"));
        xml.maybe("NextContinuationToken", page.next.as_ref());
        xml.text("KeyCount", page.items.len());
        xml.text("MaxKeys", of("max-keys").unwrap_or("1000"));
        xml.maybe("EncodingType", url.then_some("url"));
        xml.text("IsTruncated", page.next.is_some());
        for one in page.items {
            xml.node("Contents", |xml| {
                xml.text("Key", text(&one.key));
                xml.text("LastModified", epoch::iso(one.modified));
                xml.text("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
                xml.text("Size", one.size);
                xml.text("StorageClass", "STANDARD");
            });
        }
    });
    Ok(())
}

/// Text as it stands in a URL's path, with its slashes.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let one = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(one).collect()
}
