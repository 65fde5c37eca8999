#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod clock;
pub mod companion;
mod db;
mod digest;
#[cfg(feature = "edition")]
pub mod edition;
mod error;
mod file_lock;
#[doc(hidden)]
pub mod geotrek;
#[cfg(feature = "gpx")]
pub mod gpx;
pub mod guide;
mod id;
pub mod journal;
pub mod line;
pub mod model;
#[doc(hidden)]
pub mod nearby;
#[cfg(feature = "net")]
pub mod net;
mod ordered;
pub mod report;
pub mod response;
pub mod safety;
pub mod storage;
mod sync;
#[cfg(feature = "tiles")]
pub mod tiles;
pub mod transfer;

pub use companion::open::{Companion, Directories};
pub use error::{Error, Result};
pub use id::TerritoryId;
