//! The requests of a refresh from an edition: the manifest, its signature, then the files that differ from those that were
//! applied. Files stay in the folder of the job, so a refresh that was interrupted requests only what is missing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::files::{check_whole, invalid, read_limited, slice};
use super::layer_plan::{LayerPlan, Source};
use super::verification::VerifiedManifest;
use crate::catalogue::{EditionParts, EditionState, Territory};
use crate::clock::Clock;
use crate::digest::{hex, sha256};
use crate::edition::{Chunk, signature_path};
use crate::error::{Error, Result};
use crate::model::Bounds;
use crate::storage::FileSystem;
use crate::sync::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use crate::transfer::{BodyKind, ByteRange, Outcome, ResponseMeta, Validators};

/// The purpose of a request of a refresh from an edition.
#[derive(Debug, Clone, PartialEq)]
pub enum EditionRole {
    /// The manifest.
    Manifest,
    /// The signature of the manifest.
    Signature,
    /// A whole file of a layer.
    Layer(usize),
    /// The objects without a geometry.
    Records,
    /// A part of a layer's directory of chunks, or the whole directory: the indices of the blocks that are read from it.
    Directory { layer: usize, blocks: Vec<usize>, range: Option<(u64, u64)> },
    /// A part of a layer's file.
    Chunks { layer: usize, range: (u64, u64) },
}

/// The requests of the next call of `next_phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Manifest,
    Signature,
    Directories,
    Chunks,
    Nothing,
    /// Every request has ended.
    Complete,
}

/// Plans the requests of a refresh from an edition.
#[derive(Debug)]
pub struct EditionPlanner {
    pub(super) territory: Territory,
    /// Address of the manifest.
    pub(super) address: Url,
    pub(super) folder: PathBuf,
    /// The edition on the device.
    pub(super) state: EditionState,
    pub(super) parts: EditionParts,
    /// Whether an unchanged edition is read again.
    pub(super) is_full: bool,
    disk: Arc<dyn FileSystem>,
    pub(super) clock: Arc<dyn Clock>,
    phase: Phase,
    pub(super) manifest_sha256: [u8; 32],
    pub(super) validators: Validators,
    /// `Date` of the response with the manifest, Unix ms.
    pub(super) server_ms: Option<i64>,
    /// `None` until the manifest was verified, and if it did not change.
    pub(super) verified: Option<VerifiedManifest>,
    pub(super) layers: Vec<LayerPlan>,
    /// Layers whose whole directory is requested.
    whole_directories: BTreeSet<usize>,
    /// The chunks that each requested part of a file holds.
    ranges: Vec<(usize, ByteRange, Vec<Chunk>)>,
}

impl EditionPlanner {
    pub(super) fn new(
        (territory, address): (Territory, Url),
        folder: PathBuf,
        (state, parts): (EditionState, EditionParts),
        is_full: bool,
        disk: Arc<dyn FileSystem>,
        clock: Arc<dyn Clock>,
    ) -> EditionPlanner {
        EditionPlanner {
            territory,
            address,
            folder,
            state,
            parts,
            is_full,
            disk,
            clock,
            phase: Phase::Manifest,
            manifest_sha256: [0; 32],
            validators: Validators::default(),
            server_ms: None,
            verified: None,
            layers: Vec::new(),
            whole_directories: BTreeSet::new(),
            ranges: Vec::new(),
        }
    }

    /// Ends the plan: the edition did not change.
    pub(super) fn end(&mut self) {
        self.phase = Phase::Nothing;
    }

    /// Whether everything was received.
    pub(super) fn is_complete(&self) -> bool {
        self.phase == Phase::Complete
    }

    pub(super) fn bounds(&self) -> Option<&Bounds> {
        self.territory.edition.as_ref()?.bounds.as_ref()
    }

    /// The file for the response to a request.
    pub(super) fn target(&self, role: &EditionRole) -> PathBuf {
        let kind = |layer: &usize| self.layers.get(*layer).map_or("", |plan| plan.layer.kind.as_str());
        self.folder.join(match role {
            EditionRole::Manifest => "datapackage.json".to_owned(),
            EditionRole::Signature => "datapackage.json.minisig".to_owned(),
            EditionRole::Records => "records.ndjson".to_owned(),
            EditionRole::Layer(layer) => format!("{}.fgb", kind(layer)),
            EditionRole::Directory { layer, range: None, .. } => format!("{}.chunks", kind(layer)),
            EditionRole::Directory { layer, range: Some((start, end)), .. } => {
                format!("{}-{start}-{end}.chunks", kind(layer))
            }
            EditionRole::Chunks { layer, range: (start, end) } => format!("{}-{start}-{end}.fgb", kind(layer)),
        })
    }

    fn request(&self, role: EditionRole, path: &str) -> Result<PendingRequest<EditionRole>> {
        let url = match role {
            EditionRole::Manifest => self.address.clone(),
            _ => self.address.join(path).map_err(|_| invalid("the manifest names a file that has no address"))?,
        };
        let range = match &role {
            EditionRole::Chunks { range, .. } | EditionRole::Directory { range: Some(range), .. } => {
                Some(ByteRange { start: range.0, end: range.1 })
            }
            _ => None,
        };
        let is_manifest = role == EditionRole::Manifest;
        let validators = if is_manifest { self.state.validators.clone() } else { Validators::default() };
        let target = Some(self.target(&role));
        // A manifest is text, which servers compress.
        let (body, language) = (if is_manifest { BodyKind::Json } else { BodyKind::File }, None);
        Ok(PendingRequest { role, url: url.into(), language, body, range, validators, priority: 0, target })
    }

    fn directory_requests(&mut self) -> Result<Vec<PendingRequest<EditionRole>>> {
        let mut requests = Vec::new();
        let Some(verified) = &self.verified else { return Ok(requests) };
        for (index, plan) in self.layers.iter().enumerate() {
            if plan.source == Source::File {
                requests.push(self.request(EditionRole::Layer(index), &plan.layer.file.path)?);
            }
            let Some(directory) = &plan.layer.chunks else { continue };
            for (range, blocks) in plan.directory_ranges(self.bounds()) {
                let range = Some((range.start, range.end));
                let role = EditionRole::Directory { layer: index, blocks, range };
                requests.push(self.request(role, &directory.file.path)?);
            }
        }
        if let Some(records) = &verified.manifest.records
            && self.state.files.get(RECORDS) != Some(&hex(records.file.sha256))
        {
            requests.push(self.request(EditionRole::Records, &records.file.path)?);
        }
        Ok(requests)
    }

    fn chunk_requests(&mut self) -> Result<Vec<PendingRequest<EditionRole>>> {
        let mut requests = Vec::new();
        self.ranges.clear();
        for (index, plan) in self.layers.iter().enumerate() {
            if plan.is_whole && plan.source != Source::File && plan.missing_chunks(&self.parts).next().is_some() {
                requests.push(self.request(EditionRole::Layer(index), &plan.layer.file.path)?);
            }
            if plan.is_whole {
                continue;
            }
            for (range, chunks) in plan.chunk_ranges(&self.parts) {
                let role = EditionRole::Chunks { layer: index, range: (range.start, range.end) };
                requests.push(self.request(role, &plan.layer.file.path)?);
                self.ranges.push((index, range, chunks));
            }
        }
        Ok(requests)
    }

    fn read_directory(
        &mut self,
        layer: usize,
        blocks: &[usize],
        range: Option<(u64, u64)>,
        file: &Path,
    ) -> Result<Parsed<Vec<PendingRequest<EditionRole>>>> {
        let bounds = self.bounds().copied();
        let Some(plan) = self.layers.get_mut(layer) else { return Ok(Parsed::Valid(Vec::new())) };
        let start = range.map_or(0, |(start, _)| start);
        let max_bytes = plan.layer.chunks.as_ref().map_or(0, |chunks| chunks.file.bytes);
        let bytes = read_limited(file, max_bytes)?;
        for block in blocks {
            let range = plan.layer.block_range(*block);
            let Some(rows) = slice(&bytes, range.start, range.end, start) else {
                return Ok(Parsed::Invalid(invalid("a part of the edition is shorter than requested")));
            };
            match plan.layer.parse_block(*block, rows) {
                Ok(chunks) => plan.add_chunks(chunks, bounds.as_ref()),
                Err(error) => return Ok(Parsed::Invalid(error)),
            }
        }
        Ok(Parsed::Valid(Vec::new()))
    }

    /// Checks the chunks of a part of a layer's file.
    fn check_chunks(&self, layer: usize, (start, end): (u64, u64), file: &Path) -> Result<Option<Error>> {
        let range = ByteRange { start, end };
        let Some((.., chunks)) = self.ranges.iter().find(|(index, known, _)| *index == layer && *known == range) else {
            return Ok(None);
        };
        let bytes = read_limited(file, range.len())?;
        let is_intact = |chunk: &Chunk| {
            let bytes = slice(&bytes, chunk.range.start, chunk.range.end, start);
            bytes.is_some_and(|bytes| sha256(bytes) == hex(chunk.sha256))
        };
        let is_intact = chunks.iter().all(is_intact);
        Ok((!is_intact).then(|| invalid("the server sent another file than the manifest names")))
    }

    /// The requested parts of the file of a layer, with their chunks.
    pub(super) fn received_ranges(&self, layer: usize) -> impl Iterator<Item = (ByteRange, &[Chunk])> {
        let ranges = self.ranges.iter().filter(move |(index, ..)| *index == layer);
        ranges.map(|(_, range, chunks)| (*range, chunks.as_slice()))
    }

    /// Makes the next refresh request the manifest again: the server has other files than it names.
    fn forget_manifest(&self) {
        for role in [EditionRole::Manifest, EditionRole::Signature] {
            // A manifest that cannot be removed is removed with the job, a day later.
            let _ = self.disk.remove_file(&self.target(&role));
        }
    }
}

/// Name of the file of the objects without a geometry, in the stored state.
pub(super) const RECORDS: &str = "records";

impl Planner for EditionPlanner {
    type Role = EditionRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<EditionRole>>> {
        loop {
            let (next, requests) = match self.phase {
                Phase::Manifest => (Phase::Signature, vec![self.request(EditionRole::Manifest, "")?]),
                Phase::Signature => {
                    let path = signature_path(&self.manifest_sha256);
                    (Phase::Directories, vec![self.request(EditionRole::Signature, &path)?])
                }
                Phase::Directories => (Phase::Chunks, self.directory_requests()?),
                Phase::Chunks => (Phase::Nothing, self.chunk_requests()?),
                Phase::Nothing | Phase::Complete => {
                    self.phase = Phase::Complete;
                    return Ok(Vec::new());
                }
            };
            self.phase = next;
            if !requests.is_empty() {
                return Ok(requests);
            }
        }
    }

    fn on_response(
        &mut self,
        role: &EditionRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<EditionRole>>>> {
        let problem = match role {
            EditionRole::Manifest => return self.read_manifest(completed),
            EditionRole::Signature => {
                self.read_signature(completed.file).inspect_err(|_| self.forget_manifest())?;
                None
            }
            EditionRole::Directory { layer, blocks, range } => {
                return self.read_directory(*layer, blocks, *range, completed.file);
            }
            EditionRole::Chunks { layer, range } => self.check_chunks(*layer, *range, completed.file)?,
            EditionRole::Layer(layer) => match self.layers.get(*layer) {
                Some(plan) => check_whole(completed.file, &plan.layer.file)?,
                None => None,
            },
            EditionRole::Records => {
                let records = self.verified.as_ref().and_then(|verified| verified.manifest.records.as_ref());
                records.map(|records| check_whole(completed.file, &records.file)).transpose()?.flatten()
            }
        };
        Ok(problem.map_or(Parsed::Valid(Vec::new()), Parsed::Invalid))
    }

    fn on_failure(&mut self, role: &EditionRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<EditionRole>>> {
        let error = match failure {
            Failure::Outcome(Outcome::NetworkError { detail }) => {
                return Err(Error::Offline { detail: detail.clone() });
            }
            Failure::Outcome(Outcome::Rejected { detail }) => {
                if let Some(requests) = self.whole_file(role)? {
                    return Ok(requests);
                }
                Error::Server { status: None, detail: detail.clone() }
            }
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => {
                let detail = match (role, status) {
                    (EditionRole::Manifest, _) => "there is no manifest of an edition at this address",
                    (EditionRole::Signature, 404 | 410) => "the edition has no signature",
                    (_, 404 | 410 | 416) => "the server lacks a file of the edition: it may be publishing a new one",
                    _ => "the server has an internal problem; the data on the device did not change",
                };
                Error::Server { status: Some(*status), detail: detail.to_owned() }
            }
            Failure::Invalid(error) => error,
        };
        if *role != EditionRole::Manifest {
            self.forget_manifest();
        }
        Err(error)
    }

    fn counts(&self) -> PlanCounts {
        PlanCounts::default()
    }
}

impl EditionPlanner {
    /// The request for a whole file, if the server does not send the requested part of it.
    fn whole_file(&mut self, role: &EditionRole) -> Result<Option<Vec<PendingRequest<EditionRole>>>> {
        match role {
            EditionRole::Directory { layer, range: Some(_), .. } => {
                if !self.whole_directories.insert(*layer) {
                    // Another part of the directory was refused before.
                    return Ok(Some(Vec::new()));
                }
                let plan = &self.layers[*layer];
                let Some(directory) = &plan.layer.chunks else { return Ok(None) };
                let blocks = plan.layer.blocks_in(self.bounds().copied());
                let role = EditionRole::Directory { layer: *layer, blocks, range: None };
                Ok(Some(vec![self.request(role, &directory.file.path)?]))
            }
            EditionRole::Chunks { layer, .. } => {
                let plan = &mut self.layers[*layer];
                if std::mem::replace(&mut plan.is_whole, true) {
                    // Another part of the file was refused before.
                    return Ok(Some(Vec::new()));
                }
                let path = plan.layer.file.path.clone();
                Ok(Some(vec![self.request(EditionRole::Layer(*layer), &path)?]))
            }
            _ => Ok(None),
        }
    }
}
