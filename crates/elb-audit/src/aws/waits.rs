//! Hosts that do not answer, told while they are waited for.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, SharedAsyncSleep};
use futures::future::{Either, select};

use crate::log;

/// After this long a wait is told.
const LONG: Duration = Duration::from_secs(2);
/// For so long the notes on more hosts are gathered into one.
const GATHER: Duration = Duration::from_secs(1);
/// Hosts that get a note of their own.
const SINGLE: usize = 3;

/// Who has answered, and who is waited for.
pub(crate) struct Waits {
    say: Box<dyn Fn(&str) + Send + Sync>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    answered: BTreeSet<String>,
    told: BTreeSet<String>,
    /// To be told together.
    gathered: BTreeSet<String>,
}

impl Waits {
    /// Tells on standard error, unless nobody wants to know.
    pub(crate) fn new(quiet: bool) -> Self {
        Self::telling(move |line| {
            if !quiet {
                log::say(format_args!("{line}"));
            }
        })
    }

    fn telling(say: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Waits { say: Box::new(say), seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is answered. A host that has not answered yet is told after a while, once; `place` says where it
    /// is, and by which way it is asked.
    pub(crate) async fn watch<T, E>(
        &self,
        host: &str,
        place: &str,
        sleep: Option<&SharedAsyncSleep>,
        answer: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let is_known = self.seen().answered.contains(host);
        let Some(sleep) = sleep.filter(|_| !is_known) else { return answer.await };
        let mut answer = pin!(answer);
        for time in [LONG, GATHER] {
            match select(answer.as_mut(), sleep.sleep(time)).await {
                Either::Left((answer, _)) => return self.over(host, answer),
                Either::Right(_) if time == LONG => self.waiting(host, place),
                Either::Right(_) => self.tell_gathered(),
            }
        }
        self.over(host, answer.await)
    }

    /// Nobody waits there any more.
    fn over<T, E>(&self, host: &str, answer: Result<T, E>) -> Result<T, E> {
        let mut seen = self.seen();
        seen.gathered.remove(host);
        if answer.is_ok() {
            seen.answered.insert(host.to_owned());
        }
        answer
    }

    fn waiting(&self, host: &str, place: &str) {
        let mut seen = self.seen();
        if seen.answered.contains(host) || seen.told.contains(host) {
            return;
        }
        seen.told.insert(host.to_owned());
        if seen.told.len() > SINGLE {
            seen.gathered.insert(host.to_owned());
            return;
        }
        drop(seen);
        (self.say)(&format!("note: no answer yet from {host}{place}"));
    }

    fn tell_gathered(&self) {
        let gathered = std::mem::take(&mut self.seen().gathered);
        if let Some(first) = gathered.first() {
            let more = match gathered.len() - 1 {
                0 => String::new(),
                1 => " and 1 more host".to_owned(),
                more => format!(" and {more} more hosts"),
            };
            let line = format!("note: no answer yet from {first}{more}");
            (self.say)(&line);
        }
    }
}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waits").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
    use futures::FutureExt as _;
    use tokio::sync::oneshot;

    use super::*;

    /// A clock that moves when it is told to.
    #[derive(Clone, Debug, Default)]
    struct Clock(Arc<Mutex<Vec<Wait>>>);

    /// How long it is, and what ends it.
    type Wait = (Duration, oneshot::Sender<()>);

    impl AsyncSleep for Clock {
        fn sleep(&self, duration: Duration) -> Sleep {
            let (over, waiting) = oneshot::channel();
            self.0.lock().unwrap().push((duration, over));
            Sleep::new(async move { drop(waiting.await) })
        }
    }

    impl Clock {
        /// Ends every wait of this length.
        fn pass(&self, time: Duration) {
            let mut waits = self.0.lock().unwrap();
            for (_, over) in waits.extract_if(.., |(wait, _)| *wait == time) {
                let _ = over.send(());
            }
        }

        fn waits(&self) -> usize {
            self.0.lock().unwrap().len()
        }
    }

    struct Place {
        waits: Waits,
        clock: Clock,
        sleep: SharedAsyncSleep,
        told: Arc<Mutex<Vec<String>>>,
    }

    impl Place {
        fn new() -> Self {
            let (clock, told) = (Clock::default(), Arc::new(Mutex::new(Vec::new())));
            let lines = Arc::clone(&told);
            let waits = Waits::telling(move |line| lines.lock().unwrap().push(line.to_owned()));
            let sleep = SharedAsyncSleep::new(clock.clone());
            Place { waits, clock, sleep, told }
        }

        fn told(&self) -> Vec<String> {
            std::mem::take(&mut self.told.lock().unwrap())
        }

        async fn ask(&self, host: &str, answer: oneshot::Receiver<Result<(), ()>>) -> Option<()> {
            let answer = async move { answer.await.unwrap_or(Err(())) };
            self.waits.watch(host, " (eu-west-1)", Some(&self.sleep), answer).await.ok()
        }
    }

    #[test]
    fn a_host_that_does_not_answer_is_told_once() {
        let place = Place::new();
        let (first, second) = (oneshot::channel(), oneshot::channel());
        let mut one = pin!(place.ask("a.example.com", first.1));
        let mut other = pin!(place.ask("a.example.com", second.1));
        assert!(one.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
        assert_eq!(place.told(), [""; 0], "not at once");
        place.clock.pass(LONG);
        assert!(one.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
        assert_eq!(place.told(), ["note: no answer yet from a.example.com (eu-west-1)"]);
        place.clock.pass(GATHER);
        assert!(one.as_mut().now_or_never().is_none());
        assert_eq!((place.told().len(), place.clock.waits()), (0, 0), "nothing more to say");
        first.0.send(Err(())).unwrap();
        assert_eq!(one.now_or_never(), Some(None));
        // Another try at it waits in silence, and once it has answered nobody watches.
        let third = oneshot::channel();
        let mut again = pin!(place.ask("a.example.com", third.1));
        assert!(again.as_mut().now_or_never().is_none());
        place.clock.pass(LONG);
        assert!(again.as_mut().now_or_never().is_none());
        third.0.send(Ok(())).unwrap();
        assert_eq!(again.now_or_never(), Some(Some(())));
        assert_eq!(place.told(), [""; 0]);
        let waits = place.clock.waits();
        let fourth = oneshot::channel();
        let mut known = pin!(place.ask("a.example.com", fourth.1));
        assert!(known.as_mut().now_or_never().is_none());
        assert_eq!(place.clock.waits(), waits);
    }

    #[test]
    fn an_answer_in_time_is_no_news() {
        let place = Place::new();
        let answer = oneshot::channel();
        let mut asked = pin!(place.ask("a.example.com", answer.1));
        assert!(asked.as_mut().now_or_never().is_none());
        assert_eq!(place.clock.waits(), 1);
        answer.0.send(Ok(())).unwrap();
        assert_eq!(asked.now_or_never(), Some(Some(())));
        assert_eq!(place.told(), [""; 0]);
    }

    #[test]
    fn many_hosts_are_told_together() {
        let place = Place::new();
        let hosts: Vec<String> = (1..=6).map(|n| format!("{n}.example.com")).collect();
        let answers: Vec<_> = hosts.iter().map(|_| oneshot::channel()).collect();
        let (senders, receivers): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let asked = hosts.iter().zip(receivers).map(|(host, answer)| place.ask(host, answer));
        let mut asked: Vec<_> = asked.map(Box::pin).collect();
        let mut poll = || {
            asked.retain_mut(|one| one.as_mut().now_or_never().is_none());
            asked.len()
        };
        assert_eq!(poll(), 6);
        place.clock.pass(LONG);
        assert_eq!(poll(), 6);
        let own = |n: usize| format!("note: no answer yet from {n}.example.com (eu-west-1)");
        assert_eq!(place.told(), [own(1), own(2), own(3)]);
        let mut senders = senders;
        senders.remove(4).send(Ok(())).unwrap();
        assert_eq!(poll(), 5);
        place.clock.pass(GATHER);
        assert_eq!(poll(), 5);
        assert_eq!(place.told(), ["note: no answer yet from 4.example.com and 1 more host"]);
        drop(senders);
    }
}
