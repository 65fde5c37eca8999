//! What follows if the server cannot answer a request: the same list without its filter, or none.

use super::SyncPlan;
use crate::geotrek::api::lists::{ByPortal, ListSpec, find};
use crate::geotrek::api::request::{ApiRequest, RequestKind, portal_filter};

impl SyncPlan {
    /// The requests that follow a failed request: `status` is that of the last response, `None` if it was invalid.
    pub(crate) fn on_failure(&mut self, request: &ApiRequest, status: Option<u16>) -> Vec<ApiRequest> {
        let endpoint = request.endpoint;
        let vocabulary = ListSpec::vocabulary(endpoint);
        let list = find(endpoint).unwrap_or(&vocabulary);
        match (status, &request.purpose) {
            // A stage that is not public, or an entry of a vocabulary that does not exist.
            (Some(404 | 410), RequestKind::Object) => return Vec::new(),
            (Some(404), _) if request.ids.is_empty() => {
                self.absent_lists.insert(endpoint);
                return Vec::new();
            }
            (Some(_), _) if self.has_portal_filter(list) && self.unfiltered.insert(endpoint) => {
                return self.without_portals(list, request);
            }
            // A request that was made before it was known that the server cannot filter.
            (Some(_), _) if request.portals.is_empty() && self.unfiltered.contains(endpoint) => {
                return self.without_portals(list, request);
            }
            (Some(_), RequestKind::Changed) if self.undated.insert(endpoint) => {
                return self.whole(list);
            }
            (Some(_), RequestKind::ChangedObjects) if self.undated.insert(endpoint) => {
                return self.whole(list);
            }
            _ => {}
        }
        self.failed_lists.insert(endpoint);
        let mut requests = Vec::new();
        if !request.ids.is_empty() && request.purpose == RequestKind::Objects {
            self.batches.fail(endpoint, &request.language);
            requests = self.next_batches(endpoint, &request.language);
        }
        requests
    }

    /// The same request without the filter by portals.
    fn without_portals(&self, list: &ListSpec, request: &ApiRequest) -> Vec<ApiRequest> {
        let filter = portal_filter(&self.portals);
        let mut url = request.url.replacen(&filter, "", 1);
        if let ByPortal::Field(field) = list.by_portal {
            // The objects are filtered here by their portals.
            url = url.replacen("fields=id", &format!("fields=id,{field}"), 1);
        }
        vec![ApiRequest { url, portals: self.portals.clone(), ..request.clone() }]
    }
}
