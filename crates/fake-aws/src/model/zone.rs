//! Route 53: hosted zones and their records.

use super::account::{Account, Global};
use super::arn::id;

/// A hosted zone.
#[derive(Clone, Debug, Default)]
pub struct HostedZone {
    /// Its id, without what stands before it on the wire.
    pub id: String,
    /// Its name, with a dot at the end.
    pub name: String,
    /// Whether only VPCs see it.
    pub private: bool,
    /// Its records, in any order.
    pub records: Vec<Record>,
}

/// A set of records with the same name and type.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its name, with a dot at the end.
    pub name: String,
    /// `A`, `AAAA`, `CNAME` and so on.
    pub kind: String,
    /// What tells it from others with the same name and type.
    pub set: Option<String>,
    /// Its share among those.
    pub weight: Option<u8>,
    /// The host that it is an alias of.
    pub alias: Option<String>,
    /// Whether the health of that host counts.
    pub evaluates_health: bool,
    /// Its values, if it is no alias.
    pub values: Vec<String>,
}

impl HostedZone {
    /// The records that every zone has.
    pub(crate) fn own_records(&self) -> [Record; 2] {
        let record = |kind: &str, value: &str| Record {
            name: self.name.clone(),
            kind: kind.to_owned(),
            set: None,
            weight: None,
            alias: None,
            evaluates_health: false,
            values: vec![value.to_owned()],
        };
        [
            record("NS", "ns-1.awsdns-00.com."),
            record(
                "SOA",
                "ns-1.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400",
            ),
        ]
    }

    /// An empty public zone.
    pub fn new(name: &str) -> Self {
        let name = dotted(name);
        Self {
            id: format!("Z{}", id(&["zone", &name]).to_uppercase()),
            name,
            private: false,
            records: Vec::new(),
        }
    }

    /// Shows it to VPCs only.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Adds a record.
    pub fn record(mut self, record: Record) -> Self {
        self.records.push(record);
        self
    }
}

impl Record {
    /// A record with one value.
    pub fn new(name: &str, kind: &str, value: &str) -> Self {
        Self {
            name: dotted(name),
            kind: kind.to_owned(),
            values: vec![value.to_owned()],
            ..Self::default()
        }
    }

    /// An `A` record that is an alias of a host, such as a load balancer's DNS name.
    pub fn alias(name: &str, host: &str) -> Self {
        Self {
            name: dotted(name),
            kind: "A".to_owned(),
            alias: Some(dotted(host)),
            ..Self::default()
        }
    }

    /// Takes a share of the answers, told from the others by a name of its own.
    pub fn weighted(mut self, set: &str, weight: u8) -> Self {
        self.set = Some(set.to_owned());
        self.weight = Some(weight);
        self
    }
}

/// A name with the dot that Route 53 ends names with.
pub(crate) fn dotted(name: &str) -> String {
    if name.ends_with('.') { name.to_owned() } else { format!("{name}.") }
}

impl Global for HostedZone {
    fn place(self, account: &mut Account) {
        account.hosted_zones.push(self);
    }
}
