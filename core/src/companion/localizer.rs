//! Texts and labels of vocabularies in the preferred languages.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Companion;
use crate::catalogue::{Catalogue, Territory};
use crate::error::Result;
use crate::id::TerritoryId;
use crate::model::{Id, Localized, Object, Text};

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

    /// The name of an object and its language. An object without a name, such as a service, is called by the label of its
    /// type. Both are empty if there is neither.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub fn object_name(&self, object: &Object) -> Result<(String, String)> {
        let owned = |text: Text<'_>| (text.text.to_owned(), text.lang.to_owned());
        let own = object.name().and_then(|name| self.text(name));
        if let Some(found) = own.or_else(|| self.text(object.type_label()?)) {
            return Ok(owned(found));
        }
        let Some((vocabulary, id)) = object.object_type() else { return Ok(Default::default()) };
        self.with_label(vocabulary, id, |label| label.and_then(|label| self.text(label)).map(owned).unwrap_or_default())
    }

    /// The label of an entry of a vocabulary; for `city` and `district` the name of the object. `None` if it has none.
    pub fn label(&self, vocabulary: &str, id: Option<Id>) -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        self.with_label(vocabulary, id, |label| Some(self.text(label?)?.text.to_owned()))
    }

    fn with_label<T>(&self, vocabulary: &str, id: Id, read: impl FnOnce(Option<&Localized>) -> T) -> Result<T> {
        let mut known = self.labels.borrow_mut();
        if !known.contains_key(vocabulary) {
            known.insert(vocabulary.to_owned(), self.catalogue.labels(vocabulary)?);
        }
        Ok(read(known.get(vocabulary).and_then(|labels| labels.get(&(self.territory, id)))))
    }

    /// The labels of several entries; entries without a label are left out.
    pub fn labels(&self, vocabulary: &str, ids: &[Id]) -> Result<Vec<String>> {
        let labels = ids.iter().map(|id| self.label(vocabulary, Some(*id)));
        Ok(labels.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
