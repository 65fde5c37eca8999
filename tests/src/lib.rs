//! A Geotrek to test Jalon against: a territory grown from a seed, and a server that answers as API v2 does.
#![recursion_limit = "256"]

pub mod day;
pub mod server;
pub mod territory;
