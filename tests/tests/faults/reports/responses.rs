//! The state of a report after each response of the server, over real sockets.

use jalon::companion::SendOptions;
use jalon::report::{ReportState, Resolution};
use jalon::transfer::CancelToken;
use jalon_tests::fixture_server::{Fault, ReportBody};
use jalon_tests::harness::{actor, unexpected_responses};
use jalon_tests::sampling::Sampling;

use super::{Reporter, assert_clean};

fn status(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Status { status, retry_after: retry_after.map(str::to_owned) }
}

fn after_storing(status: u16, body: ReportBody) -> Fault {
    Fault::AfterStoring { status, retry_after: None, body }
}

fn redirect_after_storing(status: u16, to: &str) -> Fault {
    Fault::RedirectAfterStoring { status, to: to.to_owned() }
}

#[test]
fn report_after_each_response_has_the_documented_state() {
    let reporter = Reporter::new();
    // The fault, the state after it, and the number of copies on the server.
    let table = [
        (after_storing(201, ReportBody::Correct), "accepted", 1),
        (after_storing(201, ReportBody::WithoutId), "accepted", 1),
        (after_storing(201, ReportBody::HalfJson), "in_doubt", 1),
        (after_storing(201, ReportBody::Html), "in_doubt", 1),
        (after_storing(201, ReportBody::Empty), "in_doubt", 1),
        (after_storing(200, ReportBody::Correct), "in_doubt", 1),
        (after_storing(200, ReportBody::Empty), "in_doubt", 1),
        (after_storing(200, ReportBody::HalfJson), "in_doubt", 1),
        (after_storing(202, ReportBody::Correct), "in_doubt", 1),
        (after_storing(204, ReportBody::Empty), "in_doubt", 1),
        (redirect_after_storing(303, "/merci/"), "in_doubt", 1),
        (redirect_after_storing(302, &format!("{}/merci/", reporter.server().url())), "in_doubt", 1),
        (Fault::MailOutage, "in_doubt", 1),
        (after_storing(502, ReportBody::Html), "in_doubt", 1),
        (after_storing(503, ReportBody::Html), "in_doubt", 1),
        (Fault::CutResponse(0), "in_doubt", 1),
        (Fault::CutResponse(60), "in_doubt", 1),
        (Fault::WrongLength(5), "in_doubt", 1),
        (Fault::WrongLength(-5), "in_doubt", 1),
        (status(500, None), "in_doubt", 0),
        (status(503, None), "in_doubt", 0),
        (status(503, Some("120")), "queued", 0),
        (status(429, None), "queued", 0),
        (status(408, None), "queued", 0),
        (status(425, None), "queued", 0),
        (status(401, None), "queued", 0),
        (status(403, None), "queued", 0),
        (status(404, None), "queued", 0),
        (status(405, None), "queued", 0),
        (status(410, None), "queued", 0),
        (status(400, None), "refused", 0),
        (status(413, None), "refused", 0),
        (status(415, None), "refused", 0),
        (status(422, None), "refused", 0),
        (Fault::CaptivePortal, "queued", 0),
        (Fault::CaptivePortalRedirect, "in_doubt", 0),
        (Fault::Redirect("http://portal.example/login".to_owned()), "queued", 0),
        (Fault::RedirectWith { status: 307, to: "/api/v2/feedback_report/".to_owned() }, "in_doubt", 0),
        (Fault::RedirectWith { status: 308, to: "https://portal.example/".to_owned() }, "queued", 0),
        (Fault::InvalidJson, "in_doubt", 0),
    ];
    for (number, (fault, state, copies)) in (0..).zip(table) {
        reporter.server().faults().rules = vec![fault.clone().on("report")];
        let report = reporter.queue_report(number, u32::from(number % 2 == 0));
        let sent = reporter.send();
        assert_eq!(reporter.state(&report), state, "{fault:?}: {:?}", sent.last().map(|report| &report.lifecycle));
        assert_eq!(reporter.copies(&report), copies, "{fault:?}");
        // A queued report arrives before the next one is tried.
        reporter.server().faults().rules.clear();
        reporter.send();
        assert_eq!(reporter.copies(&report), copies + usize::from(state == "queued"), "{fault:?}");
    }
}

#[test]
fn response_before_the_body_decides_the_state() {
    let reporter = Reporter::new();
    for (status, state) in [(413, "refused"), (429, "queued")] {
        let fault = Fault::EarlyResponse { status, retry_after: None };
        reporter.server().faults().rules = vec![fault.on("report").times(1)];
        let report = reporter.queue_report(u32::from(status), 2);
        reporter.send();
        // The system may drop the response when it resets the connection. The report is in doubt, or queued, then.
        let current = reporter.state(&report);
        assert!(current == state || current == "in_doubt" || current == "queued", "{status}: {current}");
        assert_eq!(reporter.copies(&report), 0);
    }
}

#[test]
fn report_in_doubt_is_resolved_by_the_user_only() {
    let reporter = Reporter::new();
    reporter.server().faults().rules = vec![Fault::MailOutage.on("report").times(3)];
    let reports: Vec<_> = (0..3).map(|number| reporter.queue_report(number, 1)).collect();
    for _ in &reports {
        assert_eq!(reporter.send().len(), 1, "a pass ends at the first report in doubt");
    }
    assert!(reporter.send().is_empty(), "a report in doubt is not sent again");
    let resolutions = [Resolution::Resend, Resolution::Abandon, Resolution::Delivered(Some(3))];
    for (report, resolution) in reports.iter().zip(resolutions) {
        assert_eq!(reporter.state(report), "in_doubt");
        reporter.companion.resolve_report(&report.id, resolution).unwrap();
    }
    reporter.send();
    assert_eq!(
        reports.iter().map(|report| reporter.state(report)).collect::<Vec<_>>(),
        ["accepted", "in_doubt", "accepted"]
    );
    let stored = reporter.server().reports();
    assert_eq!(stored.len(), 4);
    let copies: Vec<_> = stored.iter().filter(|stored| actor::is_copy_of(stored, &reports[0])).collect();
    assert_eq!(copies.iter().map(|copy| actor::is_marked(copy)).collect::<Vec<_>>(), [false, true]);
    assert_eq!(copies[0].attachments[0].sha256, copies[1].attachments[0].sha256);
    let abandoned = reporter.companion.journal().unwrap().report(&reports[1].id).unwrap();
    assert_eq!(abandoned.lifecycle.state, ReportState::InDoubt { is_abandoned: true });
    assert!(!abandoned.lifecycle.needs_user_action());
}

#[test]
fn unexpected_responses_lose_duplicate_and_block_nothing() {
    let sampling = Sampling::from_env();
    for (kind, name) in unexpected_responses::Server::ALL {
        let sessions = sampling.count(10, 500);
        let (stats, in_doubt) = unexpected_responses::run(kind, sampling.seed(), sessions).unwrap();
        println!("{name}: {in_doubt} reports in doubt");
        assert_clean(&stats, sessions);
    }
}

#[test]
fn proxy_without_application_leaves_all_reports_queued() {
    let reporter = Reporter::new();
    reporter.server().faults().rules = vec![status(502, None).into()];
    let reports: Vec<_> = (0..4).map(|number| reporter.queue_report(number, 1)).collect();
    let tried = reporter.send();
    assert_eq!(tried.len(), 1, "the other reports are left for the next pass");
    assert_eq!(tried[0].lifecycle.last_error.as_deref(), Some("the server answered 502"));
    assert_eq!(reporter.server().uploads().len(), 0, "no report is sent");
    assert!(reports.iter().all(|report| reporter.state(report) == "queued"));
    reporter.server().faults().rules.clear();
    assert_eq!(reporter.send().len(), 4);
    assert!(reports.iter().all(|report| reporter.state(report) == "accepted" && reporter.copies(report) == 1));
}

#[test]
fn application_that_stops_during_a_pass_leaves_one_report_in_doubt() {
    let reporter = Reporter::new();
    // The first report arrives, then the application stops.
    reporter.server().faults().rules = vec![status(502, None).on("").after(2)];
    let reports: Vec<_> = (0..4).map(|number| reporter.queue_report(number, 0)).collect();
    assert_eq!(reporter.send().len(), 2);
    let states: Vec<_> = reports.iter().map(|report| reporter.state(report)).collect();
    assert_eq!(states, ["accepted", "in_doubt", "queued", "queued"]);
    assert_eq!(reporter.send().len(), 1, "the next pass asks for the version first");
    assert_eq!(reporter.state(&reports[2]), "queued");
    reporter.server().faults().rules.clear();
    assert_eq!(reporter.send().len(), 2);
    assert_eq!(reports.iter().filter(|report| reporter.state(report) == "accepted").count(), 3);
}

#[test]
fn server_error_that_leaves_no_doubt_is_followed_by_the_version() {
    let reporter = Reporter::new();
    reporter.server().faults().rules =
        vec![status(503, Some("60")).on("report").times(1), status(502, None).on("version").after(1)];
    let reports: Vec<_> = (0..3).map(|number| reporter.queue_report(number, 0)).collect();
    assert_eq!(reporter.send().len(), 2, "the second report meets the version");
    assert!(reports.iter().all(|report| reporter.state(report) == "queued"));
    assert_eq!(reporter.server().uploads().len(), 1);
}

#[test]
fn captive_portal_gets_no_report() {
    let reporter = Reporter::new();
    for fault in [Fault::CaptivePortal, Fault::Redirect("http://portal.example/login".to_owned())] {
        reporter.server().faults().rules = vec![fault.into()];
        let report = reporter.queue_report(1, 1);
        reporter.send();
        assert_eq!((reporter.state(&report), reporter.server().uploads().len()), ("queued", 0));
    }
}

#[test]
fn private_server_without_public_version_takes_reports() {
    let reporter = Reporter::new();
    for code in [401, 404] {
        reporter.server().faults().rules = vec![status(code, None).on("version")];
        let report = reporter.queue_report(u32::from(code), 0);
        reporter.send();
        assert_eq!(reporter.state(&report), "accepted", "{code}");
    }
}

#[test]
fn retry_after_is_respected_unless_sent_now() {
    let reporter = Reporter::new();
    reporter.server().faults().rules = vec![status(503, Some("7200")).on("report").times(1)];
    let report = reporter.queue_report(1, 0);
    let send_due = || {
        let options = SendOptions::default();
        reporter.companion.send_reports(&options, &CancelToken::default(), |_, _, _| {}).unwrap().len()
    };
    assert_eq!((send_due(), reporter.state(&report)), (1, "queued"));
    let lifecycle = reporter.companion.journal().unwrap().report(&report.id).unwrap().lifecycle;
    let last = lifecycle.attempts.last().unwrap();
    assert!(lifecycle.next_attempt_ms.unwrap() >= last.at_ms + 7_200_000);
    assert_eq!((send_due(), reporter.server().uploads().len()), (0, 1));
    assert_eq!((reporter.send().len(), reporter.state(&report)), (1, "accepted"));
}

#[test]
fn leftovers_of_an_ended_attempt_do_not_reach_the_next_one() {
    let reporter = Reporter::new();
    let fault = Fault::EarlyResponse { status: 404, retry_after: None };
    reporter.server().faults().add(fault.on("/api/v2/feedback_report/"));
    for number in 0..5 {
        let report = reporter.queue_report(number, 3);
        reporter.send();
        reporter.send();
        let (copies, state) = (reporter.copies(&report), reporter.state(&report));
        // The system may drop the early response when it resets the connection.
        assert!((state == "accepted" && copies == 1) || copies == 0, "{state}, {copies} copies");
    }
}
