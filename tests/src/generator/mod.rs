//! A territory grown from a seed. It lives here, apart from the server, because benches and the demo want its objects
//! without a socket: each module of API v2 is a list of JSON objects in all languages, as a real Geotrek holds them.
//! The same size and seed give the same bytes.

mod attached;
mod beside;
mod change;
mod equipment;
mod hostile;
mod illustrated;
mod outdoor;
mod pages;
mod pois;
mod references;
mod sensitive;
mod shapes;
mod small;
mod stages;
mod text;
mod tourism;
mod tours;
mod treks;
mod vocabularies;
mod words;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

pub use change::{Change, Changed};
pub use hostile::hostile_urls;
pub use illustrated::OLD_HOST;
pub use references::{DANGLING, REFERENCES, referred};

use crate::day::Day;

/// The host every generated link carries; the server replaces it with its own or with a stale one.
pub const HOST: &str = "http://geotrek.invalid";

/// What a path starts with where the server has a photograph under every name, be it one that tries to leave a folder.
pub const HOSTILE: &str = "/media/hostile/";

/// How many objects of the main kinds to generate; the rest follows.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Published treks, the stages and the two itineraries included (six at least).
    pub treks: usize,
    /// Points of interest.
    pub pois: usize,
    /// Touristic contents.
    pub contents: usize,
    /// Touristic events.
    pub events: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { treks: 12, pois: 60, contents: 12, events: 6 }
    }
}

/// A generated territory: what the database of a Geotrek would hold.
#[derive(Clone, Debug)]
pub struct Territory {
    /// The published objects of each module, by the module's name in API v2.
    pub modules: BTreeMap<String, Vec<Value>>,
    /// Objects readable by detail only: the unpublished stage.
    pub hidden: BTreeMap<String, Vec<Value>>,
    /// The day of the last change of objects whose kind does not write it: by module, then by id.
    pub updated: BTreeMap<String, BTreeMap<u64, Day>>,
    /// The points of interest that are none of a trek's, though they lie beside it: by trek.
    pub excluded: BTreeMap<u64, BTreeSet<u64>>,
    /// The day events were generated around.
    pub today: Day,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// How many changes were made.
    edits: u32,
}

impl Territory {
    /// Grows a territory; equal arguments give equal territories.
    pub fn generate(size: Size, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut made = Self {
            modules: BTreeMap::new(),
            hidden: BTreeMap::new(),
            updated: BTreeMap::new(),
            excluded: BTreeMap::new(),
            today: Day::new(2026, 11, 24),
            bbox: [5.8, 44.5, 6.8, 45.1],
            edits: 0,
        };
        vocabularies::fill(&mut made);
        let zones = zones::fill(&mut made, &mut rng);
        tours::fill(&mut made, size.treks, &zones, &mut rng);
        pois::fill(&mut made, size.pois, &mut rng);
        tourism::fill(&mut made, size, &zones, &mut rng);
        sensitive::fill(&mut made, &mut rng);
        equipment::fill(&mut made, &mut rng);
        outdoor::fill(&mut made, &zones, &mut rng);
        pages::fill(&mut made, &mut rng);
        pages::panoramas(&mut made, &mut rng);
        beside::fill(&mut made, &zones, seed);
        illustrated::fill(&mut made);
        references::fill(&mut made);
        tours::gather(&mut made);
        made.date();
        made
    }

    /// The objects of a module, empty when there are none.
    pub fn module(&self, name: &str) -> &[Value] {
        self.modules.get(name).map_or(&[], Vec::as_slice)
    }

    /// The day an object was last changed (YYYY-MM-DD), whether its kind writes it or not.
    pub fn updated_on(&self, module: &str, object: &Value) -> Option<String> {
        if let Some(date) = object["update_datetime"].as_str() {
            return date.get(..10).map(str::to_owned);
        }
        self.updated.get(module)?.get(&object["id"].as_u64()?).map(Day::to_string)
    }

    /// Says that an object was changed on a day, in its `update_datetime` if its kind has one.
    pub fn touch(&mut self, module: &str, id: u64, day: Day) {
        let mut objects = self.modules.get_mut(module).into_iter().flatten();
        let date = objects.find(|object| object["id"] == id).and_then(|object| object.get_mut("update_datetime"));
        match date {
            Some(date) => *date = json!(format!("{day}T12:00:00.250000+01:00")),
            None => {
                self.updated.entry(module.to_owned()).or_default().insert(id, day);
            }
        }
    }

    /// Moves every event by as many days as separate the day they were generated around from another one; and back, if it
    /// is earlier, the dates of change, so that none is to come.
    pub fn move_events(&mut self, today: Day) {
        let days = today.since(self.today);
        self.today = today;
        for event in self.modules.get_mut("touristicevent").into_iter().flatten() {
            for field in ["begin_date", "end_date"] {
                if let Some(day) = event[field].as_str().and_then(Day::parse) {
                    event[field] = json!(day.plus(days).to_string());
                }
            }
        }
        if days < 0 {
            self.modules.values_mut().chain(self.hidden.values_mut()).flatten().for_each(|object| redate(object, days));
            self.updated.values_mut().flat_map(BTreeMap::values_mut).for_each(|day| *day = day.plus(days));
        }
    }

    /// Gives a day of change to the objects whose kind does not write it.
    fn date(&mut self) {
        for module in ["service", "signage", "infrastructure", "outdoor_site", "outdoor_course", "flatpage"] {
            let ids = self.module(module).iter().filter_map(|object| object["id"].as_u64());
            let days = ids.map(|id| (id, Day::new(2026, 1, 1).plus(id as i64 * 101 % 330)));
            self.updated.insert(module.to_owned(), days.collect());
        }
    }

    fn put(&mut self, module: &str, objects: Vec<Value>) {
        self.modules.insert(module.to_owned(), objects);
    }
}

/// Moves the dates of change of an object and of those written whole in it.
fn redate(object: &mut Value, days: i64) {
    for field in ["create_datetime", "update_datetime"] {
        if let Some((day, time)) = object[field].as_str().and_then(|date| date.split_at_checked(10))
            && let Some(day) = Day::parse(day)
        {
            object[field] = json!(format!("{}{time}", day.plus(days)));
        }
    }
    for field in ["steps", "view_points"] {
        object.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten().for_each(|inner| redate(inner, days));
    }
}

fn uuid(kind: u32, id: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{id:012x}")
}

/// Adds the members of an object to another.
fn merge(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
