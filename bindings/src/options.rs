//! How the network is to be used, and how far something is.

#[cfg(feature = "net")]
use std::time::Duration;

use jalon::companion::RefreshOptions as CoreOptions;
use jalon::transfer::{self, TransferPolicy};

use crate::enum_mirror::mirror;

/// When everything is asked for, and not only what the server says has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RefreshMode {
    /// The first time, and then once a week.
    Auto,
    /// Now.
    Full,
    /// Only the first time.
    Delta,
}

mirror!(RefreshMode = jalon::companion::RefreshMode { Auto, Full, Delta });

/// What network there is, as the platform says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum NetworkKind {
    /// None: nothing is started.
    Offline,
    /// One that costs by the byte: mobile data, a hotspot.
    Metered,
    /// One that does not.
    Unmetered,
}

mirror!(NetworkKind = jalon::transfer::NetworkKind { Offline, Metered, Unmetered });

/// Why nothing may start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum BlockReason {
    /// The app paused it.
    Paused,
    /// There is no network.
    Offline,
    /// The network is metered, and the app wants none such.
    Metered,
    /// The bytes that the app allows have come.
    Budget,
}

mirror!(BlockReason = jalon::transfer::BlockReason { Paused, Offline, Metered, Budget });

/// How to use the network.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefreshOptions {
    /// When to ask for everything; `Auto` where none is given.
    #[uniffi(default = None)]
    pub mode: Option<RefreshMode>,
    /// What network there is; `Unmetered` where none is given.
    #[uniffi(default = None)]
    pub network: Option<NetworkKind>,
    /// Start nothing on a metered network.
    #[uniffi(default = false)]
    pub unmetered_only: bool,
    /// Start nothing once so many bytes have come.
    #[uniffi(default = None)]
    pub byte_budget: Option<u64>,
    /// How often a transfer is tried, with growing pauses. Five tries take about twenty seconds.
    #[uniffi(default = 5)]
    pub max_attempts: u32,
    /// Allow plain http to hosts other than this machine.
    #[uniffi(default = false)]
    pub allow_plain_http: bool,
    /// Seconds that a connection may take to stand.
    #[uniffi(default = 15)]
    pub connect_timeout_s: u32,
    /// Seconds that one exchange may take in all.
    #[uniffi(default = 300)]
    pub total_timeout_s: u32,
}

impl Default for RefreshOptions {
    fn default() -> RefreshOptions {
        RefreshOptions {
            mode: None,
            network: None,
            unmetered_only: false,
            byte_budget: None,
            max_attempts: 5,
            allow_plain_http: false,
            connect_timeout_s: 15,
            total_timeout_s: 300,
        }
    }
}

impl RefreshOptions {
    pub(crate) fn policy(&self) -> (TransferPolicy, transfer::NetworkKind) {
        (
            TransferPolicy { unmetered_only: self.unmetered_only, byte_budget: self.byte_budget },
            self.network.map(Into::into).unwrap_or_default(),
        )
    }

    #[cfg(feature = "net")]
    pub(crate) fn net(&self) -> jalon::net::ClientOptions {
        jalon::net::ClientOptions {
            allow_plain_http: self.allow_plain_http,
            connect_timeout: Duration::from_secs(self.connect_timeout_s.into()),
            total_timeout: Duration::from_secs(self.total_timeout_s.into()),
            ..jalon::net::ClientOptions::default()
        }
    }

    pub(crate) fn core(&self) -> CoreOptions {
        let (policy, network) = self.policy();
        CoreOptions {
            max_attempts: self.max_attempts,
            mode: self.mode.map(Into::into).unwrap_or_default(),
            policy,
            network,
            #[cfg(feature = "net")]
            net: self.net(),
        }
    }
}

/// How far a call is. The number of planned transfers grows while the lists tell how much there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Progress {
    /// Transfers that are done.
    pub done: u64,
    /// Transfers that are planned so far, those done included.
    pub planned: u64,
    /// Objects that have come.
    pub objects: u64,
    /// Bytes that came over the network, or went, packed as they were.
    pub bytes: u64,
    /// What of several things is on its way: the pack (`trek/31`) or the report (its id); empty where there is one.
    pub subject: String,
}

impl Progress {
    pub(crate) fn of(progress: jalon::companion::Progress, subject: &str) -> Progress {
        let jalon::companion::Progress { done, planned, objects, bytes } = progress;
        let subject = subject.to_owned();
        Progress { done: done as u64, planned: planned as u64, objects, bytes, subject }
    }
}
