//! The result of an attempt and its classification. The guarantee that no report is lost, and none duplicated unnoticed,
//! depends on the table of HTTP statuses here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ordered;
use crate::transfer::Backoff;

/// The pauses between attempts. A longer `Retry-After` is shortened to a day.
const BACKOFF: Backoff =
    Backoff { first_pause_ms: 30_000, max_pause_ms: 3_600_000, max_retry_after_ms: 24 * 3_600_000 };
/// Pause after 401 and 403, in milliseconds.
const UNAUTHORIZED_PAUSE_MS: u64 = 3_600_000;
/// Pause after neither endpoint exists, in milliseconds.
const NO_ENDPOINT_PAUSE_MS: u64 = 6 * 3_600_000;

/// An HTTP response to a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in milliseconds; 0 for a date in the past or an invalid value.
    pub retry_after_ms: Option<u64>,
    /// The body, truncated if `is_complete` is false.
    pub body: String,
    /// Whether the whole body arrived.
    pub is_complete: bool,
}

/// The result of an attempt, as its driver saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendResult {
    /// No connection was made, so no byte was sent.
    NotSent {
        /// The cause, as a sentence for a person, without personal data.
        detail: String,
    },
    /// The connection was lost before a response.
    ConnectionLost {
        /// Whether the last chunk of the body may have left the device.
        final_chunk_sent: bool,
        /// The cause, as a sentence for a person, without personal data.
        detail: String,
    },
    /// The server responded.
    Response {
        /// Whether the last chunk of the body may have left the device before the response.
        final_chunk_sent: bool,
        /// The response.
        reply: Reply,
    },
}

/// The conclusion from the result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Classification {
    /// The server has stored the report.
    Accepted {
        /// The server's id of the report; `None` if the server forwards reports to another office.
        server_id: Option<i64>,
    },
    /// The server has not stored the report, and another attempt may succeed after a pause.
    Retry {
        /// Pause in milliseconds.
        pause_ms: u64,
        /// The cause, as a sentence for a person.
        detail: String,
    },
    /// The server has not stored the report and has no such endpoint; the other one is tried at once.
    OtherEndpoint,
    /// The server has rejected the content of the report.
    Refused {
        /// The server's messages by field.
        fields: BTreeMap<String, Vec<String>>,
        /// The cause, as a sentence for a person.
        detail: String,
    },
    /// The server may have stored the report.
    InDoubt {
        /// The cause, as a sentence for a person.
        detail: String,
    },
}

/// Classifies the result of attempt number `attempt_count` (from 1). `is_last_endpoint` says that no other endpoint is left
/// to try; `jitter` is a random number from 0 to 1.
pub(super) fn classify(sent: &SendResult, attempt_count: u32, is_last_endpoint: bool, jitter: f64) -> Classification {
    let retry = |min_pause_ms: u64, detail: &str| Classification::Retry {
        pause_ms: BACKOFF.pause_ms(attempt_count, min_pause_ms, jitter),
        detail: detail.to_owned(),
    };
    let (final_chunk_sent, reply) = match sent {
        SendResult::NotSent { detail } | SendResult::ConnectionLost { final_chunk_sent: false, detail } => {
            return retry(0, detail);
        }
        SendResult::ConnectionLost { final_chunk_sent: true, detail } => {
            return Classification::InDoubt { detail: format!("the whole report was sent, then {detail}") };
        }
        SendResult::Response { final_chunk_sent, reply } => (*final_chunk_sent, reply),
    };
    let retry_after_ms = reply.retry_after_ms.map(|ms| ms.min(BACKOFF.max_retry_after_ms));
    let in_doubt = |detail: &str| match final_chunk_sent {
        true => Classification::InDoubt { detail: detail.to_owned() },
        false => retry(retry_after_ms.unwrap_or(0), detail),
    };
    match reply.status {
        201 => match receipt(reply) {
            Some(server_id) => Classification::Accepted { server_id },
            None => in_doubt("the server accepted the report, but its response is not Geotrek's"),
        },
        // Geotrek never responds so; the sign-in page of a captive portal does.
        200 => retry(0, "another server responded, such as the sign-in page of a Wi-Fi network"),
        301 | 404 | 405 if !is_last_endpoint => Classification::OtherEndpoint,
        404 | 405 | 410 => retry(NO_ENDPOINT_PAUSE_MS, "the server does not take reports at present"),
        300..=399 => retry(0, "the server redirects to an address that does not take reports"),
        400 | 413 | 415 | 422 => {
            Classification::Refused { fields: field_messages(&reply.body), detail: refusal(reply.status).to_owned() }
        }
        401 | 403 => retry(UNAUTHORIZED_PAUSE_MS, "the server requires a login"),
        408 | 425 | 429 => retry(retry_after_ms.unwrap_or(0), "the server is busy"),
        503 if retry_after_ms.is_some() => retry(retry_after_ms.unwrap_or(0), "the server is busy"),
        status => in_doubt(&format!("the server answered {status}, which it may do after storing the report")),
    }
}

/// The server's id in the response to a stored report; `None` if the response is not Geotrek's.
fn receipt(reply: &Reply) -> Option<Option<i64>> {
    if !reply.is_complete {
        return None;
    }
    match serde_json::from_str::<Value>(&reply.body).ok()?.get("id")? {
        Value::Number(id) => id.as_i64().map(Some),
        Value::Null => Some(None),
        _ => None,
    }
}

/// The server's messages by field, from a body such as `{"email": ["…"]}`.
fn field_messages(body: &str) -> BTreeMap<String, Vec<String>> {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(body) else { return BTreeMap::new() };
    let messages = |value: Value| match value {
        Value::Array(messages) => messages.into_iter().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        Value::String(message) => vec![message],
        _ => Vec::new(),
    };
    ordered::map(object.into_iter().map(|(field, value)| (field, messages(value))))
}

const fn refusal(status: u16) -> &'static str {
    match status {
        413 => "the report is too large for the server: attach smaller or fewer photos",
        415 => "the server does not accept the format of the report",
        _ => "the server rejected a field of the report",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str, retry_after_ms: Option<u64>) -> SendResult {
        let reply = Reply { status, retry_after_ms, body: body.to_owned(), is_complete: true };
        SendResult::Response { final_chunk_sent: true, reply }
    }

    fn of(sent: &SendResult) -> &'static str {
        match classify(sent, 1, true, 0.5) {
            Classification::Accepted { .. } => "accepted",
            Classification::Retry { .. } => "again",
            Classification::OtherEndpoint => "other",
            Classification::Refused { .. } => "refused",
            Classification::InDoubt { .. } => "doubt",
        }
    }

    #[test]
    fn classify_accepts_only_201_with_an_id_for_every_status_and_body() {
        let bodies =
            [r#"{"id": 7, "email": ""}"#, r#"{"id": null, "email": ""}"#, "", "<html></html>", r#"{"id": "#, "[1]"];
        for status in 100..=599 {
            for body in bodies {
                let verdict = of(&answered(status, body, None));
                let right = status == 201 && body.ends_with('}') && body.contains("\"id\"");
                assert_eq!(verdict == "accepted", right, "{status} {body}");
                // Any other status may follow after Geotrek or a proxy stored the report.
                let expected = match status {
                    201 if right => "accepted",
                    200 | 300..=405 | 408 | 410 | 425 | 429 => match status {
                        400 => "refused",
                        402 => "doubt",
                        _ => "again",
                    },
                    413 | 415 | 422 => "refused",
                    _ => "doubt",
                };
                assert_eq!(verdict, expected, "{status} {body}");
            }
        }
    }

    #[test]
    fn classify_truncated_response_is_in_doubt_and_truncated_request_is_retried() {
        let reply = Reply { status: 201, body: r#"{"id": 7}"#.into(), ..Reply::default() };
        assert_eq!(of(&SendResult::Response { final_chunk_sent: true, reply }), "doubt");
        let detail = "the connection was lost".to_owned();
        assert_eq!(of(&SendResult::ConnectionLost { final_chunk_sent: true, detail: detail.clone() }), "doubt");
        assert_eq!(of(&SendResult::ConnectionLost { final_chunk_sent: false, detail: detail.clone() }), "again");
        assert_eq!(of(&SendResult::NotSent { detail }), "again");
        let early = Reply { status: 500, is_complete: true, ..Reply::default() };
        assert_eq!(
            of(&SendResult::Response { final_chunk_sent: false, reply: early }),
            "again",
            "the server cannot have stored it"
        );
    }

    #[test]
    fn classify_obeys_retry_after_up_to_a_day() {
        let pause = |status, ms| match classify(&answered(status, "", ms), 1, true, 1.0) {
            Classification::Retry { pause_ms, .. } => Some(pause_ms),
            _ => None,
        };
        assert_eq!(pause(503, Some(90_000)), Some(90_000));
        assert_eq!(pause(503, Some(0)), Some(30_000), "a date in the past");
        assert_eq!(pause(429, Some(u64::MAX)), Some(BACKOFF.max_retry_after_ms));
        assert_eq!(pause(503, None), None, "a proxy may answer so after the server has stored it");
        assert!(pause(401, None) >= Some(UNAUTHORIZED_PAUSE_MS));
    }

    #[test]
    fn classify_missing_endpoint_tries_the_other_one() {
        for status in [301, 404, 405] {
            assert_eq!(classify(&answered(status, "", None), 1, false, 0.0), Classification::OtherEndpoint);
            assert_eq!(of(&answered(status, "", None)), "again");
        }
        assert!(matches!(classify(&answered(302, "", None), 1, false, 0.0), Classification::Retry { .. }));
    }

    #[test]
    fn classify_refusal_keeps_the_messages_of_the_fields() {
        let sent = answered(400, r#"{"email": ["Saisissez une adresse e-mail valide."], "x": "y"}"#, None);
        let Classification::Refused { fields, .. } = classify(&sent, 1, true, 0.0) else { panic!() };
        assert_eq!(fields["email"], ["Saisissez une adresse e-mail valide."]);
        assert_eq!(fields["x"], ["y"]);
    }
}
