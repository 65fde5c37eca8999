//! Packs: everything that makes a trek or an area usable offline. A pack is a list of objects and of files. An object or a
//! file that several packs need is stored once.
//!
//! * `pack`: the types of a pack.
//! * `read`: reads packs.
//! * `write`: updates packs, and marks them as stale.
//! * `media`: the files of packs: pictures, pictograms and attached files.
//! * `content`: the content that a file must have.
//! * `picture_format`: recognises picture formats and truncated files.
//! * `file_format`: recognises the formats of attached files, such as PDF and MP3.
//! * `map`: the offline maps of packs. `map_files`: their archives and the files of their styles.
//! * `file_sizes`: the sizes of attached files that the server told before a download.

mod content;
mod file_format;
mod file_sizes;
mod map;
mod map_files;
mod media;
mod pack;
mod picture_format;
mod read;
mod write;

pub(crate) use content::MediaContent;
pub(crate) use file_format::is_downloadable;
#[cfg(feature = "tiles")]
pub(crate) use map::{ArchiveVersion, StoredMap};
pub use map::{MapSource, PackMap};
#[cfg(feature = "tiles")]
pub(crate) use map_files::{REMOTE_STYLE, STYLE};
pub(crate) use media::{StoredMedia, url_hash};
pub(crate) use pack::check_bounds;
pub use pack::{MissingFile, Pack, PackState, PackSubject, PictureSize};

pub(super) const TABLES: &str = "
CREATE TABLE jalon_pack (
  pack INTEGER PRIMARY KEY AUTOINCREMENT, territory INTEGER NOT NULL, subject TEXT NOT NULL, pictures TEXT NOT NULL,
  with_files INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, as_of_ms INTEGER, west REAL, south REAL, east REAL, north REAL, UNIQUE (territory, subject));
CREATE TABLE jalon_pack_object (
  pack INTEGER NOT NULL REFERENCES jalon_pack (pack) ON DELETE CASCADE, kind TEXT NOT NULL, id INTEGER NOT NULL,
  state_hash TEXT, PRIMARY KEY (pack, kind, id)) WITHOUT ROWID;
CREATE INDEX jalon_pack_object_of ON jalon_pack_object (kind, id);
CREATE TABLE jalon_media (
  media INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, file TEXT, bytes INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT, etag TEXT, last_modified TEXT, checked_ms INTEGER, missing_reason TEXT,
  failed_attempts INTEGER NOT NULL DEFAULT 0, retry_ms INTEGER);
CREATE TABLE jalon_pack_media (
  pack INTEGER NOT NULL REFERENCES jalon_pack (pack) ON DELETE CASCADE,
  media INTEGER NOT NULL REFERENCES jalon_media (media), PRIMARY KEY (pack, media)) WITHOUT ROWID;
CREATE INDEX jalon_pack_media_of ON jalon_pack_media (media);
CREATE TABLE jalon_pack_map (
  pack INTEGER PRIMARY KEY REFERENCES jalon_pack (pack) ON DELETE CASCADE, source TEXT NOT NULL, bytes INTEGER, tiles INTEGER,
  min_zoom INTEGER, max_zoom INTEGER, as_of_ms INTEGER, archive TEXT);
CREATE TABLE jalon_file_size (url TEXT PRIMARY KEY, bytes INTEGER, checked_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE jalon_reported_trek (territory INTEGER NOT NULL, trek INTEGER NOT NULL, PRIMARY KEY (territory, trek)) WITHOUT ROWID;
";
