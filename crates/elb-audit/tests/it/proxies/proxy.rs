//! A proxy on loopback: `CONNECT` with TLS behind it, and requests that are forwarded.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use elb_audit_fake_aws::FakeAws;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// What a proxy does with what it is asked.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Leads to the fake AWS, whatever host is meant.
    Leads,
    /// The same for whoever sends this `Proxy-Authorization`; others get 407.
    Knows(&'static str),
    /// The same, but not to hosts that begin so, for which it answers this.
    Except(&'static str, &'static str),
    /// Answers this.
    Answers(&'static str),
    /// The same to the first request, and leads on from then on.
    AnswersOnce(&'static str),
    /// Closes the connection.
    Closes,
    /// Opens a tunnel, and closes it at the first word of TLS.
    ClosesTunnels,
    /// Says nothing.
    Hangs,
}

pub(crate) const FORBIDDEN: &str =
    "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<html>no";
pub(crate) const BAD_GATEWAY: &str =
    "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<html>no";
const UNAUTHORIZED: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic \
                            realm=\"p\"\r\ncontent-length: 0\r\n\r\n";

/// A running proxy; it ends when this is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    manner: Manner,
    /// Where everything leads.
    fake: String,
    authority: Authority,
    over_tls: bool,
    /// Method and target of every request, and its `Proxy-Authorization`.
    log: Mutex<Vec<(String, String)>>,
    /// What was sent to hosts that are not AWS's.
    received: Mutex<Vec<String>>,
}

/// Signs for every host.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        // Two authorities are not to be taken for each other.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (mut params, key) = (CertificateParams::default(), KeyPair::generate().unwrap());
        let name = format!("authority {}", NEXT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { pem, issuer: Issuer::new(params, key) }
    }

    fn acceptor(&self, host: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let secret = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

impl Proxy {
    pub(crate) fn start(fake: &FakeAws, manner: Manner) -> Self {
        Self::bind(fake, manner, false)
    }

    /// One that is itself asked over TLS.
    pub(crate) fn over_tls(fake: &FakeAws, manner: Manner) -> Self {
        Self::bind(fake, manner, true)
    }

    fn bind(fake: &FakeAws, manner: Manner, over_tls: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let fake = fake.url().replace("http://", "");
        let (log, received) = (Mutex::default(), Mutex::default());
        let authority = Authority::new();
        let shared = Arc::new(Shared { manner, fake, authority, over_tls, log, received });
        let (stop, stopped) = oneshot::channel();
        let server = Arc::clone(&shared);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let thread = std::thread::spawn(move || runtime.block_on(run(listener, server, stopped)));
        Proxy { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// Host and port.
    pub(crate) fn place(&self) -> String {
        self.address.to_string()
    }

    /// What a variable says to use it.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.shared.over_tls { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The same with user and password.
    pub(crate) fn url_with(&self, credentials: &str) -> String {
        self.url().replace("://", &format!("://{credentials}@"))
    }

    /// The certificate of the authority that signs for every host.
    pub(crate) fn authority(&self) -> &str {
        &self.shared.authority.pem
    }

    /// What it was asked: method and target.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.log.lock().unwrap().iter().map(|(asked, _)| asked.clone()).collect()
    }

    /// As whom it was asked.
    pub(crate) fn authorizations(&self) -> Vec<String> {
        self.shared.log.lock().unwrap().iter().map(|(_, by)| by.clone()).collect()
    }

    /// Head and body of what was sent to hosts that are not AWS's.
    pub(crate) fn received(&self) -> Vec<String> {
        self.shared.received.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "the proxy has panicked");
    }
}

async fn run(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        let (Ok((stream, _)), shared) = (accepted, Arc::clone(&shared)) else { return };
        tokio::spawn(async move {
            // Whoever goes away has had enough.
            let _ = if shared.over_tls {
                let acceptor = shared.authority.acceptor("127.0.0.1");
                match acceptor.accept(stream).await {
                    Ok(stream) => serve(stream, &shared).await,
                    Err(_) => Ok(()),
                }
            } else {
                serve(stream, &shared).await
            };
        });
    }
}

/// The head of a request or an answer, and what came behind it.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = read.split_off(at + 4);
            return Ok((String::from_utf8_lossy(&read).into_owned(), rest));
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    shared: &Shared,
) -> std::io::Result<()> {
    let (head, rest) = head(&mut stream).await?;
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap().to_owned());
    let by = header(&head, "proxy-authorization").unwrap_or_default().to_owned();
    let first = {
        let mut log = shared.log.lock().unwrap();
        log.push((format!("{method} {target}"), by.clone()));
        log.len() == 1
    };
    let answer = match &shared.manner {
        Manner::Knows(who) if by != *who => Some(UNAUTHORIZED),
        Manner::Except(host, answer) if target.starts_with(host) => Some(*answer),
        Manner::Answers(answer) => Some(*answer),
        Manner::AnswersOnce(answer) if first => Some(*answer),
        Manner::Closes => Some(""),
        Manner::Hangs => {
            while stream.read(&mut [0; 256]).await? > 0 {}
            None
        }
        _ => None,
    };
    if let Some(answer) = answer {
        stream.write_all(answer.as_bytes()).await?;
        return stream.shutdown().await;
    }
    if method != "CONNECT" {
        return forward(stream, shared, &head, rest).await;
    }
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    if matches!(shared.manner, Manner::ClosesTunnels) {
        stream.read_u8().await?;
        return stream.shutdown().await;
    }
    let host = target.split(':').next().unwrap().to_owned();
    let mut stream = shared.authority.acceptor(&host).accept(stream).await?;
    if !host.contains(".amazonaws.") {
        return receive(stream, shared).await;
    }
    let mut fake = TcpStream::connect(&shared.fake).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut fake).await.map(drop)
}

/// Takes what is sent, and says that it is welcome.
async fn receive(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    shared: &Shared,
) -> std::io::Result<()> {
    let (head, mut body) = head(&mut stream).await?;
    let length: usize = header(&head, "content-length").unwrap().parse().unwrap();
    while body.len() < length {
        stream.read_buf(&mut body).await?;
    }
    let body = String::from_utf8_lossy(&body);
    shared.received.lock().unwrap().push(format!("{head}{body}"));
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
    stream.shutdown().await
}

/// Sends one request on, and its answer back.
async fn forward(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    shared: &Shared,
    own: &str,
    mut body: Vec<u8>,
) -> std::io::Result<()> {
    let length = header(own, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while body.len() < length {
        stream.read_buf(&mut body).await?;
    }
    // `POST http://host/path HTTP/1.1`: the host is for the proxy alone.
    let (method, rest) = own.split_once(' ').unwrap();
    let path = rest.strip_prefix("http://").unwrap();
    let path = &path[path.find('/').unwrap()..];
    let mut fake = TcpStream::connect(&shared.fake).await?;
    let closing = format!("{method} {path}").replacen("\r\n", "\r\nconnection: close\r\n", 1);
    fake.write_all(closing.as_bytes()).await?;
    fake.write_all(&body).await?;
    let (answer, rest) = head(&mut fake).await?;
    stream.write_all(answer.replacen("\r\n", "\r\nconnection: close\r\n", 1).as_bytes()).await?;
    stream.write_all(&rest).await?;
    tokio::io::copy(&mut fake, &mut stream).await?;
    stream.shutdown().await
}
