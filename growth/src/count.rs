//! Steps and allocated bytes.
//!
//! The compiler calls the function below at each edge of each function's control flow, in this program, in the core and
//! in what both are made of, the standard library's generic code included.

use std::alloc::System;
use std::sync::atomic::{AtomicU64, Ordering};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

static STEPS: AtomicU64 = AtomicU64::new(0);

#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc_guard(_: *mut u32) {
    STEPS.fetch_add(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc_guard_init(_: *mut u32, _: *mut u32) {}

/// What something costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub steps: u64,
    pub bytes: u64,
}

/// What this comes to, and what it costs.
pub fn cost<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (region, before) = (Region::new(ALLOCATOR), STEPS.load(Ordering::Relaxed));
    let value = work();
    let steps = STEPS.load(Ordering::Relaxed) - before;
    let bytes = u64::try_from(region.change().bytes_allocated).unwrap_or(u64::MAX);
    (value, Cost { steps, bytes })
}
