//! What an account has in no region: protection against floods, and ways in from the edge and from DNS.

use aws_types::SdkConfig;
use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Gap, Reason};
use elb_audit_core::inventory::{Accelerator, Account, Distribution, DnsRecord, Shield, VpcOrigin};

use super::ask::Asker;
use super::endpoint::{self, Partition};
use super::query::{self, Client, Service};
use super::region::Plan;
use super::{cloudfront, globalaccelerator, route53, shield};

/// Asks services that answer for all regions at once.
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) partition: &'static Partition,
    pub(crate) asker: &'a Asker,
    pub(crate) config: &'a SdkConfig,
}

/// What they answered.
pub(crate) struct Global {
    shield: Fact<Shield>,
    distributions: Fact<Vec<Distribution>>,
    vpc_origins: Fact<Vec<VpcOrigin>>,
    accelerators: Fact<Vec<Accelerator>>,
    dns_records: Fact<Vec<DnsRecord>>,
}

impl Global {
    /// Puts what was read where the inventory has it.
    pub(crate) fn into_account(self, account: &mut Account) {
        account.shield = self.shield;
        account.distributions = self.distributions;
        account.vpc_origins = self.vpc_origins;
        account.accelerators = self.accelerators;
        account.dns_records = self.dns_records;
    }
}

impl Reader<'_> {
    /// Reads what is wanted, side by side.
    pub(crate) async fn read(&self) -> Global {
        let (shield, distributions, vpc_origins, accelerators, dns_records) = tokio::join!(
            self.of(Call::ShieldDescribeSubscription, &query::SHIELD, async |asker, client| {
                shield::shield(&asker, &client).await
            }),
            self.of(
                Call::CloudFrontListDistributions,
                &query::CLOUDFRONT,
                async |asker, client| { cloudfront::distributions(&asker, &client).await }
            ),
            self.of(Call::CloudFrontListVpcOrigins, &query::CLOUDFRONT, async |asker, client| {
                cloudfront::vpc_origins(&asker, &client).await
            }),
            self.of(
                Call::GlobalAcceleratorListAccelerators,
                &query::GLOBAL_ACCELERATOR,
                async |asker, client| globalaccelerator::accelerators(&asker, &client).await
            ),
            self.of(Call::Route53ListHostedZones, &query::ROUTE_53, async |asker, client| {
                route53::records(&asker, &client).await
            }),
        );
        Global { shield, distributions, vpc_origins, accelerators, dns_records }
    }

    /// What a service answers, where the partition has it.
    async fn of<T>(
        &self,
        call: Call,
        service: &Service,
        ask: impl AsyncFnOnce(Asker, Client) -> Fact<T>,
    ) -> Fact<T> {
        if !self.plan.wants(call) {
            return Fact::not_collected(call);
        }
        let Some(home) = endpoint::home(service.name, self.partition) else {
            let said = format!("partition {} does not have it", self.partition.name);
            return Fact::Unread(Gap::new(call, Reason::Unavailable).saying(said));
        };
        let asker = Asker { region: home.into(), ..self.asker.clone() };
        let client = Client::new(service, self.config, &asker, call);
        ask(asker, client).await
    }
}
