//! An edition as one page of HTML, for the office to read before it publishes. The page needs no network and no script: the
//! style sheet and the map are in it, and its content security policy forbids everything else.
//!
//! * This file: the page. `style.css`: its style sheet, for light and dark, narrow and wide.
//! * `html`: texts as HTML.
//! * `problems`: the list of problems.

mod html;
mod problems;

use jalon::edition::{ContentProblem, EditionInfo, EditionLayer, EditionPart};
use jalon::model::{Bounds, Id, Kind};

use crate::map::OverviewMap;
use crate::units::format_bytes;
use html::{address, escape};

const STYLE: &str = include_str!("style.css");

/// The contents of a page.
pub(crate) struct EditionPage<'p> {
    pub(crate) info: &'p EditionInfo,
    /// Languages of the territory, the default language first.
    pub(crate) languages: Vec<&'p str>,
    pub(crate) signature: Signature,
    pub(crate) layers: Vec<EditionLayer>,
    pub(crate) records: EditionPart,
    pub(crate) pictures: EditionPart,
    pub(crate) manifest_bytes: u64,
    pub(crate) treks: u64,
    /// A box that holds every trek.
    pub(crate) bounds: Option<Bounds>,
    pub(crate) map: Option<OverviewMap>,
    /// Problems of the files, as sentences of the check of their bytes.
    pub(crate) file_problems: &'p [String],
    pub(crate) problems: &'p [ContentProblem],
    /// Number of problems that are not in the list.
    pub(crate) unlisted: u64,
    /// The name of an object in the default language; empty if it has none.
    pub(crate) name: &'p dyn Fn(Option<Kind>, Option<Id>) -> String,
}

/// The state of the signature of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signature {
    /// The signature is by one of the given keys, with this id.
    Verified(String),
    /// The signature names a key with this id, and was not verified.
    Claimed(String),
    None,
}

impl EditionPage<'_> {
    /// The page.
    pub(crate) fn html(&self) -> String {
        let title = escape(&self.info.title);
        let language = escape(self.languages.first().copied().unwrap_or_default());
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title} – edition {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <h1 lang=\"{language}\">{title}</h1>\n",
            self.info.edition
        );
        if !self.info.description.is_empty() {
            page.push_str(&format!("<p lang=\"{language}\">{}</p>\n", escape(&self.info.description)));
        }
        page.push_str(&self.verdict());
        page.push_str(&self.facts());
        page.push_str(&self.map_figure(&language));
        page.push_str(&self.sizes());
        page.push_str(&problems::section(self, &language));
        page.push_str(&format!(
            "</main>\n<footer>Made by jalon {} from the files of the edition.</footer>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION")
        ));
        page
    }

    fn verdict(&self) -> String {
        let content = self.problems.len() as u64 + self.unlisted;
        let (class, text) = match (self.file_problems.len(), content) {
            (0, 0) => ("verdict", "No problems found.".to_owned()),
            (0, content) => (
                "verdict",
                format!(
                    "The files are valid. {} to look at, listed below.",
                    counted(content, "problem of content", "problems of content")
                ),
            ),
            _ => (
                "verdict bad",
                "The edition is damaged: it cannot be published. The problems are listed below.".to_owned(),
            ),
        };
        format!("<p class=\"{class}\">{text}</p>\n")
    }

    fn facts(&self) -> String {
        let info = self.info;
        let mut facts = vec![
            ("Edition", info.edition.to_string()),
            ("Date", date(info.created_ms)),
            ("Expires", info.expires_ms.map_or_else(|| "never".to_owned(), date)),
        ];
        let licenses = info.licenses.iter().map(|license| {
            let name = license.title.as_ref().or(license.name.as_ref()).or(license.path.as_ref());
            address(license.path.as_deref(), name.map_or("", String::as_str))
        });
        facts.push(("Licence", joined(licenses, "not stated: readers do not know what they may do with the data")));
        let sources = info.sources.iter().map(|source| address(source.path.as_deref(), &source.title));
        facts.push(("Source", joined(sources, "not stated")));
        let signature = match &self.signature {
            Signature::Verified(id) => format!("key {}, verified", escape(id)),
            Signature::Claimed(id) => format!("key {}, not verified: give --public-key", escape(id)),
            Signature::None => "nobody: readers can detect damage, but not a forgery".to_owned(),
        };
        facts.push(("Signed by", signature));
        facts.push(("Languages", escape(&self.languages.join(", "))));
        let rows = facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>\n"));
        format!("<dl>\n{}</dl>\n", rows.collect::<String>())
    }

    fn map_figure(&self, language: &str) -> String {
        let heading = format!("<h2>Map of {}</h2>\n", counted(self.treks, "trek", "treks"));
        let (Some(map), Some(Bounds { west, south, east, north })) = (&self.map, self.bounds) else {
            return format!("{heading}<p>No trek has a line.</p>\n");
        };
        let flawed = "<span class=\"key flawed\">with problems</span>";
        format!(
            "{heading}<figure>\n<div lang=\"{language}\">{}</div>\n\
             <div class=\"scale\"><span style=\"width:{:.2}%\"></span>{}</div>\n\
             <figcaption><span class=\"key\">trek</span>, {flawed}. \
             Box: {west:.4}° to {east:.4}° east, {south:.4}° to {north:.4}° north. \
             Lines are simplified for this page.</figcaption>\n</figure>\n",
            map.svg,
            map.scale_share * 100.0,
            escape(&map.scale_label),
        )
    }

    fn sizes(&self) -> String {
        let mut rows: Vec<(String, u64, u64)> = self
            .layers
            .iter()
            .map(|layer| (layer.kind.as_str().replace('_', " "), layer.objects, layer.bytes))
            .collect();
        rows.push(("without a position".to_owned(), self.records.count, self.records.bytes));
        let objects: u64 = rows.iter().map(|(_, count, _)| count).sum();
        rows.push(("pictures".to_owned(), self.pictures.count, self.pictures.bytes));
        rows.push(("manifest".to_owned(), 1, self.manifest_bytes));
        let bytes: u64 = rows.iter().map(|(.., bytes)| bytes).sum();
        let row = |(name, count, bytes): &(String, u64, u64)| {
            let size = format_bytes(*bytes);
            format!(
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{count}</td><td class=\"number\">{size}</td></tr>\n",
                escape(name)
            )
        };
        format!(
            "<h2>Counts and sizes</h2>\n<table>\n<thead><tr><th scope=\"col\">Layer</th>\
             <th scope=\"col\" class=\"number\">Count</th><th scope=\"col\" class=\"number\">Size</th></tr></thead>\n\
             <tbody>\n{}</tbody>\n<tfoot><tr><th scope=\"row\">all</th><td class=\"number\">{} objects</td>\
             <td class=\"number\">{}</td></tr></tfoot>\n</table>\n",
            rows.iter().map(row).collect::<String>(),
            objects,
            format_bytes(bytes)
        )
    }
}

/// The day and time of a moment (Unix ms), in UTC.
fn date(ms: i64) -> String {
    let time = crate::output::iso_time(ms);
    escape(&time.replace('T', " ").replace('Z', " UTC"))
}

fn joined(items: impl Iterator<Item = String>, none: &str) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}

/// A number with its noun.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use jalon::edition::{ContentRule, License};

    use super::*;

    fn info() -> EditionInfo {
        EditionInfo {
            title: "Parc <b>\u{202e}\u{7}".to_owned(),
            description: "\"a\" & 'b'".to_owned(),
            edition: 1,
            licenses: vec![License { path: Some("javascript:alert(1)".to_owned()), ..License::default() }],
            ..EditionInfo::default()
        }
    }

    fn page(problems: &[ContentProblem], file_problems: &[String]) -> String {
        let info = info();
        let page = EditionPage {
            info: &info,
            languages: vec!["fr\"", "en"],
            signature: Signature::None,
            layers: Vec::new(),
            records: EditionPart::default(),
            pictures: EditionPart::default(),
            manifest_bytes: 10,
            treks: 1,
            bounds: None,
            map: None,
            file_problems,
            problems,
            unlisted: 0,
            name: &|_, _| "<i>Lac</i>".to_owned(),
        };
        page.html()
    }

    #[test]
    fn texts_of_the_edition_are_escaped_and_printable() {
        let problem = ContentProblem {
            rule: ContentRule::Reference,
            kind: Some(Kind::Trek),
            id: Some(7),
            problem: "refers to <script>".to_owned(),
        };
        let html = page(&[problem], &["layers/<x>: is damaged".to_owned()]);
        for part in
            ["Parc &lt;b&gt;\u{fffd}\u{fffd}", "&lt;i&gt;Lac&lt;/i&gt;", "refers to &lt;script&gt;", "layers/&lt;x&gt;"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        for part in ["<script", "<i>", "lang=\"fr\"\"", "href=\"javascript"] {
            assert!(!html.contains(part), "{part}: {html}");
        }
        assert!(!html.chars().any(|c| c.is_control() && c != '\n'));
    }

    #[test]
    fn verdict_says_whether_the_edition_can_be_published() {
        assert!(page(&[], &[]).contains("No problems found."));
        let problem = ContentProblem {
            rule: ContentRule::Line,
            kind: Some(Kind::Trek),
            id: Some(7),
            problem: "has no line".into(),
        };
        assert!(page(std::slice::from_ref(&problem), &[]).contains("The files are valid. 1 problem of content"));
        assert!(page(&[problem], &["x".to_owned()]).contains("cannot be published"));
    }
}
