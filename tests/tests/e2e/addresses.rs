//! Territories whose server is below a path, or whose address is that of a page.

use jalon::catalogue::{NewTerritory, PackState, PackSubject, PictureSize};
use jalon::companion::{RefreshMode, RefreshOptions};
use jalon::transfer::CancelToken;
use jalon_tests::command::jalon;
use jalon_tests::fixture::Fixture;
use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::Territory;

#[test]
fn territory_of_a_server_below_a_path_is_refreshed_and_downloaded() {
    for link_host in [None, Some("http://internal:8000".to_owned()), Some("http://internal/geotrek".to_owned())] {
        println!("{link_host:?}");
        let options = Options { base_path: "/geotrek", link_host, media_bytes: Some(150), ..Options::default() };
        let mut fixture = Fixture::builder().server_options(options).refreshed().build();
        let base = format!("{}/", fixture.server.url());
        assert!(base.ends_with("/geotrek/"));
        let companion = fixture.companion();
        assert_eq!(companion.catalogue().territories().unwrap()[0].url, base);
        drop(companion);
        let pack = fixture.download(PackSubject::Trek(1), PictureSize::Small).unwrap().unwrap();
        let own: Vec<_> = pack.missing.iter().filter(|missing| missing.url.starts_with(&base)).collect();
        assert!(pack.state == PackState::Ready && pack.files > 10 && own.is_empty(), "{own:?}");
        fixture.refresh(RefreshMode::Full).unwrap();
        fixture.check();
    }
}

#[test]
fn refresh_from_a_rando_portal_explains_where_its_geotrek_is() {
    let fixture = Fixture::builder().without_territory().with_socket().build();
    // A portal answers each address with a page.
    for fault in [Fault::CaptivePortal, Fault::Status { status: 404, retry_after: None }] {
        fixture.server.faults().rules.clear();
        fixture.server.faults().add(fault);
        let companion = fixture.companion();
        let name = format!("t{}", companion.catalogue().territories().unwrap().len());
        let url = format!("{}/fr/trek/12-tour-du-lac", fixture.server.url());
        companion.add_territory(&NewTerritory { name: name.clone(), url, ..NewTerritory::default() }).unwrap();
        let options = RefreshOptions { max_attempts: 1, ..RefreshOptions::default() };
        let error = companion.refresh(&name, &options, &CancelToken::default(), |_| {}).unwrap_err();
        assert!(error.to_string().contains("Geotrek-rando portal"), "{error}");
    }
}

#[test]
fn report_to_a_server_below_a_path_is_accepted() {
    let options = Options { base_path: "/geotrek", media_bytes: Some(150), ..Options::default() };
    let server = TestGeotrek::start(Territory::small(1), options);
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = jalon(directory.path(), arguments);
        assert_eq!(output.status, 0, "{arguments:?}: {}", output.err);
    };
    run(&["territory", "add", server.url(), "--name", "park"]);
    run(&["refresh"]);
    run(&["report", "new", "--comment", "Pont coupé", "--at", "44.9,6.2"]);
    run(&["send"]);
    assert_eq!(server.reports().len(), 1);
}

#[test]
fn first_refresh_over_https_from_a_plain_http_server_names_the_flag() {
    let server = TestGeotrek::start(Territory::small(1), Options::default());
    let directory = tempfile::tempdir().unwrap();
    // The scheme is left out, as a person does.
    let host = server.url().trim_start_matches("http://");
    jalon(directory.path(), &["territory", "add", host, "--name", "park"]);
    let refreshed = jalon(directory.path(), &["refresh"]);
    let message = refreshed.err;
    assert_eq!(refreshed.status, 1);
    assert!(message.contains(&format!("http://{host}")) && message.contains("--allow-http"), "{message}");
}
