//! Arguments of `edition`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::value;

#[derive(Subcommand)]
pub(crate) enum EditionCommand {
    /// Write a territory, or GeoJSON and FlatGeobuf files of any origin, as signed static files for any web host
    Build(Box<EditionBuildArgs>),
    /// Make a key pair that signs editions, in the format of minisign
    Key {
        /// File of the secret key; the public key is written beside it, with the extension .pub
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Ask for a password that encrypts the secret key
        #[arg(long)]
        password: bool,
    },
    /// Check every file and object of an edition
    Verify {
        /// Directory of the edition, or address of the manifest of a published one, which is downloaded whole
        #[arg(value_name = "DIR|URL")]
        edition: String,
        /// Allow plain HTTP to servers other than this machine
        #[arg(long)]
        allow_http: bool,
        /// Public key, or its file, that must have signed the edition (can be repeated) [default: the signature is not checked]
        #[arg(long = "public-key", value_name = "FILE|KEY")]
        public_keys: Vec<String>,
    },
    /// Write a page about an edition, to read before it is published: map, sizes, and what its objects lack
    Inspect {
        /// Directory of the edition
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// File to write, with the extension .html
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Public key, or its file, that must have signed the edition (can be repeated) [default: the signature is not checked]
        #[arg(long = "public-key", value_name = "FILE|KEY")]
        public_keys: Vec<String>,
    },
    /// Check an edition, and copy it to a directory or to S3-compatible storage; readers see the edition before or this one
    Publish(EditionPublishArgs),
}

#[derive(Args)]
pub(crate) struct EditionPublishArgs {
    /// Directory of the edition
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Another directory, or s3://bucket/prefix. Credentials and region are in the environment: AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION
    #[arg(long = "to", value_name = "DIR|s3://BUCKET/PREFIX")]
    pub(crate) target: String,
    /// Address of the storage, if it is not that of AWS [default: AWS_ENDPOINT_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Number of editions whose files stay at the target, this one included
    #[arg(long, value_name = "N", default_value = "2", value_parser = value::positive_count)]
    pub(crate) keep: usize,
    /// Public key, or its file, that must have signed the edition (can be repeated) [default: the signature is not checked]
    #[arg(long = "public-key", value_name = "FILE|KEY")]
    pub(crate) public_keys: Vec<String>,
    /// Allow a storage with plain HTTP on another machine
    #[arg(long)]
    pub(crate) allow_http: bool,
}

#[derive(Args)]
pub(crate) struct EditionBuildArgs {
    /// Name of the territory; with --mapping, the GeoJSON (also newline-delimited) and FlatGeobuf files
    #[arg(value_name = "TERRITORY|FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Mapping that makes objects of the features of the files, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Name of the edition [default: that of the mapping]
    #[arg(long, requires = "mapping")]
    pub(crate) name: Option<String>,
    /// Directory of the edition, new or with the edition before
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// File of the secret key that signs the edition [default: the edition is not signed]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Number of the edition, higher than that of the edition before [default: the date and a counter]
    #[arg(long, value_name = "N")]
    pub(crate) edition: Option<u64>,
    /// Time of the edition [default: now]
    #[arg(long, value_name = "YYYY-MM-DD|ISO 8601")]
    pub(crate) created: Option<String>,
    /// Time after which the edition counts as old
    #[arg(long, value_name = "YYYY-MM-DD|ISO 8601")]
    pub(crate) expires: Option<String>,
    /// Title of the territory [default: that of the mapping, or the name]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) title: String,
    /// Description of the territory [default: that of the mapping]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) description: String,
    /// Licence of the data: a name such as CC-BY-4.0, or an address (can be repeated) [default: those of the mapping]
    #[arg(long = "license", value_name = "NAME|URL")]
    pub(crate) licenses: Vec<String>,
    /// Public key, or its file, that may sign later editions (can be repeated)
    #[arg(long = "next-key", value_name = "FILE|KEY")]
    pub(crate) next_keys: Vec<String>,
    /// Remove the files of the edition before, which phones may still read
    #[arg(long)]
    pub(crate) remove_previous: bool,
}
