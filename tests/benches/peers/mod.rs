//! What people would use instead of Jalon, as well as it can be used for the same question.
//!
//! * `plane`: features on a flat map, and how far they are there.
//! * `trees`: rstar and geo-index over that map.
//! * `sqlite`: an R*Tree in a file.
//! * `gdal`: GeoJSON to GeoPackage.

pub(crate) mod gdal;
pub(crate) mod plane;
pub(crate) mod sqlite;
pub(crate) mod trees;
