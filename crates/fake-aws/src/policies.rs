//! The predefined TLS policies of both load-balancer generations, as AWS documents them.

use std::sync::LazyLock;

use serde::Deserialize;

/// The bundled table.
#[derive(Deserialize)]
pub(crate) struct Policies {
    /// Of Application and Network load balancers.
    pub(crate) modern: Vec<Modern>,
    /// Of Classic load balancers.
    pub(crate) classic: Vec<Classic>,
    /// Every cipher that a Classic policy says true or false to.
    pub(crate) classic_ciphers: Vec<String>,
}

/// A policy of Application or Network load balancers.
#[derive(Deserialize)]
pub(crate) struct Modern {
    pub(crate) name: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) ciphers: Vec<String>,
    pub(crate) types: Vec<String>,
}

/// A policy of Classic load balancers.
#[derive(Deserialize)]
pub(crate) struct Classic {
    pub(crate) name: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) ciphers: Vec<String>,
    pub(crate) server_order: bool,
}

/// The table, read once.
pub(crate) static POLICIES: LazyLock<Policies> =
    LazyLock::new(|| match serde_json::from_str(include_str!("../data/ssl-policies.json")) {
        Ok(policies) => policies,
        Err(error) => panic!("the bundled policies cannot be read: {error}"),
    });
