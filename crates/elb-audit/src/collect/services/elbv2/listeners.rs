//! Listeners: what they speak, what they present, and whom they let in.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::{
    IdentityFilter, Kind, Listener, LoadBalancer, MutualAuthentication, Protocol,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::{PAGE, actions, identity, rules};
use crate::aws::api::ApiClient;
use crate::aws::strict::{Understood, Unexpected, each_once, filled, if_any, port, required, word};
use crate::aws::verbatim::Verbatim;

/// The listeners of a load balancer, without rules and SNI certificates.
pub(crate) async fn listeners(
    api: &ApiClient,
    client: &Client,
    lb: &LoadBalancer,
) -> Fact<Vec<Listener>> {
    let call = Call::ElbV2DescribeListeners;
    let page = move |marker| async move {
        let request = client
            .describe_listeners()
            .load_balancer_arn(&lb.arn)
            .page_size(PAGE)
            .set_marker(marker);
        let verbatim = Verbatim::default();
        let request = request.customize().interceptor(verbatim.clone());
        let answer = api.call(call, Some(&lb.arn), request.send()).await;
        answer.map(|answer| {
            let mut filters = identity::filters(&verbatim.text());
            let listeners = answer.listeners.map(|all| {
                let all = all.into_iter().map(|one| listener(one, lb));
                all.map(|one| one.map(|one| with_filters(one, &mut filters))).collect()
            });
            (listeners, answer.next_marker)
        })
    };
    let found = api.all_pages(call, page).await;
    let about = Some(lb.arn.as_str());
    api.understood(call, about, found, |all| all.into_iter().collect()).map(|all| {
        api.merge_repeated(&format!("listener of {}", lb.name), all, |one: &Listener| {
            one.id.clone()
        })
    })
}

/// The listener with what the SDK does not know of its mutual TLS.
fn with_filters(
    mut listener: Listener,
    filters: &mut HashMap<String, Vec<IdentityFilter>>,
) -> Listener {
    if let Some(mutual) = &mut listener.mutual_authentication {
        mutual.identity_filters = filters.remove(&listener.id).unwrap_or_default();
    }
    listener
}

fn listener(found: sdk::Listener, lb: &LoadBalancer) -> Understood<Listener> {
    let id = of_load_balancer(filled("ListenerArn", found.listener_arn)?, lb)?;
    // A Gateway load balancer listens to everything, and says neither.
    let plain = lb.kind != Kind::Gateway;
    let protocol = found.protocol.as_ref().map(sdk::ProtocolEnum::as_str);
    let protocol = if plain { word("Protocol", protocol)? } else { None };
    let port = port("Port", found.port)?;
    if plain {
        required("Protocol", protocol)?;
        required("Port", port)?;
    }
    let protocol: Option<Protocol> = protocol.map(Into::into);
    let encrypts = matches!(protocol, Some(Protocol::Https | Protocol::Tls));
    let certificates = match found.certificates {
        None if encrypts => return Err(Unexpected::Missing("Certificates")),
        found => each_once(found.unwrap_or_default(), |one| {
            filled("CertificateArn", one.certificate_arn)
        }),
    };
    let default_certificate = certificates?.into_iter().next();
    let ssl_policy = if_any("SslPolicy", found.ssl_policy)?;
    if encrypts {
        required("SslPolicy", ssl_policy.as_ref())?;
    }
    let default_actions =
        each_once(required("DefaultActions", found.default_actions)?, actions::action)?;
    Ok(Listener {
        rules: Fact::Known(vec![rules::default_rule(&id, &default_actions)]),
        id,
        protocol,
        port,
        instance_side: None,
        ssl_policy,
        policy_names: Vec::new(),
        certificates: Fact::Known(default_certificate.clone().into_iter().collect()),
        default_certificate,
        default_actions,
        mutual_authentication: found
            .mutual_authentication
            .map(mutual_authentication)
            .transpose()?,
        alpn: found.alpn_policy.and_then(|names| names.into_iter().next()),
        attributes: Fact::not_collected(Call::ElbV2DescribeListenerAttributes),
    })
}

/// A listener's ARN begins as its load balancer's does: `…:listener/app/web/1234/…`.
fn of_load_balancer(arn: String, lb: &LoadBalancer) -> Understood<String> {
    let own = lb.arn.replacen(":loadbalancer/", ":listener/", 1);
    let fits = arn.strip_prefix(&own).is_some_and(|rest| rest.starts_with('/'));
    if fits { Ok(arn) } else { Err(Unexpected::Foreign(arn)) }
}

fn mutual_authentication(
    found: sdk::MutualAuthenticationAttributes,
) -> Understood<MutualAuthentication> {
    let status = found.trust_store_association_status;
    let advertise = found.advertise_trust_store_ca_names;
    let mode = filled("Mode", found.mode)?;
    if mode == "verify" {
        required("TrustStoreArn", found.trust_store_arn.as_ref())?;
        required("IgnoreClientCertificateExpiry", found.ignore_client_certificate_expiry)?;
    }
    Ok(MutualAuthentication {
        mode: Some(mode.as_str().into()),
        trust_store_arn: if_any("TrustStoreArn", found.trust_store_arn)?,
        ignore_client_certificate_expiry: found.ignore_client_certificate_expiry,
        trust_store_status: status.map(|status| status.as_str().to_owned()),
        advertise_authorities: advertise.map(|word| word.as_str().to_owned()),
        identity_filters: Vec::new(),
    })
}

/// The default certificate and all that are chosen by SNI.
pub(crate) async fn certificates(
    api: &ApiClient,
    client: &Client,
    listener: &Listener,
) -> Fact<Vec<String>> {
    let call = Call::ElbV2DescribeListenerCertificates;
    let page = move |marker| async move {
        let request = client
            .describe_listener_certificates()
            .listener_arn(&listener.id)
            .page_size(PAGE)
            .set_marker(marker);
        let answer = api.call(call, Some(&listener.id), request.send()).await;
        answer.map(|answer| (answer.certificates, answer.next_marker))
    };
    let found = api.all_pages(call, page).await;
    let found = api.understood(call, Some(&listener.id), found, |all| {
        each_once(all, |certificate| filled("CertificateArn", certificate.certificate_arn))
    });
    found.map(|found| {
        let mut arns = Vec::from_iter(listener.default_certificate.clone());
        for arn in found {
            if !arns.contains(&arn) {
                arns.push(arn);
            }
        }
        arns
    })
}

/// Attributes of a listener.
pub(crate) async fn listener_attributes(
    api: &ApiClient,
    client: &Client,
    arn: &str,
) -> Fact<BTreeMap<String, String>> {
    let call = Call::ElbV2DescribeListenerAttributes;
    let request = client.describe_listener_attributes().listener_arn(arn).send();
    let found = api.call(call, Some(arn), request).await.map(|answer| answer.attributes);
    let found = api.required_list(call, arn, found);
    found.and_then(|all| api.pairs(call, arn, all.into_iter().map(|pair| (pair.key, pair.value))))
}
