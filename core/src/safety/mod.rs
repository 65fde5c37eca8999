//! What a walker needs before leaving and in an emergency. Pure: positions, times and texts come in as arguments;
//! [`Companion`](crate::Companion) connects them to the catalogue.
//!
//! * `sun`: sunrise, sunset and civil twilight.
//! * `coordinates`: positions in the notations of maps and rescuers.
//! * `emergency`: the emergency sheet.
//! * `check`: the check before leaving: walking times, the latest start, warnings.
//! * `phrases`: the phrases of both, a table for each language.

pub(crate) mod check;
mod coordinates;
pub(crate) mod emergency;
pub(crate) mod phrases;
mod sun;

pub use check::{CheckCode, CheckWarning, WalkingTimes};
pub use coordinates::{Coordinates, PLUS_CODE_LENGTH, plus_code};
pub use emergency::{EmergencyNumber, EmergencyPlace, EmergencySheet, NumberKind, PlaceRole};
pub(crate) use sun::parse_day;
pub use sun::{Daylight, SunCrossings, SunTimes};
