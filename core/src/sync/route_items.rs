//! Finds the objects along a trek.

use std::collections::BTreeMap;

use crate::catalogue::{Catalogue, Territory, WriteTransaction};
use crate::error::Result;
use crate::model::{Id, Kind, Position};
use crate::nearby::{Feature, Nearby, Route, RouteLocation};

/// Vertices of treks that are indexed at once.
const MAX_INDEXED_VERTICES: usize = 100_000;

/// Metres from a trek within which objects belong to it, if the server does not list them: Geotrek's own margin.
pub(crate) const ROUTE_ITEM_MAX_OFFSET_M: f64 = 500.0;

/// The objects of a kind no further than [`ROUTE_ITEM_MAX_OFFSET_M`] from a route, with their locations on it.
pub(crate) fn near_route(
    catalogue: &Catalogue,
    territory: &Territory,
    route: &Route,
    kind: Kind,
) -> Result<Vec<(Id, RouteLocation)>> {
    let window = route.window(ROUTE_ITEM_MAX_OFFSET_M);
    let mut near = Vec::new();
    for (_, id, geometry) in catalogue.geometries_in(Some(territory.key), kind, &window)? {
        near.extend(route.locate_within(&geometry, ROUTE_ITEM_MAX_OFFSET_M)?.map(|location| (id, location)));
    }
    Ok(near)
}

/// The objects of a kind that the server lists for a trek, with their locations on its route.
pub(crate) fn listed_route_items(
    catalogue: &Catalogue,
    territory: &Territory,
    trek: Id,
    route: &Route,
    kind: Kind,
) -> Result<Vec<(Id, RouteLocation)>> {
    let mut listed = Vec::new();
    for id in catalogue.route_item_ids(territory, trek, kind)? {
        let Some(geometry) = catalogue.geometry(territory.key, kind, id)? else { continue };
        listed.extend(route.locate(&geometry)?.map(|location| (id, location)));
    }
    Ok(listed)
}

/// Associates POIs with treks by distance: a refresh does not ask the server for the POIs of each trek.
pub(super) fn estimate_pois_along_treks(transaction: &mut WriteTransaction<'_>, territory: &Territory) -> Result<()> {
    if !transaction.counts().keys().any(|(_, kind)| matches!(kind, Kind::Trek | Kind::Poi)) {
        return Ok(());
    }
    // Treks of packs have the POIs that the server listed.
    let reported = transaction.reported_treks(territory)?;
    let mut pois: BTreeMap<Id, BTreeMap<Id, f64>> = BTreeMap::new();
    let (mut treks, mut vertices, mut error) = (Vec::new(), 0, None);
    transaction.geometries(territory, Kind::Trek, |id, geometry| {
        if error.is_some() || reported.contains(&id) {
            return;
        }
        pois.insert(id, BTreeMap::new());
        vertices += geometry.vertex_count();
        treks.push(Feature { key: id.unsigned_abs(), kind: Kind::Trek, geometry });
        if vertices >= MAX_INDEXED_VERTICES {
            vertices = 0;
            error = find_pois(transaction, territory, std::mem::take(&mut treks), &mut pois).err();
        }
    })?;
    error.map_or(Ok(()), Err)?;
    find_pois(transaction, territory, treks, &mut pois)?;
    for (trek, pois) in pois {
        transaction.set_route_items(territory, trek, Kind::Poi, &pois, true)?;
    }
    Ok(())
}

/// Finds the POIs near some treks. Only some at once: an index of all treks would be the most memory that a refresh
/// takes.
fn find_pois(
    transaction: &WriteTransaction<'_>,
    territory: &Territory,
    treks: Vec<Feature>,
    pois: &mut BTreeMap<Id, BTreeMap<Id, f64>>,
) -> Result<()> {
    if treks.is_empty() {
        return Ok(());
    }
    let treks = Nearby::build(treks);
    let mut error = None;
    transaction.geometries(territory, Kind::Poi, |poi, geometry| {
        // A POI is a point in Geotrek; of another geometry the vertices count here.
        for position in geometry.positions().filter(Position::is_valid) {
            match treks.within(position, ROUTE_ITEM_MAX_OFFSET_M, |_, _| true) {
                Ok(near) => near.iter().for_each(|near| {
                    let trek = Id::try_from(near.key).unwrap_or_default();
                    let metres = pois.entry(trek).or_default().entry(poi).or_insert(near.distance_m);
                    *metres = metres.min(near.distance_m);
                }),
                Err(failure) => error = Some(failure),
            }
        }
    })?;
    error.map_or(Ok(()), Err)
}
