//! Arguments of `treks`, `near` and `features`.

use clap::{Args, ValueEnum};
use jalon::catalogue::TrekSort;
use jalon::model::Kind;

use super::position::PositionArgs;
use super::value;

#[derive(Args)]
pub(crate) struct TreksArgs {
    /// Words to search for in names and texts; accents and case are ignored
    pub(crate) text: Option<String>,
    /// Only this territory
    #[arg(long, value_name = "NAME")]
    pub(crate) territory: Option<String>,
    /// Practice, by name or id (can be repeated: treks with any of them)
    #[arg(long, value_name = "NAME")]
    pub(crate) practice: Vec<String>,
    /// Difficulty, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) difficulty: Vec<String>,
    /// Type of route, such as a loop, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) route: Vec<String>,
    /// Theme, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) theme: Vec<String>,
    /// Label, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) label: Vec<String>,
    /// Exclude treks with this label, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) exclude_label: Vec<String>,
    /// Waymarking network, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) network: Vec<String>,
    /// City, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) city: Vec<String>,
    /// District, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) district: Vec<String>,
    /// Accessibility, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) accessibility: Vec<String>,
    /// Managing organisation, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) structure: Vec<String>,
    /// Duration in hours, both ends included: 2..5, 2.. or ..5 (can be repeated: treks in any of the ranges)
    #[arg(long, value_name = "MIN..MAX", allow_hyphen_values = true)]
    pub(crate) duration: Vec<String>,
    /// Length in metres: 5000..12000
    #[arg(long, value_name = "MIN..MAX", allow_hyphen_values = true)]
    pub(crate) length: Vec<String>,
    /// Ascent in metres: ..600
    #[arg(long, value_name = "MIN..MAX", allow_hyphen_values = true)]
    pub(crate) ascent: Vec<String>,
    /// Bounding box in degrees that the route intersects
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub(crate) bbox: Option<String>,
    /// Only treks that are completely downloaded
    #[arg(long)]
    pub(crate) offline: bool,
    /// Position to measure distances from, in degrees
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(crate) near: Option<String>,
    /// Maximum distance in metres
    #[arg(long, value_name = "METRES", requires = "near", value_parser = value::metres, allow_negative_numbers = true)]
    pub(crate) radius: Option<f64>,
    /// Sort order [default: relevance if a text is given, else distance if --near is given, else name]
    #[arg(long, value_enum)]
    pub(crate) sort: Option<SortArg>,
    /// Reverse the sort order
    #[arg(long)]
    pub(crate) reverse: bool,
    /// Maximum number of results
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = value::count, allow_negative_numbers = true)]
    pub(crate) limit: usize,
    /// Number of results to skip
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = value::count, allow_negative_numbers = true)]
    pub(crate) offset: usize,
    /// Count the treks for each value of each filter
    #[arg(long)]
    pub(crate) facets: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SortArg {
    Relevance,
    Name,
    Distance,
    Length,
    Ascent,
    Duration,
    Difficulty,
}

impl From<SortArg> for TrekSort {
    fn from(sort: SortArg) -> TrekSort {
        match sort {
            SortArg::Relevance => TrekSort::Relevance,
            SortArg::Name => TrekSort::Name,
            SortArg::Distance => TrekSort::Distance,
            SortArg::Length => TrekSort::Length,
            SortArg::Ascent => TrekSort::Ascent,
            SortArg::Duration => TrekSort::Duration,
            SortArg::Difficulty => TrekSort::Difficulty,
        }
    }
}

/// Which objects `near` and `features` list.
#[derive(Args)]
pub(crate) struct ObjectFilterArgs {
    /// Kinds of objects, separated by commas: trek,poi,… [default: all except cities and districts]
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = value::spatial_kind)]
    pub(crate) kind: Vec<Kind>,
    /// Include touristic events that have ended
    #[arg(long)]
    pub(crate) past: bool,
    /// Only this territory
    #[arg(long, value_name = "NAME")]
    pub(crate) territory: Option<String>,
}

#[derive(Args)]
pub(crate) struct NearArgs {
    #[command(flatten)]
    pub(crate) position: PositionArgs,
    #[command(flatten)]
    pub(crate) filter: ObjectFilterArgs,
    /// Maximum distance in metres
    #[arg(long, value_name = "METRES", value_parser = value::metres, allow_negative_numbers = true)]
    pub(crate) radius: Option<f64>,
    /// Maximum number of results
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = value::positive_count, allow_negative_numbers = true)]
    pub(crate) limit: usize,
}

#[derive(Args)]
pub(crate) struct FeaturesArgs {
    /// Bounding box in degrees: west, south, east, north
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub(crate) bbox: String,
    #[command(flatten)]
    pub(crate) filter: ObjectFilterArgs,
    /// Metres by which the geometries of --json may be simplified
    #[arg(long, default_value_t = 0.0, value_name = "METRES", value_parser = value::metres, allow_negative_numbers = true)]
    pub(crate) tolerance: f64,
    /// Maximum number of results
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = value::positive_count, allow_negative_numbers = true)]
    pub(crate) limit: usize,
}
