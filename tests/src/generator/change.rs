//! What editors do while the server runs, with Geotrek's own silences: an edit moves `update_datetime` where the kind has
//! one, a many-to-many field does not, a deletion is not told, and communes, vocabularies and desks have no date at all.

use std::collections::BTreeSet;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{HOST, Territory, tours, uuid};

/// Modules [`Territory::change`] changes, with a text and a many-to-many field if they have such.
const CHANGING: [(&str, Option<&str>, Option<&str>); 11] = [
    ("trek", Some("description"), Some("themes")),
    ("poi", Some("description"), None),
    ("touristiccontent", Some("description"), Some("themes")),
    ("touristicevent", Some("description"), Some("themes")),
    ("sensitivearea", Some("description"), None),
    ("service", None, None),
    ("signage", Some("description"), None),
    ("infrastructure", Some("description"), None),
    ("outdoor_site", Some("description"), Some("themes")),
    ("outdoor_course", Some("description"), None),
    ("flatpage", Some("content"), None),
];
/// Many-to-many fields that forget what is deleted: the module of what is deleted, that of the field (all when empty),
/// and the field.
const FORGETTING: [(&str, &str, &str); 8] = [
    ("theme", "", "themes"),
    ("label", "", "labels"),
    ("informationdesk", "", "information_desks"),
    ("outdoor_site", "outdoor_course", "sites"),
    ("outdoor_site", "outdoor_site", "children"),
    ("outdoor_course", "outdoor_site", "courses"),
    ("outdoor_course", "outdoor_course", "children"),
    ("flatpage", "flatpage", "children"),
];
/// Ids of what is added start here, so that none is that of the unpublished stage.
const ADDED: u64 = 20_001;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A text was edited; its date moved.
    Text,
    /// It is elsewhere; its date moved.
    Geometry,
    /// A picture was replaced or added; its date moved.
    Attachment,
    /// A many-to-many field has other entries; its date did not move.
    Relation,
    /// It was added.
    Added,
    /// It was deleted.
    Deleted,
    /// Its name is another; its kind has no date.
    Undated,
}

/// A change of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The module.
    pub module: String,
    /// The id of the object.
    pub id: u64,
    /// What happened.
    pub change: Change,
}

impl Territory {
    /// Changes so many percent of each module that people edit (at least one object of each), and the name of a commune,
    /// of a theme and of a desk. Equal seeds give equal changes.
    pub fn change(&mut self, seed: u64, percent: f64) -> Vec<Changed> {
        let changing = CHANGING.iter().map(|(module, ..)| self.change_in(module, seed, percent));
        let mut changed: Vec<Changed> = changing.collect::<Vec<_>>().concat();
        for module in ["city", "theme", "informationdesk"] {
            let count = self.module(module).len().max(1);
            let picked = self.module(module).get(seed as usize % count).and_then(|object| object["id"].as_u64());
            let Some(id) = picked else { continue };
            self.rename(module, id, &format!("Autrement dit {seed}"));
            changed.push(Changed { module: module.to_owned(), id, change: Change::Undated });
        }
        changed
    }

    /// Changes so many percent of one module, at least one object: mostly texts, and everything else sometimes.
    ///
    /// # Panics
    /// When people do not edit this module: it has no date.
    pub fn change_in(&mut self, module: &str, seed: u64, percent: f64) -> Vec<Changed> {
        let known = CHANGING.iter().find(|(name, ..)| *name == module);
        let (_, text, many) = *known.unwrap_or_else(|| panic!("{module} has no date of change"));
        let salt = module.bytes().fold(0_u64, |sum, byte| sum.rotate_left(7) ^ u64::from(byte));
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ salt);
        let mut ids: Vec<u64> = self.module(module).iter().filter_map(|object| object["id"].as_u64()).collect();
        ids.shuffle(&mut rng);
        ids.truncate(((ids.len() as f64 * percent / 100.0).round() as usize).max(1));
        let changed = ids.into_iter().map(|id| {
            let object = self.object(module, id);
            let (shaped, pictured) = (object["geometry"].is_object(), object["attachments"].is_array());
            let change = match rng.random_range(0..20) {
                0..3 if shaped => Change::Geometry,
                3..6 if pictured => Change::Attachment,
                6..9 if many.is_some() => Change::Relation,
                9 => Change::Added,
                10 => Change::Deleted,
                _ if text.is_none() => Change::Geometry,
                _ => Change::Text,
            };
            let id = match (change, text, many) {
                (Change::Text, Some(field), _) => {
                    let words = format!("<p>Modifié {}&nbsp;: l'itinéraire est dévié.</p>", rng.random_range(1..1000));
                    self.edit_text(module, id, field, "fr", &words);
                    id
                }
                (Change::Relation, _, Some(field)) => {
                    self.turn(module, id, field);
                    id
                }
                (Change::Attachment, ..) => {
                    self.replace_attachment(module, id, 0);
                    id
                }
                (Change::Added, ..) => self.add(module),
                (Change::Deleted, ..) => {
                    self.delete(module, id);
                    id
                }
                _ => {
                    self.move_geometry(module, id, 0.0003, -0.0002);
                    id
                }
            };
            Changed { module: module.to_owned(), id, change }
        });
        let changed = changed.collect();
        tours::gather(self);
        changed
    }

    /// Writes a text in a language. Moves the date.
    ///
    /// # Panics
    /// When there is no such object, as all that follow do.
    pub fn edit_text(&mut self, module: &str, id: u64, field: &str, language: &str, text: &str) {
        self.edit(module, id, |object| object[field][language] = json!(text));
    }

    /// Writes any field, e.g. a number. Moves the date.
    pub fn edit_field(&mut self, module: &str, id: u64, field: &str, value: Value) {
        self.edit(module, id, |object| object[field] = value);
    }

    /// Moves the whole geometry, by degrees to the east and to the north. Moves the date.
    pub fn move_geometry(&mut self, module: &str, id: u64, east: f64, north: f64) {
        self.edit(module, id, |object| super::shapes::shift(&mut object["geometry"], east, north));
    }

    /// Gives a many-to-many field other entries. The date does not move, as on a real server.
    pub fn relate(&mut self, module: &str, id: u64, field: &str, to: &[u64]) {
        self.object_mut(module, id)[field] = json!(to);
        tours::gather(self);
    }

    /// Adds a picture whose addresses are these, whatever they are. Moves the date.
    pub fn attach(&mut self, module: &str, id: u64, url: &str, thumbnail: &str) {
        let rank = self.object(module, id)["attachments"].as_array().map_or(0, Vec::len);
        let picture = json!({"backend": "", "type": "image", "author": "", "license": null, "legend": "",
            "filetype": {"id": 1, "structure": null, "type": "Photographie"}, "thumbnail": thumbnail, "url": url,
            "title": format!("Ajout {rank}"), "uuid": uuid(0xb0, id as usize * 64 + rank)});
        self.edit(module, id, |object| {
            if let Some(all) = object["attachments"].as_array_mut() {
                all.push(picture);
            }
        });
    }

    /// Removes an attachment. Moves the date.
    pub fn detach(&mut self, module: &str, id: u64, rank: usize) {
        self.edit(module, id, |object| {
            let all = object["attachments"].as_array_mut().filter(|all| rank < all.len());
            all.map(|all| all.remove(rank));
        });
    }

    /// Puts another file in the place of an attachment (a new one where there is none), under a new name, as Geotrek
    /// does. Moves the date.
    pub fn replace_attachment(&mut self, module: &str, id: u64, rank: usize) {
        let file = format!("{HOST}/media/paperclip/{module}/{id}/photo-{}.jpg", self.edits + 1000);
        let thumbnail = format!("{file}.400x0_q85.jpg");
        match self.object(module, id)["attachments"].get(rank) {
            None => self.attach(module, id, &file, &thumbnail),
            Some(_) => self.edit(module, id, |object| {
                let place = &mut object["attachments"][rank];
                (place["url"], place["thumbnail"]) = (json!(file), json!(thumbnail));
                (place["type"], place["backend"]) = (json!("image"), json!(""));
                place["filetype"] = json!({"id": 1, "structure": null, "type": "Photographie"});
            }),
        }
    }

    /// Adds an object like another of its module, beside it, and gives its id.
    pub fn add(&mut self, module: &str) -> u64 {
        let like = self.module(module).last().cloned().expect("a module has objects");
        let ids = self.module(module).iter().filter_map(|object| object["id"].as_u64());
        let id = ids.max().map_or(ADDED, |most| (most + 1).max(ADDED));
        let old = format!("/{}/", like["id"]);
        let written = serde_json::to_string(&like).expect("JSON values always serialise");
        let written = written.replace(&old, &format!("/{id}/"));
        let mut object: Value = serde_json::from_str(&written).expect("it was JSON");
        object["id"] = json!(id);
        for (field, empty) in [
            ("children", json!([])),
            ("parents", json!([])),
            ("view_points", json!([])),
            ("previous", json!({})),
            ("next", json!({})),
            ("uuid", json!(uuid(0xc0, id as usize))),
        ] {
            if object.get(field).is_some() {
                object[field] = empty;
            }
        }
        super::shapes::shift(&mut object["geometry"], 0.001, 0.0005);
        self.modules.entry(module.to_owned()).or_default().push(object);
        self.stamp(module, id);
        let updated = self.object(module, id)["update_datetime"].clone();
        if updated.is_string() {
            self.object_mut(module, id)["create_datetime"] = updated;
        }
        id
    }

    /// Deletes an object: it leaves the list, its detail gives 404, and many-to-many fields forget it.
    pub fn delete(&mut self, module: &str, id: u64) {
        self.object(module, id);
        for objects in [self.modules.get_mut(module), self.hidden.get_mut(module)].into_iter().flatten() {
            objects.retain(|object| object["id"] != id);
        }
        self.updated.get_mut(module).map(|days| days.remove(&id));
        for (_, of, field) in FORGETTING.iter().filter(|(deleted, ..)| *deleted == module) {
            let owners = self.modules.iter_mut().chain(&mut self.hidden);
            for (_, objects) in owners.filter(|(owner, _)| of.is_empty() || owner == of) {
                objects.iter_mut().for_each(|object| forget(object, field, id));
            }
        }
        for object in self.modules.get_mut(module).into_iter().flatten().filter(|object| object["parent"] == id) {
            for field in ["parent", "parent_uuid"] {
                object.get_mut(field).map(Value::take);
            }
        }
        if module == "trek" {
            tours::without(self, id);
        }
        tours::gather(self);
    }

    /// Takes the publication of an object back: it leaves the list, and its detail gives 404, but for the stage of a
    /// published itinerary, which stays readable.
    pub fn unpublish(&mut self, module: &str, id: u64) {
        let listed = |parent: &Value| self.module(module).iter().any(|object| object["id"] == *parent);
        let parents = self.object(module, id)["parents"].as_array();
        let stage = module == "trek" && parents.is_some_and(|parents| parents.iter().any(listed));
        if !stage {
            self.delete(module, id);
            return;
        }
        self.edit(module, id, |object| object["published"] = json!({"fr": false, "en": false, "it": false}));
        let objects = self.modules.get_mut(module).into_iter().flatten();
        let taken: Vec<Value> = objects.filter(|object| object["id"] == id).map(|object| object.take()).collect();
        self.modules.get_mut(module).into_iter().for_each(|objects| objects.retain(|object| !object.is_null()));
        self.hidden.entry(module.to_owned()).or_default().extend(taken);
        tours::gather(self);
    }

    /// Gives a commune, a valley, an entry of a vocabulary or a desk another name (in French). No date tells.
    pub fn rename(&mut self, module: &str, id: u64, name: &str) {
        let object = self.object_mut(module, id);
        let fields = ["name", "label", "type"].into_iter();
        let field = fields.clone().find(|field| object[field].get("fr").is_some());
        match field.or_else(|| fields.clone().find(|field| object[field].is_string())) {
            Some(field) if object[field].is_object() => object[field]["fr"] = json!(name),
            Some(field) => object[field] = json!(name),
            None => panic!("{module} {id} has no name"),
        }
        // These two are written whole in what refers to them.
        let entry = object.clone();
        for (vocabulary, of) in [("poi_type", "poi"), ("informationdesk_type", "informationdesk")] {
            for object in self.modules.get_mut(of).into_iter().flatten().filter(|_| vocabulary == module) {
                if object["type"] == id {
                    object["type_label"] = entry["label"].clone();
                } else if object["type"]["id"] == id {
                    object["type"] = entry.clone();
                }
            }
        }
    }

    /// Another theme in the place of the first, or one more where there is none.
    fn turn(&mut self, module: &str, id: u64, field: &str) {
        let mut to: BTreeSet<u64> =
            self.object(module, id)[field].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let first = to.pop_first().unwrap_or(0);
        to.insert((first..).map(|id| id % 10 + 1).find(|id| *id != first && !to.contains(id)).unwrap_or(1));
        self.relate(module, id, field, &to.into_iter().collect::<Vec<_>>());
    }

    fn edit(&mut self, module: &str, id: u64, change: impl FnOnce(&mut Value)) {
        change(self.object_mut(module, id));
        self.stamp(module, id);
        if module == "trek" {
            tours::gather(self);
        }
    }

    /// Moves the date of an object, to a moment of today that no other one has.
    fn stamp(&mut self, module: &str, id: u64) {
        self.edits += 1;
        let today = self.today;
        let date = format!("{today}T12:{:02}:{:02}.{:06}+01:00", self.edits / 60 % 60, self.edits % 60, self.edits);
        let object = self.object_mut(module, id);
        if object.get("update_datetime").is_some() {
            object["update_datetime"] = json!(date);
        } else if self.updated.contains_key(module) {
            self.touch(module, id, today);
        }
    }

    fn object(&self, module: &str, id: u64) -> &Value {
        let hidden = self.hidden.get(module).into_iter().flatten();
        let mut all = self.module(module).iter().chain(hidden);
        all.find(|object| object["id"] == id).unwrap_or_else(|| panic!("there is no {module} {id}"))
    }

    fn object_mut(&mut self, module: &str, id: u64) -> &mut Value {
        let listed = self.modules.get_mut(module).into_iter().flatten();
        let hidden = self.hidden.get_mut(module).into_iter().flatten();
        let mut all = listed.chain(hidden);
        all.find(|object| object["id"] == id).unwrap_or_else(|| panic!("there is no {module} {id}"))
    }
}

/// Takes an id out of a field, and the uuid beside it.
fn forget(object: &mut Value, field: &str, id: u64) {
    let at = object[field].as_array().and_then(|ids| ids.iter().position(|other| *other == id));
    let Some(at) = at else { return };
    for field in [field.to_owned(), format!("{field}_uuids")] {
        if let Some(all) = object.get_mut(&field).and_then(Value::as_array_mut) {
            all.remove(at);
        }
    }
}
