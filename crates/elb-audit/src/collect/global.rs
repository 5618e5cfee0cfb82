//! What an account has in no region: protection against floods, and ways in from the edge and from DNS.

use std::collections::BTreeSet;

use aws_types::SdkConfig;
use elb_audit_core::analysis::cloudfront::follows_dns;
use elb_audit_core::inventory::{Accelerator, Account, Distribution, DnsRecord, Shield, VpcOrigin};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use crate::aws::api::ApiClient;
use crate::aws::endpoint::{self, Partition, REGIONS_AS_OF};
use crate::aws::query::{self, Client, Service};
use crate::aws::region::RegionName;
use crate::collect::region::AccountPlan;
use crate::collect::services::{cloudfront, globalaccelerator, route53, shield};

/// Asks services that answer for all regions at once.
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a AccountPlan,
    pub(crate) partition: &'static Partition,
    pub(crate) api: &'a ApiClient,
    pub(crate) config: &'a SdkConfig,
}

/// What they answered.
#[derive(Debug)]
pub(crate) struct Global {
    shield: Fact<Shield>,
    distributions: Fact<Vec<Distribution>>,
    vpc_origins: Fact<Vec<VpcOrigin>>,
    accelerators: Fact<Vec<Accelerator>>,
    dns_records: Fact<Vec<DnsRecord>>,
    /// Services that were wanted and are not there.
    absent: BTreeSet<&'static str>,
}

impl Global {
    /// Puts what was read where the inventory has it.
    pub(crate) fn into_account(self, account: &mut Account) {
        if !self.absent.is_empty() {
            let names: Vec<&str> = self.absent.into_iter().collect();
            account.notes.push(format!(
                "partition {} does not have {} (as of {REGIONS_AS_OF}): nothing of it was asked",
                account.partition,
                names.join(", ")
            ));
        }
        account.shield = self.shield;
        account.distributions = self.distributions;
        account.vpc_origins = self.vpc_origins;
        account.accelerators = self.accelerators;
        account.dns_records = self.dns_records;
    }
}

impl Reader<'_> {
    /// Reads what is wanted, side by side. A service that the partition does not have holds nothing.
    pub(crate) async fn read(&self) -> Global {
        let none = Shield { subscribed: false, protected: Vec::new() };
        let (shield, (distributions, dns_records), vpc_origins, accelerators) = tokio::join!(
            self.answer(Call::ShieldDescribeSubscription, &query::SHIELD, none, async |one| {
                shield::shield(&one.0, &one.1, self.plan.account.as_deref()).await
            }),
            self.distributions_and_records(),
            self.list(Call::CloudFrontListVpcOrigins, &query::CLOUDFRONT, async |one| {
                cloudfront::vpc_origins(&one.0, &one.1).await
            }),
            self.list(
                Call::GlobalAcceleratorListAccelerators,
                &query::GLOBAL_ACCELERATOR,
                async |one| globalaccelerator::accelerators(&one.0, &one.1).await
            ),
        );
        let all = [
            (Call::ShieldDescribeSubscription, &query::SHIELD),
            (Call::CloudFrontListDistributions, &query::CLOUDFRONT),
            (Call::CloudFrontListVpcOrigins, &query::CLOUDFRONT),
            (Call::GlobalAcceleratorListAccelerators, &query::GLOBAL_ACCELERATOR),
            (Call::Route53ListHostedZones, &query::ROUTE_53),
        ];
        let absent = all.into_iter().filter(|(call, service)| {
            self.plan.wants(*call) && endpoint::home(service.name, self.partition).is_none()
        });
        let absent = absent.map(|(_, service)| service.id).collect();
        Global { shield, distributions, vpc_origins, accelerators, dns_records, absent }
    }

    /// Distributions, and the records that an origin may lead by. Where nobody asks about records
    /// themselves, they are read only if an origin has a name that they may explain.
    async fn distributions_and_records(&self) -> (Fact<Vec<Distribution>>, Fact<Vec<DnsRecord>>) {
        let distributions =
            self.list(Call::CloudFrontListDistributions, &query::CLOUDFRONT, async |one| {
                cloudfront::distributions(&one.0, &one.1).await
            });
        let call = Call::Route53ListHostedZones;
        let records =
            self.list(call, &query::ROUTE_53, async |one| route53::records(&one.0, &one.1).await);
        if self.plan.collection.records {
            return tokio::join!(distributions, records);
        }
        let distributions = distributions.await;
        if distributions.get().is_ok_and(|all| follows_dns(all)) {
            return (distributions, records.await);
        }
        (distributions, Fact::not_collected(call))
    }

    /// A list that a service answers.
    async fn list<T>(
        &self,
        call: Call,
        service: &Service,
        read: impl AsyncFnOnce((ApiClient, Client)) -> Fact<Vec<T>>,
    ) -> Fact<Vec<T>> {
        self.answer(call, service, Vec::new(), read).await
    }

    /// What a service answers; `none` where the partition does not have it.
    async fn answer<T>(
        &self,
        call: Call,
        service: &Service,
        none: T,
        read: impl AsyncFnOnce((ApiClient, Client)) -> Fact<T>,
    ) -> Fact<T> {
        if !self.plan.wants(call) {
            return Fact::not_collected(call);
        }
        let Some(home) = endpoint::home(service.name, self.partition) else {
            return Fact::Known(none);
        };
        let api =
            ApiClient { region: RegionName::of_table(home, self.partition), ..self.api.clone() };
        let client = Client::new(service, self.config, &api, call);
        read((api, client)).await
    }
}
