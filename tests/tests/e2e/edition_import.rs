//! Editions from files of other origins, by the command line: the example mapping for OpenStreetMap, and the objects beside a
//! Geotrek territory.

#![allow(clippy::unwrap_used, reason = "test helpers outside #[test] functions")]

use std::fs;
use std::path::{Path, PathBuf};

use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::Territory;
use serde_json::{Value, json};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../bindings/cli/examples/openstreetmap.json");

/// A data directory with the files of an import.
struct Office {
    data: tempfile::TempDir,
}

impl Office {
    fn new(features: &[Value]) -> Office {
        let office = Office { data: tempfile::tempdir().unwrap() };
        let json = json!({"type": "FeatureCollection", "generator": "test", "features": features});
        fs::write(office.path("osm.geojson"), json.to_string()).unwrap();
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        command::jalon(self.data.path(), arguments)
    }

    fn ok(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[&["--json", "--lang", "en"], arguments].concat());
        assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
        run.json()
    }

    /// Builds a signed edition in the folder `public/osm`.
    fn build(&self, mapping: &Path) -> Value {
        let [key, output, file] = ["park.key", "public/osm", "osm.geojson"].map(|name| self.path(name));
        let [key, output, file] = [&key, &output, &file].map(|path| path.to_str().unwrap());
        self.ok(&["edition", "key", "-o", key]);
        let mapping = mapping.to_str().unwrap();
        self.ok(&[
            "edition",
            "build",
            file,
            "--mapping",
            mapping,
            "-o",
            output,
            "--key",
            key,
            "--created",
            "2026-11-29",
        ])
    }
}

fn node(id: u64, lon: f64, lat: f64, tags: Value) -> Value {
    let mut properties = tags;
    properties["@id"] = format!("node/{id}").into();
    let geometry = json!({"type": "Point", "coordinates": [lon, lat]});
    json!({"type": "Feature", "id": format!("node/{id}"), "properties": properties, "geometry": geometry})
}

fn square(id: u64, lon: f64, lat: f64, tags: Value) -> Value {
    let corners = [[0.0, 0.0], [1e-4, 0.0], [1e-4, 1e-4], [0.0, 1e-4], [0.0, 0.0]];
    let ring = corners.map(|[east, north]| [lon + east, lat + north]);
    let mut feature = node(id, lon, lat, tags);
    feature["properties"]["@id"] = format!("way/{id}").into();
    feature["geometry"] = json!({"type": "Polygon", "coordinates": [ring]});
    feature
}

/// Water, huts, toilets and bus stops with the tags of OpenStreetMap, around a position.
fn around(lon: f64, lat: f64) -> Vec<Value> {
    vec![
        node(1, lon + 1e-4, lat, json!({"amenity": "drinking_water", "ele": "1520"})),
        node(2, lon + 2e-4, lat, json!({"natural": "spring", "name": "Source du Loup", "name:en": "Wolf Spring"})),
        node(3, lon + 3e-4, lat, json!({"natural": "spring"})),
        square(
            4,
            lon + 4e-4,
            lat,
            json!({
                "tourism": "alpine_hut", "building": "yes", "name": "Refuge du Col", "phone": "+33 4 92 00 00 00",
                "website": "refuge.example", "ele": "2500", "description": "Ouvert l’été",
            }),
        ),
        square(5, lon + 6e-4, lat, json!({"tourism": "wilderness_hut", "name": "Cabane du Vallon"})),
        node(6, lon + 8e-4, lat, json!({"amenity": "shelter", "shelter_type": "weather_shelter"})),
        node(7, lon + 9e-4, lat, json!({"amenity": "toilets", "fee": "no"})),
        node(8, lon + 1e-3, lat, json!({"highway": "bus_stop", "name": "Mairie"})),
        // Not taken: private, the shelter of a bus stop, a hut without a name, a tree.
        node(9, lon, lat, json!({"amenity": "drinking_water", "access": "private"})),
        node(10, lon, lat, json!({"amenity": "shelter", "shelter_type": "public_transport"})),
        node(11, lon, lat, json!({"tourism": "alpine_hut"})),
        node(12, lon, lat, json!({"natural": "tree"})),
    ]
}

#[test]
fn example_mapping_of_openstreetmap_takes_its_tags() {
    let office = Office::new(&around(6.2, 44.9));
    let built = office.build(Path::new(EXAMPLE));
    // Eight objects, and seven types.
    assert_eq!((&built["objects"], &built["features"]), (&json!(15), &json!(12)), "{built}");
    assert_eq!(built["skipped"], json!({"no_rule": 3, "no_name": 1}));
    assert_eq!(built["incomplete"], json!({"unnamed": 2}));
    let manifest: Value = serde_json::from_slice(&fs::read(built["manifest"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!((&manifest["name"], &manifest["licenses"][0]["name"]), (&json!("openstreetmap"), &json!("ODbL-1.0")));
    assert_eq!(manifest["sources"][0]["title"], "© OpenStreetMap contributors");
    let public = office.path("public/osm");
    let check = office.ok(&["edition", "verify", public.to_str().unwrap()]);
    assert_eq!(check["valid"], true, "{check}");
    let bytes: u64 =
        fs::read_dir(public.join("layers")).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(built["bytes"].as_u64().unwrap() > bytes);
    // A mapping needs no data directory, and makes none.
    assert!(!office.path("catalogue.gpkg").exists());
}

#[test]
fn text_of_a_build_counts_the_features_that_are_left_out() {
    let office = Office::new(&around(6.2, 44.9));
    let [file, output] = ["osm.geojson", "public"].map(|name| office.path(name).to_str().unwrap().to_owned());
    let run = office.run(&["edition", "build", &file, "--mapping", EXAMPLE, "-o", &output, "--name", "water"]);
    assert_eq!(run.status, 0, "{}", run.err);
    for line in [
        "12 features were read.\n",
        "Features that are not in the edition:\n",
        "        3 no rule takes them\n",
        "        1 without a name, which the rule requires\n",
        "        2 without a name: they are called by the label of their type\n",
    ] {
        assert!(run.out.contains(line), "{line}{}", run.out);
    }
}

#[test]
fn imported_objects_are_near_beside_those_of_a_geotrek_territory() {
    let public = tempfile::tempdir().unwrap();
    let options = Options { files: Some(public.path().to_owned()), ..Options::default() };
    let server = TestGeotrek::start(Territory::small(1), options);
    let empty = Office::new(&[]);
    empty.ok(&["territory", "add", server.url(), "--name", "pne"]);
    empty.ok(&["refresh"]);
    let pois = empty.ok(&["near", "44.9,6.2", "--kind", "poi", "--limit", "1"]);
    let [lon, lat] = [0, 1].map(|index| pois["items"][0]["point"][index].as_f64().unwrap());

    // A route that passes the spring and the drinking water is a trek of the edition.
    let mut features = around(lon, lat);
    let mut route = node(20, lon, lat, json!({"route": "hiking", "name": "Tour des sources"}));
    route["properties"]["@id"] = "relation/20".into();
    route["geometry"] = json!({"type": "LineString", "coordinates": [[lon, lat], [lon + 5e-4, lat]]});
    features.push(route);
    let office = Office::new(&features);
    let mut mapping: Value = serde_json::from_slice(&fs::read(EXAMPLE).unwrap()).unwrap();
    let trek = json!({
        "kind": "trek", "type": {"fr": "Pédestre", "en": "Hike"}, "when": [{"property": "route", "equals": "hiking"}],
    });
    mapping["rules"].as_array_mut().unwrap().push(trek);
    fs::write(office.path("mapping.json"), mapping.to_string()).unwrap();
    office.build(&office.path("mapping.json"));
    fs::create_dir(public.path().join("osm")).unwrap();
    copy(&office.path("public/osm"), &public.path().join("osm"));

    office.ok(&["territory", "add", server.url(), "--name", "pne"]);
    let address = format!("{}/files/osm/datapackage.json", server.url());
    office.ok(&[
        "territory",
        "add",
        &address,
        "--name",
        "osm",
        "--public-key",
        &format!("{}.pub", office.path("park.key").display()),
    ]);
    office.ok(&["refresh"]);
    server.shutdown();

    let at = format!("{lat},{lon}");
    let near = office.ok(&["near", &at, "--radius", "150", "--limit", "50"]);
    let items = near["items"].as_array().unwrap();
    let of = |territory: &str| items.iter().filter(|item| item["territory"] == territory).collect::<Vec<_>>();
    assert!(of("pne").iter().any(|item| item["kind"] == "poi"), "{near}");
    let found: Vec<_> =
        of("osm").iter().map(|item| (item["kind"].as_str().unwrap(), item["name"].as_str().unwrap())).collect();
    let expected = [
        ("trek", "Tour des sources"),
        ("service", "Drinking water"),
        ("poi", "Wolf Spring"),
        ("poi", "Spring"),
        ("touristic_content", "Refuge du Col"),
        ("infrastructure", "Cabane du Vallon"),
        ("infrastructure", "Shelter"),
        ("service", "Toilets"),
        ("poi", "Mairie"),
    ];
    assert_eq!(found, expected);
    let text = office.run(&["--lang", "fr", "near", &at, "--radius", "150", "--limit", "50"]).out;
    for label in ["Eau potable", "Source du Loup", "Abri", "Toilettes", "pne/"] {
        assert!(text.contains(label), "{label}: {text}");
    }

    let search = office.ok(&["treks", "--territory", "osm"]);
    let reference = search["items"][0]["ref"].as_str().unwrap().to_owned();
    let sheet = office.run(&["--lang", "en", "trek", &reference]);
    assert_eq!(sheet.status, 0, "{}", sheet.err);
    for label in ["Tour des sources", "Drinking water", "Wolf Spring", "Refuge du Col"] {
        assert!(sheet.out.contains(label), "{label}: {}", sheet.out);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn wrong_arguments_of_an_import_are_named() {
    let office = Office::new(&[]);
    let [file, output] = ["osm.geojson", "public"].map(|name| office.path(name).to_str().unwrap().to_owned());
    fs::write(office.path("wrong.json"), r#"{"languages": ["fr"], "rules": [{"kind": "poi", "typ": {}}]}"#).unwrap();
    let wrong = office.path("wrong.json").to_str().unwrap().to_owned();
    let message = |arguments: &[&str]| {
        let run = office.run(&[&["--json", "edition", "build"], arguments, &["-o", &output]].concat());
        (run.status, run.json()["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    let two = message(&[&file, &file]);
    assert_eq!(two, (2, "mapping: must be given to build an edition from files: --mapping FILE".to_owned()));
    let unknown = message(&[&file, "--mapping", &wrong]);
    assert!(unknown.0 == 2 && unknown.1.starts_with("mapping.rules[0]"), "{unknown:?}");
    assert!(unknown.1.contains("unknown field `typ`"), "{unknown:?}");
    let none = message(&[&file, "--mapping", &output]);
    assert_eq!(none, (2, "mapping: must be a file of JSON that can be read".to_owned()));
    let missing = message(&[&wrong.replace("wrong", "missing"), "--mapping", EXAMPLE]);
    assert_eq!(missing, (2, "files: must be files that can be read (missing.json)".to_owned()));
    let not_geojson = message(&[&wrong, "--mapping", EXAMPLE]);
    assert_eq!(
        not_geojson,
        (2, "files: must have GeoJSON features, or collections of features (wrong.json)".to_owned())
    );
    assert!(!office.path("public/datapackage.json").exists());
}
