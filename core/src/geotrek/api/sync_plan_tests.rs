use super::*;

fn sync_plan() -> SyncPlan {
    let languages = ["fr".to_owned(), "en".to_owned()];
    SyncPlan::new(&Url::parse("https://park.example/").unwrap(), &[3, 4], &languages, Arc::default()).unwrap()
}

fn first(plan: &SyncPlan, endpoint: &str) -> ApiRequest {
    plan.begin().into_iter().find(|request| request.endpoint == endpoint).unwrap()
}

fn response(ids: impl IntoIterator<Item = Id>) -> ApiResponse {
    ApiResponse { status: 200, ids: ids.into_iter().collect(), elapsed_ms: 1_000, ..ApiResponse::default() }
}

#[test]
fn long_list_is_requested_by_ids_then_batches_and_missing_objects_again() {
    let mut plan = sync_plan();
    let ids = first(&plan, "trek");
    assert_eq!(ids.url, "https://park.example/api/v2/trek/?portals=3,4&fields=id&no_page");
    let batches = plan.on_response(&ids, response(1..=45)).unwrap();
    assert_eq!(batches.iter().map(|request| request.ids.len()).collect::<Vec<_>>(), [20, 20], "two at a time");
    assert_eq!(plan.pending_estimate(), 1);
    let last = plan.on_response(&batches[1], response(21..=40)).unwrap();
    assert_eq!(last[0].ids, (41..=45).collect());
    let again = plan.on_response(&batches[0], response(1..=19)).unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].ids, BTreeSet::from([20]));
    assert_eq!(plan.on_response(&last[0], response(41..=45)).unwrap(), []);
    assert_eq!(plan.on_response(&again[0], response([])).unwrap(), [], "it left the list meanwhile");
    assert_eq!(plan.present()["trek"].len(), 45);
}

#[test]
fn batches_adapt_to_server_speed_and_address_length() {
    let mut plan = sync_plan();
    let ids = first(&plan, "poi");
    let batches = plan.on_response(&ids, response(1..=400)).unwrap();
    let slow = ApiResponse { elapsed_ms: 100_000, ..response(1..=100) };
    let next = plan.on_response(&batches[0], slow).unwrap();
    assert_eq!(next[0].ids.len(), 10, "100 took 100 s, so 10 at a time");
    let quick = ApiResponse { elapsed_ms: 100, ..response(101..=200) };
    assert_eq!(plan.on_response(&batches[1], quick).unwrap()[0].ids.len(), 190, "the rest");
    let service = first(&plan, "service");
    let mut due = plan.on_response(&service, response(1_000_000_000..1_000_000_500)).unwrap();
    let mut requested = 0;
    while let Some(request) = due.pop() {
        assert!(request.url.len() < 4_000);
        requested += request.ids.len();
        due.extend(plan.on_response(&request, response(request.ids.iter().copied())).unwrap());
    }
    assert_eq!(requested, 500);
}

#[test]
fn plain_texts_are_requested_in_each_language_and_areas_out_of_season_too() {
    let mut plan = sync_plan();
    let ids = first(&plan, "signage");
    let batches = plan.on_response(&ids, response([1])).unwrap();
    assert_eq!(batches.iter().map(|request| request.language.as_str()).collect::<Vec<_>>(), ["fr", "en"]);
    assert_eq!(plan.begin().iter().filter(|request| request.endpoint == "hdviewpoint").count(), 2);
    assert!(first(&plan, "sensitivearea").url.contains("period=ignore"));
}

#[test]
fn unlisted_stages_are_requested_once_each() {
    let mut plan = sync_plan();
    let ids = first(&plan, "trek");
    let batch = plan.on_response(&ids, response([1, 2])).unwrap().remove(0);
    let stages = BTreeSet::from([2, 9]);
    plan.on_response(&batch, ApiResponse { stages, ..response([1, 2]) }).unwrap();
    let requests = plan.unlisted_stages();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].url, "https://park.example/api/v2/trek/9/");
    assert_eq!(plan.on_response(&requests[0], ApiResponse { status: 404, ..ApiResponse::default() }).unwrap(), []);
    assert_eq!(plan.unlisted_stages(), []);
    assert!(!plan.absent_lists().contains("trek"));
}

#[test]
fn on_response_handles_missing_module_closed_server_and_next_page() {
    let mut plan = sync_plan();
    let sites = first(&plan, "outdoor_site");
    assert_eq!(plan.on_response(&sites, ApiResponse { status: 404, ..ApiResponse::default() }).unwrap(), []);
    assert!(plan.absent_lists().contains("outdoor_site"));
    let treks = first(&plan, "trek");
    let closed = plan.on_response(&treks, ApiResponse { status: 401, ..ApiResponse::default() }).unwrap_err();
    assert!(closed.to_string().contains("signed in"));
    let themes = first(&plan, "theme");
    let next = Some("http://stale.internal:8000/api/v2/theme/?no_page=&page=2".to_owned());
    let pages = plan.on_response(&themes, ApiResponse { next, ..response([1]) }).unwrap();
    assert_eq!(pages[0].url, "https://park.example/api/v2/theme/?no_page=&page=2");
}

fn known(
    list: &'static str,
    objects: impl IntoIterator<Item = (Id, Option<i64>)>,
    since: Option<&str>,
) -> KnownObjects {
    KnownObjects {
        lists: BTreeMap::from([(list, objects.into_iter().collect())]),
        since: since.map(str::to_owned),
        ..KnownObjects::default()
    }
}

fn plan_with(known: KnownObjects) -> SyncPlan {
    SyncPlan::new(&Url::parse("https://park.example/").unwrap(), &[], &["fr".to_owned()], Arc::new(known)).unwrap()
}

fn urls(requests: &[ApiRequest]) -> Vec<&str> {
    requests.iter().map(|request| request.url.trim_start_matches("https://park.example/api/v2/")).collect()
}

#[test]
fn delta_of_lists_with_dates_requests_objects_with_new_dates() {
    let mut plan = plan_with(known("trek", [(1, Some(10)), (2, Some(20)), (3, None)], Some("2026-01-31")));
    let requests = plan.begin();
    assert!(requests.len() <= 18, "{}", requests.len());
    assert!(urls(&requests).contains(&"trek/?fields=id,update_datetime&no_page"));
    assert!(urls(&requests).contains(&"service/?fields=id&no_page"), "nothing is known: each object is new");
    assert!(urls(&requests).contains(&"flatpage/?updated_after=2026-01-31&no_page"));
    assert!(
        !requests.iter().any(|request| request.endpoint == "city" || request.endpoint == "theme"),
        "only a full refresh updates these"
    );
    let dates = BTreeMap::from([(1, 10), (2, 21), (3, 30), (4, 40)]);
    let batches = plan.on_response(&first(&plan, "trek"), ApiResponse { dates, ..response(1..=4) }).unwrap();
    assert_eq!(urls(&batches), ["trek/?ids=2,3,4&no_page"]);
}

#[test]
fn delta_of_lists_without_dates_requests_changes_since_a_day() {
    let mut plan = plan_with(known("service", [(1, None), (2, None)], Some("2026-01-31")));
    let requests: Vec<ApiRequest> = plan.begin().into_iter().filter(|request| request.endpoint == "service").collect();
    assert_eq!(urls(&requests), ["service/?fields=id&no_page", "service/?updated_after=2026-01-31&fields=id&no_page"]);
    assert_eq!(urls(&plan.on_response(&requests[0], response([1, 2, 3])).unwrap()), ["service/?ids=3&no_page"]);
    assert_eq!(
        urls(&plan.on_response(&requests[1], response([2, 3])).unwrap()),
        ["service/?ids=2&no_page"],
        "3 is in flight"
    );
    assert_eq!(plan.present()["service"], BTreeSet::from([1, 2, 3]));
}

#[test]
fn list_that_lacks_a_known_object_is_complete_only_if_its_count_agrees() {
    for (count, is_complete) in [(Some(1), true), (Some(2), false), (None, false)] {
        let mut plan = plan_with(known("poi", [(1, Some(1)), (2, Some(2))], Some("2026-01-31")));
        let manifest = first(&plan, "poi");
        let dates = BTreeMap::from([(1, 1)]);
        let requests = plan.on_response(&manifest, ApiResponse { dates, ..response([1]) }).unwrap();
        assert_eq!(urls(&requests), ["poi/?fields=id&page_size=1"]);
        assert!(!plan.present().contains_key("poi"), "its length is not confirmed yet");
        plan.on_response(&requests[0], ApiResponse { count, ..response([1]) }).unwrap();
        assert_eq!(plan.present().contains_key("poi"), is_complete, "{count:?}");
        assert_eq!(plan.truncated_lists().contains("poi"), !is_complete);
    }
    let mut plan = plan_with(known("theme", [(1, None)], None));
    assert_eq!(plan.on_response(&first(&plan, "theme"), response([])).unwrap(), [], "an empty list is never complete");
    assert!(!plan.present().contains_key("theme"));
}

#[test]
fn known_unlisted_stage_does_not_truncate_the_list() {
    let mut known = known("trek", [(1, Some(1)), (9, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8, 9]);
    known.unlisted = BTreeSet::from([9]);
    let mut plan = plan_with(known);
    let manifest = first(&plan, "trek");
    assert_eq!(
        plan.on_response(&manifest, ApiResponse { dates: BTreeMap::from([(1, 1)]), ..response([1]) }).unwrap(),
        []
    );
    assert_eq!(plan.unlisted_stages(), []);
    assert_eq!(plan.present()["trek"], BTreeSet::from([1]));
}

#[test]
fn stage_that_left_the_list_is_requested_by_id() {
    let mut known = known("trek", [(1, Some(1)), (8, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8]);
    let mut plan = plan_with(known);
    let manifest = first(&plan, "trek");
    let requests =
        plan.on_response(&manifest, ApiResponse { dates: BTreeMap::from([(1, 1)]), ..response([1]) }).unwrap();
    assert_eq!(urls(&requests), ["trek/?fields=id&page_size=1"]);
    assert_eq!(urls(&plan.unlisted_stages()), ["trek/8/"]);
}

#[test]
fn unlisted_entries_are_requested_once_each() {
    let mut plan = sync_plan();
    plan.on_response(&first(&plan, "theme"), response([1, 2])).unwrap();
    plan.on_response(&first(&plan, "label"), ApiResponse { status: 404, ..ApiResponse::default() }).unwrap();
    let ids = first(&plan, "trek");
    let batch = plan.on_response(&ids, response([7])).unwrap().remove(0);
    let named = BTreeSet::from([("theme", 2), ("theme", 11), ("label", 3)]);
    plan.on_response(&batch, ApiResponse { named, ..response([7]) }).unwrap();
    let requests = plan.unlisted_entries();
    assert_eq!(urls(&requests), ["theme/11/"]);
    assert_eq!(plan.on_response(&requests[0], ApiResponse { status: 404, ..ApiResponse::default() }).unwrap(), []);
    assert_eq!(plan.unlisted_entries(), []);
    assert!(!plan.absent_lists().contains("theme"));
}
