//! Entry points for fuzzing. Not part of the API.

use super::{GpxFile, MAX_POINTS, MAX_WAYPOINTS, read_geojson, read_gpx};

/// A GPX file: what was read is valid, and is written and read again as the same points.
pub fn gpx(bytes: &[u8]) {
    let Ok(file) = read_gpx(bytes) else { return };
    check(&file);
    let again = file.to_gpx().ok().and_then(|written| read_gpx(written.as_bytes()).ok());
    let again = again.unwrap_or_default();
    assert!(positions(&again).eq(positions(&file)), "the written file has other points");
}

/// A GeoJSON file of tracks.
pub fn geojson(bytes: &[u8]) {
    if let Ok(file) = read_geojson(bytes) {
        check(&file);
    }
}

fn check(file: &GpxFile) {
    assert!(positions(file).all(|position| position.is_valid()), "a position is not on the Earth");
    assert!(file.waypoints.len() <= MAX_WAYPOINTS && positions(file).count() <= MAX_POINTS + MAX_WAYPOINTS, "too many");
    assert!(file.tracks.iter().flat_map(|track| &track.segments).all(|points| !points.is_empty()), "an empty segment");
}

fn positions(file: &GpxFile) -> impl Iterator<Item = crate::model::Position> {
    let tracks = file.tracks.iter().flat_map(|track| track.segments.iter().flatten());
    let routes = file.routes.iter().flat_map(|route| &route.points);
    let points = routes.chain(tracks).map(|point| point.position);
    file.waypoints.iter().map(|waypoint| waypoint.position).chain(points)
}
