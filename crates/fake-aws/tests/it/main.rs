//! The fake, asked over a real socket.

mod accounts;
mod boto3;
mod buckets;
mod client;
mod everything;
mod faults;
mod figures;
mod global;
mod limits;
mod models;
mod modern;
mod network;
mod pages;
mod python;
mod rest;
mod services;
mod waf;
mod wire;
mod writes;
