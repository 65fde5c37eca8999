//! The long run: a program of libFuzzer for the target that the environment variable `JALON_FUZZ_TARGET` names. `tests/fuzz/run`
//! builds and starts it.
#![no_main]

use std::sync::LazyLock;

use jalon_fuzz::{Target, target};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("JALON_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("JALON_FUZZ_TARGET must name a target, not {name:?}"))
});

fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
