//! The requests of a refresh from an edition: the manifest, its signature, then the files that differ from those that were
//! applied. Files stay in the folder of the job, so a refresh that was interrupted requests only what is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use url::Url;

use super::layer_plan::{LayerPlan, Source};
use crate::catalogue::{EditionParts, EditionState, Territory};
use crate::clock::Clock;
use crate::digest::{hex, sha256};
use crate::edition::{Chunk, FileRef, MAX_MANIFEST_BYTES, Manifest, PublicKey, check_file, signature_path, verify};
use crate::error::{Error, Result};
use crate::storage::FileSystem;
use crate::sync::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use crate::transfer::{BodyKind, ByteRange, Outcome, ResponseMeta, Validators};

/// Bytes of the longest signature file that is read.
const MAX_SIGNATURE_BYTES: u64 = 8 << 10;

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
}

/// A manifest whose signature was verified.
#[derive(Debug)]
pub(super) struct VerifiedManifest {
    pub(super) manifest: Manifest,
    pub(super) signed_by: PublicKey,
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
    is_full: bool,
    disk: Arc<dyn FileSystem>,
    clock: Arc<dyn Clock>,
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

    /// Whether everything was received.
    pub(super) fn is_complete(&self) -> bool {
        self.phase == Phase::Nothing
    }

    fn bounds(&self) -> Option<&crate::model::Bounds> {
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

    /// The keys that may sign the edition: those that are trusted, or those that the manifest names if none is yet.
    fn keys(&self, manifest: &Manifest) -> Result<Vec<PublicKey>> {
        let trusted = self.territory.edition.as_ref().map(|edition| edition.public_keys.as_slice()).unwrap_or_default();
        if trusted.is_empty() {
            return Ok(manifest.public_keys.clone());
        }
        trusted.iter().map(|key| PublicKey::parse(key)).collect()
    }

    fn read_manifest(&mut self, completed: &Completed<'_>) -> Result<Parsed<Vec<PendingRequest<EditionRole>>>> {
        self.server_ms = completed.meta.date_ms;
        self.validators = completed.meta.validators.clone();
        if completed.meta.status == 304 {
            self.validators = self.state.validators.clone();
            self.phase = Phase::Nothing;
            return Ok(Parsed::Valid(Vec::new()));
        }
        let bytes = read_limited(completed.file, MAX_MANIFEST_BYTES as u64)?;
        self.manifest_sha256 = Sha256::digest(&bytes).into();
        if !self.is_full && hex(self.manifest_sha256) == self.state.manifest_sha256 {
            self.phase = Phase::Nothing;
            return Ok(Parsed::Valid(Vec::new()));
        }
        if !bytes.trim_ascii_start().starts_with(b"{") {
            let detail = "there is no manifest of an edition at this address";
            return Ok(Parsed::Invalid(Error::Server { status: None, detail: detail.to_owned() }));
        }
        Ok(Parsed::Valid(Vec::new()))
    }

    /// Verifies the manifest, then reads it.
    fn read_signature(&mut self, file: &Path) -> Result<()> {
        let signature = read_limited(file, MAX_SIGNATURE_BYTES)?;
        let bytes = read_limited(&self.target(&EditionRole::Manifest), MAX_MANIFEST_BYTES as u64)?;
        // Without a trusted key the manifest names its own: its signature then shows that it is whole, and that later
        // editions come from the same publisher.
        let manifest = Manifest::parse(&bytes)?;
        let keys = self.keys(&manifest)?;
        let signed_by = keys[verify(&bytes, &signature, &keys)?].clone();
        self.check_age(&manifest)?;
        let (bounds, state) = (self.bounds().copied(), &self.state);
        let plans = manifest.layers.iter().map(|layer| LayerPlan::new(layer.clone(), bounds.as_ref(), state)).collect();
        self.layers = plans;
        self.verified = Some(VerifiedManifest { manifest, signed_by });
        Ok(())
    }

    /// Refuses an edition that is older than the one on the device, or expired. Of the clocks of the server and the device the
    /// server's counts: the device's may be wrong by years.
    fn check_age(&self, manifest: &Manifest) -> Result<()> {
        let held = self.territory.edition.as_ref().map_or(0, |edition| edition.number);
        if manifest.edition < held {
            let detail =
                format!("the server offers edition {}, which is older than {held} on the device", manifest.edition);
            return Err(Error::Server { status: None, detail });
        }
        let is_same = self.state.manifest_sha256.is_empty() || self.state.manifest_sha256 == hex(self.manifest_sha256);
        if manifest.edition == held && !is_same {
            let detail = format!("the server has changed edition {held}: a change must have a new number");
            return Err(Error::Server { status: None, detail });
        }
        let now_ms = self.server_ms.unwrap_or_else(|| self.clock.now_ms());
        if manifest.expires_ms.is_some_and(|expires_ms| expires_ms <= now_ms) {
            let detail = "the edition on the server has expired; the data on the device did not change".to_owned();
            return Err(Error::Server { status: None, detail });
        }
        Ok(())
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

pub(super) fn invalid(detail: &str) -> Error {
    Error::Server { status: None, detail: detail.to_owned() }
}

/// Reads a file that must not be longer than `max_bytes`.
pub(super) fn read_limited(file: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    if fs::metadata(file)?.len() > max_bytes {
        return Err(invalid("a file of the edition is longer than the manifest says"));
    }
    Ok(fs::read(file)?)
}

/// The bytes from `start` to `end` of a file, of which `bytes` are those from `offset`.
pub(super) fn slice(bytes: &[u8], start: u64, end: u64, offset: u64) -> Option<&[u8]> {
    let start = usize::try_from(start.checked_sub(offset)?).ok()?;
    bytes.get(start..usize::try_from(end.checked_sub(offset)?).ok()?)
}

fn check_whole(file: &Path, expected: &FileRef) -> Result<Option<Error>> {
    match check_file(file, expected.bytes, &expected.sha256) {
        Ok(()) => Ok(None),
        Err(error @ Error::Server { .. }) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

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
                Phase::Nothing => return Ok(Vec::new()),
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
