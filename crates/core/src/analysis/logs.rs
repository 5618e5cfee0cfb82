//! Which logs of a load balancer are written, and where.

use std::collections::BTreeMap;

use crate::analysis::site::Site;
use crate::inventory::{Kind, LoadBalancer, LogBucket, LogSource};
use crate::vocab::call::Call;
use crate::vocab::evidence::Evidence;
use crate::vocab::fact::{Gap, Reason};
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

/// What shows that a log is written nowhere; none when it is written: by the attribute, or delivered by
/// CloudWatch Logs. A source without delivery writes nothing.
pub fn absence(site: Site, log: Log) -> Result<Option<Evidence>, Gap> {
    let lb = site.lb;
    let key = format!("{}.enabled", log.attribute());
    if lb.switched_on(&key)? {
        return Ok(None);
    }
    let evidence = Evidence::new().with(&key, "false");
    let Some(kind) = log.source(&lb.kind) else { return Ok(Some(evidence)) };
    let sources = site.index.log_sources(&lb.arn)?.iter();
    let own: Vec<&LogSource> = sources.filter(|own| own.log_type == kind).copied().collect();
    if own.is_empty() {
        return Ok(Some(evidence));
    }
    let delivered = site.region.log_deliveries.get()?;
    if own.iter().any(|source| delivered.contains(&source.name)) {
        return Ok(None);
    }
    let names: Vec<&str> = own.iter().map(|source| source.name.as_str()).collect();
    Ok(Some(evidence.with("sources_without_delivery", names)))
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

/// What is wrong with the buckets that the load balancer writes logs to, as `name: what`; none when there
/// is none to ask about. What is known to be wrong is told though another bucket is unread.
pub fn wrong_buckets(
    site: Site,
    ask: impl Fn(&str, &LogBucket) -> Result<Answer, Gap>,
) -> Result<Option<Vec<String>>, Gap> {
    let (mut wrong, mut asked) = (Partial::whole(Vec::new()), false);
    for name in buckets(site.lb)?.keys() {
        match facts(site, name).and_then(|bucket| ask(name, bucket)) {
            Ok(Answer::Beside) => {}
            Ok(Answer::Fine) => asked = true,
            Ok(Answer::Wrong(what)) => wrong.found.push(format!("{name}: {what}")),
            Err(gap) => wrong.add_gap(gap),
        }
    }
    if wrong.found.is_empty() {
        return wrong.otherwise(asked.then(Vec::new));
    }
    Ok(Some(wrong.found))
}
