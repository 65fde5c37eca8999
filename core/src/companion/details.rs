//! The details of a trek: the trek, its stages, and the objects along its route.

use std::collections::BTreeMap;

use super::Companion;
use crate::catalogue::Territory;
use crate::error::{Error, Result};
use crate::geotrek::{NEAR_LISTS, kind_of};
use crate::model::{EventDates, Geometry, Id, InformationDesk, Kind, Object, Trek};
use crate::nearby::{Route, RouteLocation};
use crate::sync::route_items::{listed_route_items, near_route};

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

/// A trek with its stages and the objects along its route.
#[derive(Debug, Clone, PartialEq)]
pub struct TrekDetails {
    /// The territory that publishes it.
    pub territory: Territory,
    /// The trek.
    pub trek: Trek,
    /// Its stages, in order. Stages that are not in the catalogue are left out.
    pub stages: Vec<TrekStage>,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such a trek.
    pub withdrawn_ms: Option<i64>,
    /// Information desks for the trek, wherever they are. Desks that are not in the catalogue are left out.
    pub information_desks: Vec<TrekDesk>,
    /// Objects along the route, ordered by `along_m`.
    pub route_items: Vec<RouteItem>,
}

/// A stage of an itinerary.
#[derive(Debug, Clone, PartialEq)]
pub struct TrekStage {
    /// The stage.
    pub trek: Trek,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such a stage.
    pub withdrawn_ms: Option<i64>,
}

/// An information desk for a trek.
#[derive(Debug, Clone, PartialEq)]
pub struct TrekDesk {
    /// The desk.
    pub desk: InformationDesk,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such a desk.
    pub withdrawn_ms: Option<i64>,
}

/// An object along a route, with its linear reference (measure and offset).
#[derive(Debug, Clone, PartialEq)]
pub struct RouteItem {
    /// The object.
    pub object: Object,
    /// Metres along the route, from its start to the point nearest to the object, or to the first one in it. Gaps between
    /// the lines of a route have no length.
    pub along_m: f64,
    /// Metres from the route to the nearest point of the object; 0 if the route crosses it.
    pub offset_m: f64,
    /// True if the object was associated by distance rather than listed by the server.
    pub estimated: bool,
    /// Its dates, if it is a touristic event.
    pub event: Option<EventDates>,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such an object.
    pub withdrawn_ms: Option<i64>,
}

/// Which objects along a route to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteItemQuery {
    /// Kinds of the objects.
    pub kinds: Vec<Kind>,
    /// Whether to read touristic events that have ended, too.
    pub past_events: bool,
}

impl Companion {
    /// A trek with the objects of some kinds along its route: those that its server listed when it was downloaded, else
    /// those no further than 500 m from it. Sensitive areas no further than that are always among them, so that nobody
    /// walks into an area that is newer than the download. Reads only objects near the trek, so it is quick in a new
    /// process too. Touristic events that have ended are left out.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the catalogue has no such territory or trek; errors of the disk.
    pub fn trek_details(&self, territory: &str, id: Id, kinds: &[Kind]) -> Result<TrekDetails> {
        self.trek_details_with(territory, id, &RouteItemQuery { kinds: kinds.to_vec(), past_events: false })
    }

    /// As [`Companion::trek_details`], with a choice of the events.
    ///
    /// # Errors
    /// As of [`Companion::trek_details`].
    pub fn trek_details_with(&self, territory: &str, id: Id, query: &RouteItemQuery) -> Result<TrekDetails> {
        let territory = self.catalogue.territory(territory)?;
        let (trek, withdrawn_ms) = self.catalogue.object_and_withdrawn_ms(&territory, Kind::Trek, id)?;
        let Object::Trek(trek) = trek else {
            return Err(Error::internal("the layer of treks has another kind of object"));
        };
        let mut stages = Vec::new();
        for id in &trek.children {
            let stage = self.catalogue.find_object_and_withdrawn_ms(&territory, Kind::Trek, *id)?;
            if let Some((Object::Trek(stage), withdrawn_ms)) = stage {
                stages.push(TrekStage { trek: *stage, withdrawn_ms });
            }
        }
        let route_items = match &trek.geometry {
            Some(geometry) => self.route_items(&territory, id, geometry, query)?,
            None => Vec::new(),
        };
        let mut information_desks = Vec::new();
        for id in &trek.information_desks {
            let desk = self.catalogue.find_object_and_withdrawn_ms(&territory, Kind::InformationDesk, *id)?;
            if let Some((Object::InformationDesk(desk), withdrawn_ms)) = desk {
                information_desks.push(TrekDesk { desk: *desk, withdrawn_ms });
            }
        }
        Ok(TrekDetails { territory, trek: *trek, stages, withdrawn_ms, information_desks, route_items })
    }

    fn route_items(
        &self,
        territory: &Territory,
        trek: Id,
        geometry: &Geometry,
        query: &RouteItemQuery,
    ) -> Result<Vec<RouteItem>> {
        let Some(route) = Route::new(geometry)? else { return Ok(Vec::new()) };
        let is_reported = self.catalogue.is_reported(territory, trek)?;
        let mut route_items = Vec::new();
        for kind in &query.kinds {
            let mut located = BTreeMap::new();
            let is_listed = is_reported && is_listed_by_server(*kind);
            if !is_listed || *kind == Kind::SensitiveArea {
                for (id, location) in near_route(&self.catalogue, territory, &route, *kind)? {
                    located.insert(id, (location, true));
                }
            }
            if is_listed {
                for (id, location) in listed_route_items(&self.catalogue, territory, trek, &route, *kind)? {
                    located.insert(id, (location, false));
                }
            }
            for (id, (RouteLocation { along_m, offset_m }, estimated)) in located {
                let (object, withdrawn_ms) = self.catalogue.object_and_withdrawn_ms(territory, *kind, id)?;
                let event = self.event_dates(&object);
                if event.as_ref().is_some_and(|dates| dates.is_past && !query.past_events) {
                    continue;
                }
                route_items.push(RouteItem { object, along_m, offset_m, estimated, event, withdrawn_ms });
            }
        }
        route_items.sort_unstable_by(|a, b| {
            let by_place = a.along_m.total_cmp(&b.along_m);
            by_place.then_with(|| (a.object.kind(), a.object.id()).cmp(&(b.object.kind(), b.object.id())))
        });
        Ok(route_items)
    }
}

/// True if the server has a list of the objects of a kind near a trek.
fn is_listed_by_server(kind: Kind) -> bool {
    NEAR_LISTS.iter().any(|(endpoint, _)| kind_of(endpoint) == kind)
}

#[cfg(test)]
mod tests {
    use super::super::test_companion::companion;
    use super::*;
    use crate::db::geopackage;
    use crate::model::{Position, SensitiveArea};

    fn line(points: &[(f64, f64)]) -> Vec<Position> {
        points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
    }

    fn trek(id: Id, geometry: Geometry) -> Trek {
        Trek { id, published: vec!["fr".into()], geometry: Some(geometry), ..Trek::default() }
    }

    fn area(id: Id, west: f64, south: f64, east: f64, north: f64) -> SensitiveArea {
        let ring = line(&[(west, south), (east, south), (east, north), (west, north), (west, south)]);
        SensitiveArea { id, geometry: Some(Geometry::polygon([ring])), ..SensitiveArea::default() }
    }

    #[test]
    fn sensitive_area_between_two_vertices_is_along_the_route() {
        let folder = tempfile::tempdir().unwrap();
        let way = Geometry::line_string(line(&[(6.0, 44.9), (6.06, 44.9)]));
        let crossed = area(7, 6.0305, 44.87, 6.0325, 44.93);
        let far = area(8, 6.0305, 44.93, 6.0325, 44.94);
        let companion = companion(folder.path(), vec![trek(1, way).into(), crossed.into(), far.into()]);
        let items = companion.trek_details("park", 1, &[Kind::SensitiveArea]).unwrap().route_items;
        assert_eq!(items.iter().map(|item| (item.object.id(), item.offset_m)).collect::<Vec<_>>(), [(7, 0.0)]);
        // 0.0305 degrees at 44.9 N.
        assert!((2_400.0..2_420.0).contains(&items[0].along_m) && items[0].estimated, "{items:?}");
    }

    #[test]
    fn sensitive_area_that_the_server_did_not_list_yet_is_along_the_route() {
        let folder = tempfile::tempdir().unwrap();
        let way = Geometry::line_string(line(&[(6.0, 44.9), (6.06, 44.9)]));
        let areas = [area(7, 6.01, 44.8, 6.02, 45.0), area(8, 6.03, 44.8, 6.04, 45.0)];
        let [listed, new] = areas.map(Object::from);
        let companion = companion(folder.path(), vec![trek(1, way).into(), listed, new]);
        let territory = companion.catalogue().territory("park").unwrap();
        companion
            .catalogue()
            .write(|change| {
                change.set_route_items(&territory, 1, Kind::SensitiveArea, &BTreeMap::from([(7, 0.0)]), false)?;
                change.mark_reported(&territory, 1)
            })
            .unwrap();
        let items = companion.trek_details("park", 1, &[Kind::SensitiveArea]).unwrap().route_items;
        assert_eq!(
            items.iter().map(|item| (item.object.id(), item.estimated)).collect::<Vec<_>>(),
            [(7, false), (8, true)]
        );
    }

    #[test]
    fn objects_along_a_route_over_the_date_line_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let way = [line(&[(179.9, -17.0), (180.0, -17.0)]), line(&[(-180.0, -17.0), (-179.998, -17.0)])];
        let areas = [area(7, 179.95, -17.1, 179.96, -16.9), area(8, -179.997, -17.1, -179.9, -16.9)];
        let [east, west] = areas.map(Object::from);
        let short = Geometry::line_string(line(&[(-179.999, -17.0), (-179.998, -17.0)]));
        let near = area(9, 179.996, -17.1, 179.998, -16.9);
        let way = Geometry::multi_line_string(way);
        let objects = vec![trek(1, way).into(), trek(2, short).into(), east, west, near.into()];
        let companion = companion(folder.path(), objects);
        let found = |trek| {
            let items = companion.trek_details("park", trek, &[Kind::SensitiveArea]).unwrap().route_items;
            items.iter().map(|item| item.object.id()).collect::<Vec<_>>()
        };
        assert_eq!(found(1), [7, 9, 8]);
        assert_eq!(found(2), [9, 8], "beyond the western edge of the map");
    }

    #[test]
    fn withdrawn_stages_and_desks_are_marked() {
        let folder = tempfile::tempdir().unwrap();
        let point = || Geometry::point(Position::new(6.0, 45.0));
        let tour = Trek { children: vec![2, 3], information_desks: vec![4, 5], ..trek(1, point()) };
        let desk = |id| InformationDesk { id, ..InformationDesk::default() };
        let objects =
            vec![tour.into(), trek(2, point()).into(), trek(3, point()).into(), desk(4).into(), desk(5).into()];
        let companion = companion(folder.path(), objects);
        let connection = rusqlite::Connection::open(folder.path().join("catalogue.gpkg")).unwrap();
        geopackage::register_functions(&connection).unwrap();
        connection.execute("UPDATE trek SET withdrawn_ms = 7 WHERE id = 3", []).unwrap();
        connection.execute("UPDATE information_desk SET withdrawn_ms = 8 WHERE id = 4", []).unwrap();
        let details = companion.trek_details("park", 1, &[]).unwrap();
        let stages = details.stages.iter().map(|stage| (stage.trek.id, stage.withdrawn_ms));
        assert_eq!(stages.collect::<Vec<_>>(), [(2, None), (3, Some(7))]);
        let desks = details.information_desks.iter().map(|desk| (desk.desk.id, desk.withdrawn_ms));
        assert_eq!(desks.collect::<Vec<_>>(), [(4, Some(8)), (5, None)]);
    }

    #[test]
    fn stage_that_cannot_be_read_is_an_error_and_a_missing_one_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let point = || Geometry::point(Position::new(6.0, 45.0));
        let tour = Trek { children: vec![2, 3], ..trek(1, point()) };
        let companion = companion(folder.path(), vec![tour.into(), trek(2, point()).into()]);
        assert_eq!(companion.trek_details("park", 1, &[]).unwrap().stages.len(), 1);
        let connection = rusqlite::Connection::open(folder.path().join("catalogue.gpkg")).unwrap();
        geopackage::register_functions(&connection).unwrap();
        connection.execute("UPDATE trek SET data = '{' WHERE id = 2", []).unwrap();
        assert_eq!(companion.trek_details("park", 1, &[]).unwrap_err().code(), "corrupt");
    }
}
