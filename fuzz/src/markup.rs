//! Edits of what AWS answers, in XML and in JSON, that keep it well-formed.

use std::ops::Range;

use libfuzzer_sys::fuzzer_mutate;

use crate::choices::Choices;
use crate::edits;
use crate::wire::{MARK, parts};

/// Changes the answers of an input in place, as `fuzz_mutator!` wants it; the new length.
pub fn mutate(data: &mut [u8], size: usize, longest: usize, seed: u32) -> usize {
    let mut choices = Choices::of_seed(seed);
    let answers = parts(&data[..size]);
    if answers.is_empty() || choices.below(8) == 0 {
        return fuzzer_mutate(data, size, longest);
    }
    let (chosen, whole) = (choices.below(answers.len()), choices.below(16));
    let mut changed = Vec::with_capacity(size);
    for (at, (head, body)) in answers.into_iter().enumerate() {
        let times = match (at == chosen, whole) {
            (true, 0) => 0,
            (true, 1) => 2,
            _ => 1,
        };
        for _ in 0..times {
            changed.extend_from_slice(MARK);
            changed.extend_from_slice(head);
            if at == chosen && whole > 1 {
                changed.extend(edited(body, &mut choices));
            } else {
                changed.extend_from_slice(body);
            }
            if changed.last().is_some_and(|last| *last != b'\n') {
                changed.push(b'\n');
            }
        }
    }
    if changed.len() > longest {
        return fuzzer_mutate(data, size, longest);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

fn edited(body: &[u8], choices: &mut Choices) -> Vec<u8> {
    if let Ok(mut document) = serde_json::from_slice(body) {
        edits::edit(&mut document, choices);
        return serde_json::to_vec(&document).unwrap_or_default();
    }
    let mut text = String::from_utf8_lossy(body).into_owned();
    for _ in 0..=choices.below(3) {
        edit(&mut text, choices);
    }
    text.into_bytes()
}

/// Makes one edit of some XML.
fn edit(text: &mut String, choices: &mut Choices) {
    let all = elements(text);
    if all.is_empty() {
        return;
    }
    let element = choices.one(&all);
    let leaf = !text[element.inside.clone()].contains('<');
    match choices.below(6) {
        0 => text.replace_range(element.outside.clone(), ""),
        1 => {
            let again = text[element.outside.clone()].to_owned();
            text.insert_str(element.outside.end, &again);
        }
        2 => text.replace_range(element.inside.clone(), ""),
        3 => {
            let other = choices.one(&all).outside.clone();
            let other = text[other].to_owned();
            text.replace_range(element.outside.clone(), &other);
        }
        _ if leaf => {
            let other = edits::other_text(&text[element.inside.clone()], choices);
            let other = other.replace('&', "&amp;").replace('<', "&lt;");
            text.replace_range(element.inside.clone(), &other);
        }
        _ => {
            let name = &element.name;
            let same: Vec<_> = all.iter().filter(|other| other.name == *name).collect();
            let other = text[choices.one(&same).inside.clone()].to_owned();
            text.replace_range(element.inside.clone(), &other);
        }
    }
}

/// An element: its name, and where it stands, with and without its tags.
struct Element {
    name: String,
    outside: Range<usize>,
    inside: Range<usize>,
}

/// The elements that are opened and closed.
fn elements(text: &str) -> Vec<Element> {
    let (mut open, mut all): (Vec<(&str, usize, usize)>, _) = (Vec::new(), Vec::new());
    for (start, _) in text.match_indices('<') {
        let Some(length) = text[start..].find('>') else { break };
        let (tag, end) = (&text[start + 1..start + length], start + length + 1);
        if let Some(name) = tag.strip_prefix('/') {
            if let Some((opened, from, inside)) = open.pop()
                && opened == name
            {
                let name = name.to_owned();
                all.push(Element { name, outside: from..end, inside: inside..start });
            }
        } else if !tag.starts_with(['?', '!']) && !tag.ends_with('/') {
            open.push((tag.split(' ').next().unwrap_or(tag), start, end));
        }
    }
    all
}
