//! Styles: what they need, and their local twins.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::style::{LocalFiles, Style};

fn style() -> Style {
    let json = json!({
        "version": 8,
        "name": "Trails",
        "metadata": { "maputnik:renderer": "mlgljs" },
        "sources": {
            "base": { "type": "vector", "url": "pmtiles://https://maps.invalid/alps.pmtiles", "attribution": "©" },
            "relief": { "type": "raster", "tiles": ["https://maps.invalid/{z}/{x}/{y}.png"], "tileSize": 256 },
            "marks": { "type": "geojson", "data": {} }
        },
        "glyphs": "https://maps.invalid/fonts/{fontstack}/{range}.pbf?key=1",
        "sprite": "https://maps.invalid/sprites/light?key=1",
        "layers": [
            { "id": "a", "type": "symbol", "layout": { "text-font": ["Noto Sans Regular", "Noto Sans Arabic"] } },
            { "id": "b", "type": "symbol", "layout": { "text-field": "x" } },
            { "id": "c", "type": "symbol", "layout": { "text-font":
                ["match", ["get", "class"], ["a", "b"], ["literal", ["Noto Sans Bold"]], ["literal", ["Noto Sans Italic"]]] } },
            { "id": "d", "type": "symbol", "layout": { "text-font": { "stops": [[5, ["Noto Sans Light"]]] } } },
            { "id": "e", "type": "symbol", "layout": { "text-font": ["get", "font"] } },
            { "id": "f", "type": "line", "layout": {}, "future": [1, 2] }
        ]
    });
    Style::parse(&json.to_string()).unwrap()
}

#[test]
fn glyphs_are_those_of_every_font_stack() {
    let files = style().glyph_files(&[4, 0]).unwrap();
    let stacks: BTreeSet<_> = files.iter().filter_map(|file| file.path.parent()?.to_str()).collect();
    let all = [
        "Noto Sans Bold",
        "Noto Sans Italic",
        "Noto Sans Light",
        "Noto Sans Regular,Noto Sans Arabic",
        "Open Sans Regular,Arial Unicode MS Regular",
    ];
    assert_eq!(stacks.into_iter().collect::<Vec<_>>(), all);
    assert_eq!(files.len(), all.len() * 3);
    assert_eq!(files[2].url, "https://maps.invalid/fonts/Noto%20Sans%20Bold/1024-1279.pbf?key=1");
    assert_eq!(files[2].path, Path::new("Noto Sans Bold/1024-1279.pbf"));
}

#[test]
fn sprites_have_four_files_each() {
    let files = style().sprite_files().unwrap();
    let urls: Vec<_> = files.iter().map(|file| file.url.as_str()).collect();
    assert_eq!(urls[1], "https://maps.invalid/sprites/light.png?key=1");
    assert_eq!((urls.len(), files[2].path.as_path()), (4, Path::new("default@2x.json")));
    let mut several = style();
    let sprite =
        json!([{ "id": "roads", "url": "https://a.invalid/r" }, { "id": "poi", "url": "https://a.invalid/p" }]);
    several.root.insert("sprite".to_owned(), sprite);
    assert_eq!(several.sprite_files().unwrap()[4].path, Path::new("poi.json"));
    let local = LocalFiles { sprites: Some("/maps/sprites".into()), ..LocalFiles::default() };
    let again = Style::parse(&several.localize(&local).unwrap()).unwrap();
    assert_eq!(again.root["sprite"][1], json!({ "id": "poi", "url": "file:///maps/sprites/poi" }));
}

#[cfg(unix)]
#[test]
fn local_style_differs_in_its_addresses_only() {
    let archives = BTreeMap::from([
        ("base".to_owned(), PathBuf::from("/maps/my trek.pmtiles")),
        ("relief".to_owned(), PathBuf::from("/maps/relief.pmtiles")),
    ]);
    let files = LocalFiles { archives, glyphs: Some("/maps/fonts".into()), sprites: Some("/maps/sprites".into()) };
    let local = Style::parse(&style().localize(&files).unwrap()).unwrap();
    let mut expected = style();
    let sources = expected.root.get_mut("sources").unwrap();
    sources["base"]["url"] = "pmtiles://file:///maps/my%20trek.pmtiles".into();
    sources["relief"] = json!({ "type": "raster", "url": "pmtiles://file:///maps/relief.pmtiles", "tileSize": 256 });
    expected.root.insert("glyphs".to_owned(), "file:///maps/fonts/{fontstack}/{range}.pbf".into());
    expected.root.insert("sprite".to_owned(), "file:///maps/sprites/default".into());
    assert_eq!(local, expected);
}

#[test]
fn sources_name_the_archives() {
    let sources = style().sources();
    let archives: Vec<_> =
        sources.iter().map(|source| (&*source.id, &*source.kind, source.pmtiles_url.as_deref())).collect();
    let expected = [
        ("base", "vector", Some("https://maps.invalid/alps.pmtiles")),
        ("marks", "geojson", None),
        ("relief", "raster", None),
    ];
    assert_eq!(archives, expected);
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    for name in ["../../etc", "a/b", "a\\b", "", ".", "a\0", "a?b", "%2e%2e"] {
        let mut style = style();
        style.root["layers"] = json!([{ "layout": { "text-font": [name] } }]);
        style.root.insert("sprite".to_owned(), json!([{ "id": name, "url": "https://a.invalid/r" }]));
        assert!(style.glyph_files(&[]).is_err() && style.sprite_files().is_err(), "{name:?}");
    }
}

#[test]
fn wrong_styles_and_files_are_refused_with_a_sentence() {
    assert_eq!(Style::parse("[]").unwrap_err().to_string(), "style: must be a JSON object");
    assert!(Style::parse(&" ".repeat(9 << 20)).unwrap_err().to_string().contains("8 MiB"));
    let archives = |id: &str, path: &str| LocalFiles {
        archives: BTreeMap::from([(id.to_owned(), PathBuf::from(path))]),
        ..LocalFiles::default()
    };
    let refused = |files: LocalFiles| style().localize(&files).unwrap_err().to_string();
    assert!(refused(archives("marks", "/a")).contains("must name a source of tiles"));
    assert!(refused(archives("other", "/a")).contains("must name a source of tiles"));
    assert_eq!(refused(archives("base", "a.pmtiles")), "archives: must have absolute paths");
    for glyphs in ["https://a.invalid/{range}.pbf", "fonts/{fontstack}/{range}.pbf", "file:///{fontstack}/{range}"] {
        let mut style = style();
        style.root.insert("glyphs".to_owned(), glyphs.into());
        assert!(style.glyph_files(&[]).is_err(), "{glyphs}");
    }
    let empty = Style::parse("{}").unwrap();
    assert_eq!((empty.glyph_files(&[]), empty.sprite_files(), empty.sources()), (Ok(vec![]), Ok(vec![]), vec![]));
}
