//! Files of treks and tracks for other programs: GPX 1.1, or GeoJSON by the name of the file. Needs the feature `gpx`.

use std::path::Path;

use jalon::{Companion as Core, journal};

use crate::records::TrackImport;

/// Writes a trek with its points of interest and the ends of its stages.
pub(crate) fn export_trek(core: &Core, territory: &str, id: i64, languages: &[&str], path: &Path) -> jalon::Result<()> {
    #[cfg(feature = "gpx")]
    return write(&core.trek_gpx(territory, id, languages)?, path);
    #[cfg(not(feature = "gpx"))]
    {
        let _ = (core, territory, id, languages, path);
        Err(not_built())
    }
}

/// Writes a finished track.
pub(crate) fn export_track(track: &journal::Track, path: &Path) -> jalon::Result<()> {
    #[cfg(feature = "gpx")]
    return write(&track.to_gpx_file(), path);
    #[cfg(not(feature = "gpx"))]
    {
        let _ = (track, path);
        Err(not_built())
    }
}

/// Stores the tracks of a file as one track.
pub(crate) fn import_track(core: &Core, new: journal::NewTrack, path: &Path) -> jalon::Result<TrackImport> {
    #[cfg(feature = "gpx")]
    {
        use crate::records::RejectionCount;

        let readable = |_| jalon::Error::invalid("path", "must be the path of a readable file");
        let source = std::fs::File::open(path).map_err(readable)?;
        let file = if is_geojson(path) { jalon::gpx::read_geojson(source) } else { jalon::gpx::read_gpx(source) }?;
        let imported = core.journal()?.import_track(new, &file, jalon::clock::now_ms())?;
        let journal::TrackImport { track, rejected, without_time } = imported;
        let rejected = rejected.into_iter().map(|(reason, count)| RejectionCount { reason, count }).collect();
        let problems = file.problems.iter().map(ToString::to_string).collect();
        Ok(TrackImport { track: track.into(), rejected, without_time, problems })
    }
    #[cfg(not(feature = "gpx"))]
    {
        let _ = (core, new, path);
        Err(not_built())
    }
}

#[cfg(feature = "gpx")]
fn write(file: &jalon::gpx::GpxFile, path: &Path) -> jalon::Result<()> {
    let content = if is_geojson(path) { file.to_geojson().to_string() } else { file.to_gpx()? };
    Ok(std::fs::write(path, content)?)
}

#[cfg(feature = "gpx")]
fn is_geojson(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
    matches!(extension.as_deref(), Some("geojson" | "json"))
}

#[cfg(not(feature = "gpx"))]
fn not_built() -> jalon::Error {
    jalon::Error::invalid("path", "must not be given: this build of the library has no GPX files (feature `gpx`)")
}
