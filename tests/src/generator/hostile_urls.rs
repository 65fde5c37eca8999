//! Addresses of pictures that attack a client: they try to leave its folder, to break its file system, or to collide with
//! another picture. No generated object has one; tests attach them.

use super::{HOST, HOSTILE};

/// Paths after [`HOSTILE`].
const NAMES: [&str; 28] = [
    "../../../../../x.jpg",
    "%2e%2e%2f%2e%2e%2f%2e%2e%2fx.jpg",
    "..%2f..%2fcatalogue.gpkg",
    "..%5c..%5cx.jpg",
    "..\\..\\x.jpg",
    "/etc/x.jpg",
    "%2fetc%2fpasswd",
    "C:%5cWindows%5cx.jpg",
    "C:x.jpg",
    "x%00.jpg",
    "x.jpg%00.exe",
    "x%0a%0dy.jpg",
    "CON",
    "con.jpg",
    "NUL.jpg",
    "COM1.jpg",
    "x.jpg.",
    "x.jpg%20",
    ".",
    "..",
    "",
    "%ff%fe.jpg",
    "%e2%80%aegpj.x.jpg",
    "-rf.jpg",
    "a|b?c*d.jpg",
    "Twin.jpg",
    "twin.jpg",
    "twin.jpg?v=2",
];
/// Addresses of other schemes and hosts.
const ELSEWHERE: [&str; 6] = [
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "ftp://example.org/x.jpg",
    "//example.org/x.jpg",
    "http://",
];

/// Addresses of pictures whose names a client must not use as paths. The server has those on its own host.
pub fn hostile_urls() -> Vec<String> {
    let long = [format!("{}.jpg", "x".repeat(300)), "long/".repeat(400) + "x.jpg"];
    let names = NAMES.iter().map(|name| (*name).to_owned()).chain(long);
    let own = names.map(|name| format!("{HOST}{HOSTILE}{name}"));
    own.chain(ELSEWHERE.iter().map(|url| (*url).to_owned())).collect()
}
