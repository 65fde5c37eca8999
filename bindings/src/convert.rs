//! Conversion of the core's records.

use std::collections::BTreeMap;

use crate::records::{Highlight, Kind, KindCount};

/// Implements `From<core record>` for a record. `same` lists the fields that both have with the same name and type, `core`
/// the other fields of the core as patterns, `own` the other fields of the record as expressions; a `let` between them takes
/// a field apart. All lists are exhaustive, so a field that either record gains does not compile until it is listed.
macro_rules! from_core {
    ($core:path => $own:ident same { $($same:ident),* } core { $($pattern:tt)* }
        $(let $part:pat = $whole:expr;)? own { $($value:tt)* }) => {
        impl From<$core> for $own {
            fn from(core: $core) -> $own {
                use $core as Core;
                let Core { $($same,)* $($pattern)* } = core;
                $(let $part = $whole;)?
                $own { $($same,)* $($value)* }
            }
        }
    };
}
pub(crate) use from_core;

/// Converts every item of a list.
pub(crate) fn all<T: Into<U>, U>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(Into::into).collect()
}

/// The counts of a map by kind.
pub(crate) fn by_kind(counts: BTreeMap<Kind, u64>) -> Vec<KindCount> {
    counts.into_iter().map(|(kind, count)| KindCount { kind, count }).collect()
}

/// Converts ranges of UTF-8 bytes.
pub(crate) fn highlights(text: &str, bytes: Vec<(usize, usize)>) -> Vec<Highlight> {
    let units = |end: usize| text.get(..end).map_or(0, |before| before.encode_utf16().count() as u32);
    bytes.into_iter().map(|(start, end)| Highlight { start: units(start), end: units(end) }).collect()
}

/// Languages in order of preference, as the core takes them.
pub(crate) fn borrowed(languages: &[String]) -> Vec<&str> {
    languages.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlight_after_surrogate_pair_counts_utf16_units() {
        let name = "Étang 🏔 d’Émile";
        let start = name.find("Émile").unwrap();
        assert_eq!(highlights(name, vec![(start, start + "Émile".len())]), [Highlight { start: 11, end: 16 }]);
        assert_eq!(name.encode_utf16().skip(11).count(), 5);
    }
}
