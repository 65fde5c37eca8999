//! The list of problems: those of the files, then those of the content by rule. A long list is folded, and cut.

use jalon::edition::{ContentProblem, ContentRule};

use super::html::escape;
use super::{EditionPage, counted};

/// Problems of one rule that a page lists. The JSON of the command has all.
const MAX_LISTED: usize = 500;
/// A list up to this length is open when the page is opened.
const MAX_OPEN: usize = 20;

/// The section with all problems.
pub(super) fn section(page: &EditionPage<'_>, language: &str) -> String {
    let mut section = "<h2 id=\"problems\">Problems</h2>\n".to_owned();
    if page.file_problems.is_empty() && page.problems.is_empty() {
        section.push_str("<p>None.</p>\n");
        return section;
    }
    if !page.file_problems.is_empty() {
        let items = page.file_problems.iter().map(|problem| escape(problem)).collect();
        section.push_str(&list("Files that are damaged or missing", items));
    }
    for problems in page.problems.chunk_by(|a, b| a.rule == b.rule) {
        let items = problems.iter().map(|problem| item(page, problem, language)).collect();
        section.push_str(&list(heading(problems[0].rule), items));
    }
    if page.unlisted > 0 {
        section.push_str(&format!("<p>And {}.</p>\n", counted(page.unlisted, "more problem", "more problems")));
    }
    section
}

fn heading(rule: ContentRule) -> &'static str {
    match rule {
        ContentRule::Unreadable => "Objects left out: phones cannot read them",
        ContentRule::Reference => "Links to objects that are not in the edition",
        ContentRule::PictureFile => "Pictures that are not in the directory",
        ContentRule::Line => "Treks without a line",
        ContentRule::Length => "Treks without a length",
        ContentRule::Duration => "Treks without a duration",
        ContentRule::Description => "Treks without a description in a language of the territory",
        ContentRule::Picture => "Treks without a picture",
    }
}

fn item(page: &EditionPage<'_>, problem: &ContentProblem, language: &str) -> String {
    let sentence = escape(&problem.problem);
    let Some(id) = problem.id else {
        return match problem.kind {
            Some(kind) => format!("{}: {sentence}", kind.as_str().replace('_', " ")),
            None => sentence,
        };
    };
    let kind = problem.kind.map_or("", |kind| kind.as_str()).replace('_', " ");
    let name = escape(&(page.name)(problem.kind, problem.id));
    if name.is_empty() {
        return format!("{kind} {id} {sentence}");
    }
    format!("<bdi lang=\"{language}\">{name}</bdi> ({kind} {id}) {sentence}")
}

fn list(heading: &str, items: Vec<String>) -> String {
    let open = if items.len() <= MAX_OPEN { " open" } else { "" };
    let mut list = format!("<details{open}>\n<summary>{heading}: <b>{}</b></summary>\n<ul>\n", items.len());
    for item in items.iter().take(MAX_LISTED) {
        list.push_str(&format!("<li>{item}</li>\n"));
    }
    if items.len() > MAX_LISTED {
        list.push_str(&format!("<li>… and {} more</li>\n", items.len() - MAX_LISTED));
    }
    list.push_str("</ul>\n</details>\n");
    list
}
