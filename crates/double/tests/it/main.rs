//! The double, asked over a real socket.

mod accounts;
mod buckets;
mod client;
mod everything;
mod faults;
mod global;
mod limits;
mod models;
mod modern;
mod network;
mod pages;
mod waf;
mod wire;
