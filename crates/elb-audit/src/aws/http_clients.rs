//! The HTTP clients of a session: one for each file of authorities, which share everything else.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::authorities::Bundle;
use super::connections::Network;
use super::{AccessError, Tuning};
use crate::log::say;

/// The HTTP clients of a session, by whom they trust; without a file that is whom the system trusts.
pub(super) struct HttpClients {
    network: Arc<Network>,
    quiet: bool,
    known: BTreeMap<Option<Bundle>, SharedHttpClient>,
}

impl HttpClients {
    pub(super) fn open(tuning: &Tuning) -> Result<Self, AccessError> {
        let network = Network::from_environment(tuning.quiet);
        let network = network.map_err(|error| AccessError::Usage(error.to_string()))?;
        Ok(HttpClients { network, quiet: tuning.quiet, known: BTreeMap::new() })
    }

    /// The client that trusts these authorities.
    pub(super) fn trusting(
        &mut self,
        bundle: Option<Bundle>,
    ) -> Result<SharedHttpClient, AccessError> {
        if let Some(client) = self.known.get(&bundle) {
            return Ok(client.clone());
        }
        let authorities = match &bundle {
            None => TlsContext::default(),
            Some(bundle) => self.read(bundle)?,
        };
        let client = self.network.client(authorities);
        self.known.insert(bundle, client.clone());
        Ok(client)
    }

    fn read(&self, bundle: &Bundle) -> Result<TlsContext, AccessError> {
        let read = bundle.read().map_err(|error| AccessError::Usage(error.to_string()));
        let (authorities, useless) = read?;
        if useless > 0 && !self.quiet {
            say(format_args!(
                "note: {bundle}: {useless} of its certificates cannot be authorities"
            ));
        }
        Ok(authorities)
    }
}
