//! The limits within which FlatBuffers are verified. Tables of a hostile buffer may share their bytes: 500 bytes can stand for a
//! million tables, which the default limits of the crate `flatbuffers` allow, and a file has thousands of features.

use flatbuffers::VerifierOptions;

/// Fewest bytes of a table: the offset of its vtable.
const MIN_TABLE_BYTES: usize = 4;
/// How often the same bytes may be read. Tables share vtables, and the verifier counts each use.
const MAX_READS: usize = 64;

/// The limits for a buffer of so many bytes: those of one whose tables do not overlap.
pub(super) fn options(length: usize) -> VerifierOptions {
    VerifierOptions {
        max_tables: length / MIN_TABLE_BYTES,
        max_apparent_size: length.saturating_mul(MAX_READS),
        ..VerifierOptions::default()
    }
}
