//! The clock: wall time for dates that people read, boot time for pauses and leases, jitter for backoff.

use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::transfer::BootInstant;

/// Source of time and of jitter. A [`Companion`](crate::Companion) has one; tests pass one that they set.
pub trait Clock: Debug + Send + Sync {
    /// Wall time, Unix ms. For dates and for the age of stored data, never for pauses: wall clocks jump.
    fn now_ms(&self) -> i64;
    /// Time of a monotonic clock that counts sleep, for pauses and leases.
    fn boot_instant(&self) -> BootInstant;
    /// A random number from 0 to 1: spreads the pauses of many devices.
    fn jitter(&self) -> f64;
}

/// The date at a longitude by its mean solar time, of a time in Unix ms; `None` beyond the years that a calendar has. A day
/// or a month does not begin at the same moment everywhere.
pub(crate) fn solar_date(lon: f64, unix_ms: i64) -> Option<jiff::civil::Date> {
    let solar_ms = unix_ms.saturating_add((lon * 240_000.0) as i64);
    let time = jiff::Timestamp::from_millisecond(solar_ms).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(time).date())
}

/// The system's clock. Its boot time counts the sleep of a phone, and starts with the process, so pauses and leases end with
/// the process; within one process all values of this type agree.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis());
        i64::try_from(elapsed).unwrap_or(i64::MAX)
    }

    fn boot_instant(&self) -> BootInstant {
        static START: LazyLock<(Duration, u64)> =
            LazyLock::new(|| (time_since_boot(), random() ^ u64::from(std::process::id())));
        let (start, boot_id) = *START;
        let elapsed = time_since_boot().saturating_sub(start);
        BootInstant { ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX), boot_id }
    }

    fn jitter(&self) -> f64 {
        random() as f64 / u64::MAX as f64
    }
}

/// Time since the system started, with the time that it slept. `Instant` does not count sleep on Linux, Android and Apple's
/// systems. Linux has `CLOCK_BOOTTIME` for it; Apple's `CLOCK_MONOTONIC` counts it, as `mach_continuous_time` does.
#[cfg(unix)]
fn time_since_boot() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;
    Duration::try_from(clock_gettime(CLOCK)).unwrap_or_default()
}

/// Time since the first call. `Instant` counts sleep on Windows.
#[cfg(not(unix))]
fn time_since_boot() -> Duration {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// The standard library seeds each hasher with random keys.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Wall time of the system's clock, Unix ms.
#[doc(hidden)]
pub fn now_ms() -> i64 {
    SystemClock.now_ms()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The uptime of Linux counts sleep. It is given in hundredths of a second.
    #[cfg(target_os = "linux")]
    #[test]
    fn time_since_boot_is_the_uptime_of_the_system() {
        let uptime = || {
            let text = std::fs::read_to_string("/proc/uptime").unwrap();
            Duration::from_secs_f64(text.split(' ').next().unwrap().parse().unwrap())
        };
        let before = uptime();
        let own = time_since_boot();
        let after = uptime();
        let hundredth = Duration::from_millis(10);
        assert!(before <= own && own <= after + hundredth, "{before:?} {own:?} {after:?}");
    }

    #[test]
    fn system_clock_advances_within_one_boot() {
        let earlier = SystemClock.boot_instant();
        let later = SystemClock.boot_instant();
        assert!(later.ms >= earlier.ms && earlier.has_passed(later));
        assert_eq!(earlier.boot_id, later.boot_id);
        assert!((0.0..=1.0).contains(&SystemClock.jitter()));
    }
}
