use serde::Serialize;

use super::TouristicEvent;

/// The dates of a touristic event, checked against the current day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EventDates {
    /// First day, YYYY-MM-DD, as the server writes it.
    pub begin_date: Option<String>,
    /// Last day, YYYY-MM-DD, as the server writes it; none for an event of one day.
    pub end_date: Option<String>,
    /// True if the last day has passed everywhere on Earth.
    pub is_past: bool,
    /// True if the dates cannot be right: there is none, one is no calendar day, or the end is before the begin.
    pub has_invalid_dates: bool,
    /// True if the organiser cancelled the event.
    pub cancelled: bool,
}

impl EventDates {
    /// The dates of an event. `today` is the current day, YYYY-MM-DD.
    pub(crate) fn new(begin: Option<String>, end: Option<String>, cancelled: bool, today: &str) -> EventDates {
        let (is_begin_valid, is_end_valid) = (begin.as_deref().is_none_or(is_day), end.as_deref().is_none_or(is_day));
        let is_reversed = matches!((&begin, &end), (Some(begin), Some(end)) if end < begin);
        EventDates {
            is_past: last_day(begin.as_deref(), end.as_deref()).is_some_and(|last| last < today),
            has_invalid_dates: begin.is_none() || !is_begin_valid || !is_end_valid || is_reversed,
            cancelled,
            begin_date: begin,
            end_date: end,
        }
    }

    pub(crate) fn of(event: &TouristicEvent, today: &str) -> EventDates {
        EventDates::new(event.begin_date.clone(), event.end_date.clone(), event.cancelled, today)
    }
}

/// The later of two dates that are calendar days. ISO 8601 days are in the order of their letters.
pub(crate) fn last_day<'d>(begin: Option<&'d str>, end: Option<&'d str>) -> Option<&'d str> {
    [begin, end].into_iter().flatten().filter(|date| is_day(date)).max()
}

fn is_day(date: &str) -> bool {
    date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok()
}

/// The day at a time (Unix ms), YYYY-MM-DD, where it is earliest on Earth (UTC−12): an event is past only if its last day
/// has ended there too, because the library does not know the time zone of the place.
pub(crate) fn earliest_day(now_ms: i64) -> String {
    const TWELVE_HOURS_MS: i64 = 12 * 3_600_000;
    let earliest = jiff::Timestamp::from_millisecond(now_ms.saturating_sub(TWELVE_HOURS_MS)).unwrap_or_default();
    earliest.to_string().chars().take_while(|c| *c != 'T').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(begin: Option<&str>, end: Option<&str>) -> (bool, bool) {
        let dates = EventDates::new(begin.map(str::to_owned), end.map(str::to_owned), false, "2026-07-15");
        (dates.is_past, dates.has_invalid_dates)
    }

    #[test]
    fn event_is_past_after_its_last_day() {
        assert_eq!(dates(Some("2026-07-14"), None), (true, false));
        assert_eq!(dates(Some("2026-07-14"), Some("2026-07-15")), (false, false));
        assert_eq!(dates(Some("2026-07-20"), Some("2026-07-21")), (false, false));
        assert_eq!(dates(Some("2019-07-20"), Some("2019-07-21")), (true, false));
    }

    #[test]
    fn event_with_impossible_dates_is_flagged() {
        assert_eq!(dates(None, None), (false, true));
        assert_eq!(dates(None, Some("2026-07-14")), (true, true));
        assert_eq!(dates(Some("2026-07-20"), Some("2026-07-10")), (false, true), "the later day counts");
        assert_eq!(dates(Some("2026-02-30"), None), (false, true));
        assert_eq!(dates(Some("soon"), Some("2026-07-14")), (true, true));
    }

    #[test]
    fn earliest_day_is_that_of_the_last_time_zone() {
        assert_eq!(earliest_day(1_784_073_600_000), "2026-07-14");
        assert_eq!(earliest_day(1_784_073_600_000 + 12 * 3_600_000), "2026-07-15");
    }
}
