//! The search for objects of any kind by the words of their texts.

use super::Companion;
use crate::catalogue::{SearchQuery, SearchResults};
use crate::error::Result;

impl Companion {
    /// Finds objects by their words in every language and territory. Accents, capitals, ligatures, hyphens and apostrophes
    /// make no difference. Each word of the text must be in the object, or begin one of its words; the first 32 words count.
    /// `languages` is the order of preference for names. The best match comes first: a name in any language that equals the
    /// text, then a name that begins with it, then a name with all its words, then the other texts. Within each of these, a
    /// summary weighs more than a description, and objects along a trek weigh least. Equal matches are ordered by name, then
    /// id. Touristic events that have ended are left out unless the query asks for them. Takes about a millisecond for 2,000
    /// treks.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub fn search(&self, query: &SearchQuery, languages: &[&str]) -> Result<SearchResults> {
        self.catalogue.search(query, languages, &self.earliest_day())
    }
}
