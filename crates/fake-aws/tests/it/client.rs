//! A client that speaks just enough HTTP to ask the fake.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use elb_audit_fake_aws::FakeAws;

/// Who asks what of which region.
#[derive(Clone, Copy)]
pub(crate) struct Client<'a> {
    pub(crate) fake: &'a FakeAws,
    pub(crate) region: &'a str,
    pub(crate) key: &'a str,
}

/// An answer: status and body, both empty when the connection ended without one.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
    /// The error that the connection ended with.
    pub(crate) ended: Option<ErrorKind>,
    /// Whether the body is as long as was announced.
    pub(crate) whole: bool,
}

impl<'a> Client<'a> {
    pub(crate) fn new(fake: &'a FakeAws) -> Self {
        Self { fake, region: "eu-west-1", key: "AKIAEXAMPLE" }
    }

    /// Asks with a call such as `elbv2:DescribeRules` and form-encoded parameters, or a JSON body.
    pub(crate) fn ask(self, call: &str, parameters: &str) -> Reply {
        let (family, action) = call.split_once(':').expect("family:Operation");
        let target = match family {
            "acm" => "CertificateManager",
            "wafv2" => "AWSWAF_20190729",
            "waf-regional" => "AWSWAF_Regional_20161128",
            "shield" => "AWSShield_20160616",
            "globalaccelerator" => "GlobalAccelerator_V20180706",
            "cognito-idp" => "AWSCognitoIdentityProviderService",
            "logs" => "Logs_20140328",
            "config" => "StarlingDoveService",
            "network-firewall" => "NetworkFirewall_20201112",
            "ssm" => "AmazonSSM",
            _ => return self.query(family, action, parameters),
        };
        self.send(family, &format!("x-amz-target: {target}.{action}\r\n"), parameters)
    }

    fn query(self, family: &str, action: &str, parameters: &str) -> Reply {
        let version = match family {
            "elb" => "2012-06-01",
            "elbv2" => "2015-12-01",
            "ec2" => "2016-11-15",
            "autoscaling" => "2011-01-01",
            "cloudwatch" => "2010-08-01",
            "iam" => "2010-05-08",
            "ses" => "2010-12-01",
            _ => "2011-06-15",
        };
        self.send(family, "", &format!("Action={action}&Version={version}&{parameters}"))
    }

    fn send(self, family: &str, header: &str, body: &str) -> Reply {
        self.request(family, "POST /", &format!("host: local\r\n{header}"), body)
    }

    /// Asks a service by path: `GET /bucket?versioning`, with further header lines if there are any.
    pub(crate) fn rest(self, service: &str, line: &str, header: &str) -> Reply {
        let host = if header.contains("host: ") { "" } else { "host: local\r\n" };
        self.request(service, line, &format!("{host}{header}"), "")
    }

    /// The same with a body.
    pub(crate) fn rest_with(self, service: &str, line: &str, body: &str) -> Reply {
        self.request(service, line, "host: local\r\n", body)
    }

    fn request(self, family: &str, line: &str, header: &str, body: &str) -> Reply {
        let (key, region) = (self.key, self.region);
        let request = format!(
            "{line} HTTP/1.1\r\nconnection: close\r\nauthorization: AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{family}/aws4_request, SignedHeaders=host, Signature=0\r\n{header}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let url = self.fake.url();
        let mut stream =
            TcpStream::connect(url.trim_start_matches("http://")).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a time-out");
        stream.write_all(request.as_bytes()).expect("a request sent");
        let mut answer = Vec::new();
        // A reset or a time-out leaves what had come before.
        let ended = stream.read_to_end(&mut answer).err().map(|error| error.kind());
        Reply { ended, ..reply(&String::from_utf8_lossy(&answer)) }
    }
}

fn reply(answer: &str) -> Reply {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    Reply {
        head: head.to_owned(),
        status: head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0),
        whole: announced.and_then(|text| text.parse().ok()) == Some(body.len()),
        body: body.to_owned(),
        ended: None,
    }
}

impl Reply {
    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The content of the first element, or of the first JSON string, with this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).into_iter().next()
    }

    /// The contents of all of them.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let json = self.body.starts_with('{');
        let (open, close) = if json {
            (format!("\"{name}\":\""), "\"".to_owned())
        } else {
            (format!("<{name}>"), format!("</{name}>"))
        };
        let after = self.body.split(&open).skip(1);
        after.filter_map(|rest| rest.split(&close).next()).collect()
    }
}

/// Text as form encoding has it.
pub(crate) fn encode(text: &str) -> String {
    text.replace('%', "%25").replace(':', "%3A").replace('/', "%2F")
}
