//! Measurements as text: distances and elevations in metric or imperial units, durations, bearings and file sizes.

/// A system of units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Units {
    /// Kilometres and metres.
    #[default]
    Metric,
    /// Miles and feet.
    Imperial,
}

/// A unit of length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// Metres in one unit.
    pub(crate) metres: f64,
    /// Symbol after a number, such as `km`.
    pub(crate) symbol: &'static str,
}

impl Units {
    /// Kilometres or miles.
    pub(crate) fn long(self) -> Unit {
        match self {
            Units::Metric => Unit { metres: 1000.0, symbol: "km" },
            Units::Imperial => Unit { metres: 1609.344, symbol: "mi" },
        }
    }

    /// Metres or feet, for elevations and short distances.
    pub(crate) fn short(self) -> Unit {
        match self {
            Units::Metric => Unit { metres: 1.0, symbol: "m" },
            Units::Imperial => Unit { metres: 0.3048, symbol: "ft" },
        }
    }

    /// A distance: in the short unit below 1 km, else in the long one.
    pub(crate) fn format_distance(self, metres: f64) -> String {
        if metres < 1_000.0 { self.short().format(metres) } else { self.long().format(metres) }
    }
}

impl Unit {
    /// A length in this unit; one decimal for less than 100 of a long unit.
    pub(crate) fn format(self, metres: f64) -> String {
        let number = metres / self.metres;
        let decimals = usize::from(number.abs() < 100.0 && self.metres > 100.0);
        format!("{number:.decimals$} {}", self.symbol)
    }
}

/// A duration in hours and minutes, such as `2 h 30`.
pub(crate) fn format_hours(hours: f64) -> String {
    let minutes = (hours * 60.0).round() as i64;
    if minutes % 60 == 0 { format!("{} h", minutes / 60) } else { format!("{} h {:02}", minutes / 60, minutes % 60) }
}

/// The compass point nearest to a bearing (degrees clockwise from north), one of eight.
pub(crate) fn compass_point(bearing_deg: f64) -> &'static str {
    let points = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    points[((bearing_deg / 45.0).round() as usize) % points.len()]
}

/// The size of a file: `412 kB`, `1.2 MB`.
pub(crate) fn format_bytes(bytes: u64) -> String {
    match bytes {
        0..=999_499 => format!("{:.0} kB", (bytes as f64 / 1e3).ceil()),
        _ => format!("{:.1} MB", megabytes(bytes)),
    }
}

/// Megabytes, for printing.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_formatted_in_the_units_of_the_user() {
        assert_eq!(Units::Metric.long().format(12_345.0), "12.3 km");
        assert_eq!(Units::Metric.short().format(310.4), "310 m");
        assert_eq!(Units::Imperial.long().format(1_609.344), "1.0 mi");
    }
}
