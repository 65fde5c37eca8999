//! Territories, what a refresh has brought, and what it all costs.

use crate::position::{KindCount, by_kind};

/// A territory to add.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewTerritory {
    /// Short name: lower-case letters, digits and hyphens, 32 at most.
    pub name: String,
    /// Where its server is: any address on it.
    pub url: String,
    /// Portals to limit it to; reclaimable for all.
    #[uniffi(default = [])]
    pub portals: Vec<i64>,
    /// Language in which names are shown where nobody asks for one; its server's own where it is empty.
    #[uniffi(default = "")]
    pub default_language: String,
}

/// One published Geotrek source.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Territory {
    /// Short name, lower case.
    pub name: String,
    /// Where its server is.
    pub url: String,
    /// Portals that it is limited to; reclaimable for all.
    pub portals: Vec<i64>,
    /// Language in which names are shown where nobody asks for one.
    pub default_language: String,
    /// Languages of its server, the default first.
    pub languages: Vec<String>,
    /// Version that the server told.
    pub server_version: Option<String>,
    /// When it was last refreshed, Unix ms.
    pub refreshed_ms: Option<i64>,
    /// When all of it was last asked for, Unix ms.
    pub full_refresh_ms: Option<i64>,
}

impl From<jalon::catalogue::Territory> for Territory {
    fn from(territory: jalon::catalogue::Territory) -> Territory {
        let jalon::catalogue::Territory {
            key: _,
            name,
            url,
            portals,
            default_language,
            languages,
            server_version,
            refreshed_ms,
            full_refresh_ms,
            server_ms: _,
        } = territory;
        Territory { name, url, portals, default_language, languages, server_version, refreshed_ms, full_refresh_ms }
    }
}

/// What a refresh has brought.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefreshSummary {
    /// Short name of the territory.
    pub territory: String,
    /// Whether everything was asked for, and not only what the server said had changed.
    pub is_full: bool,
    /// Objects that came.
    pub objects: Vec<KindCount>,
    /// Objects that are new.
    pub added: Vec<KindCount>,
    /// Objects that are not as they were.
    pub changed: Vec<KindCount>,
    /// Objects that are no longer published.
    pub removed: Vec<KindCount>,
    /// Lists of modules that the server lacks.
    pub absent_lists: Vec<String>,
    /// Lists that were shorter than the server itself says: nobody was taken away by them.
    pub truncated_lists: Vec<String>,
    /// Fields that could not be read, with how often: `trek.ascent: mistyped (3)`.
    pub problems: Vec<String>,
    /// Requests that were made.
    pub requests: u64,
    /// Bytes that came over the network.
    pub bytes: u64,
}

impl From<jalon::companion::RefreshSummary> for RefreshSummary {
    fn from(taken: jalon::companion::RefreshSummary) -> RefreshSummary {
        let jalon::companion::RefreshSummary {
            territory,
            is_full,
            objects,
            added,
            changed,
            removed,
            absent_lists,
            truncated_lists,
            problems,
            requests,
            bytes,
        } = taken;
        RefreshSummary {
            territory,
            is_full,
            objects: by_kind(objects),
            added: by_kind(added),
            changed: by_kind(changed),
            removed: by_kind(removed),
            absent_lists,
            truncated_lists,
            problems: problems.into_iter().map(|(what, times)| format!("{what} ({times})")).collect(),
            requests,
            bytes,
        }
    }
}

/// What a pack costs.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PackUsage {
    /// Short name of its territory.
    pub territory: String,
    /// What it is about: `trek/31`.
    pub subject: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes that its removal gives back.
    pub own_bytes: u64,
}

/// What everything costs, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StorageUsage {
    /// The catalogue's file.
    pub catalogue: u64,
    /// Of it, what is reclaimable and could be given back.
    pub reclaimable: u64,
    /// Objects by kind, texts and lines.
    pub kinds: Vec<KindCount>,
    /// Packs.
    pub packs: Vec<PackUsage>,
    /// Files of packs, each once.
    pub media: u64,
    /// Answers and files on their way.
    pub staging: u64,
    /// What may still be written on this disk.
    pub free: u64,
}

impl From<jalon::catalogue::StorageUsage> for StorageUsage {
    fn from(account: jalon::catalogue::StorageUsage) -> StorageUsage {
        let jalon::catalogue::StorageUsage {
            catalogue,
            reclaimable,
            territories: _,
            kinds,
            packs,
            media,
            staging,
            free,
        } = account;
        let pack = |pack: jalon::catalogue::PackUsage| {
            let jalon::catalogue::PackUsage { territory, subject, bytes, own_bytes } = pack;
            PackUsage { territory, subject, bytes, own_bytes }
        };
        let packs = packs.into_iter().map(pack).collect();
        StorageUsage { catalogue, reclaimable, kinds: by_kind(kinds), packs, media, staging, free }
    }
}
