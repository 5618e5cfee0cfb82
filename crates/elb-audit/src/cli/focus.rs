//! Which load balancers are judged, as the command line says it.

use clap::Args;

/// Which load balancers are judged.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reporting")]
pub struct Focus {
    /// Judge only this load balancer, given by ARN or by name (`*` stands for any characters, `?` for one),
    /// and nothing beside load balancers; a scan asks no more than that needs. Repeatable
    #[arg(long, value_name = "NAME|ARN", value_delimiter = ',')]
    pub load_balancer: Vec<String>,
}
