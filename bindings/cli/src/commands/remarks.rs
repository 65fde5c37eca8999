//! Remarks after the name of an object in a list: the dates of an event, and whether the server withdrew the object.

use jalon::model::EventDates;

use crate::printable::single_line;

/// Each remark in brackets, after a space: ` [2026-07-14 to 2026-07-15] [withdrawn]`. Empty if there is none.
pub(super) fn remarks(event: Option<&EventDates>, withdrawn_ms: Option<i64>) -> String {
    let event = event.map(event_remark).into_iter();
    let withdrawn = withdrawn_ms.map(|_| "withdrawn".to_owned());
    event.chain(withdrawn).map(|remark| format!(" [{remark}]")).collect()
}

fn event_remark(event: &EventDates) -> String {
    let mut remark = match (&event.begin_date, &event.end_date) {
        (Some(begin), Some(end)) if begin != end => format!("{begin} to {end}"),
        (Some(day), _) | (None, Some(day)) => day.clone(),
        (None, None) => "no date".to_owned(),
    };
    let flags = [
        (event.is_past, ", ended"),
        (event.cancelled, ", cancelled"),
        (event.has_invalid_dates && event.begin_date.is_some(), ", check the dates"),
    ];
    flags.into_iter().filter(|(is_set, _)| *is_set).for_each(|(_, flag)| remark.push_str(flag));
    // The server's dates are text of its own.
    single_line(&remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_tell_dates_and_withdrawal() {
        let event = |begin: &str, end: &str| EventDates {
            begin_date: Some(begin.to_owned()).filter(|day| !day.is_empty()),
            end_date: Some(end.to_owned()).filter(|day| !day.is_empty()),
            ..EventDates::default()
        };
        assert_eq!(remarks(None, None), "");
        assert_eq!(
            remarks(Some(&event("2026-07-14", "2026-07-15")), Some(1)),
            " [2026-07-14 to 2026-07-15] [withdrawn]"
        );
        assert_eq!(remarks(Some(&event("2026-07-14", "")), None), " [2026-07-14]");
        assert_eq!(remarks(Some(&event("", "")), None), " [no date]");
        let odd = EventDates { has_invalid_dates: true, ..event("2026-07-14", "2026-07-10") };
        assert_eq!(remarks(Some(&odd), None), " [2026-07-14 to 2026-07-10, check the dates]");
    }
}
