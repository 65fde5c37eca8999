//! The table of targets.
//!
//! * `tiles`: maps and styles. `edition_folder`: a whole edition on the disk. `response`: an HTTP response into a file.
//! * `scratch`: files for targets that read from the disk.

mod edition_folder;
mod response;
mod scratch;
mod tiles;

use jalon::{edition, geotrek, gpx, journal};

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: that of its folder in the corpus.
    pub name: &'static str,
    /// Reads an input.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 23] = [
    Target { name: "api", run: geotrek::fuzzing::api },
    Target { name: "chunk", run: edition::fuzzing::chunk },
    Target { name: "chunk_rows", run: edition::fuzzing::chunk_rows },
    Target { name: "edition_folder", run: edition_folder::edition_folder },
    Target { name: "encoded_photo", run: journal::fuzzing::encoded_photo },
    Target { name: "flatgeobuf", run: edition::fuzzing::flatgeobuf },
    Target { name: "geojson", run: gpx::fuzzing::geojson },
    Target { name: "gpx", run: gpx::fuzzing::gpx },
    Target { name: "html", run: geotrek::fuzzing::html },
    Target { name: "journal_archive", run: journal::fuzzing::archive },
    Target { name: "manifest", run: edition::fuzzing::manifest },
    Target { name: "map_cut", run: tiles::map_cut },
    Target { name: "mbtiles", run: tiles::mbtiles },
    Target { name: "mobile_archive", run: geotrek::fuzzing::mobile_archive },
    Target { name: "mobile_file", run: geotrek::fuzzing::mobile_file },
    Target { name: "photo", run: journal::fuzzing::photo },
    Target { name: "pmtiles", run: tiles::pmtiles },
    Target { name: "recording", run: journal::fuzzing::recording },
    Target { name: "records", run: edition::fuzzing::records },
    Target { name: "response", run: response::response },
    Target { name: "signature", run: edition::fuzzing::signature },
    Target { name: "style", run: tiles::style },
    Target { name: "track", run: journal::fuzzing::track },
];

/// The target with a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
