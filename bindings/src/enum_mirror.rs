//! Enums that are the same here and in the core: converted both ways, so that a variant that either gains does not compile.

macro_rules! mirror {
    ($own:ident = $core:path { $($name:ident),* $(,)? }) => {
        impl From<$core> for $own {
            fn from(core: $core) -> $own {
                use $core as Core;
                match core {
                    $(Core::$name => $own::$name),*
                }
            }
        }

        impl From<$own> for $core {
            fn from(own: $own) -> $core {
                use $core as Core;
                match own {
                    $($own::$name => Core::$name),*
                }
            }
        }
    };
}
pub(crate) use mirror;
