//! ChangeKind can go wrong between a report and its answer: before it is stored, while it comes, and after.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jalon_tests::fixture_server::{Body, Fault, TestGeotrek};
use serde_json::Value;

use super::reports::{FORM, PARTS, REPORTS, jpeg, json_of, multipart, unheard};
use super::start;

const EMAIL: &[u8] = b"email=a%40b.fr&comment=x";

/// The statuses of answers, and how many reports were stored by then.
fn sent(server: &TestGeotrek, body: &[u8]) -> (Option<u16>, usize) {
    let answer = server.send("POST", REPORTS, FORM, body, None);
    (answer.map(|answer| answer.status), server.reports().len())
}

/// A report as it goes over the wire.
fn request(body: &[u8]) -> Vec<u8> {
    let kind = PARTS[0].1;
    let head = format!("POST {REPORTS} HTTP/1.1\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn connect(server: &TestGeotrek) -> TcpStream {
    TcpStream::connect(server.url().trim_start_matches("http://")).expect("a socket")
}

/// Waits until the server knows as much.
fn until(done: impl Fn() -> bool) {
    while !done() {
        std::thread::yield_now();
    }
}

#[test]
fn a_mail_outage_comes_after_saving() {
    let server = unheard();
    server.faults().add(Fault::MailOutage);
    assert_eq!(sent(&server, EMAIL), (Some(500), 1));
    assert_eq!(sent(&server, b"comment=x"), (Some(201), 2));
    assert_eq!(sent(&server, b"email=x"), (Some(400), 2));
    let posts = server.posts();
    assert_eq!((posts[0].status, posts[0].stored, posts[2].stored), (Some(500), Some(1), None));
}

#[test]
fn any_status_comes_before_saving_or_after() {
    let server = unheard();
    for status in 200..600 {
        let before = server.reports().len();
        server.faults().rules = vec![Fault::Status { status, retry_after: None }.on(REPORTS)];
        assert_eq!(sent(&server, EMAIL), (Some(status), before));
        let after = Fault::AfterSaving { status, retry_after: Some("3".to_owned()), body: Body::Right };
        server.faults().rules = vec![after.on(REPORTS)];
        assert_eq!(sent(&server, EMAIL), (Some(status), before + 1));
    }
    server.faults().rules = vec![Fault::RedirectBy { status: 307, to: "https://x.example/".to_owned() }.into()];
    assert_eq!(sent(&server, EMAIL), (Some(307), 400));
    server.faults().rules = vec![Fault::Portal.into()];
    assert_eq!(sent(&server, EMAIL), (Some(200), 400));
    server.faults().rules = vec![Fault::Status { status: 503, retry_after: None }.on(REPORTS).after(1).times(1)];
    let statuses = [sent(&server, EMAIL).0, sent(&server, EMAIL).0, sent(&server, EMAIL).0];
    assert_eq!(statuses, [Some(201), Some(503), Some(201)]);
}

#[test]
fn an_answer_can_hold_what_it_should_not() {
    let server = unheard();
    let answer = |body| {
        let fault = Fault::AfterSaving { status: 201, retry_after: Some("3".to_owned()), body };
        server.faults().rules = vec![fault.into()];
        server.send("POST", REPORTS, FORM, b"comment=x", None).unwrap()
    };
    let right = answer(Body::Right);
    assert!(json_of(&right)["id"] == 1 && right.headers.contains(&("retry-after".to_owned(), "3".to_owned())));
    assert_eq!(json_of(&answer(Body::WithoutId))["id"], Value::Null);
    let half = answer(Body::HalfJson);
    assert!(half.whole && half.body.starts_with(b"{\"id\":3,") && !half.body.ends_with(b"}"));
    assert!(answer(Body::Html).body.starts_with(b"\n<!DOCTYPE"));
    assert!(answer(Body::Empty).body.is_empty());
    server.faults().rules = vec![Fault::WrongLength(5).into()];
    assert!(!server.send("POST", REPORTS, FORM, b"comment=x", None).unwrap().whole);
    server.faults().rules = vec![Fault::WrongLength(-5).into()];
    let short = server.send("POST", REPORTS, FORM, b"comment=x", None).unwrap();
    assert!(short.whole && serde_json::from_slice::<Value>(&short.body).is_err());
    let ids: Vec<u64> = server.reports().iter().map(|report| report.id).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_report_is_stored_only_when_all_of_it_came() {
    let server = unheard();
    let body = multipart("x", &[("a", "a.jpg", &jpeg(1))]);
    server.send("POST", REPORTS, PARTS, &body, None).unwrap();
    let whole = server.posts()[0].bytes.clone();
    for at in 0..=whole.len() {
        server.forget_reports();
        let all = at == whole.len();
        // The other one hangs up.
        let answer = server.send("POST", REPORTS, PARTS, &body, Some(at));
        assert_eq!((answer.is_some(), server.reports().len()), (all, usize::from(all)));
        let posts = server.posts();
        match posts.last() {
            Some(post) => {
                assert_eq!((&post.bytes[..], post.whole), (&whole[..at], all));
                assert_eq!((post.status.is_some(), post.stored.is_some(), post.ended.is_some()), (all, all, true));
            }
            None => assert_eq!(at, 0),
        }
        // The server hangs up, at the end of the request, too.
        server.forget_reports();
        server.faults().rules = vec![Fault::CutRequest(at).on(REPORTS)];
        assert!(server.send("POST", REPORTS, PARTS, &body, None).is_none());
        server.faults().rules.clear();
        let posts = server.posts();
        assert_eq!((&posts[0].bytes[..], posts[0].whole, posts[0].status), (&whole[..at], all, None));
        assert!(server.reports().is_empty());
    }
    // Farther than the request is long, it is cut at its end.
    server.faults().rules = vec![Fault::CutRequest(usize::MAX).into()];
    assert_eq!(sent(&server, EMAIL), (None, 0));
}

#[test]
fn an_answer_is_cut_after_saving() {
    let server = unheard();
    let answer = server.send("POST", REPORTS, FORM, EMAIL, None).unwrap();
    let head = server.requests()[0].head;
    for at in 0..head + answer.body.len() {
        server.faults().rules = vec![Fault::CutWire(at).into()];
        let cut = server.send("POST", REPORTS, FORM, EMAIL, None);
        assert_eq!(cut.map(|cut| (cut.whole, cut.body.len())), (at >= head).then(|| (false, at - head)));
        assert_eq!((server.reports().len(), server.posts()[at + 1].status), (at + 2, Some(201)));
    }
}

#[test]
fn sockets_are_cut_as_well() {
    let server = start();
    let whole = request(&multipart("x", &[("a", "a.jpg", &jpeg(1))]));
    let body = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let cuts = [3, body - 1, body, body + 100, whole.len() - 1];
    for at in cuts {
        connect(&server).write_all(&whole[..at]).unwrap();
    }
    server.settle();
    let mut posts = server.posts();
    // Each has a thread to itself.
    posts.sort_by_key(|post| post.bytes.len());
    assert_eq!(posts.len(), cuts.len());
    for (post, at) in posts.iter().zip(cuts) {
        assert_eq!((&post.bytes[..], post.whole, post.status), (&whole[..at], false, None));
        assert!(post.ended.is_some());
    }
    // Nobody waits for the answer, and yet it is stored.
    connect(&server).write_all(&whole).unwrap();
    server.settle();
    assert_eq!((server.reports().len(), server.posts()[cuts.len()].status), (1, Some(201)));
    server.forget_reports();
    for (rank, at) in [0, 10, body + 100, whole.len()].into_iter().enumerate() {
        server.faults().rules = vec![Fault::CutRequest(at).into()];
        let mut stream = connect(&server);
        stream.write_all(&whole).unwrap();
        // A connection closed before it was read to the end is reset.
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
        let post = &server.posts()[rank];
        assert_eq!((&post.bytes[..], post.whole, post.status), (&whole[..at], at == whole.len(), None));
    }
    assert!(server.reports().is_empty());
    server.faults().rules = vec![Fault::CutWire(20).into()];
    let mut stream = connect(&server);
    stream.write_all(&whole).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!((answer.len(), server.reports().len()), (20, 1));
}

#[test]
fn an_answer_is_held_back_until_told() {
    let server = start();
    server.faults().add(Fault::Hold.on(REPORTS).times(1));
    let whole = request(&multipart("x", &[]));
    let mut held = connect(&server);
    held.write_all(&whole).unwrap();
    until(|| server.reports().len() == 1);
    assert_eq!(server.posts()[0].ended, None);
    let mut other = connect(&server);
    other.write_all(&whole).unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "));
    let posts = server.posts();
    assert!(posts[0].overlaps(&posts[1]) && posts[0].ended.is_none() && posts[1].ended.is_some());
    server.release();
    held.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("{\"id\":1,") && server.posts()[0].ended.is_some());
    // Nobody waits without a socket.
    server.faults().add(Fault::Hold);
    assert_eq!(server.send("POST", REPORTS, FORM, EMAIL, None).unwrap().delay, Duration::MAX);
}

#[test]
fn an_answer_can_come_before_the_body() {
    let server = start();
    server.faults().add(Fault::Early { status: 413, retry_after: None });
    let whole = request(&[b'x'; 100]);
    let mut stream = connect(&server);
    stream.write_all(&whole[..whole.len() - 100]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "));
    let post = &server.posts()[0];
    assert_eq!((post.body(), post.whole, post.status), (&b""[..], false, Some(413)));
    assert_eq!(sent(&server, EMAIL), (Some(413), 0));
    assert_eq!(server.posts()[1].body(), b"");
}
