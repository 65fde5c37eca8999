//! Edits while the server runs. As in Geotrek, an edit changes `update_datetime` if the kind has one, but a change of a
//! many-to-many field does not; a deletion leaves no trace; and cities, vocabularies and information desks have no date.

use std::collections::BTreeSet;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{HOST, Territory, tours, uuid};

/// The modules of [`Territory::change`], with a text field and a many-to-many field if they have one.
const EDITABLE: [(&str, Option<&str>, Option<&str>); 11] = [
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
/// Many-to-many fields from which a deleted object is removed: the module of the object, the module of the field (empty: all
/// modules), and the field.
const BACK_REFERENCES: [(&str, &str, &str); 8] = [
    ("theme", "", "themes"),
    ("label", "", "labels"),
    ("informationdesk", "", "information_desks"),
    ("outdoor_site", "outdoor_course", "sites"),
    ("outdoor_site", "outdoor_site", "children"),
    ("outdoor_course", "outdoor_site", "courses"),
    ("outdoor_course", "outdoor_course", "children"),
    ("flatpage", "flatpage", "children"),
];
/// The first id of an added object, above that of the unpublished stage.
const FIRST_ADDED_ID: u64 = 20_001;

/// A kind of edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditKind {
    /// A text was edited, and the date changed.
    Text,
    /// The geometry was moved, and the date changed.
    Geometry,
    /// A picture was replaced or added, and the date changed.
    Attachment,
    /// A many-to-many field was changed, and the date was not.
    Relation,
    /// The object was added.
    Added,
    /// The object was deleted.
    Deleted,
    /// An object without a date was renamed.
    Undated,
}

/// An edit of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The module.
    pub module: String,
    /// The id of the object.
    pub id: u64,
    /// The kind.
    pub kind: EditKind,
}

impl Territory {
    /// Edits a percentage of each editable module, at least one object of each, and renames a city, a theme and an information
    /// desk. Equal seeds give equal edits.
    pub fn change(&mut self, seed: u64, percent: f64) -> Vec<Edit> {
        let edits = EDITABLE.iter().map(|(module, ..)| self.change_in(module, seed, percent));
        let mut edits: Vec<Edit> = edits.collect::<Vec<_>>().concat();
        for module in ["city", "theme", "informationdesk"] {
            let count = self.module(module).len().max(1);
            let picked = self.module(module).get(seed as usize % count).and_then(|object| object["id"].as_u64());
            let Some(id) = picked else { continue };
            self.rename(module, id, &format!("Autrement dit {seed}"));
            edits.push(Edit { module: module.to_owned(), id, kind: EditKind::Undated });
        }
        edits
    }

    /// Edits a percentage of one module, at least one object: mostly texts.
    ///
    /// # Panics
    /// Panics if the module is not editable.
    pub fn change_in(&mut self, module: &str, seed: u64, percent: f64) -> Vec<Edit> {
        let known = EDITABLE.iter().find(|(name, ..)| *name == module);
        let (_, text, many) = *known.unwrap_or_else(|| panic!("{module} must be editable"));
        let salt = module.bytes().fold(0_u64, |sum, byte| sum.rotate_left(7) ^ u64::from(byte));
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ salt);
        let mut ids: Vec<u64> = self.module(module).iter().filter_map(|object| object["id"].as_u64()).collect();
        ids.shuffle(&mut rng);
        ids.truncate(((ids.len() as f64 * percent / 100.0).round() as usize).max(1));
        let edits = ids.into_iter().map(|id| {
            let object = self.object(module, id);
            let (has_geometry, has_attachments) = (object["geometry"].is_object(), object["attachments"].is_array());
            let kind = match rng.random_range(0..20) {
                0..3 if has_geometry => EditKind::Geometry,
                3..6 if has_attachments => EditKind::Attachment,
                6..9 if many.is_some() => EditKind::Relation,
                9 => EditKind::Added,
                10 => EditKind::Deleted,
                _ if text.is_none() => EditKind::Geometry,
                _ => EditKind::Text,
            };
            let id = match (kind, text, many) {
                (EditKind::Text, Some(field), _) => {
                    let words = format!("<p>Modifié {}&nbsp;: l'itinéraire est dévié.</p>", rng.random_range(1..1000));
                    self.edit_text(module, id, field, "fr", &words);
                    id
                }
                (EditKind::Relation, _, Some(field)) => {
                    self.replace_first_relation(module, id, field);
                    id
                }
                (EditKind::Attachment, ..) => {
                    self.replace_attachment(module, id, 0);
                    id
                }
                (EditKind::Added, ..) => self.add(module),
                (EditKind::Deleted, ..) => {
                    self.delete(module, id);
                    id
                }
                _ => {
                    self.move_geometry(module, id, 0.0003, -0.0002);
                    id
                }
            };
            Edit { module: module.to_owned(), id, kind }
        });
        let edits = edits.collect();
        tours::rebuild(self);
        edits
    }

    /// Sets a text in a language, and the date.
    ///
    /// # Panics
    /// Panics if the object does not exist, as all methods below.
    pub fn edit_text(&mut self, module: &str, id: u64, field: &str, language: &str, text: &str) {
        self.edit(module, id, |object| object[field][language] = json!(text));
    }

    /// Sets a field, and the date.
    pub fn edit_field(&mut self, module: &str, id: u64, field: &str, value: Value) {
        self.edit(module, id, |object| object[field] = value);
    }

    /// Sets the months of a species in the areas that repeat them. No date changes, as on a real server.
    pub fn set_season(&mut self, species: u64, period: [bool; 12]) {
        for area in self.modules.get_mut("sensitivearea").into_iter().flatten() {
            if area["species_id"] == species {
                area["period"] = json!(period);
            }
        }
        let entry = self.object_mut("sensitivearea_species", species);
        for (month, is_sensitive) in period.iter().enumerate() {
            entry[format!("period{:02}", month + 1)] = json!(is_sensitive);
        }
    }

    /// Sets a field without a change of the date, as an edit of an object that this one refers to does.
    pub fn edit_undated(&mut self, module: &str, id: u64, field: &str, value: Value) {
        self.object_mut(module, id)[field] = value;
    }

    /// Moves the geometry by degrees to the east and to the north, and sets the date.
    pub fn move_geometry(&mut self, module: &str, id: u64, east: f64, north: f64) {
        self.edit(module, id, |object| super::shapes::shift(&mut object["geometry"], east, north));
    }

    /// Sets a many-to-many field. The date does not change, as on a real server.
    pub fn relate(&mut self, module: &str, id: u64, field: &str, to: &[u64]) {
        self.object_mut(module, id)[field] = json!(to);
        tours::rebuild(self);
    }

    /// Adds a picture with any addresses, and sets the date.
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

    /// Removes an attachment, and sets the date.
    pub fn detach(&mut self, module: &str, id: u64, rank: usize) {
        self.edit(module, id, |object| {
            let all = object["attachments"].as_array_mut().filter(|all| rank < all.len());
            all.map(|all| all.remove(rank));
        });
    }

    /// Replaces the file of an attachment by one with a new name, as Geotrek does, or adds an attachment if there is none. Sets
    /// the date.
    pub fn replace_attachment(&mut self, module: &str, id: u64, rank: usize) {
        let file = format!("{HOST}/media/paperclip/{module}/{id}/photo-{}.jpg", self.edits + 1000);
        let thumbnail = format!("{file}.400x0_q85.jpg");
        match self.object(module, id)["attachments"].get(rank) {
            None => self.attach(module, id, &file, &thumbnail),
            Some(_) => self.edit(module, id, |object| {
                let attachment = &mut object["attachments"][rank];
                (attachment["url"], attachment["thumbnail"]) = (json!(file), json!(thumbnail));
                (attachment["type"], attachment["backend"]) = (json!("image"), json!(""));
                attachment["filetype"] = json!({"id": 1, "structure": null, "type": "Photographie"});
            }),
        }
    }

    /// Adds a copy of the last object of a module, near it, and returns its id.
    pub fn add(&mut self, module: &str) -> u64 {
        let like = self.module(module).last().cloned().expect("a module has objects");
        let ids = self.module(module).iter().filter_map(|object| object["id"].as_u64());
        let id = ids.max().map_or(FIRST_ADDED_ID, |max| (max + 1).max(FIRST_ADDED_ID));
        let old = format!("/{}/", like["id"]);
        let written = serde_json::to_string(&like).expect("JSON values always serialise");
        let written = written.replace(&old, &format!("/{id}/"));
        let mut object: Value = serde_json::from_str(&written).expect("the copy is JSON");
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

    /// Deletes an object and all references to it in many-to-many fields.
    pub fn delete(&mut self, module: &str, id: u64) {
        self.object(module, id);
        for objects in [self.modules.get_mut(module), self.hidden.get_mut(module)].into_iter().flatten() {
            objects.retain(|object| object["id"] != id);
        }
        self.updated.get_mut(module).map(|days| days.remove(&id));
        for (_, of, field) in BACK_REFERENCES.iter().filter(|(deleted, ..)| *deleted == module) {
            let owners = self.modules.iter_mut().chain(&mut self.hidden);
            for (_, objects) in owners.filter(|(owner, _)| of.is_empty() || owner == of) {
                objects.iter_mut().for_each(|object| remove_id(object, field, id));
            }
        }
        for object in self.modules.get_mut(module).into_iter().flatten().filter(|object| object["parent"] == id) {
            for field in ["parent", "parent_uuid"] {
                object.get_mut(field).map(Value::take);
            }
        }
        if module == "trek" {
            tours::remove_stage(self, id);
        }
        tours::rebuild(self);
    }

    /// Unpublishes an object. It is deleted, except for the stage of a published itinerary, which can still be read by id.
    pub fn unpublish(&mut self, module: &str, id: u64) {
        let listed = |parent: &Value| self.module(module).iter().any(|object| object["id"] == *parent);
        let parents = self.object(module, id)["parents"].as_array();
        let is_stage = module == "trek" && parents.is_some_and(|parents| parents.iter().any(listed));
        if !is_stage {
            self.delete(module, id);
            return;
        }
        self.edit(module, id, |object| object["published"] = json!({"fr": false, "en": false, "it": false}));
        let objects = self.modules.get_mut(module).into_iter().flatten();
        let taken: Vec<Value> = objects.filter(|object| object["id"] == id).map(|object| object.take()).collect();
        self.modules.get_mut(module).into_iter().for_each(|objects| objects.retain(|object| !object.is_null()));
        self.hidden.entry(module.to_owned()).or_default().extend(taken);
        tours::rebuild(self);
    }

    /// Renames a city, a district, an entry of a vocabulary or an information desk, in French. No date changes.
    pub fn rename(&mut self, module: &str, id: u64, name: &str) {
        let object = self.object_mut(module, id);
        let fields = ["name", "label", "type"].into_iter();
        let field = fields.clone().find(|field| object[field].get("fr").is_some());
        match field.or_else(|| fields.clone().find(|field| object[field].is_string())) {
            Some(field) if object[field].is_object() => object[field]["fr"] = json!(name),
            Some(field) => object[field] = json!(name),
            None => panic!("{module} {id} has no name"),
        }
        // Entries of these two are embedded in the objects that refer to them.
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

    /// Replaces the first id of a many-to-many field, or adds one if there is none.
    fn replace_first_relation(&mut self, module: &str, id: u64, field: &str) {
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
            tours::rebuild(self);
        }
    }

    /// Sets the date of an object to a unique time of today.
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
        all.find(|object| object["id"] == id).unwrap_or_else(|| panic!("{module} {id} must exist"))
    }

    fn object_mut(&mut self, module: &str, id: u64) -> &mut Value {
        let listed = self.modules.get_mut(module).into_iter().flatten();
        let hidden = self.hidden.get_mut(module).into_iter().flatten();
        let mut all = listed.chain(hidden);
        all.find(|object| object["id"] == id).unwrap_or_else(|| panic!("{module} {id} must exist"))
    }
}

/// Removes an id from a field, and the UUID beside it.
fn remove_id(object: &mut Value, field: &str, id: u64) {
    let at = object[field].as_array().and_then(|ids| ids.iter().position(|other| *other == id));
    let Some(at) = at else { return };
    for field in [field.to_owned(), format!("{field}_uuids")] {
        if let Some(all) = object.get_mut(&field).and_then(Value::as_array_mut) {
            all.remove(at);
        }
    }
}
