//! The response to a request: from the faults, the reports, the media or the API.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Method;

use super::faults::{self, Fault, RequestFaults};
use super::log::LoggedRequest;
use super::response::Response;
use super::state::ServerState;
use super::wire::{Request, Wire};
use super::{api, gzip, mobile_tree, reports, static_file};
use crate::day::Day;
use crate::generator::HOST;

/// A response that is ready to be sent.
pub(super) struct Prepared {
    pub(super) wire: Wire,
    pub(super) response: Response,
    pub(super) delay: Duration,
    /// Whether it is sent only after a release.
    pub(super) is_held: bool,
    pub(super) log_index: usize,
}

/// Makes the response to a request and logs both.
pub(super) fn prepare(
    state: &ServerState,
    request: &Request,
    faults: &RequestFaults,
    upload: Option<usize>,
) -> Prepared {
    let (mut response, report_id) = respond(state, request, faults, upload);
    if response.is_json() {
        let host = state.options.link_host.as_deref().unwrap_or(&state.url);
        response.replace(HOST, host);
        // `next` and `previous` follow the Host header, so they are right even if other links are stale.
        response.replace(api::PAGE_LINK_HOST, &state.url);
        for fault in &faults.list {
            if let Fault::ReplaceText { from, to } = fault {
                response.replace(from, to);
            }
        }
    }
    response.add_cookie_for(&request.headers);
    response.headers.push(("date", state.options.today.unwrap_or_else(Day::today).noon()));
    let bytes = response.body.len();
    if state.options.gzip {
        gzip::compress(&mut response, &request.headers);
    }
    let wire = Wire::new(&response, &request.method, &faults.list);
    let log_index = state.log.add(LoggedRequest::new(request, response.status, bytes, wire.head()));
    if let Some(upload) = upload {
        state.uploads.update(upload, |upload| {
            (upload.status, upload.report_id) = (Some(response.status), report_id);
        });
    }
    Prepared { wire, response, delay: faults.delay(), is_held: faults.has(&Fault::Hold), log_index }
}

/// The response, and the id of the report that was stored.
fn respond(
    state: &ServerState,
    request: &Request,
    faults: &RequestFaults,
    upload: Option<usize>,
) -> (Response, Option<u64>) {
    let Some(path) = request.target().strip_prefix(state.options.base_path).map(str::to_owned) else {
        return (Response::html(404), None);
    };
    let uri = path.parse().unwrap_or_default();
    let request = &Request { uri, ..request.clone() };
    if let Some(response) = faults.replacement(request.uri.path()) {
        return (response, None);
    }
    if reports::is_endpoint(request.uri.path()) {
        let territory = state.territory.read().unwrap_or_else(PoisonError::into_inner);
        let upload = upload.map(|upload| state.uploads.position(upload));
        let is_idempotent = state.options.idempotent_reports;
        if let Some(response) = state.reports.respond(&territory, request, faults, upload, is_idempotent) {
            return response;
        }
    }
    (respond_to_read(state, request, faults), None)
}

fn respond_to_read(state: &ServerState, request: &Request, faults: &RequestFaults) -> Response {
    let call = state.calls.fetch_add(1, Ordering::Relaxed);
    let path = request.uri.path();
    if request.method != Method::GET && request.method != Method::HEAD {
        return Response::detail(405, "Method not allowed.");
    }
    if path == faults::PORTAL_PATH {
        return Response::captive_portal();
    }
    if let (Some(folder), Some(path)) = (&state.options.files, path.strip_prefix(static_file::FILES)) {
        return static_file::respond(folder, path, &request.headers, !faults.has(&Fault::IgnoreRange));
    }
    if let Some(path) = path.strip_prefix(mobile_tree::TREE) {
        let territory = state.territory.read().unwrap_or_else(PoisonError::into_inner);
        let options = (state.url.as_str(), !faults.has(&Fault::IgnoreRange));
        return mobile_tree::respond(&territory, &state.media, path, &request.headers, options);
    }
    if !path.starts_with("/api/v2/") {
        if faults.has(&Fault::ReplaceFile) {
            state.media.replace(path);
        }
        return state.media.respond(path, &request.headers, !faults.has(&Fault::IgnoreRange));
    }
    let territory = state.territory.read().unwrap_or_else(PoisonError::into_inner);
    let today = state.options.today.unwrap_or_else(Day::today);
    let api_request = api::ApiRequest {
        name_orders: &state.name_orders,
        uri: &request.uri,
        headers: &request.headers,
        faults,
        call,
        seed: state.request_seed(&request.uri.to_string()),
        today,
        month: state.options.month.unwrap_or_else(|| today.month()),
        outlines_in_metres: state.options.outlines_in_metres,
    };
    api::respond(&territory, &api_request)
}
