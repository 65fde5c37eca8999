//! Cleaned HTML, and its plain text.

use ammonia::{Builder, UrlRelative};

use super::links::Links;
use crate::model::{Localized, RichText};

/// Cleans the HTML of texts.
pub(super) struct Cleaner {
    builder: Builder<'static>,
}

impl Cleaner {
    pub(super) fn new(links: &Links) -> Cleaner {
        let mut builder = Builder::default();
        builder.link_rel(Some("noopener noreferrer"));
        if let Some(origin) = links.origin() {
            builder.url_relative(UrlRelative::RewriteWithBase(origin.clone()));
        }
        let links = links.clone();
        builder.attribute_filter(move |element, attribute, value| {
            if (element, attribute) == ("img", "src") { Some(links.moved(value).into()) } else { Some(value.into()) }
        });
        Cleaner { builder }
    }

    pub(super) fn clean(&self, dirty: &Localized) -> RichText {
        let mut text = RichText::default();
        for (language, dirty) in dirty.iter() {
            // Most short texts have no markup: their plain text is the same.
            if dirty.contains(['<', '>', '&', '\u{a0}']) {
                let html = self.builder.clean(dirty).to_string();
                text.plain.insert(language, plain(&html));
                text.html.insert(language, html);
            } else {
                text.plain.insert(language, dirty.trim());
                text.html.insert(language, dirty);
            }
        }
        text
    }
}

/// The plain text of HTML that ammonia wrote: its tags are well formed, and it escapes five characters only.
fn plain(html: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> (String, String) {
        let links = Links::new(url::Url::parse("https://park.example").ok());
        let text = Cleaner::new(&links).clean(&[("fr", html)].into_iter().collect());
        let get = |texts: &Localized| texts.in_language("fr").unwrap_or_default().to_owned();
        (get(&text.html), get(&text.plain))
    }

    #[test]
    fn clean_removes_scripts_and_keeps_text() {
        let (html, plain) = clean(r#"<p onclick="x()">Bonjour <script>alert(1)</script><b>à tous</b></p><p>Fin</p>"#);
        assert_eq!(html, "<p>Bonjour <b>à tous</b></p><p>Fin</p>");
        assert_eq!(plain, "Bonjour à tous\nFin");
        assert_eq!(clean("<a href=\"javascript:x()\">lien</a>").0, "<a rel=\"noopener noreferrer\">lien</a>");
    }

    #[test]
    fn plain_text_decodes_entities_and_breaks_lines_after_blocks() {
        assert_eq!(clean("IGN&nbsp;3437&nbsp;ET &amp; l&#39;été &lt;3").1, "IGN 3437 ET & l'été <3");
        assert_eq!(clean("sans balise").0, "sans balise");
        assert_eq!(clean("<ul><li>un</li><li>deux</li></ul>trois<br>quatre").1, "un\ndeux\ntrois\nquatre");
        assert_eq!(clean(r#"<span title="a > b">x</span> y"#).1, "x y");
    }

    #[test]
    fn clean_moves_pictures_to_the_territory() {
        let (html, _) = clean(r#"<img src="http://old:8000/media/a.jpg"><img src="/media/b.jpg">"#);
        assert!(html.contains("https://park.example/media/a.jpg") && html.contains("https://park.example/media/b.jpg"));
    }
}
