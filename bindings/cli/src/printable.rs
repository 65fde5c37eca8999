//! Texts of servers and archives, made safe to print. A control character could move the cursor, clear the screen or forge
//! a line; a bidirectional override shows a text in another order than it is written. U+FFFD stands for each of them.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Whether a character changes how a terminal or a page shows the characters around it: a control character other than
/// white space, or a bidirectional embedding, override or isolate.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text on one line: line breaks, tabs and spaces in a row become one space, each unsafe character U+FFFD.
pub(crate) fn single_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c if is_unsafe(c) => line.push('\u{fffd}'),
            c => line.push(c),
        }
    }
    line
}

/// A text that keeps its line feeds and tabs; each unsafe character becomes U+FFFD.
pub(crate) fn multi_line(text: &str) -> String {
    let replace = |c| match c {
        '\t' | '\n' => c,
        c if is_unsafe(c) => '\u{fffd}',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(replace).collect()
}

/// A text of one line in at most `columns` of a terminal, with an ellipsis if it is cut. What a reader sees as one
/// character is never split.
pub(crate) fn truncate(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let mut end = 0;
    for (start, cluster) in text.grapheme_indices(true) {
        used += cluster.width();
        // One column is for the ellipsis.
        if used + 1 > columns {
            break;
        }
        end = start + cluster.len();
    }
    format!("{}…", text[..end].trim_end())
}

/// A JSON document in which unsafe characters are escaped. Its value stays the same: JSON writes the other control
/// characters as escapes already, and unsafe characters occur only in its strings.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_line_replaces_controls_and_bidi_overrides() {
        assert_eq!(single_line("a\u{1b}[2Jb\u{7}\0\u{9b}c"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}c");
        assert_eq!(single_line("Lac\r\nde\ttout\u{202e}"), "Lac de tout\u{fffd}");
        assert_eq!(single_line("Col du Galibier — été"), "Col du Galibier — été");
    }

    #[test]
    fn multi_line_keeps_line_feeds_only() {
        assert_eq!(multi_line("one\r\ntwo\rthree\u{2067}"), "one\ntwo\u{fffd}three\u{fffd}");
    }

    #[test]
    fn truncate_counts_columns_and_keeps_clusters_whole() {
        assert_eq!(truncate("Lac du Lauvitel", 15), "Lac du Lauvitel");
        assert_eq!(truncate("Lac du Lauvitel", 8), "Lac du…");
        assert_eq!(truncate("山小屋", 5), "山小…");
        // A family is one cluster of two columns.
        assert_eq!(truncate("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 5), "👨‍👩‍👧👨‍👩‍👧…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(truncate(&"x".repeat(2_000), 40).width(), 40);
    }

    #[test]
    fn escape_json_keeps_the_value() {
        let value = serde_json::json!({"name": "a\u{7f}\u{9b}\u{202e}\u{1b}é"});
        let escaped = escape_json(&value.to_string());
        assert!(!escaped.chars().any(is_unsafe), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
