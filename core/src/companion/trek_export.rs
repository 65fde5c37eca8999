//! A trek as a GPX file (feature `gpx`), for watches, GPS receivers and other programs.

use super::{Companion, Localizer, TrekDetails};
use crate::error::Result;
use crate::gpx::{GpxFile, GpxPoint, GpxTrack, GpxWaypoint};
use crate::model::{Geometry, Id, Kind, Localized, Object, Poi, Position, Trek};

impl Companion {
    /// A trek as a file: one track with a segment for each line of the trek, and as waypoints the points of interest along it
    /// and the ends of its stages. Texts are in the first of `languages` that has them.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if the catalogue has no such territory or trek; errors of the disk.
    pub fn trek_gpx(&self, territory: &str, id: Id, languages: &[&str]) -> Result<GpxFile> {
        let details = self.trek_details(territory, id, &[Kind::Poi])?;
        let localizer = self.localizer(&details.territory, languages);
        Ok(gpx_file(&details, &localizer))
    }
}

fn gpx_file(details: &TrekDetails, localizer: &Localizer<'_>) -> GpxFile {
    let trek = &details.trek;
    let name = text(localizer, &trek.name);
    let description =
        text(localizer, &trek.description.plain).or_else(|| text(localizer, &trek.description_teaser.plain));
    let point = |position: Position| position.is_valid().then_some(GpxPoint::new(position));
    let segments = lines(trek).into_iter().map(|line| line.into_iter().filter_map(point).collect::<Vec<_>>());
    let segments = segments.filter(|points| !points.is_empty()).collect();
    let pois = details.route_items.iter().filter_map(|item| match &item.object {
        Object::Poi(poi) => poi_waypoint(poi, localizer),
        _ => None,
    });
    let stage_ends = details.stages.iter().filter_map(|stage| {
        let position = *lines(&stage.trek).last()?.last()?;
        let mut waypoint = waypoint(position)?;
        waypoint.name = text(localizer, &stage.trek.name);
        waypoint.kind = Some("stage end".to_owned());
        Some(waypoint)
    });
    GpxFile {
        name: name.clone(),
        description: None,
        creator: Some("Jalon".to_owned()),
        tracks: vec![GpxTrack { name, description, kind: None, segments }],
        routes: Vec::new(),
        waypoints: pois.chain(stage_ends).collect(),
        problems: Vec::new(),
    }
}

fn lines(trek: &Trek) -> Vec<Vec<Position>> {
    trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default()
}

fn text(localizer: &Localizer<'_>, text: &Localized) -> Option<String> {
    let text = localizer.text(text)?.text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn waypoint(position: Position) -> Option<GpxWaypoint> {
    let waypoint = GpxWaypoint { position, time_ms: None, name: None, description: None, kind: None, symbol: None };
    position.is_valid().then_some(waypoint)
}

/// A waypoint at the first position of a point of interest, which may be a line or an area.
fn poi_waypoint(poi: &Poi, localizer: &Localizer<'_>) -> Option<GpxWaypoint> {
    let mut waypoint = waypoint(poi.geometry.as_ref()?.first_position()?)?;
    waypoint.name = text(localizer, &poi.name);
    waypoint.description = text(localizer, &poi.description.plain);
    waypoint.kind = text(localizer, &poi.type_label);
    Some(waypoint)
}
