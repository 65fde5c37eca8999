//! Pages with every kind of contents are well-formed and complete. If `JALON_SHEETS` names a directory, the tests also
//! write them there for review.

use super::*;

fn draw(name: &str, sheet: &MapSheet) -> String {
    let page = svg(sheet);
    if let Ok(directory) = std::env::var("JALON_SHEETS") {
        std::fs::write(format!("{directory}/{name}.svg"), &page).unwrap();
    }
    let texts = page_texts(&page);
    assert!(!page.contains("NaN") && !page.contains("inf"), "{name}");
    assert!(texts.contains(sheet.title.split_whitespace().next().unwrap_or("")), "{name}");
    page
}

/// All texts of a page, which must be well-formed XML.
fn page_texts(page: &str) -> String {
    let reader = xml::EventReader::new(page.as_bytes());
    let events = reader.into_iter().map(|event| event.unwrap());
    events
        .filter_map(|event| if let xml::reader::XmlEvent::Characters(text) = event { Some(text) } else { None })
        .collect()
}

/// A winding line with elevations.
fn winding(start: Position, length_m: f64, direction: f64) -> Vec<Position> {
    let steps = 240;
    let (mut lon, mut lat) = (start.lon, start.lat);
    (0..=steps)
        .map(|n| {
            let fraction = f64::from(n) / f64::from(steps);
            let heading = direction + 1.1 * (fraction * 9.0).sin() + 0.5 * (fraction * 41.0).sin();
            lon += heading.cos() * length_m / f64::from(steps) / 79_000.0;
            lat += heading.sin() * length_m / f64::from(steps) / 111_000.0;
            let elevation = Some(1200.0 + 600.0 * (fraction * 5.0).sin() + 60.0 * (fraction * 31.0).cos());
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
        let base = line[n * 37 % line.len()];
        let shift = (n as f64 * 0.7).sin() * 0.004;
        (
            format!("{} {n}", names[n % names.len()]),
            Position::new(base.lon + shift, base.lat + shift * (n as f64).cos()),
        )
    };
    (0..count).map(poi).collect()
}

fn area(centre: Position, size: f64) -> Geometry {
    let corners = [(-1.0, -0.6), (0.2, -1.0), (1.0, 0.1), (0.4, 0.9), (-0.7, 0.8), (-1.0, -0.6)];
    Geometry::polygon([corners.map(|(x, y)| {
        Position::new((centre.lon + x * size + 540.0).rem_euclid(360.0) - 180.0, centre.lat + y * size * 0.7)
    })])
}

fn example_sheet() -> MapSheet {
    let line = winding(Position::new(6.2, 44.85), 9000.0, 0.9);
    MapSheet {
        title: "Tour du lac de la Muzelle & cabane d’« En-Haut »".to_owned(),
        key_figures: "À pied · Difficile · 4 h 30 · 9 km · +850 m".to_owned(),
        subtitle: "Du Bourg-d’Oisans au lac par les alpages, retour par le torrent.".to_owned(),
        pois: pois(8, &line),
        sensitive_areas: vec![
            ("Gypaète barbu — de novembre à août".to_owned(), area(line[150], 0.012)),
            (
                "Tétras-lyre — de décembre à avril, rester sur les sentiers balisés et tenir les chiens en laisse"
                    .to_owned(),
                area(line[40], 0.008),
            ),
        ],
        lines: vec![line],
        attribution: "Parc national des Écrins, Geotrek — données du 24 novembre 2026".to_owned(),
        ..MapSheet::default()
    }
}

#[test]
fn svg_contains_all_names_and_texts() {
    let sheet = example_sheet();
    let drawn = draw("route", &sheet);
    let texts = page_texts(&drawn);
    assert!(sheet.pois.iter().all(|(name, _)| texts.contains(name)), "{texts}");
    assert!(sheet.sensitive_areas.iter().all(|(name, _)| texts.contains(name)), "{texts}");
    assert!(texts.contains(&sheet.attribution) && texts.contains(" km"));
    assert!(texts.contains(&sheet.key_figures) && texts.contains(&sheet.subtitle));
    assert!(drawn.contains("Lac &amp; cascade") && drawn.contains("Col &lt;haut&gt;"));
}

#[test]
fn svg_itinerary_lists_stages_in_imperial_units() {
    let mut stages: Vec<(String, Vec<Vec<Position>>)> = Vec::new();
    for n in 0..7 {
        let from = stages.last().and_then(|(_, lines)| lines[0].last().copied()).unwrap_or(Position::new(6.0, 44.7));
        let line = winding(from, 14_000.0, 0.4 + f64::from(n) * 0.9);
        stages.push((format!("Stage with a rather long name {n} – Refuge de la Pilatte"), vec![line]));
    }
    let all: Vec<Position> = stages.iter().flat_map(|(_, lines)| lines[0].clone()).collect();
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
    let texts = page_texts(&draw("itinerary", &sheet));
    assert!(texts.contains(" mi") && texts.contains(" ft"));
    assert!(sheet.stages.iter().all(|(name, _)| texts.contains(name)));
}

#[test]
fn svg_with_hundreds_of_pois_lists_or_counts_them() {
    let sheet = MapSheet { pois: pois(200, &example_sheet().lines[0]), ..example_sheet() };
    let texts = page_texts(&draw("crowded", &sheet));
    assert!(sheet.pois.iter().all(|(name, _)| texts.contains(name)));
    let sheet = MapSheet { pois: pois(900, &example_sheet().lines[0]), ..example_sheet() };
    assert!(page_texts(&draw("overcrowded", &sheet)).contains("… +"));
}

#[test]
fn svg_of_route_without_elevations_is_well_formed() {
    let flat = (0..200).map(|n| Position::new(2.0 + f64::from(n) * 0.0005, 48.5 + 0.002 * (f64::from(n) / 15.0).sin()));
    let line: Vec<Position> = flat.collect();
    draw("flat", &MapSheet { pois: pois(4, &line), lines: vec![line], sensitive_areas: Vec::new(), ..example_sheet() });
}

#[test]
fn svg_of_loop_and_of_route_across_the_date_line_is_well_formed() {
    let circle = (0..=300).map(|n| f64::from(n) / 300.0 * std::f64::consts::TAU).map(|turn| Position {
        elevation: Some(300.0 + 200.0 * turn.sin()),
        ..Position::new(6.0 + 0.02 * turn.cos(), 45.0 + 0.02 * turn.sin() + 0.004 * (turn * 5.0).sin())
    });
    draw(
        "loop",
        &MapSheet { lines: vec![circle.collect()], pois: Vec::new(), sensitive_areas: Vec::new(), ..example_sheet() },
    );
    let line = winding(Position::new(179.98, -16.8), 6000.0, 0.2);
    let sheet = MapSheet {
        pois: pois(5, &line),
        sensitive_areas: vec![("Reef".to_owned(), area(line[120], 0.01))],
        ..example_sheet()
    };
    draw("date_line", &MapSheet { lines: vec![line], ..sheet });
}

#[test]
fn svg_with_missing_or_invalid_data_is_well_formed() {
    let here = Position::new(6.0, 45.0);
    let nowhere = Position { elevation: Some(f64::INFINITY), ..Position::new(f64::NAN, 91.0) };
    draw("empty", &MapSheet::default());
    draw(
        "title_only",
        &MapSheet { lines: Vec::new(), pois: Vec::new(), sensitive_areas: Vec::new(), ..example_sheet() },
    );
    draw("one_position", &MapSheet { title: "Lac".to_owned(), lines: vec![vec![here]], ..MapSheet::default() });
    draw("empty_lines", &MapSheet { lines: vec![vec![], vec![nowhere], vec![here, here]], ..MapSheet::default() });
    draw(
        "stages_without_lines",
        &MapSheet { stages: vec![("A".to_owned(), vec![]), ("B".to_owned(), vec![vec![here]])], ..example_sheet() },
    );
    draw(
        "poi_only",
        &MapSheet { pois: vec![("Lac\u{1}".to_owned(), here), ("?".to_owned(), nowhere)], ..MapSheet::default() },
    );
    let same = MapSheet { pois: (0..200).map(|n| (format!("P{n}"), here)).collect(), ..MapSheet::default() };
    draw("one_position_200_times", &same);
    let poles = vec![Position::new(-180.0, -90.0), Position::new(180.0, 90.0), Position::new(0.0, 90.0)];
    draw("whole_earth", &MapSheet { lines: vec![poles], ..example_sheet() });
    let mixed = Geometry::collection([
        Geometry::polygon(Vec::<Vec<Position>>::new()),
        Geometry::point(here),
        Geometry::point(nowhere),
    ]);
    draw(
        "odd_areas",
        &MapSheet {
            sensitive_areas: (0..60).map(|n| (format!("Area {n}"), mixed.clone())).collect(),
            ..MapSheet::default()
        },
    );
}
