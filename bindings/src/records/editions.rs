//! Editions: their options and results.

#[cfg(feature = "edition")]
use crate::convert::from_core;

/// A licence. It must have a `name` or a `path`.
#[derive(uniffi::Record)] pub struct EditionLicense {
    /** Identifier at <https://opendefinition.org/licenses/api/>, such as `CC-BY-4.0`. */ #[uniffi(default = None)] pub name: Option<String>,
    /** URL of its text. */ #[uniffi(default = None)] pub path: Option<String>,
    /** Title. */ #[uniffi(default = None)] pub title: Option<String>,
}

/// An origin of the data, or a contributor.
#[derive(uniffi::Record)] pub struct EditionSource {
    /** Title. */ pub title: String,
    /** URL. */ #[uniffi(default = None)] pub path: Option<String>,
}

/// How to build an edition. The secret key is not here, so that a record that is printed does not contain it.
#[derive(uniffi::Record)] pub struct EditionOptions {
    /** Absolute path of its folder: an empty or new one, or that of the edition before. */ pub directory: String,
    /** Its number, higher than that of the edition before; the date of `created_ms` and a counter if none. */
    #[uniffi(default = None)] pub edition: Option<u64>,
    /** Its time, Unix ms; now if none. */ #[uniffi(default = None)] pub created_ms: Option<i64>,
    /** Time after which readers warn that it is old, Unix ms. */ #[uniffi(default = None)] pub expires_ms: Option<i64>,
    /** Title of the territory; its name if empty. */ #[uniffi(default = "")] pub title: String,
    /** Description of the territory. */ #[uniffi(default = "")] pub description: String,
    /** Licences of the data. */ #[uniffi(default = [])] pub licenses: Vec<EditionLicense>,
    /** Origins of the data; the Geotrek server if empty. */ #[uniffi(default = [])] pub sources: Vec<EditionSource>,
    /** People and organisations. */ #[uniffi(default = [])] pub contributors: Vec<EditionSource>,
    /** Public keys that may sign later editions, beside the key of this one. */ #[uniffi(default = [])] pub next_keys: Vec<String>,
    /** Remove the files of the edition before, which phones may still read. */ #[uniffi(default = false)] pub remove_previous: bool,
}

/// The files of a built edition.
#[derive(uniffi::Record)] pub struct EditionSummary {
    /** Its number. */ pub edition: u64,
    /** Number of its files, with the manifest and its signatures. */ pub files: u64,
    /** Their bytes. */ pub bytes: u64,
    /** Path of the manifest. */ pub manifest: String,
    /** Number of its objects. */ pub objects: u64,
    /** Id of the key that signed it; none if it is not signed. */ pub signed_by: Option<String>,
    /** Number of files of earlier editions that were removed. */ pub removed: u64,
}

#[cfg(feature = "edition-build")]
from_core!(jalon::edition::EditionSummary => EditionSummary
    same { edition, files, bytes, objects, signed_by, removed }
    core { manifest }
    own { manifest: manifest.to_string_lossy().into_owned() });

/// A key pair that signs editions, in the format of minisign.
#[derive(uniffi::Record)] pub struct EditionKey {
    /** Text of the file of the secret key. Keep it in a file that only its owner can read, and keep a copy. */ pub secret_key: String,
    /** Public key, to publish. */ pub public_key: String,
    /** Id of the key, 16 hexadecimal digits. */ pub id: String,
}

/// The result of a check of an edition.
#[derive(uniffi::Record)] pub struct EditionCheck {
    /** True if there are no problems. */ pub valid: bool,
    /** Id of the key that signed it; none without a valid signature by one of the given keys. */ pub signed_by: Option<String>,
    /** The problems, as sentences; at most 100. */ pub problems: Vec<String>,
}

#[cfg(feature = "edition")]
from_core!(jalon::edition::EditionCheck => EditionCheck same { valid, signed_by, problems } core {} own {});
