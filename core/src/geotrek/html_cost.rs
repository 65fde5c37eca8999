//! Whether a text is too costly to clean. The parser of ammonia, html5ever, follows the HTML standard, by which a megabyte can take
//! hours or gigabytes:
//! * Each `<div>` looks through all open elements: 200,000 open ones take minutes.
//! * Each `<p>` opens again all formatting elements that are not closed: 10,000 of them and 10,000 paragraphs make 10⁸ elements.
//! * Each attribute of a tag is compared with those before it.
//!
//! So the product of tags and open elements is limited, and so is the number of attributes of a tag.

/// Maximum product of the number of tags and the number of elements that are open at once.
const MAX_PRODUCT: usize = 500_000;
/// Maximum number of attributes of a tag.
const MAX_ATTRIBUTES: usize = 1_000;
/// How often the text is read for attributes.
const MAX_READS: usize = 8;
/// Elements that have no content, or that the next one of their kind closes.
const SHORT: [&str; 19] = [
    "area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "source", "td",
    "th", "tr", "wbr",
];
/// Elements and comments whose content is not parsed as tags, so that an end tag in it closes nothing.
const OPAQUE: [&str; 13] = [
    "!",
    "?",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "script",
    "style",
    "svg",
    "textarea",
    "title",
];

/// Whether a text is too costly to clean: an estimate that is never too low. Linear in its length.
pub(super) fn is_costly(html: &str) -> bool {
    let tags = html.split('<').skip(1).filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic())).count();
    if has_long_tag(html) {
        return true;
    }
    // As if no element were closed.
    tags.saturating_mul(tags) > MAX_PRODUCT && tags.saturating_mul(open_elements(html)) > MAX_PRODUCT
}

/// Whether a tag has too many attributes. Which `<` starts a tag is not known, so each one is tried.
fn has_long_tag(html: &str) -> bool {
    let mut read = 0;
    html.match_indices('<').any(|(at, _)| {
        let (attributes, bytes) = count_attributes(&html.as_bytes()[at + 1..]);
        read += bytes;
        // A `<` within a quoted value is read more than once.
        attributes > MAX_ATTRIBUTES || read > MAX_READS * html.len()
    })
}

/// The states of a tokenizer within a tag (WHATWG HTML, 13.2.5.32 to 39).
#[derive(Clone, Copy)]
enum Tag {
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
}

/// The number of attributes of the tag whose name starts here, up to one more than the limit, and the bytes that were read.
fn count_attributes(tag: &[u8]) -> (usize, usize) {
    if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
        return (0, 0);
    }
    let (mut count, mut state) = (0, Tag::Unquoted);
    for (at, byte) in tag.iter().enumerate() {
        let is_space = byte.is_ascii_whitespace();
        state = match (state, byte) {
            (Tag::Quoted(quote), byte) if *byte == quote => Tag::BeforeName,
            (Tag::Quoted(_), _) => state,
            (_, b'>') => return (count, at),
            // The name of the tag is read as if it were a value.
            (Tag::Unquoted, b'/') if count == 0 => Tag::BeforeName,
            (Tag::Unquoted, _) => {
                if is_space {
                    Tag::BeforeName
                } else {
                    state
                }
            }
            (Tag::BeforeValue, _) if is_space => state,
            (Tag::BeforeValue, b'"' | b'\'') => Tag::Quoted(*byte),
            (Tag::BeforeValue, _) => Tag::Unquoted,
            (_, b'/') => Tag::BeforeName,
            (Tag::BeforeName, _) if is_space => state,
            (Tag::Name | Tag::AfterName, _) if is_space => Tag::AfterName,
            (Tag::Name | Tag::AfterName, b'=') => Tag::BeforeValue,
            (Tag::Name, _) => state,
            (Tag::BeforeName | Tag::AfterName, _) => {
                count += 1;
                Tag::Name
            }
        };
        if count > MAX_ATTRIBUTES {
            return (count, at);
        }
    }
    (count, tag.len())
}

/// The largest number of elements that may be open at once.
fn open_elements(html: &str) -> usize {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let (mut now, mut max, mut closes) = (0_usize, 0, true);
    for part in html.split('<').skip(1) {
        let (is_end, part) = part.strip_prefix('/').map_or((false, part), |part| (true, part));
        let name_end = part.find(|c: char| !c.is_ascii_alphanumeric() && !"!?".contains(c)).unwrap_or(part.len());
        let (name, rest) = part.split_at(name_end);
        let is_known = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_plain_end = is_end && !name.is_empty() && rest.trim_start().starts_with('>');
        let is_whole_start = !is_end && (name.is_empty() || count_attributes(part.as_bytes()).1 < part.len());
        if name.starts_with(['!', '?']) || is_known(&OPAQUE) || !is_plain_end && !is_whole_start {
            // From here on, an end tag may be text, or a part of a value.
            closes = false;
        }
        if name.is_empty() || is_known(&SHORT) {
            continue;
        }
        let found = open.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        match (is_end, found) {
            (true, Some(index)) if closes => {
                if let Some(count) = open.get_mut(index).map(|(_, count)| count).filter(|count| **count > 0) {
                    *count -= 1;
                    now -= 1;
                }
            }
            (true, _) => {}
            (false, Some(index)) => {
                open[index].1 += 1;
                now += 1;
            }
            (false, None) => {
                // No page has so many kinds of elements; a search among them stays short.
                if open.len() == 200 {
                    return usize::MAX;
                }
                open.push((name, 1));
                now += 1;
            }
        }
        max = max.max(now);
    }
    max
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_an_office_are_not_costly() {
        let list = "<ul>".to_owned()
            + &"<li><p>Un <b>lac</b> <a href=\"/a/b\" title='c'>ici</a><br></li>".repeat(3_000)
            + "</ul>";
        let picture = format!("<img src=\"data:image/png;base64,{}\">", "a/b+".repeat(100_000));
        for page in
            ["", "altitude < 1500 m", &list, &picture, &"<p>paragraphe".repeat(10_000), &"a < b ".repeat(100_000)]
        {
            assert!(!is_costly(page), "{}", &page[..page.len().min(40)]);
        }
    }

    #[test]
    fn text_with_too_much_work_is_costly() {
        let colours: String = (0..2_000).map(|colour| format!("<font color={colour}>")).collect();
        let names = |separator: &str| (0..2_000).map(|name| format!("{separator}a{name}")).collect::<String>();
        for page in [
            "<div>".repeat(10_000),
            "<div></x>".repeat(10_000),
            "<div></div x>".repeat(10_000),
            "<div><!--</div>-->".repeat(10_000),
            "<div><script></div></script>".repeat(10_000),
            "<div title='</div>'>".repeat(10_000),
            colours + &"<p>x".repeat(2_000),
            format!("<a {}>", names(" ")),
            format!("<a{}>", names("/")),
            format!("<a b='\"'{}>", names("=1 ")),
            format!("<a {}", names("=\"\"")),
            "<a b=\"".repeat(10_000),
        ] {
            assert!(is_costly(&page), "{}", &page[..40]);
        }
    }
}
