use super::*;

fn overview() -> Overview {
    let languages = ["fr".to_owned(), "en".to_owned()];
    Overview::new(&Url::parse("https://park.example/").unwrap(), &[3, 4], &languages, Arc::default()).unwrap()
}

fn first(overview: &Overview, endpoint: &str) -> Ask {
    overview.begin().into_iter().find(|ask| ask.endpoint == endpoint).unwrap()
}

fn came(ids: impl IntoIterator<Item = Id>) -> Came {
    Came { status: 200, ids: ids.into_iter().collect(), elapsed_ms: 1_000, ..Came::default() }
}

#[test]
fn ids_first_then_batches_and_what_did_not_come_once_more() {
    let mut overview = overview();
    let ids = first(&overview, "trek");
    assert_eq!(ids.url, "https://park.example/api/v2/trek/?portals=3,4&fields=id&no_page");
    let batches = overview.came(&ids, came(1..=45)).unwrap();
    assert_eq!(batches.iter().map(|ask| ask.ids.len()).collect::<Vec<_>>(), [20, 20], "two at a time");
    assert_eq!(overview.still_to_plan(), 1);
    let last = overview.came(&batches[1], came(21..=40)).unwrap();
    assert_eq!(last[0].ids, (41..=45).collect());
    let again = overview.came(&batches[0], came(1..=19)).unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].ids, BTreeSet::from([20]));
    assert_eq!(overview.came(&last[0], came(41..=45)).unwrap(), []);
    assert_eq!(overview.came(&again[0], came([])).unwrap(), [], "it left the list in between");
    assert_eq!(overview.present()["trek"].len(), 45);
}

#[test]
fn batches_adapt_to_the_server_and_addresses_stay_short() {
    let mut overview = overview();
    let ids = first(&overview, "poi");
    let batches = overview.came(&ids, came(1..=400)).unwrap();
    let slow = Came { elapsed_ms: 100_000, ..came(1..=100) };
    let next = overview.came(&batches[0], slow).unwrap();
    assert_eq!(next[0].ids.len(), 10, "100 took 100 s, so 10 at a time");
    let quick = Came { elapsed_ms: 100, ..came(101..=200) };
    assert_eq!(overview.came(&batches[1], quick).unwrap()[0].ids.len(), 190, "what is left");
    let service = first(&overview, "service");
    let mut due = overview.came(&service, came(1_000_000_000..1_000_000_500)).unwrap();
    let mut asked = 0;
    while let Some(ask) = due.pop() {
        assert!(ask.url.len() < 4_000);
        asked += ask.ids.len();
        due.extend(overview.came(&ask, came(ask.ids.iter().copied())).unwrap());
    }
    assert_eq!(asked, 500);
}

#[test]
fn plain_texts_are_asked_for_in_each_language_and_seasons_are_not_hidden() {
    let mut overview = overview();
    let ids = first(&overview, "signage");
    let batches = overview.came(&ids, came([1])).unwrap();
    assert_eq!(batches.iter().map(|ask| ask.language.as_str()).collect::<Vec<_>>(), ["fr", "en"]);
    assert_eq!(overview.begin().iter().filter(|ask| ask.endpoint == "hdviewpoint").count(), 2);
    assert!(first(&overview, "sensitivearea").url.contains("period=ignore"));
}

#[test]
fn stages_that_no_list_has_are_asked_for_one_by_one_and_once() {
    let mut overview = overview();
    let ids = first(&overview, "trek");
    let batch = overview.came(&ids, came([1, 2])).unwrap().remove(0);
    let stages = BTreeSet::from([2, 9]);
    overview.came(&batch, Came { stages, ..came([1, 2]) }).unwrap();
    let asks = overview.unlisted_stages();
    assert_eq!(asks.len(), 1);
    assert_eq!(asks[0].url, "https://park.example/api/v2/trek/9/");
    assert_eq!(overview.came(&asks[0], Came { status: 404, ..Came::default() }).unwrap(), []);
    assert_eq!(overview.unlisted_stages(), []);
    assert!(!overview.absent().contains("trek"));
}

#[test]
fn a_missing_module_is_absent_a_closed_server_says_so_and_pages_are_followed_at_home() {
    let mut overview = overview();
    let sites = first(&overview, "outdoor_site");
    assert_eq!(overview.came(&sites, Came { status: 404, ..Came::default() }).unwrap(), []);
    assert!(overview.absent().contains("outdoor_site"));
    let treks = first(&overview, "trek");
    let closed = overview.came(&treks, Came { status: 401, ..Came::default() }).unwrap_err();
    assert!(closed.to_string().contains("signed in"));
    let themes = first(&overview, "theme");
    let next = Some("http://stale.internal:8000/api/v2/theme/?no_page=&page=2".to_owned());
    let pages = overview.came(&themes, Came { next, ..came([1]) }).unwrap();
    assert_eq!(pages[0].url, "https://park.example/api/v2/theme/?no_page=&page=2");
}

fn held(list: &'static str, objects: impl IntoIterator<Item = (Id, Option<i64>)>, since: Option<&str>) -> HeldObjects {
    HeldObjects {
        lists: BTreeMap::from([(list, objects.into_iter().collect())]),
        since: since.map(str::to_owned),
        ..HeldObjects::default()
    }
}

fn holding(held: HeldObjects) -> Overview {
    Overview::new(&Url::parse("https://park.example/").unwrap(), &[], &["fr".to_owned()], Arc::new(held)).unwrap()
}

fn urls(asks: &[Ask]) -> Vec<&str> {
    asks.iter().map(|ask| ask.url.trim_start_matches("https://park.example/api/v2/")).collect()
}

#[test]
fn between_sweeps_dates_and_days_tell_what_to_ask_for() {
    let mut overview = holding(held("trek", [(1, Some(10)), (2, Some(20)), (3, None)], Some("2026-01-31")));
    let asks = overview.begin();
    assert!(asks.len() <= 18, "{}", asks.len());
    assert!(urls(&asks).contains(&"trek/?fields=id,update_datetime&no_page"));
    assert!(urls(&asks).contains(&"service/?fields=id&no_page"), "nothing is held: whoever is there is new");
    assert!(urls(&asks).contains(&"flatpage/?updated_after=2026-01-31&no_page"));
    assert!(!asks.iter().any(|ask| ask.endpoint == "city" || ask.endpoint == "theme"), "the sweep's");
    let dates = BTreeMap::from([(1, 10), (2, 21), (3, 30), (4, 40)]);
    let batches = overview.came(&first(&overview, "trek"), Came { dates, ..came(1..=4) }).unwrap();
    assert_eq!(urls(&batches), ["trek/?ids=2,3,4&no_page"]);
}

#[test]
fn lists_without_dates_are_asked_what_changed_since_a_day() {
    let mut overview = holding(held("service", [(1, None), (2, None)], Some("2026-01-31")));
    let asks: Vec<Ask> = overview.begin().into_iter().filter(|ask| ask.endpoint == "service").collect();
    assert_eq!(urls(&asks), ["service/?fields=id&no_page", "service/?updated_after=2026-01-31&fields=id&no_page"]);
    assert_eq!(urls(&overview.came(&asks[0], came([1, 2, 3])).unwrap()), ["service/?ids=3&no_page"]);
    assert_eq!(urls(&overview.came(&asks[1], came([2, 3])).unwrap()), ["service/?ids=2&no_page"], "3 is on its way");
    assert_eq!(overview.present()["service"], BTreeSet::from([1, 2, 3]));
}

#[test]
fn a_list_that_lacks_someone_is_believed_when_its_count_agrees() {
    for (count, believed) in [(Some(1), true), (Some(2), false), (None, false)] {
        let mut overview = holding(held("poi", [(1, Some(1)), (2, Some(2))], Some("2026-01-31")));
        let manifest = first(&overview, "poi");
        let dates = BTreeMap::from([(1, 1)]);
        let asks = overview.came(&manifest, Came { dates, ..came([1]) }).unwrap();
        assert_eq!(urls(&asks), ["poi/?fields=id&page_size=1"]);
        assert!(!overview.present().contains_key("poi"), "nobody has confirmed it yet");
        overview.came(&asks[0], Came { count, ..came([1]) }).unwrap();
        assert_eq!(overview.present().contains_key("poi"), believed, "{count:?}");
        assert_eq!(overview.doubted().contains("poi"), !believed);
    }
    let mut overview = holding(held("theme", [(1, None)], None));
    assert_eq!(overview.came(&first(&overview, "theme"), came([])).unwrap(), [], "an empty list is never believed");
    assert!(!overview.present().contains_key("theme"));
}

#[test]
fn a_stage_that_no_list_has_raises_no_doubt() {
    let mut known = held("trek", [(1, Some(1)), (9, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8, 9]);
    known.unlisted = BTreeSet::from([9]);
    let mut overview = holding(known);
    let manifest = first(&overview, "trek");
    assert_eq!(overview.came(&manifest, Came { dates: BTreeMap::from([(1, 1)]), ..came([1]) }).unwrap(), []);
    assert_eq!(overview.unlisted_stages(), []);
    assert_eq!(overview.present()["trek"], BTreeSet::from([1]));
}

#[test]
fn a_stage_that_left_the_list_is_asked_for_by_itself() {
    let mut known = held("trek", [(1, Some(1)), (8, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8]);
    let mut overview = holding(known);
    let manifest = first(&overview, "trek");
    let asks = overview.came(&manifest, Came { dates: BTreeMap::from([(1, 1)]), ..came([1]) }).unwrap();
    assert_eq!(urls(&asks), ["trek/?fields=id&page_size=1"]);
    assert_eq!(urls(&overview.unlisted_stages()), ["trek/8/"]);
}

#[test]
fn entries_that_no_list_has_are_asked_for_one_by_one_and_once() {
    let mut overview = overview();
    overview.came(&first(&overview, "theme"), came([1, 2])).unwrap();
    overview.came(&first(&overview, "label"), Came { status: 404, ..Came::default() }).unwrap();
    let ids = first(&overview, "trek");
    let batch = overview.came(&ids, came([7])).unwrap().remove(0);
    let named = BTreeSet::from([("theme", 2), ("theme", 11), ("label", 3)]);
    overview.came(&batch, Came { named, ..came([7]) }).unwrap();
    let asks = overview.unlisted_entries();
    assert_eq!(urls(&asks), ["theme/11/"]);
    assert_eq!(overview.came(&asks[0], Came { status: 404, ..Came::default() }).unwrap(), []);
    assert_eq!(overview.unlisted_entries(), []);
    assert!(!overview.absent().contains("theme"));
}
