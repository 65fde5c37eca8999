//! A map of a trek to print: an A4 page with a map, a legend and the elevation profile, as SVG. Raster tiles of the trek's
//! offline map are its background, with their attribution; without one, the graticule on the frame relates the page to other
//! maps.
//!
//! * `background`: the tiles of an offline map.
//! * `layout`: how the page is divided.
//! * `projection`, `graticule`, `furniture`: the frame of the map with its degrees, north arrow and scale bar.
//! * `route`, `pois`, `sensitive_areas`: the layers of the map.
//! * `placement`: free places for labels.
//! * `legend`, `profile`: the parts below the map.
//! * `canvas`, `text`: points, rectangles and texts as SVG elements.
//! * `overview`: all treks of a territory, for a page on a screen. `walk`: a walk along a trek, followed by a guide.

mod background;
mod canvas;
mod furniture;
mod graticule;
mod layout;
mod legend;
mod overview;
mod placement;
mod pois;
mod profile;
mod projection;
mod route;
mod sensitive_areas;
mod text;
pub(crate) mod walk;

use std::sync::Arc;

use jalon::model::{Geometry, Position};
use jalon::tiles::TileArchive;

use crate::units::Units;

pub(crate) use layout::svg;
pub(crate) use overview::{Overview, OverviewMap, OverviewTrek};

/// The contents of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct MapSheet {
    /// Name of the trek.
    pub(crate) title: String,
    /// Practice, difficulty, duration, length and ascent on one line.
    pub(crate) key_figures: String,
    /// Short description.
    pub(crate) subtitle: String,
    /// The stages in order, if the trek has any: name and lines.
    pub(crate) stages: Vec<(String, Vec<Vec<Position>>)>,
    /// The route.
    pub(crate) lines: Vec<Vec<Position>>,
    /// Points of interest: name and position.
    pub(crate) pois: Vec<(String, Position)>,
    /// Sensitive areas: name with months, and geometry.
    pub(crate) sensitive_areas: Vec<(String, Geometry)>,
    /// Source of the data.
    pub(crate) attribution: String,
    /// Units of the profile and the scale bar.
    pub(crate) units: Units,
    /// The offline map to draw below everything.
    pub(crate) background: Option<Arc<TileArchive>>,
}

#[cfg(test)]
mod tests;
