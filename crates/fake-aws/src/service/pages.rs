//! Cutting the lists of an answer into pages.

use serde_json::{Map, Value};

use super::table::Pages;
use crate::answer::Refusal;
use crate::api::Context;
use crate::page::Paging;

/// The page that was asked for. An answer that has a token by itself stays as it is.
pub(super) fn cut(
    context: &Context<'_>,
    pages: &'static Pages,
    mut value: Value,
) -> Result<Value, Refusal> {
    if at(&value, &pages.next).is_some() {
        return Ok(value);
    }
    let most = pages.most.unwrap_or(usize::MAX);
    let paging = Paging {
        size: pages.size.as_deref().unwrap_or_default(),
        token: &pages.token,
        least: pages.least.unwrap_or_default(),
        most,
        default: most,
    };
    let lists = pages.results.iter().filter_map(|path| at(&value, path)?.as_array());
    let longest = lists.map(Vec::len).max().unwrap_or_default();
    let page = context.page((0..longest).collect(), paging)?;
    let first = page.items.first().copied().unwrap_or(longest);
    for path in &pages.results {
        if let Some(Value::Array(items)) = at_mut(&mut value, path) {
            *items = items.drain(..).skip(first).take(page.items.len()).collect();
        }
    }
    if let Some(more) = &pages.more {
        set(&mut value, more, page.next.is_some().into());
    }
    if let Some(next) = page.next {
        set(&mut value, &pages.next, next.into());
    }
    Ok(value)
}

/// Lists with nothing in them, as an account answers that has none.
pub(super) fn empty<'a>(paths: impl Iterator<Item = &'a str>) -> Value {
    let mut value = Value::Object(Map::new());
    for path in paths {
        set(&mut value, path, Value::Array(Vec::new()));
    }
    value
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

fn at_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(value, |value, name| value.get_mut(name))
}

/// Sets a member, and the structures on its path that are not there yet.
fn set(value: &mut Value, path: &str, to: Value) {
    let mut below = value;
    for name in path.split('.') {
        if !below.is_object() {
            *below = Value::Object(Map::new());
        }
        below = &mut below[name];
    }
    *below = to;
}
