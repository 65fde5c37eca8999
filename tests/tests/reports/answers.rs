//! ChangeKind each answer of the server leads to, over real sockets.

use jalon::companion::SendOptions;
use jalon::net::CancelToken;
use jalon::report::{ReportState, Resolution};
use jalon_tests::fixture_server::{Body, Fault};
use jalon_tests::harness::actor;

use super::Walk;

fn status(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Status { status, retry_after: retry_after.map(str::to_owned) }
}

fn after(status: u16, body: Body) -> Fault {
    Fault::AfterSaving { status, retry_after: None, body }
}

#[test]
fn each_answer_leads_where_the_table_says() {
    let walk = Walk::new();
    // The fault, where the report is after it, and how many copies the server has.
    let table = [
        (after(201, Body::Right), "accepted", 1),
        (after(201, Body::WithoutId), "accepted", 1),
        (after(201, Body::HalfJson), "in_doubt", 1),
        (after(201, Body::Html), "in_doubt", 1),
        (after(201, Body::Empty), "in_doubt", 1),
        (after(202, Body::Right), "in_doubt", 1),
        (Fault::MailOutage, "in_doubt", 1),
        (after(502, Body::Html), "in_doubt", 1),
        (after(503, Body::Html), "in_doubt", 1),
        (Fault::CutWire(0), "in_doubt", 1),
        (Fault::CutWire(60), "in_doubt", 1),
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
        (Fault::Portal, "queued", 0),
        (Fault::PortalRedirect, "queued", 0),
        (Fault::RedirectBy { status: 307, to: "/api/v2/feedback_report/".to_owned() }, "queued", 0),
        (Fault::RedirectBy { status: 308, to: "/portal".to_owned() }, "queued", 0),
        (Fault::WrongJson, "queued", 0),
    ];
    for (rank, (fault, state, copies)) in table.into_iter().enumerate() {
        walk.server.faults().rules = vec![fault.clone().on("report")];
        let report = walk.file(rank as u32, u32::from(rank % 2 == 0));
        let sent = walk.send();
        assert_eq!(walk.state(&report), state, "{fault:?}: {:?}", sent.last().map(|report| &report.lifecycle));
        let stored = walk.server.reports();
        let own = stored.iter().filter(|stored| actor::is_of(stored, &report)).count();
        assert_eq!(own, copies, "{fault:?}");
        // ChangeKind is queued arrives as soon as it can, before the next is tried.
        walk.server.faults().rules.clear();
        walk.send();
        let stored = walk.server.reports();
        let own = stored.iter().filter(|stored| actor::is_of(stored, &report)).count();
        assert_eq!(own, copies + usize::from(state == "queued"), "{fault:?}");
    }
}

#[test]
fn an_answer_before_the_body_is_taken_for_what_it_says() {
    let walk = Walk::new();
    for (status, state) in [(413, "refused"), (429, "queued")] {
        walk.server.faults().rules = vec![Fault::Early { status, retry_after: None }.on("report").times(1)];
        let report = walk.file(u32::from(status), 2);
        walk.send();
        // The system may lose the answer when it resets the connection: then nobody knows, and that is said.
        let state_now = walk.state(&report);
        assert!(state_now == state || state_now == "in_doubt" || state_now == "queued", "{status}: {state_now}");
        assert!(walk.server.reports().iter().all(|stored| !actor::is_of(stored, &report)));
    }
}

#[test]
fn whoever_doubts_decides() {
    let walk = Walk::new();
    walk.server.faults().rules = vec![Fault::MailOutage.on("report").times(3)];
    let reports: Vec<_> = (0..3).map(|number| walk.file(number, 1)).collect();
    walk.send();
    assert!(walk.send().is_empty(), "what is in doubt is not sent by itself");
    let decisions = [Resolution::Resend, Resolution::Abandon, Resolution::Delivered(Some(3))];
    for (report, decision) in reports.iter().zip(decisions) {
        assert_eq!(walk.state(report), "in_doubt");
        walk.companion.resolve_report(&report.id, decision).unwrap();
    }
    walk.send();
    assert_eq!(
        reports.iter().map(|report| walk.state(report)).collect::<Vec<_>>(),
        ["accepted", "in_doubt", "accepted"]
    );
    let stored = walk.server.reports();
    assert_eq!(stored.len(), 4);
    let copies: Vec<_> = stored.iter().filter(|stored| actor::is_of(stored, &reports[0])).collect();
    assert_eq!(copies.iter().map(|copy| actor::is_marked(copy)).collect::<Vec<_>>(), [false, true]);
    assert_eq!(copies[0].attachments[0].sha256, copies[1].attachments[0].sha256);
    let left = walk.companion.journal().unwrap().report(&reports[1].id).unwrap();
    assert_eq!(left.lifecycle.state, ReportState::InDoubt { is_abandoned: true });
    assert!(!left.lifecycle.needs_user_action());
}

#[test]
fn a_server_that_wants_patience_is_left_alone_and_somebody_may_insist() {
    let walk = Walk::new();
    walk.server.faults().rules = vec![status(503, Some("7200")).on("report").times(1)];
    let report = walk.file(1, 0);
    let patient =
        || walk.companion.send_reports(&SendOptions::default(), &CancelToken::default(), |_, _, _| {}).unwrap().len();
    assert_eq!((patient(), walk.state(&report)), (1, "queued"));
    let held = walk.companion.journal().unwrap().report(&report.id).unwrap().lifecycle;
    let last = held.attempts.last().unwrap();
    assert!(held.next_attempt_ms.unwrap() >= last.at_ms + 7_200_000);
    assert_eq!((patient(), walk.server.posts().len()), (0, 1));
    assert_eq!((walk.send().len(), walk.state(&report)), (1, "accepted"));
}

#[test]
fn what_is_left_of_an_attempt_that_is_over_does_not_end_in_the_next() {
    let walk = Walk::new();
    walk.server.faults().add(Fault::Early { status: 404, retry_after: None }.on("/api/v2/feedback_report/"));
    for number in 0..5 {
        let report = walk.file(number, 3);
        walk.send();
        walk.send();
        let stored = walk.server.reports();
        let own = stored.iter().filter(|stored| actor::is_of(stored, &report)).count();
        let state = walk.state(&report);
        // The system may lose the early answer when it resets the connection.
        assert!((state == "accepted" && own == 1) || own == 0, "{state}, {own} copies");
    }
}
