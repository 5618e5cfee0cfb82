//! Requests under way at a time, for the whole process, whatever the account.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::Semaphore;

/// Each request may need a connection of its own, and a process often has no more than 1024 files. It
/// takes long answers for this to slow a scan down.
const IN_FLIGHT: usize = 200;

/// An HTTP client that lets so many requests go at a time. A request that waits for its retry has left:
/// an account that AWS slows down takes no place from the others.
#[derive(Debug)]
struct Limited {
    client: SharedHttpClient,
    places: Arc<Semaphore>,
}

/// The client, with a limit on the requests that are under way.
pub(crate) fn limited(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Limited { client, places: Arc::new(Semaphore::new(IN_FLIGHT)) })
}

impl HttpClient for Limited {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            connector: self.client.http_connector(settings, components),
            places: Arc::clone(&self.places),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    places: Arc<Semaphore>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, places) = (self.connector.clone(), Arc::clone(&self.places));
        HttpConnectorFuture::new(async move {
            let _place = places
                .acquire()
                .await
                .map_err(|closed| ConnectorError::other(closed.into(), None))?;
            connector.call(request).await
        })
    }
}
