//! Texts without their markup, in the place of `html` if the library is built without the feature `html`, and for a text that is
//! too costly to clean. The text of an element stays, but for scripts and style sheets; links and pictures go. The HTML of such
//! a text is its plain text, escaped.

#[cfg(any(test, not(feature = "html")))]
use super::links::Links;
use super::plain_text::plain;
#[cfg(any(test, not(feature = "html")))]
use crate::model::{Localized, RichText};

/// Removes the markup of texts.
#[cfg(any(test, not(feature = "html")))]
pub(super) struct Cleaner;

#[cfg(any(test, not(feature = "html")))]
impl Cleaner {
    pub(super) fn new(_: &Links) -> Cleaner {
        Cleaner
    }

    pub(super) fn clean(&self, dirty: &Localized) -> RichText {
        super::plain_text::clean_texts(dirty, &strip)
    }
}

/// The HTML and the plain text of a text without its markup.
pub(super) fn strip(dirty: &str) -> (String, String) {
    let plain = plain(&without_attributes(dirty));
    (escape(&plain), plain)
}

/// A text as HTML.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => html.push_str("<br>"),
            c => push_escaped(&mut html, c),
        }
    }
    html
}

fn push_escaped(html: &mut String, c: char) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        c => html.push(c),
    }
}

/// The HTML with tags in lower case and without attributes, and with the entities that [`plain`] reads. Takes one pass, as
/// each part of the text is consumed when it is read.
fn without_attributes(html: &str) -> String {
    let mut written = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with('<') { tag(rest, &mut written) } else { reference(rest, &mut written) };
        rest = &rest[length..];
    }
    written.push_str(rest);
    written
}

/// Writes a tag, and returns the length of its source, with the content of scripts and style sheets.
fn tag(html: &str, written: &mut String) -> usize {
    if html.starts_with("<!--") {
        return html.find("-->").map_or(html.len(), |end| end + 3);
    }
    let name = html[1..].trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) && !html[1..].starts_with(['!', '?']) {
        written.push_str("&lt;");
        return 1;
    }
    let mut quote = None;
    let end = html.find(|c: char| {
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        c == '>' && quote.is_none()
    });
    // A quote that is never closed is none.
    let Some(end) = end.or_else(|| html.find('>')) else { return html.len() };
    let name = name.to_ascii_lowercase();
    if !html.starts_with("</") && (name == "script" || name == "style") {
        let close = format!("</{name}");
        let mut content = html.as_bytes()[end..].windows(close.len());
        return content.position(|part| part.eq_ignore_ascii_case(close.as_bytes())).map_or(html.len(), |at| end + at);
    }
    written.push('<');
    written.push_str(&name);
    written.push('>');
    end + 1
}

/// Writes the character of an entity, and returns the length of its source.
fn reference(html: &str, written: &mut String) -> usize {
    let name = &html[1..];
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(name.len())];
    let character = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        }
        .and_then(char::from_u32),
        None => named(name),
    };
    match character.filter(|_| html[1 + name.len()..].starts_with(';')) {
        Some(character) => {
            push_escaped(written, character);
            name.len() + 2
        }
        None => {
            written.push_str("&amp;");
            1
        }
    }
}

/// The character of a named entity: those of Latin-1, and others that editors write.
fn named(name: &str) -> Option<char> {
    let latin = LATIN_1.split_ascii_whitespace().zip('\u{a0}'..).find(|(known, _)| *known == name);
    latin.or_else(|| OTHERS.into_iter().find(|(known, _)| *known == name)).map(|(_, character)| character)
}

/// The names of the characters from U+00A0 to U+00FF.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 \
    acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig \
    Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
    Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave \
    iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

const OTHERS: [(&str, char); 23] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("hellip", '…'),
    ("euro", '€'),
    ("trade", '™'),
    ("larr", '←'),
    ("rarr", '→'),
    ("minus", '−'),
    ("le", '≤'),
    ("ge", '≥'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> (String, String) {
        let text = Cleaner::new(&Links::new(None)).clean(&[("fr", html)].into_iter().collect());
        let get = |texts: &Localized| texts.in_language("fr").unwrap_or_default().to_owned();
        (get(&text.html), get(&text.plain))
    }

    #[test]
    fn clean_keeps_text_and_removes_markup() {
        let (html, plain) =
            clean(r#"<p onclick='x(">")'>À <SCRIPT>alert("<p>")</script ><b>tous</b></p><!-- <p> -->Fin"#);
        assert_eq!((&*html, &*plain), ("À tous<br>Fin", "À tous\nFin"));
        assert_eq!(clean("sans balise").0, "sans balise");
        assert_eq!(clean("<ul><li>un</li><li>deux</li></ul>trois<BR/>quatre").1, "un\ndeux\ntrois\nquatre");
    }

    #[test]
    fn clean_decodes_entities() {
        let (html, plain) = clean("l&#39;&eacute;t&eacute;&nbsp;&amp; l&#x2019;eau &lt;3 &inconnu; &#0; R&D &yuml;");
        assert_eq!(plain, "l'été & l’eau <3 &inconnu; \0 R&D ÿ");
        assert_eq!(html, "l'été &amp; l’eau &lt;3 &amp;inconnu; \0 R&amp;D ÿ");
    }

    #[test]
    fn html_of_malformed_markup_has_no_tags_but_line_breaks() {
        for dirty in [
            "<scr<script>ipt>alert(1)</script>",
            "&lt;img src=x onerror=alert(1)&gt;",
            "<img src=x onerror=alert(1)",
            "<<b>script>x",
            "< script>x</ script>",
            "<a title='>x",
            "<!<img src=x>",
            "<style>x",
            "a < b",
        ] {
            let html = clean(dirty).0.replace("<br>", "");
            assert!(!html.contains(['<', '>']), "{dirty}: {html}");
        }
        assert_eq!(clean("altitude < 1500 m").1, "altitude < 1500 m");
        assert_eq!(clean("<a title='>x").1, "x");
    }
}
