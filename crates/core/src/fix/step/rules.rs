//! Rules: what they do, what they ask of a request, and their order.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::actions::{self, AGAIN, New, SEEN};
use super::listeners::{SENT_FIRST, listener};
use super::{Ground, Step, flat, run, write};
use crate::fix::shell::{aws, kept, query, quoted, raw, variable};
use crate::inventory::{Action, ActionKind, ConditionField, Listener, Rule};
use crate::mutation::{Edit, ListenerId, Missing, RuleSetting};

const READ: &str = "elbv2 describe-rules";
const CHANGE: &str = "elbv2 modify-rule";

/// A list of actions: where it is read and where it is written.
pub(super) struct Place<'a> {
    pub(super) title: String,
    /// Operation, option, ARN.
    pub(super) read: (&'a str, &'a str, &'a str),
    /// The list in the answer.
    pub(super) list: &'a str,
    /// Operation, option of the ARN, option of the actions.
    pub(super) change: (&'a str, &'a str, &'a str),
}

fn rule<'a>(own: &'a Listener, arn: &str) -> Result<&'a Rule, Missing> {
    let missing = || Missing(arn.to_owned());
    let rules = own.rules.get().map_err(|_| missing())?;
    rules.iter().find(|rule| rule.arn == arn).ok_or_else(missing)
}

/// Changes a rule.
pub(super) fn modify(
    ground: &Ground,
    (id, arn): (&ListenerId, &str),
    set: &RuleSetting,
) -> Result<Step, Missing> {
    let owner = listener(ground.before, id)?;
    let old = rule(owner, arn)?;
    let new = rule(listener(ground.after, id)?, arn)?;
    let title = format!("{} of listener {}", old.label(), owner.label());
    match set {
        RuleSetting::Actions(edit) => {
            let place = Place {
                title,
                read: (READ, "--rule-arns", arn),
                list: "Rules[0].Actions",
                change: (CHANGE, "--rule-arn", "--actions"),
            };
            actions(ground, &place, edit, [&old.actions, &new.actions])
        }
        RuleSetting::Conditions(_) => Ok(conditions(ground, &title, [old, new])),
    }
}

/// Changes a list of actions.
pub(super) fn actions(
    ground: &Ground,
    place: &Place,
    edit: &Edit,
    [old, new]: [&[Action]; 2],
) -> Result<Step, Missing> {
    let (read, of, arn) = place.read;
    let (operation, option, list) = place.change;
    let file = ground.file("actions");
    let fresh = ground.file("new");
    let from = |name: &str| format!("file://{}", kept(name));
    let set = |to: &str| run(&aws(operation, &[option, arn, list, to]));
    let change = match edit {
        Edit::LoginFirst(rule, first) => {
            let mut lines = login_first(ground, place, (rule, first, old.len()))?;
            lines.push(set(&from(&fresh)));
            lines
        }
        _ => match actions::new(edit, old, ground.chosen)? {
            New::Whole(json) => vec![set(&json)],
            New::Behind(expression) => {
                let expression = format!("{}{expression}", place.list);
                let read = query(read, &[of, arn], &expression);
                vec![write(&read, &fresh), set(&from(&fresh))]
            }
        },
    };
    Ok(Step {
        title: format!("{}: {}", place.title, said(new)),
        now: query(read, &[of, arn], &format!("{}{SEEN}", place.list)),
        before: flat(&actions::seen(old)),
        after: flat(&actions::seen(new)),
        keeps: vec![(file.clone(), query(read, &[of, arn], &format!("{}{AGAIN}", place.list)))],
        change,
        back: vec![set(&from(&file))],
        ..Step::default()
    })
}

/// `authenticate-oidc, forward`; where a redirect leads.
fn said(actions: &[Action]) -> String {
    let one = |action: &Action| match &action.redirect {
        Some(to) => format!(
            "redirect to {}:{}",
            to.protocol.as_deref().unwrap_or("#{protocol}"),
            to.port.as_deref().unwrap_or("#{port}")
        ),
        None => match &action.fixed_response {
            Some(fixed) => format!("answer {}", fixed.status.as_deref().unwrap_or_default()),
            None => action.kind.to_string(),
        },
    };
    actions.iter().map(one).collect::<Vec<_>>().join(", then ")
}

/// A line that puts the client secret into a file of actions that are sent for the first time, where they have a login
/// by OIDC.
pub(super) fn secret(actions: &[Action], file: &str) -> Option<String> {
    let has_login = actions.iter().any(|action| action.kind == ActionKind::AuthenticateOidc);
    has_login.then(|| format!("fill {}", quoted(&kept(file))))
}

/// Lines that write the logins of another rule and the actions that are there into one list.
fn login_first(
    ground: &Ground,
    place: &Place,
    (other, first, count): (&str, &[Action], usize),
) -> Result<Vec<String>, Missing> {
    let all = ground.before.load_balancers().filter_map(|lb| lb.listeners.get().ok()).flatten();
    let mut all = all.filter_map(|own| Some((own, own.rules.get().ok()?)));
    let found =
        all.find_map(|(own, rules)| Some((own, rules.iter().find(|rule| rule.arn == other)?)));
    let (owner, rule) = found.ok_or_else(|| Missing(other.to_owned()))?;
    let (read, list) = match rule.priority {
        Some(_) => ((READ, "--rule-arns", other), "Rules[0].Actions"),
        None => (
            ("elbv2 describe-listeners", "--listener-arns", &*owner.id),
            "Listeners[0].DefaultActions",
        ),
    };
    let numbered = |list: &str, places: std::ops::Range<usize>, from: usize| {
        let one =
            |place: usize| format!("merge({list}[{place}], {{Order: `{}`}})", place + from + 1);
        format!("[{}]", places.map(one).collect::<Vec<_>>().join(", "))
    };
    let login = numbered(list, 0..first.len(), 0) + SENT_FIRST;
    let own = numbered(place.list, 0..count, first.len());
    let (files, new) = ([ground.file("login"), ground.file("own")], ground.file("new"));
    let mut lines = vec![write(&query(read.0, &[read.1, read.2], &login), &files[0])];
    lines.extend(secret(first, &files[0]));
    let (operation, of, arn) = place.read;
    lines.push(write(&query(operation, &[of, arn], &own), &files[1]));
    let paths = [&files[0], &files[1], &new].map(|name| quoted(&kept(name)));
    lines.push(format!("join_lists {}", paths.join(" ")));
    Ok(lines)
}

/// Conditions as they can be sent, as an expression behind the list: AWS answers with their values twice, and
/// takes them once.
const CONDITIONS: &str = "[].merge({Field: Field}, HostHeaderConfig && {HostHeaderConfig: \
    HostHeaderConfig} || PathPatternConfig && {PathPatternConfig: PathPatternConfig} || \
    HttpHeaderConfig && {HttpHeaderConfig: HttpHeaderConfig} || QueryStringConfig && \
    {QueryStringConfig: QueryStringConfig} || HttpRequestMethodConfig && {HttpRequestMethodConfig: \
    HttpRequestMethodConfig} || SourceIpConfig && {SourceIpConfig: SourceIpConfig} || \
    {Values: Values})";

/// Changes the addresses that a rule asks for; its other conditions stay.
fn conditions(ground: &Ground, title: &str, [old, new]: [&Rule; 2]) -> Step {
    let read = ["--rule-arns", old.arn.as_str()];
    let ranges = |rule: &Rule| -> Vec<Vec<String>> {
        let own = rule.conditions.iter().filter(|one| one.field == ConditionField::SourceIp);
        own.map(|one| one.values.clone()).collect()
    };
    let seen = |rule: &Rule| {
        let fields: Vec<String> = rule.conditions.iter().map(|one| one.field.to_string()).collect();
        flat(&json!([fields, ranges(rule)]))
    };
    // Where there are as many as before, ranges have left; where there are more, they have come.
    let (was, is) = (ranges(old), ranges(new));
    let all = format!("Rules[0].Conditions{CONDITIONS}");
    let expression = if is.len() > was.len() {
        let more: Vec<Json> = is[was.len()..]
            .iter()
            .map(|own| json!({"Field": "source-ip", "SourceIpConfig": {"Values": own}}))
            .collect();
        let more = Json::Array(more).to_string().replace('`', r"\`");
        format!("[{all}, `{more}`][]")
    } else {
        let gone = was.concat().into_iter().filter(|range| !is.concat().contains(range));
        let stays = gone.map(|range| format!("@ != {}", raw(&range))).collect::<Vec<_>>();
        format!(
            "Rules[0].Conditions{CONDITIONS}.merge(@, SourceIpConfig && {{SourceIpConfig: {{Values: \
             SourceIpConfig.Values[?{}]}}}} || `{{}}`)",
            stays.join(" && ")
        )
    };
    let (file, fresh) = (ground.file("conditions"), ground.file("new"));
    let set = |name: &str| {
        let url = format!("file://{}", kept(name));
        run(&aws(CHANGE, &["--rule-arn", &old.arn, "--conditions", &url]))
    };
    Step {
        title: format!("{title} asks for the addresses that are meant"),
        now: query(
            READ,
            &read,
            "[Rules[0].Conditions[].Field, \
             Rules[0].Conditions[?Field=='source-ip'].SourceIpConfig.Values]",
        ),
        before: seen(old),
        after: seen(new),
        keeps: vec![(file.clone(), query(READ, &read, &all))],
        change: vec![write(&query(READ, &read, &expression), &fresh), set(&fresh)],
        back: vec![set(&file)],
        ..Step::default()
    }
}

/// Gives rules other priorities, all at once.
pub(super) fn reorder(
    ground: &Ground,
    id: &ListenerId,
    order: &BTreeMap<String, u32>,
) -> Result<Step, Missing> {
    let (old, new) = (listener(ground.before, id)?, listener(ground.after, id)?);
    let named: Vec<String> = order.keys().map(|arn| format!("RuleArn=={}", raw(arn))).collect();
    let own = format!("Rules[?{}]", named.join(" || "));
    let read = ["--listener-arn", id.id.as_str()];
    // Those of the whole listener: one that has come between would change what the order means.
    let seen = |own: &Listener| {
        let rules = own.rules.get().into_iter().flatten();
        let rules = rules.filter_map(|rule| Some(json!([rule.arn, rule.priority?.to_string()])));
        let mut all: Vec<Json> = rules.collect();
        all.sort_by_key(ToString::to_string);
        flat(&Json::Array(all))
    };
    let file = ground.file("priorities");
    let set = |to: &str| run(&aws("elbv2 set-rule-priorities", &["--rule-priorities", to]));
    let pairs = order.iter().map(|(arn, priority)| json!({"RuleArn": arn, "Priority": priority}));
    let pairs = Json::Array(pairs.collect()).to_string();
    let again = format!("{own}.{{RuleArn: RuleArn, Priority: to_number(Priority)}}");
    Ok(Step {
        title: format!("rules of listener {} change places", old.label()),
        now: query(READ, &read, "sort_by(Rules[?!IsDefault], &RuleArn)[].[RuleArn, Priority]"),
        before: seen(old),
        after: seen(new),
        keeps: vec![(file.clone(), query(READ, &read, &again))],
        change: vec![set(&pairs)],
        back: vec![set(&format!("file://{}", kept(&file)))],
        ..Step::default()
    })
}

/// Lines that give the new listener a rule like this one.
pub(super) fn copied(ground: &Ground, rule: &Rule) -> Vec<String> {
    let priority = rule.priority.unwrap_or_default().to_string();
    let file = |what: &str| ground.file(&format!("rule-{priority}-{what}"));
    let read = ["--rule-arns", rule.arn.as_str()];
    let part = |list: &str, what: &str| {
        write(&query(READ, &read, &format!("Rules[0].{list}")), &file(what))
    };
    let url = |what: &str| format!("file://{}", kept(&file(what)));
    let mut lines = vec![
        part(&format!("Conditions{CONDITIONS}"), "conditions"),
        part(&format!("Actions{SENT_FIRST}"), "actions"),
    ];
    lines.extend(secret(&rule.actions, &file("actions")));
    let new = variable("new_listener");
    let (conditions, actions, transforms) = (url("conditions"), url("actions"), url("transforms"));
    let mut options = vec!["--listener-arn", &new, "--priority", &priority];
    options.extend(["--conditions", &conditions, "--actions", &actions]);
    if !rule.transforms.is_empty() {
        lines.push(part("Transforms", "transforms"));
        options.extend(["--transforms", &transforms]);
    }
    lines.push(run(&aws("elbv2 create-rule", &options)));
    lines
}
