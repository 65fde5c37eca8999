//! The simulated network and server: the outcome of each attempt.

use jalon::report::{Endpoint, Reply, SendResult};
use rand::RngExt;

use super::Simulation;
use super::model::ModelState;

/// The outcome of an attempt.
pub(super) enum NetworkOutcome {
    NoConnection,
    /// It ends before the final chunk is sent.
    BeforeFinalChunk(SendResult),
    /// The final chunk is sent.
    AfterFinalChunk {
        /// Whether the server stores the report.
        is_stored: bool,
        result: SendResult,
    },
}

impl NetworkOutcome {
    /// The result for a driver that does not record the final chunk, and whether the server stores the report.
    pub(super) fn into_result(self) -> (SendResult, bool) {
        match self {
            NetworkOutcome::NoConnection => (SendResult::NotSent { detail: "no".into() }, false),
            NetworkOutcome::BeforeFinalChunk(result) => (result, false),
            NetworkOutcome::AfterFinalChunk { is_stored, result } => (result, is_stored),
        }
    }
}

fn lost(final_chunk_sent: bool) -> SendResult {
    SendResult::ConnectionLost { final_chunk_sent, detail: "cut".into() }
}

fn response(
    final_chunk_sent: bool,
    status: u16,
    body: &str,
    retry_after_ms: Option<u64>,
    is_complete: bool,
) -> SendResult {
    SendResult::Response {
        final_chunk_sent,
        reply: Reply { status, retry_after_ms, body: body.into(), is_complete, ..Reply::default() },
    }
}

/// A complete response to a complete request.
fn complete(is_stored: bool, status: u16, body: &str, retry_after_ms: Option<u64>) -> NetworkOutcome {
    NetworkOutcome::AfterFinalChunk { is_stored, result: response(true, status, body, retry_after_ms, true) }
}

/// A redirect to another host, or to the same one.
fn redirect(is_stored: bool, status: u16, redirects_elsewhere: bool) -> NetworkOutcome {
    let reply = Reply { status, is_complete: true, redirects_elsewhere, ..Reply::default() };
    NetworkOutcome::AfterFinalChunk { is_stored, result: SendResult::Response { final_chunk_sent: true, reply } }
}

impl Simulation<'_> {
    /// A random outcome for a report.
    pub(super) fn network_outcome(&mut self, at: usize) -> NetworkOutcome {
        let report = &self.reports[at];
        let is_first_endpoint = report.lifecycle.endpoint == Endpoint::V2;
        let (is_unacceptable, loses_connection) = (report.is_unacceptable, report.loses_connection);
        if self.is_old_server && is_first_endpoint {
            return complete(false, 404, r#"{"page": "does not exist"}"#, None);
        }
        let receipt = r#"{"id": 7, "email": ""}"#;
        if is_unacceptable && loses_connection {
            return NetworkOutcome::BeforeFinalChunk(lost(false));
        }
        if is_unacceptable && (self.has_recovered || self.happens(2)) {
            return complete(false, [400, 413, 422][self.rng.random_range(0..3)], r#"{"comment": ["no"]}"#, None);
        }
        if self.has_recovered {
            return complete(true, 201, receipt, None);
        }
        let retry_after_ms = match self.rng.random_range(0..5) {
            0 => Some(0),
            1 => Some(120_000),
            2 => Some(u64::MAX),
            _ => None,
        };
        match self.rng.random_range(0..20) {
            0 => NetworkOutcome::NoConnection,
            1 => NetworkOutcome::BeforeFinalChunk(lost(false)),
            2 => {
                let status = [413, 408, 500, 503, 502, 201, 301, 401][self.rng.random_range(0..8)];
                NetworkOutcome::BeforeFinalChunk(response(false, status, "", retry_after_ms, true))
            }
            // Lost within the final chunk, or before the server stored the report.
            3 => NetworkOutcome::AfterFinalChunk { is_stored: false, result: lost(true) },
            4 => NetworkOutcome::AfterFinalChunk { is_stored: true, result: lost(true) },
            5 => NetworkOutcome::AfterFinalChunk {
                is_stored: true,
                result: response(true, 201, r#"{"id": 7, "em"#, None, false),
            },
            6 => complete(true, 201, r#"{"id": 7, "em"#, None),
            7 => complete(true, 201, "<html></html>", None),
            8 => complete(true, 500, "<html></html>", None),
            9 => complete(true, [502, 504, 503][self.rng.random_range(0..3)], "", None),
            10 => complete(true, 201, r#"{"id": null}"#, None),
            // A captive portal, redirects, and a server that is private, moved or busy.
            11 if self.happens(2) => complete(false, 200, "<html></html>", None),
            11 => redirect(false, [301, 302, 307, 308][self.rng.random_range(0..4)], true),
            // A proxy or a patched server, which stored the report or did not.
            12 if self.happens(2) => {
                let body = [receipt, "", r#"{"id": 7, "em"#][self.rng.random_range(0..3)];
                let is_stored = self.happens(2);
                complete(is_stored, [200, 202, 204][self.rng.random_range(0..3)], body, None)
            }
            12 => {
                let is_stored = self.happens(2);
                redirect(is_stored, [302, 303, 307, 308][self.rng.random_range(0..4)], false)
            }
            13 => complete(false, [401, 403, 404, 405, 410][self.rng.random_range(0..5)], "", None),
            14 => complete(false, [408, 425, 429][self.rng.random_range(0..3)], "", retry_after_ms),
            15 => complete(false, 503, "", retry_after_ms),
            16 => complete(false, [500, 502, 504, 507, 599][self.rng.random_range(0..5)], "", retry_after_ms),
            17 => {
                let status = self.rng.random_range(202..600);
                // Stored only if the response leaves doubt: a refusal or a request to wait means that it was not stored.
                let reply = Reply { status, is_complete: true, ..Reply::default() };
                let is_doubtful = ModelState::after_response(true, &reply, is_first_endpoint) == ModelState::InDoubt;
                complete(is_doubtful && retry_after_ms.is_some(), status, "", None)
            }
            _ => complete(true, 201, receipt, None),
        }
    }
}
