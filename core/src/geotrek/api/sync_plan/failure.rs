//! The requests after a failed request: the same list without its filter, or none.

use super::SyncPlan;
use crate::geotrek::api::lists::ListSpec;
use crate::geotrek::api::request::{ApiRequest, RequestKind};

impl SyncPlan {
    /// The requests that follow a failed request: `status` is that of the last response, `None` if it was invalid.
    pub(crate) fn on_failure(&mut self, request: &ApiRequest, status: Option<u16>) -> Vec<ApiRequest> {
        let endpoint = request.endpoint;
        let list = ListSpec::of(endpoint);
        let has_portal_filter = list.has_portal_parameter() && !self.portals.is_empty() && request.portals.is_empty();
        match (status, &request.purpose) {
            // A stage that is not public, or an entry of a vocabulary that does not exist.
            (Some(404 | 410), RequestKind::Object) => return Vec::new(),
            (Some(404), _) if request.ids.is_empty() => {
                self.absent_lists.insert(endpoint);
                return Vec::new();
            }
            (Some(_), _) if has_portal_filter => {
                self.unfiltered.insert(endpoint);
                return vec![request.without_portals(&self.portals)];
            }
            (Some(_), RequestKind::Changed | RequestKind::ChangedObjects) if self.undated.insert(endpoint) => {
                return self.whole(&list);
            }
            _ => {}
        }
        if request.ids.is_empty() || request.purpose != RequestKind::Objects {
            self.failed_lists.insert(endpoint);
            return Vec::new();
        }
        self.batches.fail(endpoint, &request.language);
        // Another status concerns the server, or this client, and not the objects.
        let mut requests = match status {
            None | Some(500) => self.on_batch_end(request, false),
            Some(_) => self.on_batch_failure(request),
        };
        requests.extend(self.next_batches(endpoint, &request.language));
        requests
    }
}
