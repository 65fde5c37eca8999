//! The result of an attempt and its classification. The guarantee that no report is lost, and none duplicated unnoticed,
//! depends on the table of HTTP statuses here.
//!
//! Geotrek answers 201 after it stored a report. Another success (200, 202, a redirect to the same host) may come from a
//! proxy or from a patched server that stored the report, so it leaves the report in doubt. Only a page of HTML with 200
//! and a redirect to another host cannot come from Geotrek: the sign-in page of a Wi-Fi network answers so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::ordered;
use crate::response::Headers;
use crate::transfer::Backoff;

/// The pauses between attempts. A longer `Retry-After` is shortened to a day.
const BACKOFF: Backoff =
    Backoff { first_pause_ms: 30_000, max_pause_ms: 3_600_000, max_retry_after_ms: 24 * 3_600_000 };
/// Pause after 401 and 403, in milliseconds.
const UNAUTHORIZED_PAUSE_MS: u64 = 3_600_000;
/// Pause after neither endpoint exists, in milliseconds.
const NO_ENDPOINT_PAUSE_MS: u64 = 6 * 3_600_000;

const OTHER_SERVER: &str = "another server responded, such as the sign-in page of a Wi-Fi network";

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
    /// Whether `Location` names another host than that of the request, or the same address in https instead of http.
    #[serde(default)]
    pub redirects_elsewhere: bool,
}

impl Reply {
    /// Reads the response to a request for `url`. Header names may have any case; the first of several equal names counts.
    /// `now_ms` is the wall clock, Unix ms; a date in `Retry-After` is compared with the `Date` of the response if it has one.
    #[doc(hidden)]
    pub fn new<'h>(
        url: &str,
        status: u16,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
        body: String,
        is_complete: bool,
        now_ms: i64,
    ) -> Reply {
        let headers = Headers::new(headers);
        Reply {
            status,
            // A server that sends the header has not taken the report, even if the value is invalid.
            retry_after_ms: headers.get("retry-after").map(|_| headers.retry_after_ms(now_ms).unwrap_or_default()),
            body,
            is_complete,
            redirects_elsewhere: headers.get("location").is_some_and(|location| is_elsewhere(url, location)),
        }
    }

    /// Whether the response to `GET /api/v2/version` shows that the server cannot take reports at present: its application is
    /// down or busy, or another server responds. Any other response (401 of a private Geotrek, 404 of an old one) does not
    /// show it.
    pub(crate) fn is_unavailable(&self) -> bool {
        match self.status {
            408 | 425 | 429 | 500..=599 => true,
            200 => is_html(&self.body),
            // Geotrek does not redirect this address; a portal or a login does.
            302 | 303 | 307 => true,
            300..=399 => self.redirects_elsewhere,
            _ => false,
        }
    }
}

/// Whether a redirect from `url` to `location` cannot come from an application that stored the report at `url`: it leads to
/// another host, or it only asks for https.
fn is_elsewhere(url: &str, location: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let Ok(target) = url.join(location) else { return false };
    let asks_for_https = url.scheme() == "http"
        && target.scheme() == "https"
        && (url.path(), url.query()) == (target.path(), target.query());
    url.host() != target.host() || asks_for_https
}

/// Whether a body is a page of HTML. The body decides, because portals send it with any `Content-Type` or with none.
fn is_html(body: &str) -> bool {
    let text = body.trim_start_matches('\u{feff}').trim_start();
    let start: String = text.chars().take(1_024).collect::<String>().to_ascii_lowercase();
    let tags = ["<!doctype html", "<html", "<head", "<meta", "<body", "<script", "<title"];
    start.starts_with('<') && tags.iter().any(|tag| start.contains(tag))
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
        200 if is_html(&reply.body) => retry(0, OTHER_SERVER),
        300..=399 if reply.redirects_elsewhere => retry(0, OTHER_SERVER),
        301 | 404 | 405 if !is_last_endpoint => Classification::OtherEndpoint,
        404 | 405 | 410 => retry(NO_ENDPOINT_PAUSE_MS, "the server does not take reports at present"),
        400 | 413 | 415 | 422 => {
            Classification::Refused { fields: field_messages(&reply.body), detail: refusal(reply.status).to_owned() }
        }
        401 | 403 => retry(UNAUTHORIZED_PAUSE_MS, "the server requires a login"),
        408 | 425 | 429 => retry(retry_after_ms.unwrap_or(0), "the server is busy"),
        503 if retry_after_ms.is_some() => retry(retry_after_ms.unwrap_or(0), "the server is busy"),
        status if !final_chunk_sent => in_doubt(&format!("the server answered {status}")),
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
        let reply = Reply { status, retry_after_ms, body: body.to_owned(), is_complete: true, ..Reply::default() };
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
                    200 if body.starts_with('<') => "again",
                    401 | 403 | 404 | 405 | 408 | 410 | 425 | 429 => "again",
                    400 | 413 | 415 | 422 => "refused",
                    _ => "doubt",
                };
                assert_eq!(verdict, expected, "{status} {body}");
            }
        }
    }

    fn redirected(status: u16, url: &str, location: &str) -> SendResult {
        let reply = Reply::new(url, status, [("LOCATION", location)], String::new(), true, 0);
        SendResult::Response { final_chunk_sent: true, reply }
    }

    #[test]
    fn classify_redirect_is_in_doubt_unless_it_leaves_the_host() {
        let url = "https://park.example/api/v2/feedback_report/";
        for status in [302, 303, 307, 308] {
            for location in ["/merci/", "https://PARK.example/x", "http://park.example/api/v2/feedback_report/", ""] {
                assert_eq!(of(&redirected(status, url, location)), "doubt", "{status} {location}");
            }
            for location in ["https://portal.example/login", "//10.0.0.1/"] {
                assert_eq!(of(&redirected(status, url, location)), "again", "{status} {location}");
            }
        }
        let plain = "http://park.example/api/v2/feedback_report/";
        assert_eq!(of(&redirected(301, plain, url)), "again", "the server asks for https");
        assert_eq!(of(&redirected(303, plain, "https://park.example/merci/")), "doubt");
        let moved = redirected(301, url, "https://portal.example/");
        assert!(matches!(classify(&moved, 1, false, 0.0), Classification::Retry { .. }), "no other endpoint is tried");
    }

    #[test]
    fn classify_200_is_in_doubt_unless_it_is_a_page() {
        let pages =
            ["<!DOCTYPE html><p>", "\u{feff}\n<HTML>", "<!-- x --><html>", "<script>location='/login'</script>"];
        for page in pages {
            assert_eq!(of(&answered(200, page, None)), "again", "{page}");
            assert_eq!(of(&answered(202, page, None)), "doubt", "{page}");
        }
        for body in ["", r#"{"id": 7}"#, r#"{"comment": "<html>"}"#, "<id>7</id>", "OK"] {
            assert_eq!(of(&answered(200, body, None)), "doubt", "{body}");
        }
    }

    #[test]
    fn retry_after_date_is_relative_to_the_date_of_the_response() {
        let headers = [("Retry-After", "Fri, 14 Jul 2017 02:41:00 GMT"), ("Date", "Fri, 14 Jul 2017 02:40:00 GMT")];
        let reply = Reply::new("https://park.example/", 503, headers, String::new(), true, 0);
        assert_eq!(reply.retry_after_ms, Some(60_000), "the clock of the phone is wrong");
    }

    #[test]
    fn response_to_version_shows_whether_the_application_is_there() {
        let unavailable = |status, body: &str, location: &str| {
            let headers = [("location", location)];
            let url = "https://park.example/api/v2/version";
            Reply::new(url, status, headers, body.to_owned(), true, 0).is_unavailable()
        };
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(unavailable(status, "", ""), "{status}");
        }
        assert!(unavailable(200, "<html></html>", "") && unavailable(301, "", "https://portal.example/"));
        assert!(unavailable(302, "", "/portal") && unavailable(307, "", "/login"));
        assert!(!unavailable(200, r#"{"version": "2.126.1"}"#, "") && !unavailable(301, "", "/api/v2/version/"));
        assert!(!unavailable(401, "", "") && !unavailable(404, "<html></html>", ""));
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
            assert_eq!(of(&answered(status, "", None)), if status == 301 { "doubt" } else { "again" });
        }
        assert!(matches!(classify(&answered(302, "", None), 1, false, 0.0), Classification::InDoubt { .. }));
    }

    #[test]
    fn classify_refusal_keeps_the_messages_of_the_fields() {
        let sent = answered(400, r#"{"email": ["Saisissez une adresse e-mail valide."], "x": "y"}"#, None);
        let Classification::Refused { fields, .. } = classify(&sent, 1, true, 0.0) else { panic!() };
        assert_eq!(fields["email"], ["Saisissez une adresse e-mail valide."]);
        assert_eq!(fields["x"], ["y"]);
    }
}
