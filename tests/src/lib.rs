//! What Jalon is tested against: a territory grown from a seed, a server that answers as API v2 does, a driver that dies, a
//! disk that fails, and the harness that shows what becomes of reports between them.
#![recursion_limit = "256"]

pub mod day;
pub mod driver;
pub mod fault_vfs;
pub mod fixture_server;
pub mod generator;
pub mod harness;
