//! Requests to Geotrek's API v2 and their responses.
//!
//! * `lists`: the lists that a territory consists of, and how each is requested.
//! * `request`: one request, the facts of its response that a plan needs, and the requests of a download.
//! * `sync_plan`: the requests of a refresh, `batches` its queue of objects to request by id.
//! * `page`: a response as a stream of objects, within limits.
//! * `non_finite`: numbers that JSON lacks, replaced while a response is read.
//! * `scan`: the facts that a plan needs of a response, before it is read into the model.

mod batches;
mod lists;
mod non_finite;
mod page;
mod request;
mod scan;
mod sync_plan;

pub use lists::kind_of;
pub(crate) use lists::{has_plain_texts, object_lists, vocabularies};
pub(crate) use non_finite::has_non_finite;
pub(crate) use page::is_web_page;
pub use page::{Limits, List, read_list, read_one};
pub(crate) use request::{ApiRequest, ApiResponse, ApiSource, NEAR_LISTS, RequestKind};
pub(crate) use scan::{languages, scan};
pub(crate) use sync_plan::{KnownObjects, SyncPlan};
