//! A trek's sheet: the trek, its stages, and what lies route_items its line.

use super::Companion;
use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::geotrek::{NEAR_LISTS, kind_of};
use crate::line::MeasuredLine;
use crate::model::{Bounds, Geometry, Id, Kind, Object, Position, Trek};
use crate::nearby::{Feature, Nearby, Neighbor};

/// How far what belongs to a trek may lie from its line: Geotrek's own margin where it does not know better.
pub const ROUTE_ITEM_MAX_OFFSET_M: f64 = 500.0;
/// The kinds that may belong to a trek.
pub const ROUTE_ITEM_KINDS: [Kind; 9] = [
    Kind::Poi,
    Kind::TouristicContent,
    Kind::TouristicEvent,
    Kind::SensitiveArea,
    Kind::Service,
    Kind::Signage,
    Kind::Infrastructure,
    Kind::Site,
    Kind::InformationDesk,
];
const METRES_PER_DEGREE: f64 = 110_000.0;

/// A trek with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrekDetails {
    /// Where it is published.
    pub territory: Territory,
    /// The trek.
    pub trek: Trek,
    /// Its stages, in order; those that are not in the catalogue are left out.
    pub stages: Vec<Trek>,
    /// Objects along the route, ordered by `along_m`.
    pub route_items: Vec<RouteItem>,
}

/// An object along a route, with its linear reference (measure and offset).
#[derive(Debug, Clone, PartialEq)]
pub struct RouteItem {
    /// The object.
    pub object: Object,
    /// Metres along the route, from its start to the point nearest to the object.
    pub along_m: f64,
    /// Metres from the route to the nearest vertex of the object; 0 if the route crosses it.
    pub offset_m: f64,
    /// True if the object was associated by distance rather than listed by the server.
    pub estimated: bool,
}

impl Companion {
    /// The sheet of a trek, with the objects of some kinds that belong to it: those that its server named when it was
    /// downloaded, else those that lie no further than [`ROUTE_ITEM_MAX_OFFSET_M`] from its line. Reads only what is near it, so it is
    /// quick in a new process too.
    pub fn trek_details(&self, territory: &str, id: Id, kinds: &[Kind]) -> Result<TrekDetails> {
        let territory = self.catalogue.territory(territory)?;
        let trek = self.trek(&territory, id)?;
        let stages = trek.children.iter().filter_map(|id| self.trek(&territory, *id).ok()).collect();
        let route_items = match &trek.geometry {
            Some(geometry) => self.route_items(&territory, id, geometry, kinds)?,
            None => Vec::new(),
        };
        Ok(TrekDetails { territory, trek, stages, route_items })
    }

    fn trek(&self, territory: &Territory, id: Id) -> Result<Trek> {
        match self.catalogue.object(territory, Kind::Trek, id)? {
            Object::Trek(trek) => Ok(*trek),
            _ => Err(crate::Error::internal("a layer of treks has something else")),
        }
    }

    fn route_items(
        &self,
        territory: &Territory,
        trek: Id,
        geometry: &Geometry,
        kinds: &[Kind],
    ) -> Result<Vec<RouteItem>> {
        let Some(first) = geometry.first_position() else { return Ok(Vec::new()) };
        let lines: Vec<Position> = geometry.lines().concat();
        let measured = MeasuredLine::new(if lines.is_empty() { std::slice::from_ref(&first) } else { &lines })?;
        let is_reported = self.catalogue.is_reported(territory, trek)?;
        let mut route_items = Vec::new();
        for kind in kinds {
            let estimated = !(is_reported && is_listed_by_server(*kind));
            let near = if estimated {
                near_line(&self.catalogue, territory, geometry, *kind)?
            } else {
                listed_route_items(&self.catalogue, territory, trek, geometry, *kind)?
            };
            for (id, found) in near {
                let along_m = along(&measured, found.point);
                let object = self.catalogue.object(territory, *kind, id)?;
                route_items.push(RouteItem { object, along_m, offset_m: found.distance_m, estimated });
            }
        }
        route_items.sort_by(|a, b| {
            let by_place = a.along_m.total_cmp(&b.along_m);
            by_place.then_with(|| (a.object.kind(), a.object.id()).cmp(&(b.object.kind(), b.object.id())))
        });
        Ok(route_items)
    }
}

/// Whether the server can be asked what of a kind belongs to a trek.
fn is_listed_by_server(kind: Kind) -> bool {
    NEAR_LISTS.iter().any(|(endpoint, _)| kind_of(endpoint) == kind)
}

/// The objects of a kind that lie no further than [`ROUTE_ITEM_MAX_OFFSET_M`] from a line.
pub(super) fn near_line(
    catalogue: &Catalogue,
    territory: &Territory,
    line: &Geometry,
    kind: Kind,
) -> Result<Vec<(Id, Neighbor)>> {
    let Some(bounds) = line.bounds() else { return Ok(Vec::new()) };
    let trek = index_of(line);
    let mut near = Vec::new();
    for (_, id, other) in catalogue.geometries_in(Some(territory.key), kind, &wider(bounds))? {
        let Some(found) = between(&trek, line, &other)? else { continue };
        if found.distance_m <= ROUTE_ITEM_MAX_OFFSET_M {
            near.push((id, found));
        }
    }
    Ok(near)
}

/// The objects of a kind that the server says belong to a trek.
fn listed_route_items(
    catalogue: &Catalogue,
    territory: &Territory,
    trek: Id,
    line: &Geometry,
    kind: Kind,
) -> Result<Vec<(Id, Neighbor)>> {
    let index = index_of(line);
    let mut near = Vec::new();
    for id in catalogue.route_item_ids(territory, trek, kind)? {
        let Some(other) = catalogue.geometry(territory.key, kind, id)? else { continue };
        near.extend(between(&index, line, &other)?.map(|found| (id, found)));
    }
    Ok(near)
}

/// An index of one geometry: to measure to it from many others.
pub(super) fn index_of(geometry: &Geometry) -> Nearby {
    Nearby::build([Feature { key: 0, kind: Kind::Trek, geometry: geometry.clone() }])
}

/// Metres between a line, whose index is given too, and another geometry.
pub(super) fn distance(index: &Nearby, line: &Geometry, other: &Geometry) -> Result<Option<f64>> {
    Ok(between(index, line, other)?.map(|found| found.distance_m))
}

/// A box that has everything route_items what is in this one.
pub(super) fn wider(bounds: Bounds) -> Bounds {
    let by_lat = ROUTE_ITEM_MAX_OFFSET_M / METRES_PER_DEGREE;
    let north_most = bounds.north.abs().max(bounds.south.abs()).min(89.0);
    let by_lon = by_lat / north_most.to_radians().cos();
    Bounds {
        west: bounds.west - by_lon,
        south: bounds.south - by_lat,
        east: bounds.east + by_lon,
        north: bounds.north + by_lat,
    }
}

/// The least distance between a trek and another geometry, and where on the trek that is.
fn between(trek: &Nearby, geometry: &Geometry, other: &Geometry) -> Result<Option<Neighbor>> {
    let mut best: Option<Neighbor> = None;
    let mut keep = |found: Option<Neighbor>| {
        if let Some(found) = found
            && best.is_none_or(|best| found.distance_m < best.distance_m)
        {
            best = Some(found);
        }
    };
    let mut positions = Vec::new();
    other.for_each_position(&mut |position| positions.push(position));
    for position in &positions {
        keep(trek.nearest(*position, 1, |_, _| true)?.into_iter().next());
    }
    if !matches!(other, Geometry::Point(_)) {
        let index = index_of(other);
        let mut corners = Vec::new();
        geometry.for_each_position(&mut |position| corners.push(position));
        for corner in corners {
            let found = index.nearest(corner, 1, |_, _| true)?.into_iter().next();
            // The point that counts is the one on the trek.
            keep(found.map(|found| Neighbor { point: Position::new(corner.lon, corner.lat), ..found }));
        }
    }
    Ok(best)
}

/// Metres along a line to the place on it that is nearest to a point of it.
fn along(line: &MeasuredLine, point: Position) -> f64 {
    let shrink = point.lat.to_radians().cos();
    let mut best = (f64::INFINITY, 0.0);
    for (edge, metres) in line.positions().windows(2).zip(line.distances_m().windows(2)) {
        let (dx, dy) = ((edge[1].lon - edge[0].lon) * shrink, edge[1].lat - edge[0].lat);
        let (px, py) = ((point.lon - edge[0].lon) * shrink, point.lat - edge[0].lat);
        let length2 = dx * dx + dy * dy;
        let t = if length2 == 0.0 { 0.0 } else { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) };
        let off2 = (px - t * dx).powi(2) + (py - t * dy).powi(2);
        if off2 < best.0 {
            best = (off2, metres[0] + t * (metres[1] - metres[0]));
        }
    }
    best.1
}
