//! The API's answers come packed to those who accept it, as from nginx.

use std::io::Read;

use flate2::read::GzDecoder;

use super::{get, options, start, start_with};

const PATH: &str = "/api/v2/label/?no_page&fields=id";

#[test]
fn answers_are_packed_when_asked_and_only_then() {
    let server = start();
    let plain = get(&server, PATH, &[]);
    assert!(!plain.headers().contains_key("content-encoding"));
    assert!(plain.headers().contains_key("content-length"));
    let plain = plain.bytes().unwrap();
    for accept in ["gzip", "br, GZIP;q=0.5", "deflate, gzip"] {
        let packed = get(&server, PATH, &[("accept-encoding", accept)]);
        assert_eq!(packed.headers()["content-encoding"], "gzip");
        assert_eq!(packed.headers()["transfer-encoding"], "chunked");
        assert!(!packed.headers().contains_key("content-length"));
        let mut body = Vec::new();
        GzDecoder::new(&packed.bytes().unwrap()[..]).read_to_end(&mut body).unwrap();
        assert_eq!(body, plain);
    }
    for accept in ["identity", "gzip;q=0", "br"] {
        assert!(!get(&server, PATH, &[("accept-encoding", accept)]).headers().contains_key("content-encoding"));
    }
}

#[test]
fn media_and_errors_are_not_packed_nor_is_anything_without_the_option() {
    let server = start();
    let gzip = [("accept-encoding", "gzip")];
    for path in ["/media/upload/theme-1.svg", "/media/paperclip/trekking_trek/1/photo-1.png", "/api/v2/nope/"] {
        assert!(!get(&server, path, &gzip).headers().contains_key("content-encoding"), "{path}");
    }
    let mut without = options();
    without.gzip = false;
    assert!(!get(&start_with(without), PATH, &gzip).headers().contains_key("content-encoding"));
}

#[test]
fn a_packed_answer_can_be_cut_too() {
    let server = start();
    server.faults().cut_at = Some(100);
    let cut = get(&server, "/api/v2/trek/", &[("accept-encoding", "gzip")]);
    assert!(!cut.headers().contains_key("content-length") && cut.bytes().is_err());
}
