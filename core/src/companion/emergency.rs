//! The emergency sheet of a position.

use super::{Companion, NearbyItem, NearbyQuery};
use crate::error::Result;
use crate::line::distance_and_bearing;
use crate::model::{Fix, Geometry, Id, Kind, Object, Position};
use crate::safety::emergency::DeskNumber;
use crate::safety::{EmergencyPlace, EmergencySheet, PlaceRole};

/// Metres within which places are named.
const MAX_PLACE_M: f64 = 50_000.0;
/// The kinds of places, with the most of each. A city holds the position, mostly.
const PLACES: [(Kind, usize); 5] =
    [(Kind::Poi, 3), (Kind::TouristicContent, 2), (Kind::InformationDesk, 2), (Kind::Trek, 1), (Kind::City, 1)];
/// The most departures of treks.
const MAX_TREK_STARTS: usize = 2;
/// The most treks whose departures are compared.
const MAX_TREKS: usize = 30;
/// The most numbers of information desks.
const MAX_DESK_NUMBERS: usize = 3;

impl Companion {
    /// Where a person is, for the emergency services: the position with its age and accuracy in several notations, the nearest
    /// named places with distance and direction, telephone numbers, and all of it as one text to read aloud or send, in the
    /// first of `languages` that has the phrases (French, English), else in English.
    ///
    /// Places are points of interest, touristic contents such as huts, information desks, the nearest trek, departures of
    /// treks and the city, within 50 km. Numbers are 112, 114 (by SMS, in France) and those of the nearest information desks.
    /// A catalogue that cannot be read leaves them out: the position is told in any case.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the fix has no real position.
    pub fn emergency_sheet(&self, fix: &Fix, languages: &[&str]) -> Result<EmergencySheet> {
        let (mut places, mut desks) = (Vec::new(), Vec::new());
        if fix.is_valid() {
            for (kind, limit) in PLACES {
                let items = self.named_items(fix.position, kind, limit, languages);
                places.extend(items.unwrap_or_default().into_iter().map(place));
            }
            places.extend(self.trek_starts(fix.position, languages).unwrap_or_default());
            desks = self.desk_numbers(fix.position, languages).unwrap_or_default();
        }
        EmergencySheet::new(fix, self.clock.now_ms(), places, desks, languages)
    }

    /// The nearest objects of a kind that have a name.
    fn named_items(&self, from: Position, kind: Kind, limit: usize, languages: &[&str]) -> Result<Vec<NearbyItem>> {
        // Few objects have no name.
        let query = NearbyQuery {
            kinds: vec![kind],
            max_distance_m: Some(MAX_PLACE_M),
            limit: 2 * limit + 2,
            ..NearbyQuery::default()
        };
        let items = self.nearest(from, &query, languages)?.into_iter();
        Ok(items.filter(|item| !item.name.trim().is_empty()).take(limit).collect())
    }

    /// The nearest departures of treks. No departure is nearer than the line of its trek, so the treks are read by the distance
    /// of their lines until that exceeds the departures found.
    fn trek_starts(&self, from: Position, languages: &[&str]) -> Result<Vec<EmergencyPlace>> {
        let mut starts: Vec<EmergencyPlace> = Vec::new();
        for item in self.named_items(from, Kind::Trek, MAX_TREKS, languages)? {
            if starts.get(MAX_TREK_STARTS - 1).is_some_and(|last| last.distance_m <= item.distance_m) {
                break;
            }
            let Object::Trek(trek) = self.object_of(&item)? else { continue };
            let first = || trek.geometry.as_ref().and_then(Geometry::first_position);
            let Some(start) = trek.departure_point.filter(Position::is_valid).or_else(first) else { continue };
            let (distance_m, bearing_deg) = distance_and_bearing(from, start);
            if distance_m <= MAX_PLACE_M {
                let start = NearbyItem { distance_m, bearing_deg, ..item };
                starts.push(EmergencyPlace { role: PlaceRole::TrekStart, ..place(start) });
                starts.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
                starts.truncate(MAX_TREK_STARTS);
            }
        }
        Ok(starts)
    }

    /// The numbers of the nearest information desks that have one, each number once.
    fn desk_numbers(&self, from: Position, languages: &[&str]) -> Result<Vec<DeskNumber>> {
        let mut numbers: Vec<DeskNumber> = Vec::new();
        for item in self.named_items(from, Kind::InformationDesk, 4 * MAX_DESK_NUMBERS, languages)? {
            let Object::InformationDesk(desk) = self.object_of(&item)? else { continue };
            let number = desk.phone.unwrap_or_default().trim().to_owned();
            if number.chars().any(|c| c.is_ascii_digit()) && !numbers.iter().any(|known| known.number == number) {
                numbers.push(DeskNumber { number, name: item.name });
            }
            if numbers.len() == MAX_DESK_NUMBERS {
                break;
            }
        }
        Ok(numbers)
    }

    fn object_of(&self, item: &NearbyItem) -> Result<Object> {
        let id: Id = item.id;
        self.catalogue.object(&self.catalogue.territory(&item.territory)?, item.kind, id)
    }
}

fn place(item: NearbyItem) -> EmergencyPlace {
    let NearbyItem { territory, kind, id, name, lang, distance_m, bearing_deg, .. } = item;
    let direction = String::new();
    EmergencyPlace { territory, kind, id, role: PlaceRole::Object, name, lang, distance_m, bearing_deg, direction }
}

#[cfg(test)]
mod tests {
    use super::super::test_companion::companion;
    use super::*;
    use crate::model::{InformationDesk, Localized, Poi, Trek};
    use crate::safety::NumberKind;

    fn named(name: &str) -> Localized {
        [("fr", name)].into_iter().collect()
    }

    fn point(lon: f64, lat: f64) -> Option<Geometry> {
        Some(Geometry::point(Position::new(lon, lat)))
    }

    fn trek(id: Id, name: &str, west: f64) -> Object {
        let line = [(west, 45.0), (6.1, 45.0)].map(|(lon, lat)| Position::new(lon, lat));
        let published = vec!["fr".into()];
        let geometry = Some(Geometry::line_string(line.to_vec()));
        Trek { id, name: named(name), published, geometry, ..Trek::default() }.into()
    }

    #[test]
    fn sheet_names_places_starts_and_desks_around() {
        let folder = tempfile::tempdir().unwrap();
        let desk = |id, lon, phone: &str| InformationDesk {
            id,
            name: named(&format!("Maison {id}")),
            phone: Some(phone.into()),
            geometry: point(lon, 45.0),
            ..InformationDesk::default()
        };
        let poi = |id, name: &str, lat| Poi { id, name: named(name), geometry: point(6.0, lat), ..Poi::default() };
        let objects = vec![
            poi(1, "Cascade", 45.01).into(),
            poi(2, "", 45.001).into(),
            poi(3, "Loin", 46.0).into(),
            desk(4, 6.02, " 04 92 11 ").into(),
            desk(5, 6.03, "04 92 11").into(),
            desk(6, 6.04, "").into(),
            trek(7, "Long", 5.9),
            trek(8, "Court", 6.001),
        ];
        let companion = companion(folder.path(), objects);
        let fix = Fix::new(Position::new(6.0, 45.0), 0);
        let sheet = companion.emergency_sheet(&fix, &["fr"]).unwrap();
        let places: Vec<(&str, PlaceRole)> =
            sheet.places.iter().map(|place| (place.name.as_str(), place.role)).collect();
        let expected = [
            ("Long", PlaceRole::Object),
            ("Court", PlaceRole::TrekStart),
            ("Cascade", PlaceRole::Object),
            ("Maison 4", PlaceRole::Object),
            ("Maison 5", PlaceRole::Object),
            ("Long", PlaceRole::TrekStart),
        ];
        assert_eq!(places, expected);
        let cascade = &sheet.places[2];
        assert!(
            (cascade.distance_m - 1_111.0).abs() < 2.0 && (cascade.bearing_deg + 1.0) % 360.0 < 1.01,
            "{cascade:?}"
        );
        assert_eq!(cascade.direction, "au nord");
        let desks: Vec<&str> =
            sheet.numbers.iter().filter(|n| n.kind == NumberKind::InformationDesk).map(|n| n.number.as_str()).collect();
        assert_eq!(desks, ["04 92 11"]);
        assert!(sheet.text.contains("Départ de « Court » : 80 m à l’est"), "{}", sheet.text);
    }

    #[test]
    fn sheet_of_a_suspended_companion_has_the_position() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path(), vec![trek(7, "Long", 5.9)]);
        companion.suspend(std::time::Duration::from_secs(5)).unwrap();
        let sheet = companion.emergency_sheet(&Fix::new(Position::new(6.0, 45.0), 0), &["en"]).unwrap();
        assert!(sheet.places.is_empty() && sheet.text.contains("45.00000, 6.00000"), "{}", sheet.text);
        let nowhere = companion.emergency_sheet(&Fix::new(Position::new(0.0, 0.0), 0), &["en"]).unwrap_err();
        assert_eq!(nowhere.code(), "invalid_input");
    }
}
