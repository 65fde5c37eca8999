//! Texts, and the labels of the entries that objects name, in the languages of whoever asks.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Companion;
use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Id, Localized, Text};

/// The words of one territory, in an order of languages. A vocabulary is read when it is first needed.
#[derive(Debug)]
pub struct Localizer<'c> {
    catalogue: &'c Catalogue,
    territory: i64,
    wanted: Vec<String>,
    labels: RefCell<HashMap<String, Labels>>,
}

/// Of each territory's entries, by number.
type Labels = HashMap<(i64, Id), Localized>;

impl Companion {
    /// The words of a territory in these languages, its default one after them.
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
    /// A text in the first of the languages that has it.
    pub fn text<'t>(&self, text: &'t Localized) -> Option<Text<'t>> {
        text.find(&self.wanted)
    }

    /// The label of an entry of a vocabulary; `city` and `district` name those objects. None where there is none.
    pub fn label(&self, vocabulary: &str, id: Option<Id>) -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        let mut known = self.labels.borrow_mut();
        if !known.contains_key(vocabulary) {
            known.insert(vocabulary.to_owned(), self.catalogue.labels(vocabulary)?);
        }
        let label = known.get(vocabulary).and_then(|labels| labels.get(&(self.territory, id)));
        Ok(label.and_then(|label| self.text(label)).map(|found| found.text.to_owned()))
    }

    /// The labels of several, those left out that have none.
    pub fn labels(&self, vocabulary: &str, ids: &[Id]) -> Result<Vec<String>> {
        let labels = ids.iter().map(|id| self.label(vocabulary, Some(*id)));
        Ok(labels.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
