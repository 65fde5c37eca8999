//! GPX 1.1.

use geo_types::Point;
use gpx::{Gpx, GpxVersion, Metadata, Track, TrackSegment, Waypoint};
use jalon::model::{Geometry, Localized, Poi, Position, Trek};
use jalon::{Error, Result};

use super::{xml_name, xml_text};

/// A trek as a GPX file: one track, with a segment for each line of the trek, and the points of interest as waypoints.
/// Each text is in the first of `languages` that has it.
pub(crate) fn gpx(trek: &Trek, languages: &[&str], pois: &[&Poi]) -> Result<String> {
    let name = name(&trek.name, languages);
    let description =
        text(&trek.description.plain, languages).or_else(|| text(&trek.description_teaser.plain, languages));
    let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
    let segments = lines.into_iter().map(|line| TrackSegment { points: line.iter().filter_map(waypoint).collect() });
    let file = Gpx {
        version: GpxVersion::Gpx11,
        creator: Some("Jalon".to_owned()),
        metadata: Some(Metadata { name: name.clone(), ..Metadata::default() }),
        waypoints: pois.iter().filter_map(|poi| poi_waypoint(poi, languages)).collect(),
        tracks: vec![Track { name, description, segments: segments.collect(), ..Track::default() }],
        routes: Vec::new(),
    };
    let mut written = Vec::new();
    gpx::write(&file, &mut written).map_err(Error::internal)?;
    String::from_utf8(written).map_err(Error::internal)
}

fn text(localized: &Localized, languages: &[&str]) -> Option<String> {
    trimmed(&xml_text(localized.find(languages)?.text))
}

fn name(localized: &Localized, languages: &[&str]) -> Option<String> {
    trimmed(&xml_name(localized.find(languages)?.text))
}

fn trimmed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn waypoint(position: &Position) -> Option<Waypoint> {
    let mut waypoint = Waypoint::new(Point::new(position.lon, position.lat));
    waypoint.elevation = position.elevation.filter(|metres| metres.is_finite());
    position.is_valid().then_some(waypoint)
}

/// A waypoint at the first position of a point of interest, which may be a line or an area.
fn poi_waypoint(poi: &Poi, languages: &[&str]) -> Option<Waypoint> {
    let mut waypoint = poi.geometry.as_ref()?.first_position().as_ref().and_then(waypoint)?;
    waypoint.name = name(&poi.name, languages);
    waypoint.description = text(&poi.description.plain, languages);
    waypoint.type_ = name(&poi.type_label, languages);
    Some(waypoint)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{poi, trek};
    use super::*;

    #[test]
    fn gpx_roundtrip_restores_texts_and_positions() {
        let (poi, nowhere) = (poi(), Poi::default());
        let written = gpx(&trek(), &["fr"], &[&poi, &nowhere]).unwrap();
        let read = gpx::read(written.as_bytes()).unwrap();
        assert_eq!(read.version, GpxVersion::Gpx11);
        assert_eq!(read.metadata.unwrap().name.unwrap(), "Été & <Pic> \"d'Olan\"");
        let [track] = read.tracks.as_slice() else { panic!("one track") };
        assert_eq!(track.name.as_deref(), Some("Été & <Pic> \"d'Olan\""));
        assert_eq!(track.description.as_deref(), Some("Prendre à gauche,\npuis monter < 3 h."));
        let elevations: Vec<Vec<_>> =
            track.segments.iter().map(|s| s.points.iter().map(|p| p.elevation).collect()).collect();
        assert_eq!(elevations, [[Some(1200.5), Some(1300.0)], [None, None]]);
        assert_eq!(track.segments[0].points[1].point(), Point::new(6.2, 44.9));
        let [waypoint] = read.waypoints.as_slice() else { panic!("one waypoint") };
        assert_eq!(waypoint.name.as_deref(), Some("Cabane « du Pré » & Cie"));
        assert_eq!(waypoint.type_.as_deref(), Some("Bâtiment"));
        assert_eq!(waypoint.description.as_deref(), Some("Fermée l’hiver"));
        assert_eq!(waypoint.elevation, Some(1250.0));
    }

    #[test]
    fn gpx_of_empty_trek_has_one_track() {
        let written = gpx(&Trek::default(), &[], &[]).unwrap();
        assert_eq!(gpx::read(written.as_bytes()).unwrap().tracks.len(), 1);
    }
}
