//! Cleaned HTML, and its plain text (feature `html`). A text that the parser would need seconds or gigabytes for loses its markup
//! instead: see `html_cost`.

use ammonia::{Builder, UrlRelative};

use super::html_cost::is_costly;
use super::html_strip::strip;
use super::links::Links;
use super::plain_text::{clean_texts, plain};
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
        clean_texts(dirty, &|dirty| {
            if is_costly(dirty) {
                return strip(dirty);
            }
            let html = self.builder.clean(dirty).to_string();
            let plain = plain(&html);
            (html, plain)
        })
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
