use super::*;

fn sync_plan() -> SyncPlan {
    let languages = ["fr".to_owned(), "en".to_owned()];
    SyncPlan::new(&Url::parse("https://park.example/").unwrap(), &[3, 4], &languages, Arc::default()).unwrap()
}

fn first(sync_plan: &SyncPlan, endpoint: &str) -> ApiRequest {
    sync_plan.begin().into_iter().find(|ask| ask.endpoint == endpoint).unwrap()
}

fn response(ids: impl IntoIterator<Item = Id>) -> ApiResponse {
    ApiResponse { status: 200, ids: ids.into_iter().collect(), elapsed_ms: 1_000, ..ApiResponse::default() }
}

#[test]
fn ids_first_then_batches_and_what_did_not_come_once_more() {
    let mut sync_plan = sync_plan();
    let ids = first(&sync_plan, "trek");
    assert_eq!(ids.url, "https://park.example/api/v2/trek/?portals=3,4&fields=id&no_page");
    let batches = sync_plan.on_response(&ids, response(1..=45)).unwrap();
    assert_eq!(batches.iter().map(|ask| ask.ids.len()).collect::<Vec<_>>(), [20, 20], "two at a time");
    assert_eq!(sync_plan.pending_estimate(), 1);
    let last = sync_plan.on_response(&batches[1], response(21..=40)).unwrap();
    assert_eq!(last[0].ids, (41..=45).collect());
    let again = sync_plan.on_response(&batches[0], response(1..=19)).unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].ids, BTreeSet::from([20]));
    assert_eq!(sync_plan.on_response(&last[0], response(41..=45)).unwrap(), []);
    assert_eq!(sync_plan.on_response(&again[0], response([])).unwrap(), [], "it left the list in between");
    assert_eq!(sync_plan.present()["trek"].len(), 45);
}

#[test]
fn batches_adapt_to_the_server_and_addresses_stay_short() {
    let mut sync_plan = sync_plan();
    let ids = first(&sync_plan, "poi");
    let batches = sync_plan.on_response(&ids, response(1..=400)).unwrap();
    let slow = ApiResponse { elapsed_ms: 100_000, ..response(1..=100) };
    let next = sync_plan.on_response(&batches[0], slow).unwrap();
    assert_eq!(next[0].ids.len(), 10, "100 took 100 s, so 10 at a time");
    let quick = ApiResponse { elapsed_ms: 100, ..response(101..=200) };
    assert_eq!(sync_plan.on_response(&batches[1], quick).unwrap()[0].ids.len(), 190, "what is left");
    let service = first(&sync_plan, "service");
    let mut due = sync_plan.on_response(&service, response(1_000_000_000..1_000_000_500)).unwrap();
    let mut asked = 0;
    while let Some(ask) = due.pop() {
        assert!(ask.url.len() < 4_000);
        asked += ask.ids.len();
        due.extend(sync_plan.on_response(&ask, response(ask.ids.iter().copied())).unwrap());
    }
    assert_eq!(asked, 500);
}

#[test]
fn plain_texts_are_asked_for_in_each_language_and_seasons_are_not_hidden() {
    let mut sync_plan = sync_plan();
    let ids = first(&sync_plan, "signage");
    let batches = sync_plan.on_response(&ids, response([1])).unwrap();
    assert_eq!(batches.iter().map(|ask| ask.language.as_str()).collect::<Vec<_>>(), ["fr", "en"]);
    assert_eq!(sync_plan.begin().iter().filter(|ask| ask.endpoint == "hdviewpoint").count(), 2);
    assert!(first(&sync_plan, "sensitivearea").url.contains("period=ignore"));
}

#[test]
fn stages_that_no_list_has_are_asked_for_one_by_one_and_once() {
    let mut sync_plan = sync_plan();
    let ids = first(&sync_plan, "trek");
    let batch = sync_plan.on_response(&ids, response([1, 2])).unwrap().remove(0);
    let stages = BTreeSet::from([2, 9]);
    sync_plan.on_response(&batch, ApiResponse { stages, ..response([1, 2]) }).unwrap();
    let asks = sync_plan.unlisted_stages();
    assert_eq!(asks.len(), 1);
    assert_eq!(asks[0].url, "https://park.example/api/v2/trek/9/");
    assert_eq!(sync_plan.on_response(&asks[0], ApiResponse { status: 404, ..ApiResponse::default() }).unwrap(), []);
    assert_eq!(sync_plan.unlisted_stages(), []);
    assert!(!sync_plan.absent_lists().contains("trek"));
}

#[test]
fn a_missing_module_is_absent_a_closed_server_says_so_and_pages_are_followed_at_home() {
    let mut sync_plan = sync_plan();
    let sites = first(&sync_plan, "outdoor_site");
    assert_eq!(sync_plan.on_response(&sites, ApiResponse { status: 404, ..ApiResponse::default() }).unwrap(), []);
    assert!(sync_plan.absent_lists().contains("outdoor_site"));
    let treks = first(&sync_plan, "trek");
    let closed = sync_plan.on_response(&treks, ApiResponse { status: 401, ..ApiResponse::default() }).unwrap_err();
    assert!(closed.to_string().contains("signed in"));
    let themes = first(&sync_plan, "theme");
    let next = Some("http://stale.internal:8000/api/v2/theme/?no_page=&page=2".to_owned());
    let pages = sync_plan.on_response(&themes, ApiResponse { next, ..response([1]) }).unwrap();
    assert_eq!(pages[0].url, "https://park.example/api/v2/theme/?no_page=&page=2");
}

fn held(list: &'static str, objects: impl IntoIterator<Item = (Id, Option<i64>)>, since: Option<&str>) -> KnownObjects {
    KnownObjects {
        lists: BTreeMap::from([(list, objects.into_iter().collect())]),
        since: since.map(str::to_owned),
        ..KnownObjects::default()
    }
}

fn holding(held: KnownObjects) -> SyncPlan {
    SyncPlan::new(&Url::parse("https://park.example/").unwrap(), &[], &["fr".to_owned()], Arc::new(held)).unwrap()
}

fn urls(asks: &[ApiRequest]) -> Vec<&str> {
    asks.iter().map(|ask| ask.url.trim_start_matches("https://park.example/api/v2/")).collect()
}

#[test]
fn between_full_refreshes_dates_and_days_tell_what_to_ask_for() {
    let mut sync_plan = holding(held("trek", [(1, Some(10)), (2, Some(20)), (3, None)], Some("2026-01-31")));
    let asks = sync_plan.begin();
    assert!(asks.len() <= 18, "{}", asks.len());
    assert!(urls(&asks).contains(&"trek/?fields=id,update_datetime&no_page"));
    assert!(urls(&asks).contains(&"service/?fields=id&no_page"), "nothing is held: whoever is there is new");
    assert!(urls(&asks).contains(&"flatpage/?updated_after=2026-01-31&no_page"));
    assert!(!asks.iter().any(|ask| ask.endpoint == "city" || ask.endpoint == "theme"), "left to the full refresh");
    let dates = BTreeMap::from([(1, 10), (2, 21), (3, 30), (4, 40)]);
    let batches = sync_plan.on_response(&first(&sync_plan, "trek"), ApiResponse { dates, ..response(1..=4) }).unwrap();
    assert_eq!(urls(&batches), ["trek/?ids=2,3,4&no_page"]);
}

#[test]
fn lists_without_dates_are_asked_what_changed_since_a_day() {
    let mut sync_plan = holding(held("service", [(1, None), (2, None)], Some("2026-01-31")));
    let asks: Vec<ApiRequest> = sync_plan.begin().into_iter().filter(|ask| ask.endpoint == "service").collect();
    assert_eq!(urls(&asks), ["service/?fields=id&no_page", "service/?updated_after=2026-01-31&fields=id&no_page"]);
    assert_eq!(urls(&sync_plan.on_response(&asks[0], response([1, 2, 3])).unwrap()), ["service/?ids=3&no_page"]);
    assert_eq!(
        urls(&sync_plan.on_response(&asks[1], response([2, 3])).unwrap()),
        ["service/?ids=2&no_page"],
        "3 is on its way"
    );
    assert_eq!(sync_plan.present()["service"], BTreeSet::from([1, 2, 3]));
}

#[test]
fn a_list_that_lacks_someone_is_believed_when_its_count_agrees() {
    for (count, believed) in [(Some(1), true), (Some(2), false), (None, false)] {
        let mut sync_plan = holding(held("poi", [(1, Some(1)), (2, Some(2))], Some("2026-01-31")));
        let manifest = first(&sync_plan, "poi");
        let dates = BTreeMap::from([(1, 1)]);
        let asks = sync_plan.on_response(&manifest, ApiResponse { dates, ..response([1]) }).unwrap();
        assert_eq!(urls(&asks), ["poi/?fields=id&page_size=1"]);
        assert!(!sync_plan.present().contains_key("poi"), "nobody has confirmed it yet");
        sync_plan.on_response(&asks[0], ApiResponse { count, ..response([1]) }).unwrap();
        assert_eq!(sync_plan.present().contains_key("poi"), believed, "{count:?}");
        assert_eq!(sync_plan.truncated_lists().contains("poi"), !believed);
    }
    let mut sync_plan = holding(held("theme", [(1, None)], None));
    assert_eq!(
        sync_plan.on_response(&first(&sync_plan, "theme"), response([])).unwrap(),
        [],
        "an empty list is never believed"
    );
    assert!(!sync_plan.present().contains_key("theme"));
}

#[test]
fn a_stage_that_no_list_has_raises_no_doubt() {
    let mut known = held("trek", [(1, Some(1)), (9, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8, 9]);
    known.unlisted = BTreeSet::from([9]);
    let mut sync_plan = holding(known);
    let manifest = first(&sync_plan, "trek");
    assert_eq!(
        sync_plan.on_response(&manifest, ApiResponse { dates: BTreeMap::from([(1, 1)]), ..response([1]) }).unwrap(),
        []
    );
    assert_eq!(sync_plan.unlisted_stages(), []);
    assert_eq!(sync_plan.present()["trek"], BTreeSet::from([1]));
}

#[test]
fn a_stage_that_left_the_list_is_asked_for_by_itself() {
    let mut known = held("trek", [(1, Some(1)), (8, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8]);
    let mut sync_plan = holding(known);
    let manifest = first(&sync_plan, "trek");
    let asks =
        sync_plan.on_response(&manifest, ApiResponse { dates: BTreeMap::from([(1, 1)]), ..response([1]) }).unwrap();
    assert_eq!(urls(&asks), ["trek/?fields=id&page_size=1"]);
    assert_eq!(urls(&sync_plan.unlisted_stages()), ["trek/8/"]);
}

#[test]
fn entries_that_no_list_has_are_asked_for_one_by_one_and_once() {
    let mut sync_plan = sync_plan();
    sync_plan.on_response(&first(&sync_plan, "theme"), response([1, 2])).unwrap();
    sync_plan.on_response(&first(&sync_plan, "label"), ApiResponse { status: 404, ..ApiResponse::default() }).unwrap();
    let ids = first(&sync_plan, "trek");
    let batch = sync_plan.on_response(&ids, response([7])).unwrap().remove(0);
    let named = BTreeSet::from([("theme", 2), ("theme", 11), ("label", 3)]);
    sync_plan.on_response(&batch, ApiResponse { named, ..response([7]) }).unwrap();
    let asks = sync_plan.unlisted_entries();
    assert_eq!(urls(&asks), ["theme/11/"]);
    assert_eq!(sync_plan.on_response(&asks[0], ApiResponse { status: 404, ..ApiResponse::default() }).unwrap(), []);
    assert_eq!(sync_plan.unlisted_entries(), []);
    assert!(!sync_plan.absent_lists().contains("theme"));
}
