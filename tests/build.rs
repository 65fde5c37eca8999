//! Extracts the Rust code of the READMEs, so that `tests/e2e/readme.rs` compiles and runs it.

use std::path::Path;

fn main() {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo must set CARGO_MANIFEST_DIR");
    let root = Path::new(&package).join("..");
    let out = std::env::var_os("OUT_DIR").expect("cargo must set OUT_DIR");
    let out = Path::new(&out);

    let walkthrough = code_block(&root.join("core/README.md"), "walkthrough");
    std::fs::write(out.join("walkthrough.rs"), walkthrough).expect("OUT_DIR must be writable");

    let example = code_block(&root.join("README.md"), "example");
    assert!(example.lines().count() <= 12, "the example in the root README must have at most 12 lines");
    // The test runs the example with its own server and directory.
    let example = replace(&example, r#""https://geotrek.example.org""#, "super::example_url()");
    let example = replace(&example, r#""data""#, "super::example_directory()");
    let example = replace(&example, "fn main()", "pub(super) fn main()");
    std::fs::write(out.join("example.rs"), example).expect("OUT_DIR must be writable");
}

/// Returns the Rust code that follows the comment `<!-- MARKER: rust -->`.
fn code_block(file: &Path, marker: &str) -> String {
    println!("cargo::rerun-if-changed={}", file.display());
    let text = std::fs::read_to_string(file).expect("the README must be readable");
    let (_, section) = text.split_once(&format!("<!-- {marker}: rust -->")).expect("the README must have the marker");
    let (_, block) = section.split_once("```rust\n").expect("the marker must be followed by a code block");
    let (code, _) = block.split_once("```").expect("the code block must be closed");
    code.to_owned()
}

fn replace(code: &str, from: &str, to: &str) -> String {
    assert!(code.contains(from), "the example must contain {from}");
    code.replace(from, to)
}
