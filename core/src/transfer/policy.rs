//! What the app allows: which networks, how many bytes.

use serde::{Deserialize, Serialize};

/// What network there is, as the platform says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// None: nothing is worth starting.
    Absent,
    /// One that costs by the byte: mobile data, a hotspot.
    Metered,
    /// One that does not; what is taken for granted where nobody says.
    #[default]
    Unmetered,
}

/// What the app allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Start nothing on a metered network.
    pub unmetered_only: bool,
    /// Start nothing once so many bytes have come. What is on its way then still comes.
    pub byte_budget: Option<u64>,
}

/// Why nothing may start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Held {
    /// The app paused it.
    Paused,
    /// There is no network.
    NoNetwork,
    /// The network is metered and the app wants none such.
    Metered,
    /// The bytes that the app allows have come.
    Budget,
}

impl Policy {
    /// Why nothing may start on this network after so many bytes; none where it may.
    pub fn holds(&self, network: Network, spent_bytes: u64) -> Option<Held> {
        match network {
            Network::Absent => Some(Held::NoNetwork),
            Network::Metered if self.unmetered_only => Some(Held::Metered),
            _ if self.byte_budget.is_some_and(|budget| spent_bytes >= budget) => Some(Held::Budget),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_says_which_networks_and_how_much() {
        let free = Policy::default();
        assert_eq!(free.holds(Network::Metered, u64::MAX), None);
        assert_eq!(free.holds(Network::Absent, 0), Some(Held::NoNetwork));
        let strict = Policy { unmetered_only: true, byte_budget: Some(10) };
        assert_eq!(strict.holds(Network::Metered, 0), Some(Held::Metered));
        assert_eq!(strict.holds(Network::Unmetered, 9), None);
        assert_eq!(strict.holds(Network::Unmetered, 10), Some(Held::Budget));
    }
}
