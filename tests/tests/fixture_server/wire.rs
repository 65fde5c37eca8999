//! ChangeKind is wrong on the wire itself, read from the socket as it comes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jalon_tests::fixture_server::{Fault, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

use super::{get, options, start};

const PHOTO: &str = "/media/paperclip/trekking_trek/1/photo-1.jpg";

/// Asks, and gives every byte of the answer, head included.
fn raw(server: &TestGeotrek, path: &str, headers: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).expect("a socket");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n").expect("a socket");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("a socket");
    answer
}

fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an end of the head");
    &answer[end + 4..]
}

#[test]
fn an_answer_can_be_cut_at_every_byte_its_head_included() {
    let server = start();
    let path = "/media/upload/theme-1.svg";
    let whole = raw(&server, path, "");
    assert_eq!(server.requests()[0].head, whole.len() - body(&whole).len());
    for at in 0..whole.len() {
        server.faults().rules = vec![Fault::CutWire(at).into()];
        assert_eq!(raw(&server, path, ""), whole[..at]);
        let told = server.requests().pop().unwrap();
        assert_eq!(told.wire, at.saturating_sub(told.head));
    }
}

#[test]
fn a_body_is_cut_where_asked_ranges_and_packed_ones_too() {
    let server = start();
    let whole = raw(&server, PHOTO, "");
    server.faults().add(Fault::CutBody(700).on(PHOTO));
    assert_eq!(body(&raw(&server, PHOTO, "")), &body(&whole)[..700]);
    let part = raw(&server, PHOTO, "range: bytes=100-\r\n");
    assert!(part.starts_with(b"HTTP/1.1 206 "));
    assert_eq!(body(&part), &body(&whole)[100..800]);
    // Beyond the end, nothing is cut.
    assert_eq!(body(&raw(&server, PHOTO, "range: bytes=0-699\r\n")), &body(&whole)[..700]);
    *server.faults() = Default::default();
    let trek = |server: &TestGeotrek| raw(server, "/api/v2/trek/?ids=1", "accept-encoding: gzip\r\n");
    let packed = trek(&server);
    server.faults().add(Fault::CutBody(5));
    let cut = trek(&server);
    let mark = body(&packed).iter().position(|byte| *byte == b'\n').unwrap() + 1;
    assert_eq!(body(&cut)[mark..], body(&packed)[mark..mark + 5]);
    assert_eq!(server.requests().pop().unwrap().wire, 5);
}

#[test]
fn lengths_can_be_wrong_both_ways() {
    let server = start();
    let whole = get(&server, PHOTO, &[]).bytes().unwrap();
    server.faults().add(Fault::WrongLength(7).on(PHOTO).times(1));
    let long = get(&server, PHOTO, &[]);
    assert_eq!(long.headers()["content-length"], (whole.len() + 7).to_string());
    assert!(long.bytes().is_err());
    server.faults().add(Fault::WrongLength(-7).on(PHOTO).times(1));
    let short = get(&server, PHOTO, &[]);
    assert_eq!(short.headers()["content-length"], (whole.len() - 7).to_string());
    assert_eq!(short.bytes().unwrap(), whole[..whole.len() - 7]);
    server.faults().add(Fault::WrongLength(-7));
    let packed = get(&server, "/api/v2/trek/", &[("accept-encoding", "gzip")]);
    assert!(packed.headers().contains_key("content-length") && !packed.headers().contains_key("transfer-encoding"));
}

#[test]
fn a_drip_is_slow_and_whole() {
    let server = start();
    let path = "/media/upload/theme-1.svg";
    let whole = raw(&server, path, "");
    let pause = Duration::from_millis(2);
    server.faults().add(Fault::Drip { bytes: 10, pause });
    let asked = std::time::Instant::now();
    assert_eq!(raw(&server, path, ""), whole);
    // At min: a pause is never cut short.
    assert!(asked.elapsed() >= pause * (body(&whole).len() / 10) as u32);
}

#[test]
fn a_stalled_answer_stays_open() {
    let server = start();
    server.faults().add(Fault::Stall(40).on(PHOTO));
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    write!(stream, "GET {PHOTO} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    while server.requests().first().is_none_or(|request| answer.len() < request.head + 40) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    stream.set_nonblocking(true).unwrap();
    let more = stream.read(&mut [0]).unwrap_err();
    assert_eq!((more.kind(), body(&answer).len()), (std::io::ErrorKind::WouldBlock, 40));
}

#[test]
fn what_is_no_request_gets_no_answer() {
    let server = start();
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    stream.write_all(b"\x16\x03\x01\r\n\r\n").unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    assert!(server.requests().is_empty());
}

#[test]
fn an_answer_without_a_socket_is_the_one_on_the_wire() {
    let server = start();
    let packed = [("accept-encoding", "gzip")];
    for (path, headers) in [
        ("/api/v2/label/?no_page&fields=id", &packed[..]),
        ("/api/v2/config/", &[]),
        ("/media/upload/theme-1.svg", &[("range", "bytes=5-30")]),
        ("/api/v2/trek", &[]),
    ] {
        let socket = get(&server, path, headers);
        let (status, kind) = (socket.status().as_u16(), socket.headers()["content-type"].to_str().unwrap().to_owned());
        let answer = server.ask("GET", path, headers).unwrap();
        assert_eq!((answer.status, answer.whole), (status, true), "{path}");
        assert!(answer.headers.contains(&("content-type".to_owned(), kind)));
        assert_eq!(answer.body, socket.bytes().unwrap());
        let told = server.requests();
        let [.., one, other] = &told[..] else { panic!("two requests") };
        assert_eq!((one.wire, one.bytes, &one.path), (other.wire, other.bytes, &other.path));
    }
}

#[test]
fn cuts_reach_answers_without_a_socket() {
    let server = TestGeotrek::unheard(Territory::generate(Size::default(), 1), options());
    let ask = || server.ask("GET", &format!("{}{PHOTO}", server.url()), &[]);
    let whole = ask().unwrap();
    assert!(whole.whole && whole.headers.iter().any(|(name, _)| name == "etag"));
    let head = server.requests()[0].head;
    for (at, left) in [(0, None), (head - 1, None), (head, Some(0)), (head + 9, Some(9))] {
        server.faults().rules = vec![Fault::CutWire(at).into()];
        let answer = ask();
        assert_eq!(answer.as_ref().map(|answer| (answer.body.len(), answer.whole)), left.map(|left| (left, false)));
        assert_eq!(server.requests().pop().unwrap().wire, left.unwrap_or(0));
    }
    server.faults().rules = vec![Fault::WrongLength(-9).into(), Fault::Delay(Duration::from_secs(600)).into()];
    let short = ask().unwrap();
    assert_eq!((short.body, short.whole), (whole.body[..whole.body.len() - 9].to_vec(), true));
    assert_eq!(short.delay, Duration::from_secs(600));
    server.faults().rules = vec![Fault::WrongLength(9).into()];
    assert!(!ask().unwrap().whole);
    server.faults().rules = vec![Fault::Stall(30).into()];
    assert_eq!(ask().map(|answer| (answer.body.len(), answer.whole)), Some((30, false)));
    let head = server.ask("HEAD", PHOTO, &[]).unwrap();
    assert!(head.body.is_empty());
}
