//! Takes the story in Rust out of the README, so that the test that runs it runs those words.

use std::path::Path;

fn main() {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package's folder");
    let root = Path::new(&own).join("..");
    let readme = root.join("README.md");
    println!("cargo::rerun-if-changed={}", readme.display());
    let text = std::fs::read_to_string(&readme).expect("the README can be read");
    let (_, after) = text.split_once("<!-- story: rust -->").expect("the README has a story in Rust");
    let (_, block) = after.split_once("```rust\n").expect("the story is a block of code");
    let (story, _) = block.split_once("```").expect("the block of code ends");
    let out = std::env::var_os("OUT_DIR").expect("cargo names a folder for what is made");
    std::fs::write(Path::new(&out).join("story.rs"), story).expect("the story can be written");
}
