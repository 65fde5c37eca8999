//! The state that all connections of a server share.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::watch;

use super::faults::Faults;
use super::log::RequestLog;
use super::media::{Media, crc};
use super::reports::Reports;
use super::uploads::Uploads;
use super::{Options, api};
use crate::day::Day;
use crate::generator::Territory;

pub(super) struct ServerState {
    pub(super) territory: RwLock<Territory>,
    pub(super) faults: Mutex<Faults>,
    pub(super) log: RequestLog,
    pub(super) uploads: Uploads,
    pub(super) reports: Reports,
    /// The number of open connections.
    pub(super) connections: Mutex<usize>,
    /// Notified when a connection is closed.
    pub(super) closed: Condvar,
    /// Changes when held responses are released.
    pub(super) releases: watch::Sender<u64>,
    pub(super) options: Options,
    pub(super) media: Media,
    pub(super) url: String,
    pub(super) name_orders: api::NameOrders,
    /// The number of API requests.
    pub(super) calls: AtomicU64,
    /// The number of requests of each path.
    path_counts: Mutex<BTreeMap<String, u64>>,
}

impl ServerState {
    pub(super) fn new(mut territory: Territory, options: Options, url: String) -> Self {
        territory.move_events(options.today.unwrap_or_else(Day::today));
        Self {
            territory: RwLock::new(territory),
            faults: Mutex::default(),
            log: RequestLog::default(),
            uploads: Uploads::default(),
            reports: Reports::default(),
            connections: Mutex::default(),
            closed: Condvar::new(),
            releases: watch::Sender::default(),
            media: Media::new(options.media_bytes),
            options,
            url,
            name_orders: api::NameOrders::default(),
            calls: AtomicU64::new(0),
            path_counts: Mutex::default(),
        }
    }

    /// A seed from the path and the number of its requests, which does not depend on concurrent requests of other paths.
    pub(super) fn request_seed(&self, path: &str) -> u64 {
        let mut counts = lock(&self.path_counts);
        let count = counts.entry(path.to_owned()).or_default();
        *count += 1;
        u64::from(crc(path.as_bytes())) << 32 | *count
    }
}

/// Locks a mutex, even if a thread panicked while it held the lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
