//! An HTTP response on its way into a file.

use super::scratch;

/// One or two responses to the same transfer.
pub(super) fn response(bytes: &[u8]) {
    let result = jalon::response::fuzzing::exchanges(bytes, &scratch::path("response"));
    result.unwrap_or_else(|error| panic!("an error of the disk: {error}"));
}
