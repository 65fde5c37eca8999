//! ChangeKind arrives is what was written, once; who else sends is told to wait.

use std::collections::BTreeMap;

use jalon::Error;
use jalon::companion::{Companion, Directories, SendOptions};
use jalon::journal::NewReport;
use jalon::net::CancelToken;
use jalon::report::{KnownTerms, ReportContent, ReportState};
use jalon_tests::fixture_server::Fault;
use jalon_tests::harness::actor;

use super::Walk;

#[test]
fn a_report_arrives_once_with_its_fields_and_its_photos() {
    let walk = Walk::new();
    let (plain, pictured) = (walk.file(1, 0), walk.file(2, 2));
    let sent = walk.send();
    assert_eq!(sent.len(), 2);
    let stored = walk.server.reports();
    assert_eq!(stored.len(), 2);
    for (rank, report) in [&plain, &pictured].into_iter().enumerate() {
        let ReportState::Accepted { receipt } = &sent[rank].lifecycle.state else {
            panic!("{:?}", sent[rank].lifecycle)
        };
        assert_eq!(receipt.server_id, Some(rank as i64 + 1));
        let fields: BTreeMap<&str, &str> = stored[rank].fields.iter().map(|(k, v)| (&k[..], &v[..])).collect();
        let position = report.content.position.unwrap();
        let comment = report.content.comment.replace('\n', "\r\n");
        assert_eq!(fields["comment"], format!("{comment}\r\n{}", report.reference()));
        assert_eq!(fields["email"], "actor@parc.example");
        let numbers = [fields["category"], fields["activity"], fields["problem_magnitude"], fields["related_trek"]];
        assert_eq!(numbers, ["2", "1", "3", "1"]);
        let geometry: serde_json::Value = serde_json::from_str(fields["geom"]).unwrap();
        assert_eq!(geometry["coordinates"], serde_json::json!([position.lon, position.lat]));
        assert_eq!(fields.len(), 7, "{fields:?}");
        assert!(stored[rank].dropped.is_empty());
        let photos: Vec<&str> = stored[rank].attachments.iter().map(|photo| &photo.sha256[..]).collect();
        assert_eq!(photos, report.photos.iter().map(|photo| &photo.sha256[..]).collect::<Vec<_>>());
    }
    let post = &walk.server.posts()[1];
    assert_eq!(post.header("accept"), Some("application/json"));
    assert_eq!(post.header("accept-language"), Some("fr"));
    assert_eq!(post.header("content-length"), Some(&post.body().len().to_string()[..]));
    assert!(walk.send().is_empty());
    assert_eq!(walk.server.posts().len(), 2);
}

#[test]
fn an_old_server_has_its_own_address() {
    let walk = Walk::new();
    walk.server.faults().missing_modules.insert("feedback_report".to_owned());
    let report = walk.file(1, 1);
    assert_eq!(walk.send().len(), 1);
    assert_eq!(walk.state(&report), "accepted");
    let posts = walk.server.posts();
    let paths: Vec<&str> = posts.iter().map(|post| &post.path[..]).collect();
    assert_eq!(paths, ["/api/v2/feedback_report/", "/api/fr/reports/report"]);
    assert_eq!(posts[0].body(), posts[1].body());
    assert_eq!(walk.server.reports()[0].attachments.len(), 1);
}

#[test]
fn one_sends_and_the_others_wait() {
    let walk = Walk::new();
    let report = walk.file(1, 0);
    walk.server.faults().add(Fault::Hold.on("report").times(1));
    let other = Companion::open(&Directories::within(walk.folder.path())).unwrap();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| walk.send());
        while walk.server.reports().is_empty() {
            std::thread::yield_now();
        }
        let options = SendOptions { now: true, ..SendOptions::default() };
        let refused = other.send_reports(&options, &CancelToken::default(), |_, _, _| {});
        assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
        assert_eq!(other.journal().unwrap().report(&report.id).unwrap().lifecycle.state.as_str(), "sending");
        walk.server.release();
        assert_eq!(sending.join().unwrap().len(), 1);
    });
    assert_eq!((walk.state(&report), walk.server.reports().len()), ("accepted", 1));
}

#[test]
fn one_that_cannot_be_sent_holds_up_no_other() {
    let walk = Walk::new();
    let journal = walk.companion.journal().unwrap();
    let begin = |url: &str, number: u32| {
        let content = ReportContent { category: Some(999), ..actor::content(number) };
        let new = NewReport { territory: "x".into(), url: url.into(), content, ..NewReport::default() };
        let report = journal.new_report(new, 1).unwrap();
        journal.queue(&report.id, &KnownTerms::default(), 1).unwrap().0
    };
    // An address that may not be asked, one that is none, one where nobody is, and a category that the server does not know.
    let hopeless: Vec<_> = ["http://park.example/", "no address", "http://127.0.0.1:1/", walk.server.url()]
        .into_iter()
        .zip(1..)
        .map(|(url, number)| begin(url, number))
        .collect();
    let gone = walk.file(7, 1);
    std::fs::write(journal.photo_path(&gone.photos[0]), "other").unwrap();
    let good = walk.file(8, 1);
    walk.send();
    assert_eq!(walk.state(&good), "accepted");
    assert_eq!(
        hopeless.iter().map(|report| walk.state(report)).collect::<Vec<_>>(),
        ["queued", "queued", "queued", "refused"]
    );
    assert_eq!((walk.state(&gone), walk.server.reports().len()), ("queued", 1));
    let why = |uuid: &str| journal.report(uuid).unwrap().lifecycle.last_error.unwrap();
    assert!(why(&hopeless[0].id).contains("http"), "{}", why(&hopeless[0].id));
    assert!(why(&gone.id).contains("photo"), "{}", why(&gone.id));
    let ReportState::Refused { fields } = journal.report(&hopeless[3].id).unwrap().lifecycle.state else {
        panic!("refused")
    };
    assert!(fields.contains_key("category"));
}
