//! The limits that the app sets: networks, bytes.

use serde::{Deserialize, Serialize};

/// The network that the platform reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkKind {
    /// No network.
    Offline,
    /// A network that is paid by volume: mobile data, a hotspot.
    Metered,
    /// A network that is not paid by volume. The default if the app does not say.
    #[default]
    Unmetered,
}

/// Limits that the app sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferPolicy {
    /// Start nothing on a metered network.
    pub unmetered_only: bool,
    /// Start nothing after this many bytes were received. Transfers that are in flight still complete.
    pub byte_budget: Option<u64>,
}

/// Why no transfer may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockReason {
    /// The app paused the job.
    Paused,
    /// There is no network.
    Offline,
    /// The network is metered, and the policy asks for an unmetered one.
    Metered,
    /// The byte budget of the policy is spent.
    Budget,
}

impl TransferPolicy {
    /// Why no transfer may start on this network after `spent_bytes`; `None` if one may.
    pub(crate) fn block_reason(&self, network: NetworkKind, spent_bytes: u64) -> Option<BlockReason> {
        match network {
            NetworkKind::Offline => Some(BlockReason::Offline),
            NetworkKind::Metered if self.unmetered_only => Some(BlockReason::Metered),
            _ if self.byte_budget.is_some_and(|budget| spent_bytes >= budget) => Some(BlockReason::Budget),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_blocks_by_network_and_budget() {
        let free = TransferPolicy::default();
        assert_eq!(free.block_reason(NetworkKind::Metered, u64::MAX), None);
        assert_eq!(free.block_reason(NetworkKind::Offline, 0), Some(BlockReason::Offline));
        let strict = TransferPolicy { unmetered_only: true, byte_budget: Some(10) };
        assert_eq!(strict.block_reason(NetworkKind::Metered, 0), Some(BlockReason::Metered));
        assert_eq!(strict.block_reason(NetworkKind::Unmetered, 9), None);
        assert_eq!(strict.block_reason(NetworkKind::Unmetered, 10), Some(BlockReason::Budget));
    }
}
