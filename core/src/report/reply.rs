//! What became of an attempt, and what follows from it: the table of guarantee "never lost, never doubled unseen".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest pause that a server may ask for: a day.
const LONGEST_RETRY_AFTER_MS: u64 = 24 * 3_600_000;
/// What a server that wants somebody to sign in is left alone for.
const ACCOUNT_PAUSE_MS: u64 = 3_600_000;
/// What a server that takes no reports is left alone for.
const ENDPOINT_PAUSE_MS: u64 = 6 * 3_600_000;
const FIRST_PAUSE_MS: u64 = 30_000;
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// What a server answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, in milliseconds; a date that is past, or nonsense, is 0.
    pub retry_after_ms: Option<u64>,
    /// The body, as far as it is kept; not whole where `is_whole` says so.
    pub body: String,
    /// Whether the answer came to its end.
    pub is_whole: bool,
}

/// How an attempt ended, as its driver saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendResult {
    /// There was no connection: nothing left.
    NotSent {
        /// What happened, for a person; nothing personal.
        reason: String,
    },
    /// The connection was lost before an answer.
    Lost {
        /// Whether the last piece of the body was handed to the network.
        whole_body: bool,
        /// What happened, for a person; nothing personal.
        reason: String,
    },
    /// The server answered.
    Response {
        /// Whether the last piece of the body had been handed to the network by then.
        whole_body: bool,
        /// What it answered.
        reply: Reply,
    },
}

/// What follows from how an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Classification {
    /// The server has it.
    Accepted {
        /// The server's number; none where it hands reports on to another office.
        server_id: Option<i64>,
    },
    /// It has not, and may be asked again after a pause.
    Retry {
        /// Milliseconds.
        pause_ms: u64,
        /// Why, for a person.
        reason: String,
    },
    /// It has not, and the server's other address may take it, at once.
    OtherEndpoint,
    /// It has not, and will not, as it is.
    Refused {
        /// What the server says of each field.
        fields: BTreeMap<String, Vec<String>>,
        /// For a person.
        reason: String,
    },
    /// It may have it, and nobody can know.
    InDoubt {
        /// Why, for a person.
        reason: String,
    },
}

/// Judges an attempt. `attempt_count` counts them, this one included; `is_last_endpoint` says that the server has no other
/// address to try; `jitter` is 0 to 1.
pub fn classify(sent: &SendResult, attempt_count: u32, is_last_endpoint: bool, jitter: f64) -> Classification {
    let again = |at_least_ms: u64, reason: &str| {
        let doubled = FIRST_PAUSE_MS.saturating_mul(1 << attempt_count.saturating_sub(1).min(16)).min(LONGEST_PAUSE_MS);
        let spread = doubled / 2 + (doubled as f64 / 2.0 * jitter.clamp(0.0, 1.0)) as u64;
        Classification::Retry { pause_ms: spread.max(at_least_ms), reason: reason.to_owned() }
    };
    let (whole_body, reply) = match sent {
        SendResult::NotSent { reason } | SendResult::Lost { whole_body: false, reason } => return again(0, reason),
        SendResult::Lost { whole_body: true, reason } => {
            return Classification::InDoubt { reason: format!("the whole report had left, and then {reason}") };
        }
        SendResult::Response { whole_body, reply } => (*whole_body, reply),
    };
    let asked = reply.retry_after_ms.map(|ms| ms.min(LONGEST_RETRY_AFTER_MS));
    let doubt = |what: &str| {
        if whole_body { Classification::InDoubt { reason: what.to_owned() } } else { again(asked.unwrap_or(0), what) }
    };
    match reply.status {
        201 => match receipt(reply) {
            Some(server_id) => Classification::Accepted { server_id },
            None => doubt("the server said that it took the report, in words that are not a Geotrek's"),
        },
        // Geotrek never answers so: somebody else did, such as the sign-in page of a hotel.
        200 => again(0, "somebody else than the server answered (a sign-in page?)"),
        301 | 404 | 405 | 410 if !is_last_endpoint && reply.status != 410 => Classification::OtherEndpoint,
        404 | 405 | 410 => again(ENDPOINT_PAUSE_MS, "the server takes no reports now"),
        300..=399 => again(0, "the server sends elsewhere, where no report is taken"),
        400 | 413 | 415 | 422 => Classification::Refused { fields: fields(&reply.body), reason: refusal(reply.status) },
        401 | 403 => again(ACCOUNT_PAUSE_MS, "the server wants somebody to sign in"),
        408 | 425 | 429 => again(asked.unwrap_or(0), "the server asks for patience"),
        503 if asked.is_some() => again(asked.unwrap_or(0), "the server asks for patience"),
        status => doubt(&format!("the server answered {status}, which it also does after it has stored a report")),
    }
}

/// The number in the answer to a report that was stored; none where the answer is not one.
fn receipt(reply: &Reply) -> Option<Option<i64>> {
    if !reply.is_whole {
        return None;
    }
    match serde_json::from_str::<Value>(&reply.body).ok()?.get("id")? {
        Value::Number(id) => id.as_i64().map(Some),
        Value::Null => Some(None),
        _ => None,
    }
}

/// What a server says of each field: `{"email": ["…"]}`.
fn fields(body: &str) -> BTreeMap<String, Vec<String>> {
    let Ok(Value::Object(said)) = serde_json::from_str::<Value>(body) else { return BTreeMap::new() };
    let texts = |value: Value| match value {
        Value::Array(texts) => texts.into_iter().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        Value::String(text) => vec![text],
        _ => Vec::new(),
    };
    said.into_iter().map(|(field, value)| (field, texts(value))).collect()
}

fn refusal(status: u16) -> String {
    match status {
        413 => "the server finds the report too large: take smaller or fewer photos",
        415 => "the server does not take reports in this form",
        _ => "the server refuses something that the report says",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str, retry_after_ms: Option<u64>) -> SendResult {
        let reply = Reply { status, retry_after_ms, body: body.to_owned(), is_whole: true };
        SendResult::Response { whole_body: true, reply }
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
    fn only_a_201_that_says_so_is_accepted_whatever_the_status_and_the_body() {
        let bodies =
            [r#"{"id": 7, "email": ""}"#, r#"{"id": null, "email": ""}"#, "", "<html></html>", r#"{"id": "#, "[1]"];
        for status in 100..=599 {
            for body in bodies {
                let verdict = of(&answered(status, body, None));
                let right = status == 201 && body.ends_with('}') && body.contains("\"id\"");
                assert_eq!(verdict == "accepted", right, "{status} {body}");
                // Of a 2xx that is none of Geotrek's, and of everything that it may say after storing, nobody can know.
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
    fn a_cut_answer_is_no_receipt_and_a_cut_request_can_be_sent_again() {
        let reply = Reply { status: 201, body: r#"{"id": 7}"#.into(), ..Reply::default() };
        assert_eq!(of(&SendResult::Response { whole_body: true, reply }), "doubt");
        let reason = "the connection was lost".to_owned();
        assert_eq!(of(&SendResult::Lost { whole_body: true, reason: reason.clone() }), "doubt");
        assert_eq!(of(&SendResult::Lost { whole_body: false, reason: reason.clone() }), "again");
        assert_eq!(of(&SendResult::NotSent { reason }), "again");
        let early = Reply { status: 500, is_whole: true, ..Reply::default() };
        assert_eq!(of(&SendResult::Response { whole_body: false, reply: early }), "again", "it cannot have it");
    }

    #[test]
    fn a_server_may_ask_for_patience_within_reason() {
        let pause = |status, ms| match classify(&answered(status, "", ms), 1, true, 1.0) {
            Classification::Retry { pause_ms, .. } => Some(pause_ms),
            _ => None,
        };
        assert_eq!(pause(503, Some(90_000)), Some(90_000));
        assert_eq!(pause(503, Some(0)), Some(30_000), "a date that is past");
        assert_eq!(pause(429, Some(u64::MAX)), Some(LONGEST_RETRY_AFTER_MS));
        assert_eq!(pause(503, None), None, "a cache in front may say so after the server has stored it");
        assert!(pause(401, None) >= Some(ACCOUNT_PAUSE_MS));
    }

    #[test]
    fn the_other_address_is_tried_where_the_first_is_not_there() {
        for status in [301, 404, 405] {
            assert_eq!(classify(&answered(status, "", None), 1, false, 0.0), Classification::OtherEndpoint);
            assert_eq!(of(&answered(status, "", None)), "again");
        }
        assert!(matches!(classify(&answered(302, "", None), 1, false, 0.0), Classification::Retry { .. }));
    }

    #[test]
    fn what_the_server_says_of_fields_is_kept() {
        let sent = answered(400, r#"{"email": ["Saisissez une adresse e-mail valide."], "x": "y"}"#, None);
        let Classification::Refused { fields, .. } = classify(&sent, 1, true, 0.0) else { panic!() };
        assert_eq!(fields["email"], ["Saisissez une adresse e-mail valide."]);
        assert_eq!(fields["x"], ["y"]);
    }
}
