//! Answers as they come in: none goes on for ever, and few long ones are held at a time.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::{Error, SdkBody};
use bytes::Bytes;
use futures::future::FutureExt as _;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::bounds::{ANSWER, LONG_AT_ONCE, OBJECT, OBJECT_RATE, PARTS, SHORT};

/// What a piece of an answer counts for on top of its bytes: holding it takes some, and taking it some time. An
/// answer in pieces of a byte each would fill the memory otherwise.
const PIECE: u64 = 64;
/// The same for an object, which may be much longer, and comes in pieces of some thousand bytes.
const OBJECT_PIECE: u64 = 2048;
/// How long an object may take to begin.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

tokio::task_local! {
    static RECEIVED: Received;
    static OBJECTS: ();
}

/// Counts the bytes that come in.
#[derive(Clone, Debug, Default)]
struct Received(Arc<AtomicU64>);

/// What a future comes to, and the bytes of all answers that came in meanwhile, those to failed attempts
/// among them.
pub(crate) async fn received<T>(future: impl Future<Output = T>) -> (T, u64) {
    let received = Received::default();
    let value = RECEIVED.scope(received.clone(), future).await;
    let bytes = received.0.load(Ordering::Relaxed);
    count(bytes);
    (value, bytes)
}

/// Adds to what the future that is under way has received; nothing if nobody counts.
fn count(bytes: u64) {
    let _ = RECEIVED.try_with(|received| received.0.fetch_add(bytes, Ordering::Relaxed));
}

/// Does this where an answer may be as long as an object that the program keeps.
pub(crate) fn of_objects<T>(future: impl Future<Output = T>) -> impl Future<Output = T> {
    // The SDK's futures are large.
    OBJECTS.scope((), Box::pin(future))
}

/// An answer that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unwanted {
    /// It does not end in time.
    #[error("the answer is longer than {} MB", .0 >> 20)]
    Long(u64),
    /// It comes so slowly that it never ends.
    #[error("the answer comes with less than {} KB a second", OBJECT_RATE >> 10)]
    Slow,
    /// It is made of too much.
    #[error("the answer has more than {PARTS} elements")]
    Parts,
    /// It is compressed, which nobody asked for.
    #[error("the answer is encoded, as `{0}`, which was not asked for")]
    Encoded(String),
}

/// How many long answers are held at a time.
#[derive(Clone, Debug)]
pub(crate) struct LongAnswers(Arc<Semaphore>);

impl Default for LongAnswers {
    fn default() -> Self {
        LongAnswers(Arc::new(Semaphore::new(LONG_AT_ONCE)))
    }
}

/// The place of an answer among the long ones, if it has one. An answer that is held has it too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place(Arc<OnceLock<OwnedSemaphorePermit>>);

/// The answer with bounds on its body. `sent` is held until the body is there.
pub(crate) fn bounded(
    mut response: HttpResponse,
    long: &LongAnswers,
    sent: OwnedSemaphorePermit,
) -> HttpResponse {
    let object = OBJECTS.try_with(|()| ()).is_ok();
    let header = |name: &str| response.headers().get(name);
    let declared = header("content-length").and_then(|length| length.parse().ok());
    let mut unwanted = None;
    // An error counts by its status, whoever stands between and however he words it.
    if response.status().is_success()
        && let Some(encoding) = header("content-encoding").filter(|is| !is_plain(is))
    {
        let encoding = encoding.chars().filter(char::is_ascii_graphic).take(40).collect();
        unwanted = Some(Unwanted::Encoded(encoding));
    }
    let place = Place::default();
    let bounds = if object {
        Bounds { bytes: OBJECT, parts: u64::MAX, piece: OBJECT_PIECE, rate: OBJECT_RATE }
    } else {
        Bounds { bytes: ANSWER, parts: PARTS, piece: PIECE, rate: 0 }
    };
    let body = Incoming {
        body: response.take_body(),
        bounds,
        declared: declared.unwrap_or_default(),
        began: Instant::now(),
        bytes: 0,
        weight: 0,
        parts: 0,
        unwanted,
        long: long.clone(),
        waiting: None,
        place: place.clone(),
        _sent: sent,
    };
    *response.body_mut() = SdkBody::from_body_1_x(body);
    response.add_extension(place);
    response
}

fn is_plain(encoding: &str) -> bool {
    matches!(encoding.trim().to_ascii_lowercase().as_str(), "" | "identity" | "aws-chunked")
}

/// The place that an answer holds.
pub(crate) fn place(response: &HttpResponse) -> Option<Place> {
    response.extension::<Place>().cloned()
}

#[derive(Clone, Copy, Debug)]
struct Bounds {
    bytes: u64,
    parts: u64,
    /// What a piece counts for.
    piece: u64,
    /// Bytes a second; 0 where an attempt has little time anyway.
    rate: u64,
}

type Waiting =
    Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send + Sync>>;

/// Whether so much in that time is less than may be.
fn is_slow(bytes: u64, time: Duration, rate: u64) -> bool {
    time > HALF_A_MINUTE && bytes < rate.saturating_mul(time.as_secs())
}

/// A body as it comes in.
struct Incoming {
    body: SdkBody,
    bounds: Bounds,
    /// Bytes that were announced; 0 where none were.
    declared: u64,
    began: Instant,
    bytes: u64,
    weight: u64,
    parts: u64,
    /// Why the next piece is not taken.
    unwanted: Option<Unwanted>,
    long: LongAnswers,
    waiting: Option<Waiting>,
    place: Place,
    _sent: OwnedSemaphorePermit,
}

impl Incoming {
    /// Takes a piece, or says what is wrong with so much.
    fn take(&mut self, piece: &Bytes) -> Result<(), Unwanted> {
        let bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        count(bytes);
        self.bytes += bytes;
        self.weight += bytes + self.bounds.piece;
        if self.bounds.parts < u64::MAX {
            let begins = |byte: &&u8| matches!(byte, b'<' | b'{' | b'[' | b',' | b'=');
            self.parts += u64::try_from(piece.iter().filter(begins).count()).unwrap_or(u64::MAX);
        }
        if let Some(unwanted) = self.unwanted.take() {
            return Err(unwanted);
        }
        if self.weight.max(self.declared) > self.bounds.bytes {
            return Err(Unwanted::Long(self.bounds.bytes));
        }
        if self.parts > self.bounds.parts {
            return Err(Unwanted::Parts);
        }
        if is_slow(self.bytes, self.began.elapsed(), self.bounds.rate) {
            return Err(Unwanted::Slow);
        }
        Ok(())
    }

    /// Waits for a place among the long answers once this is one of them.
    fn poll_place(&mut self, context: &mut Context<'_>) -> Poll<Result<(), AcquireError>> {
        if self.weight <= SHORT || self.place.0.get().is_some() {
            return Poll::Ready(Ok(()));
        }
        let long = &self.long.0;
        let waiting =
            self.waiting.get_or_insert_with(|| Box::pin(Arc::clone(long).acquire_owned()));
        let permit = ready!(waiting.poll_unpin(context));
        self.waiting = None;
        Poll::Ready(permit.map(|permit| drop(self.place.0.set(permit))))
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Err(closed) = ready!(self.poll_place(context)) {
            return Poll::Ready(Some(Err(closed.into())));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let taken = match frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            Some(piece) => self.take(piece),
            None => Ok(()),
        };
        Poll::Ready(match taken {
            Ok(()) => frame,
            Err(unwanted) => Some(Err(unwanted.into())),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use aws_smithy_runtime_api::http::StatusCode;

    use super::*;

    /// A piece that comes so many times.
    struct Pieces {
        piece: Bytes,
        left: usize,
    }

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let piece = self.left.checked_sub(1).map(|left| {
                self.left = left;
                Ok(Frame::data(self.piece.clone()))
            });
            Poll::Ready(piece)
        }
    }

    const MB: usize = 1 << 20;

    fn answer(status: u16, piece: &[u8], times: usize, headers: &[(&str, &str)]) -> HttpResponse {
        let pieces = Pieces { piece: Bytes::copy_from_slice(piece), left: times };
        let status = StatusCode::try_from(status).unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from_body_1_x(pieces));
        for (name, value) in headers {
            response.headers_mut().insert((*name).to_owned(), (*value).to_owned());
        }
        response
    }

    fn bound(response: HttpResponse, long: &LongAnswers) -> HttpResponse {
        let sent = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        bounded(response, long, sent)
    }

    /// How many bytes come, or what is wrong with them.
    async fn read(response: &mut HttpResponse) -> Result<usize, Unwanted> {
        let mut body = response.take_body();
        let mut bytes = 0;
        loop {
            match std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
                Some(Ok(frame)) => bytes += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(error)) => return Err(*error.downcast::<Unwanted>().unwrap()),
                None => return Ok(bytes),
            }
        }
    }

    async fn reads(response: HttpResponse) -> Result<usize, Unwanted> {
        read(&mut bound(response, &LongAnswers::default())).await
    }

    const LONG: Result<usize, Unwanted> = Err(Unwanted::Long(ANSWER));

    #[tokio::test]
    async fn an_answer_may_be_long_and_not_endless() {
        let most = usize::try_from(ANSWER).unwrap() / MB - 1;
        let piece = vec![b'x'; MB];
        assert_eq!(reads(answer(200, &piece, most, &[])).await, Ok(most * MB));
        assert_eq!(reads(answer(200, &piece, usize::MAX, &[])).await, LONG);
        assert_eq!(reads(answer(503, &piece, usize::MAX, &[])).await, LONG);
        assert_eq!(reads(answer(200, b"x", usize::MAX, &[])).await, LONG);
        assert_eq!(reads(answer(200, b"", usize::MAX, &[])).await, LONG);
        let announced = [("content-length", "67108865")];
        assert_eq!(reads(answer(200, b"x", 1, &announced)).await, LONG);
        assert_eq!(reads(answer(200, b"", 0, &announced)).await, Ok(0), "a head");
    }

    #[tokio::test]
    async fn an_answer_is_not_made_of_too_much() {
        for part in ["<a/>", "{},", "[],", ",1", " a=''"] {
            let piece = part.repeat(MB);
            assert_eq!(reads(answer(200, piece.as_bytes(), 3, &[])).await, Err(Unwanted::Parts));
        }
        let text = "a>b:c;d".repeat(MB);
        assert_eq!(reads(answer(200, text.as_bytes(), 3, &[])).await, Ok(3 * text.len()));
    }

    #[tokio::test]
    async fn what_the_program_keeps_may_be_longer() {
        let piece = "{},[<x".repeat(MB).into_bytes();
        let object = of_objects(reads(answer(200, &piece, 100, &[]))).await;
        assert_eq!(object, Ok(600 * MB));
        let endless = of_objects(reads(answer(200, &piece, usize::MAX, &[]))).await;
        assert_eq!(endless, Err(Unwanted::Long(OBJECT)));
    }

    #[test]
    fn what_the_program_keeps_may_not_come_drop_by_drop() {
        let half_a_minute = Duration::from_secs(30);
        assert!(!is_slow(0, half_a_minute, OBJECT_RATE), "it has to begin");
        let later = half_a_minute + Duration::from_secs(10);
        assert!(!is_slow(40 * OBJECT_RATE, later, OBJECT_RATE));
        assert!(is_slow(40 * OBJECT_RATE - 1, later, OBJECT_RATE));
        assert!(!is_slow(0, later, 0), "an answer, which has less time anyway");
    }

    #[tokio::test]
    async fn nothing_is_unpacked() {
        let encoded = |encoding| [("content-encoding", encoding)];
        let said = reads(answer(200, b"x", 1, &encoded("gzip"))).await.unwrap_err().to_string();
        assert_eq!(said, "the answer is encoded, as `gzip`, which was not asked for");
        assert_eq!(reads(answer(200, b"x", 1, &encoded("identity"))).await, Ok(1));
        assert_eq!(reads(answer(200, b"", 0, &encoded("gzip"))).await, Ok(0), "a head");
        // A proxy that refuses is understood by its status.
        assert_eq!(reads(answer(403, b"x", 1, &encoded("gzip"))).await, Ok(1));
    }

    #[tokio::test]
    async fn few_long_answers_are_held_at_a_time() {
        let long = LongAnswers::default();
        let piece = vec![b'x'; MB];
        let mut held = Vec::new();
        for _ in 0..LONG_AT_ONCE {
            let mut response = bound(answer(200, &piece, 3, &[]), &long);
            assert_eq!(read(&mut response).await, Ok(3 * MB));
            held.push(response);
        }
        let mut short = bound(answer(200, &piece[1000..], 1, &[]), &long);
        assert_eq!(read(&mut short).await, Ok(MB - 1000), "a short one waits for none");
        let mut next = bound(answer(200, &piece, 3, &[]), &long);
        let mut reading = Box::pin(read(&mut next));
        assert_eq!((&mut reading).now_or_never(), None);
        // Who keeps its place on keeps it.
        let place = place(&held[0]);
        held.remove(0);
        assert_eq!((&mut reading).now_or_never(), None);
        drop(place);
        assert_eq!(reading.await, Ok(3 * MB));
    }

    #[tokio::test]
    async fn bytes_are_counted_for_all_who_ask() {
        let inner = async { received(reads(answer(200, b"abc", 2, &[]))).await };
        let both = received(async { (inner.await, reads(answer(200, b"d", 1, &[])).await) });
        assert_eq!(both.await, (((Ok(6), 6), Ok(1)), 7));
    }
}
