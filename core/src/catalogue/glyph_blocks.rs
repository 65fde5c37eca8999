//! The blocks of code points in the names of a territory: a map that is drawn without a network needs their glyphs.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Catalogue, Territory};
use crate::error::Result;
use crate::model::Kind;

impl Catalogue {
    /// The blocks of 256 code points that the names of the objects of a territory use, in any language; those of most names
    /// come first. Block `n` has the code points 256·n to 256·n + 255; code points above 65,535 have no glyphs in MapLibre.
    /// Reads every name.
    pub(crate) fn glyph_blocks(&self, territory: &Territory) -> Result<Vec<u8>> {
        let mut counts = [0_u64; 256];
        self.read(|connection| {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.is_spatial()) {
                let sql = format!("SELECT names FROM {kind} WHERE territory = ?1 AND names IS NOT NULL");
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query([territory.key])?;
                while let Some(row) = rows.next()? {
                    let names = row.get_ref(0)?.as_str().unwrap_or_default();
                    let blocks: BTreeSet<u8> =
                        names.chars().filter_map(|char| u8::try_from(u32::from(char) >> 8).ok()).collect();
                    for block in blocks {
                        counts[usize::from(block)] += 1;
                    }
                }
            }
            Ok(())
        })?;
        let mut blocks: Vec<u8> = (0..=u8::MAX).filter(|block| counts[usize::from(*block)] > 0).collect();
        blocks.sort_by_key(|block| Reverse(counts[usize::from(*block)]));
        Ok(blocks)
    }
}
