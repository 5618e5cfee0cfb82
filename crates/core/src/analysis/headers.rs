//! Headers that a listener of an Application load balancer sets by itself.

use crate::inventory::Listener;
use crate::vocab::fact::Gap;

/// The value that the listener gives a header of every response; none when it leaves the header to the
/// targets. The header by AWS's key: `strict_transport_security`.
pub fn set<'a>(listener: &'a Listener, header: &str) -> Result<Option<&'a str>, Gap> {
    let key = format!("routing.http.response.{header}.header_value");
    let value = listener.attributes.get()?.get(&key).map(|value| value.trim());
    Ok(value.filter(|value| !value.is_empty()))
}
