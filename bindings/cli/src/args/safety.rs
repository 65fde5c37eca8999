//! Arguments of `sos` and `check`.

use clap::Args;

use super::position::PositionArgs;
use super::value;

#[derive(Args)]
pub(crate) struct SosArgs {
    #[command(flatten)]
    pub(crate) position: PositionArgs,
    /// Accuracy of the position in metres
    #[arg(long, value_name = "METRES", value_parser = value::metres, allow_negative_numbers = true)]
    pub(crate) accuracy: Option<f64>,
    /// Altitude in metres above sea level
    #[arg(long, value_name = "METRES", value_parser = value::altitude, allow_negative_numbers = true)]
    pub(crate) altitude: Option<f64>,
    /// Time of the position, such as 2026-06-30T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Trek id, such as 31, or pne/31 if there are several territories
    pub(crate) id: String,
    /// Day of the walk [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<String>,
}
