//! Offline maps, and the files of map styles.

use jalon::catalogue;
pub use jalon::catalogue::MapSource;

use crate::convert::from_core;

/// The map that a pack should have.
#[uniffi::remote(Record)] pub struct MapSource {
    /** URL of the PMTiles archive that it is cut out of, on a server that answers range requests. */ pub url: String,
    /** Distance to either side of a trek that it shows, metres. The pack of a box has the tiles of its box. */
    #[uniffi(default = 1000.0)] pub corridor_m: f64,
    /** Last zoom level; the deepest with which the tiles have at most `max_bytes` if none. */ #[uniffi(default = None)] pub max_zoom: Option<u8>,
    /** Limit of the bytes of its tiles, if `max_zoom` is none. */ #[uniffi(default = 67108864)] pub max_bytes: u64,
    /** URL of a MapLibre style that draws it, to be downloaded with its glyphs and sprites. */ #[uniffi(default = None)] pub style_url: Option<String>,
}

/// The offline map of a pack.
#[derive(uniffi::Record)] pub struct PackMap {
    /** The map that was asked for. */ pub source: MapSource,
    /** Path of its PMTiles archive, which MapLibre opens; none until it is downloaded. */ pub path: Option<String>,
    /** Path of a MapLibre style that draws it with local files only; none if none was asked for. Its paths are absolute:
        `Packs.downloaded_style` is right even if the directory has moved. */ pub style_path: Option<String>,
    /** Bytes of the archive and of the files of its style. */ pub bytes: u64,
    /** Number of its tiles. */ pub tiles: u64,
    /** Its first zoom level. */ pub min_zoom: u8,
    /** Its last zoom level. */ pub max_zoom: u8,
    /** Time of its download, Unix ms. */ pub as_of_ms: Option<i64>,
}

from_core!(catalogue::PackMap => PackMap
    same { source, bytes, tiles, min_zoom, max_zoom, as_of_ms }
    core { path, style_path }
    own {
        path: path.map(|path| path.to_string_lossy().into_owned()),
        style_path: style_path.map(|path| path.to_string_lossy().into_owned())
    });

/// The size of a map before its tiles are downloaded.
#[derive(uniffi::Record)] pub struct MapEstimate {
    /** Number of its tiles. */ pub tiles: u64,
    /** Number of its different tiles: those that share their bytes count once. */ pub unique_tiles: u64,
    /** Number of its different tiles that other maps on the device have: they are copied, not downloaded. */ pub shared_tiles: u64,
    /** Bytes of its different tiles. The local archive is larger by a few bytes per tile. */ pub bytes: u64,
    /** Bytes to download. */ pub download_bytes: u64,
    /** Number of requests. */ pub requests: u64,
    /** Its first zoom level. */ pub min_zoom: u8,
    /** Its last zoom level. */ pub max_zoom: u8,
    /** Files of its style, beside the tiles; none if no style was asked for. */ pub style: Option<StyleEstimate>,
}

/// The size of the files of a map style: the style itself, its glyphs and its sprites.
#[derive(uniffi::Record)] pub struct StyleEstimate {
    /** Number of files, one request each. */ pub files: u64,
    /** Number of files whose size is not known. */ pub unknown: u64,
    /** Bytes of the files whose size is known. */ pub bytes: u64,
}

#[cfg(feature = "tiles")]
from_core!(jalon::tiles::MapEstimate => MapEstimate
    same { tiles, unique_tiles, shared_tiles, bytes, download_bytes, requests, min_zoom, max_zoom } core { style }
    own { style: style.map(Into::into) });

#[cfg(feature = "tiles")]
from_core!(jalon::tiles::StyleEstimate => StyleEstimate same { files, unknown, bytes } core {} own {});

/// A tile of a map.
#[derive(uniffi::Record)] pub struct Tile {
    /** Its bytes, as they are stored. */ pub bytes: Vec<u8>,
    /** Media type, for `Content-Type`. */ pub media_type: String,
    /** Compression of its bytes, for `Content-Encoding`; none if they are not compressed. */ pub content_encoding: Option<String>,
}

#[cfg(feature = "tiles")]
from_core!(jalon::tiles::Tile => Tile same { bytes } core { media_type, content_encoding }
    own { media_type: media_type.to_owned(), content_encoding: content_encoding.map(str::to_owned) });

/// A file that a map style needs.
#[derive(uniffi::Record)] pub struct StyleFile {
    /** Its URL. */ pub url: String,
    /** Its path in the folder of the glyphs or of the sprites: see `Packs.map_style`. */ pub path: String,
}

/// The files that a map style needs beside its tiles.
#[derive(uniffi::Record)] pub struct StyleFiles {
    /** Glyphs of 256 code points of a font each. */ pub glyphs: Vec<StyleFile>,
    /** Indexes and pictures of its icons, of single and double density. */ pub sprites: Vec<StyleFile>,
}

#[cfg(feature = "tiles")]
from_core!(jalon::tiles::GlyphFile => StyleFile same { url } core { path } own { path: path.to_string_lossy().into_owned() });
#[cfg(feature = "tiles")]
from_core!(jalon::tiles::SpriteFile => StyleFile same { url } core { path } own { path: path.to_string_lossy().into_owned() });
