//! Calendar days: of events, of seasons and of updates.

use std::fmt;
use std::time::SystemTime;

/// A day of the Gregorian calendar, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// A day from year, month (1 to 12) and day of the month.
    pub const fn new(year: i64, month: i64, day: i64) -> Self {
        // Years start in March, so that the leap day is the last day.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        Self(year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468)
    }

    /// The current day in UTC.
    pub fn today() -> Self {
        let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self(i64::try_from(seconds / 86_400).unwrap_or(0))
    }

    /// Parses YYYY-MM-DD.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let mut parts = text.split('-').map(digits);
        let day = Self::new(parts.next()??, parts.next()??, parts.next()??);
        // The comparison rejects the 31st of June, a fourth part and missing zeros.
        (day.to_string() == text).then_some(day)
    }

    /// The day this many days later, or earlier if negative.
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// The number of days from another day to this one.
    pub const fn since(self, other: Self) -> i64 {
        self.0 - other.0
    }

    /// The month, 1 to 12.
    pub fn month(self) -> usize {
        usize::try_from(self.civil().1).unwrap_or(1)
    }

    /// Noon of the day, in the format of HTTP.
    pub fn noon(self) -> String {
        let (year, month, day) = self.civil();
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][self.0.rem_euclid(7) as usize];
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        format!("{weekday}, {day:02} {} {year:04} 12:00:00 GMT", months[month as usize - 1])
    }

    fn civil(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        if month < 10 { (era * 400 + year, month + 3, day) } else { (era * 400 + year + 1, month - 9, day) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn parse_of_displayed_day_returns_the_day() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-24", "2024-12-31", "1900-03-01"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for text in ["2026-02-29", "2026-1-1", "2026-13-01", "2026-01-01-", "26-01-01", "", "2026-01-01T00:00"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::new(2027, 1, 2).since(Day::new(2026, 12, 30)), 3);
        assert_eq!(Day::new(2026, 11, 23).noon(), "Mon, 23 Nov 2026 12:00:00 GMT");
        assert_eq!((Day::new(2026, 7, 31).plus(1).month(), Day::new(1970, 1, 1)), (8, Day(0)));
    }
}
