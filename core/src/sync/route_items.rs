//! Finds the objects along a trek.

use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Id, Kind};
use crate::nearby::{Route, RouteLocation};

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
