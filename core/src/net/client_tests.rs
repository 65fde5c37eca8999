use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;
use crate::storage::StdFileSystem;
use crate::transfer::ResponseMeta;

/// Sends these bytes to one connection and closes it. The thread returns the request.
fn serve(response: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v2/trek/", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let count = stream.read(&mut buffer).unwrap();
            request.extend(&buffer[..count]);
        }
        let _ = stream.write_all(&response);
        String::from_utf8(request).unwrap()
    });
    (url, served)
}

fn transfer(url: &str) -> Transfer {
    Transfer { language: Some("fr".to_owned()), ..Transfer::new(1, url, BodyKind::Json) }
}

fn client(options: ClientOptions) -> HttpClient {
    HttpClient::new(options, Arc::new(StdFileSystem)).unwrap()
}

fn fetch(options: ClientOptions, url: &str, target: &Path) -> Result<Outcome> {
    client(options).fetch(&transfer(url), target, &CancelToken::default())
}

#[test]
fn complete_response_is_written_and_the_request_suits_geotrek() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("trek.json");
    let (url, served) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec());
    let outcome = fetch(ClientOptions::default(), &url, &target).unwrap();
    assert_eq!(outcome, Outcome::Response(ResponseMeta { status: 200, bytes: 2, ..ResponseMeta::default() }));
    assert_eq!(std::fs::read(&target).unwrap(), b"{}");
    let request = served.join().unwrap().to_lowercase();
    assert!(request.contains("accept-language: fr\r\n"));
    assert!(request.contains("user-agent: jalon/") && !request.contains("geotrek"));
}

#[test]
fn incomplete_too_long_and_refused_responses_leave_the_old_file() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("trek.json");
    std::fs::write(&target, "old").unwrap();
    let (url, _) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec());
    assert!(matches!(fetch(ClientOptions::default(), &url, &target).unwrap(), Outcome::NetworkError { .. }));
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend([b'['; 4096]);
    let (url, _) = serve(endless);
    let small = ClientOptions { max_body_bytes: 1000, ..ClientOptions::default() };
    assert!(matches!(fetch(small, &url, &target).unwrap(), Outcome::Rejected { .. }));
    let (url, _) = serve(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".to_vec());
    let busy = Outcome::Response(ResponseMeta { status: 503, retry_after_ms: Some(7_000), ..ResponseMeta::default() });
    assert_eq!(fetch(ClientOptions::default(), &url, &target).unwrap(), busy);
    assert_eq!(std::fs::read(&target).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no partial file is left");
}

#[test]
fn forbidden_addresses_and_redirects_are_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("x");
    for url in ["ftp://example.org/", "file:///etc/passwd", "http://example.org/", "no address"] {
        assert!(matches!(fetch(ClientOptions::default(), url, &target), Err(Error::InvalidInput { .. })), "{url}");
    }
    let (url, _) = serve(b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n".to_vec());
    assert!(matches!(fetch(ClientOptions::default(), &url, &target).unwrap(), Outcome::Rejected { .. }));
}

#[test]
fn endless_response_is_rejected_after_the_total_timeout() {
    let directory = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // The client takes a response that comes before its request for an error of the connection.
        stream.read(&mut [0; 4096]).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[");
        // Sends a byte every 5 ms until the client closes the connection.
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let total_timeout = Duration::from_millis(300);
    let options = ClientOptions { total_timeout, ..ClientOptions::default() };
    let outcome = fetch(options, &url, &directory.path().join("x")).unwrap();
    assert!(matches!(&outcome, Outcome::Rejected { detail } if detail.contains("does not end")), "{outcome:?}");
    server.join().unwrap();
}

#[test]
fn cancelled_fetch_ends_while_the_server_is_silent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let cancel = CancelToken::default();
    cancel.clone().cancel();
    let client = client(ClientOptions::default());
    let outcome = client.fetch(&transfer(&url), &directory.path().join("x"), &cancel);
    assert_eq!(outcome, Err(Error::Cancelled));
}

#[test]
fn interrupted_file_is_resumed_and_a_changed_one_is_fetched_whole() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("a.jpg");
    let client = client(ClientOptions::default());
    let file = |url: &str| Transfer::new(1, url, BodyKind::File);
    let cancel = CancelToken::default();
    let (url, _) = serve(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 6\r\n\r\nabc".to_vec());
    assert!(matches!(client.fetch(&file(&url), &target, &cancel).unwrap(), Outcome::NetworkError { .. }));
    let rest = b"HTTP/1.1 206 Partial\r\nETag: \"a\"\r\nContent-Range: bytes 3-5/6\r\nContent-Length: 3\r\n\r\nd";
    let (url, served) = serve(rest.to_vec());
    assert!(matches!(client.fetch(&file(&url), &target, &cancel).unwrap(), Outcome::NetworkError { .. }));
    let request = served.join().unwrap().to_lowercase();
    assert!(request.contains("range: bytes=3-\r\n") && request.contains("if-range: \"a\"\r\n"), "{request}");
    let rest = b"HTTP/1.1 206 Partial\r\nETag: \"a\"\r\nContent-Range: bytes 4-5/6\r\nContent-Length: 2\r\n\r\nef";
    let (url, _) = serve(rest.to_vec());
    match client.fetch(&file(&url), &target, &cancel).unwrap() {
        Outcome::Response(ResponseMeta { status: 200, bytes: 2, validators, .. }) => {
            assert_eq!(validators.etag.as_deref(), Some("\"a\""));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&target).unwrap(), b"abcdef");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2, "the file and its validators");

    let other = directory.path().join("b.jpg");
    let (url, _) = serve(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 6\r\n\r\nabc".to_vec());
    client.fetch(&file(&url), &other, &cancel).unwrap();
    let (url, _) = serve(b"HTTP/1.1 200 OK\r\nETag: \"b\"\r\nContent-Length: 2\r\n\r\nxy".to_vec());
    client.fetch(&file(&url), &other, &cancel).unwrap();
    assert_eq!(std::fs::read(&other).unwrap(), b"xy");
}

#[test]
fn gzip_bodies_are_decoded_and_limited_by_their_decoded_length() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("trek.json");
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        let body = encoder.finish().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
        ([head.as_bytes(), &body].concat(), body.len() as u64)
    };
    let (response, bytes) = gzip(b"{\"a\": 1}");
    let (url, _) = serve(response.clone());
    let outcome = fetch(ClientOptions::default(), &url, &target).unwrap();
    assert_eq!(outcome, Outcome::Response(ResponseMeta { status: 200, bytes, ..ResponseMeta::default() }));
    assert_eq!(std::fs::read(&target).unwrap(), b"{\"a\": 1}");
    let (bomb, _) = gzip(&vec![b' '; 1 << 20]);
    let (url, _) = serve(bomb);
    let small = ClientOptions { max_body_bytes: 10_000, ..ClientOptions::default() };
    assert!(matches!(fetch(small, &url, &target).unwrap(), Outcome::Rejected { .. }));
    // A gzip body without its end, of the length that the head announces.
    let short = String::from_utf8_lossy(&response[..response.len() - bytes as usize])
        .replace(&bytes.to_string(), &(bytes - 4).to_string());
    let (url, _) = serve([short.as_bytes(), &response[response.len() - bytes as usize..response.len() - 4]].concat());
    assert!(matches!(fetch(ClientOptions::default(), &url, &target).unwrap(), Outcome::NetworkError { .. }));
    assert_eq!(std::fs::read(&target).unwrap(), b"{\"a\": 1}");
}
