//! Texts of an edition as HTML.

use crate::export::xml_text;
use crate::printable;

/// A text on one line, for the content of an element or for an attribute in double quotes.
pub(super) fn escape(text: &str) -> String {
    let text = xml_text(&printable::single_line(text));
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A link with a text, if the address is one of a web page; else the text alone.
pub(super) fn address(url: Option<&str>, text: &str) -> String {
    match url.filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
        Some(url) => format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(url), escape(text)),
        None => escape(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_leaves_no_markup_and_no_controls() {
        assert_eq!(
            escape("<a b=\"c\" d='e'>&amp;\u{1b}\n\u{2066}"),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;\u{fffd} \u{fffd}"
        );
        assert_eq!(
            address(Some("https://a.example/?b=\"&c"), "A"),
            "<a href=\"https://a.example/?b=&quot;&amp;c\" rel=\"noreferrer\">A</a>"
        );
        assert_eq!(address(Some("data:text/html,x"), "A"), "A");
    }
}
