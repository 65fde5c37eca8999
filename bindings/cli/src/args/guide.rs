//! Arguments of `guide`.

use std::path::PathBuf;

use clap::Args;

use super::value;

#[derive(Args)]
pub(crate) struct GuideArgs {
    /// Trek id, such as 31, or pne/31 if there are several territories
    #[arg(required_unless_present = "replay")]
    pub(crate) trek: Option<String>,
    /// GPX or GeoJSON file with the positions of a walk
    #[arg(long, value_name = "FILE", group = "source")]
    pub(crate) gpx: Option<PathBuf>,
    /// Simulate a walk along the trek
    #[arg(long, group = "source")]
    pub(crate) simulate: bool,
    /// Replay the log of a session instead, and compare its results
    #[arg(long, value_name = "FILE", group = "source", conflicts_with = "trek")]
    pub(crate) replay: Option<PathBuf>,
    /// Error of the simulated receiver in metres (root mean square)
    #[arg(long, value_name = "METRES", default_value = "8", value_parser = value::metres, requires = "simulate")]
    pub(crate) noise: f64,
    /// Seconds between the simulated positions
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=600), requires = "simulate")]
    pub(crate) interval: u32,
    /// Seed of the simulated errors
    #[arg(long, value_name = "N", default_value_t = 1, requires = "simulate")]
    pub(crate) seed: u64,
    /// Write the session as a log of JSON lines; it contains the positions
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Draw the walk: map and profile with the matched path
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) svg: Option<PathBuf>,
}
