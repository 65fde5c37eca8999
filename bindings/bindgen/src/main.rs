//! UniFFI's generator, in the version of the library: the versions must be equal.

fn main() {
    uniffi::uniffi_bindgen_main();
}
