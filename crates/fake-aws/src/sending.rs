//! What becomes of a request, and how an answer goes out: whole, or in a way that breaks it.

use std::io;
use std::time::Duration;

use crate::answer::Answer;
use crate::http::Connection;

/// What happens to a request.
pub(crate) enum Outcome {
    /// It is answered.
    Sent(Answer, Sending),
    /// It is not.
    Hang,
    /// The connection breaks.
    Reset,
}

/// How an answer goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// As it is.
    Whole,
    /// Its first half, and the connection ends.
    Half,
    /// A byte now and then.
    Drip,
    /// With blanks behind it that do not end, in pieces of so many bytes.
    Endless(usize),
    /// Headers that do not end.
    EndlessHead,
}

impl Outcome {
    /// An answer as it is.
    pub(crate) fn whole(answer: Answer) -> Self {
        Self::Sent(answer, Sending::Whole)
    }

    /// Leaves the head alone, as an answer to `HEAD` has it.
    pub(crate) fn without_body(&mut self) {
        if let Self::Sent(answer, sending) = self {
            answer.body.clear();
            if *sending != Sending::EndlessHead {
                *sending = Sending::Whole;
            }
        }
    }
}

/// The time between two bytes that drip.
const NOW_AND_THEN: Duration = Duration::from_millis(100);

impl Sending {
    /// Sends an answer, to the end of the connection.
    pub(crate) async fn send(
        self,
        connection: &mut Connection,
        answer: &Answer,
        request_id: &str,
    ) -> io::Result<()> {
        match self {
            Self::Whole => connection.write(answer, request_id, usize::MAX).await,
            Self::Half => connection.write(answer, request_id, answer.body.len() / 2).await,
            Self::Drip => {
                connection.write(answer, request_id, 0).await?;
                for byte in &answer.body {
                    tokio::time::sleep(NOW_AND_THEN).await;
                    connection.put(&[*byte]).await?;
                }
                Ok(())
            }
            Self::Endless(bytes) => {
                connection.begin_pieces(answer, request_id).await?;
                connection.put_piece(&answer.body).await?;
                // Small pieces go many at a time: who reads is to be the slower one.
                let many = (1 << 16) / bytes.max(1) + 1;
                let piece = format!("{bytes:x}\r\n{}\r\n", " ".repeat(bytes));
                let pieces = piece.repeat(many).into_bytes();
                loop {
                    connection.put(&pieces).await?;
                }
            }
            Self::EndlessHead => {
                connection.put(b"HTTP/1.1 200 OK\r\n").await?;
                let header = [b"x-more: ".as_slice(), &[b'x'; 1024], b"\r\n"].concat();
                loop {
                    connection.put(&header).await?;
                }
            }
        }
    }
}
