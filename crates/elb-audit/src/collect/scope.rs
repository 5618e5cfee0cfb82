//! Who is asking, and which regions there are to ask.

use std::collections::BTreeSet;

use aws_types::SdkConfig;
use aws_types::region::Region as Configured;
use elb_audit_core::inventory::Region;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use crate::aws::api::ApiClient;
use crate::aws::connection_error::ConnectionError;
use crate::aws::endpoint::{PARTITIONS, Partition, REGIONS_AS_OF};
use crate::aws::region::{RegionName, unknown_region};
use crate::aws::whole::{RetryIncomplete, WholeAnswer};
use crate::aws::{AccessError, query, session, strict};
use crate::collect::account::{AccountAccess, unlisted};
use crate::collect::services::ec2::{self, ListedRegion};
use crate::secrets;

/// Which regions the user wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// These alone; empty: all that the account has enabled.
    pub only: Vec<String>,
    /// Not these.
    pub except: Vec<String>,
}

/// What is known of an account before its regions are.
#[derive(Clone, Debug)]
pub(crate) struct CallerIdentity {
    /// Twelve digits; none when AWS would not tell.
    pub(crate) account: Option<String>,
    pub(crate) caller: Fact<String>,
    pub(crate) partition: &'static Partition,
    /// Where global questions are asked.
    pub(crate) home: RegionName,
}

impl CallerIdentity {
    /// A caller who goes into another account at once, and need not be known himself.
    pub(crate) fn elsewhere(config: &SdkConfig, partition: &'static Partition) -> Self {
        let own = |region: &Configured| RegionName::in_partition(region.as_ref(), partition);
        CallerIdentity {
            account: None,
            caller: Fact::not_collected(Call::StsGetCallerIdentity),
            partition,
            home: config.region().and_then(own).unwrap_or_else(|| RegionName::home(partition)),
        }
    }
}

/// The regions of an account.
#[derive(Debug)]
pub(crate) struct RegionScope {
    pub(crate) regions: BTreeSet<RegionName>,
    /// Regions that are skipped, and those that cannot be asked, with the reason.
    pub(crate) left_out: Vec<Region>,
    pub(crate) region_list: Fact<()>,
    pub(crate) notes: Vec<String>,
}

impl Default for RegionScope {
    fn default() -> Self {
        RegionScope {
            regions: BTreeSet::new(),
            left_out: Vec::new(),
            region_list: Fact::Known(()),
            notes: Vec::new(),
        }
    }
}

/// The answer to which regions there are; none when nobody needed to ask.
type Listed = Option<Fact<Vec<ListedRegion>>>;

/// Asks who is asking and, unless the regions are named, which there are: at the same time.
pub(crate) async fn find(
    config: &SdkConfig,
    api: &ApiClient,
    wanted: &Regions,
) -> Result<(CallerIdentity, RegionScope), AccessError> {
    let new = plausible(wanted)?;
    let listing = wanted.only.is_empty() || !new.is_empty();
    let (known, listed) = identify(config, api, wanted, listing).await?;
    let unlisted = listed.as_ref().and_then(|listed| listed.get().ok()).and_then(|listed| {
        let has = |name: &String| listed.iter().any(|region| region.name == *name);
        new.iter().find(|name| !has(name))
    });
    if let Some(name) = unlisted {
        return Err(AccessError::Usage(unknown_region(name)));
    }
    let scope = choose(known.partition, wanted, listed, &new);
    let is_unread = |region: &Region| region.skipped.is_none();
    if scope.regions.is_empty() && !scope.left_out.iter().any(is_unread) {
        return Err(AccessError::Usage("no region is left to scan".to_owned()));
    }
    Ok((known, scope))
}

/// Asks who is asking.
pub(crate) async fn caller(
    config: &SdkConfig,
    api: &ApiClient,
    wanted: &Regions,
) -> Result<CallerIdentity, AccessError> {
    plausible(wanted)?;
    identify(config, api, wanted, false).await.map(|(known, _)| known)
}

/// The regions of an account that one has got into. A region that is named and not there is left out: the
/// next account may have it.
pub(crate) async fn member_regions(access: &AccountAccess, wanted: &Regions) -> RegionScope {
    let new = plausible(wanted).unwrap_or_default();
    let listed = if wanted.only.is_empty() || !new.is_empty() {
        let home = &access.known.home;
        let api = ApiClient { region: home.clone(), ..access.api.clone() };
        Some(list(&api, &session::in_region(&access.config, home)).await)
    } else {
        None
    };
    choose(access.known.partition, wanted, listed, &new)
}

async fn identify(
    config: &SdkConfig,
    api: &ApiClient,
    wanted: &Regions,
    listing: bool,
) -> Result<(CallerIdentity, Listed), AccessError> {
    let homes = homes(config, wanted);
    let (mut refusals, mut no_way) = (Vec::new(), Vec::new());
    for home in &homes {
        let api = ApiClient { region: home.clone(), ..api.clone() };
        let regional = session::impatient(&session::in_region(config, home));
        let mut failure = None;
        let (caller, listed) = tokio::join!(identity(&api, &regional, &mut failure), async {
            if listing { Some(list(&api, &regional).await) } else { None }
        });
        if let Some(failure) = failure {
            if failure.concerns_every_host {
                return Err(failure.error);
            }
            // STS alone may be out of reach, behind a proxy that lets nobody to it.
            if listed.as_ref().is_none_or(|listed| listed.get().is_err()) {
                no_way.push(failure.error);
                continue;
            }
        }
        if let Some(refusal) = refusal(caller.gap(), listed.as_ref().and_then(Fact::gap)) {
            if refusal.reason == Reason::NoCredentials {
                return Err(no_credentials(&refusal));
            }
            refusals.push(format!("{home}: {refusal}"));
            continue;
        }
        let known = CallerIdentity {
            account: caller.get().ok().map(|caller| caller.0.clone()),
            caller: caller.map(|caller| caller.1),
            partition: home.partition(),
            home: home.clone(),
        };
        return Ok((known, listed));
    }
    if refusals.is_empty() && !no_way.is_empty() {
        return Err(no_way.swap_remove(0));
    }
    refusals.extend(no_way.iter().map(ToString::to_string));
    let tried = refusals.join("; ");
    Err(AccessError::Unreachable(format!(
        "AWS does not take these credentials, or cannot be reached (tried {tried}). Check `aws sts \
         get-caller-identity` with the same profile; for GovCloud, China and sovereign partitions \
         set AWS_REGION"
    )))
}

/// The regions that may answer global questions, in the order in which they are tried: the wanted or
/// configured one and its partition's own; without one, a region of each partition.
fn homes(config: &SdkConfig, wanted: &Regions) -> Vec<RegionName> {
    let mut wanted = wanted.only.iter().filter_map(|name| RegionName::parse(name));
    let configured = || config.region().and_then(|region| RegionName::parse(region.as_ref()));
    let Some(first) = wanted.find(RegionName::tells_partition).or_else(configured) else {
        return PARTITIONS.iter().map(RegionName::home).collect();
    };
    let partition = first.partition();
    let mut homes = vec![RegionName::home(partition)];
    if homes[0] != first {
        // A name that this version does not know may be a slip: asking there would be a long wait.
        let known = partition.regions.contains(&&*first);
        homes.insert(usize::from(!known), first);
    }
    homes
}

/// Why there is no way to any host, or none to the one that was asked.
struct NoWay {
    error: AccessError,
    concerns_every_host: bool,
}

/// Account id and ARN of the caller; and where there is no way to AWS, why.
async fn identity(
    api: &ApiClient,
    config: &SdkConfig,
    failure: &mut Option<NoWay>,
) -> Fact<(String, String)> {
    let call = Call::StsGetCallerIdentity;
    let builder = aws_sdk_sts::config::Builder::from(config)
        .retry_partition(api.retry_partition("sts"))
        .retry_classifier(RetryIncomplete)
        .interceptor(WholeAnswer::Xml)
        .interceptor(api.meter(call));
    let client = aws_sdk_sts::Client::from_conf(builder.build());
    let asked = async {
        let answer = client.get_caller_identity().send().await;
        let cause = answer.as_ref().err().and_then(|error| ConnectionError::of(error));
        *failure = cause.map(|cause| {
            let said = secrets::redact_line(&cause.to_string());
            let is_setting = matches!(cause, ConnectionError::Variable(_));
            let error = if is_setting { AccessError::Usage } else { AccessError::Unreachable };
            NoWay { error: error(said), concerns_every_host: cause.concerns_every_host() }
        });
        answer
    };
    let answer = api.call(call, None, asked).await;
    let answer = match answer {
        Fact::Known(answer) => answer,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    api.understood(call, None, Fact::Known(answer), |answer| {
        Ok((strict::account("Account", answer.account)?, strict::filled("Arn", answer.arn)?))
    })
}

async fn list(api: &ApiClient, config: &SdkConfig) -> Fact<Vec<ListedRegion>> {
    let call = Call::Ec2DescribeRegions;
    let client = query::Client::new(&query::EC2, config, api, call);
    ec2::regions(api, &client).await
}

/// The gap that says AWS is not to be had here with these credentials. A denial is not one: whoever is
/// denied is known.
fn refusal(caller: Option<&Gap>, listed: Option<&Gap>) -> Option<Gap> {
    let caller = caller?;
    match caller.reason {
        Reason::NoCredentials => Some(caller.clone()),
        // STS alone may be out of reach, in a VPC without its endpoint.
        Reason::Unavailable | Reason::Failed | Reason::TimedOut => {
            let denied = listed.is_some_and(|gap| gap.reason == Reason::AccessDenied);
            let other_answered = listed.is_none() && caller.reason != Reason::Unavailable;
            (!denied && !other_answered).then(|| caller.clone())
        }
        _ => None,
    }
}

fn no_credentials(gap: &Gap) -> AccessError {
    let said = gap.detail.as_deref().unwrap_or_default();
    let advice = if said.to_ascii_lowercase().contains("expired") {
        "the AWS credentials have expired: sign in again (`aws sso login`), or renew the session \
         token in the environment"
    } else if !said.starts_with("no credentials") {
        "the AWS credentials cannot be obtained: check the profile, or sign in again (`aws sso \
         login`)"
    } else {
        "no AWS credentials were found: set AWS_PROFILE or --profile, sign in with `aws sso login`, \
         or run where a role is attached"
    };
    AccessError::Unreachable(format!("{advice} ({said})"))
}

/// Refuses names that no region can have; the ones that this version does not know yet are returned,
/// to be looked up in AWS's own list.
fn plausible(wanted: &Regions) -> Result<Vec<String>, AccessError> {
    let mut new = Vec::new();
    for name in wanted.only.iter().chain(&wanted.except) {
        let Some(region) = RegionName::parse(name) else {
            return Err(AccessError::Usage(unknown_region(name)));
        };
        if !region.partition().regions.contains(&name.as_str()) {
            new.push(name.clone());
        }
    }
    let own = wanted.only.iter().filter_map(|name| RegionName::parse(name));
    let own = own.filter(RegionName::tells_partition);
    let partitions: BTreeSet<&str> = own.map(|region| region.partition().name).collect();
    if partitions.len() > 1 {
        let names: Vec<&str> = partitions.into_iter().collect();
        return Err(AccessError::Usage(format!(
            "regions of different partitions ({}) need different credentials: scan them one \
             partition at a time",
            names.join(", ")
        )));
    }
    Ok(new)
}

/// The regions to read, those left out, and what had to be assumed.
fn choose(
    partition: &'static Partition,
    wanted: &Regions,
    listed: Listed,
    new: &[String],
) -> RegionScope {
    let mut scope = RegionScope::default();
    let known = listed.as_ref().and_then(|listed| listed.get().ok());
    for name in &wanted.only {
        let is_listed = |listed: &&Vec<ListedRegion>| listed.iter().any(|one| one.name == *name);
        if new.contains(name) && known.is_some_and(|listed| !is_listed(&listed)) {
            scope.left_out.push(skipped(name, "unknown to this account"));
        } else {
            scope.add(name, partition);
        }
    }
    if wanted.only.is_empty() {
        scope.add_all(known, partition);
    }
    if let Some(Fact::Unread(gap)) = listed {
        scope.region_list = Fact::Unread(gap);
    }
    for name in &wanted.except {
        scope.exclude(name);
    }
    scope
}

impl RegionScope {
    /// Takes on every region of the account, or where nobody knows them those of the tables.
    fn add_all(&mut self, listed: Option<&Vec<ListedRegion>>, partition: &'static Partition) {
        let Some(listed) = listed else {
            for name in partition.regions {
                self.add(name, partition);
            }
            self.notes.push(format!(
                "the account's regions could not be listed; the {} regions of partition {} known in \
                 {REGIONS_AS_OF} were tried instead",
                partition.regions.len(),
                partition.name,
            ));
            return;
        };
        // Stand-ins for AWS list those of other partitions, which are no account's of this one.
        for region in listed.iter().filter(|one| !is_elsewhere(&one.name, partition)) {
            if region.opt_in.as_deref() == Some("not-opted-in") {
                self.left_out.push(skipped(&region.name, "not enabled for this account"));
            } else {
                self.add(&region.name, partition);
            }
        }
    }

    /// Takes a region on. One that cannot be asked is unread, and the report says why.
    fn add(&mut self, name: &str, partition: &'static Partition) {
        if self.left_out.iter().any(|region| region.name == name) {
            return;
        }
        if is_elsewhere(name, partition) {
            self.left_out.push(skipped(name, "in another partition"));
            return;
        }
        let (reason, said) = match RegionName::in_partition(name, partition) {
            None => (Reason::Malformed, "no region can have this name"),
            // The SDK would ask at hosts of the largest partition.
            Some(region) if !region.tells_partition() && partition.name != PARTITIONS[0].name => {
                (Reason::Unavailable, "the region is newer than this version of elb-audit")
            }
            Some(region) => {
                self.regions.insert(region);
                return;
            }
        };
        self.left_out.push(unlisted(name, reason, said));
    }

    fn exclude(&mut self, name: &str) {
        let (regions, left_out) = (self.regions.len(), self.left_out.len());
        self.regions.retain(|region| **region != *name);
        self.left_out.retain(|region| region.name != name || region.skipped.is_some());
        if (regions, left_out) != (self.regions.len(), self.left_out.len()) {
            self.left_out.push(skipped(name, "excluded by --exclude-region"));
        }
    }
}

/// Whether a region's name tells that it is in another partition.
fn is_elsewhere(name: &str, partition: &Partition) -> bool {
    RegionName::parse(name).is_some_and(|region| !region.can_be_in(partition))
}

fn skipped(name: &str, reason: &str) -> Region {
    let mut region = Region::new(name);
    region.skipped = Some(reason.to_owned());
    region
}
