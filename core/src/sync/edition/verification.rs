//! The manifest of a new edition: verified before it is read, and refused if it is older than the edition on the device.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::files::read_limited;
use super::layer_plan::LayerPlan;
use super::planner::{EditionPlanner, EditionRole};
use crate::digest::hex;
use crate::edition::{MAX_MANIFEST_BYTES, Manifest, PublicKey, verify};
use crate::error::{Error, Result};
use crate::sync::planner::{Completed, Parsed, PendingRequest};

/// Bytes of the longest signature file that is read.
const MAX_SIGNATURE_BYTES: u64 = 8 << 10;

/// A manifest whose signature was verified.
#[derive(Debug)]
pub(super) struct VerifiedManifest {
    pub(super) manifest: Manifest,
    pub(super) signed_by: PublicKey,
}

impl EditionPlanner {
    /// The keys that may sign the edition: those that are trusted, or those that the manifest names if none is yet.
    fn keys(&self, manifest: &Manifest) -> Result<Vec<PublicKey>> {
        let trusted = self.territory.edition.as_ref().map(|edition| edition.public_keys.as_slice()).unwrap_or_default();
        if trusted.is_empty() {
            return Ok(manifest.public_keys.clone());
        }
        trusted.iter().map(|key| PublicKey::parse(key)).collect()
    }

    /// Reads the response with the manifest, as far as that is possible before its signature is verified.
    pub(super) fn read_manifest(
        &mut self,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<EditionRole>>>> {
        self.server_ms = completed.meta.date_ms;
        self.validators = completed.meta.validators.clone();
        if completed.meta.status == 304 {
            self.validators = self.state.validators.clone();
            self.end();
            return Ok(Parsed::Valid(Vec::new()));
        }
        let bytes = read_limited(completed.file, MAX_MANIFEST_BYTES as u64)?;
        self.manifest_sha256 = Sha256::digest(&bytes).into();
        if !self.is_full && hex(self.manifest_sha256) == self.state.manifest_sha256 {
            self.end();
            return Ok(Parsed::Valid(Vec::new()));
        }
        if !bytes.trim_ascii_start().starts_with(b"{") {
            let detail = "there is no manifest of an edition at this address";
            return Ok(Parsed::Invalid(Error::Server { status: None, detail: detail.to_owned() }));
        }
        Ok(Parsed::Valid(Vec::new()))
    }

    /// Verifies the manifest, then reads it.
    pub(super) fn read_signature(&mut self, file: &Path) -> Result<()> {
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
}
