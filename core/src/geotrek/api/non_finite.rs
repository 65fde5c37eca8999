//! Numbers that are not finite: Python writes `NaN`, `Infinity` and `-Infinity`, which JSON lacks. They are replaced while a
//! response is read, so that the other objects of the list can be read; the object that has one is recognised afterwards.

use std::io::{self, Read};

/// The replacements are valid JSON numbers of the same length. No server writes them: the exponent of a number that
/// software writes is not 0.
const TOKENS: [(&[u8], &[u8]); 2] = [(b"NaN", b"0E0"), (b"Infinity", b"0E000000")];
/// The start of each replacement.
const MARK: &[u8] = b"0E0";

/// The position of a reader in JSON: inside a string or not.
#[derive(Debug, Default)]
struct Strings {
    is_inside: bool,
    is_escaped: bool,
}

impl Strings {
    /// Takes the next byte. Returns whether it is outside of strings.
    fn step(&mut self, byte: u8) -> bool {
        if !self.is_inside {
            self.is_inside = byte == b'"';
            return !self.is_inside;
        }
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.is_inside = false,
            _ => {}
        }
        false
    }
}

/// A JSON text in which numbers that are not finite are replaced.
pub(super) struct NonFinite<R> {
    body: R,
    strings: Strings,
    /// The replacement that has begun, and its next byte.
    token: Option<(usize, usize)>,
}

impl<R: Read> NonFinite<R> {
    pub(super) fn new(body: R) -> NonFinite<R> {
        NonFinite { body, strings: Strings::default(), token: None }
    }

    fn replaced(&mut self, byte: u8) -> u8 {
        if !self.strings.step(byte) {
            self.token = None;
            return byte;
        }
        let (token, at) = match self.token.take() {
            Some(begun) => begun,
            None => match TOKENS.iter().position(|(token, _)| token[0] == byte) {
                Some(token) => (token, 0),
                None => return byte,
            },
        };
        let (from, to) = TOKENS[token];
        if from.get(at) != Some(&byte) {
            return byte;
        }
        if at + 1 < from.len() {
            self.token = Some((token, at + 1));
        }
        to[at]
    }
}

impl<R: Read> Read for NonFinite<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buffer)?;
        for byte in &mut buffer[..read] {
            *byte = self.replaced(*byte);
        }
        Ok(read)
    }
}

/// Whether a number of a JSON object was replaced.
pub(crate) fn has_non_finite(json: &str) -> bool {
    let bytes = json.as_bytes();
    if !bytes.windows(MARK.len()).any(|window| window == MARK) {
        return false;
    }
    let mut strings = Strings::default();
    let mut before = b' ';
    bytes.iter().enumerate().any(|(at, byte)| {
        let is_mark =
            strings.step(*byte) && bytes[at..].starts_with(MARK) && !before.is_ascii_digit() && before != b'.';
        before = *byte;
        is_mark
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that arrives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_replaced_outside_of_strings() {
        for (json, expected) in [
            (r#"{"a": NaN, "b": [-Infinity, Infinity]}"#, r#"{"a": 0E0, "b": [-0E000000, 0E000000]}"#),
            (r#"{"NaN": "NaN \" NaN", "b": "Infinity\\"}"#, r#"{"NaN": "NaN \" NaN", "b": "Infinity\\"}"#),
            (r#"[NaN,NaN]"#, r#"[0E0,0E0]"#),
            ("[true, null, 1E5]", "[true, null, 1E5]"),
        ] {
            let mut replaced = String::new();
            NonFinite::new(Slow(json.as_bytes())).read_to_string(&mut replaced).unwrap();
            assert_eq!(replaced, expected);
            assert_eq!(has_non_finite(&replaced), json != expected, "{json}");
        }
        for json in [r#"{"a": "0E0"}"#, r#"{"a": 10E0, "b": 1.0E0}"#] {
            assert!(!has_non_finite(json), "{json}");
        }
    }

    #[test]
    fn incomplete_tokens_are_invalid_or_recognised() {
        for json in ["[Na]", "[NaNaN]", "[Inf]", "[Infinit]"] {
            let mut replaced = String::new();
            NonFinite::new(json.as_bytes()).read_to_string(&mut replaced).unwrap();
            let is_invalid = serde_json::from_str::<serde_json::Value>(&replaced).is_err();
            assert!(is_invalid || has_non_finite(&replaced), "{json} {replaced}");
        }
    }
}
