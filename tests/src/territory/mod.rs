//! A territory grown from a seed. It lives here, apart from the server, because benches and the demo want its objects
//! without a socket: each module of API v2 is a list of JSON objects in all languages, as a real Geotrek holds them.
//! The same size and seed give the same bytes.

mod outdoor;
mod places;
mod shapes;
mod text;
mod treks;
mod vocabularies;

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// The host every generated link carries; the server replaces it with its own or with a stale one.
pub const HOST: &str = "http://geotrek.invalid";

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
    /// West, south, east, north.
    pub bbox: [f64; 4],
}

impl Territory {
    /// Grows a territory; equal arguments give equal territories.
    pub fn generate(size: Size, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut made = Self { modules: BTreeMap::new(), hidden: BTreeMap::new(), bbox: [5.8, 44.5, 6.8, 45.1] };
        vocabularies::fill(&mut made);
        treks::fill(&mut made, size.treks, &mut rng);
        places::fill(&mut made, size, &mut rng);
        outdoor::fill(&mut made, &mut rng);
        made
    }

    /// The objects of a module, empty when there are none.
    pub fn module(&self, name: &str) -> &[Value] {
        self.modules.get(name).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, module: &str, objects: Vec<Value>) {
        self.modules.insert(module.to_owned(), objects);
    }
}

fn uuid(kind: u32, id: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{id:012x}")
}

fn picture(folder: &str, id: usize) -> Value {
    let url = format!("{HOST}/media/paperclip/{folder}/{id}/photo-{id}.png");
    json!([{"backend": "", "type": "image", "filetype": {"id": 1, "structure": null, "type": "Photographie"},
        "author": "Zoé Œillet", "license": "CC-by-sa 4.0", "thumbnail": format!("{url}.400x0_q85.png"),
        "legend": "L'été à l'alpage", "title": "", "url": url, "uuid": uuid(9, id)}])
}
