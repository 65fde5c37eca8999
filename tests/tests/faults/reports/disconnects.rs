//! The connection ends at each byte; over real sockets at some of them.

use jalon_tests::fixture_server::Fault;
use jalon_tests::harness::disconnects;

use super::{Reporter, assert_clean};

#[test]
fn disconnect_at_any_byte_loses_and_duplicates_nothing() {
    assert_clean(&disconnects::run().unwrap(), 4_000);
}

#[test]
fn disconnect_over_a_socket_is_in_doubt_only_if_the_server_may_have_the_report() {
    let reporter = Reporter::new();
    let mut in_doubt = 0;
    for photos in [0, 1] {
        reporter.server().clear_reports();
        reporter.queue_report(0, photos);
        reporter.send();
        let length = reporter.server().uploads()[0].bytes.len();
        let requests = (0..=length).step_by(97).chain([length - 1, length]).map(Fault::CutRequest);
        let responses = (0..700).step_by(83).map(Fault::CutResponse);
        for (number, fault) in (1..).zip(requests.chain(responses)) {
            reporter.server().clear_reports();
            reporter.server().faults().rules = vec![fault.clone().on("report").times(1)];
            let report = reporter.queue_report(number, photos);
            reporter.send();
            reporter.server().wait_until_idle();
            let copies = reporter.server().reports().len();
            let state = reporter.state(&report);
            assert!(copies <= 1, "{fault:?}");
            let is_right = match state {
                "accepted" => copies == 1,
                "queued" => copies == 0,
                "in_doubt" => true,
                _ => false,
            };
            assert!(is_right, "{fault:?}: {state}, {copies} copies");
            in_doubt += u32::from(state == "in_doubt");
            let sent = reporter.send();
            assert!(sent.iter().all(|sent| sent.lifecycle.state.as_str() == "accepted"), "{fault:?}");
            let copies = reporter.copies(&report);
            assert!(copies <= 1, "{fault:?}: {copies} copies");
        }
    }
    assert!(in_doubt > 10, "{in_doubt}");
}
