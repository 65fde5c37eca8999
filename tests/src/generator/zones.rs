//! Cities and districts: six columns and four rows of cities with irregular, shared borders; two columns form a district.
//! Objects refer to the zones that contain them. Outlines are in degrees. A real server writes them in the projection of its
//! database, and so does the fixture server by default.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::Territory;
use super::shapes::{Place, round};
use super::word_lists::VILLAGES;

const COLUMNS: usize = 6;
const ROWS: usize = 4;
const DISTRICTS: [&str; 3] = ["Haute-Brune", "Entre-Deux-Gaves et Ubaguet", "Pays d'Œuf"];
/// A city outside of the territory, without a code and without objects.
const BEYOND: &str = "Ormea di Sopra";

/// The outlines of the cities.
pub(super) struct Zones {
    cities: Vec<Vec<Place>>,
}

/// The cities and districts of an object.
pub(super) struct Zoning {
    pub(super) cities: Vec<usize>,
    pub(super) districts: Vec<usize>,
}

impl Zoning {
    /// The codes of the cities.
    pub(super) fn codes(&self) -> Vec<String> {
        self.cities.iter().map(|id| code(*id)).collect()
    }

    /// The id and the code of the first city, which is that of the departure.
    pub(super) fn first(&self) -> (Option<usize>, Option<String>) {
        let city = self.cities.first().copied();
        (city, city.map(code))
    }
}

fn code(city: usize) -> String {
    format!("05{:03}", city * 7)
}

impl Zones {
    /// The zones of places, in order and without repetition.
    pub(super) fn of(&self, places: impl IntoIterator<Item = Place>) -> Zoning {
        let mut zoning = Zoning { cities: Vec::new(), districts: Vec::new() };
        for place in places {
            let Some(at) = self.cities.iter().position(|ring| is_inside(ring, place)) else { continue };
            let (city, district) = (at + 1, at % COLUMNS / 2 + 1);
            if !zoning.cities.contains(&city) {
                zoning.cities.push(city);
            }
            if !zoning.districts.contains(&district) {
                zoning.districts.push(district);
            }
        }
        zoning
    }
}

/// An irregular border between two corners, without the last corner.
fn border(from: Place, to: Place, rng: &mut ChaCha8Rng) -> Vec<Place> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let parts = 16;
    let point = |part: i32, rng: &mut ChaCha8Rng| {
        let t = f64::from(part) / f64::from(parts);
        let aside = if part == 0 { 0.0 } else { rng.random_range(-0.04..0.04) };
        (round(from.0 + dx * t - dy * aside), round(from.1 + dy * t + dx * aside))
    };
    (0..parts).map(|part| point(part, rng)).collect()
}

pub(super) fn fill(territory: &mut Territory, rng: &mut ChaCha8Rng) -> Zones {
    let [west, south, east, north] = territory.bbox;
    let corner = |column: usize, row: usize| {
        let (across, up) = (column as f64 / COLUMNS as f64, row as f64 / ROWS as f64);
        (west + (east - west) * across, south + (north - south) * up)
    };
    let horizontal: Vec<Vec<Vec<Place>>> = (0..=ROWS)
        .map(|row| (0..COLUMNS).map(|column| border(corner(column, row), corner(column + 1, row), rng)).collect())
        .collect();
    let vertical: Vec<Vec<Vec<Place>>> = (0..=COLUMNS)
        .map(|column| (0..ROWS).map(|row| border(corner(column, row), corner(column, row + 1), rng)).collect())
        .collect();
    // The ring of a block: its south, its east, then its north and its west backwards.
    let ring_of = |columns: std::ops::Range<usize>, rows: std::ops::Range<usize>| {
        let back = |line: Vec<Place>, end: Place| line.into_iter().skip(1).chain([end]).rev().collect::<Vec<_>>();
        let south = columns.clone().flat_map(|column| horizontal[rows.start][column].clone());
        let east = rows.clone().flat_map(|row| vertical[columns.end][row].clone());
        let north = columns.clone().flat_map(|column| horizontal[rows.end][column].clone()).collect();
        let west = rows.clone().flat_map(|row| vertical[columns.start][row].clone()).collect();
        let mut ring: Vec<Place> = south.chain(east).collect();
        ring.extend(back(north, corner(columns.end, rows.end)));
        ring.extend(back(west, corner(columns.start, rows.end)));
        ring.push(ring[0]);
        ring
    };
    let outline = |ring: &[Place]| json!({"type": "MultiPolygon", "coordinates": [[ring]]});
    let cities: Vec<Vec<Place>> =
        (0..COLUMNS * ROWS).map(|at| ring_of(at % COLUMNS..at % COLUMNS + 1, at / COLUMNS..at / COLUMNS + 1)).collect();
    let city = |(at, ring): (usize, &Vec<Place>)| -> Value {
        json!({"id": at + 1, "code": code(at + 1), "name": VILLAGES[at], "published": true, "geometry": outline(ring)})
    };
    let mut list: Vec<Value> = cities.iter().enumerate().map(city).collect();
    let beyond = [(east, south), (east + 0.05, south), (east + 0.04, south + 0.04), (east, south)];
    list.push(json!({"id": 40, "code": null, "name": BEYOND, "published": true, "geometry": outline(&beyond)}));
    territory.insert_module("city", list);
    let district = |(at, name): (usize, &&str)| {
        let ring = ring_of(at * 2..at * 2 + 2, 0..ROWS);
        json!({"id": at + 1, "name": name, "published": true, "geometry": outline(&ring)})
    };
    let list = DISTRICTS.iter().enumerate().map(district).collect();
    territory.insert_module("district", list);
    Zones { cities }
}

/// Whether a ray to the east crosses the ring an odd number of times.
fn is_inside(ring: &[Place], (x, y): Place) -> bool {
    let crossings = ring.windows(2).filter(|side| {
        let ((ax, ay), (bx, by)) = (side[0], side[1]);
        (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
    });
    crossings.count() % 2 == 1
}
