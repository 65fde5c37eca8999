//! What people choose a trek by, wherever one stands in a list.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::Companion;
use crate::catalogue::TrekRow;
use crate::error::Result;
use crate::model::{Id, Localized};

/// Practice, difficulty and figures of a trek.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TrekStats {
    /// Its practice, in words.
    pub practice: Option<String>,
    /// Its difficulty, in words.
    pub difficulty: Option<String>,
    /// Hours.
    pub duration_h: Option<f64>,
    /// Metres along it.
    pub length_m: Option<f64>,
    /// Metres up.
    pub ascent_m: Option<f64>,
    /// Whether all that belongs to it is on the device.
    pub offline: bool,
}

/// The words of the vocabularies that figures name.
pub(super) struct TrekWords {
    practices: HashMap<(i64, Id), Localized>,
    difficulties: HashMap<(i64, Id), Localized>,
    offline: BTreeSet<(i64, Id)>,
}

impl Companion {
    pub(super) fn trek_words(&self) -> Result<TrekWords> {
        let practices = self.catalogue.labels("trek_practice")?;
        let difficulties = self.catalogue.labels("trek_difficulty")?;
        Ok(TrekWords { practices, difficulties, offline: self.catalogue.offline_treks()? })
    }
}

impl TrekWords {
    /// The statistics of a trek; `find` chooses the language of a label.
    pub(super) fn stats(&self, trek: &TrekRow, find: impl Fn(&Localized) -> String) -> TrekStats {
        let word = |labels: &HashMap<(i64, Id), Localized>, id: Option<Id>| {
            let label = labels.get(&(trek.territory, id?))?;
            Some(find(label)).filter(|label| !label.is_empty())
        };
        TrekStats {
            practice: word(&self.practices, trek.practice),
            difficulty: word(&self.difficulties, trek.difficulty),
            duration_h: trek.duration_h,
            length_m: trek.length_m,
            ascent_m: trek.ascent_m,
            offline: self.offline.contains(&(trek.territory, trek.id)),
        }
    }
}
