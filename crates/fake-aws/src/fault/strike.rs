//! What a fault does to a call.

use std::time::{SystemTime, UNIX_EPOCH};

use super::body::BOMB;
use super::first_page;
use super::kind::{Kind, Markers};
use crate::answer::{Answer, Refusal};
use crate::api::{self, Context};
use crate::call::Family;
use crate::epoch;
use crate::sending::{Outcome, Sending};

/// What happens to a call that a fault strikes.
pub(crate) fn strike(kind: &Kind, context: &Context<'_>, request_id: &str) -> Outcome {
    let family = context.call.family;
    let refuse = |refusal: Refusal| Outcome::whole(refusal.answer(family, request_id));
    let answer = || api::answer(context, request_id);
    match kind {
        Kind::Deny => {
            refuse(Refusal::denied(family, &context.caller(), &context.call.iam_action()))
        }
        Kind::Throttle => refuse(Refusal::throttled(family)),
        Kind::ThrottleForHours => {
            let throttled = Refusal::throttled(family).header("retry-after", "36000");
            refuse(throttled.header("x-amz-retry-after", "36000000"))
        }
        Kind::Error { status, code, message } => {
            refuse(Refusal::with_status(*status, code, message))
        }
        Kind::Quote => refuse(quote(&context.call.quoted)),
        Kind::Garbage => Outcome::whole(garbage(family)),
        Kind::Truncated => Outcome::Sent(answer(), Sending::Half),
        Kind::Drip => Outcome::Sent(answer(), Sending::Drip),
        Kind::Endless(piece) => Outcome::Sent(answer(), Sending::Endless(*piece)),
        Kind::EndlessHead => Outcome::Sent(answer(), Sending::EndlessHead),
        Kind::Spoilt(spoil) => changed(answer(), |answer| spoil.spoil(&mut answer.body)),
        Kind::Altered(alter) => {
            changed(answer(), |answer| alter.alter(family, &context.account.id, answer))
        }
        Kind::Bomb => changed(answer(), |answer| {
            answer.headers.push(("content-encoding", "gzip".to_owned()));
            answer.body.clone_from(&BOMB);
        }),
        Kind::Pages(markers, fat) => Outcome::whole(page(context, request_id, (*markers, *fat))),
        Kind::Redirect(status, to) => Outcome::whole(Answer {
            status: *status,
            content_type: "text/html",
            headers: vec![("location", to.clone())],
            body: format!("<html><a href=\"{to}\">Moved</a></html>").into_bytes(),
        }),
        Kind::Elsewhere(region) => {
            let message = "The bucket you are attempting to access must be addressed using the specified endpoint.";
            let refusal = Refusal::with_status(301, "PermanentRedirect", message);
            refuse(refusal.header("x-amz-bucket-region", region))
        }
        Kind::Skewed(ahead) => skewed(context, request_id, *ahead),
        Kind::Dated(ahead) => changed(answer(), |answer| date(answer, now() + ahead)),
        Kind::Hang => Outcome::Hang,
        Kind::Reset => Outcome::Reset,
        Kind::Lost => {
            answer();
            Outcome::Reset
        }
        Kind::Partial => Outcome::whole(answer()),
    }
}

fn changed(mut answer: Answer, change: impl FnOnce(&mut Answer)) -> Outcome {
    change(&mut answer);
    Outcome::whole(answer)
}

fn quote(request: &str) -> Refusal {
    let message = format!(
        "The request signature we calculated does not match the signature you provided. \
         Check your AWS Secret Access Key and signing method. The Canonical String for this \
         request should have been '{request}'"
    );
    Refusal::with_status(403, "SignatureDoesNotMatch", &message)
}

fn garbage(family: Family) -> Answer {
    Answer {
        status: 200,
        content_type: family.content_type(),
        headers: Vec::new(),
        body: b"<<{\"not\": an answer\xff".to_vec(),
    }
}

fn page(context: &Context<'_>, request_id: &str, pages: (Markers, usize)) -> Answer {
    let (call, marker) = first_page::asked(context.call);
    let first = Context { call: &call, place: context.place.clone(), ..*context };
    let mut answer = api::answer(&first, request_id);
    if answer.status == 200 {
        let number = context.shared.next_request();
        first_page::lead_on(&call, pages, marker.as_deref(), number, &mut answer);
    }
    answer
}

/// How far a request's time may be from the server's.
const TOLERATED: i64 = 300;

fn skewed(context: &Context<'_>, request_id: &str, ahead: i64) -> Outcome {
    let now = now() + ahead;
    let signed = context.call.quoted.lines().find_map(|line| line.strip_prefix("x-amz-date:"));
    // What is not signed, such as a webhook's, has no time.
    let right = signed
        .map(epoch::parse_compact)
        .is_none_or(|at| at.is_some_and(|at| at.abs_diff(now) <= TOLERATED.unsigned_abs()));
    let answer = if right {
        api::answer(context, request_id)
    } else {
        let message = "The difference between the request time and the current time is too large.";
        let refusal = Refusal::with_status(403, "RequestTimeTooSkewed", message);
        refusal.answer(context.call.family, request_id)
    };
    changed(answer, |answer| date(answer, now))
}

fn date(answer: &mut Answer, seconds: i64) {
    answer.headers.push(("date", epoch::http(seconds)));
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
