//! The pages of a list, if the server splits it into pages although it is asked not to.

use std::collections::BTreeSet;

use url::Url;

use super::SyncPlan;
use crate::geotrek::api::request::{ApiRequest, ApiResponse, RequestKind};

/// Pages of one list, if the server splits it. Pages of Geotrek have at most 1,000 objects, and at least 50 unless asked for less.
pub(super) const MAX_PAGES: usize = 1_000;

impl SyncPlan {
    /// The next page, on the territory's own host: a server may write another host name into `next`. `None` at the end of the
    /// list, and where the pages of a broken server would never end; the list counts as truncated then.
    pub(super) fn next_page(&mut self, request: &ApiRequest, response: &ApiResponse) -> Option<ApiRequest> {
        if request.purpose == RequestKind::Count {
            return None;
        }
        let query = Url::parse(response.next.as_deref()?).ok()?.query()?.to_owned();
        let url = format!("{}{}/?{query}", self.api, request.endpoint);
        let pages = self.pages.entry((request.endpoint, request.language.clone())).or_default();
        pages.insert(request.url.clone());
        // Each page has an object at least.
        let max_pages = response.count.map_or(MAX_PAGES, |count| usize::try_from(count).unwrap_or(MAX_PAGES));
        if pages.contains(&url) || pages.len() >= max_pages.min(MAX_PAGES) {
            self.truncated_lists.insert(request.endpoint);
            return None;
        }
        Some(ApiRequest { url, ids: BTreeSet::new(), ..request.clone() })
    }
}
