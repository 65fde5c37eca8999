//! Distances between a trek and the objects along it.

use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Bounds, Geometry, Id, Kind, Position};
use crate::nearby::{Feature, Nearby, Neighbor};

/// Metres from a trek within which objects belong to it, if the server does not list them: Geotrek's own margin.
pub const ROUTE_ITEM_MAX_OFFSET_M: f64 = 500.0;
const METRES_PER_DEGREE: f64 = 110_000.0;

/// The objects of a kind that lie no further than [`ROUTE_ITEM_MAX_OFFSET_M`] from a line.
pub(crate) fn near_line(
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
pub(crate) fn listed_route_items(
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
pub(crate) fn index_of(geometry: &Geometry) -> Nearby {
    Nearby::build([Feature { key: 0, kind: Kind::Trek, geometry: geometry.clone() }])
}

/// Metres between a line, whose index is given too, and another geometry.
pub(crate) fn distance(index: &Nearby, line: &Geometry, other: &Geometry) -> Result<Option<f64>> {
    Ok(between(index, line, other)?.map(|found| found.distance_m))
}

/// A box that has everything route_items what is in this one.
pub(crate) fn wider(bounds: Bounds) -> Bounds {
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
