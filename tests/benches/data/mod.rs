//! The territory that all rows have: the tests' own one, grown from a seed, with areas in large number beside it.
//!
//! * `words`: texts whose words are as unevenly common as a language's.

mod words;

use std::path::Path;

use jalon::catalogue::{Catalogue, NewTerritory};
use jalon::geotrek::{Limits, Reader};
use jalon::model::{Geometry, Kind, Object, Position, SensitiveArea};
use jalon::nearby::Feature;
use jalon_tests::generator::{Size, Territory};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) use words::{Text, texts};

use crate::Done;

pub(crate) const SEED: u64 = 20_261_125;
pub(crate) const TERRITORY: &str = "park";
/// West, south, east, north of where people ask.
const ASKED: [f64; 4] = [5.85, 44.55, 6.75, 45.05];

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) treks: usize,
    pub(crate) pois: usize,
    pub(crate) areas: usize,
    /// Questions in a round.
    pub(crate) questions: usize,
    pub(crate) rounds: usize,
    /// Rounds of work that takes a second.
    pub(crate) long_rounds: usize,
}

impl Scale {
    pub(crate) const FULL: Scale =
        Scale { treks: 2_000, pois: 46_000, areas: 2_000, questions: 2_000, rounds: 15, long_rounds: 5 };
    pub(crate) const SMOKE: Scale = Scale { treks: 40, pois: 400, areas: 40, questions: 40, rounds: 2, long_rounds: 1 };
}

/// A generated territory of this scale.
pub(crate) fn territory(treks: usize, pois: usize) -> Territory {
    Territory::generate(Size { treks, pois, ..Size::default() }, SEED)
}

/// Its objects as Jalon reads them, and so many areas.
pub(crate) fn objects(made: &Territory, areas: usize) -> Vec<Object> {
    let reader = Reader::new(None, "fr", &Limits::default());
    let lists = made.modules.iter().filter(|(list, _)| *list != "tour");
    let mut objects: Vec<Object> =
        lists.flat_map(|(list, all)| all.iter().flat_map(|object| reader.read(list, &object.to_string()))).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    objects.extend((0..areas).map(|number| area(1_000 + number as i64, &mut rng)));
    objects
}

/// A zone of 200 m to 2 km with 12 to 60 corners.
fn area(id: i64, rng: &mut ChaCha8Rng) -> Object {
    let middle = position(rng);
    let (reach, corners) = (rng.random_range(0.002..0.02), rng.random_range(12..60_u32));
    let mut ring: Vec<Position> = (0..corners)
        .map(|corner| {
            let angle = f64::from(corner) / f64::from(corners) * std::f64::consts::TAU;
            let reach = reach * rng.random_range(0.7..1.0);
            Position::new(middle.lon + angle.cos() * reach, middle.lat + angle.sin() * reach * 0.7)
        })
        .collect();
    ring.push(ring[0]);
    let name = [("fr", format!("Zone {id}"))].into_iter().collect();
    SensitiveArea { id, name, geometry: Some(Geometry::polygon([ring])), ..SensitiveArea::default() }.into()
}

/// The treks, POIs and areas among some objects, by their place among them.
pub(crate) fn features(objects: &[Object]) -> Vec<Feature> {
    let mixed = objects.iter().filter(|object| is_mixed(object.kind()));
    let with_place = mixed.filter_map(|object| Some((object.kind(), object.geometry()?.clone())));
    with_place.enumerate().map(|(key, (kind, geometry))| Feature { key: key as u64, kind, geometry }).collect()
}

/// The kinds that make up the mixed features.
pub(crate) fn is_mixed(kind: Kind) -> bool {
    matches!(kind, Kind::Trek | Kind::Poi | Kind::SensitiveArea)
}

/// Places where people ask what is near.
pub(crate) fn questions(count: usize) -> Vec<Position> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED + 1);
    (0..count).map(|_| position(&mut rng)).collect()
}

fn position(rng: &mut ChaCha8Rng) -> Position {
    let [west, south, east, north] = ASKED;
    Position::new(rng.random_range(west..east), rng.random_range(south..north))
}

/// A catalogue of these objects in a directory.
pub(crate) fn fill(directory: &Path, objects: Vec<Object>) -> Done {
    let catalogue = Catalogue::open(directory)?;
    let new = NewTerritory {
        name: TERRITORY.into(),
        url: "https://geotrek.example.org".into(),
        default_language: "fr".into(),
        ..NewTerritory::default()
    };
    catalogue.write(|change| {
        let territory = change.add_territory(&new)?;
        objects.into_iter().try_for_each(|object| change.put(&territory, object))
    })?;
    Ok(())
}
