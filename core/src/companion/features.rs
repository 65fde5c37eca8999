//! The objects in a box with their geometries, such as those of the part of the world that a map shows.

use serde::Serialize;

use super::Companion;
use super::nearby::Naming;
use crate::catalogue::check_bounds;
use crate::error::{Error, Result};
use crate::id::{ObjectKey, TerritoryId};
use crate::line::{check_not_negative, simplify_geometry};
use crate::model::{Bounds, Geometry, Id, Kind};

/// Which objects in a box to read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureQuery {
    /// Kinds to find, in the order of the result; empty for all but cities and districts.
    pub kinds: Vec<Kind>,
    /// Short name of the territory; `None` for all territories.
    pub territory: Option<String>,
    /// Metres by which a simplified geometry may differ from the true one: those of a pixel or two of the map. With 0 the
    /// geometries are as they are.
    pub tolerance_m: f64,
    /// Maximum number of objects.
    pub limit: usize,
    /// Whether to find touristic events that have ended, too.
    pub past_events: bool,
}

/// The objects in a box.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FeaturePage {
    /// Number of objects in the box.
    pub total: usize,
    /// The first of them, by kind in the order of the query, then in the order of the territory.
    pub items: Vec<FeatureItem>,
}

/// An object with its geometry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureItem {
    /// Short name of its territory.
    pub territory: String,
    /// The kind of object.
    pub kind: Kind,
    /// The server's id.
    pub id: Id,
    /// Its name, or the label of its type if it has none, as services have; empty if there is neither.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Treks only: whether a complete pack of it is on the device.
    pub offline: bool,
    /// Its geometry, simplified as the query says; not cut at the box.
    pub geometry: Geometry,
}

impl Companion {
    /// The objects whose geometry has a point in a box, with names in the first of `languages` that has one. Objects that the
    /// server no longer publishes are left out. Reads the R-trees of the file: the cost grows with the vertices in the box.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for the box, the tolerance or a limit of 0; [`Error::NotFound`] if there is no such territory.
    pub fn features(&self, bounds: &Bounds, query: &FeatureQuery, languages: &[&str]) -> Result<FeaturePage> {
        check_bounds(bounds)?;
        if query.limit == 0 {
            return Err(Error::invalid("limit", "must be at least 1"));
        }
        check_not_negative("tolerance_m", query.tolerance_m)?;
        let filter = self.object_filter(&query.kinds, query.territory.as_deref(), query.past_events, None)?;
        let mut found: Vec<(TerritoryId, ObjectKey, Geometry)> = Vec::new();
        let mut total = 0;
        for kind in filter.kinds() {
            let accept = |territory, id| filter.accepts(territory, ObjectKey::new(kind, id));
            self.catalogue.visit_geometries_in(kind, bounds, accept, |territory, id, geometry| {
                if geometry.intersects(bounds) {
                    total += 1;
                    if found.len() < query.limit {
                        found.push((territory, ObjectKey::new(kind, id), geometry));
                    }
                }
            })?;
        }
        let summaries = self.catalogue.summaries(found.iter().map(|(territory, key, _)| (*territory, *key)))?;
        let naming = Naming::new(self, languages)?;
        let offline = self.catalogue.offline_treks()?;
        let items = found.into_iter().zip(summaries).map(|((territory, key, geometry), summary)| {
            let (name, lang) = naming.text(territory, &summary.names);
            Ok(FeatureItem {
                territory: naming.territory(territory),
                kind: key.kind,
                id: key.id,
                name,
                lang,
                offline: key.kind == Kind::Trek && offline.contains(&(territory, key.id)),
                geometry: simplify_geometry(geometry, query.tolerance_m)?,
            })
        });
        Ok(FeaturePage { total, items: items.collect::<Result<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_companion::{add, companion};
    use super::*;
    use crate::model::{Object, Poi, Position, Service, TouristicEvent, Trek};

    const AREA: Bounds = Bounds { west: 6.0, south: 44.9, east: 6.1, north: 45.0 };

    fn line(id: Id, name: &str, steps: &[(f64, f64)]) -> Object {
        let geometry = Some(Geometry::line_string(steps.iter().map(|(lon, lat)| Position::new(*lon, *lat))));
        Trek { id, name: [("fr", name)].into_iter().collect(), geometry, ..Trek::default() }.into()
    }

    fn poi(id: Id, lon: f64, lat: f64) -> Object {
        let name = [("fr", "Cascade"), ("en", "Waterfall")].into_iter().collect();
        Poi { id, name, geometry: Some(Geometry::point(Position::new(lon, lat))), ..Poi::default() }.into()
    }

    fn ids(page: &FeaturePage) -> Vec<(Kind, Id)> {
        page.items.iter().map(|item| (item.kind, item.id)).collect()
    }

    #[test]
    fn features_are_in_the_box_by_kind_and_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let around = [(5.9, 44.8), (6.2, 44.8), (6.2, 45.1)];
        let objects = vec![
            line(1, "Le tour", &around),
            line(2, "La traversée", &[(5.9, 44.95), (6.05, 44.950001), (6.2, 44.95)]),
            poi(1, 6.05, 44.95),
            poi(2, 6.1, 45.0),
            poi(3, 6.11, 45.0),
        ];
        let companion = companion(folder.path(), objects);
        add(&companion, "reserve", vec![poi(7, 6.01, 44.91)]);
        let query =
            FeatureQuery { kinds: vec![Kind::Poi, Kind::Trek, Kind::Poi], limit: 10, ..FeatureQuery::default() };
        let page = companion.features(&AREA, &query, &["en"]).unwrap();
        assert_eq!(
            ids(&page),
            [(Kind::Poi, 1), (Kind::Poi, 2), (Kind::Poi, 7), (Kind::Trek, 2)],
            "the tour is around it"
        );
        assert_eq!((page.total, page.items[0].name.as_str(), page.items[0].lang.as_str()), (4, "Waterfall", "en"));
        assert_eq!((page.items[2].territory.as_str(), page.items[3].name.as_str()), ("reserve", "La traversée"));
        assert!(!page.items[3].offline);
        assert_eq!(page.items[3].geometry.positions().count(), 3);

        let query = FeatureQuery { territory: Some("park".into()), tolerance_m: 10.0, limit: 2, ..query };
        let page = companion.features(&AREA, &query, &[]).unwrap();
        assert_eq!((page.total, ids(&page)), (3, vec![(Kind::Poi, 1), (Kind::Poi, 2)]));
        let query = FeatureQuery { kinds: vec![Kind::Trek], ..query };
        let page = companion.features(&AREA, &query, &[]).unwrap();
        assert_eq!(page.items[0].geometry.positions().count(), 2, "simplified");
    }

    #[test]
    fn features_without_kinds_leave_out_cities_and_past_events() {
        let folder = tempfile::tempdir().unwrap();
        let geometry = Some(Geometry::point(Position::new(6.05, 44.95)));
        let event = |id, day: &str| TouristicEvent {
            id,
            begin_date: Some(day.into()),
            geometry: geometry.clone(),
            ..TouristicEvent::default()
        };
        let ring = [(6.0, 44.9), (6.1, 44.9), (6.1, 45.0)].map(|(lon, lat)| Position::new(lon, lat));
        let city = crate::model::City { id: 5, geometry: Some(Geometry::polygon([ring])), ..Default::default() };
        let service = Service { id: 9, geometry: geometry.clone(), ..Service::default() };
        let objects = vec![event(1, "2001-01-01").into(), event(2, "2999-01-01").into(), city.into(), service.into()];
        let companion = companion(folder.path(), objects);
        let all = FeatureQuery { limit: 10, ..FeatureQuery::default() };
        let page = companion.features(&AREA, &all, &[]).unwrap();
        assert_eq!(ids(&page), [(Kind::TouristicEvent, 2), (Kind::Service, 9)]);
        assert_eq!(page.items[1].name, "", "it has neither a name nor a type");
        let past = FeatureQuery { past_events: true, kinds: vec![Kind::TouristicEvent, Kind::City], ..all };
        assert_eq!(companion.features(&AREA, &past, &[]).unwrap().total, 3);
    }

    #[test]
    fn unusable_queries_name_the_field() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path(), vec![line(1, "Le tour", &[(6.0, 44.9), (6.1, 45.0)])]);
        let field = |bounds: Bounds, query: FeatureQuery| match companion.features(&bounds, &query, &[]) {
            Err(Error::InvalidInput { field, .. }) => field.into_owned(),
            other => panic!("{other:?}"),
        };
        let query = FeatureQuery { limit: 1, ..FeatureQuery::default() };
        assert_eq!(field(Bounds { north: 40.0, ..AREA }, query.clone()), "bounds");
        assert_eq!(field(Bounds { east: f64::NAN, ..AREA }, query.clone()), "bounds");
        assert_eq!(field(AREA, FeatureQuery::default()), "limit");
        assert_eq!(field(AREA, FeatureQuery { tolerance_m: -1.0, ..query.clone() }), "tolerance_m");
        let unknown = companion.features(&AREA, &FeatureQuery { territory: Some("x".into()), ..query }, &[]);
        assert!(matches!(unknown, Err(Error::NotFound { .. })));
    }

    fn place() -> impl Strategy<Value = (f64, f64)> {
        prop_oneof![
            6 => (5.9..6.2, 44.8..45.1),
            1 => (-180.0..=180.0, -90.0..=90.0),
            2 => (prop_oneof![179.5..=180.0, -180.0..=-179.5], -1.0..1.0),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, rng_seed: prop::test_runner::RngSeed::Fixed(20_261_130), ..ProptestConfig::default() })]

        /// Beside a test of every geometry.
        #[test]
        fn box_has_what_intersects_it(
            points in prop::collection::vec(place(), 0..60),
            lines in prop::collection::vec((place(), prop::collection::vec((-0.2..0.2, -0.1..0.1), 1..8)), 0..20),
            corner in place(), size in (0.0..0.5_f64, 0.0..0.3_f64)
        ) {
            let wrap = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
            let mut objects: Vec<Object> = (0..).zip(&points).map(|(id, (lon, lat))| poi(id, *lon, *lat)).collect();
            for (id, ((lon, lat), steps)) in (0..).zip(&lines) {
                let steps = steps.iter().map(|(x, y)| (wrap(lon + x), f64::clamp(lat + y, -90.0, 90.0)));
                objects.push(line(id, "x", &Vec::from_iter([(*lon, *lat)].into_iter().chain(steps))));
            }
            let (west, south) = corner;
            let bounds = Bounds { west, south, east: wrap(west + size.0), north: f64::min(south + size.1, 90.0) };
            let expected = |kind| {
                let of_kind = |object: &&Object| object.kind() == kind && object.geometry().is_some_and(|own| own.intersects(&bounds));
                Vec::from_iter(objects.iter().filter(of_kind).map(|object| (kind, object.id())))
            };
            let expected = [expected(Kind::Trek), expected(Kind::Poi)].concat();
            let folder = tempfile::tempdir().unwrap();
            let companion = companion(folder.path(), objects.clone());
            let query = FeatureQuery { limit: 1_000, ..FeatureQuery::default() };
            let mut found = ids(&companion.features(&bounds, &query, &[]).unwrap());
            found.sort_unstable();
            let mut expected = expected;
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
