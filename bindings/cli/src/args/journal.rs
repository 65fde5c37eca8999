//! Arguments of `favourite` and `note`.

use clap::Subcommand;
use jalon::model::Kind;

use super::value;

#[derive(Subcommand)]
pub(crate) enum FavouriteCommand {
    /// Add an object to the favourites
    Add {
        /// Id of the object, such as 31, or pne/31 if there are several territories
        id: String,
        /// Kind of the object
        #[arg(long, default_value = "trek", value_parser = value::spatial_kind)]
        kind: Kind,
    },
    /// Remove an object from the favourites
    Remove {
        /// Id of the object, such as 31, or pne/31 if there are several territories
        id: String,
        /// Kind of the object
        #[arg(long, default_value = "trek", value_parser = value::spatial_kind)]
        kind: Kind,
    },
    /// List the favourites
    List,
}

#[derive(Subcommand)]
pub(crate) enum NoteCommand {
    /// Add a note
    Add {
        /// Text of the note
        text: String,
        /// Position, in degrees
        #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
        at: Option<String>,
        /// Trek that the note is about, such as 31, or pne/31 if there are several territories
        #[arg(long, value_name = "ID")]
        trek: Option<String>,
    },
    /// Remove a note
    Remove {
        /// Note id, or its first characters
        id: String,
    },
    /// List the notes
    List,
}
