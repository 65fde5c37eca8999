//! Geotrek's wire formats and nothing else: what to ask its API v2 for, and how to read what it answers. Reading is
//! tolerant: each field is read on its own, so that one that is missing, unknown or of another type than expected loses
//! only itself, and is counted. Texts with markup are cleaned here, once, on the way in.
//!
//! * `sync_plan`: what to ask a server for, to have a territory's sync_plan; `lists` which lists there are; `references`
//!   which entries of them objects name.
//! * `report_form`: a field report as the server takes it.
//! * `near`: what to ask for what belongs to a trek.
//! * `scan`: what a plan needs of an object before anybody reads all of it.
//! * `body`: an answer as a stream of objects, within limits.
//! * `reader`: one object of one list, into the model; `trek`, `tourism`, `equipment`, `outdoor`, `places`,
//!   `attached` and `vocabulary` have the fields.
//! * `fields`, `value`, `links`, `projected`: the fields of an object and the values in them.
//! * `clean`: HTML, and its twin in plain text.
//! * `ignored_fields`: which fields are not kept, and why.

mod attached;
mod body;
mod clean;
mod equipment;
mod fields;
mod ignored_fields;
mod links;
mod lists;
mod near;
mod outdoor;
mod places;
mod projected;
mod reader;
mod references;
mod report_form;
mod scan;
mod sync_plan;
mod tourism;
mod trek;
mod value;
mod vocabulary;

pub use body::{Limits, List, read_list, read_one};
pub use fields::Problems;
pub use ignored_fields::IGNORED_FIELDS;
pub use lists::{VOCABULARIES, object_lists};
pub use near::{NEAR_LISTS, by_ids, near_trek};
pub use reader::{Reader, kind_of};
pub use references::references;
pub use report_form::{BodyChunk, PhotoPart, ReportForm, legacy_report_address, report_address};
pub use scan::{languages, scan};
pub use sync_plan::{ApiRequest, ApiResponse, KnownObjects, RequestKind, SyncPlan};
