//! S3 buckets, which logs and trust stores are kept in.

use super::account::{Account, Global};
use super::certificate::EPOCH;

/// A bucket.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    /// Unique everywhere.
    pub name: String,
    /// The region that it is in.
    pub region: String,
    /// The owner's account number; the account that holds it in the fake when absent.
    pub owner: Option<String>,
    /// Whether callers of other accounts may look at it.
    pub open_to_others: bool,
    /// Whether its policy is public; absent when it has no policy.
    pub public_policy: Option<bool>,
    /// The text of its policy; made up when absent and there is one.
    pub policy_text: Option<String>,
    /// What is blocked; absent when nothing was ever configured.
    pub block: Option<PublicAccessBlock>,
    /// `Enabled` or `Suspended`; absent when it never was.
    pub versioning: Option<String>,
    /// `Enabled` or `Disabled`.
    pub mfa_delete: Option<String>,
    /// How it encrypts by default.
    pub encryption: Option<BucketEncryption>,
    /// What it holds, in any order.
    pub objects: Vec<StoredObject>,
}

/// What a bucket blocks of public access.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "S3 has these four switches")]
pub struct PublicAccessBlock {
    /// New public ACLs are refused.
    pub block_acls: bool,
    /// Public ACLs have no effect.
    pub ignore_acls: bool,
    /// New public policies are refused.
    pub block_policy: bool,
    /// A public policy lets only the account and AWS's services in.
    pub restrict: bool,
}

/// How a bucket encrypts by default.
#[derive(Clone, Debug, Default)]
pub struct BucketEncryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The ARN of a key.
    pub key: Option<String>,
    /// Whether one data key serves many objects.
    pub bucket_key: bool,
}

/// An object in a bucket.
#[derive(Clone, Debug, Default)]
pub struct StoredObject {
    /// Its key.
    pub key: String,
    /// When it was written, in seconds since 1970.
    pub modified: i64,
    /// How many bytes it has.
    pub size: u64,
}

impl PublicAccessBlock {
    /// Everything is blocked.
    pub fn all() -> Self {
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict: true }
    }
}

impl Bucket {
    /// An empty private bucket: all public access blocked, versioned, encrypted with S3's own keys,
    /// without a policy.
    pub fn new(name: &str, region: &str) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            block: Some(PublicAccessBlock::all()),
            versioning: Some("Enabled".to_owned()),
            encryption: Some(BucketEncryption {
                algorithm: "AES256".to_owned(),
                ..BucketEncryption::default()
            }),
            ..Self::default()
        }
    }

    /// Gives it to another account, which need not be in the fake.
    pub fn owner(mut self, account: &str) -> Self {
        self.owner = Some(account.to_owned());
        self
    }

    /// Lets callers of other accounts look at it.
    pub fn open_to_others(mut self) -> Self {
        self.open_to_others = true;
        self
    }

    /// Gives it a policy, public or not.
    pub fn policy(mut self, public: bool) -> Self {
        self.public_policy = Some(public);
        self
    }

    /// Sets what is blocked of public access; `None` when nothing was ever configured.
    pub fn block(mut self, block: Option<PublicAccessBlock>) -> Self {
        self.block = block;
        self
    }

    /// Sets the state of its versions: `Some("Suspended")`, or `None` when it never had any.
    pub fn versioning(mut self, state: Option<&str>) -> Self {
        self.versioning = state.map(str::to_owned);
        self
    }

    /// Encrypts with a key of KMS's, by ARN.
    pub fn kms(mut self, key: &str) -> Self {
        self.encryption = Some(BucketEncryption {
            algorithm: "aws:kms".to_owned(),
            key: Some(key.to_owned()),
            bucket_key: true,
        });
        self
    }

    /// Has no default encryption, as buckets from before 2023 may.
    pub fn unencrypted(mut self) -> Self {
        self.encryption = None;
        self
    }

    /// Adds an object, written at the beginning of everything.
    pub fn object(self, key: &str) -> Self {
        self.object_at(key, EPOCH)
    }

    /// Adds an object, written at a time in seconds since 1970.
    pub fn object_at(mut self, key: &str, modified: i64) -> Self {
        self.objects.push(StoredObject { key: key.to_owned(), modified, size: 1024 });
        self
    }
}

impl Global for Bucket {
    fn place(self, account: &mut Account) {
        account.buckets.push(self);
    }
}
