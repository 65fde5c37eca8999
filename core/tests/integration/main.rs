//! Tests of the public API of `jalon` on real files, without a server.

#![allow(clippy::unwrap_used, reason = "helper functions of tests may panic, too")]

mod catalogue;
mod gdal;
mod geotrek_quirks;
mod journal;
mod recorded_responses;
mod search;
mod suspend;
mod tracks;
