//! The test Geotrek over real sockets: it must be as odd as the real one.

mod changing;
mod choosing;
mod counting;
mod faults;
mod media;
mod near;
mod outlines;
mod packing;
mod pictures;
mod quirks;
mod reading;
mod recorded;
mod report_faults;
mod reports;
mod wire;

use jalon_tests::day::Day;
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use reqwest::blocking::{Client, Response};
use reqwest::redirect::Policy;
use serde_json::Value;

/// The day the tests are on.
const TODAY: Day = Day::new(2026, 2, 10);

fn options() -> Options {
    Options { today: Some(TODAY), link_host: Some("http://stale.example.org".to_owned()), ..Options::default() }
}

fn start() -> TestGeotrek {
    start_with(options())
}

fn start_with(options: Options) -> TestGeotrek {
    TestGeotrek::start(Territory::generate(Size::default(), 1), options)
}

fn get(server: &TestGeotrek, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(server, path, headers).expect("an answer")
}

fn ask(server: &TestGeotrek, path: &str, headers: &[(&str, &str)]) -> reqwest::Result<Response> {
    // The core takes reqwest without a provider of cryptography, and features add up, so one must be there.
    rustls::crypto::ring::default_provider().install_default().ok();
    // The core takes it with gzip, too: what is packed must be seen here as it comes.
    let client = Client::builder().redirect(Policy::none()).no_gzip().build().expect("a plain client");
    let request = client.get(format!("{}{path}", server.url()));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send()
}

fn json(server: &TestGeotrek, path: &str) -> Value {
    serde_json::from_str(&get(server, path, &[]).text().expect("a body")).expect("JSON")
}

/// The ids a list gives, in order of size.
fn ids(server: &TestGeotrek, path: &str) -> Vec<u64> {
    let list = json(server, path);
    let objects = list["results"].as_array().or_else(|| list.as_array()).expect("a list");
    let mut ids: Vec<u64> = objects.iter().filter_map(|object| object["id"].as_u64()).collect();
    ids.sort_unstable();
    ids
}

fn is_html(response: &Response) -> bool {
    response.headers()["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/html"))
}
