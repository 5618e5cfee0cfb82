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
    /// A header by its name in lower case.
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
        let length = format!("content-length: {}", answer.body.len());
        let mut out = head(answer, request_id, &length).into_bytes();
        out.extend_from_slice(&answer.body[..bytes.min(answer.body.len())]);
        self.put(&out).await
    }

    /// Begins an answer whose length is not known before.
    pub(crate) async fn begin_pieces(
        &mut self,
        answer: &Answer,
        request_id: &str,
    ) -> io::Result<()> {
        self.put(head(answer, request_id, "transfer-encoding: chunked").as_bytes()).await
    }

    /// Sends a piece of such an answer.
    pub(crate) async fn put_piece(&mut self, piece: &[u8]) -> io::Result<()> {
        self.put(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
        self.put(piece).await?;
        self.put(b"\r\n").await
    }

    /// Sends bytes as they are.
    pub(crate) async fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
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

/// The head of an answer, with the header that says where its body ends.
fn head(answer: &Answer, request_id: &str, framing: &str) -> String {
    let (status, content_type) = (answer.status, answer.content_type);
    let mut head = format!(
        "HTTP/1.1 {status} {}\r\ncontent-type: {content_type}\r\n{framing}\r\nx-amzn-requestid: {request_id}\r\n",
        reason(status),
    );
    for (name, value) in &answer.headers {
        head.extend([*name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    head
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
        302 => "Found",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Other",
    }
}
