//! AWS's side of a Lambda function: the Runtime API, with the deadline under the test's control, and the
//! real `bootstrap` that asks it for events.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// An event that waits for the function.
struct Waiting {
    id: String,
    body: String,
    deadline: u64,
}

/// What the function has answered: the end of the path (`response`, `error`, `init/error`) and the body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Answer {
    /// The body of a success.
    pub(crate) fn success(&self) -> Value {
        assert!(self.path.ends_with("/response"), "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    /// Kind and message of a failure.
    pub(crate) fn failure(&self) -> (String, String) {
        assert!(self.path.ends_with("/error"), "{self:?}");
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let field = |name: &str| body[name].as_str().unwrap().to_owned();
        (field("errorType"), field("errorMessage"))
    }
}

/// A function that runs, and what it is asked.
pub(crate) struct Function {
    child: Child,
    events: Arc<Mutex<VecDeque<Waiting>>>,
    news: Sender<()>,
    answers: Receiver<Answer>,
    asked: usize,
}

impl Function {
    /// Starts `bootstrap` in this environment, which has nothing else in it.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let events: Arc<Mutex<VecDeque<Waiting>>> = Arc::default();
        let (news, told) = channel();
        let (answered, answers) = channel();
        let (queue, told) = (Arc::clone(&events), Arc::new(Mutex::new(told)));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (queue, told) = (Arc::clone(&queue), Arc::clone(&told));
                let answered = answered.clone();
                std::thread::spawn(move || serve(&stream, &queue, (&told, &answered)));
            }
        });
        let child = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "elb-audit")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/elb-audit")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/nonexistent/aws")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/aws")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .envs(variables.iter().copied())
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Function { child, events, news, answers, asked: 0 }
    }

    /// Sends an event that has to be answered within so many seconds, and waits for the answer.
    pub(crate) fn asked(&mut self, event: &Value, seconds: u64) -> Answer {
        self.asked_raw(&event.to_string(), seconds)
    }

    /// The same with whatever comes instead of an event.
    pub(crate) fn asked_raw(&mut self, body: &str, seconds: u64) -> Answer {
        self.asked += 1;
        let id = format!("request-{}", self.asked);
        let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
        let deadline = now + seconds * 1_000;
        let event = Waiting { id, body: body.to_owned(), deadline };
        self.events.lock().unwrap().push_back(event);
        self.news.send(()).unwrap();
        self.answers.recv().unwrap()
    }

    /// What the function says when it cannot start.
    pub(crate) fn init_error(&self) -> Answer {
        self.answers.recv().unwrap()
    }

    /// Ends it: the lines of standard output, those of standard error, and whether it had ended by itself
    /// with an error.
    pub(crate) fn stopped(mut self) -> (Vec<String>, Vec<String>, bool) {
        let failed = self.child.try_wait().unwrap().is_some_and(|status| !status.success());
        let _ = self.child.kill();
        let output = |stream: &mut dyn std::io::Read| {
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let stdout = output(self.child.stdout.as_mut().unwrap());
        let mut stderr = output(self.child.stderr.as_mut().unwrap());
        // A machine that is busy answers late.
        stderr.retain(|line| !line.contains("note: no answer yet from "));
        let _ = self.child.wait();
        (stdout, stderr, failed)
    }

    /// Waits until it has ended by itself; whether it failed.
    pub(crate) fn ended(&mut self) -> bool {
        !self.child.wait().unwrap().success()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection: asks for the next event wait until there is one, everything else is an answer.
fn serve(
    stream: &TcpStream,
    events: &Mutex<VecDeque<Waiting>>,
    (news, answered): (&Mutex<Receiver<()>>, &Sender<Answer>),
) {
    let mut reader = BufReader::new(stream);
    while let Some((method, path, body)) = request(&mut reader) {
        let (head, body) = if method == "GET" && path.ends_with("/invocation/next") {
            if news.lock().unwrap().recv().is_err() {
                return;
            }
            let Waiting { id, body, deadline } = events.lock().unwrap().pop_front().unwrap();
            let arn = "arn:aws:lambda:eu-west-1:111122223333:function:elb-audit";
            let head = format!(
                "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {id}\r\n\
                 Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
                 Lambda-Runtime-Invoked-Function-Arn: {arn}\r\n"
            );
            (head, body)
        } else {
            let _ = answered.send(Answer { path, body });
            ("HTTP/1.1 202 Accepted\r\n".to_owned(), "{}".to_owned())
        };
        let about = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        let mut out = stream;
        if out.write_all(format!("{head}{about}\r\n{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Method, path and body of the next request of a connection; none when it is closed.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let (name, value) = match header.trim().split_once(':') {
            Some((name, value)) => (name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
        match name.as_str() {
            "content-length" => length = value.parse().ok()?,
            "transfer-encoding" => chunked = value == "chunked",
            _ => {}
        }
    }
    let body = if chunked { chunks(reader)? } else { exactly(reader, length)? };
    Some((method, path, String::from_utf8(body).ok()?))
}

fn exactly(reader: &mut BufReader<&TcpStream>, length: usize) -> Option<Vec<u8>> {
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

fn chunks(reader: &mut BufReader<&TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        body.extend(exactly(reader, size)?);
        exactly(reader, 2)?;
        if size == 0 {
            return Some(body);
        }
    }
}
