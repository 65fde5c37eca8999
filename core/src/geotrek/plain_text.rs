//! The plain text of HTML.

use crate::model::{Localized, RichText};

/// Cleans a text in each language that has markup; `clean` returns its HTML and its plain text. Most short texts have no
/// markup: their plain text is the same.
pub(super) fn clean_texts(dirty: &Localized, clean: &dyn Fn(&str) -> (String, String)) -> RichText {
    let mut text = RichText::default();
    for (language, dirty) in dirty.iter() {
        if dirty.contains(['<', '>', '&', '\u{a0}']) {
            let (html, plain) = clean(dirty);
            text.html.insert(language, html);
            text.plain.insert(language, plain);
        } else {
            text.html.insert(language, dirty);
            text.plain.insert(language, dirty.trim());
        }
    }
    text
}

/// The plain text of HTML as ammonia writes it: its tags are well formed, and it escapes five characters only.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        push_words(&mut text, &rest[..at]);
        rest = &rest[at..];
        let (replaced, length) = if rest.starts_with('<') { tag(rest) } else { entity(rest) };
        match replaced {
            "\n" => end_line(&mut text),
            other => push_words(&mut text, other),
        }
        rest = &rest[length..];
    }
    push_words(&mut text, rest);
    text.truncate(text.trim_end().len());
    text
}

/// The plain text that a tag stands for, and the length of the tag. A `>` within quotes does not end it.
fn tag(html: &str) -> (&'static str, usize) {
    let mut quoted = false;
    let end = html.find(|c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    let end = end.map_or(html.len(), |end| end + 1);
    let name = html[1..end].trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    let text = match name {
        "td" | "th" => " ",
        // Elements after which a line of plain text ends.
        "p" | "br" | "div" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "tr" | "table" => "\n",
        "blockquote" | "pre" | "hr" | "dt" | "dd" => "\n",
        _ => "",
    };
    (text, end)
}

/// The character that an entity stands for, and the length of the entity.
fn entity(html: &str) -> (&'static str, usize) {
    [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", "\"")]
        .into_iter()
        .find(|(entity, _)| html.starts_with(entity))
        .map_or(("&", 1), |(entity, character)| (character, entity.len()))
}

/// Appends a text; a run of white space becomes one space, or none at the start of a line.
fn push_words(text: &mut String, words: &str) {
    for c in words.chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

fn end_line(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}
