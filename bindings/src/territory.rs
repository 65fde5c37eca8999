//! Territories, summaries of refreshes, and disk space.

use jalon::catalogue;
pub use jalon::catalogue::{NewTerritory, PackUsage};
use jalon::companion;

use crate::convert::from_core;
use crate::position::{KindCount, by_kind};

/// A territory to add.
#[uniffi::remote(Record)]
pub struct NewTerritory {
    /// Name: at most 32 lower-case letters, digits and hyphens.
    pub name: String,
    /// Any URL on its server.
    pub url: String,
    /// Ids of the portals to read; an empty list means all.
    #[uniffi(default = [])]
    pub portals: Vec<i64>,
    /// Language of names if the caller's languages have none; the server's own if empty.
    #[uniffi(default = "")]
    pub default_language: String,
}

/// A territory: one published Geotrek source.
#[derive(Debug, uniffi::Record)]
pub struct Territory {
    /// Name.
    pub name: String,
    /// URL of its server.
    pub url: String,
    /// Ids of the portals that are read; an empty list means all.
    pub portals: Vec<i64>,
    /// Language of names if the caller's languages have none.
    pub default_language: String,
    /// Languages of its server, the default first.
    pub languages: Vec<String>,
    /// Version of its server.
    pub server_version: Option<String>,
    /// Time of the last refresh, Unix ms.
    pub refreshed_ms: Option<i64>,
    /// Time of the last full refresh, Unix ms.
    pub full_refresh_ms: Option<i64>,
}

from_core!(catalogue::Territory => Territory
    same { name, url, portals, default_language, languages, server_version, refreshed_ms, full_refresh_ms }
    core { key: _, server_ms: _ } own {});

/// The result of a refresh.
#[derive(Debug, uniffi::Record)]
pub struct RefreshSummary {
    /// Name of the territory.
    pub territory: String,
    /// True if everything was requested, false if only changes were.
    pub is_full: bool,
    /// Objects received.
    pub objects: Vec<KindCount>,
    /// Objects that are new.
    pub added: Vec<KindCount>,
    /// Objects that changed.
    pub changed: Vec<KindCount>,
    /// Objects that are no longer published.
    pub removed: Vec<KindCount>,
    /// Lists that the server does not have, as it lacks their module.
    pub absent_lists: Vec<String>,
    /// Lists that were shorter than the server announced. They delete no objects.
    pub truncated_lists: Vec<String>,
    /// Fields that could not be read, with their number: `trek.ascent: mistyped (3)`.
    pub problems: Vec<String>,
    /// Number of requests.
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
}

from_core!(companion::RefreshSummary => RefreshSummary
same { territory, is_full, absent_lists, truncated_lists, requests, bytes }
core { objects, added, changed, removed, problems }
own {
    objects: by_kind(objects), added: by_kind(added), changed: by_kind(changed), removed: by_kind(removed),
    problems: problems.into_iter().map(|(problem, count)| format!("{problem} ({count})")).collect()
});

/// Disk space of a pack.
#[uniffi::remote(Record)]
pub struct PackUsage {
    /// Name of its territory.
    pub territory: String,
    /// Its subject, such as `trek/31`.
    pub subject: String,
    /// Size of its files, bytes.
    pub bytes: u64,
    /// Bytes that its removal frees.
    pub own_bytes: u64,
}

/// Disk space by part, in bytes.
#[derive(Debug, uniffi::Record)]
pub struct StorageUsage {
    /// The catalogue's file.
    pub catalogue: u64,
    /// Unused space in the catalogue's file.
    pub reclaimable: u64,
    /// Texts and geometries of the objects, by kind.
    pub kinds: Vec<KindCount>,
    /// Packs.
    pub packs: Vec<PackUsage>,
    /// Files of packs; a file of several packs counts once.
    pub media: u64,
    /// Responses and files of unfinished transfers.
    pub staging: u64,
    /// Free space on the device.
    pub free: u64,
}

from_core!(catalogue::StorageUsage => StorageUsage same { catalogue, reclaimable, packs, media, staging, free }
    core { territories: _, kinds } own { kinds: by_kind(kinds) });
