//! The R-trees of the layers, node by node, from the nearest box on. Asking SQLite's R-tree for windows means guessing how
//! large one must be, and has it prepare a dozen statements a layer first; its nodes lie in a table whose format is part of
//! SQLite's file format: depth and number of entries (2 bytes each), then number of what is below and west, east, south,
//! north of each (8 and 4 × 4 bytes), big endian. The topmost node has number 1.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::Catalogue;
use super::read::{damaged, standing};
use crate::db::geopackage;
use crate::error::Result;
use crate::model::{Bounds, Geometry, Id, Kind};

const HEADER: usize = 4;
const ENTRY: usize = 24;
const TOPMOST: i64 = 1;
/// A tree of 2 entries a node has this many levels at 2^40 things.
const MAX_LEVELS: u16 = 40;

/// An object that was met.
#[derive(Debug)]
pub(crate) struct Met {
    /// Number of its territory.
    pub(crate) territory: i64,
    pub(crate) kind: Kind,
    pub(crate) id: Id,
    /// Where it comes among those of its kind in the file.
    pub(crate) row: i64,
    pub(crate) geometry: Geometry,
}

impl Catalogue {
    /// Hands the objects of some kinds with a geometry to `each`, by growing distance of their boxes as `metres` tells it,
    /// until that is more than `each` asks for. `accept` is asked first, by territory, kind and number. Of treks only those
    /// that stand on their own.
    pub(crate) fn by_distance(
        &self,
        kinds: &[Kind],
        metres: impl Fn(&Bounds) -> f64,
        accept: impl Fn(i64, Kind, Id) -> bool,
        mut each: impl FnMut(Met) -> f64,
    ) -> Result<()> {
        self.read(|connection| {
            let kinds: Vec<Kind> = kinds.iter().copied().filter(|kind| kind.is_spatial()).collect();
            let mut layers = kinds.iter().map(|kind| Layer::open(connection, *kind)).collect::<Result<Vec<_>>>()?;
            let mut waiting: BinaryHeap<_> =
                (0..layers.len()).map(|layer| Reverse((0, layer, What::Topmost, TOPMOST))).collect();
            let mut limit = f64::INFINITY;
            while let Some(Reverse((bound, layer, what, number))) = waiting.pop() {
                if f64::from_bits(bound) > limit {
                    break;
                }
                let kind = kinds[layer];
                let levels = match what {
                    What::Object => {
                        if let Some(met) = layers[layer].object(kind, number, &accept)? {
                            limit = each(met);
                        }
                        continue;
                    }
                    What::Topmost => None,
                    What::Node(levels) => Some(levels),
                };
                layers[layer].node(kind, number, levels, |bounds, below, number| {
                    let metres = metres(bounds).max(0.0);
                    if metres <= limit {
                        // Numbers from nothing up have the order of their bits.
                        waiting.push(Reverse((metres.to_bits(), layer, below, number)));
                    }
                })?;
            }
            Ok(())
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Object,
    Topmost,
    /// With so many levels of nodes below.
    Node(u16),
}

struct Layer<'c> {
    connection: &'c Connection,
    nodes: CachedStatement<'c>,
    /// Prepared when the first object is met.
    objects: Option<CachedStatement<'c>>,
}

impl<'c> Layer<'c> {
    fn open(connection: &'c Connection, kind: Kind) -> Result<Layer<'c>> {
        let sql = format!("SELECT data FROM rtree_{kind}_geom_node WHERE nodeno = ?1");
        Ok(Layer { connection, nodes: connection.prepare_cached(&sql)?, objects: None })
    }

    /// Hands out the entries of a node.
    fn node(
        &mut self,
        kind: Kind,
        number: i64,
        levels: Option<u16>,
        mut each: impl FnMut(&Bounds, What, i64),
    ) -> Result<()> {
        let mut rows = self.nodes.query([number])?;
        // A layer in which nothing ever was has no node.
        let Some(row) = rows.next()? else { return if levels.is_none() { Ok(()) } else { Err(damaged(kind)) } };
        let blob = row.get_ref(0)?.as_blob().map_err(|_| damaged(kind))?;
        let short = |at: usize| blob.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]));
        let (Some(told), Some(count)) = (short(0), short(2)) else { return Err(damaged(kind)) };
        let levels = levels.unwrap_or(told);
        let entries = blob.get(HEADER..HEADER + usize::from(count) * ENTRY).ok_or_else(|| damaged(kind))?;
        if levels > MAX_LEVELS {
            return Err(damaged(kind));
        }
        let below = if levels == 0 { What::Object } else { What::Node(levels - 1) };
        for entry in entries.chunks_exact(ENTRY) {
            let (number, sides) = entry.split_first_chunk::<8>().ok_or_else(|| damaged(kind))?;
            let mut numbers = [0.0; 4];
            for (number, bytes) in numbers.iter_mut().zip(sides.chunks_exact(4)) {
                *number = f64::from(f32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
            }
            let [west, east, south, north] = numbers;
            each(&Bounds { west, south, east, north }, below, i64::from_be_bytes(*number));
        }
        Ok(())
    }

    fn object(&mut self, kind: Kind, row: i64, accept: impl Fn(i64, Kind, Id) -> bool) -> Result<Option<Met>> {
        let statement = match &mut self.objects {
            Some(statement) => statement,
            none => {
                let sql = format!("SELECT territory, id, geom FROM {kind} WHERE fid = ?1 AND {}", standing(kind));
                none.insert(self.connection.prepare_cached(&sql)?)
            }
        };
        let met = statement.query_row([row], |found| {
            let (territory, id) = (found.get(0)?, found.get(1)?);
            if !accept(territory, kind, id) {
                return Ok(None);
            }
            let geometry = geopackage::decode(found.get_ref(2)?.as_blob().unwrap_or_default());
            Ok(Some(geometry.map(|geometry| Met { territory, kind, id, row, geometry })))
        });
        // A stage that only its itinerary publishes is not met.
        met.optional()?.flatten().map(|met| met.ok_or_else(|| damaged(kind))).transpose()
    }
}
