//! What `CloudWatch` has counted.

use super::region::{Region, Resource};

/// Values of one metric of one load balancer; a metric that is not there has no values.
#[derive(Clone, Debug, Default)]
pub struct Metric {
    /// The load balancer's name, or the value of its dimension.
    pub load_balancer: String,
    /// Such as `RequestCount`.
    pub name: String,
    /// Further dimensions, name and value.
    pub dimensions: Vec<(String, String)>,
    /// The values from the beginning of the time that is asked about, a period each.
    pub values: Vec<f64>,
}

impl Metric {
    /// A sum over all of the time that is asked about.
    pub fn sum(load_balancer: &str, name: &str, value: f64) -> Self {
        Self {
            load_balancer: load_balancer.to_owned(),
            name: name.to_owned(),
            dimensions: Vec::new(),
            values: vec![value],
        }
    }

    /// Replaces the values, a period each.
    pub fn values(mut self, values: &[f64]) -> Self {
        self.values = values.to_vec();
        self
    }

    /// Counts only what a further dimension narrows it to; the name of a target group is enough for
    /// `TargetGroup`.
    pub fn dimension(mut self, name: &str, value: &str) -> Self {
        self.dimensions.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Resource for Metric {
    fn place(self, region: &mut Region) {
        region.metrics.push(self);
    }
}
