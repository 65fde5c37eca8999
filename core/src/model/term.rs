use std::collections::BTreeMap;

use super::fields::records;
use super::{Id, Localized};

records! {
    /// One entry of a vocabulary: a practice, a theme, a difficulty.
    pub struct Term in "term" {
        /// Name of the vocabulary on the server (`trek_practice`).
        vocabulary: String => column;
        /// Identifier on the server; unique within one territory and vocabulary.
        id: Id;
        /// Label to show.
        label: Localized => name;
        /// Address of the pictogram.
        pictogram: Option<String> => pictogram, column;
        /// Rank in the vocabulary, if the office orders it.
        order: Option<i64> => integer;
        /// The other members of the entry (`scale`, `color`, `website`, …), as the server wrote them.
        properties: BTreeMap<String, serde_json::Value>;
    }
}
