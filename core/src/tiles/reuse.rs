//! Tiles of a cut that other archives on the device have: they were cut out of the same version of the remote archive before.
//! Their bytes are copied and not fetched. Each archive stays one file with all of its tiles, because MapLibre opens one
//! file for each map, and because a pack can be removed without looking at the others; the price is the space of the copies.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::archive::TileArchive;
use super::coord::TileCoord;
use super::plan::{Content, CutPlan};
use super::ranges::{find, ranges_of};
use crate::error::{Error, Result};
use crate::storage::FileSystem;
use crate::transfer::ByteRange;

/// Maximum number of tiles of a run that are looked for in other archives: all of them have the same bytes.
const MAX_LOOKUPS: u32 = 64;

/// A tile in another archive.
#[derive(Debug, Clone, Copy)]
struct Source {
    archive: usize,
    tile_id: u64,
}

impl CutPlan {
    /// Takes tiles out of archives that were cut out of the same version of the remote archive, so that they are not fetched.
    /// With `copy`, their bytes are written into this file, which [`write`](Self::write) needs after the files of the
    /// ranges; without it only the estimate and the ranges change. Ranges do not extend over a tile that is taken: a request
    /// has new tiles only, and gaps.
    ///
    /// Damaged archives are left out. Takes about 1 µs per tile and archive.
    ///
    /// # Errors
    /// Those of the file system for the copy.
    pub(crate) fn reuse(&mut self, archives: &[TileArchive], copy: Option<(&Path, &dyn FileSystem)>) -> Result<()> {
        let mut sources = self.sources(archives);
        let mut output = match copy {
            Some((path, file_system)) => Some(BufWriter::new(file_system.open(path, 0)?)),
            None => None,
        };
        let mut offsets = vec![None; self.contents.len()];
        let mut shared_bytes = 0;
        for ((source, content), shared) in sources.iter_mut().zip(&self.contents).zip(&mut offsets) {
            let Some(found) = *source else { continue };
            if let Some(output) = &mut output {
                match read(archives, found).filter(|bytes| bytes.len() == content.len as usize) {
                    Some(bytes) => output.write_all(&bytes)?,
                    None => {
                        *source = None;
                        continue;
                    }
                }
            }
            *shared = Some(shared_bytes);
            shared_bytes += u64::from(content.len);
        }
        if let Some(output) = output {
            output.into_inner().map_err(|error| error.into_error())?.flush()?;
        }
        if shared_bytes > 0 {
            self.take_shared(&offsets, shared_bytes)?;
        }
        Ok(())
    }

    /// The archive and the tile of each content, if there is one of the same length.
    fn sources(&self, archives: &[TileArchive]) -> Vec<Option<Source>> {
        let mut sources: Vec<Option<Source>> = vec![None; self.contents.len()];
        for run in &self.runs {
            let index = run.content as usize;
            let (Some(source), Some(content)) = (sources.get_mut(index), self.contents.get(index)) else { continue };
            let ids = run.tile_id..run.tile_id + u64::from(run.run_length.min(MAX_LOOKUPS));
            let find = |tile_id: u64| {
                let has_tile = |archive: &TileArchive| archive.tile_len(tile_id) == Ok(Some(content.len));
                archives.iter().position(has_tile).map(|archive| Source { archive, tile_id })
            };
            *source = source.or_else(|| ids.into_iter().find_map(find));
        }
        sources
    }

    /// Plans the ranges anew, without the contents that have an offset in the file of shared tiles.
    fn take_shared(&mut self, offsets: &[Option<u64>], shared_bytes: u64) -> Result<()> {
        let lost = || Error::internal("a tile is in no range");
        let mut parts: Vec<(ByteRange, bool)> = Vec::with_capacity(self.contents.len());
        for (content, shared) in self.contents.iter().zip(offsets) {
            let range = self.ranges.get(content.range as usize).ok_or_else(lost)?;
            parts.push((ByteRange::new(range.start + content.offset, u64::from(content.len)), shared.is_some()));
        }
        let ranges = ranges_of(&parts, self.received);
        let mut contents = Vec::with_capacity(parts.len());
        for ((part, _), shared) in parts.iter().zip(offsets) {
            let (range, offset) = match shared {
                Some(offset) => (ranges.len(), *offset),
                None => {
                    let range = find(&ranges, part).ok_or_else(lost)?;
                    (range, part.start - ranges.get(range).ok_or_else(lost)?.start)
                }
            };
            contents.push(Content { len: part.len() as u32, range: range as u32, offset });
        }
        self.estimate.shared_tiles = offsets.iter().flatten().count() as u64;
        (self.contents, self.ranges, self.shared_bytes) = (contents, ranges, shared_bytes);
        self.count_requests();
        Ok(())
    }
}

fn read(archives: &[TileArchive], source: Source) -> Option<Vec<u8>> {
    let tile = TileCoord::from_id(source.tile_id)?;
    archives.get(source.archive)?.tile(tile.z(), tile.x(), tile.y()).ok().flatten().map(|tile| tile.bytes)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::super::area::MapArea;
    use super::super::cut::{CutPlanner, CutRequest};
    use super::super::test_archive::{Layout, Tiles, build, fetch, tiles};
    use super::*;
    use crate::model::Position;
    use crate::storage::StdFileSystem;

    fn source() -> Tiles {
        let center = TileCoord::containing(6.2, 44.8, 12);
        tiles(12, center.x() - 12..center.x() + 12, center.y() - 8..center.y() + 8)
    }

    fn cut_plan(archive: &[u8], line: &[(f64, f64)]) -> CutPlan {
        let line = line.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect();
        let area = MapArea::Corridor { lines: vec![line], distance_m: 2_000.0 };
        let request = CutRequest { area, min_zoom: 4, max_zoom: None, max_bytes: None };
        let mut planner = CutPlanner::with_head_bytes(request, 16_384).unwrap();
        while let Some(range) = planner.next_ranges().first().copied() {
            planner.supply(range, fetch(archive, range)).unwrap();
        }
        planner.into_plan().unwrap()
    }

    /// Writes a plan, with the file of shared tiles if it has some.
    fn write(archive: &[u8], plan: &CutPlan, shared: Option<&Path>, path: &Path) -> TileArchive {
        let mut files: Vec<PathBuf> = Vec::new();
        for (index, range) in plan.ranges().iter().enumerate() {
            files.push(path.with_extension(index.to_string()));
            std::fs::write(&files[index], fetch(archive, *range)).unwrap();
        }
        files.extend(shared.map(Path::to_owned));
        plan.write(&files, path, &StdFileSystem).unwrap();
        TileArchive::open(path).unwrap()
    }

    fn lines() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((5.6..6.8_f64, 44.5..45.1_f64), 2..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn cut_with_shared_tiles_equals_one_that_fetches_all(first in lines(), second in lines(), gap in 0..40_usize) {
            let archive = build(&source(), Layout { gap, ..Layout::default() });
            let folder = tempfile::tempdir().unwrap();
            let [old, new_path, alone, shared] = ["old", "new", "alone", "shared"].map(|name| folder.path().join(name));
            let old = write(&archive, &cut_plan(&archive, &first), None, &old);
            let whole = cut_plan(&archive, &second);
            let alone_archive = write(&archive, &whole, None, &alone);
            let mut plan = cut_plan(&archive, &second);
            let mut estimated = cut_plan(&archive, &second);
            estimated.reuse(std::slice::from_ref(&old), None).unwrap();
            plan.reuse(std::slice::from_ref(&old), Some((&shared, &StdFileSystem))).unwrap();
            prop_assert_eq!(&estimated, &plan);
            let shared_tiles = plan.estimate().shared_tiles;
            prop_assert!(shared_tiles > 0, "tiles of the first levels are in both");
            write(&archive, &plan, Some(&shared), &new_path);
            prop_assert_eq!(std::fs::read(&new_path).unwrap(), std::fs::read(&alone).unwrap());
            // No range but the first, which was received before the plan, has bytes of a wanted tile that the old map has.
            for (id, tile) in source() {
                let coord = TileCoord::from_id(id).unwrap();
                let has_tile =
                    |archive: &TileArchive| archive.tile(coord.z(), coord.x(), coord.y()).unwrap().is_some();
                if has_tile(&old) && has_tile(&alone_archive) && tile != b"sea" {
                    let is_fetched = plan.ranges().iter().filter(|range| range.start > 0).any(|range| {
                        fetch(&archive, *range).windows(tile.len()).any(|bytes| bytes == tile)
                    });
                    prop_assert!(!is_fetched, "{:?}", coord);
                }
            }
            let mut again = cut_plan(&archive, &second);
            again.reuse(&[TileArchive::open(&new_path).unwrap()], None).unwrap();
            let requests = again.ranges().len();
            prop_assert_eq!((requests, again.estimate().shared_tiles), (0, whole.estimate().unique_tiles));
        }
    }
}
