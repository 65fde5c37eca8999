//! A position on the command line: latitude and longitude in one argument or in two.

use clap::Args;
use jalon::Result;
use jalon::model::Position;

use crate::parse;

#[derive(Args)]
pub(crate) struct PositionArgs {
    /// Position in degrees, such as 44.9,6.2; two numbers, such as 44.9 6.2, are accepted too
    #[arg(value_name = "LAT,LON", allow_hyphen_values = true)]
    position: String,
    /// Longitude, if the first argument is only a latitude.
    #[arg(hide = true, allow_negative_numbers = true)]
    lon: Option<String>,
}

impl PositionArgs {
    pub(crate) fn position(&self) -> Result<Position> {
        let text = match &self.lon {
            Some(lon) => format!("{},{lon}", self.position.trim_end_matches(',')),
            None => self.position.clone(),
        };
        parse::position("position", &text)
    }
}
