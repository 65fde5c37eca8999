//! Texts, numbers and times of a GPX file.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Maximum length of a text in bytes. A longer one is cut.
pub(super) const MAX_TEXT: usize = 20_000;

/// The encoding of the bytes that the parser reads. UTF-16 is decoded before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// ISO 8859-1, which Windows' encoding for Western Europe equals in letters.
    Latin1,
}

impl Encoding {
    /// Appends bytes to a text, up to [`MAX_TEXT`]. Returns `false` if some were invalid and replaced.
    pub(super) fn append(self, bytes: &[u8], text: &mut String) -> bool {
        let decoded = match self {
            Encoding::Utf8 => String::from_utf8_lossy(bytes),
            Encoding::Latin1 => bytes.iter().take(MAX_TEXT).map(|byte| char::from(*byte)).collect(),
        };
        let room = MAX_TEXT.saturating_sub(text.len());
        let end = (0..=room.min(decoded.len())).rev().find(|end| decoded.is_char_boundary(*end)).unwrap_or(0);
        text.push_str(&decoded[..end]);
        self == Encoding::Latin1 || matches!(decoded, Cow::Borrowed(_))
    }
}

/// Determines the encoding of a file, and removes a byte order mark. UTF-16 becomes UTF-8.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, [u8]>, Encoding) {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        (Cow::Owned(text.into_bytes()), Encoding::Utf8)
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (Cow::Borrowed(rest), Encoding::Utf8),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes),
        _ => (Cow::Borrowed(bytes), declared_encoding(bytes)),
    }
}

/// The encoding in the XML declaration.
fn declared_encoding(bytes: &[u8]) -> Encoding {
    const MAX_DECLARATION: usize = 200;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_DECLARATION)]).to_ascii_lowercase();
    let declaration = head.split("?>").next().unwrap_or_default();
    let is_latin1 = ["iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252"];
    match declaration.trim_start().starts_with("<?xml") && is_latin1.iter().any(|name| declaration.contains(name)) {
        true => Encoding::Latin1,
        false => Encoding::Utf8,
    }
}

/// A finite number within a range.
pub(super) fn number(text: &str, min: f64, max: f64) -> Option<f64> {
    text.trim().parse().ok().filter(|number| (min..=max).contains(number))
}

/// A time in Unix ms. RFC 3339 and ISO 8601 with any offset; without one it is UTC, as GPX demands.
pub(super) fn time_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let time = text.parse::<DateTime>().ok()?;
    Some(Offset::UTC.to_timestamp(time).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_in_every_form_of_rfc_3339() {
        for (text, expected) in [
            ("1970-01-01T00:00:01Z", Some(1_000)),
            (" 1970-01-01T00:00:01.5Z\n", Some(1_500)),
            ("1970-01-01t00:00:01z", Some(1_000)),
            ("1970-01-01 00:00:01Z", Some(1_000)),
            ("1970-01-01T02:00:01+02:00", Some(1_000)),
            ("1969-12-31T22:30:00.123456789-01:30", Some(123)),
            ("1970-01-01T00:00:01", Some(1_000)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_799_000)),
            ("1969-12-31T23:59:59Z", Some(-1_000)),
            ("yesterday", None),
            ("", None),
            ("2026-13-01T00:00:00Z", None),
            ("999999-01-01T00:00:00Z", None),
        ] {
            assert_eq!(time_ms(text), expected, "{text}");
        }
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let mut text = String::new();
        assert!(Encoding::Utf8.append("é".repeat(MAX_TEXT).as_bytes(), &mut text));
        assert_eq!(text.len(), MAX_TEXT);
        assert!(Encoding::Utf8.append(b"more", &mut text));
        assert_eq!(text.len(), MAX_TEXT);
        let mut odd = "a".to_owned();
        assert!(Encoding::Utf8.append("é".repeat(MAX_TEXT).as_bytes(), &mut odd));
        assert_eq!(odd.len(), MAX_TEXT - 1);
    }
}
