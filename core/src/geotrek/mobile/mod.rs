//! Geotrek's static mobile tree: the files that `sync_mobile` writes for Geotrek's own mobile app, and that a server publishes
//! even if its API v2 is closed. Each language has its files; the objects in them are reshaped to those of API v2, so that one
//! table of fields reads both.
//!
//! * `files`: the names of the files and their addresses.
//! * `reader`: the objects of a file, by the reader of API v2. `reshape`: their members under the names of API v2.
//! * `settings`: the vocabularies, municipalities and districts.
//! * `scan`: the facts that a plan needs of a file: ids, stages, hashes.
//! * `zip`: the archives of pictures and map tiles (feature `archive`).

mod files;
mod reader;
mod reshape;
mod scan;
mod settings;
#[cfg(feature = "archive")]
mod zip;

#[cfg(feature = "archive")]
pub(crate) use self::zip::{ArchiveLimits, read_archive};
pub(crate) use files::{FileName, Layout, Part, media_address, server_address, tree_address, tree_folder};
pub(crate) use reader::MobileReader;
#[cfg(feature = "archive")]
pub(crate) use reshape::absolute as archive_path;
pub(crate) use scan::{scan_ids, scan_list, scan_page, scan_trek};
