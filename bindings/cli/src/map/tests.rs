//! Sheets of every kind are well-formed and complete. With `JALON_SHEETS` naming a folder they are also written there, to
//! be looked at.

use super::*;

fn shown(name: &str, sheet: &MapSheet) -> String {
    let drawn = svg(sheet);
    if let Ok(folder) = std::env::var("JALON_SHEETS") {
        std::fs::write(format!("{folder}/{name}.svg"), &drawn).unwrap();
    }
    let title = well_formed(&drawn);
    assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{name}");
    assert!(title.contains(sheet.title.split_whitespace().next().unwrap_or("")), "{name}");
    drawn
}

/// Every text of the picture, which is read as XML.
fn well_formed(drawn: &str) -> String {
    let reader = xml::EventReader::new(drawn.as_bytes());
    let events = reader.into_iter().map(|event| event.unwrap());
    events
        .filter_map(|event| if let xml::reader::XmlEvent::Characters(text) = event { Some(text) } else { None })
        .collect()
}

/// A winding line of some kilometres, in two dimensions and a half.
fn winding(from: Position, length_m: f64, turn: f64) -> Vec<Position> {
    let steps = 240;
    let (mut lon, mut lat) = (from.lon, from.lat);
    (0..=steps)
        .map(|n| {
            let part = f64::from(n) / f64::from(steps);
            let towards = turn + 1.1 * (part * 9.0).sin() + 0.5 * (part * 41.0).sin();
            lon += towards.cos() * length_m / f64::from(steps) / 79_000.0;
            lat += towards.sin() * length_m / f64::from(steps) / 111_000.0;
            let elevation = Some(1200.0 + 600.0 * (part * 5.0).sin() + 60.0 * (part * 31.0).cos());
            Position { lon: (lon + 540.0).rem_euclid(360.0) - 180.0, lat, elevation }
        })
        .collect()
}

fn pois(count: usize, line: &[Position]) -> Vec<(String, Position)> {
    let names = [
        "Lac & cascade",
        "Col <haut>",
        "Cabane « du Pré »",
        "Église Saint-Étienne",
        "Point de vue sur la Barre des Écrins",
    ];
    let poi = |n: usize| {
        let near = line[n * 37 % line.len()];
        let aside = (n as f64 * 0.7).sin() * 0.004;
        (
            format!("{} {n}", names[n % names.len()]),
            Position::new(near.lon + aside, near.lat + aside * (n as f64).cos()),
        )
    };
    (0..count).map(poi).collect()
}

fn zone(around: Position, size: f64) -> Geometry {
    let corners = [(-1.0, -0.6), (0.2, -1.0), (1.0, 0.1), (0.4, 0.9), (-0.7, 0.8), (-1.0, -0.6)];
    Geometry::polygon([corners.map(|(x, y)| {
        Position::new((around.lon + x * size + 540.0).rem_euclid(360.0) - 180.0, around.lat + y * size * 0.7)
    })])
}

fn walk() -> MapSheet {
    let line = winding(Position::new(6.2, 44.85), 9000.0, 0.9);
    MapSheet {
        title: "Tour du lac de la Muzelle & cabane d’« En-Haut »".to_owned(),
        stats: "À pied · Difficile · 4 h 30 · 9 km · +850 m".to_owned(),
        subtitle: "Du Bourg-d’Oisans au lac par les alpages, retour par le torrent.".to_owned(),
        pois: pois(8, &line),
        zones: vec![
            ("Gypaète barbu — de novembre à août".to_owned(), zone(line[150], 0.012)),
            (
                "Tétras-lyre — de décembre à avril, rester sur les sentiers balisés et tenir les chiens en laisse"
                    .to_owned(),
                zone(line[40], 0.008),
            ),
        ],
        line: vec![line],
        attribution: "Parc national des Écrins, Geotrek — données du 24 novembre 2026".to_owned(),
        ..MapSheet::default()
    }
}

#[test]
fn a_walk_with_its_surroundings() {
    let sheet = walk();
    let drawn = shown("walk", &sheet);
    let texts = well_formed(&drawn);
    assert!(sheet.pois.iter().all(|(name, _)| texts.contains(name)), "{texts}");
    assert!(sheet.zones.iter().all(|(name, _)| texts.contains(name)), "{texts}");
    assert!(texts.contains(&sheet.attribution) && texts.contains(" km"));
    assert!(texts.contains(&sheet.stats) && texts.contains(&sheet.subtitle));
    assert!(drawn.contains("Lac &amp; cascade") && drawn.contains("Col &lt;haut&gt;"));
}

#[test]
fn an_itinerary_in_stages_in_miles() {
    let mut stages: Vec<(String, Vec<Position>)> = Vec::new();
    for n in 0..7 {
        let from = stages.last().and_then(|(_, line)| line.last().copied()).unwrap_or(Position::new(6.0, 44.7));
        let line = winding(from, 14_000.0, 0.4 + f64::from(n) * 0.9);
        stages.push((format!("Stage with a rather long name {n} – Refuge de la Pilatte"), line));
    }
    let all: Vec<Position> = stages.iter().flat_map(|(_, line)| line.clone()).collect();
    let sheet = MapSheet {
        title: "Tour of the Oisans and the Écrins (GR 54) in seven stages, from village to village across the passes"
            .to_owned(),
        subtitle: "61 mi · 7 days".to_owned(),
        pois: pois(24, &all),
        stages,
        units: Units::Imperial,
        attribution: "Parc national des Écrins".to_owned(),
        ..MapSheet::default()
    };
    let texts = well_formed(&shown("itinerary", &sheet));
    assert!(texts.contains(" mi") && texts.contains(" ft"));
    assert!(sheet.stages.iter().all(|(name, _)| texts.contains(name)));
}

#[test]
fn two_hundred_points_of_interest() {
    let sheet = MapSheet { pois: pois(200, &walk().line[0]), ..walk() };
    let texts = well_formed(&shown("crowded", &sheet));
    assert!(sheet.pois.iter().all(|(name, _)| texts.contains(name)));
    let sheet = MapSheet { pois: pois(900, &walk().line[0]), ..walk() };
    assert!(well_formed(&shown("overcrowded", &sheet)).contains("… +"));
}

#[test]
fn a_flat_walk_to_the_east_without_elevations() {
    let flat = (0..200).map(|n| Position::new(2.0 + f64::from(n) * 0.0005, 48.5 + 0.002 * (f64::from(n) / 15.0).sin()));
    let line: Vec<Position> = flat.collect();
    shown("flat", &MapSheet { pois: pois(4, &line), line: vec![line], zones: Vec::new(), ..walk() });
}

#[test]
fn a_round_tour_and_a_walk_across_the_date_line() {
    let circle = (0..=300).map(|n| f64::from(n) / 300.0 * std::f64::consts::TAU).map(|turn| Position {
        elevation: Some(300.0 + 200.0 * turn.sin()),
        ..Position::new(6.0 + 0.02 * turn.cos(), 45.0 + 0.02 * turn.sin() + 0.004 * (turn * 5.0).sin())
    });
    shown("round", &MapSheet { line: vec![circle.collect()], pois: Vec::new(), zones: Vec::new(), ..walk() });
    let line = winding(Position::new(179.98, -16.8), 6000.0, 0.2);
    let sheet = MapSheet { pois: pois(5, &line), zones: vec![("Reef".to_owned(), zone(line[120], 0.01))], ..walk() };
    shown("date_line", &MapSheet { line: vec![line], ..sheet });
}

#[test]
fn whatever_is_missing_is_left_out() {
    let here = Position::new(6.0, 45.0);
    let nowhere = Position { elevation: Some(f64::INFINITY), ..Position::new(f64::NAN, 91.0) };
    shown("empty", &MapSheet::default());
    shown("title_only", &MapSheet { line: Vec::new(), pois: Vec::new(), zones: Vec::new(), ..walk() });
    shown("one_place", &MapSheet { title: "Lac".to_owned(), line: vec![vec![here]], ..MapSheet::default() });
    shown("empty_lines", &MapSheet { line: vec![vec![], vec![nowhere], vec![here, here]], ..MapSheet::default() });
    shown(
        "stages_without_lines",
        &MapSheet { stages: vec![("A".to_owned(), vec![]), ("B".to_owned(), vec![here])], ..walk() },
    );
    shown(
        "poi_only",
        &MapSheet { pois: vec![("Lac\u{1}".to_owned(), here), ("?".to_owned(), nowhere)], ..MapSheet::default() },
    );
    let same = MapSheet { pois: (0..200).map(|n| (format!("P{n}"), here)).collect(), ..MapSheet::default() };
    shown("one_place_200_times", &same);
    let poles = vec![Position::new(-180.0, -90.0), Position::new(180.0, 90.0), Position::new(0.0, 90.0)];
    shown("whole_earth", &MapSheet { line: vec![poles], ..walk() });
    let odd = Geometry::collection([
        Geometry::polygon(Vec::<Vec<Position>>::new()),
        Geometry::point(here),
        Geometry::point(nowhere),
    ]);
    shown(
        "odd_zones",
        &MapSheet { zones: (0..60).map(|n| (format!("Zone {n}"), odd.clone())).collect(), ..MapSheet::default() },
    );
}
