//! Conversion of the core's records.

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
