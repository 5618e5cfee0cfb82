//! What most checks use, so that each need not list it.

pub(super) use crate::analysis::reach::Exposure;
pub(super) use crate::analysis::site::RegionScope;
pub(super) use crate::check::{
    Change, Check, Context, Example, Grounds, Judge, Judgement, Names, Particular, Persona, Remedy,
    Severity, Source, Steps, Targets, TlsListener, Verdict,
};
pub(super) use crate::fixtures::sample;
pub(super) use crate::inventory::{
    Action, ActionKind, Certificate, Condition, ConditionField, Inventory, IpAddressType, Kind,
    Listener, LoadBalancer, MutualTlsMode, Permission, Protocol, Provenance, Region, Rule, Scheme,
    Target, TargetGroup, TargetState, TargetType, Transport, or_missing,
};
pub(super) use crate::vocab::call::Call;
pub(super) use crate::vocab::fact::{Fact, Gap, Reason};
pub(super) use crate::vocab::partial::Partial;
