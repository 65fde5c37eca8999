//! Pencils for the sheet: places on the page in tenths of a millimetre, numbers and texts as SVG takes them, and how wide
//! a text will be. The picture is drawn without asking a font, because the printer's fonts are not known here; widths are
//! those of DejaVu Sans, which is wider than what most systems put in its place, so a text that fits here fits there.

use svg::node::element::{Circle, Element, Group, Path, Rectangle, Text};

use crate::export::for_xml;

/// What letters and axes are drawn in.
pub(super) const INK: &str = "#222222";
/// What stands back behind the line.
pub(super) const GREY: &str = "#8a8a80";

/// A place on the page: tenths of a millimetre from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A place on the page.
pub(super) fn at(x: f64, y: f64) -> At {
    At { x, y }
}

impl At {
    /// The distance to another.
    pub(super) fn to(self, other: At) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// Part of the way to another.
    pub(super) fn towards(self, other: At, part: f64) -> At {
        at(self.x + (other.x - self.x) * part, self.y + (other.y - self.y) * part)
    }
}

/// A rectangle on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// The one of this size around a place.
    pub(super) fn around(centre: At, width: f64, height: f64) -> Area {
        let (w, h) = (width / 2.0, height / 2.0);
        Area { left: centre.x - w, top: centre.y - h, right: centre.x + w, bottom: centre.y + h }
    }

    /// The same with a border of `by`.
    pub(super) fn grown(self, by: f64) -> Area {
        Area { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether a place lies in it.
    pub(super) fn has(self, place: At) -> bool {
        (self.left..=self.right).contains(&place.x) && (self.top..=self.bottom).contains(&place.y)
    }

    /// Whether the two share a place.
    pub(super) fn meets(self, other: Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether another lies wholly in it.
    pub(super) fn holds(self, other: Area) -> bool {
        self.has(at(other.left, other.top)) && self.has(at(other.right, other.bottom))
    }

    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(self) -> At {
        at((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// Its outline.
    pub(super) fn drawn(self) -> Rectangle {
        Rectangle::new()
            .set("x", number(self.left))
            .set("y", number(self.top))
            .set("width", number(self.width().max(0.0)))
            .set("height", number(self.height().max(0.0)))
    }
}

/// A number of the picture, to a hundredth of a millimetre, always finite.
pub(super) fn number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    // Adding zero turns −0 into 0.
    let written = format!("{:.1}", (value * 10.0).round() / 10.0 + 0.0);
    written.strip_suffix(".0").unwrap_or(&written).to_owned()
}

/// The data of a path through these places.
pub(super) fn through(places: &[At], closed: bool) -> String {
    let mut data = String::new();
    for (n, place) in places.iter().enumerate() {
        let letter = if n == 0 { 'M' } else { 'L' };
        data.push_str(&format!("{letter}{} {}", number(place.x), number(place.y)));
    }
    if closed && !places.is_empty() {
        data.push('Z');
    }
    data
}

/// A stroke without filling.
pub(super) fn stroke(data: String, colour: &str, width: f64) -> Path {
    Path::new()
        .set("d", data)
        .set("fill", "none")
        .set("stroke", colour)
        .set("stroke-width", number(width))
        .set("stroke-linejoin", "round")
        .set("stroke-linecap", "round")
}

/// A straight stroke.
pub(super) fn straight(from: At, to: At, colour: &str, width: f64) -> Path {
    stroke(through(&[from, to], false), colour, width)
}

/// A filled circle.
pub(super) fn dot(centre: At, radius: f64, colour: &str) -> Circle {
    Circle::new().set("cx", number(centre.x)).set("cy", number(centre.y)).set("r", number(radius)).set("fill", colour)
}

/// A text that begins on its baseline at a place.
pub(super) fn text(place: At, size: f64, content: &str) -> Text {
    Text::new(for_xml(content))
        .set("x", number(place.x))
        .set("y", number(place.y))
        .set("font-size", number(size))
        .set("fill", INK)
}

/// A text with a white border, to stand on a map.
pub(super) fn haloed(place: At, size: f64, content: &str) -> Group {
    let halo = text(place, size, content).set("stroke", "#ffffff").set("stroke-width", number(size / 4.0));
    Group::new().add(halo.set("stroke-linejoin", "round").set("aria-hidden", "true")).add(text(place, size, content))
}

/// What a viewer shows when the pointer rests on a thing, and what a screen reader reads: its name in full.
pub(super) fn named(thing: Group, name: &str) -> Group {
    let mut title = Element::new("title");
    svg::Node::append(&mut title, svg::node::Text::new(for_xml(name)));
    thing.add(title)
}

/// How large a number's badge is.
pub(super) fn badge_size(label: &str, size: f64) -> (f64, f64) {
    let height = size * 1.3;
    (height.max(text_width(label, size) + size * 0.6), height)
}

/// A number in a field of colour, `round` for a place, angular for a stretch or an area.
pub(super) fn badge(centre: At, label: &str, size: f64, colour: &str, round: bool) -> Group {
    let (width, height) = badge_size(label, size);
    let field = Area::around(centre, width, height).drawn().set("fill", colour);
    let field = field.set("stroke", "#ffffff").set("stroke-width", number(size / 8.0));
    let label = text(at(centre.x, centre.y + size * 0.36), size, label);
    let label = label.set("text-anchor", "middle").set("font-weight", "bold").set("fill", "#ffffff");
    Group::new().add(field.set("rx", number(if round { height / 2.0 } else { size / 8.0 }))).add(label)
}

/// How wide a text is, at most.
pub(super) fn text_width(content: &str, size: f64) -> f64 {
    let ems = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '|' | '.' | ',' | ':' | ';' | '\'' | '’' | '!' | ' ' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '·' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '—' | '…' | '@' | '%' | '&' | 'œ' | 'Œ' | 'æ' | 'Æ' => 1.0,
        c if c.is_uppercase() => 0.74,
        c if u32::from(c) >= 0x1100 && !('\u{1e00}'..='\u{2bff}').contains(&c) => 1.05,
        _ => 0.635,
    };
    content.chars().map(ems).sum::<f64>() * size
}

/// A text in at most `most` lines of a width, broken between words; what does not fit ends in an ellipsis.
pub(super) fn wrapped(content: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in content.split_whitespace() {
        let line = lines.last().map_or("", String::as_str);
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || text_width(&longer, size) <= width {
            lines.pop();
            lines.push(longer);
        } else {
            lines.push(word.to_owned());
        }
    }
    if lines.len() > most.max(1) {
        let rest = lines.split_off(most.max(1) - 1).join(" ");
        lines.push(rest);
    }
    lines.into_iter().map(|line| shortened(line, size, width)).collect()
}

/// One line, cut where it is too long.
fn shortened(mut line: String, size: f64, width: f64) -> String {
    if text_width(&line, size) <= width {
        return line;
    }
    while !line.is_empty() && text_width(&line, size) + size > width {
        line.pop();
    }
    format!("{}…", line.trim_end_matches([' ', ',', '.', '-', '(', '\'', '’']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_between_words_and_cut_at_the_end() {
        assert_eq!(wrapped("Lac du Lauvitel", 10.0, 500.0, 1), ["Lac du Lauvitel"]);
        assert_eq!(wrapped("Lac du Lauvitel", 10.0, 60.0, 2), ["Lac du", "Lauvitel"]);
        let cut = wrapped("Lac du Lauvitel", 10.0, 70.0, 1);
        assert!(cut.len() == 1 && cut[0].ends_with('…') && text_width(&cut[0], 10.0) <= 70.0, "{cut:?}");
        assert_eq!(wrapped("Lac du Lauvitel", 10.0, 75.0, 1), ["Lac du Lau…"]);
        assert_eq!(wrapped("", 10.0, 60.0, 2), [""]);
        assert_eq!(wrapped("Anticonstitutionnellement", 10.0, 5.0, 0), ["…"]);
    }

    #[test]
    fn numbers_are_short_and_finite() {
        assert_eq!([number(1.0), number(-0.01), number(2.26), number(f64::NAN)], ["1", "0", "2.3", "0"]);
    }
}
