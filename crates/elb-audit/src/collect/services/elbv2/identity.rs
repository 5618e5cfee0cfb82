//! Identity filters of listeners, which `aws-sdk-elasticloadbalancingv2` 1.134 does not know.

use std::collections::HashMap;

use elb_audit_core::inventory::IdentityFilter;
use roxmltree::{Document, Node};

const FILTERS: &str = "ClientCertificateIdentityFilters";

/// The identity filters in an answer of `DescribeListeners`, by the ARN of their listener.
pub(super) fn filters(answer: &str) -> HashMap<String, Vec<IdentityFilter>> {
    if !answer.contains(FILTERS) {
        return HashMap::new();
    }
    // One that is not well-formed has failed before.
    let Ok(document) = Document::parse(answer) else { return HashMap::new() };
    let lists = document.descendants().filter(|node| is_called(*node, FILTERS));
    let of_listener = |list: Node| {
        // In the listener's mutual authentication.
        let arn = text(list.parent()?.parent()?, "ListenerArn");
        let members = list.children().filter(Node::is_element);
        Some((arn, members.map(filter).collect()))
    };
    lists.filter_map(of_listener).collect()
}

fn filter(member: Node) -> IdentityFilter {
    IdentityFilter {
        field: text(member, "Field"),
        action: text(member, "Action"),
        match_type: text(member, "MatchType"),
        value: text(member, "Value"),
    }
}

/// What stands in the child of this name; empty where there is none.
fn text(node: Node, name: &str) -> String {
    let child = node.children().find(|child| is_called(*child, name));
    child.and_then(|child| child.text()).unwrap_or_default().to_owned()
}

/// Whether an element has this name; its namespace, which all have, does not matter.
fn is_called(node: Node, name: &str) -> bool {
    node.tag_name().name() == name
}
