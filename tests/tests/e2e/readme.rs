//! Runs the Rust code of the READMEs. The tests of the packages run the code of the other languages.

use std::path::PathBuf;
use std::sync::OnceLock;

use jalon::{Companion, Directories};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

mod walkthrough {
    include!(concat!(env!("OUT_DIR"), "/walkthrough.rs"));

    pub(super) fn run(url: &str, directory: &std::path::Path) -> jalon::Result<()> {
        walkthrough(url, directory)
    }
}

#[allow(clippy::useless_conversion, reason = "the address of the README is a `&str`, that of the test a `String`")]
mod example {
    include!(concat!(env!("OUT_DIR"), "/example.rs"));
}

static EXAMPLE: OnceLock<(String, PathBuf)> = OnceLock::new();

fn example_url() -> String {
    EXAMPLE.get().expect("the test must set EXAMPLE").0.clone()
}

fn example_directory() -> PathBuf {
    EXAMPLE.get().expect("the test must set EXAMPLE").1.clone()
}

fn start_server() -> TestGeotrek {
    TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default())
}

#[test]
fn walkthrough_delivers_report() {
    let server = start_server();
    let directory = tempfile::tempdir().unwrap();
    walkthrough::run(server.url(), directory.path()).unwrap();
    assert_eq!(server.reports().len(), 1);
    let companion = Companion::open(&Directories::within(directory.path())).unwrap();
    assert_eq!(companion.packs(Some("park")).unwrap().len(), 1);
}

#[test]
fn root_readme_example_refreshes_territory() {
    let server = start_server();
    let directory = tempfile::tempdir().unwrap();
    EXAMPLE.set((server.url().to_owned(), directory.path().to_owned())).unwrap();
    example::main().unwrap();
    let companion = Companion::open(&Directories::within(directory.path())).unwrap();
    assert_eq!(companion.catalogue().territories().unwrap().len(), 1);
}
