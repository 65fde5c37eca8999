//! The elevation profile of a line for a terminal: block characters, metres at the side and kilometres below. It is a
//! drawing to judge a climb by, made of text only, so that it also passes through a pipe or a screen reader's log; the
//! profile on paper is the printed sheet's. Each column shows the highest point of its stretch, because the summit is
//! what one looks for.

use jalon::model::Position;

use crate::measure::{Ticks, Units, elevation_at, elevations};

/// A column's top, from nothing to full, in eighths.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A flat walk is drawn flat: the axis never spans less than this.
const LEAST_SPAN_M: f64 = 50.0;

/// Columns left free at the right for the unit after the last distance.
const SIGN: usize = 3;

/// The profile in at most `columns` by `rows` characters, axes included (at least 24 by 5 are taken). `None` where the
/// line has no elevations or no length.
pub(crate) fn draw(line: &[Position], columns: usize, rows: usize, units: Units) -> Option<String> {
    let known = elevations(&[line]);
    let (from, to) = (known.first()?.0, known.last()?.0);
    let (columns, rows) = (columns.max(24), rows.max(5) - 2);
    let high = units.high();
    let heights = known.iter().map(|(_, metres)| metres / high.metres);
    let (low, top) = heights.fold((f64::MAX, f64::MIN), |(low, top), height| (low.min(height), top.max(height)));
    let wide = top.max(low + LEAST_SPAN_M / high.metres);
    let ticks = Ticks::new(wide - low, (rows / 2).max(1));
    let (low, summit, top) = (ticks.floor(low), top, wide);

    // The lowest tick lies in the middle of the lowest row, the highest point in the middle of the highest.
    let level = |height: f64| (height - low) / (top - low) * (rows - 1) as f64;
    let row = |height: f64| rows - 1 - (level(height).round() as usize).min(rows - 1);
    // How high the highest point is, and round numbers where there is room.
    let summit = (row(summit), format!("{summit:.0} {}", high.sign));
    let ticks =
        ticks.between(low, top).into_iter().map(|tick| (row(tick), format!("{} {}", ticks.label(tick), high.sign)));
    let labels: Vec<(usize, String)> = std::iter::once(summit).chain(ticks).collect();
    let margin = labels.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0);
    let width = columns.saturating_sub(margin + 2 + SIGN).max(8);
    let stretch = (to - from) / width as f64;
    let filled: Vec<f64> = (0..width)
        .map(|column| {
            let start = from + stretch * column as f64;
            level(highest(&known, start, start + stretch) / high.metres) + 0.5
        })
        .collect();

    let mut drawn = String::new();
    for row in 0..rows {
        let label = labels.iter().find(|(at, _)| *at == row).map(|(_, label)| label.as_str());
        drawn.push_str(&format!("{:>margin$} {}", label.unwrap_or(""), if label.is_some() { '┤' } else { '│' }));
        let below = (rows - 1 - row) as f64;
        let blocks: String = filled.iter().map(|top| block(top - below)).collect();
        drawn.push_str(blocks.trim_end());
        drawn.push('\n');
    }
    drawn.push_str(&distances(from, to, margin, width, units));
    Some(drawn)
}

/// The highest elevation from one distance to another.
fn highest(known: &[(f64, f64)], start: f64, end: f64) -> f64 {
    let inside = known.iter().filter(|(along, _)| (start..=end).contains(along)).map(|(_, metres)| *metres);
    let edges = [start, end].into_iter().filter_map(|along| elevation_at(known, along));
    inside.chain(edges).fold(f64::MIN, f64::max)
}

/// The character for a part of a cell.
fn block(part: f64) -> char {
    BLOCKS[(part.clamp(0.0, 1.0) * 8.0).round() as usize]
}

/// The axis below: a rule with ticks, and the distances under them, the last with the unit.
fn distances(from: f64, to: f64, margin: usize, width: usize, units: Units) -> String {
    let far = units.far();
    let length = (to - from) / far.metres;
    let ticks = Ticks::new(length, (width / 8).max(2));
    let mut rule = vec!['─'; width];
    let mut labels = vec![' '; width + SIGN];
    let mut last = true;
    for tick in ticks.between(0.0, length).into_iter().rev() {
        let column = ((tick / length * width as f64) as usize).min(width - 1);
        rule[column] = '┬';
        let number = ticks.label(tick);
        let start = column.saturating_sub(number.len() / 2);
        let label = if last { format!("{number} {}", far.sign) } else { number };
        let start = start.min(labels.len().saturating_sub(label.len()));
        // One more on either side keeps the numbers apart.
        let around = start.saturating_sub(1)..(start + label.len() + 1).min(labels.len());
        if labels[around].iter().all(|c| *c == ' ') && start + label.len() <= labels.len() {
            labels.splice(start..start + label.len(), label.chars());
        }
        last = false;
    }
    let (rule, labels): (String, String) = (rule.into_iter().collect(), labels.into_iter().collect());
    format!("{:margin$} └{rule}\n{:margin$}  {}\n", "", "", labels.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elevation_gain(metres: impl Fn(f64) -> f64) -> Vec<Position> {
        let vertices = (0..=100).map(f64::from);
        vertices.map(|n| Position { elevation: Some(metres(n)), ..Position::new(6.0, 45.0 + n * 0.0009) }).collect()
    }

    #[test]
    fn a_climb_rises_and_is_labelled() {
        let drawn = draw(&elevation_gain(|n| 1000.0 + n * 8.0), 60, 10, Units::Metric).unwrap();
        println!("{drawn}");
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines.len(), 10);
        assert!(lines.iter().all(|line| line.chars().count() <= 60), "{drawn}");
        assert!(lines[0].starts_with("1800 m ┤") && lines[0].ends_with('▄'), "{drawn}");
        assert!(lines[7].starts_with("1000 m ┤"), "{drawn}");
        assert!(lines[9].trim_end().ends_with(" 10 km"), "{drawn}");
        let fill = |line: &str| line.chars().filter(|c| BLOCKS[1..].contains(c)).count();
        assert!(lines[..8].windows(2).all(|pair| fill(pair[0]) <= fill(pair[1])), "{drawn}");
    }

    #[test]
    fn miles_and_feet() {
        let drawn = draw(&elevation_gain(|n| 1000.0 + n * 8.0), 60, 10, Units::Imperial).unwrap();
        println!("{drawn}");
        assert!(drawn.contains("5906 ft") && drawn.contains(" mi"), "{drawn}");
    }

    #[test]
    fn the_summit_shows_however_few_columns_there_are() {
        let drawn = draw(&elevation_gain(|n| if n == 50.0 { 2000.0 } else { 1000.0 }), 0, 0, Units::Metric).unwrap();
        println!("{drawn}");
        assert!(drawn.lines().next().unwrap().contains('▄'), "{drawn}");
    }

    #[test]
    fn a_flat_walk_is_flat() {
        let drawn = draw(&elevation_gain(|_| 12.0), 40, 6, Units::Metric).unwrap();
        let top = drawn.lines().next().unwrap();
        assert!(drawn.contains("12 m ┤"), "{drawn}");
        assert!(!top.chars().any(|c| BLOCKS[1..].contains(&c)), "{drawn}");
    }

    #[test]
    fn nothing_is_drawn_without_elevations_or_length() {
        assert_eq!(draw(&[], 60, 10, Units::Metric), None);
        assert_eq!(draw(&[Position::new(6.0, 45.0), Position::new(6.1, 45.0)], 60, 10, Units::Metric), None);
        let here = Position { elevation: Some(5.0), ..Position::new(6.0, 45.0) };
        assert_eq!(draw(&[here, here], 60, 10, Units::Metric), None);
        let off = Position { elevation: Some(f64::NAN), ..Position::new(f64::INFINITY, 45.0) };
        assert_eq!(draw(&[here, off], 60, 10, Units::Metric), None);
    }
}
