//! Objects of every kind, from a seed.

use crate::model::{
    Attachment, Bounds, City, District, Geometry, Kind, Localized, Object, Picture, Poi, Position, RichText,
    SensitiveArea, Term, Trek,
};

/// Pseudo-random numbers (SplitMix64, Steele, Lea and Flood 2014).
pub(in crate::edition) struct Random(pub(in crate::edition) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(super) fn between(&mut self, min: f64, max: f64) -> f64 {
        min + (max - min) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A position near Gap, with seven decimals as servers write them.
    fn place(&mut self) -> Position {
        Position::new(self.between(5.5, 7.0), self.between(44.4, 45.2))
    }
}

pub(super) fn texts(text: &str) -> Localized {
    [("en", format!("{text} (en)")), ("fr", text.to_owned())].into_iter().collect()
}

/// A trek with a line of so many points.
pub(super) fn trek(id: i64, points: usize, random: &mut Random) -> Trek {
    let mut place = random.place();
    let mut line = Vec::new();
    let mut elevation = random.between(800.0, 1_500.0).round();
    for _ in 0..points {
        place.lon += random.between(-3e-4, 3e-4);
        place.lat += random.between(-3e-4, 3e-4);
        elevation += random.between(-5.0, 6.0).round();
        let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
        let elevation = Some(elevation).filter(|_| random.below(50) > 0);
        line.push(Position { lon: rounded(place.lon), lat: rounded(place.lat), elevation });
    }
    let html = texts(&format!(
        "<p>Randonnée n° {id}, avec <b>vue</b> &amp; <a href=\"https://park.example/{id}\" rel=\"noopener noreferrer\">lien</a></p>"
    ));
    let plain = html.map(|_| format!("Randonnée n° {id}, avec vue & lien"));
    let plain = ["en", "fr"].into_iter().zip(plain.iter().map(|(_, text)| text.to_owned())).collect::<Localized>();
    let mut trek = Trek { id, name: texts(&format!("Tour {id}")), ..Trek::default() };
    trek.description = RichText { html: without_suffix(&html), plain };
    trek.published = vec!["en".into(), "fr".into()];
    trek.updated_ms = Some(1_700_000_000_000 + id);
    trek.ascent_m = Some(12_345.5);
    trek.geometry = Some(Geometry::line_string(line));
    let picture = Picture { url: format!("https://park.example/media/{id}.jpg"), ..Picture::default() };
    trek.attachments.push(Attachment { media: "image".into(), picture, ..Attachment::default() });
    trek
}

/// [`texts`] adds a suffix after the markup, which has no place there.
fn without_suffix(html: &Localized) -> Localized {
    html.map(|text| text.trim_end_matches(" (en)").to_owned())
}

/// Objects of several kinds with geometries of every type, in the order of a build.
pub(super) fn territory(seed: u64, treks: i64, points: usize) -> Vec<Object> {
    let mut random = Random(seed);
    let mut objects: Vec<Object> = (1..=treks).map(|id| trek(id, points, &mut random).into()).collect();
    let parts = [trek(0, 5, &mut random), trek(0, 7, &mut random)]
        .map(|trek| trek.geometry.unwrap().positions().collect::<Vec<_>>());
    let geometry = Some(Geometry::multi_line_string(parts));
    objects.push(Trek { id: treks + 3, name: texts("En deux parties"), geometry, ..Trek::default() }.into());
    // A trek without a line, and one whose line is empty.
    objects.push(Trek { id: treks + 1, ..Trek::default() }.into());
    objects.push(Trek { id: treks + 2, geometry: Some(Geometry::line_string([])), ..Trek::default() }.into());
    for id in 1..=treks {
        let geometry = Some(Geometry::point(random.place()));
        objects.push(Poi { id, name: texts(&format!("Cairn {id}")), geometry, ..Poi::default() }.into());
    }
    let mut mixed: Vec<Geometry> = Vec::new();
    for _ in 0..5 {
        let mut line = |count: usize| (0..count).map(|_| random.place()).collect::<Vec<_>>();
        let (point, short, long, ring, hole) = (line(1), line(2), line(9), line(5), line(4));
        let high = |line: &[Position]| {
            line.iter().map(|place| Position { elevation: Some(7.5), ..*place }).collect::<Vec<_>>()
        };
        mixed.push(Geometry::multi_point(high(&long)));
        mixed.push(Geometry::multi_line_string([short.clone(), high(&long)]));
        mixed.push(Geometry::multi_line_string([short.clone()]));
        mixed.push(Geometry::polygon([ring.clone(), hole.clone()]));
        mixed.push(Geometry::multi_polygon([vec![ring.clone()], vec![high(&ring), hole.clone()]]));
        mixed.push(Geometry::collection([
            Geometry::multi_point(point),
            Geometry::multi_line_string([long, short]),
            Geometry::multi_polygon([vec![ring], vec![hole]]),
        ]));
    }
    for (id, geometry) in (1..).zip(mixed) {
        let name = texts("Zone");
        objects.push(SensitiveArea { id, name, geometry: Some(geometry), ..SensitiveArea::default() }.into());
    }
    for id in 1..=4 {
        let mut ring = || (0..4).map(|_| Position { elevation: Some(3.0), ..random.place() }).collect::<Vec<_>>();
        let geometry = match id {
            1 | 2 => Geometry::polygon([ring(), ring()]),
            _ => Geometry::multi_polygon([vec![ring(), ring()], vec![ring()]]),
        };
        objects.push(District { id, geometry: Some(geometry), ..District::default() }.into());
    }
    let over = Geometry::line_string([Position::new(179.9, -16.0), Position::new(-179.9, -16.1)]);
    objects.push(City { id: 1, geometry: Some(over), ..City::default() }.into());
    for (vocabulary, id) in [("theme", 1), ("theme", 2), ("treknetwork", 1)] {
        objects.push(Term { vocabulary: vocabulary.into(), id, label: texts("Faune"), ..Term::default() }.into());
    }
    objects.sort_by_key(|object| (object.kind(), object.id()));
    objects.sort_by_key(|object| key(object).1);
    objects.sort_by_key(Object::kind);
    objects
}

/// The bounds of an object, if it has some.
pub(super) fn bounds(object: &Object) -> Option<Bounds> {
    object.geometry()?.bounds()
}

/// The id of an object that is unique in a territory.
pub(super) fn key(object: &Object) -> (Kind, String, i64) {
    let vocabulary = match object {
        Object::Term(term) => term.vocabulary.clone(),
        _ => String::new(),
    };
    (object.kind(), vocabulary, object.id())
}
