//! What becomes of a request or a packet, found by trying everything, as AWS's documents say it: held against
//! what is reasoned out.

mod networks;
mod requests;
mod web_acls;
