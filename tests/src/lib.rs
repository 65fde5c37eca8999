//! What Jalon is tested against: a territory grown from a seed, a server that answers as API v2 does, a driver that dies
//! and a disk that fails.
#![recursion_limit = "256"]

pub mod day;
pub mod disk;
pub mod driver;
pub mod server;
pub mod territory;
