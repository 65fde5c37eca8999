//! The elevation profile of a line as text for a terminal: block characters, with elevations at the left and distances
//! below. Text also passes through a pipe and a screen reader. Each column shows the highest point of its section, so
//! that no summit is lost.

use jalon::line::Profile;
use jalon::model::Position;

use crate::axis::Ticks;
use crate::elevation::route_profile;
use crate::units::Units;

/// Fill levels of a character cell, in eighths.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The smallest span of the elevation axis, so that a flat route looks flat.
const MIN_SPAN_M: f64 = 50.0;

/// Columns at the right for the unit after the last distance.
const UNIT_COLUMNS: usize = 3;

/// Draws the profile with its axes in at most `columns` by `rows` characters; both are raised to 20 by 5. `None` if the
/// lines have no elevations or no length. The gap between two lines has no length.
pub(crate) fn draw(lines: &[&[Position]], columns: usize, rows: usize, units: Units) -> Option<String> {
    let profile = route_profile(lines)?;
    let (columns, rows) = (columns.max(20), rows.max(5) - 2);
    let unit = units.short();
    let (lowest, highest) = (profile.min_m() / unit.metres, profile.max_m() / unit.metres);
    let top = highest.max(lowest + MIN_SPAN_M / unit.metres);
    let ticks = Ticks::new(top - lowest, (rows / 2).max(1));
    let bottom = ticks.floor(lowest);

    // The bottom is in the middle of the last row, the top in the middle of the first.
    let level = |elevation: f64| (elevation - bottom) / (top - bottom) * (rows - 1) as f64;
    let row = |elevation: f64| rows - 1 - (level(elevation).round() as usize).min(rows - 1);
    // The first label of a row wins: the highest point comes before the ticks.
    let summit = (row(highest), format!("{highest:.0} {}", unit.symbol));
    let ticks = ticks.between(bottom, top).into_iter().map(|tick| (tick, ticks.label(tick)));
    let ticks = ticks.map(|(tick, label)| (row(tick), format!("{label} {}", unit.symbol)));
    let labels: Vec<(usize, String)> = std::iter::once(summit).chain(ticks).collect();
    let margin = labels.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0);
    let width = columns.saturating_sub(margin + 2 + UNIT_COLUMNS).max(4);
    let start_m = profile.samples()[0].distance_m;
    let section_m = profile.length_m() / width as f64;
    let heights: Vec<f64> = (0..width)
        .map(|column| {
            let section_start_m = start_m + section_m * column as f64;
            level(max_elevation_m(&profile, section_start_m, section_start_m + section_m) / unit.metres) + 0.5
        })
        .collect();

    let mut drawing = String::new();
    for row in 0..rows {
        let label = labels.iter().find(|(label_row, _)| *label_row == row).map(|(_, label)| label.as_str());
        drawing.push_str(&format!("{:>margin$} {}", label.unwrap_or(""), if label.is_some() { '┤' } else { '│' }));
        let base = (rows - 1 - row) as f64;
        let blocks: String = heights.iter().map(|height| block(height - base)).collect();
        drawing.push_str(blocks.trim_end());
        drawing.push('\n');
    }
    drawing.push_str(&distance_axis(profile.length_m(), margin, width, units));
    Some(drawing)
}

/// The highest elevation between two distances.
fn max_elevation_m(profile: &Profile, start_m: f64, end_m: f64) -> f64 {
    let inside = profile.samples().iter().filter(|sample| (start_m..=end_m).contains(&sample.distance_m));
    let ends = [start_m, end_m].into_iter().filter_map(|distance_m| profile.elevation_m_at(distance_m).ok());
    inside.map(|sample| sample.elevation_m).chain(ends).fold(f64::MIN, f64::max)
}

/// The character for a fill level from 0 to 1.
fn block(level: f64) -> char {
    BLOCKS[(level.clamp(0.0, 1.0) * 8.0).round() as usize]
}

/// The axis below the profile: a rule with ticks, and under it the distances, the last one with its unit.
fn distance_axis(length_m: f64, margin: usize, width: usize, units: Units) -> String {
    let unit = units.long();
    let length = length_m / unit.metres;
    let ticks = Ticks::new(length, (width / 8).max(2));
    let mut rule = vec!['─'; width];
    let mut labels = vec![' '; width + UNIT_COLUMNS];
    let mut is_last = true;
    for tick in ticks.between(0.0, length).into_iter().rev() {
        let column = ((tick / length * width as f64) as usize).min(width - 1);
        rule[column] = '┬';
        let number = ticks.label(tick);
        let start = column.saturating_sub(number.len() / 2);
        let label = if is_last { format!("{number} {}", unit.symbol) } else { number };
        let start = start.min(labels.len().saturating_sub(label.len()));
        // One free column on each side separates the numbers.
        let needed = start.saturating_sub(1)..(start + label.len() + 1).min(labels.len());
        if labels[needed].iter().all(|c| *c == ' ') && start + label.len() <= labels.len() {
            labels.splice(start..start + label.len(), label.chars());
        }
        is_last = false;
    }
    let (rule, labels): (String, String) = (rule.into_iter().collect(), labels.into_iter().collect());
    format!("{:margin$} └{rule}\n{:margin$}  {}\n", "", "", labels.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(metres: impl Fn(f64) -> f64) -> Vec<Position> {
        (0..=100)
            .map(f64::from)
            .map(|n| Position { elevation: Some(metres(n)), ..Position::new(6.0, 45.0 + n * 0.0009) })
            .collect()
    }

    #[test]
    fn draw_climb_rises_with_labels() {
        let drawn = draw(&[&line(|n| 1000.0 + n * 8.0)], 60, 10, Units::Metric).unwrap();
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
    fn draw_fits_narrow_terminals() {
        for columns in 20..=72 {
            for units in [Units::Metric, Units::Imperial] {
                let drawn = draw(&[&line(|n| 1000.0 + n * 8.0)], columns, 8, units).unwrap();
                assert!(drawn.lines().all(|line| line.chars().count() <= columns), "{columns}: {drawn}");
            }
        }
    }

    #[test]
    fn draw_imperial_uses_miles_and_feet() {
        let drawn = draw(&[&line(|n| 1000.0 + n * 8.0)], 60, 10, Units::Imperial).unwrap();
        println!("{drawn}");
        assert!(drawn.contains("5906 ft") && drawn.contains(" mi"), "{drawn}");
    }

    #[test]
    fn draw_shows_the_summit_in_the_smallest_drawing() {
        let drawn = draw(&[&line(|n| if n == 50.0 { 1190.0 } else { 1000.0 })], 0, 0, Units::Metric).unwrap();
        println!("{drawn}");
        assert!(drawn.lines().next().unwrap().contains('▄'), "{drawn}");
    }

    #[test]
    fn draw_flat_line_stays_low() {
        let drawn = draw(&[&line(|_| 12.0)], 40, 6, Units::Metric).unwrap();
        let top = drawn.lines().next().unwrap();
        assert!(drawn.contains("12 m ┤"), "{drawn}");
        assert!(!top.chars().any(|c| BLOCKS[1..].contains(&c)), "{drawn}");
    }

    #[test]
    fn draw_without_elevations_or_length_is_none() {
        assert_eq!(draw(&[], 60, 10, Units::Metric), None);
        assert_eq!(draw(&[&[Position::new(6.0, 45.0), Position::new(6.1, 45.0)]], 60, 10, Units::Metric), None);
        let here = Position { elevation: Some(5.0), ..Position::new(6.0, 45.0) };
        assert_eq!(draw(&[&[here, here]], 60, 10, Units::Metric), None);
        let invalid = Position { elevation: Some(f64::NAN), ..Position::new(f64::INFINITY, 45.0) };
        assert_eq!(draw(&[&[here, invalid]], 60, 10, Units::Metric), None);
    }
}
