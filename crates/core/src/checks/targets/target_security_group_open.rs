//! Others than the load balancer may connect to its targets.

use crate::analysis::index::Index;
use crate::analysis::reach::{self, Origin, Source as Guest};
use crate::analysis::targets::{self, DirectPath};
use crate::checks::prelude::*;
use crate::checks::shared::target_doors::TargetDoors;
use crate::inventory::SecurityGroup;

/// How many targets an evidence names.
const NAMED: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "target-security-group-open",
    aliases: &["target-sg-open"],
    title: "targets let others in than the load balancer",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Classic],
    why: "Whoever gets into a connected network, or gives a target a public address one day, asks \
          it directly and goes around TLS, web ACL, authentication and logs of the load balancer.",
    logic: "Looks at the security groups of instances, and of addresses in the VPC, on the port that \
            the load balancer sends to. Fails when they admit addresses beyond the VPC's ranges; a \
            note when they admit addresses of the VPC, or security groups that no load balancer of \
            the region has. Passes when only load balancers' groups are let in. Does not look at \
            targets that a Network load balancer serves on the same port: its clients come with \
            their own addresses.",
    false_alarms: "Other members of the same cluster are often let in on purpose; that is a note.",
    fix: "admit only the load balancer's security group on the target port",
    remedy: Remedy::admit_instead(Source::Group("LOAD_BALANCER_GROUP_ID")).console(
        "EC2 > Security Groups > the targets' group > Edit inbound rules: make the source the load \
         balancer's security group.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-vpc-security-groups.html",
    ],
    needs: &[Call::Ec2DescribeNetworkInterfaces, Call::Ec2DescribeVpcs],
    examples: &[
        Example {
            title: "everyone",
            given: || admitting(&Kind::Application, &["0.0.0.0/0"], &[]),
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "the company's network",
            given: || admitting(&Kind::Classic, &["10.0.0.0/8"], &[]),
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "everyone, on a port that the load balancer does not send to",
            given: || {
                let mut inventory = admitting(&Kind::Application, &["0.0.0.0/0"], &[]);
                for group in groups(&mut inventory) {
                    for permission in &mut group.ingress {
                        if permission.from_port == Some(8443) {
                            (permission.from_port, permission.to_port) = (Some(22), Some(22));
                        }
                    }
                }
                inventory
            },
            finds: &[],
        },
        Example {
            title: "a prefix list with a partner's network",
            given: || {
                let mut inventory = admitting(&Kind::Application, &[], &[]);
                for group in groups(&mut inventory) {
                    for permission in &mut group.ingress {
                        if permission.from_port == Some(8443) {
                            permission.prefix_lists = vec!["pl-1".to_owned()];
                        }
                    }
                }
                let partner = "198.51.100.0/24".parse().into_iter().collect();
                let lists = &mut inventory.accounts[0].regions[0].prefix_lists;
                lists.insert("pl-1".to_owned(), Fact::Known(partner));
                inventory
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "the VPC itself and a neighbour's group",
            given: || {
                let mut inventory =
                    admitting(&Kind::Application, &["10.1.0.0/24"], &["sg-neighbour"]);
                if let Fact::Known(vpcs) = &mut inventory.accounts[0].regions[0].vpcs {
                    vpcs[0].ranges.extend("10.1.0.0/16".parse::<ipnet::IpNet>());
                }
                inventory
            },
            finds: &["note target-security-group-open web"],
        },
        Example {
            title: "the load balancer's group alone",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
        Example {
            title: "VPCs unread",
            given: || {
                let mut inventory = admitting(&Kind::Application, &["10.0.0.0/16"], &[]);
                let gap = sample::denied(Call::Ec2DescribeVpcs);
                inventory.accounts[0].regions[0].vpcs = Fact::Unread(gap);
                inventory
            },
            finds: &["unknown target-security-group-open web", "unknown default-vpc web"],
        },
        Example {
            title: "a Network load balancer's clients on the same port",
            given: || {
                let mut inventory = admitting(&Kind::Application, &["0.0.0.0/0"], &[]);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(groups) = &mut region.target_groups {
                    let mut network = sample::group("raw", &Kind::Network);
                    network.load_balancer_arns = vec![sample::arn(&Kind::Network, "raw")];
                    groups.push(network);
                }
                inventory
            },
            finds: &[],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// The clean account of this kind, its targets also letting in these ranges and groups on their port.
fn admitting(kind: &Kind, ranges: &[&str], others: &[&str]) -> Inventory {
    let mut inventory = sample::clean(kind);
    for group in groups(&mut inventory).iter_mut().filter(|group| group.id == "sg-targets") {
        group.ingress.push(Permission {
            protocol: "tcp".to_owned(),
            from_port: Some(8443),
            to_port: Some(8443),
            ranges: ranges.iter().filter_map(|range| range.parse().ok()).collect(),
            groups: others.iter().map(|other| (*other).to_owned()).collect(),
            ..Permission::default()
        });
    }
    inventory
}

fn groups(inventory: &mut Inventory) -> &mut [SecurityGroup] {
    match &mut inventory.accounts[0].regions[0].security_groups {
        Fact::Known(groups) => groups,
        Fact::Unread(_) => &mut [],
    }
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    let (mut beyond, mut within) = (Guests::default(), Guests::default());
    for door in verdict.absorb(targets::direct_paths(context.site, targets)?) {
        verdict.worsen(Verdict::Pass(Grounds::new().with("open", 0)));
        let guests = verdict.absorb(guests(context, &door));
        if guests.is_empty() {
            continue;
        }
        if verdict.learn(targets::is_served_by_network(context.index, &door)) == Some(false) {
            let (far, near) = guests.into_iter().partition(|(beyond, _)| *beyond);
            beyond.add(&door, far);
            within.add(&door, near);
        }
    }
    if let Some(evidence) = beyond.evidence(context.index) {
        return Ok(Verdict::Fail(evidence));
    }
    verdict.complete().map(|verdict| within.evidence(context.index).map_or(verdict, Verdict::Note))
}

/// Who else may come to which targets.
#[derive(Default)]
struct Guests {
    targets: Vec<String>,
    sources: Vec<String>,
    doors: TargetDoors,
}

impl Guests {
    fn add(&mut self, door: &DirectPath, guests: Vec<(bool, Guest)>) {
        if !guests.is_empty() {
            self.targets.push(door.label());
        }
        for (_, guest) in guests {
            self.doors.add(guest.group, guest.rule, &guest.named, door.number());
            self.sources.push(guest.words);
        }
    }

    fn evidence(mut self, index: &Index) -> Option<Grounds> {
        if self.targets.is_empty() {
            return None;
        }
        self.targets.dedup();
        self.sources.sort();
        self.sources.dedup();
        let count = self.targets.len();
        self.targets.truncate(NAMED);
        let evidence = Grounds::new().with("open", count).with("targets", self.targets);
        Some(self.doors.narrow(index, evidence.with("open_to", self.sources)))
    }
}

/// Who else may come to one target, each with whether it is from beyond the VPC.
fn guests<'a>(context: &Context<'a>, door: &DirectPath) -> Partial<Vec<(bool, Guest<'a>)>> {
    let sources = reach::sources(context.index, &door.interface.groups, &door.port);
    let everyone = reach::everyone(&sources.found);
    sources.filter_map(|source| {
        let beyond = if source.origin.is_among(&everyone) {
            Some(true)
        } else {
            is_beyond(context, door, &source.origin)?
        };
        Ok(beyond.map(|beyond| (beyond, source)))
    })
}

/// Whether a guest is from beyond the VPC; none for a load balancer, which is none.
fn is_beyond(context: &Context, door: &DirectPath, origin: &Origin) -> Result<Option<bool>, Gap> {
    match origin {
        Origin::Group(id) => Ok((!context.index.is_load_balancers(id)?).then_some(false)),
        Origin::Range(range) => {
            let vpc = context.index.vpc(door.interface.vpc_id.as_deref().unwrap_or_default())?;
            Ok(Some(!vpc.ranges.iter().any(|own| own.contains(range))))
        }
    }
}
