//! stub
/// stub
pub fn inventory() -> crate::inventory::Inventory { crate::sample::clean(&crate::inventory::Kind::Application) }
