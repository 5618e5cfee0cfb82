//! Plans about listeners: their security policy, certificates and mutual TLS.

use super::{Ask, Declined, Planned, Why};
use crate::inventory::{Kind, MutualAuthentication, MutualTlsMode};
use crate::mutation::{Choice, ListenerId, ListenerSetting, Mutation, Value};
use crate::remedy::{Names, Pair, Remedy, listeners};

pub(super) fn ssl_policy(policy: &str, ask: &Ask) -> Planned {
    if ask.site.lb.kind == Kind::Classic {
        let listener = ask.listener_id()?;
        let pairs = Remedy::CLASSIC_POLICY.iter();
        let attributes =
            pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let name = listeners::CLASSIC_NAME.to_owned();
        return Ok(vec![Mutation::ClassicPolicy { listener, name, attributes }]);
    }
    let policy = ask.all(policy).first().map_or(policy, |bound| *bound);
    let set = |id: &str| {
        let listener = ListenerId { lb: ask.site.lb.arn.clone(), id: id.to_owned() };
        Mutation::ModifyListener { listener, set: ListenerSetting::SslPolicy(policy.to_owned()) }
    };
    Ok(ask.all("LISTENER_ARN").into_iter().map(set).collect())
}

pub(super) fn mutual(set: &[Pair], trust_store: &str, ask: &Ask) -> Planned {
    let old = ask.listener()?.mutual_authentication.clone().unwrap_or_default();
    let chosen = trust_store == "NEW_TRUST_STORE_ARN" || old.trust_store_arn.is_none();
    let chosen = chosen.then_some(Choice::TrustStore);
    let mut new = MutualAuthentication {
        mode: Some(MutualTlsMode::Verify),
        trust_store_arn: old.trust_store_arn.clone().filter(|_| chosen.is_none()),
        trust_store_status: None,
        ..old
    };
    for (name, text) in set {
        match *name {
            "IgnoreClientCertificateExpiry" => {
                new.ignore_client_certificate_expiry = Some(*text == "true");
            }
            "AdvertiseTrustStoreCaNames" => new.advertise_authorities = Some((*text).to_owned()),
            _ => return Err(Declined::new(Why::Decision, format!("no change sets {name}"))),
        }
    }
    let set = ListenerSetting::MutualAuthentication(Some(new), chosen);
    Ok(vec![Mutation::ModifyListener { listener: ask.listener_id()?, set }])
}

/// Another certificate takes the place of this one, wherever a listener of the load balancer presents it.
pub(super) fn certificate(names: Names, ask: &Ask) -> Planned {
    let own = ask.site.certificate(ask.subject).ok();
    let hosts = match names {
        Names::Same => own.map(|own| own.names.clone()).unwrap_or_default(),
        Names::Chosen => Vec::new(),
    };
    let new = Value::Of(Choice::Certificate(hosts));
    let mut plan = Vec::new();
    for listener in ask.listeners()? {
        let id = ListenerId::of(&ask.site.lb.arn, listener);
        if listener.default_certificate.as_deref() == Some(ask.subject) {
            let set = ListenerSetting::Certificate(new.clone());
            plan.push(Mutation::ModifyListener { listener: id, set });
        } else if listener
            .certificates
            .get()
            .is_ok_and(|all| all.iter().any(|own| own == ask.subject))
        {
            let (listener, certificate) = (id.clone(), new.clone());
            plan.push(Mutation::AddCertificate { listener, certificate });
            let certificate = Value::Is(ask.subject.to_owned());
            plan.push(Mutation::RemoveCertificate { listener: id, certificate });
        }
    }
    Ok(plan)
}

/// Another certificate with the same names takes the place of this one.
pub fn other_certificate(ask: &Ask) -> Planned {
    certificate(Names::Same, ask)
}

/// One certificate more, for the hosts that none covers.
pub fn cover_hosts(ask: &Ask) -> Planned {
    let hosts = ask.all("UNCOVERED_HOSTS").into_iter().map(str::to_owned).collect();
    let certificate = Value::Of(Choice::Certificate(hosts));
    Ok(vec![Mutation::AddCertificate { listener: ask.listener_id()?, certificate }])
}

/// Clients of this listener prove who they are by the same trust store as those of the other one.
pub fn verify_too(ask: &Ask) -> Planned {
    let ([arn], [store]) = (&ask.all("OPEN_LISTENER_ARN")[..], &ask.all("TRUST_STORE_ARN")[..])
    else {
        let words = "targets that both load balancers have would have to leave one of them";
        return Err(Declined::new(Why::Decision, words));
    };
    let lb = &ask.site.lb.arn;
    let listener = ListenerId { lb: lb.clone(), id: (*arn).to_owned() };
    let mutual = MutualAuthentication {
        mode: Some(MutualTlsMode::Verify),
        trust_store_arn: Some((*store).to_owned()),
        ..MutualAuthentication::default()
    };
    let set = ListenerSetting::MutualAuthentication(Some(mutual), None);
    Ok(vec![Mutation::ModifyListener { listener, set }])
}

/// Another trust store, which the user chooses.
pub fn other_trust_store(ask: &Ask) -> Planned {
    mutual(&[], "NEW_TRUST_STORE_ARN", ask)
}
