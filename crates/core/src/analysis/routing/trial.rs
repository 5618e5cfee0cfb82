//! A request that a rule takes and none of the rules before it: looked for among those that read well, and
//! then among all.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

use super::condition;
use super::example;
use crate::analysis::requests::{
    Addresses, Answer, Asked, Budget, Cell, Field, Match, Request, Search, Set, Side, Tastes,
    Wanted, parameter,
};
use crate::inventory::{Condition, ConditionField, IpAddressType, LoadBalancer};
use crate::vocab::glob;

/// Paths to ask for where a rule does not care, first choice first.
const PATHS: &[&str] = &["/", "/index.html", "/any/path", "/z7"];
/// Hosts to ask for where neither the rule nor the load balancer's own name will do. Nobody can own one
/// of these (RFC 2606), and any client can send it.
const HOSTS: &[&str] = &["example.invalid", "example.test"];
/// Methods to ask with.
const METHODS: &[&str] = &["GET", "POST", "HEAD", "PUT", "DELETE"];
/// What stands for a `*`, first choice first.
const FILLERS: &[&str] = &["x", "", "any", "z7/z7"];
const HOST_FILLERS: &[&str] = &["www", "any", "z7"];
/// Addresses to ask from (RFC 5737, RFC 3849).
const SOURCES: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7)),
];
/// How many texts of one field are tried, and how many requests.
const TRIED: usize = 24;
const REQUESTS: usize = 128;
/// How often a request that is tried is held against an earlier rule.
const COMPARED: usize = 20_000;
/// What it may cost to find headers and parameters.
const BARE: usize = 50_000;

/// A rule and those before it.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    /// What the rule asks for.
    pub(crate) conditions: &'a [Condition],
    /// The same, as sets.
    pub(crate) asked: &'a [Asked],
    /// What the rules before it ask for.
    pub(crate) earlier: &'a [Rc<[Asked]>],
    /// Where it stands.
    pub(crate) lb: &'a LoadBalancer,
}

/// Every address that a load balancer can be asked from. One without public IPv4 addresses has private ones.
pub(crate) fn sources(lb: &LoadBalancer) -> Addresses {
    Addresses::all(true, has_v6(lb))
}

/// Whether a load balancer has IPv6 addresses.
pub(crate) fn has_v6(lb: &LoadBalancer) -> bool {
    lb.ip_address_type.as_ref().is_some_and(|kind| *kind != IpAddressType::Ipv4)
}

/// What to ask for, first choice first.
#[derive(Default)]
pub(crate) struct Choices {
    pub(crate) methods: Vec<Vec<u8>>,
    pub(crate) hosts: Vec<Vec<u8>>,
    pub(crate) paths: Vec<Vec<u8>>,
    pub(crate) parameters: Vec<Vec<u8>>,
    pub(crate) source: Option<IpAddr>,
}

impl Choices {
    pub(crate) fn tastes(&self) -> Tastes<'_> {
        Tastes {
            methods: &self.methods,
            hosts: &self.hosts,
            paths: &self.paths,
            parameters: &self.parameters,
            source: self.source.unwrap_or(SOURCES[0]),
        }
    }
}

impl Trial<'_> {
    /// A request that certainly reaches the rule; that there is none is certain too.
    pub(crate) fn request(&self, budget: &Budget) -> Answer<Request> {
        let choices = self.choices(&[], &[]);
        if let Some(request) = self.quick(&choices) {
            return Answer::Yes(request);
        }
        let meets = vec![Wanted { asked: self.asked, side: Side::Own }];
        let misses = self.earlier.iter().map(|asked| Wanted { asked, side: Side::Own }).collect();
        let search = Search { meets, misses, shared: &[], budget };
        search.find(&Cell::all(sources(self.lb)), |cell| {
            let request = Request::from_cell(cell, &choices.tastes(), budget)?;
            Ok(request.filter(|request| self.is_reached_by(request)))
        })
    }

    /// Whether the rule takes a request, and none before it.
    pub(crate) fn is_reached_by(&self, request: &Request) -> bool {
        request.meets(self.asked) == Match::Yes
            && self.earlier.iter().all(|rule| request.meets(rule) == Match::No)
    }

    /// One of the requests that read well.
    fn quick(&self, choices: &Choices) -> Option<Request> {
        self.one_of(choices, |_| true)
    }

    /// One of the requests with these texts that reaches the rule and will do.
    pub(crate) fn one_of(
        &self,
        choices: &Choices,
        will_do: impl Fn(&Request) -> bool,
    ) -> Option<Request> {
        let most = REQUESTS.min(COMPARED / (self.earlier.len() + 1)).max(2);
        let mut tried = 0;
        let fits = |field: Field, text: &[u8]| {
            let mut own = self.asked.iter().filter(|asked| asked.is_about(&field));
            own.all(|asked| asked.takes_text(text) == Match::Yes)
        };
        let some = |field: &Field, all: &[Vec<u8>]| -> Vec<Vec<u8>> {
            let own = all.iter().filter(|text| fits(field.clone(), text));
            own.take(TRIED).cloned().collect()
        };
        let methods = some(&Field::Method, &choices.methods);
        let (hosts, paths) =
            (some(&Field::Host, &choices.hosts), some(&Field::Path, &choices.paths));
        let mut request = self.bare(choices)?;
        for method in &methods {
            for host in &hosts {
                for path in &paths {
                    tried += 1;
                    if tried > most {
                        return None;
                    }
                    request.method.clone_from(method);
                    request.host.clone_from(host);
                    request.path.clone_from(path);
                    if will_do(&request) && self.is_reached_by(&request) {
                        return Some(request);
                    }
                }
            }
        }
        None
    }

    /// A request with the headers and parameters that the rule asks for, from where it asks.
    fn bare(&self, choices: &Choices) -> Option<Request> {
        let others = |asked: &&Asked| {
            !matches!(asked, Asked::Of { field: Field::Method | Field::Host | Field::Path, .. })
        };
        let asked: Vec<Asked> = self.asked.iter().filter(others).cloned().collect();
        if asked.is_empty() {
            return Some(Request {
                method: Vec::new(),
                host: Vec::new(),
                path: Vec::new(),
                query: Vec::new(),
                headers: Vec::new(),
                source: choices.source?,
                more: BTreeSet::new(),
            });
        }
        let budget = &Budget::of(BARE);
        let meets = vec![Wanted { asked: &asked, side: Side::Own }];
        let search = Search { meets, misses: Vec::new(), shared: &[], budget };
        let found = search.find(&Cell::all(sources(self.lb)), |cell| {
            Request::from_cell(cell, &choices.tastes(), budget)
        });
        match found {
            Answer::Yes(request) => Some(request),
            Answer::No | Answer::Open => None,
        }
    }

    /// What to ask for so that the rule takes it, and maybe another one's request too.
    pub(crate) fn choices(&self, other: &[Condition], fillers: &[String]) -> Choices {
        let own = self.lb.dns_name.as_deref().unwrap_or(&self.lb.name);
        let any_host: Vec<&str> = std::iter::once(own).chain(HOSTS.iter().copied()).collect();
        let fillers: Vec<&str> =
            fillers.iter().map(String::as_str).chain(FILLERS.iter().copied()).collect();
        let texts = |field: ConditionField, fillers: &[&str], otherwise: &[&str]| {
            texts(&field, self.conditions, other, (fillers, otherwise))
        };
        let bytes = |all: Vec<String>| all.into_iter().map(String::into_bytes).collect();
        let hosts = texts(ConditionField::HostHeader, HOST_FILLERS, &any_host);
        let mut paths = texts(ConditionField::PathPattern, &fillers, PATHS);
        for path in &mut paths {
            if !path.starts_with('/') {
                path.insert(0, '/');
            }
        }
        Choices {
            methods: bytes(texts(ConditionField::HttpRequestMethod, &["GET"], METHODS)),
            hosts: bytes(hosts.into_iter().map(|host| host.to_lowercase()).collect()),
            paths: bytes(paths),
            parameters: self.parameters(),
            source: self.source(),
        }
    }

    /// Parameters of the query that the rule's conditions name, with their wildcards filled in.
    fn parameters(&self) -> Vec<Vec<u8>> {
        let own = self.conditions.iter().filter(|one| one.field == ConditionField::QueryString);
        own.flat_map(|condition| &condition.values)
            .map(|value| {
                let (name, value) = value.split_once('=').unwrap_or(("x", value));
                let filled = |text: &str| text.to_lowercase().replace(['*', '?'], "x");
                parameter(&filled(name), &filled(value))
            })
            .collect()
    }

    /// An address that the rule asks for, and if it can be none of those before it.
    fn source(&self) -> Option<IpAddr> {
        let set = |asked: &Asked| match asked {
            Asked::Of { whole: Set::Addresses(set), .. } => Some(set.clone()),
            _ => None,
        };
        let all = sources(self.lb);
        let base = self.asked.iter().filter_map(set).fold(all, |base, own| base.and(&own));
        let earlier = self.earlier.iter().flat_map(|rule| rule.iter()).filter_map(set);
        let free = earlier.fold(base.clone(), |free, its| free.but(&its));
        let chosen = if free.is_empty() { base } else { free };
        let known = SOURCES.into_iter().find(|source| chosen.has(*source));
        known.or_else(|| Some(chosen.first_block()?.network()))
    }
}

/// Texts that a field may have: each value with its wildcards filled in, or any at all.
fn texts(
    field: &ConditionField,
    conditions: &[Condition],
    others: &[Condition],
    (fillers, otherwise): (&[&str], &[&str]),
) -> Vec<String> {
    let filled = |value: &String| -> Vec<String> {
        fillers.iter().map(|fill| value.replace('*', fill).replace('?', "x")).collect()
    };
    let short = |value: &&String| glob::is_short(value);
    let examples = |condition: &Condition| -> Vec<String> {
        let values = condition.values.iter().filter(short).flat_map(filled);
        let regexes = condition.regex_values.iter().filter_map(|regex| example::matching(regex));
        values.chain(regexes).collect()
    };
    let (own, other) = (condition::closed(conditions, field), condition::closed(others, field));
    let mut texts = Vec::new();
    if let (Some(own), Some(other)) = (own, other) {
        let fold = |value: &String| condition::folded(field, value);
        for value in own.values.iter().map(fold) {
            let wishes = other.values.iter().map(fold);
            texts.extend(wishes.filter_map(|wish| glob::common(&value, &wish)));
        }
    }
    texts.extend(own.map(examples).unwrap_or_default());
    if own.is_none_or(|own| own.values.is_empty()) {
        texts.extend(other.map(examples).unwrap_or_default());
        texts.extend(otherwise.iter().map(|text| (*text).to_owned()));
    }
    texts.retain(|text| glob::is_short(text));
    texts
}
