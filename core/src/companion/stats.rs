//! Practice, difficulty and numbers of a trek, for every list that shows treks.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::Companion;
use crate::catalogue::TrekRow;
use crate::error::Result;
use crate::id::TerritoryId;
use crate::model::{Id, Localized};

/// Practice, difficulty and numbers of a trek.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TrekStats {
    /// Label of the practice.
    pub practice: Option<String>,
    /// Label of the difficulty.
    pub difficulty: Option<String>,
    /// Walking time, hours.
    pub duration_h: Option<f64>,
    /// Length, metres.
    pub length_m: Option<f64>,
    /// Ascent, metres.
    pub ascent_m: Option<f64>,
    /// True if the trek is complete on the device.
    pub offline: bool,
}

/// The labels and states that statistics of treks need.
pub(super) struct TrekLabels {
    practices: HashMap<(TerritoryId, Id), Localized>,
    difficulties: HashMap<(TerritoryId, Id), Localized>,
    offline: BTreeSet<(TerritoryId, Id)>,
}

impl Companion {
    pub(super) fn trek_labels(&self) -> Result<TrekLabels> {
        let practices = self.catalogue.labels("trek_practice")?;
        let difficulties = self.catalogue.labels("trek_difficulty")?;
        Ok(TrekLabels { practices, difficulties, offline: self.catalogue.offline_treks()? })
    }
}

impl TrekLabels {
    /// The statistics of a trek; `find` selects the language of a label.
    pub(super) fn stats(&self, trek: &TrekRow, find: impl Fn(&Localized) -> String) -> TrekStats {
        let label = |labels: &HashMap<(TerritoryId, Id), Localized>, id: Option<Id>| {
            let text = labels.get(&(trek.territory, id?))?;
            Some(find(text)).filter(|text| !text.is_empty())
        };
        TrekStats {
            practice: label(&self.practices, trek.practice),
            difficulty: label(&self.difficulties, trek.difficulty),
            duration_h: trek.duration_h,
            length_m: trek.length_m,
            ascent_m: trek.ascent_m,
            offline: self.offline.contains(&(trek.territory, trek.id)),
        }
    }
}
