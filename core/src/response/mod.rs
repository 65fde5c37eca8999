//! Writes an HTTP response to a file, for every driver: the headers of the request, the choice between resuming and
//! restarting a partial file, and the body, decoded, counted and limited. Nothing here opens a socket: a driver passes on
//! the bytes that it receives, so every driver and every test leaves the same files.
//!
//! A file arrives in ranges (RFC 9110, 13 and 14): after an interruption `Range` asks for the rest, and `If-Range` makes the
//! server send the whole file if it has changed. JSON always arrives whole, compressed if the server can.
//!
//! * `writer`: [`ResponseWriter`], one response into one file.
//! * `request`: the headers of a request.
//! * `headers`: the headers of a response, and whether the partial file is resumed.
//! * `body`: the body, decoded and limited.
//! * `partial`: the partial file that an interrupted transfer leaves on the disk.

mod body;
#[doc(hidden)]
pub mod fuzzing;
mod headers;
mod partial;
mod request;
mod writer;

pub(crate) use headers::Headers;
pub(crate) use partial::{PartialFile, sidecar_path};
pub(crate) use writer::{MAX_FILE_BYTES, MAX_JSON_BYTES};
pub use writer::{ResponseWriter, Step};
