use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::geotrek::PhotoPart;
use crate::net::ClientOptions;
use crate::storage::StdFileSystem;

/// The time after which a test fails, because the bytes do not arrive.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn final_chunk_is_announced_after_the_server_has_all_other_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("1.jpg");
    for photo_bytes in [0, 7, 100_000] {
        std::fs::write(&path, vec![7; photo_bytes]).unwrap();
        let form = ReportForm {
            boundary: "b".into(),
            comment: "Passerelle".into(),
            photos: vec![PhotoPart { path: path.clone(), name: "1.jpg".into(), bytes: photo_bytes as u64 }],
            ..ReportForm::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v2/feedback_report/", listener.local_addr().unwrap());
        let (received, has_all) = mpsc::channel();
        let body_length = usize::try_from(form.content_length()).unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut request, mut buffer) = (Vec::new(), [0; 4_096]);
            let body_bytes = |request: &[u8]| {
                let head = request.windows(4).position(|end| end == b"\r\n\r\n");
                head.map_or(0, |head| request.len() - head - 4)
            };
            while body_bytes(&request) < body_length {
                let count = stream.read(&mut buffer).unwrap();
                assert!(count > 0, "the connection ended after {} bytes", request.len());
                request.extend(&buffer[..count]);
                if body_bytes(&request) == body_length - "--b--\r\n".len() {
                    received.send(()).unwrap();
                }
            }
            stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{\"id\": 7}").unwrap();
        });
        let client = HttpClient::new(ClientOptions::default(), Arc::new(StdFileSystem)).unwrap();
        let announce = move || has_all.recv_timeout(LIMIT).map_err(|_| Error::internal("the server lacks bytes"));
        let sent = client.post(&url, &form, "fr", announce, &CancelToken::default(), &PostProgress::default()).unwrap();
        assert!(matches!(&sent, SendResult::Response { reply, .. } if reply.status == 201), "{photo_bytes}: {sent:?}");
        server.join().unwrap();
    }
}
