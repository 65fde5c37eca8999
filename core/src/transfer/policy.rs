//! What the app allows: which networks, how many bytes.

use serde::{Deserialize, Serialize};

/// What network there is, as the platform says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkKind {
    /// None: nothing is worth starting.
    Offline,
    /// One that costs by the byte: mobile data, a hotspot.
    Metered,
    /// One that does not; what is taken for granted where nobody says.
    #[default]
    Unmetered,
}

/// What the app allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferPolicy {
    /// Start nothing on a metered network.
    pub unmetered_only: bool,
    /// Start nothing once so many bytes have come. What is on its way then still comes.
    pub byte_budget: Option<u64>,
}

/// Why nothing may start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockReason {
    /// The app paused it.
    Paused,
    /// There is no network.
    Offline,
    /// The network is metered and the app wants none such.
    Metered,
    /// The bytes that the app allows have come.
    Budget,
}

impl TransferPolicy {
    /// Why nothing may start on this network after so many bytes; none where it may.
    pub fn block_reason(&self, network: NetworkKind, spent_bytes: u64) -> Option<BlockReason> {
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
    fn the_app_says_which_networks_and_how_much() {
        let free = TransferPolicy::default();
        assert_eq!(free.block_reason(NetworkKind::Metered, u64::MAX), None);
        assert_eq!(free.block_reason(NetworkKind::Offline, 0), Some(BlockReason::Offline));
        let strict = TransferPolicy { unmetered_only: true, byte_budget: Some(10) };
        assert_eq!(strict.block_reason(NetworkKind::Metered, 0), Some(BlockReason::Metered));
        assert_eq!(strict.block_reason(NetworkKind::Unmetered, 9), None);
        assert_eq!(strict.block_reason(NetworkKind::Unmetered, 10), Some(BlockReason::Budget));
    }
}
