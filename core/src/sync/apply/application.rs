//! The objects of the responses of a refresh, written into its transaction.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;

use super::RefreshSummary;
use crate::catalogue::{Territory, WriteTransaction};
use crate::error::Result;
use crate::geotrek::{
    ApiRequest, Limits, Reader, RequestKind, SENSITIVE_AREA_UNDATED, has_plain_texts, kind_of, read_list, read_one,
};
use crate::id::ObjectKey;
use crate::model::json::JsonObject;
use crate::model::values::{ValueMut, ValueRef};
use crate::model::{Id, Kind, Localized, Object};

/// Objects whose texts come in one language at a time, until the responses in all languages are read: each object is
/// written once, and compared with its earlier state when it is complete.
#[derive(Default)]
pub(in crate::sync) struct PlainTexts {
    objects: BTreeMap<ObjectKey, Object>,
}

impl PlainTexts {
    /// Takes an object of such a kind; gives back any other.
    pub(in crate::sync) fn hold(&mut self, object: Object) -> Option<Object> {
        if !has_plain_texts(object.kind()) {
            return Some(object);
        }
        match self.objects.entry(ObjectKey::new(object.kind(), object.id())) {
            Entry::Occupied(mut known) => merge_texts(known.get_mut(), &object),
            Entry::Vacant(entry) => {
                entry.insert(object);
            }
        }
        None
    }

    /// Removes and gives all objects.
    pub(in crate::sync) fn take(&mut self) -> impl Iterator<Item = Object> + use<> {
        std::mem::take(&mut self.objects).into_values()
    }
}

/// A refresh that is being applied.
pub(super) struct Application<'c, 'a> {
    pub(super) transaction: &'c mut WriteTransaction<'a>,
    pub(super) territory: &'c Territory,
    pub(super) summary: &'c mut RefreshSummary,
    pub(super) texts: PlainTexts,
    /// Ids received, by list (or vocabulary) and kind.
    pub(super) seen: HashMap<(String, Kind), HashSet<Id>>,
}

impl Application<'_, '_> {
    pub(super) fn put_response(
        &mut self,
        request: &ApiRequest,
        file: File,
        reader: &Reader,
        limits: &Limits,
    ) -> Result<()> {
        if request.purpose == RequestKind::Object {
            let json = read_one(file, limits)?;
            let mut objects = reader.read(request.endpoint, &json);
            for object in &mut objects {
                if let Object::Trek(stage) = object {
                    // A stage that the list lacks is shown with its itinerary only, even if another portal publishes it.
                    stage.published.clear();
                }
            }
            return self.put(request, objects);
        }
        read_list(file, limits, |json| {
            if !request.accepts(json) {
                return Ok(());
            }
            let mut objects = reader.read(request.endpoint, json);
            if request.is_limited_by_owners() {
                let mut result = Ok(());
                objects.retain(|object| {
                    self.has_owner(object).unwrap_or_else(|error| {
                        result = Err(error);
                        false
                    })
                });
                result?;
            }
            self.put(request, objects)
        })?;
        Ok(())
    }

    /// Takes the fields of sensitive areas that come from their species or rules. Areas that were requested as a whole have them.
    pub(super) fn merge_fields(
        &mut self,
        request: &ApiRequest,
        file: File,
        reader: &Reader,
        limits: &Limits,
    ) -> Result<()> {
        let is_complete = |json: &str| {
            let object = JsonObject::parse(json).ok();
            object.is_some_and(|object| SENSITIVE_AREA_UNDATED.split(',').all(|name| object.get(name).is_some()))
        };
        let whole = self.seen.get(&(request.endpoint.to_owned(), kind_of(request.endpoint)));
        read_list(file, limits, |json| {
            if !is_complete(json) {
                return Ok(());
            }
            for object in reader.read(request.endpoint, json) {
                let Object::SensitiveArea(new) = object else { continue };
                if whole.is_some_and(|whole| whole.contains(&new.id)) {
                    continue;
                }
                let stored = self.transaction.object(self.territory, Kind::SensitiveArea, new.id)?;
                if let Some(Object::SensitiveArea(mut area)) = stored {
                    area.name = new.name;
                    area.species = new.species;
                    area.info_url = new.info_url;
                    area.elevation_m = new.elevation_m;
                    area.practices = new.practices;
                    area.season = new.season;
                    area.rules = new.rules;
                    self.transaction.put(self.territory, Object::SensitiveArea(area))?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Whether an object that this object belongs to is in the territory.
    fn has_owner(&self, object: &Object) -> Result<bool> {
        let owners: Vec<(Kind, Id)> = match object {
            Object::HdView(view) => {
                let owners = [(Kind::Trek, view.trek), (Kind::Poi, view.poi), (Kind::Site, view.site)];
                owners.into_iter().filter_map(|(kind, id)| Some((kind, id?))).collect()
            }
            Object::Course(course) => course.sites.iter().map(|id| (Kind::Site, *id)).collect(),
            _ => return Ok(true),
        };
        for (kind, id) in owners {
            if self.transaction.is_published(self.territory, kind, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(&mut self, request: &ApiRequest, objects: Vec<Object>) -> Result<()> {
        for object in objects {
            let kind = object.kind();
            let list = match &object {
                Object::Term(term) => term.vocabulary.clone(),
                _ => request.endpoint.to_owned(),
            };
            if self.seen.entry((list, kind)).or_default().insert(object.id()) {
                *self.summary.objects.entry(kind).or_default() += 1;
            }
            if let Some(object) = self.texts.hold(object) {
                self.transaction.put(self.territory, object)?;
            }
        }
        Ok(())
    }

    pub(super) fn put_texts(&mut self) -> Result<()> {
        for object in self.texts.take() {
            self.transaction.put(self.territory, object)?;
        }
        Ok(())
    }

    /// Deletes objects that are in no list any more. A list that is absent, truncated, failed, or empty for the first time
    /// deletes nothing.
    pub(super) fn delete_absent(&mut self, present: BTreeMap<&'static str, BTreeSet<Id>>, is_full: bool) -> Result<()> {
        for (list, ids) in present {
            let kind = kind_of(list);
            let mut present: HashSet<Id> = ids.into_iter().collect();
            // Objects nested in a list are present, too: the entries below a menu entry, the stages of an itinerary.
            present.extend(self.seen.get(&(list.to_owned(), kind)).into_iter().flatten());
            if kind == Kind::Trek && !is_full {
                // The stages of unchanged itineraries were not requested.
                present.extend(self.transaction.unlisted_stages(self.territory)?);
            }
            if kind == Kind::HdView && !self.territory.portals.is_empty() {
                // The server does not limit this list to portals.
                present = self.seen.get(&(list.to_owned(), kind)).cloned().unwrap_or_default();
            }
            if kind == Kind::Term {
                self.transaction.retain_terms(self.territory, list, &present)?;
                let is_nested = |(name, kind): &&(String, Kind)| *kind == Kind::Term && is_nested_in(name, list);
                let nested: Vec<&(String, Kind)> = self.seen.keys().filter(is_nested).collect();
                for key in nested {
                    self.transaction.retain_terms(self.territory, &key.0, &self.seen[key])?;
                }
            } else if present.is_empty() {
                self.transaction.withdraw_all(self.territory, kind)?;
            } else {
                self.transaction.retain(self.territory, kind, &present)?;
            }
        }
        Ok(())
    }
}

/// Whether the entries of a vocabulary come within those of a list: the types of touristic contents within their categories.
fn is_nested_in(vocabulary: &str, list: &str) -> bool {
    list == "touristiccontent_category" && vocabulary == "touristiccontent_type"
}

/// Adds the texts of a response in one more language to an object. A server repeats a text that has no translation, so a
/// text that is there already is not added.
pub(in crate::sync) fn merge_texts(object: &mut Object, other: &Object) {
    fn add(texts: &mut Localized, other: &Localized) {
        for (language, text) in other.iter() {
            if !texts.iter().any(|(_, known)| known == text) {
                texts.insert(language, text);
            }
        }
    }
    let (record, other) = (object.record_mut(), other.record());
    for index in 0..record.fields().len() {
        match (record.value_mut(index), other.value(index)) {
            (Some(ValueMut::Text(text)), Some(ValueRef::Text(other))) => add(text, other),
            (Some(ValueMut::RichText(text)), Some(ValueRef::RichText(other))) => {
                add(&mut text.html, &other.html);
                add(&mut text.plain, &other.plain);
            }
            _ => {}
        }
    }
}
