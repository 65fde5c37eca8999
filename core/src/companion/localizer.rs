//! Texts and labels of vocabularies in the preferred languages.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Companion;
use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::id::TerritoryId;
use crate::model::{Id, Localized, Text};

/// Selects the language of texts and labels of one territory. A vocabulary is read when it is first needed.
#[derive(Debug)]
pub struct Localizer<'c> {
    catalogue: &'c Catalogue,
    territory: TerritoryId,
    wanted: Vec<String>,
    labels: RefCell<HashMap<String, Labels>>,
}

/// Labels by territory and id.
type Labels = HashMap<(TerritoryId, Id), Localized>;

impl Companion {
    /// A localizer for a territory: `languages` in the order of preference, then the default language of the territory.
    pub fn localizer<'c>(&'c self, territory: &Territory, languages: &[&str]) -> Localizer<'c> {
        let wanted = languages.iter().copied().chain([territory.default_language.as_str()]);
        Localizer {
            catalogue: &self.catalogue,
            territory: territory.key,
            wanted: wanted.map(str::to_owned).collect(),
            labels: RefCell::default(),
        }
    }
}

impl Localizer<'_> {
    /// The text in the first language that has it; any language if none of them has it.
    pub fn text<'t>(&self, text: &'t Localized) -> Option<Text<'t>> {
        text.find(&self.wanted)
    }

    /// The label of an entry of a vocabulary; for `city` and `district` the name of the object. `None` if it has none.
    pub fn label(&self, vocabulary: &str, id: Option<Id>) -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        let mut known = self.labels.borrow_mut();
        if !known.contains_key(vocabulary) {
            known.insert(vocabulary.to_owned(), self.catalogue.labels(vocabulary)?);
        }
        let label = known.get(vocabulary).and_then(|labels| labels.get(&(self.territory, id)));
        Ok(label.and_then(|label| self.text(label)).map(|found| found.text.to_owned()))
    }

    /// The labels of several entries; entries without a label are left out.
    pub fn labels(&self, vocabulary: &str, ids: &[Id]) -> Result<Vec<String>> {
        let labels = ids.iter().map(|id| self.label(vocabulary, Some(*id)));
        Ok(labels.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
