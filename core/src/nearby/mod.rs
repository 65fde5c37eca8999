//! What is near: an R*-tree over every feature with a geometry. The tree lies in three dimensions, over boxes of points
//! of the WGS84 ellipsoid (Earth-centred, metres), so that poles and date line are places like any other, and because the
//! straight chord between two points is never longer than the way along the surface: a box's distance is a bound that
//! never cuts off a nearer feature. Candidates are then measured exactly, on the ellipsoid, to the geometry itself.
//!
//! * `ellipsoid`: positions as points in space, distances, bearings.
//! * `edge`: the nearest point of an edge.
//! * `build`: geometries into the leaves of the tree.
//! * `index`: the tree and its questions.

mod build;
mod edge;
mod ellipsoid;
mod index;
#[cfg(test)]
mod tests;

pub use build::Builder;
pub use index::{Feature, Found, Nearby};
