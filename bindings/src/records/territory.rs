//! Territories, network options, refreshes, disk space.

use jalon::catalogue;
pub use jalon::catalogue::{NewTerritory, PackUsage, TerritoryEdition};
use jalon::companion;
pub use jalon::companion::RefreshMode;
pub use jalon::transfer::NetworkKind;

use super::{Bounds, KindCount};
use crate::convert::{by_kind, from_core};

/// Directories of the companion's files, as absolute paths. They are two because phones back up one and not the other.
#[derive(uniffi::Record)] pub struct Directories {
    /** For downloaded data: exclude it from backups. */ pub catalogue: String,
    /** For the user's own data, which exists nowhere else: include it in backups. */ pub journal: String,
}

/// A territory to add.
#[uniffi::remote(Record)] pub struct NewTerritory {
    /** Name: at most 32 lower-case letters, digits and hyphens. */ pub name: String,
    /** Any URL on its server; the URL of its mobile tree (`…/mobile/`); or that of an edition's manifest (`.json`). */ pub url: String,
    /** Ids of the portals to read; an empty list means all. */ #[uniffi(default = [])] pub portals: Vec<i64>,
    /** Fallback language of names; the server's if empty. */ #[uniffi(default = "")] pub default_language: String,
    /** Of an edition: the box to read. `None` for the whole edition. */ #[uniffi(default = None)] pub bounds: Option<Bounds>,
    /** Of an edition: public keys in minisign's format that may sign it. If empty, the key of the first edition is trusted. */
    #[uniffi(default = [])] pub public_keys: Vec<String>,
}

/// The edition that a territory is read from: static files, signed by their publisher.
#[uniffi::remote(Record)] pub struct TerritoryEdition {
    /** The box that is read; `None` for the whole edition. */ pub bounds: Option<Bounds>,
    /** Number of the edition on the device; 0 before the first refresh. */ pub number: u64,
    /** Title. */ pub title: String,
    /** URL of the Geotrek server that takes reports. */ pub server: Option<String>,
    /** Time of its creation, Unix ms. */ pub created_ms: Option<i64>,
    /** Time after which it counts as out of date, Unix ms. */ pub expires_ms: Option<i64>,
    /** Licences of the data. */ pub licenses: Vec<String>,
    /** Sources of the data, to be named where it is shown. */ pub sources: Vec<String>,
    /** Id of the key that signed it, in hexadecimal. */ pub signed_by: Option<String>,
    /** Public keys that may sign the next edition. */ pub public_keys: Vec<String>,
}

/// A territory: one published Geotrek source.
#[derive(uniffi::Record)] pub struct Territory {
    /** Name. */ pub name: String,
    /** URL of its server, its mobile tree, or the manifest of its edition. */ pub url: String,
    /** Ids of the portals that are read; an empty list means all. */ pub portals: Vec<i64>,
    /** Language of names if the caller's languages have none. */ pub default_language: String,
    /** Languages of its server, the default first. */ pub languages: Vec<String>,
    /** Version of its server. */ pub server_version: Option<String>,
    /** Time of the last refresh, Unix ms. */ pub refreshed_ms: Option<i64>,
    /** Time of the last full refresh, Unix ms. */ pub full_refresh_ms: Option<i64>,
    /** The edition that it is read from; `None` for a Geotrek server. */ pub edition: Option<TerritoryEdition>,
    /** True if it is read from the static files of Geotrek's mobile app. */ pub is_mobile_tree: bool,
}

from_core!(catalogue::Territory => Territory
    same { name, url, portals, default_language, languages, server_version, refreshed_ms, full_refresh_ms, edition, is_mobile_tree }
    core { key: _, server_ms: _ } own {});

/// Whether a refresh asks for everything or for what changed since the last one.
#[uniffi::remote(Enum)] pub enum RefreshMode {
    /** Everything the first time and once a week, changes in between. */ Auto,
    /** Everything. */ Full,
    /** Changes; everything only the first time. */ Delta,
}

/// The network that the device has.
#[uniffi::remote(Enum)] pub enum NetworkKind {
    /** No network: nothing starts. */ Offline,
    /** A network that is paid by the byte: mobile data, a hotspot. */ Metered,
    /** A network that is not paid by the byte. */ Unmetered,
}

/// How to use the network.
#[derive(uniffi::Record)] pub struct RefreshOptions {
    /** Everything or changes; `Auto` if none. */ #[uniffi(default = None)] pub mode: Option<RefreshMode>,
    /** Network of the device; `Unmetered` if none. */ #[uniffi(default = None)] pub network: Option<NetworkKind>,
    /** Start no transfer on a metered network. */ #[uniffi(default = false)] pub unmetered_only: bool,
    /** Start no transfer after this number of bytes. */ #[uniffi(default = None)] pub byte_budget: Option<u64>,
    /** Attempts of one transfer; five take about twenty seconds. */ #[uniffi(default = 5)] pub max_attempts: u32,
    /** Allow plain http to hosts other than this machine. */ #[uniffi(default = false)] pub allow_plain_http: bool,
    /** Maximum time to connect, seconds. */ #[uniffi(default = 15)] pub connect_timeout_s: u32,
    /** Maximum time of one transfer, seconds. */ #[uniffi(default = 300)] pub total_timeout_s: u32,
}

/// Progress of a call. The number of planned transfers grows while lists are received. The build of an edition counts objects
/// in the place of transfers.
#[derive(Clone, Default, PartialEq, uniffi::Record)] pub struct Progress {
    /** Completed transfers. */ pub done: u64,
    /** Planned transfers, completed ones included. */ pub planned: u64,
    /** Objects received, or written to an edition. */ pub objects: u64,
    /** Bytes received or sent, as compressed on the network. */ pub bytes: u64,
    /** The pack (`trek/31`) or report (its id) in progress; empty if the call has only one. */ pub subject: String,
}

/// The result of a refresh.
#[derive(uniffi::Record)] pub struct RefreshSummary {
    /** Name of the territory. */ pub territory: String,
    /** True if everything was requested, false if only changes were. */ pub is_full: bool,
    /** Objects received. */ pub objects: Vec<KindCount>,
    /** Objects that are new. */ pub added: Vec<KindCount>,
    /** Objects that changed. */ pub changed: Vec<KindCount>,
    /** Objects that are no longer published. */ pub removed: Vec<KindCount>,
    /** Lists that the server does not have, as it lacks their module. */ pub absent_lists: Vec<String>,
    /** Lists that were shorter than the server announced. They delete no objects. */ pub truncated_lists: Vec<String>,
    /** Lists that the server could not answer. Their objects stay as they are until the next refresh. */ pub failed_lists: Vec<String>,
    /** Lists that became empty. Their objects are withdrawn if the next refresh finds them empty, too. */ pub empty_lists: Vec<String>,
    /** Fields that could not be read, with their number: `trek.ascent: mistyped (3)`. */ pub problems: Vec<String>,
    /** Number of requests. */ pub requests: u64,
    /** Bytes received. */ pub bytes: u64,
}

from_core!(companion::RefreshSummary => RefreshSummary
    same { territory, is_full, absent_lists, truncated_lists, failed_lists, empty_lists, requests, bytes }
    core { objects, added, changed, removed, problems }
    own {
        objects: by_kind(objects), added: by_kind(added), changed: by_kind(changed), removed: by_kind(removed),
        problems: problems.into_iter().map(|(problem, count)| format!("{problem} ({count})")).collect()
    });

/// Disk space of a pack.
#[uniffi::remote(Record)] pub struct PackUsage {
    /** Name of its territory. */ pub territory: String,
    /** Its subject, such as `trek/31`. */ pub subject: String,
    /** Size of its files, bytes. */ pub bytes: u64,
    /** Bytes that its removal frees. */ pub own_bytes: u64,
}

/// Disk space by part, in bytes.
#[derive(uniffi::Record)] pub struct StorageUsage {
    /** The catalogue's file. */ pub catalogue: u64,
    /** Unused space in the catalogue's file. */ pub reclaimable: u64,
    /** Texts and geometries of the objects, by kind. */ pub kinds: Vec<KindCount>,
    /** Packs. */ pub packs: Vec<PackUsage>,
    /** Files of packs; a file of several packs counts once. */ pub media: u64,
    /** Responses and files of unfinished transfers. */ pub staging: u64,
    /** Free space on the device. */ pub free: u64,
}

from_core!(catalogue::StorageUsage => StorageUsage same { catalogue, reclaimable, packs, media, staging, free }
    core { territories: _, kinds } own { kinds: by_kind(kinds) });

/// Versions of the data. A version grows when its data changes: a screen reads its data again when the version differs.
#[derive(Clone, Copy, Default, PartialEq, uniffi::Record)] pub struct DataVersions {
    /** Territories and their objects. */ pub catalogue: u64,
    /** Packs and their files. */ pub packs: u64,
    /** Reports, favourites and notes. */ pub journal: u64,
}
