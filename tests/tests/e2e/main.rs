//! End-to-end tests: a territory, its packs and its changes, from a fixture server into the companion and back.

#![allow(clippy::unwrap_used, reason = "helper functions of tests may panic, too")]

mod addresses;
mod attached_files;
mod bad_values;
mod concurrency;
mod delta_refresh;
mod downloads;
mod edition_cost;
mod edition_files;
mod edition_import;
mod edition_inspect;
mod edition_publish;
mod edition_publish_s3;
mod edition_refresh;
mod guide;
mod guide_fixes;
mod lists;
mod map_cut;
mod map_download;
mod map_gl;
mod map_shared;
mod map_style;
mod mobile_tree;
mod packs;
mod portals;
mod readme;
mod recorded_territory;
mod refresh;
mod safety;
mod shell;
mod shell_guide;
mod shell_online;
mod shell_text;
mod shell_tracks;
