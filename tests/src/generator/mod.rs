//! Generates a territory from a seed: for each module of API v2 a list of JSON objects in all languages, as the database of a
//! Geotrek holds them. Equal sizes and seeds give equal bytes. It is independent of the server, because benches and the demo
//! use the objects without one.
//!
//! * `treks`, `tours`, `stage_lines`, `pois`, `tourism`, `sensitive`, `equipment`, `outdoor`, `pages`: the objects.
//! * `zones`: cities and districts. `vocabularies`: the lists that objects refer to by id.
//! * `along_treks`: moves some objects to the lines of treks. `inline_images`: pictures in texts. `attachments`: pictures,
//!   files, links and panoramas.
//! * `references`: all references between objects, and dangling ones.
//! * `shapes`, `text`, `word_lists`: geometries, texts and the words in them.
//! * `small`: a territory of few bytes.
//! * `map`: a map of a territory, as PMTiles and MBTiles.
//! * `edits`: changes by editors while the server runs. `hostile_urls`: addresses of attackers.

mod along_treks;
mod attachments;
mod edits;
mod equipment;
mod hostile_urls;
mod inline_images;
mod map;
mod outdoor;
mod pages;
mod pois;
mod references;
mod sensitive;
mod shapes;
mod small;
mod stage_lines;
mod text;
mod tourism;
mod tours;
mod treks;
mod vocabularies;
mod word_lists;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

pub use edits::{Edit, EditKind};
pub use hostile_urls::hostile_urls;
pub use inline_images::OLD_HOST;
pub use map::{MapKind, TestMap, style};
pub use references::{DANGLING, REFERENCES, referenced_ids};

use crate::day::Day;

/// The scheme and host of generated links. The server replaces them with its own, or with a stale host.
pub const HOST: &str = "http://geotrek.invalid";

/// The server has a photograph at each path that starts with this, even at a path that tries to leave its folder.
pub const HOSTILE: &str = "/media/hostile/";

/// The number of objects of the main kinds.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Published treks, at least six, including two itineraries and their stages.
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

/// The database of a Geotrek.
#[derive(Clone, Debug)]
pub struct Territory {
    /// The published objects by module of API v2.
    pub modules: BTreeMap<String, Vec<Value>>,
    /// Objects that can be read by id only, by module: the unpublished stage and its theme.
    pub hidden: BTreeMap<String, Vec<Value>>,
    /// The days of the last change of objects without `update_datetime`: by module, then by id.
    pub updated: BTreeMap<String, BTreeMap<u64, Day>>,
    /// The points of interest that an editor excluded from a trek although they are near it: by trek.
    pub excluded: BTreeMap<u64, BTreeSet<u64>>,
    /// The day that events were generated around.
    pub today: Day,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// The number of edits.
    edits: u32,
}

impl Territory {
    /// Generates a territory. Equal arguments give equal territories.
    pub fn generate(size: Size, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut territory = Self {
            modules: BTreeMap::new(),
            hidden: BTreeMap::new(),
            updated: BTreeMap::new(),
            excluded: BTreeMap::new(),
            today: Day::new(2026, 11, 24),
            bbox: [5.8, 44.5, 6.8, 45.1],
            edits: 0,
        };
        vocabularies::fill(&mut territory);
        let zones = zones::fill(&mut territory, &mut rng);
        tours::fill(&mut territory, size.treks, &zones, &mut rng);
        pois::fill(&mut territory, size.pois, &mut rng);
        tourism::fill(&mut territory, size, &zones, &mut rng);
        sensitive::fill(&mut territory, &mut rng);
        equipment::fill(&mut territory, &mut rng);
        outdoor::fill(&mut territory, &zones, &mut rng);
        pages::fill(&mut territory, &mut rng);
        pages::panoramas(&mut territory, &mut rng);
        along_treks::fill(&mut territory, &zones, seed);
        inline_images::fill(&mut territory);
        references::fill(&mut territory);
        tours::rebuild(&mut territory);
        territory.set_update_days();
        territory
    }

    /// The objects of a module; empty if there are none.
    pub fn module(&self, name: &str) -> &[Value] {
        self.modules.get(name).map_or(&[], Vec::as_slice)
    }

    /// The day of an object's last change (YYYY-MM-DD), even if the object does not contain it.
    pub fn updated_on(&self, module: &str, object: &Value) -> Option<String> {
        if let Some(date) = object["update_datetime"].as_str() {
            return date.get(..10).map(str::to_owned);
        }
        self.updated.get(module)?.get(&object["id"].as_u64()?).map(Day::to_string)
    }

    /// Sets the day of an object's last change, in its `update_datetime` if it has one.
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

    /// Moves the events so that they lie around another day. If this day is earlier, the dates of the last changes are moved,
    /// too, so that none is in the future.
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
            self.modules
                .values_mut()
                .chain(self.hidden.values_mut())
                .flatten()
                .for_each(|object| shift_dates(object, days));
            self.updated.values_mut().flat_map(BTreeMap::values_mut).for_each(|day| *day = day.plus(days));
        }
    }

    /// Sets the days of the last change of objects without `update_datetime`.
    fn set_update_days(&mut self) {
        for module in ["service", "signage", "infrastructure", "outdoor_site", "outdoor_course", "flatpage"] {
            let ids = self.module(module).iter().filter_map(|object| object["id"].as_u64());
            let days = ids.map(|id| (id, Day::new(2026, 1, 1).plus(id as i64 * 101 % 330)));
            self.updated.insert(module.to_owned(), days.collect());
        }
    }

    fn insert_module(&mut self, module: &str, objects: Vec<Value>) {
        self.modules.insert(module.to_owned(), objects);
    }
}

/// Moves the dates of an object and of the objects embedded in it.
fn shift_dates(object: &mut Value, days: i64) {
    for field in ["create_datetime", "update_datetime"] {
        if let Some((day, time)) = object[field].as_str().and_then(|date| date.split_at_checked(10))
            && let Some(day) = Day::parse(day)
        {
            object[field] = json!(format!("{}{time}", day.plus(days)));
        }
    }
    for field in ["steps", "view_points"] {
        object
            .get_mut(field)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .for_each(|inner| shift_dates(inner, days));
    }
}

fn uuid(kind: u32, id: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{id:012x}")
}

/// Adds the members of an object to another object.
fn merge(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
