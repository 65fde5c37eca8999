use super::paging::MAX_PAGES;
use super::*;

fn sync_plan() -> SyncPlan {
    let languages = ["fr".to_owned(), "en".to_owned()];
    SyncPlan::new(&Url::parse("https://park.example/").unwrap(), &[3, 4], &languages, Arc::default()).unwrap()
}

fn first(plan: &SyncPlan, endpoint: &str) -> ApiRequest {
    plan.begin().into_iter().find(|request| request.endpoint == endpoint).unwrap()
}

fn respond(plan: &mut SyncPlan, request: &ApiRequest, response: ApiResponse) -> Vec<ApiRequest> {
    plan.on_response(request, &response)
}

fn response(ids: impl IntoIterator<Item = Id>) -> ApiResponse {
    ApiResponse { status: 200, ids: ids.into_iter().collect(), elapsed_ms: 1_000, ..ApiResponse::default() }
}

#[test]
fn long_list_is_requested_by_ids_then_batches_and_missing_objects_again() {
    let mut plan = sync_plan();
    let ids = first(&plan, "trek");
    assert_eq!(ids.url, "https://park.example/api/v2/trek/?portals=3,4&fields=id&no_page");
    let batches = respond(&mut plan, &ids, response(1..=45));
    assert_eq!(batches.iter().map(|request| request.ids.len()).collect::<Vec<_>>(), [20, 20], "two at a time");
    assert_eq!(plan.pending_estimate(), 1);
    let last = respond(&mut plan, &batches[1], response(21..=40));
    assert_eq!(last[0].ids, (41..=45).collect());
    let again = respond(&mut plan, &batches[0], response(1..=19));
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].ids, BTreeSet::from([20]));
    assert_eq!(respond(&mut plan, &last[0], response(41..=45)), []);
    assert_eq!(respond(&mut plan, &again[0], response([])), [], "it left the list meanwhile");
    assert_eq!(plan.present()["trek"].len(), 45);
}

#[test]
fn batches_adapt_to_server_speed_and_address_length() {
    let mut plan = sync_plan();
    let ids = first(&plan, "poi");
    let batches = respond(&mut plan, &ids, response(1..=400));
    let slow = ApiResponse { elapsed_ms: 100_000, ..response(1..=100) };
    let next = respond(&mut plan, &batches[0], slow);
    assert_eq!(next[0].ids.len(), 10, "100 took 100 s, so 10 at a time");
    let quick = ApiResponse { elapsed_ms: 100, ..response(101..=200) };
    assert_eq!(respond(&mut plan, &batches[1], quick)[0].ids.len(), 190, "the rest");
    let service = first(&plan, "service");
    let mut due = respond(&mut plan, &service, response(1_000_000_000..1_000_000_500));
    let mut requested = 0;
    while let Some(request) = due.pop() {
        assert!(request.url.len() < 4_000);
        requested += request.ids.len();
        due.extend(respond(&mut plan, &request, response(request.ids.iter().copied())));
    }
    assert_eq!(requested, 500);
}

#[test]
fn plain_texts_are_requested_in_each_language_and_areas_out_of_season_too() {
    let mut plan = sync_plan();
    let ids = first(&plan, "signage");
    let batches = respond(&mut plan, &ids, response([1]));
    assert_eq!(batches.iter().map(|request| request.language.as_str()).collect::<Vec<_>>(), ["fr", "en"]);
    assert_eq!(plan.begin().iter().filter(|request| request.endpoint == "hdviewpoint").count(), 2);
    assert!(first(&plan, "sensitivearea").url.contains("period=ignore"));
}

#[test]
fn unlisted_stages_are_requested_once_each() {
    let mut plan = sync_plan();
    let ids = first(&plan, "trek");
    let batch = respond(&mut plan, &ids, response([1, 2])).remove(0);
    let stages = BTreeSet::from([2, 9]);
    respond(&mut plan, &batch, ApiResponse { stages, ..response([1, 2]) });
    let requests = plan.unlisted_stages();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].url, "https://park.example/api/v2/trek/9/");
    assert_eq!(plan.on_failure(&requests[0], Some(404)), []);
    assert_eq!(plan.unlisted_stages(), []);
    assert!(!plan.absent_lists().contains("trek"));
}

#[test]
fn missing_module_failed_list_and_next_page_are_handled() {
    let mut plan = sync_plan();
    let sites = first(&plan, "outdoor_site");
    assert_eq!(plan.on_failure(&sites, Some(404)), []);
    assert!(plan.absent_lists().contains("outdoor_site"));
    let pois = first(&plan, "poi");
    assert_eq!(plan.on_failure(&pois, Some(500)), []);
    assert!(plan.failed_lists().contains("poi") && !plan.present().contains_key("poi"));
    let themes = first(&plan, "theme");
    let next = Some("http://stale.internal:8000/api/v2/theme/?no_page=&page=2".to_owned());
    let pages = respond(&mut plan, &themes, ApiResponse { next, ..response([1]) });
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
    let manifest = first(&plan, "trek");
    let batches = respond(&mut plan, &manifest, ApiResponse { dates, ..response(1..=4) });
    assert_eq!(urls(&batches), ["trek/?ids=2,3,4&no_page"]);
}

#[test]
fn delta_of_lists_without_dates_requests_changes_since_a_day() {
    let mut plan = plan_with(known("service", [(1, None), (2, None)], Some("2026-01-31")));
    let requests: Vec<ApiRequest> = plan.begin().into_iter().filter(|request| request.endpoint == "service").collect();
    assert_eq!(urls(&requests), ["service/?fields=id&no_page", "service/?updated_after=2026-01-31&fields=id&no_page"]);
    assert_eq!(urls(&respond(&mut plan, &requests[0], response([1, 2, 3]))), ["service/?ids=3&no_page"]);
    assert_eq!(urls(&respond(&mut plan, &requests[1], response([2, 3]))), ["service/?ids=2&no_page"], "3 is in flight");
    assert_eq!(plan.present()["service"], BTreeSet::from([1, 2, 3]));
}

#[test]
fn list_that_lacks_a_known_object_is_complete_only_if_its_count_agrees() {
    for (count, is_complete) in [(Some(1), true), (Some(2), false), (None, false)] {
        let mut plan = plan_with(known("poi", [(1, Some(1)), (2, Some(2))], Some("2026-01-31")));
        let manifest = first(&plan, "poi");
        let dates = BTreeMap::from([(1, 1)]);
        let requests = respond(&mut plan, &manifest, ApiResponse { dates, ..response([1]) });
        assert_eq!(urls(&requests), ["poi/?fields=id&page_size=1"]);
        assert!(!plan.present().contains_key("poi"), "its length is not confirmed yet");
        respond(&mut plan, &requests[0], ApiResponse { count, ..response([1]) });
        assert_eq!(plan.present().contains_key("poi"), is_complete, "{count:?}");
        assert_eq!(plan.truncated_lists().contains("poi"), !is_complete);
    }
}

#[test]
fn known_unlisted_stage_does_not_truncate_the_list() {
    let mut known = known("trek", [(1, Some(1)), (9, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8, 9]);
    known.unlisted = BTreeSet::from([9]);
    let mut plan = plan_with(known);
    let manifest = first(&plan, "trek");
    assert_eq!(respond(&mut plan, &manifest, ApiResponse { dates: BTreeMap::from([(1, 1)]), ..response([1]) }), []);
    assert_eq!(plan.unlisted_stages(), []);
    assert_eq!(plan.present()["trek"], BTreeSet::from([1]));
}

#[test]
fn stage_that_left_the_list_is_requested_by_id() {
    let mut known = known("trek", [(1, Some(1)), (8, Some(1))], Some("2026-01-31"));
    known.stages = BTreeSet::from([8]);
    let mut plan = plan_with(known);
    let manifest = first(&plan, "trek");
    let requests = respond(&mut plan, &manifest, ApiResponse { dates: BTreeMap::from([(1, 1)]), ..response([1]) });
    assert_eq!(urls(&requests), ["trek/?fields=id&page_size=1"]);
    assert_eq!(urls(&plan.unlisted_stages()), ["trek/8/"]);
}

#[test]
fn unlisted_entries_are_requested_once_each() {
    let mut plan = sync_plan();
    let themes = first(&plan, "theme");
    respond(&mut plan, &themes, response([1, 2]));
    plan.on_failure(&first(&plan, "label"), Some(404));
    let ids = first(&plan, "trek");
    let batch = respond(&mut plan, &ids, response([7])).remove(0);
    let named = BTreeSet::from([("theme", 2), ("theme", 11), ("label", 3)]);
    respond(&mut plan, &batch, ApiResponse { named, ..response([7]) });
    let requests = plan.unlisted_entries();
    assert_eq!(urls(&requests), ["theme/11/"]);
    assert_eq!(plan.on_failure(&requests[0], Some(404)), []);
    assert_eq!(plan.unlisted_entries(), []);
    assert!(!plan.absent_lists().contains("theme"));
}

#[test]
fn empty_list_is_complete_only_if_its_count_is_zero_at_a_second_refresh() {
    for (count, was_empty, is_complete) in
        [(Some(0), true, true), (Some(0), false, false), (Some(1), true, false), (None, true, false)]
    {
        let mut known = known("theme", [(1, None)], None);
        known.empty.extend(was_empty.then_some("theme"));
        let mut plan = plan_with(known);
        let whole = first(&plan, "theme");
        let requests = respond(&mut plan, &whole, response([]));
        assert_eq!(urls(&requests), ["theme/?fields=id&page_size=1"]);
        respond(&mut plan, &requests[0], ApiResponse { count, ..response([]) });
        assert_eq!(plan.present().contains_key("theme"), is_complete, "{count:?} {was_empty}");
        assert_eq!(plan.unconfirmed_lists().contains("theme"), count == Some(0) && !was_empty);
        assert_eq!(plan.truncated_lists().contains("theme"), count != Some(0));
    }
}

#[test]
fn list_whose_filter_fails_is_requested_without_it() {
    let mut plan = sync_plan();
    let ids = first(&plan, "trek");
    let again = plan.on_failure(&ids, Some(500));
    assert_eq!(urls(&again), ["trek/?fields=id,portal&no_page"]);
    assert!(again[0].accepts(r#"{"id": 1, "portal": [4, 9]}"#) && !again[0].accepts(r#"{"id": 1, "portal": [9]}"#));
    assert_eq!(
        respond(&mut plan, &again[0], ApiResponse { rejected: 2, ..response([7]) })[0].url.matches("portals").count(),
        0
    );
    assert_eq!(plan.present()["trek"], BTreeSet::from([7]));
    assert!(plan.on_failure(&again[0], Some(500)).is_empty() && plan.failed_lists().contains("trek"));
    let views = first(&plan, "hdviewpoint");
    assert!(!views.url.contains("portals") && views.is_limited_by_owners(), "the server cannot filter this list");

    let mut plan = plan_with(known("service", [(1, None), (2, None)], Some("2026-01-31")));
    let requests: Vec<ApiRequest> = plan.begin().into_iter().filter(|request| request.endpoint == "service").collect();
    respond(&mut plan, &requests[0], response([1, 2]));
    let whole = plan.on_failure(&requests[1], Some(500));
    assert_eq!(urls(&whole), ["service/?fields=id&no_page"]);
    assert_eq!(urls(&respond(&mut plan, &whole[0], response([1, 2]))), ["service/?ids=1,2&no_page"]);
}

#[test]
fn list_whose_filter_failed_before_is_requested_without_it_at_once() {
    let known = |since: Option<&str>| KnownObjects {
        unfiltered: BTreeSet::from(["trek"]),
        ..known("trek", [(1, None)], since)
    };
    let mut plan = plan_with(known(Some("2026-01-31")));
    plan.portals = vec![3];
    let manifest = first(&plan, "trek");
    assert_eq!(urls(std::slice::from_ref(&manifest)), ["trek/?fields=id,portal,update_datetime&no_page"]);
    assert!(!manifest.accepts(r#"{"id": 1, "portal": [9]}"#));
    assert_eq!(urls(&respond(&mut plan, &manifest, response([1]))), ["trek/?ids=1&no_page"]);
    assert!(plan.is_unfiltered("trek") && !plan.is_unfiltered("touristiccontent"));
}

/// Answers every request of batches that has none of the `bad` objects, and returns the loaded objects and the number of requests.
fn load_batches(plan: &mut SyncPlan, batches: Vec<ApiRequest>, bad: &[Id]) -> (BTreeSet<Id>, usize) {
    let (mut due, mut loaded, mut count) = (std::collections::VecDeque::from(batches), BTreeSet::new(), 0);
    while let Some(request) = due.pop_front() {
        count += 1;
        if bad.iter().any(|id| request.ids.contains(id)) {
            due.extend(plan.on_failure(&request, Some(500)));
        } else {
            loaded.extend(&request.ids);
            due.extend(respond(plan, &request, response(request.ids.iter().copied())));
        }
    }
    (loaded, count)
}

#[test]
fn batch_that_fails_for_one_object_is_halved_until_it_is_found() {
    for bad in 1..=45 {
        let mut plan = plan_with(KnownObjects::default());
        let ids = first(&plan, "trek");
        let batches = respond(&mut plan, &ids, response(1..=45));
        let (loaded, count) = load_batches(&mut plan, batches, &[bad]);
        assert_eq!(loaded, (1..=45).filter(|id| *id != bad).collect(), "{bad}");
        // Three batches of at most 20 objects.
        assert!(count <= 3 + 2 * 5, "{bad}: {count}");
        assert_eq!(plan.unanswered()["trek"], BTreeSet::from([bad]));
        assert!(plan.failed_lists().contains("trek") && plan.splits.is_empty());
    }
}

#[test]
fn batch_of_which_no_half_is_answered_is_not_halved_again() {
    let mut plan = plan_with(KnownObjects::default());
    let ids = first(&plan, "trek");
    let batches = respond(&mut plan, &ids, response(1..=40));
    let all: Vec<Id> = (1..=40).collect();
    assert_eq!(load_batches(&mut plan, batches, &all), (BTreeSet::new(), 2 * 3));
    assert!(plan.failed_lists().contains("trek") && plan.unanswered().is_empty() && plan.splits.is_empty());
    // Another status concerns the server.
    let mut plan = plan_with(KnownObjects::default());
    let ids = first(&plan, "trek");
    let batches = respond(&mut plan, &ids, response(1..=20));
    assert_eq!(plan.on_failure(&batches[0], Some(503)), []);
    assert!(plan.failed_lists().contains("trek"));
}

#[test]
fn pages_end_at_a_repeated_address_and_at_the_count() {
    let next = |page: usize| Some(format!("https://park.example/api/v2/theme/?page={page}"));
    // A → B → A.
    let mut plan = sync_plan();
    let mut request = first(&plan, "theme");
    let address = Some(request.url.clone());
    for (page, follows) in [(next(2), true), (address, false)] {
        let requests = respond(&mut plan, &request, ApiResponse { next: page, count: Some(900), ..response([1]) });
        assert_eq!(requests.len(), usize::from(follows));
        if let Some(next) = requests.into_iter().next() {
            request = next;
        }
    }
    assert!(plan.truncated_lists().contains("theme"));
    // Always another address.
    for (count, max_requests) in [(Some(3), 3), (None, MAX_PAGES)] {
        let mut plan = sync_plan();
        let (mut request, mut requests) = (first(&plan, "theme"), 0);
        loop {
            requests += 1;
            let page = ApiResponse { next: next(requests + 1), count, ..response([1]) };
            match respond(&mut plan, &request, page).into_iter().next() {
                Some(next) => request = next,
                None => break,
            }
        }
        assert_eq!(requests, max_requests, "{count:?}");
    }
}
