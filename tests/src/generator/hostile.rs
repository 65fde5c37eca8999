//! Addresses of pictures that are after something: to leave the folder they are kept in, to break a file system, to be
//! taken for another one. To be attached to an object on command; no generated object has any.

use super::{HOST, HOSTILE};

/// What follows [`HOSTILE`], or stands alone when it is an address.
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
/// Addresses that are no addresses of a server, or of another one.
const ELSEWHERE: [&str; 6] = [
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "ftp://example.org/x.jpg",
    "//example.org/x.jpg",
    "http://",
];

/// Addresses of pictures that a client must not write where they say; the server answers those of its own.
pub fn hostile_urls() -> Vec<String> {
    let long = [format!("{}.jpg", "x".repeat(300)), "long/".repeat(400) + "x.jpg"];
    let names = NAMES.iter().map(|name| (*name).to_owned()).chain(long);
    let own = names.map(|name| format!("{HOST}{HOSTILE}{name}"));
    own.chain(ELSEWHERE.iter().map(|url| (*url).to_owned())).collect()
}
