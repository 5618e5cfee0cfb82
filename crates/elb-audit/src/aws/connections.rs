//! The HTTP client that everything is asked with: by which way a request goes, how many go at a time, how much they
//! may answer, and what is said of those that are not answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, SharedAsyncSleep};
use aws_smithy_http_client::Connector as SdkConnector;
use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use futures::future::{Either, select};
use tokio::sync::Semaphore;

use super::bounds::IN_FLIGHT;
use super::connection_error::{ConnectionError, ProxyFailure};
use super::incoming::{self, LongAnswers};
use super::proxy::{Proxies, Proxy, ProxyVariableError, answers};
use super::target::Target;
use super::waits::Waits;

/// After this long an idle connection is closed.
const IDLE: Duration = Duration::from_secs(20);
/// How long a proxy may take to say why it refuses.
const REASON: Duration = Duration::from_secs(5);

/// What the clients of a process share. A request has its place until its answer is there; one that waits for its retry has left: an account that AWS slows
/// down takes no place from the others.
#[derive(Debug)]
pub(crate) struct Network {
    proxies: Proxies,
    waits: Waits,
    places: Arc<Semaphore>,
    long: LongAnswers,
}

impl Network {
    /// The network as the environment says that it is to be used.
    pub(crate) fn from_environment(quiet: bool) -> Result<Arc<Self>, ProxyVariableError> {
        let (proxies, waits) = (Proxies::from_environment()?, Waits::new(quiet));
        let (places, long) = (Arc::new(Semaphore::new(IN_FLIGHT)), LongAnswers::default());
        Ok(Arc::new(Network { proxies, waits, places, long }))
    }

    /// A client that trusts these authorities.
    pub(crate) fn client(self: &Arc<Self>, authorities: TlsContext) -> SharedHttpClient {
        let (network, connectors) = (Arc::clone(self), Mutex::default());
        SharedHttpClient::new(Client(Arc::new(Routes { network, authorities, connectors })))
    }
}

/// Time-outs, and the proxy if there is one.
type RouteKey = (Option<Duration>, Option<Duration>, Option<String>);

/// The connectors of a client: one for each way.
#[derive(Debug)]
struct Routes {
    network: Arc<Network>,
    authorities: TlsContext,
    connectors: Mutex<HashMap<RouteKey, SharedHttpConnector>>,
}

#[derive(Debug)]
struct Client(Arc<Routes>);

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let (routes, settings) = (Arc::clone(&self.0), settings.clone());
        SharedHttpConnector::new(Connector { routes, settings, sleep: components.sleep_impl() })
    }
}

#[derive(Clone, Debug)]
struct Connector {
    routes: Arc<Routes>,
    settings: HttpConnectorSettings,
    sleep: Option<SharedAsyncSleep>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.ask(request).await })
    }
}

impl Connector {
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let network = &self.routes.network;
        let Some(target) = Target::of(request.uri()) else {
            return Err(ConnectorError::user("the address names no host".into()));
        };
        let proxy = network.proxies.of(&target);
        let proxy =
            proxy.map_err(|error| ConnectionError::Variable(error).into_connector_error())?;
        let place = Arc::clone(&network.places).acquire_owned().await;
        let place = place.map_err(|closed| ConnectorError::other(closed.into(), None))?;
        let connector = self.connector(proxy)?;
        let (host, way) = (target.to_string(), place_of(&request, proxy));
        let answer = connector.call(request);
        let answer = network.waits.watch(&host, &way, self.sleep.as_ref(), answer).await;
        let answer = match proxy {
            Some(proxy) => self.through(proxy, &target, answer).await,
            None => answer.map_err(|error| ConnectionError::untrusted(error, &target)),
        };
        answer.map(|response| incoming::bounded(response, &network.long, place))
    }

    /// The connector of this way.
    fn connector(&self, proxy: Option<&Arc<Proxy>>) -> Result<SharedHttpConnector, ConnectorError> {
        let (connect, read) = (self.settings.connect_timeout(), self.settings.read_timeout());
        let key = (connect, read, proxy.map(|proxy| format!("{proxy:?}")));
        let known = self.routes.connectors.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = known.get(&key) {
            return Ok(connector.clone());
        }
        let mut builder = SdkConnector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(self.routes.authorities.clone())
            .pool_idle_timeout(IDLE)
            .connector_settings(self.settings.clone());
        builder.set_sleep_impl(self.sleep.clone());
        if let Some(proxy) = proxy {
            // Without one it would ask without the proxy.
            let config = proxy.config();
            let said = || ConnectorError::user(format!("{proxy:?} is no proxy").into());
            builder.set_proxy_config(Some(config.ok_or_else(said)?));
        }
        let connector = SharedHttpConnector::new(builder.build());
        known.insert(key, connector.clone());
        Ok(connector)
    }

    /// An answer through a proxy; or what the proxy did instead, if it was the proxy.
    async fn through(
        &self,
        proxy: &Arc<Proxy>,
        target: &Target,
        answer: Result<HttpResponse, ConnectorError>,
    ) -> Result<HttpResponse, ConnectorError> {
        let failure = match &answer {
            Ok(response) if !target.is_https => answers::refusal(response),
            Ok(_) => None,
            Err(error) => answers::failure(error, target),
        };
        let failure = match failure {
            Some(ProxyFailure::Refused(None)) => self.why_refused(proxy, target).await,
            Some(failure) => failure,
            None => {
                if answer.is_ok() {
                    proxy.works();
                }
                return answer.map_err(|error| ConnectionError::untrusted(error, target));
            }
        };
        let (proxy, target) = (Arc::clone(proxy), target.clone());
        Err(ConnectionError::Proxy { proxy, target, failure }.into_connector_error())
    }

    async fn why_refused(&self, proxy: &Proxy, target: &Target) -> ProxyFailure {
        let Some(sleep) = &self.sleep else { return ProxyFailure::Refused(None) };
        let asked = std::pin::pin!(answers::why_refused(proxy, target));
        match select(asked, sleep.sleep(REASON)).await {
            Either::Left((failure, _)) => failure,
            Either::Right(_) => ProxyFailure::Refused(None),
        }
    }
}

/// Which region is asked, as the signature says, and by which way.
fn place_of(request: &HttpRequest, proxy: Option<&Arc<Proxy>>) -> String {
    let signed = request.headers().get("authorization").unwrap_or_default();
    // Credential=KEY/DATE/REGION/SERVICE/aws4_request
    let scope = signed.split_once("Credential=").map_or("", |(_, scope)| scope);
    let region = scope.split('/').nth(2);
    let region = region.map(|region| format!(" ({region})")).unwrap_or_default();
    let way = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    format!("{region}{way}")
}
