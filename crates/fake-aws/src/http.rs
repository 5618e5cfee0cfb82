//! As much of HTTP/1.1 as the SDKs speak: keep-alive, bodies with a length.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;

const LARGEST_HEAD: usize = 64 * 1024;

/// A request as it was read.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the client wants the connection closed after the answer.
    pub(crate) fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// A client's connection, with what was read of it beyond the last request.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// The next request; `None` when the client has closed.
    pub(crate) async fn read(&mut self) -> io::Result<Option<Request>> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            if self.buffer.len() > LARGEST_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let mut request = parse(&String::from_utf8_lossy(&head));
        let length =
            request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        while self.buffer.len() < length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
        request.body = self.buffer.drain(..length).collect();
        Ok(Some(request))
    }

    /// Sends an answer, or its first `bytes` while announcing all of them.
    pub(crate) async fn write(
        &mut self,
        answer: &Answer,
        request_id: &str,
        bytes: usize,
    ) -> io::Result<()> {
        let mut out = format!(
            "HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\nx-amzn-requestid: {request_id}\r\n",
            answer.status,
            reason(answer.status),
            answer.content_type,
            answer.body.len(),
        );
        for (name, value) in &answer.headers {
            out.extend([*name, ": ", value, "\r\n"]);
        }
        out.push_str("\r\n");
        let mut out = out.into_bytes();
        out.extend_from_slice(&answer.body[..bytes.min(answer.body.len())]);
        self.stream.write_all(&out).await
    }

    /// Never answers; comes back when the client gives up.
    pub(crate) async fn hang(&mut self) {
        let mut sink = [0; 256];
        while let Ok(1..) = self.stream.read(&mut sink).await {}
    }

    /// Closes with a reset instead of an orderly end.
    pub(crate) fn reset(self) {
        // Without it the close is orderly, which a client sees as an error all the same.
        let _ = self.stream.set_zero_linger();
    }
}

fn parse(head: &str) -> Request {
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
        body: Vec::new(),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Other",
    }
}
