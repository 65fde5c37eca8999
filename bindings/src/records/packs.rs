//! Packs, and transfers for the platform's HTTP client.

use jalon::catalogue;
pub use jalon::catalogue::{MissingFile, PackState, PackSubject, PictureSize};
pub use jalon::companion::{AttachedFileSizes, Estimate};
pub use jalon::transfer::BlockReason;

use super::{Bounds, KindCount, MapEstimate, PackMap, RefreshSummary};
use crate::convert::{by_kind, from_core};

/// The subject of a pack.
#[uniffi::remote(Enum)] pub enum PackSubject {
    /** A trek. */ Trek(/** Its id on the server. */ #[uniffi(name = "id")] i64),
    /** The treks that cross a box and all objects in it. */ Bounds(/** The box. */ #[uniffi(name = "bounds")] Bounds),
}

/// The pictures in a pack. Pictograms are always included.
#[uniffi::remote(Enum)] pub enum PictureSize {
    /** The server's small versions, about 400 pixels. */ Small,
    /** The originals. */ Large,
    /** No pictures. */ None,
}

/// The state of a pack.
#[uniffi::remote(Enum)] pub enum PackState {
    /** Nothing is downloaded. */ Planned,
    /** Some files are missing. */ Partial,
    /** All files are on the device; each was checked. */ Ready,
    /** All files are on the device, and the server has newer data. */ Stale,
}

/// A file that a pack lacks.
#[uniffi::remote(Record)] pub struct MissingFile {
    /** Its URL. */ pub url: String,
    /** Why it is missing; none if it is still to be downloaded. */ pub reason: Option<String>,
}

/// A pack: everything that one trek or area needs offline.
#[derive(uniffi::Record)] pub struct Pack {
    /** Name of its territory. */ pub territory: String,
    /** Its subject. */ pub subject: PackSubject,
    /** Its pictures. */ pub pictures: PictureSize,
    /** True if its attached files belong to it. */ pub with_files: bool,
    /** Its state. */ pub state: PackState,
    /** Date of its data, Unix ms; none if it was never complete. */ pub as_of_ms: Option<i64>,
    /** Number of its objects. */ pub objects: Vec<KindCount>,
    /** Number of its files on the device. */ pub files: u64,
    /** Size of its files, bytes, those shared with other packs included. */ pub bytes: u64,
    /** Bytes that its removal frees. */ pub own_bytes: u64,
    /** Files that are not on the device. */ pub missing: Vec<MissingFile>,
    /** When the server withdrew its subject, Unix ms. */ pub withdrawn_ms: Option<i64>,
    /** Its offline map, if one was asked for. */ pub map: Option<PackMap>,
}

from_core!(catalogue::Pack => Pack
    same { territory, subject, pictures, with_files, state, as_of_ms, files, bytes, own_bytes, missing, withdrawn_ms }
    core { key: _, objects, map }
    own { objects: by_kind(objects), map: map.map(Into::into) });

/// Sizes of the attached files of a pack.
#[uniffi::remote(Record)] pub struct AttachedFileSizes {
    /** Number of attached files that can be downloaded. */ pub files: u64,
    /** Number of these files that are on the device. */ pub files_here: u64,
    /** Number of the files to download whose size is not known: see `Packs.fetch_file_sizes`. */ pub unknown: u64,
    /** Number of files larger than 64 MiB; they are left out. */ pub too_large: u64,
    /** Size of the files to download whose size is known, bytes. */ pub bytes: u64,
}

/// The estimated size of a pack.
#[uniffi::remote(Record)] pub struct Estimate {
    /** Number of its objects. */ pub objects: u64,
    /** Number of its files, without attached files. */ pub files: u64,
    /** Number of these files that are on the device. */ pub files_here: u64,
    /** Estimated size of the files to download, bytes, without attached files. */ pub bytes: u64,
    /** Maximum error of `bytes`. */ pub error_bytes: u64,
    /** Its attached files, which it contains only if `files` is set. */ pub attached_files: AttachedFileSizes,
    /** Free space on the device, bytes. */ pub free_bytes: u64,
}

/// An HTTP header.
#[derive(uniffi::Record)] pub struct Header {
    /** Its name, in lower case. */ pub name: String,
    /** Its value. */ pub value: String,
}

/// An HTTP GET to send.
#[derive(uniffi::Record)] pub struct HttpRequest {
    /** Id of its transfer. */ pub id: u64,
    /** Absolute URL. Follow redirects, but not from https to plain http. */ pub url: String,
    /** Headers to send. The client may add `accept-encoding` if there is none here. */ pub headers: Vec<Header>,
    /** True for a file, which may be requested in part; false for a response of the API. */ pub is_file: bool,
}

/// The next step.
#[derive(uniffi::Enum)] pub enum NextTransfer {
    /** Send a request and report its response, or its failure. */ Start { /** The request. */ request: HttpRequest },
    /** Call again after a delay. */ Wait { /** The delay, milliseconds. */ ms: u64 },
    /** All remaining transfers are started: call again when one has ended. */ InFlight,
    /** The app's options block the remaining transfers. */ Blocked { /** Why. */ reason: BlockReason },
    /** All transfers are complete: call `Transfers.finish`. */ Finished,
}

/// The action that a response calls for.
#[derive(uniffi::Enum)] pub enum ResponseAction {
    /** Pass on the body. */ Write,
    /** The file changed on the server: request it anew. */ Retry { /** The request. */ request: HttpRequest },
    /** Ignore the rest: the transfer has ended. */ Ended,
}

/// The result of the transfers.
#[derive(uniffi::Enum)] pub enum TransferResult {
    /** Of a refresh. */ Refresh { /** The summary. */ summary: RefreshSummary },
    /** Of a download. */ Download { /** The pack. */ pack: Pack },
    /** Of a request for file sizes. */ FileSizes { /** The sizes. */ sizes: AttachedFileSizes },
    /** Of the download of a map. */ Map { /** The pack. */ pack: Pack },
    /** Of a request for the size of a map. */ MapEstimate { /** The size. */ estimate: MapEstimate },
}

/// Why no transfer may start.
#[uniffi::remote(Enum)] pub enum BlockReason {
    /** The app paused the transfers. */ Paused,
    /** There is no network. */ Offline,
    /** The network is metered, and `unmetered_only` is set. */ Metered,
    /** `byte_budget` is used up. */ Budget,
}

/// The result of [`Packs::import_archive`](crate::Packs::import_archive).
#[derive(uniffi::Record)] pub struct ArchiveImport {
    /** Files of the pack that were taken. */ pub files: u64,
    /** Their size, bytes. */ pub bytes: u64,
    /** Entries of the archive that were refused. */ pub refused: Vec<RefusedEntries>,
}

/// Entries of an archive that were refused for one reason.
#[derive(uniffi::Record)] pub struct RefusedEntries {
    /** The reason, in English. */ pub reason: String,
    /** Their number. */ pub count: u64,
}
