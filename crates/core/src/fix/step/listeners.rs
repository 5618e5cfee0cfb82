//! Listeners: their settings, their certificates, and new ones.

use serde_json::{Value as Json, json};

use super::{Ground, Step, classic, flat, rules, run, write};
use crate::fix::shell::{aws, kept, line, query, raw, variable};
use crate::inventory::{Kind, Listener, MutualAuthentication, Region};
use crate::mutation::{ListenerId, ListenerSetting, Missing, NewListener, Value};

pub(super) fn listener<'a>(region: &'a Region, id: &ListenerId) -> Result<&'a Listener, Missing> {
    let missing = || Missing(id.id.clone());
    let lb = region.load_balancers().find(|lb| lb.arn == id.lb).ok_or_else(missing)?;
    let all = lb.listeners.get().map_err(|_| missing())?;
    all.iter().find(|own| own.id == id.id).ok_or_else(missing)
}

const READ: &str = "elbv2 describe-listeners";
const CHANGE: &str = "elbv2 modify-listener";

/// Changes a setting.
pub(super) fn modify(
    ground: &Ground,
    id: &ListenerId,
    set: &ListenerSetting,
) -> Result<Step, Missing> {
    let (old, new) = (listener(ground.before, id)?, listener(ground.after, id)?);
    let label = old.label();
    match set {
        ListenerSetting::SslPolicy(policy) => Ok(Step {
            title: format!("listener {label} has security policy {policy}"),
            before: flat(&json!(old.ssl_policy)),
            after: flat(&json!(policy)),
            ..setting(ground, id, "SslPolicy", ("--ssl-policy", policy), old.ssl_policy.as_deref())
        }),
        ListenerSetting::Certificate(certificate) => {
            let arn = certificate.text(ground.chosen);
            let was = old.default_certificate.clone().unwrap_or_default();
            if ground.load_balancer(&id.lb)?.0 == &Kind::Classic {
                return classic::certificate(ground, id, (&was, &arn));
            }
            let pair = |arn: &str| format!("CertificateArn={arn}");
            let (set, back) = (pair(&arn), pair(&was));
            let path = "Certificates[0].CertificateArn";
            Ok(Step {
                title: format!("listener {label} presents another certificate by default"),
                before: flat(&json!(was)),
                after: flat(&json!(arn)),
                ..setting(ground, id, path, ("--certificates", &set), Some(&back))
            })
        }
        ListenerSetting::MutualAuthentication(..) => Ok(mutual(ground, id, [old, new])),
        ListenerSetting::DefaultActions(edit) => {
            let place = rules::Place {
                title: format!("the default action of listener {label}"),
                read: (READ, "--listener-arns", id.id.as_str()),
                list: "Listeners[0].DefaultActions",
                change: (CHANGE, "--listener-arn", "--default-actions"),
            };
            rules::actions(ground, &place, edit, [&old.default_actions, &new.default_actions])
        }
    }
}

/// A setting that is one value.
fn setting(
    ground: &Ground,
    id: &ListenerId,
    path: &str,
    (option, new): (&str, &str),
    old: Option<&str>,
) -> Step {
    let now = query(READ, &["--listener-arns", &id.id], &format!("Listeners[0].{path}"));
    let set = |value: &str| run(&aws(CHANGE, &["--listener-arn", &id.id, option, value]));
    Step {
        keeps: vec![(ground.file("listener"), now.clone())],
        now,
        change: vec![set(new)],
        back: old.map(set).into_iter().collect(),
        ..Step::default()
    }
}

const MUTUAL: &str = "Listeners[0].MutualAuthentication";

/// How its clients prove who they are.
fn mutual(ground: &Ground, id: &ListenerId, [old, new]: [&Listener; 2]) -> Step {
    let read = ["--listener-arns", &id.id];
    let seen = |own: Option<&MutualAuthentication>| match own {
        None => "null".to_owned(),
        Some(own) => flat(&json!([
            own.mode.as_ref().map(ToString::to_string),
            own.trust_store_arn,
            own.ignore_client_certificate_expiry.unwrap_or_default(),
            own.advertise_authorities.as_deref().unwrap_or("off"),
        ])),
    };
    let now = query(
        READ,
        &read,
        &format!(
            "{MUTUAL}.[Mode, TrustStoreArn, IgnoreClientCertificateExpiry || `false`, \
             AdvertiseTrustStoreCaNames || 'off']"
        ),
    );
    // What AWS does not say is not wanted; whether the trust store is shared is AWS's to say.
    let names =
        ["Mode", "TrustStoreArn", "IgnoreClientCertificateExpiry", "AdvertiseTrustStoreCaNames"];
    let again: Vec<String> =
        names.iter().map(|name| format!("{name} && {{{name}: {name}}} || `{{}}`")).collect();
    let filters = "ClientCertificateIdentityFilters";
    let again = format!(
        "{MUTUAL}.merge({}, {filters} && {{{filters}: {filters}}} || `{{}}`)",
        again.join(", ")
    );
    let file = ground.file("mutual");
    let url = format!("file://{}", kept(&file));
    let set = |to: &str| aws(CHANGE, &["--listener-arn", &id.id, "--mutual-authentication", to]);
    let wanted = new.mutual_authentication.as_ref().map(structure).unwrap_or_default();
    let back = match old.mutual_authentication {
        None => set("Mode=off"),
        Some(_) => set(&url),
    };
    let keeps = old.mutual_authentication.as_ref().map(|_| (file, query(READ, &read, &again)));
    Step {
        title: format!("listener {} verifies client certificates", old.label()),
        now,
        before: seen(old.mutual_authentication.as_ref()),
        after: seen(new.mutual_authentication.as_ref()),
        keeps: keeps.into_iter().collect(),
        change: vec![run(&set(&wanted))],
        back: vec![run(&back)],
        ..Step::default()
    }
}

fn structure(own: &MutualAuthentication) -> String {
    let mut all = json!({"Mode": own.mode.as_ref().map(ToString::to_string)});
    if let Some(arn) = &own.trust_store_arn {
        all["TrustStoreArn"] = json!(arn);
    }
    if let Some(ignores) = own.ignore_client_certificate_expiry {
        all["IgnoreClientCertificateExpiry"] = json!(ignores);
    }
    if let Some(word) = &own.advertise_authorities {
        all["AdvertiseTrustStoreCaNames"] = json!(word);
    }
    if !own.identity_filters.is_empty() {
        let filter = |one: &crate::inventory::IdentityFilter| json!({"Field": one.field, "Action": one.action, "MatchType": one.match_type, "Value": one.value});
        let all_filters: Vec<Json> = own.identity_filters.iter().map(filter).collect();
        all["ClientCertificateIdentityFilters"] = Json::Array(all_filters);
    }
    all.to_string()
}

/// Presents a certificate by name, or no longer.
pub(super) fn certificate(
    ground: &Ground,
    id: &ListenerId,
    (certificate, is_added): (&Value, bool),
) -> Result<Step, Missing> {
    let label = listener(ground.before, id)?.label();
    let arn = certificate.text(ground.chosen);
    let place = ["--listener-arn", &id.id];
    let has = format!("contains(Certificates[].CertificateArn, {})", raw(&arn));
    let pair = format!("CertificateArn={arn}");
    let change = |what: &str| {
        let start = format!("elbv2 {what}-listener-certificates");
        run(&aws(&start, &["--listener-arn", &id.id, "--certificates", &pair]))
    };
    let (change, back, title) = if is_added {
        (change("add"), change("remove"), "presents one certificate more")
    } else {
        (change("remove"), change("add"), "no longer presents the old certificate")
    };
    let read = "elbv2 describe-listener-certificates";
    Ok(Step {
        title: format!("listener {label} {title}"),
        now: query(read, &place, &has),
        before: flat(&json!(!is_added)),
        after: flat(&json!(is_added)),
        keeps: vec![(ground.file("certificates"), query(read, &place, "Certificates"))],
        change: vec![change],
        back: vec![back],
        ..Step::default()
    })
}

/// A listener that ends TLS and does what another one does.
pub(super) fn create(
    ground: &Ground,
    like: &ListenerId,
    new: &NewListener,
) -> Result<Step, Missing> {
    let old = listener(ground.before, like)?;
    let certificate = new.certificate.text(ground.chosen);
    let by_port = format!("Listeners[?Port==`{}`]", new.port);
    let of_lb = ["--load-balancer-arn", like.lb.as_str()];
    let file = |what: &str| ground.file(what);
    let url = |name: &str| format!("file://{}", kept(name));
    let mut change = Vec::new();
    let actions = if let Some(group) = &new.serves {
        let arn = group.text(ground.chosen);
        json!([{"Type": "forward", "TargetGroupArn": arn}]).to_string()
    } else {
        {
            let read = query(
                READ,
                &["--listener-arns", &like.id],
                &format!("Listeners[0].DefaultActions{SENT_FIRST}"),
            );
            change.push(write(&read, &file("actions")));
            change.extend(rules::secret(&old.default_actions, &file("actions")));
            url(&file("actions"))
        }
    };
    let port = new.port.to_string();
    let pair = format!("CertificateArn={certificate}");
    let options = [
        &of_lb[..],
        &["--protocol", &new.protocol, "--port", &port, "--ssl-policy", &new.ssl_policy],
        &["--certificates", &pair, "--default-actions", &actions],
    ];
    change.push(run(&aws("elbv2 create-listener", &options.concat())));
    let found = format!("{by_port}.ListenerArn");
    let find = aws(READ, &[&of_lb[..], &["--output", "text", "--query", &found]].concat());
    if new.serves.is_none() {
        let rules = old.rules.get().map_err(|_| Missing(like.id.clone()))?;
        let rules: Vec<_> = rules.iter().filter(|rule| rule.priority.is_some()).collect();
        if !rules.is_empty() {
            change.push(format!("new_listener=$(answer {})", line(&find)));
        }
        for rule in rules {
            change.extend(rules::copied(ground, rule));
        }
    }
    let delete = aws("elbv2 delete-listener", &["--listener-arn", &variable("new_listener")]);
    Ok(Step {
        title: format!("listener {}:{} is created", new.protocol, new.port),
        now: query(
            READ,
            &of_lb,
            &format!("{by_port}.[Protocol, SslPolicy, Certificates[0].CertificateArn]"),
        ),
        before: "[]".to_owned(),
        after: flat(&json!([[new.protocol, new.ssl_policy, certificate]])),
        keeps: Vec::new(),
        change,
        back: vec![
            format!("new_listener=$(answer {})", line(&find)),
            format!("unless_nothing \"$new_listener\" {}", run(&delete)),
        ],
        ..Step::default()
    })
}

/// Actions for a listener or rule that has none yet: a login by OIDC needs its secret.
pub(super) const SENT_FIRST: &str = "[].merge(@, AuthenticateOidcConfig && {AuthenticateOidcConfig: \
    merge(AuthenticateOidcConfig, {ClientSecret: '@CLIENT_SECRET@'})} || `{}`)";
