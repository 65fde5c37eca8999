//! The files of a tree during a refresh: those that were applied before, and those that were requested now.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{MobileFile, MobileFiles};
use crate::geotrek::{FileName, Part};
use crate::model::{Id, Kind};
use crate::transfer::Validators;

/// A file in one language.
pub(super) type Key = (String, FileName);

/// The files that a refresh requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of them, whether or not they have changed.
    Everything,
    /// All of them that have changed.
    Check,
    /// Settings and lists, and the files of treks whose entry has changed or that belong to a pack.
    Changes,
}

impl Scope {
    /// Subject of the job in the catalogue.
    pub(super) const fn subject(self) -> &'static str {
        match self {
            Scope::Everything => "full",
            Scope::Check => "check",
            Scope::Changes => "changes",
        }
    }
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Received {
    /// The file, as it is to be stored.
    File(MobileFile),
    /// It is the one that was applied.
    Unchanged,
    /// The server does not have it.
    Missing,
    /// The server could not send it.
    Failed,
}

/// The files of a tree.
#[derive(Debug)]
pub(super) struct TreeFiles {
    pub(super) scope: Scope,
    /// The files that were applied before.
    pub(super) known: BTreeMap<Key, MobileFile>,
    pub(super) received: BTreeMap<Key, Received>,
    /// The treks of packs.
    packed: BTreeSet<Id>,
    /// The languages of the tree.
    pub(super) languages: Vec<String>,
}

/// The stored files by their names. One with an unknown name was written by another version, and is requested again.
pub(super) fn parse(files: MobileFiles) -> BTreeMap<Key, MobileFile> {
    let parsed = files.into_iter().filter_map(|((language, path), file)| Some(((language, path.parse().ok()?), file)));
    crate::ordered::map(parsed)
}

impl TreeFiles {
    pub(super) fn new(scope: Scope, known: BTreeMap<Key, MobileFile>, packed: BTreeSet<Id>) -> TreeFiles {
        TreeFiles { scope, known, received: BTreeMap::new(), packed, languages: Vec::new() }
    }

    /// The validators for the request of a file.
    pub(super) fn validators(&self, key: &Key) -> Validators {
        let known = self.known.get(key).filter(|known| self.scope != Scope::Everything && !known.is_missing);
        known.map(|known| known.validators.clone()).unwrap_or_default()
    }

    /// The file as it is to be stored after this refresh; `None` if nothing is known of it.
    pub(super) fn file(&self, key: &Key) -> Option<MobileFile> {
        let known = self.known.get(key);
        match self.received.get(key) {
            Some(Received::File(file)) => Some(file.clone()),
            Some(Received::Missing) => match known {
                // A server that is publishing a new tree may lack a file for a moment.
                Some(known) if !known.is_missing => Some(MobileFile { is_missing: true, ..known.clone() }),
                _ => Some(MobileFile { is_missing: true, ..MobileFile::default() }),
            },
            Some(Received::Unchanged | Received::Failed) | None => known.cloned(),
        }
    }

    /// Whether a file is to be read.
    pub(super) fn is_new(&self, key: &Key) -> bool {
        matches!(self.received.get(key), Some(Received::File(_)))
    }

    /// The listed treks, each with the languages in which it is listed.
    pub(super) fn listed(&self) -> BTreeMap<Id, Vec<&str>> {
        let mut listed: BTreeMap<Id, Vec<&str>> = BTreeMap::new();
        for language in &self.languages {
            let list = self.file(&(language.clone(), FileName::Treks)).unwrap_or_default();
            for id in list.entries.into_keys() {
                listed.entry(id).or_default().push(language);
            }
        }
        listed
    }

    /// The files of the listed treks and pages.
    pub(super) fn details(&self) -> Vec<Key> {
        let mut files = Vec::new();
        for (id, languages) in self.listed() {
            for language in languages {
                files.extend(Part::ALL.map(|part| (language.to_owned(), FileName::Trek(id, part))));
            }
        }
        for language in &self.languages {
            let pages = self.file(&(language.clone(), FileName::Pages)).unwrap_or_default();
            let pages = pages.objects.get(&Kind::MenuItem).into_iter().flatten();
            files.extend(pages.map(|id| (language.clone(), FileName::Page(*id))));
        }
        files
    }

    /// The files of the stages that are published with their itinerary only.
    pub(super) fn stages(&self) -> Vec<Key> {
        let listed = self.listed();
        let mut files = Vec::new();
        for (itinerary, languages) in &listed {
            for language in languages {
                let itinerary_file = self.file(&((*language).to_owned(), FileName::Trek(*itinerary, Part::Trek)));
                for stage in itinerary_file.unwrap_or_default().stages {
                    if !listed.contains_key(&stage) {
                        let file = |part| ((*language).to_owned(), FileName::Stage(*itinerary, stage, part));
                        files.extend(Part::ALL.map(file));
                    }
                }
            }
        }
        files
    }

    /// Whether a refresh of this scope requests a file of a trek or a page.
    pub(super) fn is_due(&self, (language, file): &Key) -> bool {
        if self.scope != Scope::Changes || !self.known.contains_key(&(language.clone(), *file)) {
            return true;
        }
        let Some((trek, folder)) = file.trek() else {
            // Pages are few, but their list has only their titles.
            return self.is_new(&(language.clone(), FileName::Pages));
        };
        self.packed.contains(&trek) || self.packed.contains(&folder) || self.has_new_entry(folder)
    }

    /// Whether the entry of a trek has changed in any list.
    fn has_new_entry(&self, trek: Id) -> bool {
        self.languages.iter().any(|language| {
            let key = (language.clone(), FileName::Treks);
            let known = self.known.get(&key);
            let current = match self.received.get(&key) {
                Some(Received::File(file)) => Some(file),
                _ => known,
            };
            known.and_then(|known| known.entries.get(&trek)) != current.and_then(|current| current.entries.get(&trek))
        })
    }

    /// The unchanged files that have a changed one in another language. An object is read from all of its languages.
    pub(super) fn complements(&self) -> Vec<Key> {
        let mut new: BTreeSet<FileName> = BTreeSet::new();
        new.extend(self.received.iter().filter(|(key, _)| self.is_new(key)).map(|((_, file), _)| *file));
        let unchanged = self.received.iter().filter(|(_, received)| **received == Received::Unchanged);
        unchanged.map(|(key, _)| key.clone()).filter(|(_, file)| new.contains(file)).collect()
    }

    /// Every file of the tree as it is to be stored after this refresh.
    pub(super) fn all(&self) -> BTreeMap<Key, MobileFile> {
        let mut keys: Vec<Key> = Vec::new();
        for language in &self.languages {
            let general = [FileName::Settings, FileName::Treks, FileName::Pages];
            keys.extend(general.map(|file| (language.clone(), file)));
        }
        keys.extend(self.details());
        keys.extend(self.stages());
        crate::ordered::map(keys.into_iter().filter_map(|key| Some((key.clone(), self.file(&key)?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(language: &str, file: FileName) -> Key {
        (language.to_owned(), file)
    }

    fn list(entries: &[(Id, &str)]) -> MobileFile {
        let entries = entries.iter().map(|(id, hash)| (*id, (*hash).to_owned())).collect();
        MobileFile { entries, ..MobileFile::default() }
    }

    fn files(scope: Scope) -> TreeFiles {
        let itinerary = MobileFile { stages: vec![7, 2], ..MobileFile::default() };
        let known = [
            (key("fr", FileName::Treks), list(&[(1, "a"), (2, "b")])),
            (key("fr", FileName::Trek(1, Part::Trek)), itinerary),
            (key("fr", FileName::Trek(2, Part::Trek)), MobileFile::default()),
        ];
        let mut files = TreeFiles::new(scope, known.into_iter().collect(), BTreeSet::new());
        files.languages = vec!["fr".to_owned()];
        files
    }

    #[test]
    fn changes_are_the_treks_with_new_entries_and_those_of_packs() {
        let mut files = files(Scope::Changes);
        let is_due = |files: &TreeFiles, id| files.is_due(&key("fr", FileName::Trek(id, Part::Trek)));
        assert!(!is_due(&files, 1) && !is_due(&files, 2) && is_due(&files, 3), "3 was never read");
        files.received.insert(key("fr", FileName::Treks), Received::File(list(&[(1, "a"), (2, "c")])));
        assert!(!is_due(&files, 1) && is_due(&files, 2));
        files.packed.insert(1);
        assert!(is_due(&files, 1));
        files.scope = Scope::Check;
        assert!(is_due(&files, 1));
    }

    #[test]
    fn stages_that_are_not_listed_lie_in_the_folder_of_their_itinerary() {
        let files = files(Scope::Changes);
        let stages: BTreeSet<FileName> = files.stages().into_iter().map(|(_, file)| file).collect();
        assert_eq!(stages, Part::ALL.map(|part| FileName::Stage(1, 7, part)).into());
    }

    #[test]
    fn missing_file_keeps_its_objects_once() {
        let mut files = files(Scope::Check);
        let itinerary = key("fr", FileName::Trek(1, Part::Trek));
        files.received.insert(itinerary.clone(), Received::Missing);
        let once = files.file(&itinerary).unwrap();
        assert_eq!((once.is_missing, once.stages.as_slice()), (true, [7, 2].as_slice()));
        files.known.insert(itinerary.clone(), once);
        assert_eq!(files.file(&itinerary).unwrap(), MobileFile { is_missing: true, ..MobileFile::default() });
    }

    #[test]
    fn unchanged_file_is_read_again_if_another_language_changed() {
        let mut files = files(Scope::Check);
        let file = FileName::Trek(1, Part::Pois);
        files.received.insert(key("en", file), Received::Unchanged);
        assert_eq!(files.complements(), []);
        files.received.insert(key("fr", file), Received::File(MobileFile::default()));
        assert_eq!(files.complements(), [key("en", file)]);
    }
}
