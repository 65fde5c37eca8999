//! Texts on the page and their width. The printer's fonts are not known when the map is drawn, so widths are estimated
//! from DejaVu Sans, which is wider than the usual substitutes: a text that fits by this estimate fits in print.

use svg::node::element::{Group, Text};

use super::canvas::{INK, Point, number};
use crate::export::xml_text;
use crate::printable;

/// How much wider bold letters are.
pub(super) const BOLD_FACTOR: f64 = 1.12;

/// A text whose baseline starts at a point.
pub(super) fn text(start: Point, font_size: f64, content: &str) -> Text {
    Text::new(xml_text(content))
        .set("x", number(start.x))
        .set("y", number(start.y))
        .set("font-size", number(font_size))
        .set("fill", INK)
}

/// A text with a white halo, for a place on the map.
pub(super) fn text_with_halo(start: Point, font_size: f64, content: &str) -> Group {
    let halo = text(start, font_size, content).set("stroke", "#ffffff").set("stroke-width", number(font_size / 4.0));
    let halo = halo.set("stroke-linejoin", "round").set("aria-hidden", "true");
    Group::new().add(halo).add(text(start, font_size, content))
}

/// The largest width that a text can have.
pub(super) fn text_width(content: &str, font_size: f64) -> f64 {
    let ems = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '|' | '.' | ',' | ':' | ';' | '\'' | '’' | '!' | ' ' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '·' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '—' | '…' | '@' | '%' | '&' | 'œ' | 'Œ' | 'æ' | 'Æ' => 1.0,
        c if c.is_uppercase() => 0.74,
        c if u32::from(c) >= 0x1100 && !('\u{1e00}'..='\u{2bff}').contains(&c) => 1.05,
        _ => 0.635,
    };
    content.chars().map(ems).sum::<f64>() * font_size
}

/// A text as at most `max_lines` lines of a width, broken between words. Text that does not fit is replaced by an
/// ellipsis.
pub(super) fn wrap(content: &str, font_size: f64, width: f64, max_lines: usize) -> Vec<String> {
    // Every letter is wider than a quarter of the font size, so no text that fits is cut here.
    let max_columns = (width / font_size * 4.0) as usize * max_lines.max(1) + 1;
    let content = printable::truncate(&xml_text(&printable::single_line(content)), max_columns);
    let mut lines: Vec<String> = vec![String::new()];
    for word in content.split_whitespace() {
        let line = lines.last().map_or("", String::as_str);
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || text_width(&longer, font_size) <= width {
            lines.pop();
            lines.push(longer);
        } else {
            lines.push(word.to_owned());
        }
    }
    if lines.len() > max_lines.max(1) {
        let rest = lines.split_off(max_lines.max(1) - 1).join(" ");
        lines.push(rest);
    }
    lines.into_iter().map(|line| truncate(line, font_size, width)).collect()
}

/// A line of at most `width`, with an ellipsis if it is cut.
fn truncate(mut line: String, font_size: f64, width: f64) -> String {
    if text_width(&line, font_size) <= width {
        return line;
    }
    while !line.is_empty() && text_width(&line, font_size) + font_size > width {
        line.pop();
    }
    format!("{}…", line.trim_end_matches([' ', ',', '.', '-', '(', '\'', '’']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrap_breaks_between_words_and_cuts_the_last_line() {
        assert_eq!(wrap("Lac du Lauvitel", 10.0, 500.0, 1), ["Lac du Lauvitel"]);
        assert_eq!(wrap("Lac du Lauvitel", 10.0, 60.0, 2), ["Lac du", "Lauvitel"]);
        let cut = wrap("Lac du Lauvitel", 10.0, 70.0, 1);
        assert!(cut.len() == 1 && cut[0].ends_with('…') && text_width(&cut[0], 10.0) <= 70.0, "{cut:?}");
        assert_eq!(wrap("Lac du Lauvitel", 10.0, 75.0, 1), ["Lac du Lau…"]);
        assert_eq!(wrap("", 10.0, 60.0, 2), [""]);
        assert_eq!(wrap("Anticonstitutionnellement", 10.0, 5.0, 0), ["…"]);
    }
}
