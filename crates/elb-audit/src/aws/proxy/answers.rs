//! What a failure of a proxy is, by what the SDK's connector and the proxy itself say.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::Proxy;
use crate::aws::api::innermost;
use crate::aws::connection_error::ProxyFailure;
use crate::aws::target::Target;

/// What the connector calls what happens before a tunnel is open.
const TUNNEL: &str = "tunnel error: ";
/// What it calls all that happens before a request is sent.
const CONNECTING: &str = "client error (Connect)";

/// What an error on the way through a proxy says of the proxy; none where it is of what lies behind.
pub(crate) fn failure(error: &ConnectorError, target: &Target) -> Option<ProxyFailure> {
    let causes = causes(error);
    let says = |text: &str| causes.iter().any(|cause| cause.contains(text));
    if error.is_timeout() {
        return says("connect timeout").then_some(ProxyFailure::Silent);
    }
    let unreachable = || ProxyFailure::Unreachable(innermost(error).to_string());
    if !target.is_https {
        let connecting = ["tcp connect error", "dns error", "invalid peer certificate"];
        let before = connecting.into_iter().any(says);
        return error.is_io().then(|| if before { unreachable() } else { ProxyFailure::Closed });
    }
    let Some(said) = causes.iter().find_map(|cause| cause.strip_prefix(TUNNEL)) else {
        let said = innermost(error).to_string();
        let is_handshake = says(CONNECTING) && !said.starts_with("invalid peer certificate");
        return is_handshake.then_some(ProxyFailure::NoTls(said));
    };
    Some(match said {
        "proxy authorization required" => ProxyFailure::Unauthorized,
        "failed to create underlying connection" => unreachable(),
        "unexpected end of file" | "io error establishing tunnel" => ProxyFailure::Closed,
        "unsuccessful" => ProxyFailure::Refused(None),
        _ => ProxyFailure::Unknown,
    })
}

fn causes(error: &ConnectorError) -> Vec<String> {
    let mut causes = Vec::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes
}

/// What an answer to a request that a proxy forwards says of the proxy; none where it is the host's own. AWS
/// answers no pages.
pub(crate) fn refusal(response: &HttpResponse) -> Option<ProxyFailure> {
    let status = response.status().as_u16();
    let headers = response.headers();
    let is_page = || {
        let kind = headers.get("content-type").unwrap_or_default();
        let is_of_aws = headers.iter().any(|(name, _)| name.starts_with("x-amz"));
        kind.starts_with("text/html") && !is_of_aws
    };
    match status {
        407 => Some(ProxyFailure::Unauthorized),
        400.. if is_page() => Some(ProxyFailure::Refused(Some(status))),
        _ => None,
    }
}

/// Why a proxy does not lead to a host, asked once more: the connector keeps the status to itself, and what
/// is forbidden is not what is out of order.
pub(crate) async fn why_refused(proxy: &Proxy, target: &Target) -> ProxyFailure {
    match status_line(proxy, target).await {
        None => ProxyFailure::Refused(None),
        Some(line) => match status(&line) {
            None => ProxyFailure::Unknown,
            Some(407) => ProxyFailure::Unauthorized,
            // It does by now.
            Some(200..300) => ProxyFailure::Closed,
            status => ProxyFailure::Refused(status),
        },
    }
}

fn status(line: &str) -> Option<u16> {
    line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.trim().parse().ok()
}

async fn status_line(proxy: &Proxy, target: &Target) -> Option<String> {
    /// More than a status line has.
    const LONGEST: u64 = 256;
    if proxy.is_https {
        return None;
    }
    let host = proxy.host.trim_matches(['[', ']']);
    let mut stream = TcpStream::connect((host, proxy.port)).await.ok()?;
    let place = target.with_port();
    let authorization = proxy.authorization().unwrap_or_default();
    let credentials = match authorization.as_str() {
        "" => String::new(),
        own => format!("Proxy-Authorization: {own}\r\n"),
    };
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut line = Vec::new();
    BufReader::new(stream.take(LONGEST)).read_until(b'\n', &mut line).await.ok()?;
    Some(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn pages_are_of_the_proxy() {
        let of = |status: u16, headers: &[(&'static str, &'static str)]| {
            let status = StatusCode::try_from(status).unwrap();
            let mut response = HttpResponse::new(status, SdkBody::empty());
            for (name, value) in headers {
                response.headers_mut().insert(*name, *value);
            }
            refusal(&response)
        };
        let page = ("content-type", "text/html;charset=utf-8");
        assert_eq!(of(407, &[]), Some(ProxyFailure::Unauthorized));
        assert_eq!(of(403, &[page]), Some(ProxyFailure::Refused(Some(403))));
        assert_eq!(of(503, &[page]), Some(ProxyFailure::Refused(Some(503))));
        assert_eq!(of(200, &[page]), None);
        assert_eq!(of(403, &[("content-type", "text/xml")]), None);
        assert_eq!(of(403, &[page, ("x-amzn-requestid", "1")]), None);
        assert_eq!(of(503, &[]), None);
    }

    #[test]
    fn status_lines() {
        for (line, expected) in [
            ("HTTP/1.1 403 Forbidden\r\n", Some(403)),
            ("HTTP/1.0 502\r\n", Some(502)),
            ("HTTP/1.1 200 Connection established\r\n", Some(200)),
            ("SSH-2.0-OpenSSH_9.6\r\n", None),
            ("HTTP/2 403\r\n", None),
            ("", None),
        ] {
            assert_eq!(status(line), expected, "{line}");
        }
    }
}
