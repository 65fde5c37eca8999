//! Fields that every list has of an object: the dates of an event, a name even if the object has none, the time of a withdrawal.

use jalon::Companion;
use jalon::catalogue::{PackSubject, PictureSize, SearchQuery, WriteTransaction};
use jalon::companion::{NearbyItem, NearbyQuery, RefreshMode, RouteItemQuery};
use jalon::journal::Favourite;
use jalon::model::{Geometry, Kind, Localized, Object, Position, TouristicEvent};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::generator::{Size, Territory};

fn nearest(companion: &Companion, kind: Kind, past_events: bool) -> Vec<NearbyItem> {
    let query = NearbyQuery { kinds: vec![kind], limit: 999, past_events, ..NearbyQuery::default() };
    companion.nearest(Position::new(6.2, 44.8), &query, &["fr"]).unwrap()
}

fn ids(items: &[NearbyItem]) -> Vec<i64> {
    let mut ids: Vec<i64> = items.iter().map(|item| item.id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn events_that_ended_are_found_on_request_only() {
    const PAST: i64 = 9_001;
    const REVERSED: i64 = 9_002;
    const UNDATED: i64 = 9_003;
    let fixture = Fixture::builder().refreshed().build();
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    let trek = companion.catalogue().object(&territory, Kind::Trek, 1).unwrap();
    let start = trek.geometry().and_then(Geometry::first_position).unwrap();
    let event = |id: i64, begin: Option<&str>, end: Option<&str>| TouristicEvent {
        id,
        name: Localized::from_iter([("fr", "Veillée aux lampions")]),
        begin_date: begin.map(str::to_owned),
        end_date: end.map(str::to_owned),
        geometry: Some(Geometry::point(start)),
        ..TouristicEvent::default()
    };
    let events = [
        event(PAST, Some("2019-07-01"), Some("2019-07-02")),
        event(REVERSED, Some("2027-07-20"), Some("2027-07-10")),
        event(UNDATED, None, None),
    ];
    let put = |change: &mut WriteTransaction<'_>| {
        events.iter().try_for_each(|event| change.put(&territory, event.clone().into()))
    };
    companion.catalogue().write(put).unwrap();

    let from_disk = nearest(&companion, Kind::TouristicEvent, false);
    assert!(!ids(&from_disk).contains(&PAST) && ids(&from_disk).contains(&UNDATED), "{from_disk:?}");
    companion.warm_up().unwrap();
    assert_eq!(nearest(&companion, Kind::TouristicEvent, false), from_disk);
    let all = nearest(&companion, Kind::TouristicEvent, true);
    let dates = |id: i64| all.iter().find(|item| item.id == id).and_then(|item| item.event.clone()).unwrap();
    assert!(dates(PAST).is_past && !dates(PAST).has_invalid_dates);
    assert!(!dates(REVERSED).is_past && dates(REVERSED).has_invalid_dates);
    assert!(!dates(UNDATED).is_past && dates(UNDATED).has_invalid_dates);
    assert_eq!(dates(PAST).begin_date.as_deref(), Some("2019-07-01"));

    // The same rule holds for the sheet of a trek.
    let on_sheet = |past_events| {
        let query = RouteItemQuery { kinds: vec![Kind::TouristicEvent], past_events };
        let details = companion.trek_details_with(NAME, 1, &query).unwrap();
        details.route_items.iter().map(|item| item.object.id()).collect::<Vec<_>>()
    };
    assert!(!on_sheet(false).contains(&PAST) && on_sheet(false).contains(&UNDATED));
    assert!(on_sheet(true).contains(&PAST));

    // And for the search.
    let found = |kinds: &[Kind], past_events| {
        let text = "lampion".to_owned();
        let query = SearchQuery { text, kinds: kinds.to_vec(), past_events, limit: 9, offset: 0 };
        let mut found = companion.search(&query, &["fr"]).unwrap();
        found.items.sort_by_key(|hit| hit.id);
        let ids: Vec<i64> = found.items.iter().map(|hit| hit.id).collect();
        assert_eq!(found.total, ids.len());
        (ids, found.items)
    };
    assert_eq!(found(&[], false).0, [REVERSED, UNDATED]);
    assert_eq!(found(&[Kind::TouristicEvent], false).0, [REVERSED, UNDATED]);
    let (ids, hits) = found(&[], true);
    assert_eq!(ids, [PAST, REVERSED, UNDATED]);
    assert_eq!(hits[0].event, Some(dates(PAST)));
}

#[test]
fn service_is_called_by_the_label_of_its_type() {
    let fixture = Fixture::builder().refreshed().build();
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    let localizer = companion.localizer(&territory, &["fr"]);
    let services = nearest(&companion, Kind::Service, false);
    assert!(!services.is_empty());
    for item in &services {
        let object = companion.catalogue().object(&territory, Kind::Service, item.id).unwrap();
        let Object::Service(service) = &object else { panic!("a service") };
        let label = localizer.label("service_type", service.service_type).unwrap().unwrap();
        assert_eq!((item.name.as_str(), item.lang.as_str()), (label.as_str(), "fr"));
        assert_eq!(localizer.object_name(&object).unwrap(), (label, "fr".to_owned()));
    }
}

#[test]
fn withdrawn_object_of_a_pack_is_marked_in_every_list() {
    let mut fixture = Fixture::builder().pack(PackSubject::Trek(1), PictureSize::None).build();
    let details = fixture.companion().trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    let poi = details.route_items[0].object.id();
    assert_eq!(details.route_items[0].withdrawn_ms, None);
    fixture.server.territory().unpublish("poi", poi.unsigned_abs());
    fixture.refresh(RefreshMode::Full).unwrap();
    let companion = fixture.companion();
    let near = nearest(&companion, Kind::Poi, false);
    let withdrawn = near.iter().find(|item| item.id == poi).unwrap();
    assert_eq!(withdrawn.withdrawn_ms, Some(fixture.now_ms));
    assert_eq!(near.iter().filter(|item| item.withdrawn_ms.is_some()).count(), 1);
    let details = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    let item = details.route_items.iter().find(|item| item.object.id() == poi).unwrap();
    assert_eq!(item.withdrawn_ms, withdrawn.withdrawn_ms);
    let hits = companion
        .search(
            &SearchQuery { text: withdrawn.name.clone(), kinds: vec![Kind::Poi], limit: 9, ..SearchQuery::default() },
            &["fr"],
        )
        .unwrap();
    let hit = hits.items.iter().find(|hit| hit.id == poi).unwrap();
    assert_eq!(hit.withdrawn_ms, withdrawn.withdrawn_ms);
}

#[test]
fn withdrawn_favourite_is_marked_with_and_without_a_pack() {
    let territory = Territory::generate(Size::default(), 1);
    let mut fixture = Fixture::builder().territory(territory).pack(PackSubject::Trek(1), PictureSize::None).build();
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    let details = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    let packed: Vec<i64> = details.route_items.iter().map(|item| item.object.id()).collect();
    let pois = companion.catalogue().objects(&territory, Kind::Poi).unwrap();
    let mut others = pois.iter().map(Object::id).filter(|id| !packed.contains(id));
    let (other, kept) = (others.next().unwrap(), others.next().unwrap());
    let journal = companion.journal().unwrap();
    for (territory, id) in [(NAME, packed[0]), (NAME, other), (NAME, kept), ("removed", 1)] {
        let (territory, name) = (territory.to_owned(), String::new());
        journal.add_favourite(&Favourite { territory, kind: Kind::Poi, id, name, created_ms: 0 }).unwrap();
    }
    let withdrawn = |companion: &Companion| {
        let favourites = companion.favourites().unwrap();
        favourites.iter().map(|item| item.withdrawn_ms).collect::<Vec<_>>()
    };
    assert_eq!(withdrawn(&companion), [None; 4]);
    for id in [packed[0], other] {
        fixture.server.territory().unpublish("poi", id.unsigned_abs());
    }
    fixture.refresh(RefreshMode::Full).unwrap();
    let companion = fixture.companion();
    assert!(companion.catalogue().object(&territory, Kind::Poi, other).is_err());
    assert_eq!(withdrawn(&companion), [Some(fixture.now_ms), Some(fixture.now_ms), None, None]);
}

#[test]
fn trek_has_its_information_desks_wherever_they_are() {
    let fixture = Fixture::builder().refreshed().build();
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    let treks = companion.catalogue().objects(&territory, Kind::Trek).unwrap();
    let mut count = 0;
    for trek in &treks {
        let Object::Trek(trek) = trek else { panic!("a trek") };
        let details = companion.trek_details(NAME, trek.id, &[]).unwrap();
        let desks: Vec<i64> = details.information_desks.iter().map(|desk| desk.desk.id).collect();
        assert_eq!(desks, trek.information_desks);
        count += desks.len();
    }
    assert!(count > 0);
}
