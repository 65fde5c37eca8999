//! Applies the files of a mobile tree to the catalogue in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;

use url::Url;

use super::facts::{self, Facts};
use super::files::{Key, Received, Scope};
use super::finish::{add_texts, complete, retain_languages};
use super::planner::MobilePlanner;
use crate::catalogue::{MobileFile, MobileFiles, MobileTreeState, Territory, WriteTransaction};
use crate::error::{Error, Result};
use crate::geotrek::{FileName, Limits, MobileReader, Part, media_address, server_address};
use crate::id::ObjectKey;
use crate::model::{Id, Kind, Object};
use crate::ordered;
use crate::sync::apply::{RefreshSummary, merge_texts};
use crate::sync::job::Job;
use crate::sync::pack_contents::distances_from_trek;
use crate::sync::refresh_job::RefreshJob;

/// The kinds of the objects in the files of treks and pages, with the names of their lists.
const KINDS: [(Kind, &str); 8] = [
    (Kind::Trek, "trek"),
    (Kind::Poi, "poi"),
    (Kind::TouristicContent, "touristiccontent"),
    (Kind::TouristicEvent, "touristicevent"),
    (Kind::SensitiveArea, "sensitivearea"),
    (Kind::InformationDesk, "informationdesk"),
    (Kind::MenuItem, "menu_item"),
    (Kind::FlatPage, "flatpage"),
];

/// Writes the result of a refresh from a mobile tree.
pub(in crate::sync) fn write(job: &RefreshJob, planner: &MobilePlanner) -> Result<RefreshSummary> {
    if !planner.is_complete() {
        return Err(Error::invalid("refresh", "must have completed every transfer before it is applied"));
    }
    let is_full = planner.files.scope != Scope::Changes;
    let mut territory = planner.territory.clone();
    territory.languages.clone_from(&planner.files.languages);
    if !territory.languages.contains(&territory.default_language) {
        territory.default_language = territory.languages.first().cloned().unwrap_or_default();
    }
    territory.server_ms = planner.server_ms;
    let mut summary = RefreshSummary {
        territory: territory.name.clone(),
        is_full,
        requests: job.done,
        bytes: job.progress().bytes,
        ..RefreshSummary::default()
    };
    let catalogue = &job.context.catalogue;
    let mut had = BTreeSet::new();
    for (kind, _) in KINDS {
        if catalogue.count(&territory, kind)? > 0 {
            had.insert(kind);
        }
    }
    let at_ms = job.context.clock.now_ms();
    let files = planner.files.all();
    catalogue.write(|transaction| {
        if territory.refreshed_ms.is_some() {
            transaction.record_changes(at_ms);
        }
        let media = media_address(&planner.tree, planner.layout);
        let server =
            server_address(&territory.url).map_or_else(|| Some(planner.tree.clone()), |url| Url::parse(url).ok());
        let (facts, before) = (facts::collect(&files), facts::collect(&planner.files.known));
        let mut application = Application {
            reader: MobileReader::new(server, media.clone(), Limits::default()),
            transaction,
            planner,
            territory: &territory,
            media,
            files: &files,
            facts,
            seen: BTreeSet::new(),
            summary: &mut summary,
        };
        application.put_settings()?;
        application.put_files()?;
        application.update_others(&before)?;
        let empty = application.delete_absent(&had)?;
        application.set_route_items()?;
        application.count_problems();
        let state = MobileTreeState { layout: Some(planner.layout), empty };
        transaction.set_mobile_tree(territory.key, &state)?;
        transaction.set_mobile_files(&territory, &by_path(files))?;
        summary.set_changes(transaction);
        transaction.record_refresh(&territory, at_ms, is_full)?;
        transaction.end_job(job.record.job)
    })?;
    Ok(summary)
}

fn by_path(files: BTreeMap<Key, MobileFile>) -> MobileFiles {
    ordered::map(files.into_iter().map(|((language, file), content)| ((language, file.to_string()), content)))
}

/// A tree that is being applied.
struct Application<'c, 'a> {
    transaction: &'c mut WriteTransaction<'a>,
    planner: &'c MobilePlanner,
    territory: &'c Territory,
    reader: MobileReader,
    /// The address below which the pictures are.
    media: Url,
    /// The files after this refresh.
    files: &'c BTreeMap<Key, MobileFile>,
    facts: BTreeMap<ObjectKey, Facts>,
    /// The objects that were written.
    seen: BTreeSet<ObjectKey>,
    summary: &'c mut RefreshSummary,
}

/// An object in several languages, by its kind, vocabulary and id.
type Merged = BTreeMap<(Kind, String, Id), (Object, BTreeSet<String>)>;

impl Application<'_, '_> {
    /// Reads the received languages of a file, and merges their objects.
    fn read(&mut self, file: &FileName) -> Result<Merged> {
        let mut merged = Merged::new();
        for language in &self.planner.files.languages {
            let key = (language.clone(), *file);
            if !self.planner.files.is_new(&key) {
                continue;
            }
            self.reader.set_language(language);
            let body = File::open(self.planner.target(&key))?;
            let objects = match file {
                FileName::Settings => self.reader.settings(body)?,
                FileName::Treks => self.reader.list(body)?,
                FileName::Pages => Vec::new(),
                FileName::Page(_) => self.reader.page(body)?,
                FileName::Trek(_, part) | FileName::Stage(_, _, part) => self.reader.part(*part, body)?,
            };
            for object in objects {
                let vocabulary = match &object {
                    Object::Term(term) => term.vocabulary.clone(),
                    _ => String::new(),
                };
                match merged.get_mut(&(object.kind(), vocabulary.clone(), object.id())) {
                    Some((known, languages)) => {
                        merge_texts(known, &object);
                        languages.insert(language.clone());
                    }
                    None => {
                        let id = (object.kind(), vocabulary, object.id());
                        merged.insert(id, (object, [language.clone()].into()));
                    }
                }
            }
        }
        Ok(merged)
    }

    fn put(&mut self, object: Object) -> Result<()> {
        let key = ObjectKey::new(object.kind(), object.id());
        if object.kind() == Kind::Term || self.seen.insert(key) {
            *self.summary.objects.entry(object.kind()).or_default() += 1;
        }
        self.transaction.put(self.territory, object)
    }

    /// Writes vocabularies, municipalities and districts, and deletes those that the settings no longer have. An empty list
    /// deletes nothing.
    fn put_settings(&mut self) -> Result<()> {
        let mut present: BTreeMap<(Kind, String), HashSet<Id>> = BTreeMap::new();
        for ((kind, vocabulary, id), (object, _)) in self.read(&FileName::Settings)? {
            present.entry((kind, vocabulary)).or_default().insert(id);
            self.put(object)?;
        }
        for ((kind, vocabulary), ids) in present {
            if kind == Kind::Term {
                self.transaction.retain_terms(self.territory, &vocabulary, &ids)?;
            } else {
                self.transaction.retain(self.territory, kind, &ids)?;
            }
        }
        Ok(())
    }

    /// Writes the objects of the other files.
    fn put_files(&mut self) -> Result<()> {
        let names: BTreeSet<FileName> = ordered::set(self.files.keys().map(|(_, file)| *file));
        for file in names.into_iter().filter(|file| *file != FileName::Settings) {
            for (_, (mut object, languages)) in self.read(&file)? {
                let key = ObjectKey::new(object.kind(), object.id());
                let Some(facts) = self.facts.get(&key) else { continue };
                // Of a trek with a file of its own the list has only a part.
                if file == FileName::Treks && facts.folder.is_some() {
                    continue;
                }
                complete(&mut object, facts, &self.media);
                let others = ordered::set(facts.languages.difference(&languages).cloned());
                if !others.is_empty()
                    && let Some(stored) = self.transaction.object(self.territory, key.kind, key.id)?
                {
                    add_texts(&mut object, &stored, &others);
                }
                self.put(object)?;
            }
        }
        Ok(())
    }

    /// Updates the objects of unchanged files of which other files now tell something else.
    fn update_others(&mut self, before: &BTreeMap<ObjectKey, Facts>) -> Result<()> {
        let has_changed = |(key, facts): &(&ObjectKey, &Facts)| {
            !self.seen.contains(key) && before.get(key).is_some_and(|before| before != *facts)
        };
        let changed: Vec<ObjectKey> = self.facts.iter().filter(has_changed).map(|(key, _)| *key).collect();
        for key in changed {
            let facts = &self.facts[&key];
            let Some(mut object) = self.transaction.object(self.territory, key.kind, key.id)? else { continue };
            complete(&mut object, facts, &self.media);
            retain_languages(&mut object, &facts.languages);
            self.transaction.put(self.territory, object)?;
        }
        Ok(())
    }

    /// Withdraws the objects that are in no file any more. Of a kind without any object, only if that was so at the last look,
    /// too; returns the kinds to look at again.
    fn delete_absent(&mut self, had: &BTreeSet<Kind>) -> Result<BTreeSet<Kind>> {
        let mut empty = BTreeSet::new();
        let is_empty_tree = !self.facts.keys().any(|key| key.kind == Kind::Trek);
        for (kind, list) in KINDS {
            let ids = self.facts.keys().filter(|key| key.kind == kind).map(|key| key.id);
            let present: HashSet<Id> = ids.collect();
            let was_empty = self.planner.state.empty.contains(&kind);
            if !present.is_empty() {
                self.transaction.retain(self.territory, kind, &present)?;
            } else if !had.contains(&kind) {
                continue;
            } else if self.summary.is_full || kind == Kind::Trek || is_empty_tree {
                if was_empty {
                    self.transaction.withdraw_all(self.territory, kind)?;
                } else {
                    empty.insert(kind);
                    self.summary.empty_lists.push(list.to_owned());
                }
            } else if was_empty {
                empty.insert(kind);
            }
        }
        Ok(empty)
    }

    /// Stores which objects are along each trek: the tree lists them.
    fn set_route_items(&mut self) -> Result<()> {
        let new = self.files.keys().filter(|key| self.planner.files.is_new(key));
        let treks: BTreeSet<Id> = ordered::set(new.filter_map(|(_, file)| Some(file.trek()?.0)));
        let along = facts::along(self.files);
        for trek in treks {
            self.transaction.mark_reported(self.territory, trek)?;
            for part in Part::ALL.into_iter().filter(|part| *part != Part::Trek) {
                let kind = part.kind();
                let mut ids = along.get(&(trek, part)).cloned().unwrap_or_default();
                // Withdrawn objects stay along the trek.
                for id in self.transaction.route_item_ids(self.territory, trek, kind)? {
                    if !self.transaction.is_published(self.territory, kind, id)? {
                        ids.insert(id);
                    }
                }
                let distances = distances_from_trek(self.transaction, self.territory, trek, kind, &ids)?;
                self.transaction.set_route_items(self.territory, trek, kind, &distances, false)?;
            }
        }
        Ok(())
    }

    fn count_problems(&mut self) {
        for (list, field, problem, count) in self.reader.problems().iter() {
            let field = if field.is_empty() { String::new() } else { format!(".{field}") };
            *self.summary.problems.entry(format!("{list}{field}: {problem}")).or_default() += count;
        }
        let (mut failed, mut present) = (BTreeSet::new(), BTreeSet::new());
        let mut requested = BTreeSet::new();
        for (key, received) in &self.planner.files.received {
            let list = key.1.part().map_or("flatpage", Part::list);
            if key.1.part().is_some() {
                requested.insert(list);
            }
            match received {
                Received::Failed => failed.insert(list),
                // The first time it is missing, its objects stay.
                Received::Missing if self.files.get(key).is_some_and(|file| !file.objects.is_empty()) => {
                    failed.insert(list)
                }
                Received::Missing => false,
                Received::File(_) | Received::Unchanged => present.insert(list),
            };
        }
        let absent = requested.difference(&present).filter(|list| !failed.contains(*list));
        self.summary.absent_lists = absent.map(|list| (*list).to_owned()).collect();
        self.summary.failed_lists = failed.into_iter().map(str::to_owned).collect();
    }
}
