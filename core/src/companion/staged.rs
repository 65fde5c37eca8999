//! What came, into the catalogue, in one change: a reader sees the territory as it was, or as it is now.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;

use serde::Serialize;

use super::refresh::Refresh;
use super::{BESIDE_M, Companion};
use crate::catalogue::{Change, Territory};
use crate::error::{Error, Result};
use crate::geotrek::{Ask, Purpose, Reader, kind_of, read_list, read_one};
use crate::model::{Id, Kind, Localized, Object, RichText};
use crate::nearby::{Feature, Nearby};

/// What a refresh has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Short name of the territory.
    pub territory: String,
    /// Objects that came, by kind.
    pub objects: BTreeMap<Kind, u64>,
    /// Objects that are no longer published and went, by kind.
    pub removed: BTreeMap<Kind, u64>,
    /// Lists of modules that the server lacks.
    pub absent: Vec<String>,
    /// Fields that could not be read, and how often: `trek.ascent: mistyped`.
    pub problems: BTreeMap<String, u64>,
}

impl Companion {
    /// Writes what a refresh has brought, once [`Refresh::next`] said that everything has come. `at_ms` is the wall clock,
    /// Unix ms. One transaction: on an error the catalogue stays as it was.
    pub fn take_in(&self, refresh: Refresh, at_ms: i64) -> Result<Taken> {
        let Some(overview) = &refresh.overview else {
            return Err(Error::invalid("refresh", "every transfer must be complete before it is taken in"));
        };
        let mut taken = Taken { territory: refresh.territory.name.clone(), ..Taken::default() };
        taken.absent = overview.absent().iter().map(|list| (*list).to_owned()).collect();
        self.catalogue.change(|change| {
            let territory = &refresh.territory;
            let mut writing = Writing { change, territory, taken: &mut taken, seen: HashMap::new() };
            let mut reader = Reader::new(Some(refresh.origin.clone()), "", &refresh.limits);
            for (ask, file) in refresh.bodies() {
                reader.set_language(&ask.language);
                let first = territory.languages.first().is_none_or(|language| *language == ask.language);
                let file = File::open(file)?;
                if ask.purpose == Purpose::One {
                    let object = read_one(file, &refresh.limits)?;
                    writing.put(ask, reader.read(ask.endpoint, &object), first)?;
                } else {
                    read_list(file, &refresh.limits, |json| writing.put(ask, reader.read(ask.endpoint, json), first))?;
                }
            }
            for (list, ids) in overview.listed() {
                // Whoever is listed and did not come is still there; it will come with the next refresh.
                writing.seen.entry(((*list).to_owned(), kind_of(list))).or_default().extend(ids);
            }
            writing.sweep()?;
            writing.note_beside()?;
            for (list, field, what, times) in reader.problems().iter() {
                *taken.problems.entry(format!("{list}.{field}: {what}")).or_default() += times;
            }
            change.note_refresh(territory, at_ms)
        })?;
        self.renew_index()?;
        Ok(taken)
    }
}

struct Writing<'c, 'a> {
    change: &'c mut Change<'a>,
    territory: &'c Territory,
    taken: &'c mut Taken,
    /// Ids by list (or vocabulary) and kind.
    seen: HashMap<(String, Kind), HashSet<Id>>,
}

impl Writing<'_, '_> {
    fn put(&mut self, ask: &Ask, objects: Vec<Object>, first_language: bool) -> Result<()> {
        for mut object in objects {
            let kind = object.kind();
            let list = match &object {
                Object::Term(term) => term.vocabulary.clone(),
                _ => ask.endpoint.to_owned(),
            };
            let new = self.seen.entry((list, kind)).or_default().insert(object.id());
            if !first_language && let Some(held) = self.change.object(self.territory, kind, object.id())? {
                object = with_texts_of(held, &object);
            }
            if new {
                *self.taken.objects.entry(kind).or_default() += 1;
            }
            self.change.put(self.territory, object)?;
        }
        Ok(())
    }

    /// Tells by the distance which POIs belong to which treks: the overview does not ask the server for it.
    fn note_beside(&mut self) -> Result<()> {
        let mut treks = Vec::new();
        let mut beside: HashMap<Id, BTreeMap<Id, f64>> = HashMap::new();
        self.change.geometries(self.territory, Kind::Trek, |id, geometry| {
            beside.insert(id, BTreeMap::new());
            treks.push(Feature { key: id.unsigned_abs(), kind: Kind::Trek, geometry });
        })?;
        let treks = Nearby::build(treks);
        let mut failed = None;
        self.change.geometries(self.territory, Kind::Poi, |poi, geometry| {
            let Some(place) = geometry.first_position() else { return };
            match treks.within(place, BESIDE_M, |_, _| true) {
                Ok(found) => found.iter().for_each(|found| {
                    let trek = Id::try_from(found.key).unwrap_or_default();
                    beside.entry(trek).or_default().insert(poi, found.distance_m);
                }),
                Err(error) => failed = Some(error),
            }
        })?;
        failed.map_or(Ok(()), Err)?;
        for (trek, pois) in beside {
            self.change.set_beside(self.territory, trek, Kind::Poi, &pois, true)?;
        }
        Ok(())
    }

    /// Removes what no list has any more. A list that is absent or empty removes nothing.
    fn sweep(&mut self) -> Result<()> {
        for ((list, kind), present) in self.seen.iter().filter(|(_, present)| !present.is_empty()) {
            let removed = if *kind == Kind::Term {
                self.change.keep_only_terms(self.territory, list, present)?
            } else {
                self.change.keep_only(self.territory, *kind, present)?
            };
            if removed > 0 {
                *self.taken.removed.entry(*kind).or_default() += removed as u64;
            }
        }
        Ok(())
    }
}

/// An object whose plain texts have come in one more language. A text that is the same as one that is there is the
/// server's own way of saying that it has no translation.
fn with_texts_of(mut held: Object, other: &Object) -> Object {
    fn add(held: &mut Localized, other: &Localized) {
        for (language, text) in other.iter() {
            if !held.iter().any(|(_, known)| known == text) {
                held.insert(language, text);
            }
        }
    }
    fn add_rich(held: &mut RichText, other: &RichText) {
        add(&mut held.html, &other.html);
        add(&mut held.plain, &other.plain);
    }
    match (&mut held, other) {
        (Object::Signage(held), Object::Signage(other)) => {
            add(&mut held.name, &other.name);
            add_rich(&mut held.description, &other.description);
        }
        (Object::Infrastructure(held), Object::Infrastructure(other)) => {
            add(&mut held.name, &other.name);
            add_rich(&mut held.description, &other.description);
        }
        (Object::HdView(held), Object::HdView(other)) => {
            add(&mut held.title, &other.title);
            add_rich(&mut held.legend, &other.legend);
        }
        _ => return other.clone(),
    }
    held
}
