//! Following a trek: a pure state machine that takes the fixes of a receiver and tells the place on the trek, the way that
//! is left, the time of arrival, and the announcements that are due. It has no clock, disk, thread or network: the same
//! fixes give the same updates, so a session can be recorded, replayed and simulated.
//!
//! * `route`: a trek prepared for matching; `gain`: its ascent and descent left; `steep`: its steep sections.
//! * `matcher`: the probabilities of places and directions; `motion`: metres walked between two fixes.
//! * `departure`: whether the hiker has left the route.
//! * `pace`: walking speed and time of arrival.
//! * `session`: [`Guide`], which joins them; `update`: the results of a fix.
//! * `contents`: the objects along the route; `announcer`: when they are announced; `event`: announcements; `phrases`: their
//!   sentences, from the table `phrases.tsv`.
//! * `log`: sessions as JSON lines, and their replay.
//!
//! Over simulated walks it is compared with Ferrostar by `tests/peers/run`. `tests/peers/run --plot core/guide-places.svg` draws
//! `guide-places.svg` beside the README of the crate: the places that both tell on one out-and-back walk.

mod announcer;
mod contents;
mod departure;
mod event;
mod gain;
mod log;
mod matcher;
mod motion;
mod pace;
mod phrases;
mod route;
mod session;
mod steep;
#[cfg(test)]
mod tests;
mod update;

pub use contents::{GuideContents, GuideLabel, GuidePlace, GuidePlaceKind, GuideStage, GuideZone};
pub use event::{GuideEvent, GuideEventKind};
pub use log::{Replay, log_entry, replay_log};
pub use route::GuideRoute;
pub use session::{Guide, GuideOptions, GuideSnapshot};
pub use update::{GuideState, GuideTarget, GuideUpdate, Rejoin, Side, WayBack};
