//! Who is asking, and which regions there are to ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_types::SdkConfig;
use elb_audit_core::inventory::Region;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use crate::aws::api::ApiClient;
use crate::aws::endpoint::{self, PARTITIONS, Partition, REGIONS_AS_OF};
use crate::aws::whole::{RetryIncomplete, WholeAnswer};
use crate::aws::{AccessError, query, session, strict};
use crate::collect::account::AccountAccess;
use crate::collect::services::ec2::{self, ListedRegion};

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
    pub(crate) home: String,
}

impl CallerIdentity {
    /// A caller who goes into another account at once, and need not be known himself.
    pub(crate) fn elsewhere(config: &SdkConfig, partition: &'static Partition) -> Self {
        let configured = config.region().map(ToString::to_string);
        let own = |region: &String| {
            endpoint::partition_of(region).is_some_and(|known| known.name == partition.name)
        };
        CallerIdentity {
            account: None,
            caller: Fact::not_collected(Call::StsGetCallerIdentity),
            partition,
            home: configured.filter(own).unwrap_or_else(|| partition.home.to_owned()),
        }
    }
}

/// The regions of an account.
#[derive(Debug)]
pub(crate) struct RegionScope {
    pub(crate) regions: Vec<String>,
    /// Regions that are left out, with the reason.
    pub(crate) skipped: Vec<Region>,
    pub(crate) region_list: Fact<()>,
    pub(crate) notes: Vec<String>,
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
    if scope.regions.is_empty() {
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
        let home = &*access.known.home;
        let api = ApiClient { region: Arc::from(home), ..access.api.clone() };
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
    let mut refusals = Vec::new();
    for home in &homes {
        let api = ApiClient { region: Arc::from(home.as_str()), ..api.clone() };
        let regional = session::impatient(&session::in_region(config, home));
        let (caller, listed) = tokio::join!(identity(&api, &regional), async {
            if listing { Some(list(&api, &regional).await) } else { None }
        });
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
            partition: endpoint::partition_of(home).unwrap_or(&PARTITIONS[0]),
            home: home.clone(),
        };
        return Ok((known, listed));
    }
    let tried = refusals.join("; ");
    Err(AccessError::Unreachable(format!(
        "AWS does not take these credentials, or cannot be reached (tried {tried}). Check `aws sts \
         get-caller-identity` with the same profile; for GovCloud, China and sovereign partitions \
         set AWS_REGION"
    )))
}

/// The regions that may answer global questions, in the order in which they are tried: the configured
/// one and its partition's own; without one, a region of each partition.
fn homes(config: &SdkConfig, wanted: &Regions) -> Vec<String> {
    let configured = config.region().map(ToString::to_string);
    let first = wanted.only.first().cloned().or(configured);
    let Some(first) = first else {
        return PARTITIONS.iter().map(|partition| partition.home.to_owned()).collect();
    };
    let Some(partition) = endpoint::partition_of(&first) else { return vec![first] };
    let mut homes = vec![partition.home.to_owned()];
    if partition.home != first {
        // A name that this version does not know may be a slip: asking there would be a long wait.
        let known = partition.regions.contains(&first.as_str());
        homes.insert(usize::from(!known), first);
    }
    homes
}

/// Account id and ARN of the caller.
async fn identity(api: &ApiClient, config: &SdkConfig) -> Fact<(String, String)> {
    let call = Call::StsGetCallerIdentity;
    let builder = aws_sdk_sts::config::Builder::from(config)
        .retry_partition(api.retry_partition("sts"))
        .retry_classifier(RetryIncomplete)
        .interceptor(WholeAnswer::Xml)
        .interceptor(api.meter(call));
    let client = aws_sdk_sts::Client::from_conf(builder.build());
    let answer = api.call(call, None, client.get_caller_identity().send()).await;
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
    let mut partitions = BTreeSet::new();
    for name in wanted.only.iter().chain(&wanted.except) {
        let Some(partition) = endpoint::partition_of(name) else {
            return Err(AccessError::Usage(unknown_region(name)));
        };
        if !partition.regions.contains(&name.as_str()) {
            new.push(name.clone());
        }
    }
    for name in &wanted.only {
        partitions.extend(endpoint::partition_of(name).map(|partition| partition.name));
    }
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

fn unknown_region(name: &str) -> String {
    let all = PARTITIONS.iter().flat_map(|partition| partition.regions);
    let closest = all
        .map(|region| (strsim::jaro_winkler(name, region), region))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score > 0.8);
    match closest {
        Some((_, region)) => format!("unknown region `{name}`: did you mean `{region}`?"),
        None => format!("unknown region `{name}`: a region is named like `eu-west-1`"),
    }
}

/// The regions to read, those left out, and what had to be assumed.
fn choose(partition: &Partition, wanted: &Regions, listed: Listed, new: &[String]) -> RegionScope {
    let mut enabled: Vec<String> = wanted.only.clone();
    let mut scope = RegionScope {
        regions: Vec::new(),
        skipped: Vec::new(),
        region_list: Fact::Known(()),
        notes: Vec::new(),
    };
    match listed {
        Some(Fact::Known(listed)) => {
            let own: Vec<&ListedRegion> = listed
                .iter()
                .filter(|region| {
                    endpoint::partition_of(&region.name)
                        .is_some_and(|known| known.name == partition.name)
                })
                .collect();
            for name in new.iter().filter(|name| own.iter().all(|own| own.name != **name)) {
                if enabled.contains(name) {
                    scope.skipped.push(skipped(name, "unknown to this account"));
                }
                enabled.retain(|region| region != name);
            }
            if wanted.only.is_empty() {
                for region in own {
                    if region.opt_in.as_deref() == Some("not-opted-in") {
                        scope.skipped.push(skipped(&region.name, "not enabled for this account"));
                    } else {
                        enabled.push(region.name.clone());
                    }
                }
            }
        }
        Some(Fact::Unread(gap)) => {
            if wanted.only.is_empty() {
                enabled = partition.regions.iter().map(|name| (*name).to_owned()).collect();
                scope.notes.push(format!(
                    "the account's regions could not be listed; the {} regions of partition {} \
                     known in {REGIONS_AS_OF} were tried instead",
                    enabled.len(),
                    partition.name,
                ));
            }
            scope.region_list = Fact::Unread(gap);
        }
        None => {}
    }
    for name in &wanted.except {
        if let Some(place) = enabled.iter().position(|region| region == name) {
            enabled.remove(place);
            scope.skipped.push(skipped(name, "excluded by --exclude-region"));
        }
    }
    let enabled: BTreeSet<String> = enabled.into_iter().collect();
    scope.regions = enabled.into_iter().collect();
    scope
}

fn skipped(name: &str, reason: &str) -> Region {
    let mut region = Region::new(name);
    region.skipped = Some(reason.to_owned());
    region
}
