//! DNS records in the commands of a remedy.

use crate::check::Grounds;
use crate::inventory::DnsRecord;

/// Grounds that say which record it is about.
pub(in crate::checks) fn bound(record: &DnsRecord) -> Grounds {
    Grounds::new()
        .bind("RECORD_ZONE_ID", record.zone.as_str())
        .bind("RECORD_NAME", record.name.as_str())
        .bind("RECORD_TYPE", record.kind.as_str())
}
