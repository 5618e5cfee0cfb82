//! Tries the cells of the fault matrix, and says which do not pass.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use elb_audit_faults::cell::{Cell, Matrix, Tried};
use elb_audit_faults::page;

const USAGE: &str = "usage: elb-audit-faults [--sample N [--seed S]] [--call TEXT] [--kind TEXT] [--jobs N] [--program FILE] [--write PAGE]
  without --sample every cell is tried; --call and --kind choose those whose names hold the text, or
  have it alone with = before it
  --program is the elb-audit that is tried; default: the one beside this program
  --write puts the numbers into the page; not with --call and --kind";

#[derive(Default)]
struct Options {
    sample: Option<usize>,
    seed: u64,
    call: String,
    kind: String,
    jobs: Option<usize>,
    program: Option<PathBuf>,
    write: Option<PathBuf>,
}

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(options) = read(&arguments) else {
        writeln!(io::stderr(), "{USAGE}")?;
        return Ok(ExitCode::from(2));
    };
    let cells = chosen(&options);
    if cells.is_empty() {
        writeln!(io::stderr(), "no cell has such a name")?;
        return Ok(ExitCode::from(2));
    }
    let beside = std::env::current_exe()?.with_file_name("elb-audit");
    let program = options.program.clone().unwrap_or(beside);
    let matrix = Matrix::new(&program)?;
    let all = try_all(&matrix, &cells, options.jobs)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n{}", page::kinds(&all), page::by_call(&all))?;
    let failed: Vec<&Tried> = all.iter().filter(|tried| !tried.wrong.is_empty()).collect();
    for tried in &failed {
        writeln!(out, "failed: {}", tried.cell.name())?;
    }
    writeln!(out, "{} cells, {} failed", all.len(), failed.len())?;
    if let Some(file) = &options.write {
        let text = std::fs::read_to_string(file)?;
        let text = page::with_numbers(&text, &all)
            .ok_or_else(|| io::Error::other("the page has no place for the numbers"))?;
        std::fs::write(file, text)?;
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The options, or nothing when there is one that is not understood.
fn read(arguments: &[String]) -> Option<Options> {
    let mut options = Options { seed: 1, ..Options::default() };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return None };
        match name.as_str() {
            "--sample" => options.sample = Some(value.parse().ok()?),
            "--seed" => options.seed = value.parse().ok()?,
            "--call" => options.call.clone_from(value),
            "--kind" => options.kind.clone_from(value),
            "--jobs" => options.jobs = Some(value.parse().ok().filter(|jobs| *jobs > 0)?),
            "--program" => options.program = Some(value.into()),
            "--write" => options.write = Some(value.into()),
            _ => return None,
        }
    }
    // A page of some calls would say of the others that nothing came of them.
    let some = !options.call.is_empty() || !options.kind.is_empty();
    (options.write.is_none() || !some).then_some(options)
}

/// The cells that are asked for, in an order that mixes long ones with short ones.
fn chosen(options: &Options) -> Vec<Cell> {
    let fits = |name: &str, text: &str| match text.strip_prefix('=') {
        Some(alone) => name == alone,
        None => name.contains(text),
    };
    let mut cells = Cell::all();
    cells.retain(|cell| {
        fits(&cell.asked.name(), &options.call) && fits(cell.kind.name, &options.kind)
    });
    shuffle(&mut cells, options.seed);
    cells.truncate(options.sample.unwrap_or(usize::MAX));
    cells
}

/// The same order for the same seed, on every machine.
fn shuffle(cells: &mut [Cell], seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for last in (1..cells.len()).rev() {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let upto = u64::try_from(last + 1).unwrap_or(u64::MAX);
        cells.swap(last, usize::try_from(state % upto).unwrap_or_default());
    }
}

/// The first few things that are wrong, each in a line.
fn shown(wrong: &[String]) -> String {
    const FEW: usize = 4;
    let line = |one: &String| format!("\n  {}", one.chars().take(400).collect::<String>());
    let shown: String = wrong.iter().take(FEW).map(line).collect();
    match wrong.len().saturating_sub(FEW) {
        0 => shown,
        more => format!("{shown}\n  and {more} more"),
    }
}

/// Tries the cells, so many at a time: most of them wait now and then.
fn try_all(matrix: &Matrix<'_>, cells: &[Cell], jobs: Option<usize>) -> io::Result<Vec<Tried>> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> io::Result<()> {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            let tried = matrix.try_out(*cell)?;
            if !tried.wrong.is_empty() {
                writeln!(io::stderr(), "{}:{}", cell.name(), shown(&tried.wrong))?;
            }
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push(tried);
            if done.len() % 100 == 0 {
                writeln!(io::stderr(), "{} of {} cells", done.len(), cells.len())?;
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..jobs.unwrap_or(2 * cores)).map(|_| scope.spawn(work)).collect();
        let ended = |job: std::thread::ScopedJoinHandle<'_, io::Result<()>>| {
            job.join().unwrap_or_else(|_| Err(io::Error::other("a cell cannot be judged")))
        };
        jobs.into_iter().try_for_each(ended)
    })?;
    let mut all = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    // One may have failed because the machine was busy with others: alone it has no such excuse.
    for tried in all.iter_mut().filter(|tried| !tried.wrong.is_empty()) {
        *tried = matrix.try_out(tried.cell)?;
        if !tried.wrong.is_empty() {
            writeln!(io::stderr(), "{}, alone:{}", tried.cell.name(), shown(&tried.wrong))?;
        }
    }
    Ok(all)
}
