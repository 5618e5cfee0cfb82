//! The lists of an inventory, and longer ones.

use std::collections::BTreeMap;
use std::net::IpAddr;

use elb_audit_core::inventory::Inventory;
use ipnet::IpNet;
use serde_json::{Map, Value};

/// A list of an inventory, or a map, which is a list of pairs.
#[derive(Clone, Debug)]
pub struct List {
    /// Which one, whatever it is an element of: `accounts[].regions[].load_balancers[]`.
    pub name: String,
    /// Where this one is: a JSON pointer.
    pub pointer: String,
}

impl List {
    /// How long an element is, in bytes.
    pub fn element(&self, inventory: &Value) -> usize {
        let length = |value: &Value| value.to_string().len();
        match inventory.pointer(&self.pointer) {
            Some(Value::Array(items)) => items.first().map_or(0, length),
            Some(Value::Object(fields)) => fields.values().next().map_or(0, length),
            _ => 0,
        }
    }
}

/// How the further elements of a list look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Further {
    /// Like those that are there.
    Alike,
    /// With names, numbers and addresses of their own.
    Different,
}

impl Further {
    /// Words for it.
    pub fn words(self) -> &'static str {
        match self {
            Further::Alike => "alike",
            Further::Different => "each different",
        }
    }
}

/// Tells maps from structures, by what is kept of a key that nobody knows.
#[derive(Default)]
pub struct Lists(BTreeMap<String, bool>);

impl Lists {
    /// Every list of this inventory that has something in it.
    pub fn of(&mut self, inventory: &Value) -> Vec<List> {
        let mut found = Vec::new();
        self.walk(
            inventory,
            inventory,
            &List { name: String::new(), pointer: String::new() },
            &mut found,
        );
        found
    }

    fn walk(&mut self, whole: &Value, value: &Value, here: &List, found: &mut Vec<List>) {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let list = List { name: format!("{}[]", here.name), pointer: here.pointer.clone() };
                found.push(list.clone());
                for (number, item) in items.iter().enumerate() {
                    let pointer = format!("{}/{number}", here.pointer);
                    self.walk(whole, item, &List { pointer, ..list.clone() }, found);
                }
            }
            Value::Object(fields) if !fields.is_empty() => {
                let is_map = self.is_map(whole, fields, here);
                if is_map {
                    let name = format!("{}{{}}", here.name);
                    found.push(List { name, pointer: here.pointer.clone() });
                }
                for (key, field) in fields {
                    let name = if is_map {
                        format!("{}{{}}", here.name)
                    } else {
                        format!("{}.{key}", here.name).trim_start_matches('.').to_owned()
                    };
                    let escaped = key.replace('~', "~0").replace('/', "~1");
                    let pointer = format!("{}/{escaped}", here.pointer);
                    self.walk(whole, field, &List { name, pointer }, found);
                }
            }
            _ => {}
        }
    }

    fn is_map(&mut self, whole: &Value, fields: &Map<String, Value>, here: &List) -> bool {
        if let Some(known) = self.0.get(&here.name) {
            return *known;
        }
        // One of these is a key where keys are numbers.
        let is_kept = ["zz", "65000"].into_iter().any(|key| {
            let mut more = whole.clone();
            let Some(Value::Object(fields_of_more)) = more.pointer_mut(&here.pointer) else {
                return false;
            };
            let Some(value) = fields.values().next() else { return false };
            fields_of_more.insert(key.to_owned(), value.clone());
            let Ok(read) = serde_json::from_value::<Inventory>(more) else { return false };
            let again = serde_json::to_value(read).unwrap_or_default();
            again.pointer(&format!("{}/{key}", here.pointer)).is_some()
        });
        self.0.insert(here.name.clone(), is_kept);
        is_kept
    }
}

/// The inventory with this list so many times as long.
pub fn grown(inventory: &Value, pointer: &str, times: usize, further: Further) -> Value {
    let mut grown = inventory.clone();
    match grown.pointer_mut(pointer) {
        Some(Value::Array(items)) => {
            let first = items.clone();
            for round in 1..times {
                items.extend(first.iter().map(|item| other(item, "", round, further)));
            }
        }
        Some(Value::Object(fields)) => {
            let first = fields.clone();
            for round in 1..times {
                for (key, value) in &first {
                    let key = key.parse().map_or_else(
                        |_| named(key, round),
                        |number: usize| ((number + round) % 65_536).to_string(),
                    );
                    fields.insert(key, other(value, "", round, further));
                }
            }
        }
        _ => {}
    }
    grown
}

/// A further element.
fn other(value: &Value, field: &str, round: usize, further: Further) -> Value {
    if further == Further::Alike {
        return value.clone();
    }
    match value {
        Value::Array(items) => {
            items.iter().map(|item| other(item, field, round, further)).collect()
        }
        Value::Object(fields) => {
            let each = fields.iter();
            each.map(|(key, value)| (key.clone(), other(value, key, round, further))).collect()
        }
        Value::String(text) => Value::String(other_text(text, field, round)),
        Value::Number(number) => match (number.as_u64(), field) {
            (Some(number), "port" | "from_port" | "to_port") => {
                ((number + round as u64) % 65_536).into()
            }
            (Some(number), "priority" | "number") => (number + round as u64 * 100).into(),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

fn other_text(text: &str, field: &str, round: usize) -> String {
    /// Fields whose words are the user's or AWS's own names.
    const NAMES: [&str; 12] = [
        "", "name", "id", "arn", "host", "dns_name", "values", "value", "key", "path", "query",
        "owner",
    ];
    let address = u32::try_from(round).unwrap_or_default() * 256;
    match text.parse::<IpNet>() {
        Ok(IpNet::V4(net)) if net.prefix_len() > 0 => {
            return format!("{}/{}", u32_address(net.addr().into(), address), net.prefix_len());
        }
        Ok(_) => return text.to_owned(),
        Err(_) => {}
    }
    if let Ok(IpAddr::V4(one)) = text.parse() {
        return u32_address(one.into(), address);
    }
    let is_name = NAMES.contains(&field)
        || field.ends_with("_id")
        || field.ends_with("_arn")
        || field.ends_with("_name")
        || field.ends_with('s');
    if is_name || text.starts_with("arn:") { named(text, round) } else { text.to_owned() }
}

fn u32_address(one: u32, more: u32) -> String {
    std::net::Ipv4Addr::from(one.wrapping_add(more)).to_string()
}

/// A name that is as much a name of its kind, and another one: a `.` stays in front of its last part.
fn named(text: &str, round: usize) -> String {
    match text.split_once('.') {
        Some((first, rest)) if !first.is_empty() => format!("{first}{round:x}.{rest}"),
        _ => format!("{text}{round:x}"),
    }
}
