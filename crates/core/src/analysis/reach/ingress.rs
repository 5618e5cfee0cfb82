//! Who a load balancer's security groups let in on a port.

use std::collections::HashSet;

use ipnet::IpNet;

use super::bounds::Bounds;
use crate::analysis::index::Index;
use crate::analysis::security_groups;
use crate::inventory::{Listener, Permission, Protocol, SecurityGroup, Transport};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, Level, Sources};
use crate::vocab::partial::Partial;

/// Ranges that stand for a longer list of what is left of a wider one.
const PIECES: usize = 8;

/// The port that a connection is opened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// Any port.
    Any,
    /// One port, by these transports.
    One { transports: &'static [Transport], number: u16 },
}

/// One transport, and a port or any.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    pub(super) transport: Transport,
    pub(super) port: Option<u16>,
}

impl std::fmt::Display for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.transport.fmt(f)?;
        self.port.map_or(Ok(()), |port| write!(f, " {port}"))
    }
}

impl Port {
    /// The port of a listener.
    pub(crate) fn of_listener(listener: &Listener) -> Result<Port, Gap> {
        let gap = |reason, said: String| {
            Gap::new(Call::ElbV2DescribeListeners, reason).of(&listener.id).saying(said)
        };
        let protocol =
            listener.protocol.as_ref().filter(|own| **own != Protocol::Other(String::new()));
        let protocol = protocol
            .ok_or_else(|| gap(Reason::Malformed, "a listener without protocol".to_owned()))?;
        let transports = protocol
            .transports()
            .ok_or_else(|| gap(Reason::Unrecognised, format!("protocol {protocol}")))?;
        Ok(Port::One { transports, number: listener.number()? })
    }

    /// Each transport by itself.
    pub(super) fn flows(&self) -> impl Iterator<Item = Flow> {
        let (transports, port) = match self {
            Port::Any => (&Transport::BOTH[..], None),
            Port::One { transports, number } => (*transports, Some(*number)),
        };
        transports.iter().map(move |&transport| Flow { transport, port })
    }
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Port::Any => f.write_str("TCP or UDP"),
            Port::One { transports, number } => {
                let words: Vec<&str> = transports.iter().map(|one| one.word()).collect();
                write!(f, "{} {number}", words.join(" or ").to_uppercase())
            }
        }
    }
}

impl Flow {
    /// Whether a permission is about it.
    pub(super) fn admitted_by(self, permission: &Permission) -> Result<bool, Gap> {
        match self.port {
            Some(port) => permission.covers(self.transport, port),
            None => permission.is_about(self.transport),
        }
    }
}

/// Someone whom a permission lets in.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// A range of addresses.
    Range(IpNet),
    /// A prefix list.
    List(&'a str, &'a [IpNet]),
    /// The members of another group.
    Group(&'a str),
}

impl std::fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Range(range) => range.fmt(f),
            Source::List(name, _) | Source::Group(name) => f.write_str(name),
        }
    }
}

impl Source<'_> {
    fn ranges(&self) -> &[IpNet] {
        match self {
            Source::Range(range) => std::slice::from_ref(range),
            Source::List(_, ranges) => ranges,
            Source::Group(_) => &[],
        }
    }

    /// Whether some of it may have an address of these families.
    pub(super) fn may_be_of(&self, families: &[Family]) -> bool {
        let of = |range: &IpNet| families.iter().any(|family| family.has(range));
        matches!(self, Source::Group(_)) || self.ranges().iter().any(of)
    }

    /// Whether some of it is among these.
    pub(super) fn is_among(&self, who: &Sources) -> bool {
        let some = |range: &IpNet| !who.part(Family::of_range(range)).within(range).is_empty();
        match self {
            Source::Group(_) => who.has_members(),
            source => source.ranges().iter().any(some),
        }
    }
}

/// One source of one permission of a group.
#[derive(Clone, Copy)]
pub(super) struct Admission<'a> {
    pub(super) group: &'a str,
    pub(super) permission: &'a Permission,
    pub(super) source: Source<'a>,
}

impl Admission<'_> {
    /// `0.0.0.0/0 in sg-1`.
    fn words(&self) -> String {
        format!("{} in {}", self.source, self.group)
    }
}

/// What the security groups let through.
pub(super) struct SecurityGroupIngress<'a> {
    pub(super) groups: &'a [String],
    pub(super) admissions: Partial<Vec<Admission<'a>>>,
    admitted: Sources,
}

impl<'a> SecurityGroupIngress<'a> {
    pub(super) fn from_groups(index: &'a Index<'a>, groups: &'a [String], flow: Flow) -> Self {
        let mut ingress = SecurityGroupIngress {
            groups,
            admissions: Partial::default(),
            admitted: Sources::none(),
        };
        let mut seen = HashSet::new();
        for id in groups.iter().filter(|id| seen.insert(*id)) {
            match index.security_group(id) {
                Ok(group) => ingress.add(index, group, flow),
                Err(gap) => ingress.admissions.add_gap(gap),
            }
        }
        ingress.admitted = ingress.sum();
        ingress
    }

    fn add(&mut self, index: &'a Index<'a>, group: &'a SecurityGroup, flow: Flow) {
        let admissions = &mut self.admissions;
        let about = move |permission: &Permission| flow.admitted_by(permission);
        for permission in security_groups::admitting(index, group, about) {
            let Some(permission) = admissions.learn(permission) else { continue };
            let group = group.id.as_str();
            let from = |source| Admission { group, permission, source };
            let ranges = permission.ranges.iter().map(|range| from(Source::Range(*range)));
            admissions.found.extend(ranges);
            let others = permission.groups.iter().map(|other| from(Source::Group(other)));
            admissions.found.extend(others);
            admissions.extend(
                permission.prefix_lists.iter().map(|list| {
                    entries(index, list).map(|ranges| from(Source::List(list, ranges)))
                }),
            );
        }
    }

    /// Every range that is let in; none where that is no question of ranges: without security groups, or
    /// where another group is let in.
    pub(super) fn admitted(self) -> Result<Option<Vec<IpNet>>, Gap> {
        let is_group = |one: &Admission| matches!(one.source, Source::Group(_));
        if self.groups.is_empty() || self.admissions.found.iter().any(is_group) {
            return Ok(None);
        }
        let all = self.admissions.complete()?;
        Ok(Some(all.iter().flat_map(|one| one.source.ranges().to_vec()).collect()))
    }

    fn sum(&self) -> Sources {
        let all = self.admissions.found.iter();
        let known = Sources::from_ranges(all.flat_map(|admission| admission.source.ranges()));
        let is_group = |admission: &Admission| matches!(admission.source, Source::Group(_));
        if self.admissions.found.iter().any(is_group) {
            known.or(Sources::members())
        } else {
            known
        }
    }

    /// Whether there is no group at all.
    pub(super) fn is_missing(&self) -> bool {
        self.groups.is_empty()
    }

    /// Who is let in.
    pub(super) fn bounds(&self) -> Bounds {
        if self.is_missing() {
            return Bounds::open();
        }
        let known = Bounds::exactly(self.admitted.clone());
        match self.admissions.gap() {
            Some(gap) => known.or(Bounds::unknown(gap.clone())),
            None => known,
        }
    }

    /// Whether the members of one of these groups are let in.
    pub(super) fn admits_members_of(&self, groups: &[String]) -> bool {
        self.admissions.found.iter().any(|admission| match admission.source {
            Source::Group(id) => groups.iter().any(|group| group == id),
            _ => false,
        })
    }

    /// The sources by which these come in.
    pub(super) fn sources(&self, who: &Sources) -> Vec<String> {
        if self.is_missing() && who.level() == Level::Internet {
            return vec!["anyone: no security group".to_owned()];
        }
        if self.is_missing() {
            let parts = Family::BOTH.into_iter();
            return parts.flat_map(|family| left(&family.whole(), who)).collect();
        }
        if who.level() == Level::Internet {
            let open = |family: &Family| who.part(*family).is_internet();
            let families = Family::BOTH.into_iter().filter(open);
            return families.flat_map(|one| self.open(one)).map(Admission::words).collect();
        }
        let among = self.admissions.found.iter().filter(|admission| admission.source.is_among(who));
        among.flat_map(|admission| narrowed(admission, who)).collect()
    }

    /// What makes the security groups open to a family: a rule that names all of it, or else all rules.
    pub(super) fn open(&self, family: Family) -> Vec<&Admission<'a>> {
        let of = |admission: &&Admission| match admission.source {
            Source::Group(_) => true,
            source => source.ranges().iter().any(|range| family.has(range)),
        };
        let whole = |admission: &&Admission| match admission.source {
            Source::Range(range) => family.has(&range) && range.prefix_len() == 0,
            _ => false,
        };
        let whole: Vec<&Admission> = self.admissions.found.iter().filter(whole).collect();
        if whole.is_empty() {
            return self.admissions.found.iter().filter(of).collect();
        }
        whole
    }

    /// The same without the rules of one of the groups.
    pub(super) fn without(&self, group: &str) -> Self {
        let others = |all: &Vec<Admission<'a>>| {
            all.iter().filter(|admission| admission.group != group).copied().collect()
        };
        let mut left = SecurityGroupIngress {
            groups: self.groups,
            admissions: self.admissions.clone().map(|all| others(&all)),
            admitted: Sources::none(),
        };
        left.admitted = left.sum();
        left
    }
}

/// An admission as far as these go.
fn narrowed(admission: &Admission, who: &Sources) -> Vec<String> {
    let Source::Range(range) = admission.source else {
        return vec![admission.words()];
    };
    let left = left(&range, who);
    if left.len() == 1 && left[0] == range.to_string() {
        return vec![admission.words()];
    }
    left.into_iter().map(|piece| format!("{piece} of {}", admission.words())).collect()
}

/// What is left of a range when these alone get through.
fn left(range: &IpNet, who: &Sources) -> Vec<String> {
    let pieces = who.part(Family::of_range(range)).within(range);
    if pieces.len() > PIECES {
        return vec!["a part".to_owned()];
    }
    pieces.iter().map(IpNet::to_string).collect()
}

/// The ranges of a prefix list.
pub(crate) fn entries<'a>(index: &Index<'a>, list: &str) -> Result<&'a [IpNet], Gap> {
    index.region().prefix_list(list)
}
