//! What a person types.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jalon::catalogue::PictureSize;
use jalon::model::Kind;

use crate::measure::Units;

/// A territory's walks on your own disk: found and near, without a network.
#[derive(Parser)]
#[command(name = "jalon", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args)]
pub(crate) struct Global {
    /// Folder of the data [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Languages for texts, the first that has one wins
    #[arg(long, global = true, value_name = "fr,en", value_delimiter = ',')]
    pub(crate) lang: Vec<String>,
    /// Units of what is printed for people
    #[arg(long, global = true, value_enum, default_value = "metric")]
    pub(crate) units: UnitsArgument,
    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum UnitsArgument {
    Metric,
    Imperial,
}

impl From<UnitsArgument> for Units {
    fn from(units: UnitsArgument) -> Units {
        match units {
            UnitsArgument::Metric => Units::Metric,
            UnitsArgument::Imperial => Units::Imperial,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add or remove territories
    Territory {
        #[command(subcommand)]
        command: TerritoryCommand,
    },
    /// Take a territory in from its server, or all of them
    Refresh(RefreshArguments),
    /// Take treks along, wholly: what belongs to them, pictures, pictograms
    Download(DownloadArguments),
    /// List what was taken along
    Packs {
        /// Only this territory
        #[arg(long)]
        territory: Option<String>,
    },
    /// Remove what was taken along; files that nothing else needs go with it
    Remove {
        /// The trek's number, or with the territory's name: pne/31; of a box what “jalon packs” calls it: box-2
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// File a report of something that is wrong: kept at once, sent when there is a network
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Send the reports that are due
    Send {
        /// Allow plain http to servers other than this machine
        #[arg(long)]
        allow_http: bool,
    },
    /// Mark treks and places to find them again
    Favourite {
        #[command(subcommand)]
        command: FavouriteCommand,
    },
    /// Write something down
    Note {
        #[command(subcommand)]
        command: NoteCommand,
    },
    /// Say what changed since the last time
    Changes {
        /// Short name of the territory
        territory: Option<String>,
        /// Since this day [default: what the last refresh that changed anything brought]
        #[arg(long, value_name = "YYYY-MM-DD")]
        since: Option<String>,
    },
    /// Find treks
    Treks(Box<TreksArguments>),
    /// Show a trek: figures, stages, profile, points of interest
    Trek {
        /// The server's number, or with the territory's name: pne/31
        id: String,
    },
    /// Show what is near a place
    Near(NearArguments),
    /// Show what is on the disk
    Status,
    /// Write a trek to a file: GPX 1.1 (.gpx) or GeoJSON (.geojson)
    Export {
        /// The server's number, or with the territory's name: pne/31
        id: String,
        /// The file, ending in .gpx or .geojson
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Draw a trek as a sheet to print (SVG)
    Map {
        /// The server's number, or with the territory's name: pne/31
        id: String,
        /// The file, ending in .svg
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum TerritoryCommand {
    /// Add a territory by the address of its Geotrek
    Add {
        /// Address of the server, such as <https://geotrek.example.org>
        url: String,
        /// Short name [default: from the address]
        #[arg(long)]
        name: Option<String>,
        /// Only what this portal shows (its number; can be repeated)
        #[arg(long = "portal", value_name = "ID", value_parser = read::number, allow_negative_numbers = true)]
        portals: Vec<i64>,
    },
    /// Remove a territory and all that was taken in from it
    Remove {
        /// Short name
        name: String,
    },
    /// List the territories
    List,
}

#[derive(Subcommand)]
pub(crate) enum ReportCommand {
    /// Write a report, and queue it
    New {
        #[command(flatten)]
        content: Box<ContentArguments>,
        /// Photos (JPEG, PNG, WebP; can be repeated)
        #[arg(long = "photo", value_name = "FILE")]
        photos: Vec<PathBuf>,
        /// Only keep it, to be written on
        #[arg(long)]
        draft: bool,
        /// Territory, where several are held
        #[arg(long)]
        territory: Option<String>,
    },
    /// Write a report on; it must be queued again
    Edit {
        /// Its id
        id: String,
        #[command(flatten)]
        content: Box<ContentArguments>,
    },
    /// Add photos to a report; it must be queued again
    Photo {
        /// Its id
        id: String,
        /// Photos (JPEG, PNG, WebP)
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the reports
    List,
    /// Show a report
    Show {
        /// Its id
        id: String,
    },
    /// Queue a draft, or a report that was refused
    Queue {
        /// Its id
        id: String,
    },
    /// Decide about a report in doubt: its server may have it, and nobody can know
    Resolve {
        /// Its id
        id: String,
        /// Send it again, marked as a possible duplicate
        #[arg(long, group = "how")]
        resend: bool,
        /// Leave it as it is
        #[arg(long, group = "how")]
        abandon: bool,
        /// It arrived: the office has it
        #[arg(long, group = "how")]
        delivered: bool,
        /// Its number at the office
        #[arg(long, value_name = "NUMBER", requires = "delivered", conflicts_with_all = ["resend", "abandon"])]
        server_id: Option<i64>,
    },
    /// Remove a draft, or a report that was refused
    Discard {
        /// Its id
        id: String,
    },
    /// Write all that is not accepted yet, with photos, favourites and notes, to a zip file
    Export {
        /// The file, which must not exist
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// What was accepted too
        #[arg(long)]
        all: bool,
    },
    /// Take over what an export has and this device has not
    Import {
        /// The zip file
        file: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct ContentArguments {
    /// What is wrong
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Who can be asked
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Where it is, in degrees
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// How well that is known, in metres
    #[arg(long, value_name = "METRES", requires = "at", value_parser = read::metres, allow_negative_numbers = true)]
    pub(crate) accuracy: Option<f64>,
    /// Category: its number
    #[arg(long, value_name = "ID", value_parser = read::number)]
    pub(crate) category: Option<i64>,
    /// Activity: its number
    #[arg(long, value_name = "ID", value_parser = read::number)]
    pub(crate) activity: Option<i64>,
    /// How bad it is: its number
    #[arg(long, value_name = "ID", value_parser = read::number)]
    pub(crate) magnitude: Option<i64>,
    /// Trek that it is about: the server's number
    #[arg(long, value_name = "ID", value_parser = read::number)]
    pub(crate) trek: Option<i64>,
    /// Signage that it is about: the server's number
    #[arg(long, value_name = "ID", value_parser = read::number)]
    pub(crate) signage: Option<i64>,
}

#[derive(Subcommand)]
pub(crate) enum FavouriteCommand {
    /// Mark something
    Add {
        /// The server's number, or with the territory's name: pne/31
        id: String,
        /// What sort of thing it is
        #[arg(long, default_value = "trek", value_parser = read::kind)]
        kind: Kind,
    },
    /// Unmark something
    Remove {
        /// The server's number, or with the territory's name: pne/31
        id: String,
        /// What sort of thing it is
        #[arg(long, default_value = "trek", value_parser = read::kind)]
        kind: Kind,
    },
    /// List what is marked
    List,
}

#[derive(Subcommand)]
pub(crate) enum NoteCommand {
    /// Write something down
    Add {
        /// The text
        text: String,
        /// Where, in degrees
        #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
        at: Option<String>,
        /// Trek that it is about: the server's number, or with the territory's name: pne/31
        #[arg(long, value_name = "ID")]
        trek: Option<String>,
    },
    /// Remove a note
    Remove {
        /// Its id
        id: String,
    },
    /// List the notes
    List,
}

#[derive(Args)]
pub(crate) struct RefreshArguments {
    /// Short name of the territory
    pub(crate) territory: Option<String>,
    /// Ask for everything, and not only for what the server says has changed [default: once a week]
    #[arg(long)]
    pub(crate) full: bool,
    /// Leave what was taken along as it is
    #[arg(long)]
    pub(crate) no_packs: bool,
    /// Allow plain http to servers other than this machine
    #[arg(long)]
    pub(crate) allow_http: bool,
}

#[derive(Args)]
pub(crate) struct DownloadArguments {
    /// Treks: the server's number, or with the territory's name: pne/31
    #[arg(required_unless_present = "bounds", conflicts_with = "bounds")]
    pub(crate) ids: Vec<String>,
    /// A box, in degrees: the treks that cross it and all that lies in it
    #[arg(long = "bbox", value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub(crate) bounds: Option<String>,
    /// Territory of the box, where several are held
    #[arg(long, requires = "bounds")]
    pub(crate) territory: Option<String>,
    /// Which pictures to take along
    #[arg(long, value_enum, default_value = "small")]
    pub(crate) pictures: PicturesArgument,
    /// Only say what it would take
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Allow plain http to servers other than this machine
    #[arg(long)]
    pub(crate) allow_http: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PicturesArgument {
    Small,
    Large,
    None,
}

impl From<PicturesArgument> for PictureSize {
    fn from(pictures: PicturesArgument) -> PictureSize {
        match pictures {
            PicturesArgument::Small => PictureSize::Small,
            PicturesArgument::Large => PictureSize::Large,
            PicturesArgument::None => PictureSize::None,
        }
    }
}

#[derive(Args)]
pub(crate) struct TreksArguments {
    /// Words that its texts must have; accents and capitals do not matter
    pub(crate) text: Option<String>,
    /// Only this territory
    #[arg(long)]
    pub(crate) territory: Option<String>,
    /// Practice: name or number (can be repeated; one of them is enough)
    #[arg(long)]
    pub(crate) practice: Vec<String>,
    /// Difficulty: name or number
    #[arg(long)]
    pub(crate) difficulty: Vec<String>,
    /// Loop, there and back…: name or number
    #[arg(long)]
    pub(crate) route: Vec<String>,
    /// Theme: name or number
    #[arg(long)]
    pub(crate) theme: Vec<String>,
    /// Label: name or number
    #[arg(long)]
    pub(crate) label: Vec<String>,
    /// Label that it must not have: name or number
    #[arg(long)]
    pub(crate) exclude_label: Vec<String>,
    /// Waymarking: name or number
    #[arg(long)]
    pub(crate) network: Vec<String>,
    /// City: name or number
    #[arg(long)]
    pub(crate) city: Vec<String>,
    /// District: name or number
    #[arg(long)]
    pub(crate) district: Vec<String>,
    /// Accessibility: name or number
    #[arg(long)]
    pub(crate) accessibility: Vec<String>,
    /// Structure that looks after it: name or number
    #[arg(long)]
    pub(crate) structure: Vec<String>,
    /// Hours: 2..5, 2.. or ..5, both ends included (can be repeated; one of them is enough)
    #[arg(long, value_name = "H..H", allow_hyphen_values = true)]
    pub(crate) duration: Vec<String>,
    /// Metres of length: 5000..12000
    #[arg(long, value_name = "M..M", allow_hyphen_values = true)]
    pub(crate) length: Vec<String>,
    /// Metres up: ..600
    #[arg(long, value_name = "M..M", allow_hyphen_values = true)]
    pub(crate) ascent: Vec<String>,
    /// Box that its line must meet, in degrees
    #[arg(long = "bbox", value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub(crate) bounds: Option<String>,
    /// Where "here" is, in degrees
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(crate) near: Option<String>,
    /// No further from here, in metres
    #[arg(long, value_name = "METRES", requires = "near", value_parser = read::metres, allow_negative_numbers = true)]
    pub(crate) radius: Option<f64>,
    /// The order [default: how well the text matches; else the distance, else the name]
    #[arg(long, value_enum)]
    pub(crate) sort: Option<SortArgument>,
    /// The other end first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// At most so many
    #[arg(long, default_value_t = 20, value_name = "n", value_parser = read::count, allow_negative_numbers = true)]
    pub(crate) limit: usize,
    /// After so many
    #[arg(long, default_value_t = 0, value_name = "n", value_parser = read::count, allow_negative_numbers = true)]
    pub(crate) offset: usize,
    /// Also say what every choice would give
    #[arg(long)]
    pub(crate) facets: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SortArgument {
    Relevance,
    Name,
    Distance,
    Length,
    Ascent,
    Duration,
    Difficulty,
}

#[derive(Args)]
pub(crate) struct NearArguments {
    /// Latitude, degrees north
    #[arg(value_parser = read::degrees, allow_negative_numbers = true)]
    pub(crate) lat: f64,
    /// Longitude, degrees east
    #[arg(value_parser = read::degrees, allow_negative_numbers = true)]
    pub(crate) lon: f64,
    /// Kinds, with commas: trek,poi,… [default: all but cities and districts]
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = read::kind)]
    pub(crate) kind: Vec<Kind>,
    /// Only this territory
    #[arg(long)]
    pub(crate) territory: Option<String>,
    /// No further, in metres
    #[arg(long, value_name = "METRES", value_parser = read::metres, allow_negative_numbers = true)]
    pub(crate) radius: Option<f64>,
    /// At most so many
    #[arg(long, default_value_t = 10, value_name = "n", value_parser = read::some, allow_negative_numbers = true)]
    pub(crate) limit: usize,
}

/// Reads what a person types; what is wrong is told by what would be right.
mod read {
    use jalon::model::Kind;

    pub(super) fn number(word: &str) -> Result<i64, &'static str> {
        word.parse().ok().filter(|number| *number > 0).ok_or("must be the server's number, such as 3")
    }

    pub(super) fn count(word: &str) -> Result<usize, &'static str> {
        word.parse().map_err(|_| "must be a whole number from 0")
    }

    pub(super) fn some(word: &str) -> Result<usize, &'static str> {
        word.parse().ok().filter(|count| *count > 0).ok_or("must be a whole number from 1")
    }

    pub(super) fn metres(word: &str) -> Result<f64, &'static str> {
        let metres = word.parse().ok().filter(|metres: &f64| metres.is_finite() && *metres >= 0.0);
        metres.ok_or("must be metres as a number from 0, such as 500")
    }

    pub(super) fn degrees(word: &str) -> Result<f64, &'static str> {
        let degrees = word.parse().ok().filter(|degrees: &f64| degrees.is_finite());
        degrees.ok_or("must be degrees as a number: latitude first, then longitude, such as 44.9 6.2")
    }

    pub(super) fn kind(word: &str) -> Result<Kind, String> {
        let kind = word.trim().parse::<Kind>().ok().filter(|kind| kind.is_spatial());
        kind.ok_or_else(|| {
            let known: Vec<&str> =
                Kind::ALL.iter().filter(|kind| kind.is_spatial()).map(|kind| kind.as_str()).collect();
            format!("must be one of {}", known.join(", "))
        })
    }
}
