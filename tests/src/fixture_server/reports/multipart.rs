//! Multipart bodies, parsed as leniently as Django does. No library accepts a body that ends in the middle of a picture, or
//! a boundary that differs from the announced one. A real Geotrek accepts both.

/// A part with a name.
pub(super) struct Part {
    pub(super) name: String,
    /// The last segment of the file name, if the part is a file.
    pub(super) file: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// The parts of a body, without a file at its end that no boundary follows.
pub(super) fn parts(body: &[u8], boundary: &str) -> Vec<Part> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut parts = Vec::new();
    let mut rest = body;
    loop {
        let found = find(rest, &delimiter);
        let part = read(&rest[..found.unwrap_or(rest.len())], found.is_some());
        parts.extend(part.filter(|part| found.is_some() || part.file.is_none()));
        match found {
            Some(at) => rest = &rest[at + delimiter.len()..],
            None => return parts,
        }
    }
}

/// The boundary in a Content-Type.
pub(super) fn boundary(kind: &str) -> Option<String> {
    parameter(kind, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 200)
}

fn read(part: &[u8], ended: bool) -> Option<Part> {
    let head = find(part, b"\r\n\r\n")?;
    let lines = String::from_utf8_lossy(&part[..head]);
    let describe = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.trim().to_owned())
    };
    let described = lines.split("\r\n").find_map(describe)?;
    let name = parameter(&described, "name")?;
    let mut bytes = &part[head + 4..];
    if ended {
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    }
    let file = match (parameter(&described, "filename*"), parameter(&described, "filename")) {
        (Some(encoded), _) => Some(decoded(&encoded)),
        (None, file) => file,
    };
    let file = match file {
        Some(file) => {
            let last = file.rsplit(['/', '\\']).next().unwrap_or("").trim().to_owned();
            // A file without a name is ignored.
            if last.is_empty() {
                return None;
            }
            Some(last)
        }
        None => None,
    };
    Some(Part { name, file, bytes: bytes.to_vec() })
}

/// A parameter after the first `;`, quoted or not.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let mut found = String::new();
        let mut chars = after.trim_start().chars();
        if after.trim_start().starts_with('"') {
            chars.next();
            while let Some(char) = chars.next() {
                match char {
                    '"' => break,
                    '\\' => found.extend(chars.next()),
                    char => found.push(char),
                }
            }
            rest = chars.as_str().split_once(';').map_or("", |(_, rest)| rest);
        } else {
            let (bare, after) = after.split_once(';').unwrap_or((after, ""));
            found.push_str(bare.trim());
            rest = after;
        }
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(found);
        }
    }
}

/// Decodes `UTF-8''b%20%C3%A9.jpg`.
fn decoded(encoded: &str) -> String {
    let text = encoded.rsplit('\'').next().unwrap_or("").replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(text.as_bytes()).next().map_or_else(String::new, |(name, _)| name.into_owned())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::{boundary, parts};

    #[test]
    fn parts_equal_those_of_django() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n\
            --x\r\nContent-Type: image/jpeg\r\ncontent-disposition: form-data; filename=\"../b \\\"c\\\".jpg\"; name=f\r\n\r\n\
            \r\n\r\n--x\r\nContent-Disposition: form-data; name=\"e\"; filename=\"\"\r\n\r\n\r\n\
            --x\r\nContent-Disposition: form-data; name=\"u\"; filename*=UTF-8''b%20%C3%A9.jpg\r\n\r\nu\r\n--x--\r\n";
        let found: Vec<_> =
            parts(body.as_bytes(), "x").into_iter().map(|part| (part.name, part.file, part.bytes)).collect();
        assert_eq!(
            found,
            [
                ("a".to_owned(), None, b"one\r\ntwo".to_vec()),
                ("f".to_owned(), Some("b \"c\".jpg".to_owned()), b"\r\n".to_vec()),
                ("u".to_owned(), Some("b é.jpg".to_owned()), b"u".to_vec()),
            ]
        );
        assert!(
            parts(b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"\r\n\r\nabc", "x").is_empty()
        );
        assert_eq!(parts(b"--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nabc", "y")[0].bytes, b"abc");
        assert_eq!(boundary("multipart/form-data; charset=utf-8; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("multipart/form-data"), None);
    }
}
