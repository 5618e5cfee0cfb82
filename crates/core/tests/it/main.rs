//! Laws, formats and pages of the core.

mod bypass;
mod catalogue;
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
mod mutual_tls;
mod not_applicable;
mod owner;
mod presenters;
mod risks;
mod routing;
mod selection;
mod severity;
mod silence;
mod tls;
mod trust;
mod values;
