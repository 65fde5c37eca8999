//! UniFFI's own generator, of the version that the library is built with: any other would refuse it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
