//! ChangeKind lists leave out, asked or not.

use jalon_tests::day::Day;

use super::{TODAY, get, ids, is_html, json, start};

#[test]
fn updated_after_is_honoured_where_a_real_one_does_and_ignored_elsewhere() {
    let server = start();
    let day = Day::new(2029, 3, 4);
    let dated = [
        "trek",
        "tour",
        "poi",
        "service",
        "touristiccontent",
        "touristicevent",
        "sensitivearea",
        "signage",
        "infrastructure",
        "outdoor_site",
        "outdoor_course",
        "flatpage",
    ];
    for module in dated {
        server.territory().touch(module, 2, day);
        let list = |day: Day| {
            let all = "no_page&dates_after=2000-01-01&period=ignore";
            ids(&server, &format!("/api/v2/{module}/?{all}&updated_after={day}"))
        };
        assert_eq!((list(day), list(day.plus(1))), (vec![2], vec![]), "{module}");
        assert!(list(Day::new(2000, 1, 1)).len() > 1, "{module}");
        let some = list(Day::new(2026, 6, 1)).len();
        assert!(some < list(Day::new(2000, 1, 1)).len(), "{module} was not all changed on one day");
        assert!(is_html(&get(&server, &format!("/api/v2/{module}/?updated_after=2026-02-30"), &[])), "{module}");
    }
    for module in ["city", "district", "informationdesk", "hdviewpoint", "label", "outdoor_practice", "theme"] {
        server.territory().touch(module, 2, day);
        let list = |query: &str| ids(&server, &format!("/api/v2/{module}/?no_page{query}"));
        assert_eq!(list("&updated_after=2029-03-05"), list(""), "{module}");
        assert_eq!(list("&updated_after=yesterday"), list(""), "{module}");
    }
}

#[test]
fn events_that_are_over_are_hidden_in_lists_and_readable_by_detail() {
    let server = start();
    let path = "/api/v2/touristicevent/?no_page";
    let all = ids(&server, &format!("{path}&dates_after=2000-01-01"));
    let seen = ids(&server, path);
    let over: Vec<u64> = all.iter().copied().filter(|id| !seen.contains(id)).collect();
    assert!(!over.is_empty() && seen.len() > over.len());
    for id in &over {
        let event = json(&server, &format!("/api/v2/touristicevent/{id}/"));
        assert!(event["end_date"].as_str().unwrap() < TODAY.to_string().as_str());
    }
    // Some end on the day, some are under way, some are to come.
    let days = |id: &u64| {
        let event = json(&server, &format!("/api/v2/touristicevent/{id}/"));
        let day = |field: &str| Day::parse(event[field].as_str().unwrap()).unwrap();
        (day("begin_date"), day("end_date"))
    };
    let days: Vec<(Day, Day)> = seen.iter().map(days).collect();
    assert!(days.iter().any(|(_, end)| *end == TODAY));
    assert!(days.iter().any(|(begin, end)| *begin < TODAY && *end > TODAY));
    assert!(days.iter().any(|(begin, _)| *begin > TODAY));
    // A day before which they begin is enough to show them again.
    let before = ids(&server, &format!("{path}&dates_before={}", TODAY.plus(-1)));
    assert!(over.iter().all(|id| before.contains(id)) && before.len() < all.len());
    let between = ids(&server, &format!("{path}&dates_after={TODAY}&dates_before={TODAY}"));
    assert!(!between.is_empty() && between.iter().all(|id| seen.contains(id)));
    assert!(is_html(&get(&server, "/api/v2/touristicevent/?dates_after=now", &[])));
}
