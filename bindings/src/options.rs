//! Network options and progress of refreshes and downloads.

use jalon::companion;
use jalon::transfer::TransferPolicy;

use crate::records::{Progress, RefreshOptions};

impl Default for RefreshOptions {
    fn default() -> RefreshOptions {
        #[rustfmt::skip]
        let options = RefreshOptions {
            mode: None, network: None, unmetered_only: false, byte_budget: None, max_attempts: 5,
            allow_plain_http: false, connect_timeout_s: 15, total_timeout_s: 300,
        };
        options
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

impl Progress {
    pub(crate) fn of(progress: companion::Progress, subject: &str) -> Progress {
        let companion::Progress { done, planned, objects, bytes } = progress;
        Progress { done: done as u64, planned: planned as u64, objects, bytes, subject: subject.to_owned() }
    }

    #[cfg(feature = "edition-build")]
    pub(crate) fn of_build(progress: jalon::edition::BuildProgress) -> Progress {
        let jalon::edition::BuildProgress { objects, total } = progress;
        Progress { done: objects, planned: total, objects, bytes: 0, subject: String::new() }
    }
}
