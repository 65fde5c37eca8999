//! Pictures come as from nginx.

use super::{get, start};

#[test]
fn media_are_validated_and_cut_in_ranges() {
    let server = start();
    let path = "/media/paperclip/trekking_trek/1/photo-1.png";
    let whole = get(&server, path, &[]);
    let tag = whole.headers()["etag"].to_str().expect("a readable tag").to_owned();
    let whole = whole.bytes().expect("a body");
    assert_eq!(get(&server, path, &[("if-none-match", &tag)]).status(), 304);
    let part = get(&server, path, &[("range", "bytes=10-")]);
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().expect("a body"), whole[10..]);
    assert_eq!(get(&server, path, &[("range", "bytes=99999-")]).status(), 416);
}
