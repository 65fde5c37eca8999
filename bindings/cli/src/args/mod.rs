//! Command-line arguments, declared with clap.
//!
//! * `territories`: `territory` and `refresh`.
//! * `treks`: `treks` and `near`.
//! * `packs`: `download`.
//! * `editions`: `edition`.
//! * `reports`: `report`.
//! * `safety`: `sos` and `check`. `guide`: `guide`.
//! * `journal`: `favourite` and `note`. `tracks`: `record` and `track`.
//! * `position`: a position. `value`: parsers of single values.

mod editions;
mod guide;
mod journal;
mod packs;
mod position;
mod reports;
mod safety;
mod territories;
mod tracks;
mod treks;
mod value;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::units::Units;

pub(crate) use editions::{EditionBuildArgs, EditionCommand, EditionPublishArgs};
pub(crate) use guide::GuideArgs;
pub(crate) use journal::{FavouriteCommand, NoteCommand};
pub(crate) use packs::DownloadArgs;
pub(crate) use reports::{ReportCommand, ReportContentArgs};
pub(crate) use safety::{CheckArgs, SosArgs};
pub(crate) use territories::{RefreshArgs, TerritoryCommand};
pub(crate) use tracks::{RecordArgs, TrackCommand};
pub(crate) use treks::{FeaturesArgs, NearArgs, TreksArgs};

/// Treks and points of interest of Geotrek servers on your own disk, without a network
#[derive(Parser)]
#[command(name = "jalon", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Data directory [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Preferred languages of texts, in order
    #[arg(long, global = true, value_name = "fr,en", value_delimiter = ',')]
    pub(crate) lang: Vec<String>,
    /// Units of printed distances and elevations
    #[arg(long, global = true, value_enum, default_value = "metric")]
    pub(crate) units: UnitsArg,
    /// Columns of the printed text [default: the terminal's; 200 if the output is not a terminal]
    #[arg(long, global = true, value_name = "N", value_parser = value::positive_count)]
    pub(crate) columns: Option<usize>,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum UnitsArg {
    Metric,
    Imperial,
}

impl From<UnitsArg> for Units {
    fn from(units: UnitsArg) -> Units {
        match units {
            UnitsArg::Metric => Units::Metric,
            UnitsArg::Imperial => Units::Imperial,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add, remove or list territories
    Territory {
        #[command(subcommand)]
        command: TerritoryCommand,
    },
    /// Download a territory, or update it with the changes since the last refresh
    Refresh(RefreshArgs),
    /// Download treks for offline use, with their pictures and everything along the way
    Download(DownloadArgs),
    /// List the downloaded treks and areas
    Packs {
        /// Only this territory
        #[arg(long, value_name = "NAME")]
        territory: Option<String>,
    },
    /// Remove downloaded treks and areas, and the files that no other download needs
    Remove {
        /// Trek id, such as 31 or pne/31, or area id from "jalon packs", such as bbox-2
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Build, check and publish editions: a territory as signed static files
    Edition {
        #[command(subcommand)]
        command: EditionCommand,
    },
    /// Write and manage reports about problems on the ground
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Send the queued reports
    Send {
        /// Allow plain HTTP to servers other than this machine
        #[arg(long)]
        allow_http: bool,
    },
    /// Add, remove or list favourites
    Favourite {
        #[command(subcommand)]
        command: FavouriteCommand,
    },
    /// Add, remove or list notes
    Note {
        #[command(subcommand)]
        command: NoteCommand,
    },
    /// Follow a trek along a recorded or simulated walk, and print what the hiker would hear
    Guide(GuideArgs),
    /// Record a track from a GPX file, as a phone records it on the way
    Record(RecordArgs),
    /// List, show, export or remove recorded tracks
    Track {
        #[command(subcommand)]
        command: TrackCommand,
    },
    /// List the objects that were added, changed or withdrawn
    Changes {
        /// Name of the territory [default: all territories]
        territory: Option<String>,
        /// First day to list, in UTC [default: only the last refresh that brought changes]
        #[arg(long, value_name = "YYYY-MM-DD")]
        since: Option<String>,
    },
    /// Search and filter treks
    Treks(Box<TreksArgs>),
    /// Show a trek: key figures, stages, profile, texts, and everything along the way
    Trek {
        /// Trek id, such as 31, or pne/31 if there are several territories
        id: String,
        /// Include touristic events that have ended
        #[arg(long)]
        past: bool,
    },
    /// List the objects nearest to a position
    Near(NearArgs),
    /// List the objects in a bounding box, in the order of --kind; with --json, with their geometries
    Features(FeaturesArgs),
    /// Describe a position for the emergency services: coordinates, places nearby, numbers
    Sos(SosArgs),
    /// Check a trek before leaving: download, sensitive areas in season, daylight, latest start
    Check(CheckArgs),
    /// Show the territories, the downloads and their size on disk
    Status,
    /// Export a trek as a GPX 1.1 or GeoJSON file
    Export {
        /// Trek id, such as 31, or pne/31 if there are several territories
        id: String,
        /// File to write, with the extension .gpx or .geojson
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Draw a map of a trek to print on A4 (SVG), or read the offline map of a download
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Map {
        /// Trek id, such as 31, or pne/31 if there are several territories
        #[arg(required = true)]
        id: Option<String>,
        /// File to write, with the extension .svg
        #[arg(short, long, value_name = "FILE", required = true)]
        output: Option<PathBuf>,
        #[command(subcommand)]
        command: Option<MapCommand>,
    },
}

#[derive(Subcommand)]
pub(crate) enum MapCommand {
    /// Write a tile of the offline map of a download to a file
    Tile {
        /// Zoom level
        z: u8,
        /// Column, from the west
        x: u32,
        /// Row, from the north
        y: u32,
        /// Id of the download: a trek id, such as 31 or pne/31, or an area id from "jalon packs", such as bbox-2
        #[arg(long, value_name = "ID")]
        pack: String,
        /// File to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Write the MapLibre style of a download, which draws its map without a network, to a file
    Style {
        /// Id of the download: a trek id, such as 31 or pne/31, or an area id from "jalon packs", such as bbox-2
        #[arg(long, value_name = "ID")]
        pack: String,
        /// File to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a command in double quotes or without, up to a comment or a pipe.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" # ").next().unwrap_or_default();
        let line = line.split(" | ").next().unwrap_or_default();
        let parts = line.split('"').enumerate();
        parts
            .flat_map(|(n, part)| match n % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect()
    }

    #[test]
    fn commands_in_the_readme_are_valid() {
        let readme = include_str!("../../README.md");
        let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("jalon ")).collect();
        assert!(commands.len() > 20, "{commands:?}");
        for command in commands {
            if let Err(error) = Cli::try_parse_from(words(command)) {
                panic!("{command}: {error}");
            }
        }
    }
}
