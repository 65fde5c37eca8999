//! A report arrives once, with its fields and photos. Only one process sends.

use std::collections::BTreeMap;

use jalon::Error;
use jalon::companion::SendOptions;
use jalon::journal::NewReport;
use jalon::report::{KnownTerms, ReportContent, ReportState};
use jalon::transfer::CancelToken;
use jalon_tests::fixture_server::Fault;
use jalon_tests::harness::actor;

use super::Reporter;

#[test]
fn sent_report_arrives_once_with_fields_and_photos() {
    let reporter = Reporter::new();
    let (without_photos, with_photos) = (reporter.queue_report(1, 0), reporter.queue_report(2, 2));
    let sent = reporter.send();
    assert_eq!(sent.len(), 2);
    let stored = reporter.server().reports();
    assert_eq!(stored.len(), 2);
    for (index, report) in [&without_photos, &with_photos].into_iter().enumerate() {
        let ReportState::Accepted { receipt } = &sent[index].lifecycle.state else {
            panic!("{:?}", sent[index].lifecycle)
        };
        assert_eq!(receipt.server_id, Some(index as i64 + 1));
        let fields: BTreeMap<&str, &str> = stored[index].fields.iter().map(|(k, v)| (&k[..], &v[..])).collect();
        let position = report.content.position.unwrap();
        let comment = report.content.comment.replace('\n', "\r\n");
        assert_eq!(fields["comment"], format!("{comment}\r\n{}", report.reference()));
        assert_eq!(fields["email"], "actor@parc.example");
        let ids = [fields["category"], fields["activity"], fields["problem_magnitude"], fields["related_trek"]];
        assert_eq!(ids, ["2", "1", "3", "1"]);
        let geometry: serde_json::Value = serde_json::from_str(fields["geom"]).unwrap();
        assert_eq!(geometry["coordinates"], serde_json::json!([position.lon, position.lat]));
        assert_eq!(fields.len(), 7, "{fields:?}");
        assert!(stored[index].dropped.is_empty());
        let photos: Vec<&str> = stored[index].attachments.iter().map(|photo| &photo.sha256[..]).collect();
        assert_eq!(photos, report.photos.iter().map(|photo| &photo.sha256[..]).collect::<Vec<_>>());
    }
    let upload = &reporter.server().uploads()[1];
    assert_eq!(upload.header("accept"), Some("application/json"));
    assert_eq!(upload.header("accept-language"), Some("fr"));
    assert_eq!(upload.header("content-length"), Some(&upload.body().len().to_string()[..]));
    assert!(reporter.send().is_empty());
    assert_eq!(reporter.server().uploads().len(), 2);
}

#[test]
fn report_to_an_old_server_uses_the_old_endpoint() {
    let reporter = Reporter::new();
    reporter.server().faults().missing_modules.insert("feedback_report".to_owned());
    let report = reporter.queue_report(1, 1);
    assert_eq!(reporter.send().len(), 1);
    assert_eq!(reporter.state(&report), "accepted");
    let uploads = reporter.server().uploads();
    let paths: Vec<&str> = uploads.iter().map(|upload| &upload.path[..]).collect();
    assert_eq!(paths, ["/api/v2/feedback_report/", "/api/fr/reports/report"]);
    assert_eq!(uploads[0].body(), uploads[1].body());
    assert_eq!(reporter.server().reports()[0].attachments.len(), 1);
}

#[test]
fn second_sender_is_busy_until_the_first_one_ends() {
    let reporter = Reporter::new();
    let report = reporter.queue_report(1, 0);
    reporter.server().faults().add(Fault::Hold.on("report").times(1));
    let other = reporter.fixture.companion();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| reporter.send());
        while reporter.server().reports().is_empty() {
            std::thread::yield_now();
        }
        let options = SendOptions { now: true, ..SendOptions::default() };
        let result = other.send_reports(&options, &CancelToken::default(), |_, _, _| {});
        assert!(matches!(result, Err(Error::Busy { .. })), "{result:?}");
        assert_eq!(other.journal().unwrap().report(&report.id).unwrap().lifecycle.state.as_str(), "sending");
        reporter.server().release();
        assert_eq!(sending.join().unwrap().len(), 1);
    });
    assert_eq!((reporter.state(&report), reporter.server().reports().len()), ("accepted", 1));
}

#[test]
fn report_that_cannot_be_sent_does_not_block_others() {
    let reporter = Reporter::new();
    let journal = reporter.companion.journal().unwrap();
    let queue_for = |url: &str, number: u32| {
        let content = ReportContent { category: Some(999), ..actor::content(number) };
        let new = NewReport { territory: "x".into(), url: url.into(), content, ..NewReport::default() };
        let report = journal.new_report(new, 1).unwrap();
        journal.queue(&report.id, &KnownTerms::default(), 1).unwrap().0
    };
    // Plain HTTP, an invalid address, an address without a server, and a category that the server does not have.
    let unsendable: Vec<_> = ["http://park.example/", "no address", "http://127.0.0.1:1/", reporter.server().url()]
        .into_iter()
        .zip(1..)
        .map(|(url, number)| queue_for(url, number))
        .collect();
    let without_photo = reporter.queue_report(7, 1);
    std::fs::write(journal.photo_path(&without_photo.photos[0]), "other").unwrap();
    let good = reporter.queue_report(8, 1);
    reporter.send();
    assert_eq!(reporter.state(&good), "accepted");
    assert_eq!(
        unsendable.iter().map(|report| reporter.state(report)).collect::<Vec<_>>(),
        ["queued", "queued", "queued", "refused"]
    );
    assert_eq!((reporter.state(&without_photo), reporter.server().reports().len()), ("queued", 1));
    let last_error = |id: &str| journal.report(id).unwrap().lifecycle.last_error.unwrap();
    let (plain_http, photo) = (last_error(&unsendable[0].id), last_error(&without_photo.id));
    assert!(plain_http.contains("http"), "{plain_http}");
    assert!(photo.contains("photo"), "{photo}");
    let ReportState::Refused { fields } = journal.report(&unsendable[3].id).unwrap().lifecycle.state else {
        panic!("the report must be refused")
    };
    assert!(fields.contains_key("category"));
}
