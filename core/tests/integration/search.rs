//! Search: typing variants, ranking, highlights, and an index that follows the rows.

use std::collections::HashSet;

use jalon::catalogue::{Catalogue, NewTerritory, SearchHit, SearchQuery, SearchResults, Territory};
use jalon::model::{Kind, Localized, Poi, RichText, Service, Signage, Term, Trek};
use proptest::prelude::*;

const TODAY: &str = "2026-07-15";

fn query(text: &str, kinds: &[Kind], limit: usize, offset: usize) -> SearchQuery {
    SearchQuery { text: text.to_owned(), kinds: kinds.to_vec(), past_events: false, limit, offset }
}

fn texts(texts: &[(&str, &str)]) -> Localized {
    texts.iter().copied().collect()
}

fn rich(text: &str) -> RichText {
    RichText { html: texts(&[("fr", &format!("<p>{text}</p>"))]), plain: texts(&[("fr", text)]) }
}

fn trek(id: i64, names: &[(&str, &str)]) -> Trek {
    Trek { id, name: texts(names), ..Trek::default() }
}

fn territory(catalogue: &Catalogue, name: &str) -> Territory {
    let new = NewTerritory {
        name: name.into(),
        url: "https://example.org".into(),
        default_language: "fr".into(),
        ..NewTerritory::default()
    };
    catalogue.write(|change| change.add_territory(&new)).unwrap()
}

fn filled(directory: &std::path::Path) -> (Catalogue, Territory) {
    let catalogue = Catalogue::open(directory).unwrap();
    let pne = territory(&catalogue, "pne");
    catalogue
        .write(|change| {
            change.put(&pne, trek(1, &[("fr", "Cœur des Écrins"), ("en", "Heart of the Écrins")]).into())?;
            change.put(&pne, trek(2, &[("fr", "Tour de Saint-Véran")]).into())?;
            change.put(&pne, trek(3, &[("de", "Alte Straße")]).into())?;
            change.put(&pne, trek(4, &[("fr", "L’étoile du berger")]).into())?;
            let lake = Trek { departure: texts(&[("fr", "Vallouise")]), ..trek(5, &[("fr", "Lac de l'Eychauda")]) };
            change.put(&pne, Trek { description: rich("On longe le ruisseau."), ..lake }.into())?;
            change.put(&pne, Poi { id: 1, name: texts(&[("fr", "Ruisseau")]), ..Poi::default() }.into())?;
            let label = texts(&[("fr", "Ruisseau")]);
            change.put(&pne, Term { id: 9, vocabulary: "theme".into(), label, ..Term::default() }.into())
        })
        .unwrap();
    (catalogue, pne)
}

fn hits(catalogue: &Catalogue, text: &str) -> Vec<SearchHit> {
    let found = catalogue.search(&query(text, &[], 100, 0), &["fr"], TODAY).unwrap();
    assert_eq!(found.total, found.items.len());
    found.items
}

fn ids(catalogue: &Catalogue, text: &str) -> Vec<(Kind, i64)> {
    hits(catalogue, text).into_iter().map(|hit| (hit.kind, hit.id)).collect()
}

#[test]
fn search_ignores_accents_ligatures_and_hyphens() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    for (text, id) in [
        ("coeur", 1),
        ("CŒUR", 1),
        ("ecrins", 1),
        ("heart", 1),
        ("saintveran", 2),
        ("saint veran", 2),
        ("Saint-Véran", 2),
        ("saint‑v", 2),
        ("strasse", 3),
        ("STRASSE", 3),
        ("straße", 3),
        ("l'étoile", 4),
        ("l’etoile", 4),
        ("letoile", 4),
        ("etoile", 4),
        ("d'étoile", 4),
        ("vallouise", 5),
        ("eychauda", 5),
        ("leych", 5),
    ] {
        assert_eq!(ids(&catalogue, text), [(Kind::Trek, id)], "{text}");
    }
}

#[test]
fn search_with_several_words_needs_all_prefixes() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    assert_eq!(ids(&catalogue, "lac ruisseau"), [(Kind::Trek, 5)]);
    assert_eq!(ids(&catalogue, "rui la"), [(Kind::Trek, 5)]);
    assert!(ids(&catalogue, "lac coeur").is_empty());
    assert!(ids(&catalogue, "uisseau").is_empty(), "only prefixes match");
}

#[test]
fn hits_in_names_rank_before_texts_then_by_name_and_id() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    assert_eq!(ids(&catalogue, "ruisseau"), [(Kind::Poi, 1), (Kind::Trek, 5)], "terms are not indexed");
    let only = catalogue.search(&query("ruisseau", &[Kind::Trek], 100, 0), &[], TODAY).unwrap();
    assert_eq!((only.total, only.items[0].id), (1, 5));
    let other = territory(&catalogue, "vanoise");
    catalogue
        .write(|change| {
            for (id, name) in [(14, "Col Zeta"), (12, "Col Éole"), (13, "Col Fort"), (11, "Col Fort")] {
                change.put(&other, trek(id, &[("fr", name)]).into())?;
            }
            Ok(())
        })
        .unwrap();
    let order: Vec<i64> = hits(&catalogue, "col").iter().map(|hit| hit.id).collect();
    assert_eq!(order, [12, 11, 13, 14]);
    let page = catalogue.search(&query("col", &[], 2, 1), &["fr"], TODAY).unwrap();
    assert_eq!((page.total, page.items.iter().map(|hit| hit.id).collect::<Vec<_>>()), (4, vec![11, 13]));
    assert_eq!(page.items[0].territory, "vanoise");
}

#[test]
fn whole_name_ranks_before_start_of_name_words_of_name_and_texts() {
    let directory = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(directory.path()).unwrap();
    let pne = territory(&catalogue, "pne");
    let repeated = rich(&"Le lac de la Muzelle, puis encore le lac de la Muzelle. ".repeat(40));
    catalogue
        .write(|change| {
            change.put(&pne, Trek { description: repeated, ..trek(1, &[("fr", "Vénosc")]) }.into())?;
            change.put(&pne, trek(2, &[("fr", "De la Muzelle au lac")]).into())?;
            change.put(&pne, trek(3, &[("fr", "Lac de la Muzelle par le col")]).into())?;
            let long = rich(&"Une longue description sans rapport avec son nom. ".repeat(200));
            change.put(
                &pne,
                Trek { description: long, ..trek(4, &[("fr", "Lac de la Muzelle"), ("en", "A lake")]) }.into(),
            )
        })
        .unwrap();
    let order = |text: &str| hits(&catalogue, text).iter().map(|hit| hit.id).collect::<Vec<_>>();
    assert_eq!(order("lac de la muzelle"), [4, 3, 2, 1]);
    assert_eq!(order("LAC DE-LA MUZELLE"), [4, 3, 2, 1]);
    assert_eq!(order("lac de la muz")[2..], [2, 1], "names that begin with the text come first");
    assert_eq!(order("a lake"), [4], "a name in any language counts");
}

#[test]
fn hit_has_its_name_in_the_requested_language_with_highlights() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    let hit = &catalogue.search(&query("ecrin", &[], 1, 0), &["en"], TODAY).unwrap().items[0];
    assert_eq!((hit.territory.as_str(), hit.name.as_str(), hit.lang.as_str()), ("pne", "Heart of the Écrins", "en"));
    let (start, end) = hit.highlights[0];
    assert_eq!((&hit.name[start..end], hit.highlights.len()), ("Écrins", 1));
    let hit = &catalogue.search(&query("heart", &[], 1, 0), &[], TODAY).unwrap().items[0];
    assert_eq!((hit.name.as_str(), hit.lang.as_str(), hit.highlights.len()), ("Cœur des Écrins", "fr", 0));
}

#[test]
fn index_follows_updates_removals_and_failed_transactions() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, pne) = filled(directory.path());
    let other = territory(&catalogue, "vanoise");
    catalogue.write(|change| change.put(&other, trek(1, &[("fr", "Cœur de Vanoise")]).into())).unwrap();
    let put = |name| catalogue.write(|change| change.put(&pne, trek(1, &[("fr", name)]).into()));
    put("Âme des Écrins").unwrap();
    put("Âme des Écrins").unwrap();
    assert_eq!(hits(&catalogue, "coeur").iter().map(|hit| hit.territory.as_str()).collect::<Vec<_>>(), ["vanoise"]);
    assert_eq!(ids(&catalogue, "ame"), [(Kind::Trek, 1)]);
    let failed = catalogue.write(|change| {
        change.put(&pne, trek(1, &[("fr", "Perdu")]).into())?;
        change.retain(&pne, Kind::Trek, &HashSet::new())
    });
    assert!(failed.is_err());
    assert!(ids(&catalogue, "perdu").is_empty());
    assert_eq!(ids(&catalogue, "ame"), [(Kind::Trek, 1)]);
    catalogue.write(|change| change.retain(&pne, Kind::Trek, &HashSet::from([2]))).unwrap();
    assert!(ids(&catalogue, "ame").is_empty());
    assert_eq!(ids(&catalogue, "veran"), [(Kind::Trek, 2)]);
    assert_eq!(ids(&catalogue, "ruisseau"), [(Kind::Poi, 1)], "another kind is not removed");
    assert_eq!(ids(&catalogue, "vanoise").len(), 1, "another territory is not removed");
}

#[test]
fn object_without_a_name_is_found_by_the_label_of_its_type() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, pne) = filled(directory.path());
    let service = |id: i64, kind: i64| Service { id, service_type: Some(kind), ..Service::default() };
    let term = |id: i64, label: Localized| Term { id, vocabulary: "service_type".into(), label, ..Term::default() };
    let water = || texts(&[("fr", "Eau potable"), ("en", "Drinking water")]);
    let found = |text| ids(&catalogue, text);
    // The terms may be stored after the objects, in another transaction, and before them.
    catalogue.write(|change| change.put(&pne, service(1, 7).into())).unwrap();
    assert!(found("water").is_empty());
    let put = |term: Term| catalogue.write(|change| change.put(&pne, term.into())).unwrap();
    put(term(7, water()));
    put(term(8, texts(&[("fr", "Toilettes")])));
    catalogue.write(|change| change.put(&pne, service(2, 7).into())).unwrap();
    catalogue.write(|change| change.put(&pne, service(3, 8).into())).unwrap();
    let unnamed = Signage { id: 4, signage_type: Some(7), ..Signage::default() };
    catalogue.write(|change| change.put(&pne, unnamed.into())).unwrap();
    let services = [(Kind::Service, 1), (Kind::Service, 2)];
    assert_eq!(found("water"), services, "another vocabulary has the type of a signpost");
    assert_eq!(found("eau pot"), services);
    assert_eq!(
        (hits(&catalogue, "eau")[0].name.as_str(), hits(&catalogue, "eau")[0].lang.as_str()),
        ("Eau potable", "fr")
    );
    assert_eq!(hits(&catalogue, "eau")[0].highlights, [(0, 3)]);
    // A changed label counts, and a deleted one.
    put(term(7, texts(&[("fr", "Fontaine")])));
    assert!(found("water").is_empty());
    assert_eq!(found("fontaine"), services);
    catalogue.write(|change| change.put(&pne, service(2, 8).into())).unwrap();
    assert_eq!(found("fontaine"), [services[0]]);
    assert_eq!(found("toilettes"), [(Kind::Service, 2), (Kind::Service, 3)]);
    catalogue.write(|change| change.retain(&pne, Kind::Service, &HashSet::from([1, 2]))).unwrap();
    assert_eq!(found("toilettes"), [services[1]]);
}

#[test]
fn unchanged_texts_are_not_indexed_again() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, pne) = filled(directory.path());
    let row = || {
        let file = rusqlite::Connection::open(directory.path().join(jalon::catalogue::FILE_NAME)).unwrap();
        let sql = "SELECT row FROM jalon_search WHERE kind = 'trek' AND id = 3";
        file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = row();
    catalogue.write(|change| change.put(&pne, trek(3, &[("de", "Alte Straße")]).into())).unwrap();
    assert_eq!(row(), before);
    catalogue.write(|change| change.put(&pne, trek(3, &[("de", "Neue Straße")]).into())).unwrap();
    assert_ne!(row(), before);
}

#[test]
fn exported_copy_can_be_searched() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, pne) = filled(directory.path());
    catalogue.write(|change| change.retain(&pne, Kind::Trek, &HashSet::from([1, 5]))).unwrap();
    let copy = tempfile::tempdir().unwrap();
    catalogue.export(&copy.path().join(jalon::catalogue::FILE_NAME)).unwrap();
    let copy = Catalogue::open(copy.path()).unwrap();
    assert_eq!(ids(&copy, "eychauda"), [(Kind::Trek, 5)]);
    assert_eq!(ids(&copy, "coeur"), [(Kind::Trek, 1)]);
}

#[test]
fn search_text_is_never_syntax_and_blank_text_finds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    for blank in ["", "  ", "\"", "*", "'", "-", "\0", "🏔"] {
        assert_eq!(
            catalogue.search(&query(blank, &[], 10, 0), &[], TODAY).unwrap(),
            SearchResults::default(),
            "{blank:?}"
        );
    }
    for text in ["\"coeur", "coeur*", "(coeur", "name:coeur", "^coeur", "+coeur", "coeur;--", "-coeur", "coeur\0"] {
        let found = catalogue.search(&query(text, &[], 10, 0), &[], TODAY);
        assert!(found.is_ok(), "{text:?}");
        assert!(text.contains("name") || found.unwrap().total == 1, "{text:?}");
    }
    for text in ["coeur OR lac", "NEAR(coeur lac)", "coeur NOT lac", "AND"] {
        assert_eq!(catalogue.search(&query(text, &[], 10, 0), &[], TODAY).unwrap().total, 0, "{text:?}");
    }
    let compounds: Vec<String> = (0..2000).map(|number| format!("l'a{number}-b-c-d-e-f-g-h-i")).collect();
    assert_eq!(catalogue.search(&query(&compounds.join(" "), &[], 10, 0), &[], TODAY).unwrap().total, 0);
    assert_eq!(catalogue.search(&query(&"coeur ".repeat(5000), &[], 10, 0), &[], TODAY).unwrap().total, 1);
    assert_eq!(catalogue.search(&query(&"a".repeat(1_000_000), &[], 10, 0), &[], TODAY).unwrap().total, 0);
}

#[test]
fn search_with_any_text_does_not_fail() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    proptest!(ProptestConfig::with_cases(200), |(text in "(.|[-'’\"*(): a]){0,30}")| {
        prop_assert!(catalogue.search(&query(&text, &[], 10, 0), &[], TODAY).is_ok());
    });
}
