//! The types of a pack: its subject, state and content.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::map::PackMap;
use crate::error::{Error, Result};
use crate::model::{Bounds, Id, Kind, Position};

/// The subject of a pack. Its text form is `trek/ID` or `bbox/WEST,SOUTH,EAST,NORTH`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PackSubject {
    /// A trek, by its server's id.
    Trek(Id),
    /// An area: the treks that cross it and all objects in it.
    Bounds(Bounds),
}

impl fmt::Display for PackSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackSubject::Trek(id) => write!(f, "trek/{id}"),
            PackSubject::Bounds(Bounds { west, south, east, north }) => write!(f, "bbox/{west},{south},{east},{north}"),
        }
    }
}

impl FromStr for PackSubject {
    type Err = Error;

    fn from_str(text: &str) -> Result<PackSubject> {
        let invalid = || Error::invalid("subject", "must be trek/ID or bbox/WEST,SOUTH,EAST,NORTH");
        match text.split_once('/') {
            Some(("trek", id)) => Ok(PackSubject::Trek(id.parse().map_err(|_| invalid())?)),
            Some(("bbox", corners)) => {
                let corners: Vec<f64> =
                    corners.split(',').map(|number| number.parse().map_err(|_| invalid())).collect::<Result<_>>()?;
                let [west, south, east, north] = corners[..] else { return Err(invalid()) };
                let bounds = Bounds { west, south, east, north };
                check_bounds(&bounds)?;
                Ok(PackSubject::Bounds(bounds))
            }
            _ => Err(invalid()),
        }
    }
}

impl PackSubject {
    /// Validates the subject.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            PackSubject::Trek(_) => Ok(()),
            PackSubject::Bounds(bounds) => check_bounds(bounds),
        }
    }
}

/// Validates a bounding box. West is greater than east if it crosses the date line.
pub(crate) fn check_bounds(bounds: &Bounds) -> Result<()> {
    let is_valid = |lon: f64, lat: f64| Position::new(lon, lat).is_valid();
    if is_valid(bounds.west, bounds.south) && is_valid(bounds.east, bounds.north) && bounds.south <= bounds.north {
        Ok(())
    } else {
        Err(Error::invalid("bounds", "must be west, south, east, north in degrees, with south not above north"))
    }
}

/// The size of a pack's pictures. Pictograms are always downloaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureSize {
    /// The server's thumbnails, of about 400 pixels.
    #[default]
    Small,
    /// The original pictures.
    Large,
    /// No pictures.
    None,
}

impl PictureSize {
    pub(super) const ALL: [PictureSize; 3] = [PictureSize::Small, PictureSize::Large, PictureSize::None];

    /// Stable identifier of the size.
    pub const fn as_str(self) -> &'static str {
        match self {
            PictureSize::Small => "small",
            PictureSize::Large => "large",
            PictureSize::None => "none",
        }
    }
}

/// The state of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackState {
    /// Nothing is downloaded yet.
    Planned,
    /// Its content is known, but not completely downloaded.
    Partial,
    /// It is completely downloaded, and every file is verified.
    Ready,
    /// It is completely downloaded, but the server has newer content.
    Stale,
}

impl PackState {
    pub(super) const ALL: [PackState; 4] = [PackState::Planned, PackState::Partial, PackState::Ready, PackState::Stale];

    /// Stable identifier of the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            PackState::Planned => "planned",
            PackState::Partial => "partial",
            PackState::Ready => "ready",
            PackState::Stale => "stale",
        }
    }
}

/// A file of a pack that is not on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// URL of the file.
    pub url: String,
    /// Why it could not be downloaded, as a sentence for a person; `None` if it was not yet tried. Refreshes request it again,
    /// with growing pauses.
    pub reason: Option<String>,
}

/// A pack: everything that makes a trek or an area usable offline.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Key of the pack in this catalogue.
    pub key: i64,
    /// Name of the territory.
    pub territory: String,
    /// Subject of the pack.
    pub subject: PackSubject,
    /// Size of its pictures.
    pub pictures: PictureSize,
    /// Whether its attached files, such as PDF topo-guides and audio, belong to it.
    pub with_files: bool,
    /// State of the pack.
    pub state: PackState,
    /// Time at which it was last completely downloaded, Unix ms.
    pub as_of_ms: Option<i64>,
    /// Number of its objects, by kind.
    pub objects: BTreeMap<Kind, u64>,
    /// Number of its files on the device.
    pub files: u64,
    /// Bytes of its files on the device.
    pub bytes: u64,
    /// Bytes of the files that no other pack needs: removing the pack frees them.
    pub own_bytes: u64,
    /// Its files that are not on the device.
    pub missing: Vec<MissingFile>,
    /// Time at which the server withdrew its trek, Unix ms.
    pub withdrawn_ms: Option<i64>,
    /// Its offline map, if one was asked for.
    pub map: Option<PackMap>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_display_and_parse_round_trip() {
        let square = Bounds { west: 6.0, south: 44.5, east: 6.25, north: 45.0 };
        for subject in [PackSubject::Trek(31), PackSubject::Bounds(square)] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for invalid in ["trek/x", "bbox/1,2,3", "bbox/1,9,3,4", "bbox/1,2,3,99", "box/1,2,3,4", "poi/1", ""] {
            assert!(invalid.parse::<PackSubject>().is_err(), "{invalid}");
        }
    }
}
