//! The connection ends at each byte; over real sockets at some of them.

use jalon_tests::fixture_server::Fault;
use jalon_tests::harness::{actor, disconnects};

use super::{Walk, clean};

#[test]
fn a_cut_at_every_byte_loses_nothing_and_doubles_nothing() {
    clean(&disconnects::run().unwrap(), 4_000);
}

#[test]
fn a_cut_over_a_real_socket_is_in_doubt_exactly_where_the_server_may_have_it() {
    let walk = Walk::new();
    let mut doubted = 0;
    for photos in [0, 1] {
        walk.server.forget_reports();
        walk.file(0, photos);
        walk.send();
        let length = walk.server.posts()[0].bytes.len();
        let requests = (0..=length).step_by(97).chain([length - 1, length]).map(Fault::CutRequest);
        let answers = (0..700).step_by(83).map(Fault::CutWire);
        for (number, fault) in (1..).zip(requests.chain(answers)) {
            walk.server.forget_reports();
            walk.server.faults().rules = vec![fault.clone().on("report").times(1)];
            let report = walk.file(number, photos);
            walk.send();
            walk.server.settle();
            let copies = walk.server.reports().len();
            let state = walk.state(&report);
            assert!(copies <= 1, "{fault:?}");
            let right = match state {
                "accepted" => copies == 1,
                "queued" => copies == 0,
                "in_doubt" => true,
                _ => false,
            };
            assert!(right, "{fault:?}: {state}, {copies} copies");
            doubted += u32::from(state == "in_doubt");
            let again = walk.send();
            assert!(again.iter().all(|sent| sent.lifecycle.state.as_str() == "accepted"), "{fault:?}");
            let unmarked = walk.server.reports().iter().filter(|stored| actor::is_of(stored, &report)).count();
            assert!(unmarked <= 1, "{fault:?}: {unmarked} copies");
        }
    }
    assert!(doubted > 10, "{doubted}");
}
