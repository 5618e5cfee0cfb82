//! How a call fails.

use super::alter::Alter;

/// How a call fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller lacks the permission.
    Deny,
    /// The caller asks too much.
    Throttle,
    /// The same, and should wait ten hours.
    ThrottleForHours,
    /// The request is read and never answered.
    Hang,
    /// Status 200 with a body that nothing can decode.
    Garbage,
    /// The connection ends in the middle of the true answer's body.
    Truncated,
    /// The true answer, spoilt, as if that were all of it.
    Spoilt(Spoil),
    /// The true answer, altered.
    Altered(Alter),
    /// The true answer, a byte now and then.
    Drip,
    /// The true answer, and blanks behind it that do not end, in pieces of so many bytes.
    Endless(usize),
    /// Headers that do not end.
    EndlessHead,
    /// 1.69 MB, compressed, that unpack to 256 MB.
    Bomb,
    /// The first page again and again, with this many bytes more in each, and markers that lead on.
    Pages(Markers, usize),
    /// The request's signature is refused, in a message that quotes the request: its credentials too.
    Quote,
    /// It points to this address, with this status.
    Redirect(u16, String),
    /// It points to this region, as S3 does.
    Elsewhere(String),
    /// The server's clock is so many seconds ahead, and a request that is signed for another time is refused.
    Skewed(i64),
    /// The true answer, dated so many seconds ahead.
    Dated(i64),
    /// The connection is reset before any answer.
    Reset,
    /// The call is done, and the connection reset before the answer.
    Lost,
    /// The first of the things that the call brings is refused, the others are taken.
    Partial,
    /// An error of the service, in the shape of its family.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
}

/// The markers of pages that do not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markers {
    /// A new one each time, and from the second page on items with ids of their own.
    New,
    /// Two in turn.
    InTurn,
}

/// What becomes of an answer's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// It ends before the last time that this stands in it.
    CutBefore(&'static str),
    /// This is put before the last time that the other stands in it.
    Put(&'static str, &'static str),
    /// Every time that the first stands in it, the other does instead.
    Replace(&'static str, &'static str),
}

impl Spoil {
    pub(super) fn spoil(&self, body: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(body).into_owned();
        let spoilt = match self {
            Self::CutBefore(what) => text.rfind(what).map_or("", |at| &text[..at]).to_owned(),
            Self::Put(what, before) => text
                .rfind(before)
                .map_or_else(|| text.clone(), |at| format!("{}{what}{}", &text[..at], &text[at..])),
            Self::Replace(what, by) => text.replace(what, by),
        };
        *body = spoilt.into_bytes();
    }
}
