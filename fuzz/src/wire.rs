//! What AWS answers, as an input has it: a line `=== STATUS CALL` before each body, with headers behind `|`.

use elb_audit::fuzzing::Answer;

/// What stands before the head of an answer.
pub(crate) const MARK: &[u8] = b"=== ";

/// The answers of an input.
#[must_use]
pub fn answers(data: &[u8]) -> Vec<Answer> {
    let read = |(head, body): (&[u8], &[u8])| Answer {
        body: body.to_vec(),
        ..answer(&String::from_utf8_lossy(head))
    };
    parts(data).into_iter().map(read).collect()
}

/// The heads, each with its line break, and the bodies.
pub(crate) fn parts(data: &[u8]) -> Vec<(&[u8], &[u8])> {
    let lines = data.split_inclusive(|byte| *byte == b'\n');
    let (mut at, mut heads) = (0, Vec::new());
    for line in lines {
        if line.starts_with(MARK) {
            heads.push((at, at + line.len()));
        }
        at += line.len();
    }
    let ends = heads.iter().skip(1).map(|(start, _)| *start).chain([data.len()]);
    let cut = |((start, body), end): (&(usize, usize), usize)| {
        (&data[start + MARK.len()..*body], &data[*body..end])
    };
    heads.iter().zip(ends).map(cut).collect()
}

fn answer(head: &str) -> Answer {
    let mut parts = head.trim_end().split('|');
    let (status, call) = parts.next().and_then(|call| call.split_once(' ')).unwrap_or_default();
    let headers = parts.filter_map(|part| part.split_once(':'));
    Answer {
        call: call.trim().to_owned(),
        status: status.parse().unwrap_or(200),
        headers: headers.map(|(name, value)| (name.into(), value.trim().into())).collect(),
        body: Vec::new(),
    }
}
