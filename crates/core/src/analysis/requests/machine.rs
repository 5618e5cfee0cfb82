//! A set of texts as an automaton: what a wildcard or a regular expression takes.
//!
//! A machine reads a text byte by byte and stands in several places at once. `/a*` stands before the slash,
//! behind it, and then behind the `a`, where any byte leads back to the same place. A text belongs to the
//! set if one of the places behind its last byte is an end. Places are put together to states as texts are
//! read, and kept: a machine that nobody walks through costs nothing.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most places of one machine. A wildcard of 128 characters has 129.
pub(super) const LARGEST: usize = 4_096;
/// Most places that the states of one machine may hold together.
const KEPT: usize = 1 << 20;

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Bytes([u64; 4]);

impl Bytes {
    pub(super) const ALL: Bytes = Bytes([u64::MAX; 4]);

    pub(super) fn one(byte: u8) -> Self {
        Bytes::range(byte, byte)
    }

    pub(super) fn range(from: u8, to: u8) -> Self {
        (from..=to).fold(Bytes::default(), |mut all, byte| {
            all.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
            all
        })
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        bytes.iter().fold(Bytes::default(), |all, byte| all.or(Bytes::one(*byte)))
    }

    pub(super) fn or(self, other: Bytes) -> Self {
        Bytes(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    pub(super) fn but(self, other: Bytes) -> Self {
        Bytes(std::array::from_fn(|at| self.0[at] & !other.0[at]))
    }

    /// The bytes that are among these once they are lower case.
    fn folded(self) -> Self {
        let capitals = b'A'..=b'Z';
        let taken = capitals.filter(|byte| self.has(byte.to_ascii_lowercase()));
        let small = self.but(Bytes::range(b'A', b'Z'));
        taken.fold(small, |all, byte| all.or(Bytes::one(byte)))
    }

    pub(super) fn has(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }
}

/// A place in a machine.
#[derive(Clone, Debug, Default)]
struct Place {
    /// The bytes that lead on, and where to.
    step: Option<(Bytes, usize)>,
    /// Where else one stands at once who stands here.
    beside: Vec<usize>,
}

/// A machine in the making. Place 0 is the end.
pub(super) struct Builder {
    places: Vec<Place>,
}

/// The end of a machine.
pub(super) const END: usize = 0;

impl Builder {
    pub(super) fn new() -> Self {
        Builder { places: vec![Place::default()] }
    }

    fn add(&mut self, place: Place) -> Option<usize> {
        self.places.push(place);
        (self.places.len() <= LARGEST).then_some(self.places.len() - 1)
    }

    /// One of these bytes, and then on. None where the machine would be too large.
    pub(super) fn step(&mut self, bytes: Bytes, next: usize) -> Option<usize> {
        self.add(Place { step: Some((bytes, next)), beside: Vec::new() })
    }

    /// Any of these places at once.
    pub(super) fn fork(&mut self, all: Vec<usize>) -> Option<usize> {
        self.add(Place { step: None, beside: all })
    }

    /// Any number of these bytes, and then on.
    pub(super) fn many(&mut self, bytes: Bytes, next: usize) -> Option<usize> {
        let own = self.places.len();
        self.add(Place { step: Some((bytes, own)), beside: vec![next] })
    }

    /// Leads a place that was made before on to another one, too.
    pub(super) fn join(&mut self, place: usize, next: usize) {
        self.places[place].beside.push(next);
    }

    pub(super) fn text(&mut self, text: &[u8], next: usize) -> Option<usize> {
        text.iter().rev().try_fold(next, |next, byte| self.step(Bytes::one(*byte), next))
    }

    /// Takes in what another machine takes, where the text ends.
    pub(super) fn copy(&mut self, other: &Machine) -> Option<usize> {
        // Its end is this one's; every other place keeps its distance from the first.
        let shift = self.places.len() - 1;
        let moved = |place: usize| if place == END { END } else { place + shift };
        let core = other.core();
        for place in &core.places[1..] {
            self.add(Place {
                step: place.step.map(|(bytes, next)| (bytes, moved(next))),
                beside: place.beside.iter().map(|next| moved(*next)).collect(),
            })?;
        }
        Some(moved(core.first))
    }

    /// The machine that begins at this place.
    pub(super) fn build(self, start: usize) -> Machine {
        let core = Core::new(self.places, start);
        Machine {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            words: None,
            prefix: Vec::new(),
            core: OnceCell::from(core),
        }
    }
}

impl Core {
    fn new(places: Vec<Place>, first: usize) -> Self {
        let (classes, number) = classes(&places);
        let core =
            Core { places, first, classes, number, states: RefCell::default(), work: Cell::new(0) };
        let dead = core.state(Vec::new());
        debug_assert_eq!(dead, DEAD, "the first state");
        let start = core.state(vec![first]);
        debug_assert_eq!(start, START, "the second one");
        core
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The state in which no text is taken any more.
pub(super) const DEAD: usize = 0;
/// The state before the first byte.
pub(super) const START: usize = 1;

/// A set of texts.
pub(crate) struct Machine {
    id: u64,
    /// All its texts, where they are few and known.
    words: Option<Vec<Vec<u8>>>,
    /// What all its texts begin with.
    prefix: Vec<u8>,
    /// Made of its words when somebody walks through it.
    core: OnceCell<Core>,
}

/// The places of a machine, and the states that were met.
struct Core {
    places: Vec<Place>,
    first: usize,
    /// Bytes that no place tells apart, by their number.
    classes: Box<[u8; 256]>,
    number: usize,
    states: RefCell<States>,
    /// How many places were looked at to make the states.
    work: Cell<usize>,
}

#[derive(Default)]
struct States {
    by_places: HashMap<Rc<[usize]>, usize>,
    all: Vec<State>,
}

struct State {
    places: Rc<[usize]>,
    next: Vec<Option<usize>>,
    takes: bool,
    takes_all: bool,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("id", &self.id)
            .field("words", &self.words)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// The set of these texts; none where they are too many.
    pub(super) fn words(words: Vec<Vec<u8>>) -> Option<Self> {
        let places: usize = words.iter().map(Vec::len).sum();
        (places + 2 <= LARGEST).then(|| Machine {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            prefix: common_prefix(&words),
            words: Some(words),
            core: OnceCell::new(),
        })
    }

    fn core(&self) -> &Core {
        self.core.get_or_init(|| {
            let mut builder = Builder::new();
            let words = self.words.iter().flatten();
            let starts = words.filter_map(|word| builder.text(word, END)).collect();
            let start = builder.fork(starts).unwrap_or(END);
            Core::new(builder.places, start)
        })
    }

    /// The same set, of whose texts this is known.
    pub(super) fn beginning_with(self, prefix: Vec<u8>) -> Self {
        Machine { prefix, ..self }
    }

    /// The texts that belong to this set once they are turned to lower case.
    pub(super) fn folded(&self) -> Machine {
        let core = self.core();
        let mut places = core.places.clone();
        for (bytes, _) in places.iter_mut().filter_map(|place| place.step.as_mut()) {
            *bytes = bytes.folded();
        }
        Builder { places }.build(core.first)
    }

    /// The texts of this set that another one has not; none where they need too large a machine.
    pub(super) fn but(&self, other: &Machine) -> Option<Machine> {
        let mut builder = Builder::new();
        let start = builder.fork(Vec::new())?;
        let mut places = HashMap::from([((START, START), start)]);
        let mut open = vec![(START, START)];
        while let Some(states) = open.pop() {
            let place = places[&states];
            if self.is_end(states.0) && !other.is_end(states.1) {
                builder.join(place, END);
            }
            let mut led: BTreeMap<(usize, usize), Bytes> = BTreeMap::new();
            for byte in 0..=u8::MAX {
                let next = (self.next(states.0, byte), other.next(states.1, byte));
                if next.0 != DEAD && !other.takes_all(next.1) {
                    let bytes = led.entry(next).or_default();
                    *bytes = bytes.or(Bytes::one(byte));
                }
            }
            for (next, bytes) in led {
                if let Entry::Vacant(vacant) = places.entry(next) {
                    vacant.insert(builder.fork(Vec::new())?);
                    open.push(next);
                }
                let step = builder.step(bytes, places[&next])?;
                builder.join(place, step);
            }
        }
        Some(builder.build(start))
    }

    /// What tells it from every other one.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// All its texts, where they are few and known.
    pub(super) fn all_words(&self) -> Option<&[Vec<u8>]> {
        self.words.as_deref()
    }

    /// Whether the beginnings of two sets rule a common text out.
    pub(super) fn is_apart_from(&self, other: &Machine) -> bool {
        self.prefix.iter().zip(&other.prefix).any(|(one, other)| one != other)
    }

    /// Whether a text belongs to the set.
    pub(super) fn takes(&self, text: &[u8]) -> bool {
        if !text.starts_with(&self.prefix) {
            return false;
        }
        if let Some(words) = &self.words {
            return words.iter().any(|word| word == text);
        }
        let mut state = START;
        for byte in text {
            state = self.next(state, *byte);
            if state == DEAD || self.takes_all(state) {
                break;
            }
        }
        self.is_end(state)
    }

    /// The number of the class of bytes that this machine does not tell from one.
    pub(super) fn class(&self, byte: u8) -> u8 {
        self.core().classes[usize::from(byte)]
    }

    /// Whether this machine tells a byte from the one before it.
    pub(super) fn tells(&self, byte: u8) -> bool {
        match &self.words {
            Some(words) => words.iter().any(|word| word.contains(&byte)),
            None => self.class(byte) != self.class(byte - 1),
        }
    }

    /// The state behind a byte.
    pub(super) fn next(&self, state: usize, byte: u8) -> usize {
        self.core().next(state, byte)
    }

    /// Whether a text that ends in this state belongs to the set.
    pub(super) fn is_end(&self, state: usize) -> bool {
        self.core().states.borrow().all[state].takes
    }

    /// Whether every text that gets to this state belongs to the set, however it goes on.
    pub(super) fn takes_all(&self, state: usize) -> bool {
        self.core().states.borrow().all[state].takes_all
    }

    /// What it has cost so far to make its states.
    pub(super) fn work(&self) -> usize {
        self.core().work.get()
    }

    /// Whether its states take so much room that going on would cost too much.
    pub(super) fn is_worn(&self) -> bool {
        self.work() > KEPT
    }
}

impl Core {
    fn next(&self, state: usize, byte: u8) -> usize {
        let class = usize::from(self.classes[usize::from(byte)]);
        let places = {
            let states = self.states.borrow();
            let own = &states.all[state];
            if let Some(known) = own.next[class] {
                return known;
            }
            own.places.clone()
        };
        let steps = places.iter().filter_map(|place| self.places[*place].step);
        let next: Vec<usize> =
            steps.filter(|(bytes, _)| bytes.has(byte)).map(|(_, next)| next).collect();
        let next = self.state(next);
        self.states.borrow_mut().all[state].next[class] = Some(next);
        next
    }

    /// The state in which one stands in these places and all beside them.
    fn state(&self, mut open: Vec<usize>) -> usize {
        let mut seen = vec![0u64; self.places.len().div_ceil(64)];
        while let Some(place) = open.pop() {
            let bit = 1 << (place % 64);
            if seen[place / 64] & bit == 0 {
                seen[place / 64] |= bit;
                open.extend(&self.places[place].beside);
            }
        }
        let all = (0..self.places.len()).filter(|place| seen[place / 64] >> (place % 64) & 1 == 1);
        let all: Vec<usize> = all.collect();
        self.work.set(self.work.get() + all.len() + 1);
        let places: Rc<[usize]> = all.into();
        let mut states = self.states.borrow_mut();
        if let Some(known) = states.by_places.get(&places) {
            return *known;
        }
        let number = states.all.len();
        let takes_all = places.iter().any(|place| self.is_rest(*place));
        let takes = places.first() == Some(&END);
        let next = vec![None; self.number];
        states.all.push(State { places: places.clone(), next, takes, takes_all });
        states.by_places.insert(places, number);
        number
    }

    /// Whether any text may follow here: the star at the end of a wildcard.
    fn is_rest(&self, place: usize) -> bool {
        let own = &self.places[place];
        own.step == Some((Bytes::ALL, place)) && own.beside.contains(&END)
    }
}

pub(super) fn common_prefix(words: &[Vec<u8>]) -> Vec<u8> {
    let Some((first, others)) = words.split_first() else { return Vec::new() };
    let shared =
        |word: &Vec<u8>| first.iter().zip(word).take_while(|(one, two)| one == two).count();
    let length = others.iter().map(shared).min().unwrap_or(first.len());
    first[..length].to_vec()
}

/// Bytes by classes that no place tells apart, and how many there are.
fn classes(places: &[Place]) -> (Box<[u8; 256]>, usize) {
    let mut distinct: Vec<Bytes> = Vec::new();
    for (bytes, _) in places.iter().filter_map(|place| place.step) {
        if bytes != Bytes::ALL && !distinct.contains(&bytes) {
            distinct.push(bytes);
        }
    }
    let mut classes = Box::new([0; 256]);
    let mut number = 1;
    for bytes in distinct {
        // Each class falls in two: the bytes that are in the set, and those that are not.
        let mut parts: [[Option<u8>; 2]; 256] = [[None; 2]; 256];
        let mut next = 0;
        for (byte, class) in (0..=u8::MAX).zip(classes.iter_mut()) {
            let part = &mut parts[usize::from(*class)][usize::from(bytes.has(byte))];
            *class = *part.get_or_insert_with(|| {
                next += 1;
                u8::try_from(next - 1).unwrap_or(u8::MAX)
            });
        }
        number = next;
    }
    (classes, number)
}
