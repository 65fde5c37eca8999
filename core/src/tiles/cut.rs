//! Plans a cut: says which bytes of a remote PMTiles archive are needed next, and takes them. A pure state machine without
//! sockets and disk. First the head of the archive (header, root directory), then the leaf directories that describe the
//! wanted tiles; then all tiles and their lengths are known before one of them is fetched.
//!
//! A planner need not be stored: a new one with the same request, given the same bytes again in any order, has the same
//! plan. All bytes must be of one version of the archive (`If-Match` or `If-Range` with the first response's `ETag`).

use serde::{Deserialize, Serialize};

use super::area::MapArea;
use super::cover::TileCover;
use super::directory::{self, Entry};
use super::header::{Compression, Header, Section};
use super::plan::{CutPlan, Received};
use super::ranges::{MAX_GAP_BYTES, merge};
use crate::error::{Error, Result};
use crate::transfer::ByteRange;

/// Length of the first request. The format has the header and the root directory in its first 16 KiB. Writers put the metadata,
/// the leaf directories and the tiles of the first levels behind them: in the archive of a region they are in the first request,
/// too, which saves one or two others. On the generated map (see `MAX_GAP_BYTES`), 9 requests and 303 KiB became 8 and 284 KiB.
pub const HEAD_BYTES: u64 = 64 << 10;
/// Maximum length of a leaf directory or of the metadata, compressed.
const MAX_BLOCK_BYTES: u64 = 8 << 20;
/// Maximum number of bytes of all directories of a cut, decompressed. A million tiles need about a tenth of it.
const MAX_INDEX_BYTES: u64 = 128 << 20;
/// Maximum number of bytes to fetch before the plan is ready.
const MAX_INDEX_DOWNLOAD_BYTES: u64 = 64 << 20;
/// Maximum number of directories of a cut.
const MAX_DIRECTORIES: usize = 50_000;
/// Maximum depth of leaf directories. Writers use one level.
const MAX_DEPTH: u8 = 4;

/// The part of a remote archive to cut out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutRequest {
    /// The area.
    pub area: MapArea,
    /// The first zoom level. Levels that the archive does not have are left out.
    pub min_zoom: u8,
    /// The last zoom level; `None` for the archive's last.
    pub max_zoom: Option<u8>,
    /// Maximum number of bytes of tiles: the deepest levels that exceed it are left out. `None` for no limit.
    pub max_bytes: Option<u64>,
}

/// Plans a cut out of a remote archive.
///
/// ```no_run
/// # fn fetch(range: jalon::transfer::ByteRange) -> Vec<u8> { unimplemented!() }
/// # fn cut(request: jalon::tiles::CutRequest) -> jalon::Result<()> {
/// let mut planner = jalon::tiles::CutPlanner::new(request)?;
/// while planner.plan().is_none() {
///     for range in planner.next_ranges() {
///         planner.supply(range, &fetch(range))?;
///     }
/// }
/// let plan = planner.into_plan()?;
/// println!("{} bytes in {} requests", plan.estimate().download_bytes, plan.ranges().len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CutPlanner {
    request: CutRequest,
    state: State,
    /// The current ranges that have not been supplied.
    ranges: Vec<ByteRange>,
    requests: u64,
    fetched_bytes: u64,
}

#[derive(Debug)]
enum State {
    Head,
    Index(Box<Index>),
    Planned(Box<CutPlan>),
}

/// A part of the archive that describes it.
#[derive(Debug, Clone, Copy)]
struct Block {
    range: ByteRange,
    kind: BlockKind,
}

#[derive(Debug, Clone, Copy)]
enum BlockKind {
    Metadata,
    /// A directory of the tile ids from `start` to before `end`.
    Directory {
        start: u64,
        end: u64,
        depth: u8,
    },
}

/// What is known of the archive.
#[derive(Debug)]
struct Index {
    header: Header,
    cover: TileCover,
    head: Vec<u8>,
    /// The range of the head. The archive may be shorter.
    head_range: ByteRange,
    metadata: Vec<u8>,
    /// The wanted tiles, in runs that do not exceed the wanted ids; sorted when all are here.
    entries: Vec<Entry>,
    /// Blocks of the current ranges, and of the next ones.
    pending: Vec<Block>,
    next: Vec<Block>,
    decompressed_bytes: u64,
    directories: usize,
}

impl CutPlanner {
    /// Starts a cut.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the area is invalid, or `max_zoom` is below `min_zoom`.
    pub fn new(request: CutRequest) -> Result<CutPlanner> {
        request.area.shape()?;
        if request.max_zoom.is_some_and(|max_zoom| max_zoom < request.min_zoom) {
            return Err(Error::invalid("max_zoom", "must not be below min_zoom"));
        }
        let ranges = vec![ByteRange::new(0, HEAD_BYTES)];
        Ok(CutPlanner { request, state: State::Head, ranges, requests: 0, fetched_bytes: 0 })
    }

    /// Like [`CutPlanner::new`], with another length of the first request.
    #[cfg(test)]
    pub(super) fn with_head_bytes(request: CutRequest, head_bytes: u64) -> Result<CutPlanner> {
        Ok(CutPlanner { ranges: vec![ByteRange::new(0, head_bytes)], ..CutPlanner::new(request)? })
    }

    /// The ranges that are needed now; they can be fetched in any order. Empty if the plan is ready.
    pub fn next_ranges(&self) -> Vec<ByteRange> {
        self.ranges.clone()
    }

    /// Takes the bytes of one of [`next_ranges`](Self::next_ranges). The first range may be longer than the archive: then
    /// all of its bytes.
    ///
    /// # Errors
    /// After an error the planner must not be used any more.
    /// * [`Error::InvalidInput`] if the range was not asked for, or has another number of bytes; or if the archive shows
    ///   that the request cannot be met: `max_zoom` makes too many tiles, `max_bytes` is too few.
    /// * [`Error::Server`] without a status if the bytes are not those of a PMTiles archive of version 3 with gzip, or not
    ///   within the limits of this module.
    /// * [`Error::NotFound`] if the archive has no tile in the area.
    pub fn supply(&mut self, range: ByteRange, bytes: &[u8]) -> Result<()> {
        let Some(position) = self.ranges.iter().position(|needed| *needed == range) else {
            return Err(Error::invalid("range", "must be one of the ranges that are needed"));
        };
        let is_head = matches!(self.state, State::Head);
        let len = bytes.len() as u64;
        if len > range.len() || (len < range.len() && !is_head) {
            return Err(Error::invalid("bytes", "must have the length of the range"));
        }
        self.ranges.remove(position);
        self.requests += 1;
        self.fetched_bytes += len;
        match &mut self.state {
            State::Head => {
                let mut index = Index::open(&self.request, bytes)?;
                index.head_range = range;
                self.state = State::Index(Box::new(index));
            }
            State::Index(index) => index.supply(range, bytes)?,
            State::Planned(_) => {}
        }
        if self.ranges.is_empty() {
            self.advance()?;
        }
        Ok(())
    }

    /// The plan, as soon as no more ranges are needed for it.
    pub fn plan(&self) -> Option<&CutPlan> {
        match &self.state {
            State::Planned(plan) => Some(plan),
            _ => None,
        }
    }

    /// The plan.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if ranges are still needed.
    pub fn into_plan(self) -> Result<CutPlan> {
        match self.state {
            State::Planned(plan) => Ok(*plan),
            _ => Err(Error::invalid("plan", "must have all of its ranges first")),
        }
    }

    /// Asks for the blocks that were found, or makes the plan.
    fn advance(&mut self) -> Result<()> {
        let State::Index(index) = &mut self.state else { return Ok(()) };
        index.pending = std::mem::take(&mut index.next);
        if !index.pending.is_empty() {
            self.ranges = merge(index.pending.iter().map(|block| block.range).collect(), MAX_GAP_BYTES);
            let needed = self.ranges.iter().fold(self.fetched_bytes, |sum, range| sum.saturating_add(range.len()));
            if needed > MAX_INDEX_DOWNLOAD_BYTES {
                return Err(invalid_archive("has more than 64 MiB of directories for this area"));
            }
            return Ok(());
        }
        let mut index = match std::mem::replace(&mut self.state, State::Head) {
            State::Index(index) => index,
            _ => return Ok(()),
        };
        index.entries.sort_unstable_by_key(|entry| entry.tile_id);
        let Index { header, mut cover, head, head_range, metadata, entries, .. } = *index;
        if let Some(max_bytes) = self.request.max_bytes {
            cover.truncate(super::plan::max_zoom_within(&entries, max_bytes)?);
        }
        let (head_bytes, requests, bytes) = (head.len() as u64, self.requests, self.fetched_bytes);
        let received = Received { head: head_range, head_bytes, requests, bytes };
        let plan = CutPlan::new(header, metadata, &cover, &entries, received)?;
        self.state = State::Planned(Box::new(plan));
        Ok(())
    }
}

impl Index {
    fn open(request: &CutRequest, head: &[u8]) -> Result<Index> {
        let header = Header::decode(head).map_err(into_server_error)?;
        let min_zoom = request.min_zoom.max(header.min_zoom);
        let max_zoom = request.max_zoom.map_or(header.max_zoom, |max_zoom| max_zoom.min(header.max_zoom));
        if min_zoom > max_zoom {
            return Err(not_found());
        }
        let cover = match request.max_zoom {
            Some(_) => TileCover::new(&request.area, min_zoom, max_zoom)?,
            None => TileCover::up_to(&request.area, min_zoom, max_zoom)?,
        };
        let (root, metadata) = (header.root, header.metadata);
        let mut index = Index {
            header,
            cover,
            head: head.to_vec(),
            head_range: ByteRange::new(0, 0),
            metadata: Vec::new(),
            entries: Vec::new(),
            pending: Vec::new(),
            next: Vec::new(),
            decompressed_bytes: 0,
            directories: 0,
        };
        index.request(root, BlockKind::Directory { start: 0, end: u64::MAX, depth: 0 })?;
        if metadata.len > 0 {
            index.request(metadata, BlockKind::Metadata)?;
        }
        Ok(index)
    }

    /// Reads a block out of the head of the archive, or lets it be fetched.
    fn request(&mut self, section: Section, kind: BlockKind) -> Result<()> {
        let range = ByteRange::new(section.offset, section.len);
        if range.is_empty() || range.len() > MAX_BLOCK_BYTES {
            return Err(invalid_archive("has a directory or metadata of no bytes, or of more than 8 MiB"));
        }
        let bytes = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        match bytes.and_then(|(start, end)| self.head.get(start..end)) {
            Some(bytes) => {
                let bytes = bytes.to_vec();
                self.read(kind, &bytes)
            }
            None => {
                self.next.push(Block { range, kind });
                Ok(())
            }
        }
    }

    fn supply(&mut self, range: ByteRange, bytes: &[u8]) -> Result<()> {
        let (here, pending) =
            std::mem::take(&mut self.pending).into_iter().partition(|block| range.contains(&block.range));
        self.pending = pending;
        let here: Vec<Block> = here;
        for block in here {
            let start = (block.range.start - range.start) as usize;
            let block_bytes = bytes.get(start..start + block.range.len() as usize).unwrap_or_default();
            self.read(block.kind, block_bytes)?;
        }
        Ok(())
    }

    fn read(&mut self, kind: BlockKind, bytes: &[u8]) -> Result<()> {
        let compression = self.header.internal_compression;
        let content = directory::decompress(bytes, compression).map_err(into_server_error)?;
        self.decompressed_bytes += content.len() as u64;
        self.directories += 1;
        if self.decompressed_bytes > MAX_INDEX_BYTES || self.directories > MAX_DIRECTORIES {
            return Err(invalid_archive("needs too many directories for this area"));
        }
        match kind {
            BlockKind::Metadata => {
                self.metadata = content;
                Ok(())
            }
            BlockKind::Directory { start, end, depth } => {
                let entries = directory::decode(&content, Compression::None).map_err(into_server_error)?;
                self.read_directory(&entries, start, end, depth)
            }
        }
    }

    /// Takes the wanted entries of a directory, and asks for the wanted leaf directories. What a leaf directory says of
    /// tiles outside of its own range is ignored, so no tile has two entries.
    fn read_directory(&mut self, entries: &[Entry], start: u64, end: u64, depth: u8) -> Result<()> {
        let mut leaves = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            let next_id = entries.get(position + 1).map_or(end, |next| next.tile_id);
            let entry_end = if entry.is_leaf() { next_id } else { entry.end_id() };
            let (entry_start, entry_end) = (entry.tile_id.max(start), entry_end.min(end));
            let ranges = self.cover.ranges();
            let first = ranges.partition_point(|range| range.end <= entry_start);
            let wanted =
                ranges.iter().skip(first).take_while(|range| range.start < entry_end && entry_start < entry_end);
            if entry.is_leaf() {
                if wanted.count() > 0 {
                    leaves.push((*entry, entry_start, entry_end));
                }
                continue;
            }
            for range in wanted {
                let (from, to) = (range.start.max(entry_start), range.end.min(entry_end));
                // Bounded by the entry's run, which fits.
                self.entries.push(Entry { tile_id: from, run_length: (to - from) as u32, ..*entry });
            }
        }
        if !leaves.is_empty() && depth >= MAX_DEPTH {
            return Err(invalid_archive("has leaf directories of too many levels"));
        }
        for (leaf, start, end) in leaves {
            let located = self.header.leaves.locate(leaf.offset, u64::from(leaf.len));
            let offset = located.ok_or_else(|| invalid_archive("has a leaf directory outside of its section"))?;
            let section = Section { offset, len: u64::from(leaf.len) };
            self.request(section, BlockKind::Directory { start, end, depth: depth + 1 })?;
        }
        if self.next.len() > MAX_DIRECTORIES {
            return Err(invalid_archive("needs too many directories for this area"));
        }
        Ok(())
    }
}

pub(super) fn not_found() -> Error {
    Error::NotFound { detail: "a tile of the remote map in this area".to_owned() }
}

pub(super) fn invalid_archive(rule: &str) -> Error {
    Error::Server { status: None, detail: format!("the PMTiles archive {rule}") }
}

/// The archive is a server's response here, and no damaged file of this device.
fn into_server_error(error: Error) -> Error {
    match error {
        Error::Corrupt { detail } => Error::Server { status: None, detail },
        error => error,
    }
}
