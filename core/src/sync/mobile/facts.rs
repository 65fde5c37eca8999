//! What the files of a tree tell of each object together. No file tells it alone: a POI is in the files of several treks and
//! languages.

use std::collections::{BTreeMap, BTreeSet};

use super::files::Key;
use crate::catalogue::MobileFile;
use crate::geotrek::{FileName, Part};
use crate::id::ObjectKey;
use crate::model::{Id, Kind};

/// The facts about an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Languages of its texts.
    pub(super) languages: BTreeSet<String>,
    /// Languages in which it is published by itself; none for a stage that is published with its itinerary only.
    pub(super) published: BTreeSet<String>,
    /// The trek whose folder has its pictures: of several the one with the lowest id, so that addresses do not change from
    /// refresh to refresh.
    pub(super) folder: Option<Id>,
    /// For a stage: its itineraries, with the stages before and after it.
    pub(super) itineraries: BTreeMap<Id, (Option<Id>, Option<Id>)>,
}

/// The facts about every object of a tree.
pub(super) fn collect(files: &BTreeMap<Key, MobileFile>) -> BTreeMap<ObjectKey, Facts> {
    let mut all: BTreeMap<ObjectKey, Facts> = BTreeMap::new();
    for ((language, file), content) in files {
        for (kind, ids) in &content.objects {
            for id in ids {
                let facts = all.entry(ObjectKey::new(*kind, *id)).or_default();
                facts.languages.insert(language.clone());
                if *kind != Kind::Trek || *file == FileName::Treks {
                    facts.published.insert(language.clone());
                }
                if let Some((_, folder)) = file.trek() {
                    facts.folder = Some(facts.folder.map_or(folder, |known| known.min(folder)));
                }
            }
        }
        let FileName::Trek(itinerary, Part::Trek) = *file else { continue };
        let stages = &content.stages;
        for (index, stage) in stages.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| stages.get(index)).copied();
            let after = stages.get(index + 1).copied();
            let facts = all.entry(ObjectKey::new(Kind::Trek, *stage)).or_default();
            facts.itineraries.entry(itinerary).or_insert((before, after));
        }
    }
    // A stage without a file of its own is not an object.
    all.retain(|_, facts| !facts.languages.is_empty());
    all
}

/// The objects of a part of a trek, in any language.
pub(super) fn along(files: &BTreeMap<Key, MobileFile>) -> BTreeMap<(Id, Part), BTreeSet<Id>> {
    let mut along: BTreeMap<(Id, Part), BTreeSet<Id>> = BTreeMap::new();
    for ((_, file), content) in files {
        let (Some((trek, _)), Some(part)) = (file.trek(), file.part()) else { continue };
        let ids = content.objects.get(&part.kind()).into_iter().flatten();
        along.entry((trek, part)).or_default().extend(ids);
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: Kind, ids: &[Id], stages: &[Id]) -> MobileFile {
        let objects = [(kind, ids.iter().copied().collect())].into();
        MobileFile { objects, stages: stages.to_vec(), ..MobileFile::default() }
    }

    #[test]
    fn facts_come_from_all_files_of_an_object() {
        let key = |language: &str, file| (language.to_owned(), file);
        let files: BTreeMap<Key, MobileFile> = [
            (key("fr", FileName::Treks), file(Kind::Trek, &[3, 66], &[])),
            (key("en", FileName::Treks), file(Kind::Trek, &[3], &[])),
            (key("fr", FileName::Trek(66, Part::Trek)), file(Kind::Trek, &[66], &[3, 7, 8])),
            (key("fr", FileName::Stage(66, 7, Part::Trek)), file(Kind::Trek, &[7], &[])),
            (key("fr", FileName::Trek(66, Part::Pois)), file(Kind::Poi, &[1], &[])),
            (key("en", FileName::Trek(3, Part::Pois)), file(Kind::Poi, &[1], &[])),
        ]
        .into();
        let facts = collect(&files);
        let of = |kind, id| &facts[&ObjectKey::new(kind, id)];
        let languages = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(of(Kind::Poi, 1).languages, languages(&["en", "fr"]));
        assert_eq!(of(Kind::Poi, 1).folder, Some(3));
        assert_eq!((of(Kind::Trek, 3).published.clone(), of(Kind::Trek, 3).folder), (languages(&["en", "fr"]), None));
        let stage = of(Kind::Trek, 7);
        assert_eq!((stage.published.len(), stage.folder), (0, Some(66)));
        assert_eq!(stage.itineraries, [(66, (Some(3), Some(8)))].into());
        assert!(!facts.contains_key(&ObjectKey::new(Kind::Trek, 8)), "there is no file of it");
        assert_eq!(along(&files)[&(3, Part::Pois)], [1].into());
    }
}
