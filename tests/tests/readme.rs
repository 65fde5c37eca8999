//! The README's story is run in Rust here, and in the other languages by their packages, whose own READMEs tell the same.

use std::fs;
use std::path::{Path, PathBuf};

use jalon::companion::{Companion, Directories};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

mod told {
    include!(concat!(env!("OUT_DIR"), "/story.rs"));

    pub(super) fn run(url: &str, data: &std::path::Path) -> jalon::Result<()> {
        story(url, data)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_story_in_rust_is_true() {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let folder = tempfile::tempdir().unwrap();
    told::run(server.url(), folder.path()).unwrap();
    assert_eq!(server.reports().len(), 1);
    let companion = Companion::open(&Directories::within(folder.path())).unwrap();
    assert_eq!(companion.packs(Some("park")).unwrap().len(), 1);
}

#[test]
fn each_language_tells_the_same_in_both_its_readmes() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for language in ["kotlin", "swift", "python"] {
        let fence = format!("```{language}\n");
        let first = |text: &str| -> String {
            let (_, block) = text.split_once(&fence).unwrap_or_else(|| panic!("no {language} here"));
            block.split_once("```").unwrap().0.to_owned()
        };
        let own = fs::read_to_string(root().join("bindings").join(language).join("README.md")).unwrap();
        let (_, here) = readme.split_once(&format!("<!-- story: {language} -->")).unwrap();
        assert_eq!(first(here), first(&own), "{language}");
    }
}
