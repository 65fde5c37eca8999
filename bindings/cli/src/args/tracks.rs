//! Arguments of `record` and `track`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args)]
pub(crate) struct RecordArgs {
    /// GPX or GeoJSON file with the recorded points; each must have a time
    #[arg(long, value_name = "FILE")]
    pub(crate) gpx: PathBuf,
    /// Name of the track [default: that in the file]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) name: String,
    /// Trek that was walked, such as 31, or pne/31 if there are several territories
    #[arg(long, value_name = "ID")]
    pub(crate) trek: Option<String>,
    /// Print the statistics only, without storing the track
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Subcommand)]
pub(crate) enum TrackCommand {
    /// List the recorded tracks
    List,
    /// Show a track
    Show {
        /// Track id, or its first characters
        id: String,
    },
    /// Write a track as a GPX 1.1 or GeoJSON file
    Export {
        /// Track id, or its first characters
        id: String,
        /// File to write, with the extension .gpx or .geojson
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Change the name of a track
    Rename {
        /// Track id, or its first characters
        id: String,
        /// New name
        name: String,
    },
    /// Remove a track
    Remove {
        /// Track id, or its first characters
        id: String,
    },
}
