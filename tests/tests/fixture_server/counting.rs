//! The server says what it was asked, and what has left it.

use super::{ask, get, start};

#[test]
fn a_request_is_told_with_what_it_asked_for() {
    let server = start();
    let path = "/media/upload/theme-1.svg";
    let headers = [
        ("range", "bytes=10-19"),
        ("if-range", "\"other\""),
        ("if-none-match", "\"one\""),
        ("accept-encoding", "gzip"),
        ("authorization", "Basic eDp5"),
    ];
    let whole = get(&server, path, &headers).bytes().unwrap();
    get(&server, path, &[("range", "bytes=10-19")]).bytes().unwrap();
    let requests = server.requests();
    let first = &requests[0];
    assert_eq!((first.method.as_str(), first.path.as_str(), first.status), ("GET", path, 200));
    assert_eq!((first.range.as_deref(), first.if_range.as_deref()), (Some("bytes=10-19"), Some("\"other\"")));
    assert_eq!((first.if_none_match.as_deref(), first.accept_encoding.as_deref()), (Some("\"one\""), Some("gzip")));
    assert!(first.authorization && !requests[1].authorization);
    assert_eq!((first.bytes, first.wire), (whole.len(), whole.len()));
    assert_eq!((requests[1].status, requests[1].bytes, requests[1].wire), (206, 10, 10));
    assert_eq!(requests[1].range.as_deref(), Some("bytes=10-19"));
    assert!(requests[1].if_range.is_none() && requests[1].if_none_match.is_none());
}

#[test]
fn bytes_are_counted_as_they_leave_packed_and_cut() {
    let server = start();
    let packed = get(&server, "/api/v2/trek/", &[("accept-encoding", "gzip")]).bytes().unwrap().len();
    let plain = get(&server, "/api/v2/trek/", &[]).bytes().unwrap().len();
    server.faults().cut_at = Some(1000);
    assert!(get(&server, "/api/v2/trek/", &[("accept-encoding", "gzip")]).bytes().is_err());
    assert!(get(&server, "/api/v2/trek/", &[]).bytes().is_err());
    let requests = server.requests();
    let wire: Vec<usize> = requests.iter().map(|request| request.wire).collect();
    assert_eq!(wire, [packed, plain, 1000, 1000]);
    assert!(packed * 2 < plain);
    assert!(requests.iter().all(|request| request.bytes.abs_diff(plain) < 100), "links to pages aside");
}

#[test]
fn a_head_has_no_body_and_requests_can_be_forgotten() {
    let server = start();
    rustls::crypto::ring::default_provider().install_default().ok();
    let path = "/media/paperclip/trekking_trek/1/photo-1.jpg";
    let head = reqwest::blocking::Client::new().head(format!("{}{path}", server.url())).send().unwrap();
    let length: usize = head.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let told = &server.requests()[0];
    assert_eq!((told.method.as_str(), told.bytes, told.wire), ("HEAD", length, 0));
    assert!(length > 1000 && head.bytes().unwrap().is_empty());
    server.forget_requests();
    assert!(server.requests().is_empty());
    let again = ask(&server, path, &[]).unwrap().bytes().unwrap();
    assert_eq!((server.requests().len(), server.requests()[0].wire), (1, again.len()));
}
