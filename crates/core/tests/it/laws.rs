//! The laws that hold over all checks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit_core::check::{Check, Judge, plan};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::{demo, sample, scenes};
use elb_audit_core::inventory::{Inventory, Region};
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::fact::Reason;

use crate::given::{KINDS, everything, line, report, report_of, shown};
use crate::golden::compare;

mod facts;
mod together;
mod unclear;

use facts::Known;

#[test]
#[expect(clippy::disallowed_methods, reason = "a variable asks for the examples to be renewed")]
fn examples_give_exactly_their_findings() {
    let mut wrong = Vec::new();
    for check in ALL {
        for example in check.examples {
            let found = shown(check, &(example.given)());
            if found != example.finds {
                if std::env::var_os("UPDATE_EXAMPLES").is_some() {
                    renew(check, example.title, &found);
                }
                wrong.push(format!(
                    "{}, {}:\n  says {:?}\n  gives {found:?}",
                    check.id, example.title, example.finds
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Writes into a check's file what an example gives. To be read before it is committed: a finding that
/// the example should not give is a fault of a check.
#[expect(clippy::disallowed_methods, reason = "an example stands in a file")]
fn renew(check: &Check, title: &str, found: &[String]) {
    let file = file(check);
    let text = std::fs::read_to_string(&file).expect("a file a check");
    let example = text.find(&format!("title: \"{title}\",")).expect("an example's title");
    let begin = example + text[example..].find("finds: &[").expect("its findings") + 9;
    let end = begin + text[begin..].find(']').expect("their end");
    let lines: Vec<String> = found.iter().map(|line| format!("{line:?}")).collect();
    let renewed = format!("{}{}{}", &text[..begin], lines.join(", "), &text[end..]);
    std::fs::write(&file, renewed).expect("a file that can be written");
}

/// What lies beside the folders of checks, for checks to use.
const NO_CHECKS: [&str; 2] = ["prelude", "shared"];

/// Folder and name of every file of a check.
pub(crate) fn files() -> Vec<(String, String)> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let stem = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut files = Vec::new();
    for path in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks")) {
        let subject = stem(&path);
        if NO_CHECKS.contains(&subject.as_str()) {
            continue;
        }
        let folder = path.with_extension("");
        assert!(folder.is_dir(), "{} lies in the folder of no subject", path.display());
        if path == folder {
            files.extend(entries(&folder).iter().map(|file| (subject.clone(), stem(file))));
        }
    }
    files
}

/// The file of a check.
fn file(check: &Check) -> PathBuf {
    let name = check.id.replace('-', "_");
    let folder = files().into_iter().find(|(_, file)| *file == name).expect("a file a check").0;
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/checks/{folder}/{name}.rs"))
}

#[test]
fn every_check_shows_a_finding_and_a_pass() {
    for check in ALL {
        let mut outcomes = BTreeSet::new();
        for example in check.examples {
            let report = report_of(&(example.given)(), &[check]);
            outcomes.extend(report.findings.iter().map(|finding| finding.outcome));
        }
        let shown = outcomes.contains(&Outcome::Fail) || outcomes.contains(&Outcome::Note);
        assert!(shown, "{} shows neither failure nor note", check.id);
        assert!(outcomes.contains(&Outcome::Pass), "{} shows no pass", check.id);
    }
}

#[test]
fn a_clean_load_balancer_passes_everything() {
    for kind in KINDS {
        let report = report(&sample::clean(&kind));
        for finding in &report.findings {
            let fine = matches!(finding.outcome, Outcome::Pass | Outcome::Note);
            assert!(fine, "clean {kind}: {}", line(finding));
        }
        assert!(!report.findings.is_empty(), "clean {kind}: nothing judged");
    }
}

/// The one list of what checks note about every load balancer: an example lists the notes of its own check.
#[test]
fn the_notes_on_a_clean_load_balancer_are_those_of_the_list() {
    let mut list = String::new();
    for kind in KINDS {
        writeln!(list, "{kind}").expect("a text");
        for finding in report(&sample::clean(&kind)).findings {
            if finding.outcome == Outcome::Note {
                writeln!(list, "  {}", line(&finding)).expect("a text");
            }
        }
    }
    compare("crates/core/tests/it/snapshots/clean-notes.txt", &list);
}

/// An inventory that some example has.
struct Given {
    /// The name of the first example that has it.
    name: String,
    inventory: Inventory,
    /// What all checks say of it.
    report: Report,
    /// Its JSON form.
    plain: String,
}

impl Given {
    /// Whether it holds several load balancers, each a scene of its own.
    fn is_whole(&self) -> bool {
        ["demo", "scenes"].contains(&self.name.as_str())
    }
}

/// Every inventory once, however many examples share it.
static DISTINCT: LazyLock<Vec<Given>> = LazyLock::new(|| {
    let mut seen = BTreeSet::new();
    let first = |(name, inventory): (String, Inventory)| {
        let plain = serde_json::to_string(&inventory).expect("an inventory is JSON");
        let is_new = seen.insert(plain.clone());
        is_new.then(|| Given { report: report(&inventory), name, inventory, plain })
    };
    everything().into_iter().filter_map(first).collect()
});

/// What all checks say of every inventory, by the name of the first example that has it.
pub(crate) fn reports() -> impl Iterator<Item = (&'static str, &'static Report)> {
    DISTINCT.iter().map(|given| (given.name.as_str(), &given.report))
}

/// Looks at every inventory, on all cores.
fn each_distinct(look: impl Fn(&Given) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(given) = DISTINCT.get(next.fetch_add(1, Ordering::Relaxed)) {
            look(given);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
}

/// The ARN of the load balancer that a finding is about, or the account and the region.
fn owner(finding: &Finding) -> (&str, &str) {
    let apart = (finding.account.as_str(), finding.region.as_str());
    finding.load_balancer.as_ref().map_or(apart, |lb| (&lb.arn, ""))
}

/// What a verdict is about: check, owner, subject.
type Key<'a> = (&'a str, (&'a str, &'a str), u8, &'a str);

fn key(finding: &Finding) -> Key<'_> {
    (&finding.check, owner(finding), finding.subject.kind as u8, &finding.subject.id)
}

/// The verdicts of a report, to hold others against.
struct Verdicts<'a> {
    report: &'a Report,
    /// Where the finding about each is in the report.
    places: HashMap<Key<'a>, usize>,
    /// Where those of each check are.
    of_check: HashMap<&'a str, Vec<usize>>,
}

/// What became of verdicts.
#[derive(Default)]
struct Difference<'a> {
    /// The checks that say something else.
    checks: BTreeSet<&'a str>,
    /// Whether somebody else can reach something, as far as is known.
    is_exposed_else: bool,
    /// What hiding a fact must not do.
    flips: Vec<String>,
}

impl Difference<'_> {
    /// Takes in that something is exposed in another way.
    fn exposed(&mut self, what: &str, was: ExposureClass, is: ExposureClass) {
        self.is_exposed_else = true;
        if is != ExposureClass::Unknown {
            self.flips.push(format!("{what} was {was:?}, is {is:?}"));
        }
    }
}

impl<'a> Verdicts<'a> {
    fn of(report: &'a Report) -> Self {
        let places: HashMap<Key, usize> =
            report.findings.iter().enumerate().map(|(place, one)| (key(one), place)).collect();
        let mut of_check: HashMap<&str, Vec<usize>> = HashMap::new();
        for ((check, ..), place) in &places {
            of_check.entry(check).or_default().push(*place);
        }
        Verdicts { report, places, of_check }
    }

    /// What is different in a report of these checks alone, and wrong if all that changed is that
    /// something is not known any more.
    fn against<'b>(&self, after: &'b Report, concerned: &Concerned) -> Difference<'b>
    where
        'a: 'b,
    {
        let mut found = Difference::default();
        let mut met = vec![false; self.report.findings.len()];
        let mut next = 0;
        for is in &after.findings {
            let place = self.place(is, next);
            let was = place.map(|place| &self.report.findings[place]);
            if was.is_none_or(|was| was.outcome != is.outcome) {
                found.checks.insert(&is.check);
                if is.outcome != Outcome::Unknown {
                    let was = was.map(|was| was.outcome);
                    found.flips.push(format!("{:?} became {:?}, was {was:?}", key(is), is.outcome));
                }
            }
            if let (Some(place), Some(was)) = (place, was) {
                next = place + 1;
                met[place] = true;
                if is.exposure != was.exposure {
                    found.exposed(&is.check, was.exposure, is.exposure);
                }
            }
        }
        self.gone(&met, after, concerned, &mut found);
        for (was, is) in self.report.load_balancers.iter().zip(&after.load_balancers) {
            if is.exposure != was.exposure {
                found.exposed(&was.name, was.exposure, is.exposure);
            }
        }
        found
    }

    /// Where the finding about the same is. Most come in the same order, so here, perhaps.
    fn place(&self, is: &Finding, here: usize) -> Option<usize> {
        let same = self.report.findings.get(here).is_some_and(|was| key(was) == key(is));
        if same { Some(here) } else { self.places.get(&key(is)).copied() }
    }

    /// The verdicts of these checks that are there no more. They may be gone where the check says of the
    /// owner that something is not known: its subjects, perhaps.
    fn gone<'b>(
        &self,
        met: &[bool],
        after: &'b Report,
        concerned: &Concerned,
        found: &mut Difference<'b>,
    ) where
        'a: 'b,
    {
        let own = concerned.checks.iter().filter_map(|check| self.of_check.get(check.id)).flatten();
        let gone: Vec<&Finding> =
            own.filter(|place| !met[**place]).map(|place| &self.report.findings[*place]).collect();
        if gone.is_empty() {
            return;
        }
        let blind = after.findings.iter().filter(|one| one.outcome == Outcome::Unknown);
        let blind: HashSet<_> = blind.map(|one| (one.check.as_str(), owner(one))).collect();
        for was in gone {
            found.checks.insert(&was.check);
            if !blind.contains(&(was.check.as_str(), owner(was))) {
                found.flips.push(format!("{:?} was {:?} and is gone", key(was), was.outcome));
            }
        }
    }
}

/// Checks to judge by.
struct Concerned {
    checks: Vec<&'static Check>,
}

/// The checks whose verdicts may depend on each call's answer, by place in the list;
/// `a_check_needs_what_it_says` holds them to it.
fn concerned() -> BTreeMap<Call, BTreeSet<usize>> {
    let mut all: BTreeMap<Call, BTreeSet<usize>> = BTreeMap::new();
    for (place, check) in ALL.iter().enumerate() {
        for call in plan::calls(&[check]) {
            all.entry(call).or_default().insert(place);
        }
    }
    all
}

/// Facts that are hidden at a time, and the checks that they concern.
#[derive(Default)]
struct Round {
    facts: BTreeSet<usize>,
    checks: BTreeSet<usize>,
}

/// What is hidden at a time: facts such that each check may depend on one of them at most, so that every
/// check sees one fact hidden after the other. In a whole account, whose parts are examples too, everything
/// that the same kind of place tells, as a denial does.
fn rounds(given: &Given, known: &[Known], by_call: &BTreeMap<Call, BTreeSet<usize>>) -> Vec<Round> {
    let none = BTreeSet::new();
    let checks = |call: Call| by_call.get(&call).unwrap_or(&none);
    if given.is_whole() {
        let mut rounds: BTreeMap<(Call, &[&str]), Round> = BTreeMap::new();
        for (number, fact) in known.iter().enumerate() {
            let round = rounds.entry((fact.call, &fact.shape)).or_default();
            round.facts.insert(number);
            round.checks.clone_from(checks(fact.call));
        }
        return rounds.into_values().collect();
    }
    let (mut rounds, mut alone) = (Vec::<Round>::new(), Vec::new());
    for (number, fact) in known.iter().enumerate() {
        let checks = checks(fact.call);
        // Facts inside another are gone with it, and who can reach a load balancer is no check's verdict.
        if !fact.is_leaf || Check::BASE.contains(&fact.call) {
            alone.push(Round { facts: BTreeSet::from([number]), checks: checks.clone() });
            continue;
        }
        let place = rounds.iter().position(|round| round.checks.is_disjoint(checks));
        let place = place.unwrap_or_else(|| {
            rounds.push(Round::default());
            rounds.len() - 1
        });
        rounds[place].facts.insert(number);
        rounds[place].checks.extend(checks);
    }
    rounds.into_iter().chain(alone).collect()
}

#[test]
fn a_hidden_fact_makes_verdicts_unknown_and_flips_none() {
    let by_call = concerned();
    each_distinct(|given| {
        let before = Verdicts::of(&given.report);
        let mut inventory = given.inventory.clone();
        let known = facts::known(&mut inventory);
        let mut hidden_once = 0;
        for Round { facts, checks } in rounds(given, &known, &by_call) {
            hidden_once += facts.len();
            let places: Vec<&str> =
                facts.iter().map(|number| known[*number].place.as_str()).collect();
            let checks: Vec<&Check> = checks.iter().map(|place| ALL[*place]).collect();
            let first = &known[*facts.first().expect("a round hides something")];
            let hidden = facts::hide(&mut inventory, Reason::AccessDenied, |seen| {
                // Behind an outer fact that is hidden, the numbers are others.
                let same_place = || seen.call == first.call && seen.has_shape(&first.shape);
                if given.is_whole() { same_place() } else { facts.contains(&seen.number) }
            });
            let after = report_of(&inventory, &checks);
            facts::restore(&mut inventory, hidden);
            let wrong = before.against(&after, &Concerned { checks }).flips;
            assert!(wrong.is_empty(), "{}: {places:?} hidden: {wrong:#?}", given.name);
            let resources = after.gaps.iter().filter_map(|gap| gap.resource.as_deref());
            let told: BTreeSet<usize> = resources.filter_map(facts::number).collect();
            let gaps = told.len();
            assert_eq!(gaps, facts.len(), "{}: gaps of {places:?}, hidden", given.name);
        }
        assert_eq!(hidden_once, known.len(), "{}: every fact was hidden once", given.name);
        assert_eq!(inventory, given.inventory, "{}: as it was", given.name);
    });
}

#[test]
fn what_is_not_understood_makes_verdicts_unknown_and_flips_none() {
    // Those whose verdicts turn on ports.
    let about =
        ["listener-", "security-group-", "internal-", "udp-", "target-security", "redirect-"];
    let all = Concerned { checks: ALL.to_vec() };
    let (mut changed, mut wrong, mut seen) = (0, Vec::new(), BTreeSet::new());
    let given = KINDS.iter().map(|kind| (format!("clean {kind}"), sample::clean(kind)));
    let examples = ALL.iter().flat_map(|check| {
        let about = about.iter().any(|part| check.id.starts_with(part));
        let examples = check.examples.iter().filter(move |_| about);
        examples.map(|one| (format!("{}: {}", check.id, one.title), (one.given)()))
    });
    for (name, inventory) in given.chain(examples) {
        let plain = serde_json::to_value(&inventory).expect("an inventory is JSON");
        if !seen.insert(plain.to_string()) {
            continue;
        }
        let before = report(&inventory);
        let before = Verdicts::of(&before);
        let about =
            |pointer: &str| name.starts_with("clean") || !pointer.contains("/network_acls/");
        for (change, unclear) in unclear::each(&plain, about) {
            let after = report(&unclear);
            let difference = before.against(&after, &all);
            if !difference.flips.is_empty() {
                wrong.push(format!("{name}: {change}: {:?}", difference.flips));
            }
            changed += usize::from(!difference.checks.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{} flips:\n{}", wrong.len(), wrong.join("\n"));
    assert!(changed > 500, "{changed} changes made a verdict unknown");
}

#[test]
fn a_check_needs_what_it_says() {
    let mut by_needs: BTreeMap<BTreeSet<Call>, Vec<&'static Check>> = BTreeMap::new();
    for check in ALL {
        by_needs.entry(plan::calls(&[check]).into_iter().collect()).or_default().push(check);
    }
    each_distinct(|given| {
        let rich = Verdicts::of(&given.report);
        let mut inventory = given.inventory.clone();
        // Where two checks leave the same facts known they are asked about the same inventory.
        let told: BTreeSet<Call> =
            facts::known(&mut inventory).into_iter().map(|fact| fact.call).collect();
        let mut by_told: BTreeMap<BTreeSet<Call>, Vec<&'static Check>> = BTreeMap::new();
        for (needs, checks) in &by_needs {
            let checks = checks.iter().filter(|check| may_judge(check, &inventory));
            by_told.entry(&told & needs).or_default().extend(checks);
        }
        for (needs, checks) in by_told.into_iter().filter(|(_, checks)| !checks.is_empty()) {
            let hidden = facts::hide(&mut inventory, Reason::NotCollected, |seen| {
                !needs.contains(&seen.call)
            });
            let poor = report_of(&inventory, &checks);
            facts::restore(&mut inventory, hidden);
            let found = rich.against(&poor, &Concerned { checks });
            let (name, wrong) = (&given.name, found.checks);
            assert!(wrong.is_empty(), "{wrong:?} need more than they say, in {name}");
            assert!(
                !found.is_exposed_else,
                "exposure needs more than every report reads, in {name}"
            );
        }
        assert_eq!(inventory, given.inventory, "{}: as it was", given.name);
    });
}

/// Whether there is anything that a check may be asked about, whatever is hidden.
fn may_judge(check: &Check, inventory: &Inventory) -> bool {
    let apart = matches!(
        check.judge,
        Judge::UnusedTargetGroup(_) | Judge::AutoScalingGroup(_) | Judge::DnsRecord(_)
    );
    let regions = inventory.accounts.iter().flat_map(|account| &account.regions);
    apart || regions.flat_map(Region::load_balancers).any(|lb| check.applies_to.contains(&lb.kind))
}

#[test]
fn the_laws_hide_every_fact() {
    for given in &*DISTINCT {
        let known = facts::known(&mut given.inventory.clone()).len();
        let told = given.plain.matches(r#"{"known":"#).count();
        assert_eq!(known, told, "{}: walked past, and in the JSON form", given.name);
    }
}

#[test]
fn no_gap_is_overlooked() {
    let mut shapes = BTreeSet::new();
    for given in &*DISTINCT {
        let (name, mut inventory) = (&given.name, given.inventory.clone());
        // One pass hides the outermost facts only, so hide the inner ones one at a time too: each kind of
        // place once, since one line of code visits all of a kind.
        let known = facts::known(&mut inventory);
        for (number, fact) in known.iter().enumerate() {
            if !shapes.insert(fact.shape.clone()) {
                continue;
            }
            let one = |seen: &facts::Seen| seen.number == number;
            let hidden = facts::hide(&mut inventory, Reason::TimedOut, one);
            assert_eq!(visited(&inventory), told(&inventory), "{name}: {}", fact.place);
            facts::restore(&mut inventory, hidden);
        }
        facts::hide(&mut inventory, Reason::TimedOut, |seen| known[seen.number].is_leaf);
        assert_eq!(visited(&inventory), told(&inventory), "{name}, every leaf hidden");
    }
}

fn visited(inventory: &Inventory) -> usize {
    let mut count = 0;
    inventory.visit_gaps(|_, _| count += 1);
    count
}

/// The gaps in the JSON form. In a text, quotes are escaped.
fn told(inventory: &Inventory) -> usize {
    let plain = serde_json::to_string(inventory).expect("an inventory is JSON");
    plain.matches(r#"{"unread":"#).count()
}

#[test]
fn ids_are_sorted_unique_and_the_names_of_the_files() {
    let ids: Vec<&str> = ALL.iter().map(|check| check.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    let mut files: Vec<String> =
        files().into_iter().map(|(_, name)| name.replace('_', "-")).collect();
    files.sort();
    assert_eq!(ids, files);
    for id in ids {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(id.chars().all(kebab) && !id.starts_with('-'), "{id}");
    }
}

/// What [`Check::new`] leaves out for the check to say; the compiler does not ask for it.
#[test]
#[expect(clippy::disallowed_methods, reason = "a check is a file")]
fn a_check_leaves_nothing_unsaid_that_has_no_default() {
    let fields = ["id", "title", "severity", "applies_to", "why", "logic", "fix", "remedy"];
    for check in ALL {
        let text = std::fs::read_to_string(file(check)).expect("a file a check");
        for field in fields.iter().chain(&["links", "examples"]) {
            let said = text.contains(&format!("\n    {field}: "));
            assert!(said, "{} does not say its {field}", check.id);
        }
    }
}

#[test]
fn aliases_are_unique_and_no_ids() {
    let mut seen: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    for check in ALL {
        for alias in check.aliases {
            assert!(seen.insert(alias), "{alias} stands for two checks");
        }
    }
}

#[test]
fn every_check_says_why_when_and_how_to_mend() {
    for check in ALL {
        for text in [check.title, check.why, check.logic, check.fix] {
            assert!(!text.trim().is_empty() && !text.contains("  "), "{}: {text}", check.id);
        }
        assert!(!check.links.is_empty(), "{} has no link", check.id);
        assert!(
            !check.fix.ends_with('.') && !check.fix.contains('\n'),
            "{}: {}",
            check.id,
            check.fix
        );
        let ways = check.ways();
        assert!(is_runnable(&ways.cli), "{}: {}", check.id, ways.cli);
        for way in [ways.console, ways.cli, ways.terraform, ways.cloudformation] {
            assert!(!way.is_empty() && way.trim() == way, "{}: remedy {way:?}", check.id);
        }
        for link in check.links {
            assert!(is_official(link), "{}: {link}", check.id);
        }
        let titles: BTreeSet<&str> = check.examples.iter().map(|example| example.title).collect();
        assert_eq!(titles.len(), check.examples.len(), "{} has two examples of a title", check.id);
    }
}

/// Whether a text can be pasted into a shell: commands in steps, comments between them; or is one sentence.
pub(crate) fn is_runnable(text: &str) -> bool {
    if !text.starts_with("aws ") && !text.starts_with("# ") && !is_assignment(text) {
        return text.ends_with('.') && !text.contains('\n') && !text.contains(". ");
    }
    let mut quote = None;
    let mut goes_on = false;
    let mut commands = 0;
    for line in text.lines() {
        let begins = quote.is_none() && !goes_on;
        if begins && (line.is_empty() || line.starts_with("# ")) {
            continue;
        }
        let is_fine =
            if begins { is_command(line) } else { quote.is_some() || line.starts_with("  ") };
        // What a shell would take for the end of the command, or for words of a sentence in it.
        let bare = unquoted(line, &mut quote);
        if !is_fine || [" with ", " ("].iter().any(|word| bare.contains(word)) {
            return false;
        }
        goes_on = quote.is_none() && line.ends_with('\\');
        commands += usize::from(begins);
    }
    commands > 0 && quote.is_none() && !goes_on
}

fn is_command(line: &str) -> bool {
    let edits = line.starts_with("sed ") && line.contains(" > ");
    line.starts_with("aws ") || edits || is_assignment(line)
}

/// Whether a variable takes what a command of AWS answers: in lower case, to be told from what is to be
/// filled in.
fn is_assignment(line: &str) -> bool {
    let Some((name, _)) = line.split_once("=$(aws ") else { return false };
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// A line without what stands in quotes, which may go on from the line before and to the next.
fn unquoted(line: &str, quote: &mut Option<char>) -> String {
    let mut bare = String::new();
    let mut is_escaped = false;
    for letter in line.chars() {
        match (*quote, letter) {
            _ if is_escaped => is_escaped = false,
            (None | Some('"'), '\\') => is_escaped = true,
            (None, '\'' | '"') => *quote = Some(letter),
            (Some(open), letter) if open == letter => *quote = None,
            (None, letter) => bare.push(letter),
            (Some(_), _) => {}
        }
    }
    bare
}

#[test]
fn what_a_shell_would_not_take_is_told_from_commands() {
    for fine in [
        "aws a b",
        "# why\naws a \\\n  --b 'c (d)\n  e with f'\n\nx=$(aws a)\nsed 's/a/b/' a > b",
        "The resource has no argument for it.",
    ] {
        assert!(is_runnable(fine), "{fine}");
    }
    for wrong in [
        "aws a 'b",
        "aws a \\",
        "aws a \\\n--b",
        "aws a with b",
        "aws a (b)",
        "aws a\nls",
        "X=$(aws a)",
        "# nothing",
        "Two. Sentences.",
        "sed -i 's/a/b/' a",
    ] {
        assert!(!is_runnable(wrong), "{wrong}");
    }
}

/// Whether a link leads to AWS's documentation or to a standard.
fn is_official(link: &str) -> bool {
    const PLACES: &[&str] = &[
        "https://docs.aws.amazon.com/",
        "https://www.rfc-editor.org/rfc/",
        "https://datatracker.ietf.org/doc/html/rfc",
        "https://cwe.mitre.org/data/definitions/",
    ];
    let page = link.split('#').next().unwrap_or(link);
    let is_page = !page.contains("docs.aws.amazon.com")
        || page.strip_suffix("html").is_some_and(|rest| rest.ends_with('.'));
    is_page && PLACES.iter().any(|place| link.starts_with(place))
}

#[test]
fn a_kind_that_a_check_does_not_name_gets_no_verdict() {
    for check in ALL {
        for kind in KINDS {
            let found = report_of(&sample::clean(&kind), &[check]).findings;
            let applies = check.applies_to.contains(&kind);
            assert!(applies || found.is_empty(), "{} judges {kind}", check.id);
        }
    }
}

#[test]
fn fingerprints_name_what_is_wrong_whatever_is_said_about_it() {
    for whole in [scenes::inventory(ALL), demo::inventory()] {
        let mut seen = BTreeMap::new();
        for finding in report(&whole).findings {
            let owner = format!("{:?}", owner(&finding));
            let key = (finding.check.clone(), owner, finding.subject.id);
            assert_eq!(finding.fingerprint.len(), 20);
            if let Some(other) = seen.insert(finding.fingerprint, key.clone()) {
                panic!("{other:?} and {key:?} have one fingerprint");
            }
        }
    }
    // Another scan, another policy behind the same fault: the same finding.
    let id = "tls-legacy-protocol";
    let check = ALL.iter().find(|check| check.id == id).unwrap();
    let prints: BTreeSet<String> = check.examples[..1]
        .iter()
        .flat_map(|example| {
            let mut inventory = (example.given)();
            let first = report_of(&inventory, &[check]);
            inventory.taken_at = sample::in_days(1);
            let later = report_of(&inventory, &[check]);
            first.findings.into_iter().chain(later.findings)
        })
        .filter(|finding| finding.outcome == Outcome::Fail)
        .map(|finding| finding.fingerprint)
        .collect();
    assert_eq!(prints, BTreeSet::from([STABLE.to_owned()]));
}

/// The fingerprint of `tls-legacy-protocol` on port 443 of the sample Application load balancer: what
/// people have written into their lists of accepted risks.
const STABLE: &str = "f65a79b37e69d273446d";

#[test]
fn listener_checks_print_their_ports() {
    for (id, ports) in [("listener-cleartext-port", 22), ("listener-sensitive-port", 21)] {
        let check = ALL.iter().find(|check| check.id == id).unwrap();
        let Judge::Listener(_) = check.judge else { panic!("{id} judges listeners") };
        let list = check.logic.split("port").flat_map(|part| part.split([' ', ',', '.']));
        let printed: BTreeSet<u16> = list.filter_map(|word| word.parse().ok()).collect();
        assert_eq!(printed.len(), ports, "{id}");
        // Every port would take long; a sample of the high ones will do.
        let is_asked =
            |port: &u16| *port <= 1024 || port.is_multiple_of(97) || printed.contains(port);
        let asked: BTreeSet<u16> = (1..=u16::MAX).filter(is_asked).collect();
        let inventory = sample::with_region(&elb_audit_core::inventory::Kind::Network, |region| {
            let lb = sample::only(region);
            lb.security_groups.clear();
            let listener = |port: &u16| {
                let mut listener = sample::listener("TCP", *port, vec![sample::forward("web")]);
                listener.id = port.to_string();
                listener
            };
            *sample::listeners(lb) = asked.iter().map(listener).collect();
        });
        let findings = report_of(&inventory, &[check]).findings;
        let failed = findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
        let failed: BTreeSet<u16> =
            failed.map(|finding| finding.subject.id.parse().unwrap()).collect();
        assert_eq!(failed, printed, "{id}");
    }
}

#[test]
fn every_call_of_a_check_is_one_that_a_scan_makes() {
    let all: BTreeSet<Call> = Call::all().filter(|call| !call.leads_to_accounts()).collect();
    for check in ALL {
        assert!(check.needs.iter().all(|call| all.contains(call)), "{}", check.id);
        let twice: BTreeSet<Call> = check.needs.iter().copied().collect();
        assert_eq!(twice.len(), check.needs.len(), "{} needs a call twice", check.id);
    }
}
