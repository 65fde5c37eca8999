//! Packs.

use jalon::catalogue;
pub use jalon::catalogue::{MissingFile, PackState, PackSubject, PictureSize};
pub use jalon::companion::Estimate;

use super::{Bounds, KindCount};
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
    /** Its state. */ pub state: PackState,
    /** Date of its data, Unix ms; none if it was never complete. */ pub as_of_ms: Option<i64>,
    /** Number of its objects. */ pub objects: Vec<KindCount>,
    /** Number of its files on the device. */ pub files: u64,
    /** Size of its files, bytes, those shared with other packs included. */ pub bytes: u64,
    /** Bytes that its removal frees. */ pub own_bytes: u64,
    /** Files that are not on the device. */ pub missing: Vec<MissingFile>,
    /** When the server withdrew its subject, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

from_core!(catalogue::Pack => Pack
    same { territory, subject, pictures, state, as_of_ms, files, bytes, own_bytes, missing, withdrawn_ms }
    core { key: _, objects }
    own { objects: by_kind(objects) });

/// The estimated size of a pack.
#[uniffi::remote(Record)] pub struct Estimate {
    /** Number of its objects. */ pub objects: u64,
    /** Number of its files. */ pub files: u64,
    /** Number of these files that are on the device. */ pub files_here: u64,
    /** Estimated size of the files to download, bytes. */ pub bytes: u64,
    /** Maximum error of `bytes`. */ pub error_bytes: u64,
    /** Free space on the device, bytes. */ pub free_bytes: u64,
}
