//! A process that reads an account as often as it is told to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use elb_audit_core::inventory::Inventory;
use elb_audit_fake_aws::FakeAws;

use crate::inside::{self, Settings};

/// What a line with an inventory begins with.
pub(crate) const MARK: &str = "inventory ";

/// A fake AWS and the process that reads it.
pub(crate) struct Worker {
    pub(crate) fake: FakeAws,
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// One that reads the account of the fake, or every account of its organization.
    pub(crate) fn start(fake: FakeAws, organization: bool) -> Self {
        let settings = Settings {
            attempts: 1,
            faster: 10.0,
            attempt: 600.0,
            deadline: 6_000.0,
            organization,
            ..Settings::default()
        };
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "inside::as_often_as_told", "--ignored", "--nocapture"]);
        let mut child = inside::environment(&mut command, &fake, &settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ask = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Worker { fake, child, ask, answers }
    }

    /// What the account holds now, or why nobody can say.
    pub(crate) fn collect(&mut self) -> Result<Inventory, String> {
        self.ask.write_all(b"again\n").unwrap();
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.answers.read_line(&mut line).unwrap(), 0, "the reader is gone");
            if let Some(at) = line.find(MARK) {
                return serde_json::from_str(&line[at + MARK.len()..]).unwrap();
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
