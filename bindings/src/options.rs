//! Network options and progress of refreshes and downloads.

pub use jalon::companion::RefreshMode;
pub use jalon::transfer::{BlockReason, NetworkKind};
use jalon::{companion, transfer::TransferPolicy};

/// Whether a refresh asks for everything or for what changed since the last one.
#[uniffi::remote(Enum)]
pub enum RefreshMode {
    /// Everything the first time and once a week, changes in between.
    Auto,
    /// Everything.
    Full,
    /// Changes; everything only the first time.
    Delta,
}

/// The network that the device has.
#[uniffi::remote(Enum)]
pub enum NetworkKind {
    /// No network: nothing starts.
    Offline,
    /// A network that is paid by the byte: mobile data, a hotspot.
    Metered,
    /// A network that is not paid by the byte.
    Unmetered,
}

/// Why no transfer may start.
#[uniffi::remote(Enum)]
pub enum BlockReason {
    /// The app paused the transfers.
    Paused,
    /// There is no network.
    Offline,
    /// The network is metered, and `unmetered_only` is set.
    Metered,
    /// `byte_budget` is used up.
    Budget,
}

/// How to use the network.
#[derive(Debug, uniffi::Record)]
pub struct RefreshOptions {
    /// Everything or changes; `Auto` if none.
    #[uniffi(default = None)]
    pub mode: Option<RefreshMode>,
    /// The network that the device has; `Unmetered` if none.
    #[uniffi(default = None)]
    pub network: Option<NetworkKind>,
    /// Start no transfer on a metered network.
    #[uniffi(default = false)]
    pub unmetered_only: bool,
    /// Start no transfer after this number of bytes; no limit if none.
    #[uniffi(default = None)]
    pub byte_budget: Option<u64>,
    /// Attempts of one transfer, with growing pauses. Five attempts take about twenty seconds.
    #[uniffi(default = 5)]
    pub max_attempts: u32,
    /// Allow plain http to hosts other than this machine.
    #[uniffi(default = false)]
    pub allow_plain_http: bool,
    /// Maximum time to connect, seconds.
    #[uniffi(default = 15)]
    pub connect_timeout_s: u32,
    /// Maximum time of one transfer, seconds.
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
    pub(crate) fn policy(&self) -> TransferPolicy {
        TransferPolicy { unmetered_only: self.unmetered_only, byte_budget: self.byte_budget }
    }

    #[cfg(feature = "net")]
    pub(crate) fn net(&self) -> jalon::net::ClientOptions {
        jalon::net::ClientOptions {
            allow_plain_http: self.allow_plain_http,
            connect_timeout: std::time::Duration::from_secs(self.connect_timeout_s.into()),
            total_timeout: std::time::Duration::from_secs(self.total_timeout_s.into()),
            ..jalon::net::ClientOptions::default()
        }
    }

    pub(crate) fn core(&self) -> companion::RefreshOptions {
        companion::RefreshOptions {
            max_attempts: self.max_attempts,
            mode: self.mode.unwrap_or_default(),
            policy: self.policy(),
            network: self.network.unwrap_or_default(),
            #[cfg(feature = "net")]
            net: self.net(),
        }
    }
}

/// Progress of a call. The number of planned transfers grows while lists are received.
#[derive(Debug, Clone, Default, PartialEq, uniffi::Record)]
pub struct Progress {
    /// Completed transfers.
    pub done: u64,
    /// Planned transfers, completed ones included.
    pub planned: u64,
    /// Objects received.
    pub objects: u64,
    /// Bytes received or sent, as compressed on the network.
    pub bytes: u64,
    /// The pack (`trek/31`) or report (its id) in progress; empty if the call has only one.
    pub subject: String,
}

impl Progress {
    pub(crate) fn of(progress: companion::Progress, subject: &str) -> Progress {
        let companion::Progress { done, planned, objects, bytes } = progress;
        Progress { done: done as u64, planned: planned as u64, objects, bytes, subject: subject.to_owned() }
    }
}
