//! Requests under way at a time, and how much they may answer: for the whole process, whatever the account.

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

use super::bounds::IN_FLIGHT;
use super::incoming::{self, LongAnswers};

/// An HTTP client that lets so many requests go at a time, each until its answer is there. A request that
/// waits for its retry has left: an account that AWS slows down takes no place from the others.
#[derive(Debug)]
struct Limited {
    client: SharedHttpClient,
    places: Arc<Semaphore>,
    long: LongAnswers,
}

/// The client, with limits on the requests that are under way and on their answers.
pub(crate) fn limited(client: SharedHttpClient) -> SharedHttpClient {
    let places = Arc::new(Semaphore::new(IN_FLIGHT));
    SharedHttpClient::new(Limited { client, places, long: LongAnswers::default() })
}

impl HttpClient for Limited {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            inner: self.client.http_connector(settings, components),
            places: Arc::clone(&self.places),
            long: self.long.clone(),
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
    inner: SharedHttpConnector,
    places: Arc<Semaphore>,
    long: LongAnswers,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, places) = (self.inner.clone(), Arc::clone(&self.places));
        let long = self.long.clone();
        HttpConnectorFuture::new(async move {
            let place = places
                .acquire_owned()
                .await
                .map_err(|closed| ConnectorError::other(closed.into(), None))?;
            let response = connector.call(request).await?;
            Ok(incoming::bounded(response, &long, place))
        })
    }
}
