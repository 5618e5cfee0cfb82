//! Rules and ports that are not understood: what they may mean makes verdicts unknown, and flips none.

use elb_audit_core::inventory::Inventory;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The inventory with one thing that is not understood, by its place and what it became: every rule of a
/// security group, every entry of a network ACL, every route, the port of every listener, at these places.
pub(super) fn each(inventory: &Value, about: impl Fn(&str) -> bool) -> Vec<(String, Inventory)> {
    let mut places = Vec::new();
    find(inventory, "", &mut places);
    let mut all = Vec::new();
    for (pointer, kind) in places.into_iter().filter(|(pointer, _)| about(pointer)) {
        for change in changes(kind) {
            let mut odd = inventory.clone();
            let Some(Value::Object(fields)) = odd.pointer_mut(&pointer) else { continue };
            if kind == Kind::Acl && has_all_protocols(fields) && change.get("protocol").is_none() {
                continue; // what is about every protocol has no ports
            }
            for (name, value) in &change {
                fields.remove(name);
                if !value.is_null() {
                    fields.insert(name.clone(), value.clone());
                }
            }
            let name = format!("{pointer} as {}", Value::Object(change));
            all.push((name, Inventory::deserialize(&odd).expect("an inventory all the same")));
        }
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    SecurityGroup,
    Acl,
    Route,
    Listener,
}

fn has_all_protocols(fields: &Map<String, Value>) -> bool {
    fields.get("protocol").and_then(Value::as_str) == Some("-1")
}

fn changes(kind: Kind) -> Vec<Map<String, Value>> {
    let all = match kind {
        Kind::SecurityGroup => vec![
            json!({"protocol": "carrier-pigeon"}),
            json!({"protocol": "256"}),
            json!({"protocol": "+6"}),
            json!({"protocol": "006"}),
            json!({"protocol": ""}),
            json!({"protocol": "TCP"}),
            json!({"protocol": "tcp", "from_port": null, "to_port": null}),
            json!({"protocol": "tcp", "from_port": -1, "to_port": -1}),
            json!({"protocol": "6", "from_port": 70_000, "to_port": 70_000}),
            json!({"protocol": "tcp", "from_port": 443, "to_port": 80}),
            json!({"protocol": "udp", "from_port": 0, "to_port": null}),
        ],
        Kind::Acl => vec![
            json!({"protocol": "carrier-pigeon"}),
            json!({"protocol": "-2"}),
            json!({"action": "perhaps"}),
            json!({"range": null}),
            json!({"protocol": "6", "from_port": 443, "to_port": 80}),
            json!({"protocol": "6", "from_port": 1, "to_port": null}),
            json!({"protocol": "17", "from_port": -5, "to_port": 70_000}),
        ],
        Kind::Route => vec![json!({"state": "perhaps"}), json!({"target": "odd-1"})],
        Kind::Listener => vec![json!({"port": null}), json!({"port": 0})],
    };
    let fields = |value| if let Value::Object(fields) = value { fields } else { Map::new() };
    all.into_iter().map(fields).collect()
}

fn find(value: &Value, pointer: &str, into: &mut Vec<(String, Kind)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                find(value, &format!("{pointer}/{name}"), into);
            }
        }
        Value::Array(items) => {
            let mut parents = pointer.rsplit('/');
            let kind = match (parents.next(), parents.next()) {
                (Some("ingress" | "egress"), _) => Some(Kind::SecurityGroup),
                (Some("entries"), _) => Some(Kind::Acl),
                (Some("routes"), _) => Some(Kind::Route),
                (Some("known"), Some("listeners")) => Some(Kind::Listener),
                _ => None,
            };
            for (place, item) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{place}");
                let has_port = kind != Some(Kind::Listener) || item.get("port").is_some();
                into.extend(kind.filter(|_| has_port).map(|kind| (pointer.clone(), kind)));
                find(item, &pointer, into);
            }
        }
        _ => {}
    }
}
