//! What most checks use, so that each need not list it.

pub(super) use crate::call::Call;
pub(super) use crate::check::{
    Change, Check, Context, Evidence, Example, Judge, Judgement, Names, Particular, Persona,
    Remedy, Severity, Source, Steps, Surroundings, Targets, Verdict,
};
pub(super) use crate::exposure::Exposure;
pub(super) use crate::fact::{Fact, Gap, Reason};
pub(super) use crate::inventory::{
    Action, Certificate, Condition, Inventory, Kind, Listener, LoadBalancer, Permission,
    Provenance, Region, Rule, Target, TargetGroup,
};
pub(super) use crate::sample;
