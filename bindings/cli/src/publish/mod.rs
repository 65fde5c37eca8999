//! Where the files of an edition are published, behind one trait.
//!
//! * This file: the trait, and the HTTP headers of each file.
//! * `folder`: a directory of this machine, such as the root of a web server.
//! * `s3`: S3-compatible storage (feature `publish-s3`); `s3_client`: its HTTP client, credentials and errors.
//! * `published`: the list of an edition's files at the target, which says later which files nobody reads any more.

mod folder;
mod published;
#[cfg(feature = "publish-s3")]
mod s3;
#[cfg(feature = "publish-s3")]
mod s3_client;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jalon::edition::EditionFile;

use crate::error::{CliError, Result};

pub(crate) use published::PublishedEdition;

/// The folders at a target in which an edition has files. The lists of published editions are in the last one.
const FOLDERS: [&str; 4] = ["layers", "media", "signatures", published::FOLDER];

/// A place that serves an edition. Paths are relative, with `/`.
pub(crate) trait Target {
    /// The files in the folders of an edition, with their lengths in bytes.
    fn list(&self) -> Result<BTreeMap<String, u64>>;

    /// Reads a file of at most `max_bytes`; `None` if there is none.
    fn get(&self, path: &str, max_bytes: u64) -> Result<Option<Stored>>;

    /// Writes files of a directory, each as a whole or not at all, and calls `on_sent` with the bytes of each part. The files
    /// that were written stay if another one fails.
    fn put_files(&self, source: &Path, files: &[EditionFile], on_sent: &dyn Fn(u64)) -> Result<()>;

    /// Writes a short file, whatever is there.
    fn put(&self, path: &str, content: &[u8]) -> Result<()>;

    /// Writes a short file if it still is as it was read (`None`: not there).
    fn replace(&self, path: &str, content: &[u8], read: Option<&Stored>) -> Result<Replaced>;

    /// Removes a file. One that is not there is no error.
    fn remove(&self, path: &str) -> Result<()>;
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) content: Vec<u8>,
    /// Identifier of this version of the file in the storage (`ETag`).
    tag: Option<String>,
    version: Option<String>,
}

/// The result of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// The file was written; nobody else has changed it before.
    Yes,
    /// The file was written. The storage knows no conditions: it was compared just before.
    #[cfg_attr(not(feature = "publish-s3"), allow(dead_code, reason = "a directory compares by itself"))]
    Unguarded,
    /// The file was not written, because it has changed since it was read.
    Conflict,
}

/// Options of a target.
pub(crate) struct TargetOptions<'o> {
    pub(crate) endpoint: Option<&'o str>,
    pub(crate) allow_http: bool,
}

/// Opens a target by its address: a directory, or `s3://bucket/prefix`.
pub(crate) fn open(target: &str, source: &Path, options: &TargetOptions<'_>) -> Result<Box<dyn Target>> {
    if let Some(address) = target.strip_prefix("s3://") {
        return open_s3(address, options);
    }
    if target.contains("://") {
        return Err(CliError::invalid("to", "must be a directory or s3://bucket/prefix"));
    }
    if options.endpoint.is_some() {
        return Err(CliError::invalid("endpoint", "must not be given for a directory"));
    }
    Ok(Box::new(folder::Folder::open(PathBuf::from(target), source)?))
}

#[cfg(feature = "publish-s3")]
fn open_s3(address: &str, options: &TargetOptions<'_>) -> Result<Box<dyn Target>> {
    Ok(Box::new(s3::Bucket::open(address, options)?))
}

#[cfg(not(feature = "publish-s3"))]
fn open_s3(_: &str, options: &TargetOptions<'_>) -> Result<Box<dyn Target>> {
    let _ = options.allow_http;
    Err(CliError::invalid("to", "must be a directory: this program was built without the feature publish-s3"))
}

/// The media type of a file, by the end of its name.
#[cfg_attr(not(feature = "publish-s3"), allow(dead_code, reason = "a directory has no headers"))]
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "fgb" => "application/vnd.flatgeobuf",
        "ndjson" => "application/x-ndjson",
        "json" => "application/json",
        "minisig" => "text/plain",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "avif" => "image/avif",
        _ => "application/octet-stream",
    }
}

/// How long caches may keep a file: a year for a name made of the content, five minutes for a name whose content changes.
#[cfg_attr(not(feature = "publish-s3"), allow(dead_code, reason = "a directory has no headers"))]
fn cache_control(path: &str) -> &'static str {
    if jalon::edition::EditionFolder::is_content_name(path) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_follow_the_name() {
        let digits = "0a".repeat(32);
        let headers = |path: &str| (media_type(path), cache_control(path));
        let year = "public, max-age=31536000, immutable";
        assert_eq!(headers(&format!("media/{digits}.jpg")), ("image/jpeg", year));
        assert_eq!(headers(&format!("layers/trek-{}.fgb", &digits[..16])), ("application/vnd.flatgeobuf", year));
        assert_eq!(headers("datapackage.json"), ("application/json", "public, max-age=300"));
        assert_eq!(headers("datapackage.json.minisig"), ("text/plain", "public, max-age=300"));
    }

    #[test]
    fn target_of_another_scheme_is_refused() {
        let options = TargetOptions { endpoint: None, allow_http: false };
        assert!(open("ftp://park.example/", Path::new("."), &options).is_err());
        let options = TargetOptions { endpoint: Some("https://s3.example"), allow_http: false };
        assert!(open("out", Path::new("."), &options).is_err());
    }
}
