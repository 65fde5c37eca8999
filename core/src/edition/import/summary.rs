//! What an import tells about the features that it read.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::edition::EditionSummary;

/// Declares the problems: the name in JSON, and the words for people.
macro_rules! problems {
    ($($(#[$attribute:meta])* $problem:ident = $word:literal, $words:literal;)*) => {
        /// Why a feature is not in the edition, or lacks a value there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum ImportProblem {
            $($(#[$attribute])* #[serde(rename = $word)] $problem,)*
        }

        impl ImportProblem {
            /// The stable name, as in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(ImportProblem::$problem => $word,)*
                }
            }
        }

        impl fmt::Display for ImportProblem {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self {
                    $(ImportProblem::$problem => $words,)*
                })
            }
        }
    };
}

problems! {
    /// No rule of the mapping takes the feature.
    NoRule = "no_rule", "no rule takes them";
    /// The rule takes only features with a name.
    NoName = "no_name", "without a name, which the rule requires";
    /// The feature has no geometry.
    NoGeometry = "no_geometry", "without a geometry";
    /// The geometry breaks a rule of its format, has a position that is not on the Earth, or more than 300,000 positions.
    InvalidGeometry = "invalid_geometry", "with an invalid geometry, or positions that are not on the Earth";
    /// The geometry has curves, or surfaces in space.
    CurvedGeometry = "curved_geometry", "with curves: convert the file with ogr2ogr -nlt CONVERT_TO_LINEAR";
    /// The feature should be a trek, and has no line.
    NotALine = "not_a_line", "without a line, which a trek needs";
    /// The feature breaks a rule of its format.
    InvalidFeature = "invalid_feature", "that cannot be read";
    /// The object is too long for an edition.
    TooLong = "too_long", "that are too long for an edition";
    /// The object has no name; the label of its type stands for it.
    Unnamed = "unnamed", "without a name: they are called by the label of their type";
    /// A telephone number, an address or an elevation cannot be right, and is left out.
    InvalidValue = "invalid_value", "with a value that cannot be right: it is left out";
    /// A text is longer than 16 KiB, and is left out.
    LongText = "long_text", "with a text that is longer than 16 KiB: it is left out";
}

/// An edition that was built from files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSummary {
    /// The files of the edition.
    pub edition: EditionSummary,
    /// Number of features in the files.
    pub features: u64,
    /// Number of features that are not in the edition, by the reason.
    pub skipped: BTreeMap<ImportProblem, u64>,
    /// Number of features that are in the edition, but lack a value there, by the problem.
    pub incomplete: BTreeMap<ImportProblem, u64>,
}

/// The progress of reading the files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportProgress {
    /// Bytes that are read.
    pub bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
    /// Objects so far.
    pub objects: u64,
}
