//! Scenes around the headers that the clean Application load balancer sets.

use super::{listeners, text_map, with};
use crate::fact::Fact;
use crate::inventory::{Inventory, Kind};

/// The clean Application account, its HTTPS listener with these attributes changed.
#[must_use]
pub fn https_with(attributes: &[(&str, &str)]) -> Inventory {
    with(&Kind::Application, |lb| {
        if let Fact::Known(own) = &mut listeners(lb)[0].attributes {
            own.extend(text_map(attributes));
        }
    })
}
