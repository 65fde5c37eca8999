//! Arguments of `report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::value;

#[derive(Subcommand)]
pub(crate) enum ReportCommand {
    /// Write a report and queue it for sending
    New {
        #[command(flatten)]
        content: Box<ReportContentArgs>,
        /// Photo to attach: JPEG, PNG or WebP (can be repeated)
        #[arg(long = "photo", value_name = "FILE")]
        photos: Vec<PathBuf>,
        /// Save the report as a draft instead of queueing it
        #[arg(long)]
        draft: bool,
        /// Territory of the report; required if there are several
        #[arg(long, value_name = "NAME")]
        territory: Option<String>,
    },
    /// Change a report, which must then be queued again
    Edit {
        /// Report id, or its first characters
        id: String,
        #[command(flatten)]
        content: Box<ReportContentArgs>,
    },
    /// Attach photos to a report, which must then be queued again
    Photo {
        /// Report id, or its first characters
        id: String,
        /// Photos: JPEG, PNG or WebP
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List the reports
    List,
    /// Show a report
    Show {
        /// Report id, or its first characters
        id: String,
    },
    /// Queue a draft or a refused report for sending
    Queue {
        /// Report id, or its first characters
        id: String,
    },
    /// Decide about a report in doubt, which the server may or may not have received
    Resolve {
        /// Report id, or its first characters
        id: String,
        /// Send the report again, marked as a possible duplicate
        #[arg(long, group = "resolution")]
        resend: bool,
        /// Leave the report in doubt, and do not send it again
        #[arg(long, group = "resolution")]
        abandon: bool,
        /// Mark the report as received by the server
        #[arg(long, group = "resolution")]
        delivered: bool,
        /// Id of the report on the server
        #[arg(long, value_name = "ID", requires = "delivered", conflicts_with_all = ["resend", "abandon"])]
        server_id: Option<i64>,
    },
    /// Delete a draft or a refused report
    Discard {
        /// Report id, or its first characters
        id: String,
    },
    /// Export the reports that are not accepted yet, the favourites and the notes to a zip file
    Export {
        /// File to write, which must not exist yet
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Include the accepted reports
        #[arg(long)]
        all: bool,
        /// Let the device that imports the file send the reports, and no longer this one. Import the file on one device only
        #[arg(long)]
        hand_over: bool,
    },
    /// Import the reports, favourites and notes of an exported zip file
    Import {
        /// Zip file written by "jalon report export"
        file: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct ReportContentArgs {
    /// Description of the problem
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// E-mail address for questions about the report
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Position of the problem, in degrees
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// Accuracy of the position, in metres
    #[arg(long, value_name = "METRES", requires = "at", value_parser = value::metres, allow_negative_numbers = true)]
    pub(crate) accuracy: Option<f64>,
    /// Category, by id
    #[arg(long, value_name = "ID", value_parser = value::id)]
    pub(crate) category: Option<i64>,
    /// Activity, by id
    #[arg(long, value_name = "ID", value_parser = value::id)]
    pub(crate) activity: Option<i64>,
    /// Magnitude of the problem, by id
    #[arg(long, value_name = "ID", value_parser = value::id)]
    pub(crate) magnitude: Option<i64>,
    /// Trek that the report is about, by id
    #[arg(long, value_name = "ID", value_parser = value::id)]
    pub(crate) trek: Option<i64>,
    /// Signage that the report is about, by id
    #[arg(long, value_name = "ID", value_parser = value::id)]
    pub(crate) signage: Option<i64>,
}
