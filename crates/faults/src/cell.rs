//! A cell: one call with one fault.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use elb_audit_fake_aws::{Account, FakeAws};

use crate::child::{self, Run};
use crate::judge::{Whole, wrong};
use crate::kind::{KINDS, Kind, Running};
use crate::scene::{About, Asked, SCENES, Scene, calls};

/// One call with one fault.
#[derive(Clone, Copy)]
pub struct Cell {
    /// The call.
    pub asked: Asked,
    /// The fault.
    pub kind: &'static Kind,
}

/// What came of a cell.
pub struct Tried {
    /// Which.
    pub cell: Cell,
    /// What is wrong; nothing if it has passed.
    pub wrong: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// Bytes of memory at most.
    pub peak: u64,
}

impl Cell {
    /// Every call with every fault.
    #[must_use]
    pub fn all() -> Vec<Cell> {
        let cell = |asked: Asked| KINDS.iter().map(move |kind| Cell { asked, kind });
        calls().into_iter().flat_map(cell).collect()
    }

    /// Its name: call and fault.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.asked.name(), self.kind.name)
    }
}

/// The program, and what comes of each scene without a fault.
pub struct Matrix<'a> {
    program: &'a Path,
    whole: BTreeMap<&'static str, Whole>,
}

impl<'a> Matrix<'a> {
    /// Runs each scene without a fault.
    ///
    /// # Errors
    /// When the program cannot be run, or leaves no report of a scene.
    pub fn new(program: &'a Path) -> io::Result<Self> {
        let mut whole = BTreeMap::new();
        for scene in SCENES {
            let fake = prepared(program, scene)?;
            fake.clear_log();
            let run = start(program, &fake, scene, Running::Again)?;
            whole.insert(scene.name, Whole::read(&run, fake)?);
        }
        Ok(Matrix { program, whole })
    }

    /// Tries a cell.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn try_out(&self, cell: Cell) -> io::Result<Tried> {
        let scene = cell.asked.scene;
        let fake = prepared(self.program, scene)?;
        fake.clear_log();
        let elsewhere = FakeAws::start(Account::default());
        fake.fault((cell.kind.plant)(cell.asked.call, &elsewhere.url()));
        let run = start(self.program, &fake, scene, cell.kind.run)?;
        let mut wrong = wrong(&cell, &self.whole[scene.name], &run, &fake);
        if !elsewhere.log().is_empty() {
            wrong.push("it followed the redirect".to_owned());
        }
        Ok(Tried { cell, wrong, took: run.took, peak: run.peak })
    }
}

/// A fake AWS for a scene, at which an earlier run has left what it keeps.
fn prepared(program: &Path, scene: &Scene) -> io::Result<FakeAws> {
    let fake = scene.start();
    if scene.about == About::Remembering {
        start(program, &fake, scene, Running::Again)?;
    }
    Ok(fake)
}

fn start(program: &Path, fake: &FakeAws, scene: &Scene, running: Running) -> io::Result<Run> {
    let arguments = scene.arguments.replace("{fake}", &fake.url());
    let arguments = format!("{arguments} {}", running.options());
    child::run(program, &fake.url(), &arguments, Duration::from_secs(running.seconds()))
}
