//! The details of a trek: the trek, its stages, and the objects along its route.

use geo::{Distance, Euclidean, LineLocatePoint};
use geo_types::{Coord, Line, Point};

use super::Companion;
use crate::catalogue::Territory;
use crate::error::{Error, Result};
use crate::geotrek::{NEAR_LISTS, kind_of};
use crate::line::MeasuredLine;
use crate::model::{EventDates, Geometry, Id, InformationDesk, Kind, Object, Position, Trek};
use crate::sync::route_items::{listed_route_items, near_line};

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
    pub stages: Vec<Trek>,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such a trek.
    pub withdrawn_ms: Option<i64>,
    /// Information desks for the trek, wherever they are. Desks that are not in the catalogue are left out.
    pub information_desks: Vec<InformationDesk>,
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
    /// those no further than 500 m from it. Touristic events that have ended are left out. Reads only objects near the trek, so it is quick in a new process too.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if the catalogue has no such territory or trek.
    pub fn trek_details(&self, territory: &str, id: Id, kinds: &[Kind]) -> Result<TrekDetails> {
        self.trek_details_with(territory, id, &RouteItemQuery { kinds: kinds.to_vec(), past_events: false })
    }

    /// As [`Companion::trek_details`], with a choice of the events.
    ///
    /// # Errors
    /// As of [`Companion::trek_details`].
    pub fn trek_details_with(&self, territory: &str, id: Id, query: &RouteItemQuery) -> Result<TrekDetails> {
        let territory = self.catalogue.territory(territory)?;
        let trek = self.trek(&territory, id)?;
        let stages = trek.children.iter().filter_map(|id| self.trek(&territory, *id).ok()).collect();
        let route_items = match &trek.geometry {
            Some(geometry) => self.route_items(&territory, id, geometry, query)?,
            None => Vec::new(),
        };
        let mut information_desks = Vec::new();
        for id in &trek.information_desks {
            match self.catalogue.object(&territory, Kind::InformationDesk, *id) {
                Ok(Object::InformationDesk(desk)) => information_desks.push(*desk),
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let withdrawn_ms = self.catalogue.withdrawn_ms(&territory, Kind::Trek, id)?;
        Ok(TrekDetails { territory, trek, stages, withdrawn_ms, information_desks, route_items })
    }

    fn trek(&self, territory: &Territory, id: Id) -> Result<Trek> {
        match self.catalogue.object(territory, Kind::Trek, id)? {
            Object::Trek(trek) => Ok(*trek),
            _ => Err(crate::Error::internal("the layer of treks has another kind of object")),
        }
    }

    fn route_items(
        &self,
        territory: &Territory,
        trek: Id,
        geometry: &Geometry,
        query: &RouteItemQuery,
    ) -> Result<Vec<RouteItem>> {
        let Some(first) = geometry.first_position() else { return Ok(Vec::new()) };
        let lines: Vec<Position> = geometry.lines().concat();
        let measured = MeasuredLine::new(if lines.is_empty() { std::slice::from_ref(&first) } else { &lines })?;
        let is_reported = self.catalogue.is_reported(territory, trek)?;
        let mut route_items = Vec::new();
        for kind in &query.kinds {
            let estimated = !(is_reported && is_listed_by_server(*kind));
            let near = if estimated {
                near_line(&self.catalogue, territory, geometry, *kind)?
            } else {
                listed_route_items(&self.catalogue, territory, trek, geometry, *kind)?
            };
            for (id, found) in near {
                let along_m = along(&measured, found.point);
                let object = self.catalogue.object(territory, *kind, id)?;
                let event = self.event_dates(&object);
                if event.as_ref().is_some_and(|dates| dates.is_past && !query.past_events) {
                    continue;
                }
                let withdrawn_ms = self.catalogue.withdrawn_ms(territory, *kind, id)?;
                let offset_m = found.distance_m;
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

/// Metres along a line to the point of it that is nearest to a point on or very near it.
fn along(line: &MeasuredLine, point: Position) -> f64 {
    // In a plane around the point that shortens longitudes as the latitude does: geo is planar, and degrees are not metres.
    let shrink = point.lat.to_radians().cos();
    let local = |position: &Position| Coord { x: (position.lon - point.lon) * shrink, y: position.lat - point.lat };
    let origin = Point::new(0.0, 0.0);
    let edges = line.positions().windows(2).zip(line.distances_m().windows(2));
    let edges = edges.map(|(edge, metres)| (Line::new(local(&edge[0]), local(&edge[1])), metres));
    let nearest =
        edges.min_by(|(a, _), (b, _)| Euclidean.distance(&origin, a).total_cmp(&Euclidean.distance(&origin, b)));
    nearest.map_or(0.0, |(edge, metres)| {
        let share = edge.line_locate_point(&origin).unwrap_or(0.0);
        metres[0] + share * (metres[1] - metres[0])
    })
}
