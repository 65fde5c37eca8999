//! Geotrek's formats: the requests of its API v2, the responses, and the form of a field report. Reading is tolerant: each
//! field is read by itself, so that a field that is missing, unknown or mistyped loses only itself and is counted.
//! HTML is cleaned here, once, when a response is read.
//!
//! * `api`: which requests make up a refresh or a download, and responses as a stream of objects.
//! * `read`: one object of a response, read into the model by the table of fields (`model/fields.rs`).
//! * `value`: ids, texts, dates and geometries as Geotrek writes them.
//! * `html`: cleaned HTML (feature `html`). `html_cost`: whether a text is too costly to clean. `html_strip`: texts without
//!   markup in the place of both. `plain_text`: the text of HTML.
//! * `clean_object`: the texts of an object that a file has (feature `edition`), cleaned again.
//! * `address`: the base address of a server, and addresses below it.
//! * `mobile/`: the static files of Geotrek's mobile app, read as if they were responses of API v2.
//! * `links`: addresses in responses, moved to the territory's host.
//! * `report_form`: a field report as a multipart form.
//! * `fuzzing`: entry points for fuzzing.
//!
//! `read` uses `api`, and both use the other files; nothing here uses the disk or the network.

mod address;
mod api;
#[cfg(feature = "edition")]
mod clean_object;
pub mod fuzzing;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "html")]
mod html_cost;
mod html_strip;
mod links;
mod mobile;
mod plain_text;
mod read;
mod report_form;
mod value;

use crate::model::Localized;
#[cfg(feature = "html")]
use html::Cleaner;
#[cfg(not(feature = "html"))]
use html_strip::Cleaner;

/// The plain text of any HTML.
pub(crate) fn plain_text(html: &str) -> String {
    let dirty: Localized = [("", html)].into_iter().collect();
    let cleaned = Cleaner::new(&links::Links::new(None)).clean(&dirty);
    cleaned.plain.in_language("").unwrap_or_default().to_owned()
}

pub(crate) use address::{base_address, below};
pub(crate) use api::{
    ApiRequest, ApiResponse, ApiSource, KnownObjects, NEAR_LISTS, RequestKind, SENSITIVE_AREA_UNDATED, SyncPlan,
    has_plain_texts, is_web_page, languages, object_lists, scan, undated_lists, vocabularies,
};
pub use api::{Limits, List, kind_of, read_list, read_one};
#[cfg(feature = "edition")]
pub(crate) use clean_object::ObjectCleaner;
#[cfg(feature = "archive")]
pub(crate) use mobile::{ArchiveLimits, archive_path, read_archive};
pub(crate) use mobile::{
    FileName, Layout, MobileReader, Part, media_address, scan_ids, scan_list, scan_page, scan_trek, server_address,
    tree_address, tree_folder,
};
pub(crate) use read::UNREADABLE_ID;
pub use read::{Problems, Reader};
pub(crate) use report_form::{
    BodyChunk, PhotoPart, ReportForm, legacy_report_address, report_address, version_address,
};
#[cfg(feature = "edition-build")]
pub(crate) use value::geometry as read_geometry;
