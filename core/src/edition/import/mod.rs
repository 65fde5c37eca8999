//! Editions from files of any origin (feature `edition-build`): the huts, springs and bus stops of OpenStreetMap become objects
//! of the model by a mapping, so that everything that finds objects finds them. The files may come from anywhere: memory is
//! bounded, no file makes the import panic, and what cannot be read is counted.
//!
//! * `run`: the import: reads the files, writes the edition. `summary`: what it tells. `spool`: objects that wait to be sorted.
//! * `mapping`: the mapping, checked; `mapping_json`: its JSON. `condition`: which features a rule takes.
//! * `geojson` and `flatgeobuf`: the features of a file, one at a time. `feature`: one of them.
//! * `object`: a feature as an object. `values`: the values of its properties. `ids`: stable ids.

mod condition;
mod feature;
mod flatgeobuf;
mod geojson;
mod ids;
mod mapping;
mod mapping_json;
mod object;
mod run;
mod spool;
mod summary;
#[cfg(test)]
mod tests;
mod values;

pub use mapping::Mapping;
pub use run::import_edition;
pub use summary::{ImportProblem, ImportProgress, ImportSummary};
