//! A Geotrek to test Jalon against: a territory grown from a seed.
#![recursion_limit = "256"]

pub mod territory;
