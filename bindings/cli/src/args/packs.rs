//! Arguments of `download`.

use clap::{Args, ValueEnum};
use jalon::catalogue::PictureSize;

use super::value;

#[derive(Args)]
pub(crate) struct DownloadArgs {
    /// Trek ids, such as 31, or pne/31 if there are several territories
    #[arg(required_unless_present = "bbox", conflicts_with = "bbox", value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Bounding box in degrees: download the treks that cross it and everything inside it
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub(crate) bbox: Option<String>,
    /// Territory of the bounding box; required if there are several
    #[arg(long, value_name = "NAME", requires = "bbox")]
    pub(crate) territory: Option<String>,
    /// Size of the pictures
    #[arg(long, value_enum, default_value = "small")]
    pub(crate) pictures: PicturesArg,
    /// Of a mobile tree: take pictures from this archive of it, such as 31.zip or global.zip (can be repeated)
    #[arg(long = "from", value_name = "ZIP")]
    pub(crate) archives: Vec<std::path::PathBuf>,
    /// Download attached files too, such as PDF topo-guides and audio
    #[arg(long)]
    pub(crate) files: bool,
    /// Download an offline map too: the tiles along the trek out of this PMTiles archive
    #[arg(long, value_name = "URL")]
    pub(crate) map: Option<String>,
    /// Distance to either side of a trek that the map shows, in metres [default: 1000]
    #[arg(long, value_name = "METRES", requires = "map", value_parser = value::metres, allow_negative_numbers = true)]
    pub(crate) corridor: Option<f64>,
    /// Last zoom level of the map [default: the deepest with which its tiles have at most 64 MiB]
    #[arg(long, value_name = "ZOOM", requires = "map", value_parser = clap::value_parser!(u8).range(0..=31))]
    pub(crate) max_zoom: Option<u8>,
    /// Download this MapLibre style of the map too, with its glyphs and sprites
    #[arg(long, value_name = "URL", requires = "map")]
    pub(crate) style: Option<String>,
    /// Print the estimated size and download nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Allow plain HTTP to servers other than this machine
    #[arg(long)]
    pub(crate) allow_http: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PicturesArg {
    Small,
    Large,
    None,
}

impl From<PicturesArg> for PictureSize {
    fn from(pictures: PicturesArg) -> PictureSize {
        match pictures {
            PicturesArg::Small => PictureSize::Small,
            PicturesArg::Large => PictureSize::Large,
            PicturesArg::None => PictureSize::None,
        }
    }
}
