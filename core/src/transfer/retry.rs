//! Retry decisions: which outcomes are worth another attempt, and after which pause.

use super::{Outcome, ResponseMeta};

/// Exponential backoff with jitter. Transfers and reports each have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// Longest pause after the first attempt, in milliseconds. Each further attempt doubles it.
    pub(crate) first_pause_ms: u64,
    /// Upper limit of the doubling, in milliseconds.
    pub(crate) max_pause_ms: u64,
    /// Longest `Retry-After` that is obeyed, in milliseconds. The caller decides about a longer one.
    pub(crate) max_retry_after_ms: u64,
}

impl Backoff {
    /// Milliseconds to wait before the attempt that follows attempt number `attempts` (from 1).
    ///
    /// `jitter` (0 to 1) places the pause between half of the doubled pause and the whole of it, so that many phones that
    /// lost the same server at the same moment do not return together. The pause is never shorter than `min_pause_ms`,
    /// which is 0 or the server's `Retry-After`.
    pub(crate) fn pause_ms(self, attempts: u32, min_pause_ms: u64, jitter: f64) -> u64 {
        let doublings = attempts.saturating_sub(1).min(16);
        let longest = self.first_pause_ms.saturating_mul(1 << doublings).min(self.max_pause_ms);
        let pause = longest / 2 + (longest as f64 / 2.0 * jitter.clamp(0.0, 1.0)) as u64;
        pause.max(min_pause_ms)
    }
}

/// The backoff of transfers. A server that asks for a longer `Retry-After` counts as gone.
const BACKOFF: Backoff = Backoff { first_pause_ms: 1_000, max_pause_ms: 120_000, max_retry_after_ms: 600_000 };

/// Consequence of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// The transfer is complete.
    Done,
    /// The transfer may be attempted again after a pause.
    Retry {
        /// The pause in milliseconds.
        pause_ms: u64,
    },
    /// The transfer has failed for good.
    Failed,
}

/// Decides what follows from the outcome of attempt number `attempts` (from 1) of at most `max_attempts`. `jitter` is 0 to 1,
/// see [`Backoff::pause_ms`].
pub(crate) fn decide(outcome: &Outcome, attempts: u32, max_attempts: u32, jitter: f64) -> RetryDecision {
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

    const MAX_ATTEMPTS: u32 = 5;

    fn response(status: u16, retry_after_ms: Option<u64>) -> Outcome {
        Outcome::Response(ResponseMeta { status, retry_after_ms, ..ResponseMeta::default() })
    }

    #[test]
    fn only_transient_failures_are_retried() {
        for status in [200, 206, 304] {
            assert_eq!(decide(&response(status, None), 1, MAX_ATTEMPTS, 0.5), RetryDecision::Done, "{status}");
        }
        for status in [301, 400, 401, 403, 404, 410, 413] {
            assert_eq!(decide(&response(status, None), 1, MAX_ATTEMPTS, 0.5), RetryDecision::Failed, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(
                matches!(decide(&response(status, None), 1, MAX_ATTEMPTS, 0.5), RetryDecision::Retry { .. }),
                "{status}"
            );
        }
        let detail = String::new();
        assert_eq!(decide(&Outcome::Rejected { detail }, 1, MAX_ATTEMPTS, 0.5), RetryDecision::Failed);
    }

    #[test]
    fn pauses_double_up_to_the_limit_and_obey_retry_after() {
        let network_error = Outcome::NetworkError { detail: String::new() };
        assert_eq!(decide(&network_error, 1, MAX_ATTEMPTS, 0.0), RetryDecision::Retry { pause_ms: 500 });
        assert_eq!(decide(&network_error, 1, MAX_ATTEMPTS, 1.0), RetryDecision::Retry { pause_ms: 1_000 });
        assert_eq!(decide(&network_error, 3, MAX_ATTEMPTS, 1.0), RetryDecision::Retry { pause_ms: 4_000 });
        assert_eq!(decide(&network_error, MAX_ATTEMPTS, MAX_ATTEMPTS, 1.0), RetryDecision::Failed);
        assert_eq!(
            decide(&response(429, Some(30_000)), 1, MAX_ATTEMPTS, 1.0),
            RetryDecision::Retry { pause_ms: 30_000 }
        );
        assert_eq!(decide(&response(503, Some(86_400_000)), 1, MAX_ATTEMPTS, 1.0), RetryDecision::Failed);
    }
}
