//! Arguments of `territory` and `refresh`.

use clap::{Args, Subcommand};

use super::value;

#[derive(Subcommand)]
pub(crate) enum TerritoryCommand {
    /// Add a territory: the public data of one Geotrek server, the files of its mobile app, or a published edition of it
    Add {
        #[arg(
            help = "Address of the Geotrek server, such as https://geotrek.example.org; of the files of its mobile app, which \
                    ends in /mobile/; or of the manifest of an edition, which ends in .json"
        )]
        url: String,
        /// Short name [default: derived from the address]
        #[arg(long)]
        name: Option<String>,
        /// Only the objects of this portal, by id (can be repeated)
        #[arg(long = "portal", value_name = "ID", value_parser = value::id, allow_negative_numbers = true)]
        portals: Vec<i64>,
        /// The address is the folder of the files of a mobile app (implied by /mobile/ and /settings.json)
        #[arg(long, conflicts_with_all = ["portals", "bbox", "public_keys"])]
        mobile: bool,
        /// Of an edition: only the objects in this box, in degrees
        #[arg(long, visible_alias = "box", value_name = "WEST,SOUTH,EAST,NORTH", allow_hyphen_values = true)]
        bbox: Option<String>,
        /// Of an edition: a public key that may sign it, or its file (can be repeated) [default: the key of the first refresh]
        #[arg(long = "public-key", value_name = "KEY")]
        public_keys: Vec<String>,
    },
    /// Remove a territory and everything that was downloaded from it
    Remove {
        /// Name of the territory
        name: String,
    },
    /// List the territories
    List,
}

#[derive(Args)]
pub(crate) struct RefreshArgs {
    /// Name of the territory [default: all territories]
    pub(crate) territory: Option<String>,
    /// Request all objects instead of only the changes [default: once a week]
    #[arg(long)]
    pub(crate) full: bool,
    /// Do not update the downloaded treks and areas
    #[arg(long)]
    pub(crate) no_packs: bool,
    /// Allow plain HTTP to servers other than this machine
    #[arg(long)]
    pub(crate) allow_http: bool,
}
