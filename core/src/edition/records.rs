//! The objects without a geometry: lines of JSON, `{"kind": …, "object": {…}}`.

use std::borrow::Cow;
use std::io::BufRead;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::invalid;
use super::manifest::Manifest;
use super::read::FeatureObject;
use crate::error::Result;
use crate::geotrek::ObjectCleaner;
use crate::model::{Kind, Object};

/// The longest line, in bytes.
pub(super) const MAX_RECORD_BYTES: usize = 16 << 20;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordJson<'a> {
    #[serde(borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) object: &'a RawValue,
}

/// Reads records, whose SHA-256 must have been checked, and hands each to `sink`. The HTML of their texts is cleaned again. The
/// memory holds one line at a time.
///
/// # Errors
/// [`Error::Server`](crate::Error::Server) if a line is longer than 16 MiB; errors of the reader and of `sink`.
pub(crate) fn read_records(
    manifest: &Manifest,
    mut reader: impl BufRead,
    mut sink: impl FnMut(FeatureObject) -> Result<()>,
) -> Result<()> {
    let cleaner = ObjectCleaner::new(manifest.server.clone());
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = MAX_RECORD_BYTES as u64 + 1;
        if std::io::Read::take(&mut reader, limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() > MAX_RECORD_BYTES {
            return Err(invalid(format!("a line of records must not be longer than {MAX_RECORD_BYTES} bytes")));
        }
        sink(read_record(&line, &cleaner))?;
    }
}

/// Reads a line.
fn read_record(line: &[u8], cleaner: &ObjectCleaner) -> FeatureObject {
    let broken = || invalid("a record of the edition must be a JSON object with a kind and an object");
    let RecordJson { kind, object } = serde_json::from_slice(line).map_err(|_| broken())?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
    let kind = kind.ok_or_else(|| invalid("a record of the edition has an unknown kind"))?;
    let mut object = Object::from_json(kind, object.get()).map_err(|_| broken())?;
    cleaner.clean(&mut object);
    Ok(object)
}
