//! What Jalon is tested against: a territory grown from a seed, a server that answers as API v2 does, a driver that dies, a
//! disk that fails, and the harness that shows what becomes of reports between them.
#![recursion_limit = "256"]

pub mod day;
pub mod disk;
pub mod driver;
pub mod harness;
pub mod server;
pub mod territory;
