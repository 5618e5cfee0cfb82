//! Laws, formats and pages of the core.

mod actions;
mod alerts;
mod asff;
mod bypass;
mod catalogue;
#[path = "causes/network.rs"]
mod causes_network;
mod change;
mod compliance;
mod config;
mod coverage;
mod demo;
mod edition;
mod exposure;
mod formats;
mod given;
mod golden;
mod intent;
mod laws;
mod layers;
mod mutual_tls;
mod not_applicable;
mod owner;
mod placeholders;
mod presenters;
mod remedies;
mod redirects;
mod risks;
mod routing;
mod selection;
mod served;
mod severity;
mod tls;
mod trust;
mod values;
mod words;
