//! What Jalon is tested against: a territory grown from a seed, a server that answers as API v2 does, and a disk that
//! fails.
#![recursion_limit = "256"]

pub mod day;
pub mod disk;
pub mod server;
pub mod territory;
