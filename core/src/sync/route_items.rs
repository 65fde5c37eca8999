//! Distances between a trek and the objects along it.

use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Bounds, Geometry, Id, Kind, Position};
use crate::nearby::{Feature, Nearby, Neighbor};

/// Metres from a trek within which objects belong to it, if the server does not list them: Geotrek's own margin.
pub(crate) const ROUTE_ITEM_MAX_OFFSET_M: f64 = 500.0;
const METRES_PER_DEGREE: f64 = 110_000.0;

/// The objects of a kind no further than [`ROUTE_ITEM_MAX_OFFSET_M`] from a line: id, and the nearest point of the line.
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

/// The objects of a kind that the server lists for a trek: id, and the nearest point of its line.
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

/// An index of one geometry, to measure it from many positions.
pub(crate) fn index_of(geometry: &Geometry) -> Nearby {
    Nearby::build([Feature { key: 0, kind: Kind::Trek, geometry: geometry.clone() }])
}

/// Metres between a line, given with its index, and another geometry. `None` if one of them has no position.
pub(crate) fn distance(index: &Nearby, line: &Geometry, other: &Geometry) -> Result<Option<f64>> {
    Ok(between(index, line, other)?.map(|found| found.distance_m))
}

/// A box with all positions no further than [`ROUTE_ITEM_MAX_OFFSET_M`] from this one.
pub(crate) fn wider(bounds: Bounds) -> Bounds {
    let by_lat = ROUTE_ITEM_MAX_OFFSET_M / METRES_PER_DEGREE;
    let max_lat = bounds.north.abs().max(bounds.south.abs()).min(89.0);
    let by_lon = by_lat / max_lat.to_radians().cos();
    Bounds {
        west: bounds.west - by_lon,
        south: bounds.south - by_lat,
        east: bounds.east + by_lon,
        north: bounds.north + by_lat,
    }
}

/// The shortest distance between a trek, given with its index, and the vertices of another geometry, or the other way
/// round; with the point of the trek.
fn between(trek: &Nearby, line: &Geometry, other: &Geometry) -> Result<Option<Neighbor>> {
    let nearest = |index: &Nearby, from| Ok(index.nearest(from, 1, |_, _| true)?.into_iter().next());
    let mut all = other.positions().map(|position| nearest(trek, position)).collect::<Result<Vec<_>>>()?;
    if other.vertex_count() > 1 {
        let index = index_of(other);
        for vertex in line.positions() {
            let found = nearest(&index, vertex)?;
            all.push(found.map(|found| Neighbor { point: Position::new(vertex.lon, vertex.lat), ..found }));
        }
    }
    Ok(all.into_iter().flatten().min_by(|a, b| a.distance_m.total_cmp(&b.distance_m)))
}
