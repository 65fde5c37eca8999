//! Retry decisions: which outcomes are worth another attempt, and after which pause.

use serde::{Deserialize, Serialize};

/// Exponential backoff with jitter. Transfers and reports each have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// Longest pause after the first attempt, in milliseconds. Each further attempt doubles it.
    pub(crate) first_pause_ms: u64,
    /// Upper limit of the doubling, in milliseconds.
    pub(crate) max_pause_ms: u64,
    /// Longest `Retry-After` that is obeyed, in milliseconds. What happens beyond is the caller's decision.
    pub(crate) max_retry_after_ms: u64,
}

impl Backoff {
    /// Milliseconds to wait before the attempt that follows attempt number `attempts` (from 1).
    ///
    /// `jitter` (0 to 1) places the pause between half of the doubled pause and the whole of it, so that many phones that
    /// lost the same server at the same moment do not return together. The pause is never shorter than `min_pause_ms`,
    /// which is 0 or what the server asked for.
    pub(crate) fn pause_ms(self, attempts: u32, min_pause_ms: u64, jitter: f64) -> u64 {
        let doublings = attempts.saturating_sub(1).min(16);
        let longest = self.first_pause_ms.saturating_mul(1 << doublings).min(self.max_pause_ms);
        let pause = longest / 2 + (longest as f64 / 2.0 * jitter.clamp(0.0, 1.0)) as u64;
        pause.max(min_pause_ms)
    }
}

/// The backoff of transfers. A server that asks for a longer `Retry-After` counts as gone.
const BACKOFF: Backoff = Backoff { first_pause_ms: 1_000, max_pause_ms: 120_000, max_retry_after_ms: 600_000 };

/// What a server says by which one can ask later whether something is still the same (RFC 9110, 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, quotes and all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to ask by.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// What a whole answer told beside its body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseMeta {
    /// HTTP status.
    pub status: u16,
    /// What `Retry-After` asked for, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What to ask by later.
    #[serde(default, skip_serializing_if = "Validators::is_empty")]
    pub validators: Validators,
    /// `Date` of the answer, Unix ms: the server's own clock, by which it dates its changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_ms: Option<i64>,
    /// Bytes of the body that came over the network this time, packed as they were.
    #[serde(default)]
    pub bytes: u64,
}

/// How an exchange ended, as its driver saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The whole answer came.
    Response(ResponseMeta),
    /// No whole answer: no network, no such host, a time-out, a cut in the middle.
    NetworkError {
        /// What happened, for a person; nothing personal.
        reason: String,
    },
    /// The answer broke a limit or a rule of ours, and would break it again.
    Rejected {
        /// Which one.
        reason: String,
    },
}

/// What follows from an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryDecision {
    /// It is done.
    Done,
    /// It may be tried again after this pause.
    Retry {
        /// Milliseconds.
        pause_ms: u64,
    },
    /// It will not get better.
    Failed,
}

/// Judges the outcome of try number `attempts` (from 1) of at most `max_attempts`. `jitter` is 0 to 1 and spreads the pauses of many phones that lost
/// the same server at the same moment.
pub fn decide(outcome: &Outcome, attempts: u32, max_attempts: u32, jitter: f64) -> RetryDecision {
    let asked_ms = match outcome {
        Outcome::Response(ResponseMeta { status: 200..=299 | 304, .. }) => return RetryDecision::Done,
        Outcome::Response(ResponseMeta { status: 408 | 425 | 429 | 500..=599, retry_after_ms, .. }) => *retry_after_ms,
        Outcome::NetworkError { .. } => None,
        Outcome::Response(_) | Outcome::Rejected { .. } => return RetryDecision::Failed,
    };
    if attempts >= max_attempts || asked_ms.is_some_and(|asked| asked > BACKOFF.max_retry_after_ms) {
        return RetryDecision::Failed;
    }
    RetryDecision::Retry { pause_ms: BACKOFF.pause_ms(attempts, asked_ms.unwrap_or(0), jitter) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIES: u32 = 5;

    fn answered(status: u16, retry_after_ms: Option<u64>) -> Outcome {
        Outcome::Response(ResponseMeta { status, retry_after_ms, ..ResponseMeta::default() })
    }

    #[test]
    fn what_may_get_better_is_tried_again_and_nothing_else() {
        for status in [200, 206, 304] {
            assert_eq!(decide(&answered(status, None), 1, TRIES, 0.5), RetryDecision::Done, "{status}");
        }
        for status in [301, 400, 401, 403, 404, 410, 413] {
            assert_eq!(decide(&answered(status, None), 1, TRIES, 0.5), RetryDecision::Failed, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(matches!(decide(&answered(status, None), 1, TRIES, 0.5), RetryDecision::Retry { .. }), "{status}");
        }
        let reason = String::new();
        assert_eq!(decide(&Outcome::Rejected { reason }, 1, TRIES, 0.5), RetryDecision::Failed);
    }

    #[test]
    fn pauses_double_stay_within_bounds_and_obey_the_server() {
        let lost = Outcome::NetworkError { reason: String::new() };
        assert_eq!(decide(&lost, 1, TRIES, 0.0), RetryDecision::Retry { pause_ms: 500 });
        assert_eq!(decide(&lost, 1, TRIES, 1.0), RetryDecision::Retry { pause_ms: 1_000 });
        assert_eq!(decide(&lost, 3, TRIES, 1.0), RetryDecision::Retry { pause_ms: 4_000 });
        assert_eq!(decide(&lost, TRIES, TRIES, 1.0), RetryDecision::Failed);
        assert_eq!(decide(&answered(429, Some(30_000)), 1, TRIES, 1.0), RetryDecision::Retry { pause_ms: 30_000 });
        assert_eq!(decide(&answered(503, Some(86_400_000)), 1, TRIES, 1.0), RetryDecision::Failed);
    }
}
