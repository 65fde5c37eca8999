//! Applies the files of an edition to the catalogue in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use super::files::{read_limited, slice};
use super::layer_plan::Source;
use super::planner::{EditionPlanner, EditionRole, RECORDS};
use super::verification::VerifiedManifest;
use crate::catalogue::{EditionParts, EditionState, Territory, TerritoryEdition, WriteTransaction};
use crate::digest::hex;
use crate::edition::{Chunk, FeatureObject, Layer, read_chunk, read_file, read_records, resolve_pictures};
use crate::error::{Error, Result};
use crate::model::{Id, Kind, Object};
use crate::sync::apply::RefreshSummary;
use crate::sync::job::Job;
use crate::sync::refresh_job::RefreshJob;
use crate::sync::route_items::estimate_pois_along_treks;

/// Writes the result of a refresh from an edition.
pub(in crate::sync) fn write(job: &RefreshJob, planner: &EditionPlanner) -> Result<RefreshSummary> {
    if !planner.is_complete() {
        return Err(Error::invalid("refresh", "must have completed every transfer before it is applied"));
    }
    let progress = job.progress();
    let mut summary = RefreshSummary {
        territory: planner.territory.name.clone(),
        requests: job.done,
        bytes: progress.bytes,
        ..RefreshSummary::default()
    };
    let is_full = planner.is_full || planner.territory.refreshed_ms.is_none();
    summary.is_full = is_full;
    let at_ms = job.context.clock.now_ms();
    let mut territory = planner.territory.clone();
    territory.server_ms = planner.server_ms;
    job.context.catalogue.write(|transaction| {
        if let Some(verified) = &planner.verified {
            territory.languages.clone_from(&verified.manifest.languages);
            if territory.default_language.is_empty() {
                territory.default_language.clone_from(&verified.manifest.default_language);
            }
            apply_edition(transaction, planner, verified, &territory, at_ms, &mut summary)?;
        }
        summary.set_changes(transaction);
        transaction.record_refresh(&territory, at_ms, is_full)?;
        transaction.end_job(job.record.job)
    })?;
    Ok(summary)
}

fn apply_edition(
    transaction: &mut WriteTransaction<'_>,
    planner: &EditionPlanner,
    verified: &VerifiedManifest,
    territory: &Territory,
    at_ms: i64,
    summary: &mut RefreshSummary,
) -> Result<()> {
    if territory.refreshed_ms.is_some() {
        transaction.record_changes(at_ms);
    }
    let mut application =
        Application { transaction, planner, territory, summary, parts: EditionParts::new(), files: BTreeMap::new() };
    application.put_records(verified)?;
    for index in 0..planner.layers.len() {
        application.put_layer(index)?;
    }
    let Application { parts, files, .. } = application;
    delete_absent(transaction, territory, &parts)?;
    estimate_pois_along_treks(transaction, territory)?;
    let state =
        EditionState { validators: planner.validators.clone(), manifest_sha256: hex(planner.manifest_sha256), files };
    transaction.set_edition(territory.key, &info(territory, verified), &state)?;
    transaction.set_edition_parts(territory, &parts)
}

/// The edition on the device, as people are shown it, with the keys that may sign the next one.
fn info(territory: &Territory, verified: &VerifiedManifest) -> TerritoryEdition {
    let VerifiedManifest { manifest, signed_by } = verified;
    let mut public_keys: Vec<String> = manifest.public_keys.iter().map(|key| key.to_text()).collect();
    let signer = signed_by.to_text();
    if !public_keys.contains(&signer) {
        public_keys.push(signer);
    }
    let text = |title: &Option<String>, name: &Option<String>, path: &Option<String>| {
        let title = title.clone().or_else(|| name.clone());
        let text: Vec<String> = title.into_iter().chain(path.clone()).collect();
        text.join(", ")
    };
    TerritoryEdition {
        bounds: territory.edition.as_ref().and_then(|edition| edition.bounds),
        number: manifest.edition,
        title: manifest.title.clone(),
        server: manifest.server.as_ref().map(|server| server.as_str().to_owned()),
        created_ms: Some(manifest.created_ms),
        expires_ms: manifest.expires_ms,
        licenses: manifest.licenses.iter().map(|license| text(&license.title, &license.name, &license.path)).collect(),
        sources: manifest.sources.iter().map(|source| text(&Some(source.title.clone()), &None, &source.path)).collect(),
        signed_by: Some(signed_by.id()),
        public_keys,
    }
}

/// An edition that is being applied.
struct Application<'c, 'a> {
    transaction: &'c mut WriteTransaction<'a>,
    planner: &'c EditionPlanner,
    territory: &'c Territory,
    summary: &'c mut RefreshSummary,
    /// The parts that the objects of the territory come from.
    parts: EditionParts,
    /// SHA-256 of each applied file, by the name of its resource.
    files: BTreeMap<String, String>,
}

impl Application<'_, '_> {
    /// Writes an object, and adds it to those of a part.
    fn put(&mut self, mut object: Object, part: &str) -> Result<()> {
        let kind = object.kind();
        resolve_pictures(&mut object, &self.planner.address);
        let bounds = self.territory.edition.as_ref().and_then(|edition| edition.bounds);
        let is_outside = |bounds| object.geometry().is_some_and(|geometry| !geometry.intersects(&bounds));
        // A chunk of the box may have objects beside it, too.
        if bounds.is_some_and(is_outside) {
            return Ok(());
        }
        self.parts.entry((kind, part.to_owned())).or_default().insert(object.id());
        *self.summary.objects.entry(kind).or_default() += 1;
        self.transaction.put(self.territory, object)
    }

    fn put_feature(&mut self, kind: Kind, feature: FeatureObject, part: &str) -> Result<()> {
        match feature {
            Ok(object) => self.put(object, part),
            Err(problem) => {
                *self.summary.problems.entry(format!("{kind}: {problem}")).or_default() += 1;
                Ok(())
            }
        }
    }

    /// Keeps the objects that were read from a part before.
    fn keep(&mut self, kind: Kind, part: &str) {
        let key = (kind, part.to_owned());
        if let Some(ids) = self.planner.parts.get(&key) {
            self.parts.insert(key, ids.clone());
        }
    }

    fn put_records(&mut self, verified: &VerifiedManifest) -> Result<()> {
        let Some(records) = &verified.manifest.records else { return self.retain_terms(HashMap::new()) };
        let part = hex(records.file.sha256);
        self.files.insert(RECORDS.to_owned(), part.clone());
        if self.planner.state.files.get(RECORDS) == Some(&part) {
            Kind::ALL.into_iter().for_each(|kind| self.keep(kind, &part));
            return Ok(());
        }
        let file = File::open(self.planner.target(&EditionRole::Records))?;
        let mut terms: HashMap<String, HashSet<Id>> = HashMap::new();
        read_records(&verified.manifest, BufReader::new(file), |object| match object {
            Ok(Object::Term(term)) => {
                terms.entry(term.vocabulary.clone()).or_default().insert(term.id);
                self.put(Object::Term(term), &part)
            }
            Ok(object) => self.put(object, &part),
            Err(problem) => {
                *self.summary.problems.entry(format!("{RECORDS}: {problem}")).or_default() += 1;
                Ok(())
            }
        })?;
        self.retain_terms(terms)
    }

    /// Deletes the terms that are not in the edition.
    fn retain_terms(&mut self, mut present: HashMap<String, HashSet<Id>>) -> Result<()> {
        for vocabulary in self.transaction.vocabularies(self.territory)? {
            let ids = present.remove(&vocabulary).unwrap_or_default();
            self.transaction.retain_terms(self.territory, &vocabulary, &ids)?;
        }
        Ok(())
    }

    fn put_layer(&mut self, index: usize) -> Result<()> {
        let plan = &self.planner.layers[index];
        let (kind, file) = (plan.layer.kind, hex(plan.layer.file.sha256));
        match &plan.source {
            Source::Applied => {
                let records = self.planner.state.files.get(RECORDS);
                let parts = self.planner.parts.keys().filter(|(known, part)| *known == kind && Some(part) != records);
                parts.for_each(|(_, part)| self.keep(kind, part));
            }
            Source::File => {
                let path = self.planner.target(&EditionRole::Layer(index));
                self.parts.entry((kind, file.clone())).or_default();
                read_file(&plan.layer, BufReader::new(File::open(path)?), |feature| {
                    self.put_feature(kind, feature, &file)
                })?;
            }
            Source::Chunks(chunks) => {
                for chunk in chunks {
                    self.keep(kind, &hex(chunk.sha256));
                }
                if plan.is_whole {
                    self.put_chunks_of_file(index, plan.missing_chunks(&self.planner.parts))?;
                } else {
                    self.put_received_ranges(index)?;
                }
            }
        }
        self.files.insert(kind.as_str().to_owned(), file);
        Ok(())
    }

    fn put_chunk(&mut self, layer: &Layer, chunk: &Chunk, bytes: &[u8]) -> Result<()> {
        let part = hex(chunk.sha256);
        // A chunk without an object in the box must not be requested again.
        self.parts.entry((layer.kind, part.clone())).or_default();
        for feature in read_chunk(layer, bytes, &chunk.sha256)? {
            self.put_feature(layer.kind, feature, &part)?;
        }
        Ok(())
    }

    fn put_received_ranges(&mut self, index: usize) -> Result<()> {
        let layer = &self.planner.layers[index].layer;
        for (range, chunks) in self.planner.received_ranges(index) {
            let role = EditionRole::Chunks { layer: index, range: (range.start, range.end) };
            let bytes = read_limited(&self.planner.target(&role), range.len())?;
            for chunk in chunks {
                let part = slice(&bytes, chunk.range.start, chunk.range.end, range.start);
                self.put_chunk(layer, chunk, part.unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn put_chunks_of_file<'p>(&mut self, index: usize, chunks: impl Iterator<Item = &'p Chunk>) -> Result<()> {
        let layer = &self.planner.layers[index].layer;
        let mut file = None;
        let mut bytes = Vec::new();
        for chunk in chunks {
            if file.is_none() {
                file = Some(File::open(self.planner.target(&EditionRole::Layer(index)))?);
            }
            let Some(file) = &mut file else { continue };
            file.seek(SeekFrom::Start(chunk.range.start))?;
            bytes.clear();
            (&*file).take(chunk.range.end - chunk.range.start).read_to_end(&mut bytes)?;
            self.put_chunk(layer, chunk, &bytes)?;
        }
        Ok(())
    }
}

/// Withdraws the objects that no part has any more.
fn delete_absent(transaction: &mut WriteTransaction<'_>, territory: &Territory, parts: &EditionParts) -> Result<()> {
    let mut present: BTreeMap<Kind, BTreeSet<Id>> = BTreeMap::new();
    for ((kind, _), ids) in parts {
        present.entry(*kind).or_default().extend(ids);
    }
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Term) {
        let ids: HashSet<Id> = present.remove(&kind).unwrap_or_default().into_iter().collect();
        if ids.is_empty() {
            transaction.withdraw_all(territory, kind)?;
        } else {
            transaction.retain(territory, kind, &ids)?;
        }
    }
    Ok(())
}
