//! Which logs of a load balancer are written, and where.

use std::collections::BTreeMap;

use crate::analysis::site::Site;
use crate::inventory::{BucketState, Kind, LoadBalancer, LogBucket, LogSource};
use crate::vocab::call::Call;
use crate::vocab::evidence::Evidence;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::partial::Partial;

/// A log that a load balancer may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Who asked for what.
    Access,
    /// Who connected, and how TLS went.
    Connection,
    /// How health checks went.
    HealthCheck,
}

impl Log {
    /// All that there are.
    const ALL: [Log; 3] = [Log::Access, Log::Connection, Log::HealthCheck];

    /// What the attributes of its kind begin with.
    fn attribute(self) -> &'static str {
        match self {
            Log::Access => "access_logs.s3",
            Log::Connection => "connection_logs.s3",
            Log::HealthCheck => "health_check_logs.s3",
        }
    }

    /// The type of a source by which CloudWatch Logs delivers it.
    fn source(self, kind: &Kind) -> Option<&'static str> {
        match (self, kind) {
            (Log::Access, Kind::Application) => Some("ALB_ACCESS_LOGS"),
            (Log::Access, Kind::Network) => Some("NLB_ACCESS_LOGS"),
            (Log::Connection, Kind::Application) => Some("ALB_CONNECTION_LOGS"),
            (Log::HealthCheck, Kind::Application) => Some("ALB_HEALTH_CHECK_LOGS"),
            _ => None,
        }
    }
}

/// Whether a log is written, and what shows it.
#[derive(Debug)]
pub enum Kept {
    /// By the attribute, or delivered by CloudWatch Logs.
    Somewhere(Evidence),
    /// A source without delivery writes nothing.
    Nowhere(Evidence),
}

/// Whether a log is written anywhere.
pub fn kept(site: Site, log: Log) -> Result<Kept, Gap> {
    let lb = site.lb;
    let key = format!("{}.enabled", log.attribute());
    if lb.switched_on(&key)? {
        return Ok(Kept::Somewhere(Evidence::new().with(&key, "true")));
    }
    let evidence = Evidence::new().with(&key, "false");
    let Some(kind) = log.source(&lb.kind) else { return Ok(Kept::Nowhere(evidence)) };
    let sources = site.index.log_sources(&lb.arn)?.iter();
    let own: Vec<&LogSource> = sources.filter(|own| own.log_type == kind).copied().collect();
    if own.is_empty() {
        return Ok(Kept::Nowhere(evidence));
    }
    let delivered = site.region.log_deliveries.get()?;
    if let Some(source) = own.iter().find(|source| delivered.contains(&source.name)) {
        return Ok(Kept::Somewhere(evidence.with("delivered_source", source.name.as_str())));
    }
    let names: Vec<&str> = own.iter().map(|source| source.name.as_str()).collect();
    Ok(Kept::Nowhere(evidence.with("sources_without_delivery", names)))
}

/// The buckets that the load balancer itself writes logs to, each with the attribute that says so.
pub fn buckets(lb: &LoadBalancer) -> Result<BTreeMap<String, String>, Gap> {
    let mut buckets = BTreeMap::new();
    for log in Log::ALL {
        if let Some(bucket) = bucket(lb, log)? {
            buckets.entry(bucket).or_insert_with(|| format!("{}.bucket", log.attribute()));
        }
    }
    Ok(buckets)
}

/// The bucket that the load balancer itself writes this log to.
pub fn bucket(lb: &LoadBalancer, log: Log) -> Result<Option<String>, Gap> {
    if !lb.switched_on(&format!("{}.enabled", log.attribute()))? {
        return Ok(None);
    }
    let key = format!("{}.bucket", log.attribute());
    match lb.attribute(&key, "")? {
        none if none.is_empty() => {
            let said = format!("logs are on and {key} is empty");
            Err(Gap { reason: Reason::Malformed, ..lb.unknown_attribute(&key, "") }.saying(said))
        }
        bucket => Ok(Some(bucket)),
    }
}

/// The attributes that lead the load balancer's logs to a bucket: `access_logs.s3.bucket` …
pub fn attributes(lb: &LoadBalancer, name: &str) -> Result<Vec<String>, Gap> {
    let mut attributes = Vec::new();
    for log in Log::ALL {
        if bucket(lb, log)?.as_deref() == Some(name) {
            attributes.push(format!("{}.bucket", log.attribute()));
        }
    }
    Ok(attributes)
}

/// What is known of a bucket.
pub fn facts<'a>(site: Site<'a>, bucket: &str) -> Result<&'a LogBucket, Gap> {
    let region = site.region;
    let gap =
        || Gap::new(Call::S3HeadBucket, Reason::NotCollected).in_region(&region.name).of(bucket);
    region.log_buckets.get(bucket).ok_or_else(gap)
}

/// What a check has to say of one bucket.
pub enum Answer {
    /// Nothing: the question makes no sense for it.
    Beside,
    /// It is right.
    Fine,
    /// It is wrong, and this is why.
    Wrong(String),
}

/// What came of a question about each bucket that a load balancer writes logs to.
pub struct Asked {
    /// The names of those that are right.
    pub fine: Vec<String>,
    /// The names of those that are wrong, each with the reason.
    pub wrong: Vec<(String, String)>,
}

impl Asked {
    /// Those that are wrong, as `name: reason`.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        self.wrong.iter().map(|(name, reason)| format!("{name}: {reason}")).collect()
    }

    /// The names of those that are wrong.
    #[must_use]
    pub fn wrong_names(&self) -> Vec<String> {
        self.wrong.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The name of the one that is wrong, where it is one.
    #[must_use]
    pub fn only_wrong(&self) -> Option<&str> {
        match &self.wrong[..] {
            [(name, _)] => Some(name),
            _ => None,
        }
    }
}

/// The account of the scan that a bucket belongs to, with what it says of the bucket; none where no account that
/// was read logs to a bucket of this name as its own.
#[must_use]
pub fn owner<'a>(site: Site<'a>, name: &str) -> Option<(&'a str, &'a LogBucket)> {
    let partition = &site.account.partition;
    let accounts = site.inventory.accounts.iter().filter(|one| one.partition == *partition);
    let mut all =
        accounts.flat_map(|account| account.regions.iter().map(move |one| (account, one)));
    all.find_map(|(account, region)| {
        let bucket = region.log_buckets.get(name)?;
        let is_own = matches!(bucket.state, Fact::Known(BucketState::Own { .. }));
        Some((account.known_id()?, bucket)).filter(|_| is_own)
    })
}

/// Asks about the buckets that the load balancer writes logs to; none when there is none to ask about. What
/// is known to be wrong is told though another bucket is unread.
pub fn ask_buckets(
    site: Site,
    ask: impl Fn(&str, &LogBucket) -> Result<Answer, Gap>,
) -> Result<Option<Asked>, Gap> {
    let mut asked = Partial::whole(Asked { fine: Vec::new(), wrong: Vec::new() });
    for name in buckets(site.lb)?.into_keys() {
        match facts(site, &name).and_then(|bucket| ask(&name, bucket)) {
            Ok(Answer::Beside) => {}
            Ok(Answer::Fine) => asked.found.fine.push(name),
            Ok(Answer::Wrong(reason)) => asked.found.wrong.push((name, reason)),
            Err(gap) => asked.add_gap(gap),
        }
    }
    if !asked.found.wrong.is_empty() {
        return Ok(Some(asked.found));
    }
    asked.complete().map(|asked| (!asked.fine.is_empty()).then_some(asked))
}
