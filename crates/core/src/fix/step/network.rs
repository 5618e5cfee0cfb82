//! Security groups, those of load balancers, and web ACLs.

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::{Ground, Step, flat, run};
use crate::fix::shell::{aws, kept, line, query, raw, told, variable};
use crate::inventory::{Permission, Region};
use crate::mutation::{Admission, Choice, Missing, Way};

/// A rule lets somebody through, or no longer.
///
/// How many of those whom it is about are let through is compared: others come and go by rules of their own.
pub(super) fn door(
    (id, way): (&str, Way),
    (admits, opens): (&Admission, bool),
    number: usize,
) -> Step {
    let (list, word, direction) = match way {
        Way::Ingress => ("IpPermissions", "ingress", "in"),
        Way::Egress => ("IpPermissionsEgress", "egress", "out"),
    };
    let rule = &admits.permission;
    let sources = Sources::of(admits);
    let ports = match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if rule.protocol != "-1" => {
            format!(" && FromPort==`{from}` && ToPort==`{to}`")
        }
        _ => String::new(),
    };
    let own = format!("SecurityGroups[0].{list}[?IpProtocol=={}{ports}]", raw(&rule.protocol));
    let whole = sources.sent(rule);
    let set = |what: &str, to: &str| {
        let start = format!("ec2 {what}-security-group-{word}");
        aws(&start, &["--group-id", id, "--ip-permissions", to])
    };
    let file = format!("{number}-rules.json");
    let url = format!("file://{}", kept(&file));
    // Whatever came of the change: AWS refuses to take away what is not there, and to add what is.
    let (change, refusal, back) = if opens {
        (set("authorize", &whole), "InvalidPermission.NotFound", set("revoke", &whole))
    } else {
        (set("revoke", &whole), "InvalidPermission.Duplicate", set("authorize", &url))
    };
    let (change, back) = (run(&change), format!("tolerate {refusal} {}", line(&back)));
    let count = sources.count().to_string();
    let (before, after) = if opens { ("0".to_owned(), count) } else { (count, "0".to_owned()) };
    let verb = if opens { "lets" } else { "no longer lets" };
    let read = "ec2 describe-security-groups";
    let [v4, v6, lists, groups] = sources.named();
    let matching = format!(
        "{own}.[IpRanges[?{v4}], Ipv6Ranges[?{v6}], PrefixListIds[?{lists}], \
         UserIdGroupPairs[?{groups}]][][] | length(@)"
    );
    let keep = format!(
        "{own}.{{IpProtocol: IpProtocol{}, IpRanges: IpRanges[?{v4}], Ipv6Ranges: Ipv6Ranges[?{v6}], \
         PrefixListIds: PrefixListIds[?{lists}], UserIdGroupPairs: UserIdGroupPairs[?{groups}]}}",
        if rule.protocol == "-1" { "" } else { ", FromPort: FromPort, ToPort: ToPort" }
    );
    Step {
        title: format!(
            "security group {id} {verb} {direction} {} for {}",
            rule.label(),
            sources.words()
        ),
        now: query(read, &["--group-ids", id], &matching),
        before,
        after,
        keeps: vec![(file, query(read, &["--group-ids", id], &keep))],
        change: vec![change],
        back: vec![back],
        ..Step::default()
    }
}

/// Whom a rule is about, as texts.
struct Sources {
    v4: Vec<String>,
    v6: Vec<String>,
    lists: Vec<String>,
    groups: Vec<String>,
}

impl Sources {
    fn of(admits: &Admission) -> Self {
        let rule = &admits.permission;
        let mut own = Sources {
            v4: Vec::new(),
            v6: Vec::new(),
            lists: rule.prefix_lists.clone(),
            groups: rule.groups.clone(),
        };
        for range in &rule.ranges {
            match range {
                IpNet::V4(range) => own.v4.push(range.to_string()),
                IpNet::V6(range) => own.v6.push(range.to_string()),
            }
        }
        match &admits.chosen {
            Some(choice @ Choice::ClientsIpv6) => own.v6.push(variable(choice.name())),
            Some(choice) => own.v4.push(variable(choice.name())),
            None => {}
        }
        own
    }

    fn all(&self) -> [(&'static str, &'static str, &Vec<String>); 4] {
        [
            ("IpRanges", "CidrIp", &self.v4),
            ("Ipv6Ranges", "CidrIpv6", &self.v6),
            ("PrefixListIds", "PrefixListId", &self.lists),
            ("UserIdGroupPairs", "GroupId", &self.groups),
        ]
    }

    fn count(&self) -> usize {
        self.all().iter().map(|(.., all)| all.len()).sum()
    }

    fn words(&self) -> String {
        let all = self.all().into_iter().flat_map(|(.., all)| all);
        all.map(|one| told(one)).collect::<Vec<_>>().join(", ")
    }

    /// Conditions of `JMESPath` that each of the four lists is filtered by.
    fn named(&self) -> [String; 4] {
        self.all().map(|(_, key, all)| {
            if all.is_empty() {
                return "`false`".to_owned();
            }
            let each = all.iter().map(|one| format!("{key}=={}", raw(one)));
            each.collect::<Vec<_>>().join(" || ")
        })
    }

    /// The rule as `--ip-permissions` takes it.
    fn sent(&self, rule: &Permission) -> String {
        let mut own = json!({"IpProtocol": rule.protocol});
        if rule.protocol != "-1" {
            own["FromPort"] = json!(rule.from_port);
            own["ToPort"] = json!(rule.to_port);
        }
        for (name, key, all) in self.all() {
            if !all.is_empty() {
                let all: Vec<Json> = all.iter().map(|one| json!({key: one})).collect();
                own[name] = Json::Array(all);
            }
        }
        Json::Array(vec![own]).to_string()
    }
}

/// The security groups of a load balancer, and whether they hold for `PrivateLink`.
pub(super) fn groups(
    ground: &Ground,
    arn: &str,
    private_link: Option<&str>,
) -> Result<Step, Missing> {
    let own = |region: &Region| {
        let lb = region.load_balancers().find(|lb| lb.arn == arn);
        let lb = lb.ok_or_else(|| Missing(arn.to_owned()))?;
        Ok((lb.security_groups.clone(), lb.private_link_rules.clone()))
    };
    let (old, new) = (own(ground.before)?, own(ground.after)?);
    let seen = |(groups, rules): &(Vec<String>, Option<String>)| {
        let mut groups = groups.clone();
        groups.sort();
        let rules = private_link.map(|_| rules.clone());
        match rules {
            Some(rules) => flat(&json!([groups, rules])),
            None => flat(&json!([groups])),
        }
    };
    let rules = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic";
    let path = match private_link {
        Some(_) => format!("LoadBalancers[0].[sort(SecurityGroups || `[]`), {rules}]"),
        None => "LoadBalancers[0].[sort(SecurityGroups || `[]`)]".to_owned(),
    };
    let set = |(groups, rules): &(Vec<String>, Option<String>)| {
        let mut options = vec!["--load-balancer-arn", arn, "--security-groups"];
        options.extend(groups.iter().map(String::as_str));
        if let (Some(_), Some(rules)) = (private_link, rules) {
            options
                .extend(["--enforce-security-group-inbound-rules-on-private-link-traffic", rules]);
        }
        run(&aws("elbv2 set-security-groups", &options))
    };
    let now = query("elbv2 describe-load-balancers", &["--load-balancer-arns", arn], &path);
    let title = match private_link {
        Some(word) => format!("inbound rules on PrivateLink traffic: {word}"),
        None => format!("security groups {}", new.0.join(", ")),
    };
    Ok(Step {
        title,
        keeps: vec![(ground.file("groups"), now.clone())],
        now,
        before: seen(&old),
        after: seen(&new),
        change: vec![set(&new)],
        back: vec![set(&old)],
        ..Step::default()
    })
}

/// The web ACL of a load balancer.
pub(super) fn web_acl(ground: &Ground, arn: &str, acl: Option<&str>) -> Result<Step, Missing> {
    let lb = ground.before.load_balancers().find(|lb| lb.arn == arn);
    let old = lb.and_then(|lb| lb.web_acl.get().ok()).ok_or_else(|| Missing(arn.to_owned()))?;
    let set = |acl: Option<&str>| match acl {
        Some(acl) => {
            let options = ["--web-acl-arn", acl, "--resource-arn", arn];
            run(&aws("wafv2 associate-web-acl", &options))
        }
        None => run(&aws("wafv2 disassociate-web-acl", &["--resource-arn", arn])),
    };
    let read = "wafv2 get-web-acl-for-resource";
    let now = query(read, &["--resource-arn", arn], "WebACL.ARN");
    Ok(Step {
        title: "a web ACL filters what comes to it".to_owned(),
        keeps: vec![(ground.file("web-acl"), now.clone())],
        now,
        before: flat(&json!(old)),
        after: flat(&json!(acl)),
        change: vec![set(acl)],
        back: vec![set(old.as_deref())],
        ..Step::default()
    })
}
