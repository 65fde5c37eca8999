//! `jalon edition inspect`: the page for the office, and how Chromium shows it.
//!
//! Chromium is found as `chromium` in the path. Without it, the test of the layout is skipped.

use std::fs;
use std::path::Path;
use std::process::Command;

use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    command::jalon(data, &[&["--json"], arguments].concat())
}

fn ok(data: &Path, arguments: &[&str]) -> Value {
    let run = jalon(data, arguments);
    assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
    run.json()
}

/// An edition in the folder `edition` of a data directory. The trek with the returned id has no duration and a name with markup.
fn built() -> (tempfile::TempDir, i64) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    println!("territory of seed 4 with 30 treks");
    let mut territory = Territory::generate(Size { treks: 30, ..Size::default() }, 4);
    let treks = territory.modules.get_mut("trek").unwrap();
    let id = treks[3]["id"].as_i64().unwrap();
    treks[3]["duration"] = Value::Null;
    treks[3]["name"]["fr"] = "Tour <b>&\u{202e}\u{7} du lac".into();
    let server = TestGeotrek::start(territory, Options::default());
    ok(data, &["territory", "add", server.url(), "--name", "pne"]);
    ok(data, &["refresh"]);
    server.shutdown();
    let (key, edition) = (data.join("park.key"), data.join("edition"));
    let (key, edition) = (key.to_str().unwrap(), edition.to_str().unwrap());
    ok(data, &["edition", "key", "-o", key]);
    let arguments = ["edition", "build", "pne", "-o", edition, "--key", key, "--created", "2026-11-29"];
    let texts = ["--title", "Parc d’essai", "--license", "ODbL-1.0"];
    ok(data, &[&arguments[..], &texts].concat());
    (directory, id)
}

#[test]
fn page_names_the_edition_and_what_its_treks_lack() {
    let (directory, id) = built();
    let data = directory.path();
    let path = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let (edition, page) = (path("edition"), path("page.html"));
    let inspect = ["edition", "inspect", &edition, "-o", &page];
    let found = ok(data, &[&inspect[..], &["--public-key", &path("park.key.pub")]].concat());
    assert_eq!((&found["path"], &found["unlisted"]), (&json!(page), &json!(0)));
    let manifest: Value = serde_json::from_slice(&fs::read(path("edition/datapackage.json")).unwrap()).unwrap();
    let layers = manifest["jalon"]["layers"].as_array().unwrap();
    let drawn = layers.iter().find(|layer| layer["kind"] == "trek").unwrap()["objects"].as_u64().unwrap();
    // Some treks have no line.
    let treks = found["treks"].as_u64().unwrap();
    assert!(treks >= drawn && drawn >= 30, "{treks} {drawn}");
    let problems = found["problems"].as_array().unwrap();
    let without_duration: Vec<&Value> = problems.iter().filter(|problem| problem["rule"] == "duration").collect();
    let only = without_duration.iter().find(|problem| problem["id"] == id).unwrap();
    assert_eq!((&only["kind"], &only["problem"]), (&json!("trek"), &json!("has no duration")));

    let html = fs::read_to_string(&page).unwrap();
    let parts = [
        "<html lang=\"en\">",
        "<h1 lang=\"fr\">Parc d’essai</h1>",
        "<dd>20261129001</dd>",
        "2026-11-29 00:00:00 UTC",
        "ODbL-1.0",
        ", verified</dd>",
        "Tour &lt;b&gt;&amp;",
        "Treks without a duration: <b>",
        "<svg",
    ];
    for part in parts {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<script") && !html.contains(" src=") && !html.contains("@import"), "{html}");
    assert!(!html.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'));
    assert!(html.contains(&format!("Map of {treks} treks")) && html.matches("<path").count() as u64 >= drawn - 5);

    // The signature is named even if nobody checks it, and the same edition gives the same page.
    ok(data, &inspect);
    let unchecked = fs::read_to_string(&page).unwrap();
    assert!(unchecked.contains("not verified: give --public-key"));
    ok(data, &inspect);
    assert_eq!(fs::read_to_string(&page).unwrap(), unchecked);
}

#[test]
fn damaged_edition_has_a_page_and_the_exit_status_1() {
    let (directory, _) = built();
    let data = directory.path();
    let edition = data.join("edition");
    let layers = fs::read_dir(edition.join("layers")).unwrap().map(|entry| entry.unwrap().path());
    let is_treks = |path: &Path| path.file_name().unwrap().to_str().unwrap().starts_with("trek-");
    let trek = layers.into_iter().find(|path| is_treks(path) && path.extension().unwrap() == "fgb").unwrap();
    fs::write(&trek, "damaged").unwrap();
    let page = data.join("page.html");
    let arguments = ["edition", "inspect", edition.to_str().unwrap(), "-o", page.to_str().unwrap()];
    let run = jalon(data, &arguments);
    assert_eq!(run.status, 1, "{}", run.out);
    let rules: Vec<Value> = run.json()["problems"].as_array().unwrap().iter().map(|it| it["rule"].clone()).collect();
    assert!(rules.contains(&json!("file")) && rules.contains(&json!("unreadable")), "{rules:?}");
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("cannot be published") && html.contains("Objects left out"), "{html}");

    let missing = jalon(data, &["edition", "inspect", data.to_str().unwrap(), "-o", page.to_str().unwrap()]);
    assert_eq!((missing.status, &missing.json()["error"]["code"]), (1, &json!("not_found")));
    let text = jalon(data, &["edition", "inspect", edition.to_str().unwrap(), "-o", "page.txt"]);
    assert_eq!((text.status, &text.json()["error"]["field"]), (2, &json!("output")));
}

/// Runs Chromium on a page in a window of a width; `None` if there is no Chromium.
fn chromium(page: &Path, width: u32, arguments: &[&str]) -> Option<(String, String)> {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--window-size={width},900"))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    Some((text(&output.stdout), text(&output.stderr)))
}

#[test]
fn page_fits_narrow_and_wide_windows_in_chromium() {
    if Command::new("chromium").arg("--version").output().is_err() {
        eprintln!("skipped: there is no chromium in the path");
        return;
    }
    let (directory, _) = built();
    let data = directory.path();
    let (edition, page) = (data.join("edition"), data.join("page.html"));
    ok(data, &["edition", "inspect", edition.to_str().unwrap(), "-o", page.to_str().unwrap()]);
    let html = fs::read_to_string(&page).unwrap();
    // The page forbids scripts, and Chromium has no window that is as narrow as a phone: a page around it measures a frame.
    let frame = html.replace('&', "&amp;").replace('"', "&quot;");
    for width in [360_u32, 1_200] {
        let screenshot = data.join(format!("{width}.png"));
        let around = data.join(format!("{width}.html"));
        let script = "<script>addEventListener('load', () => { const root = document.querySelector('iframe').contentDocument\
            .documentElement; document.body.dataset.measured = [root.clientWidth, root.scrollWidth].join(' '); })</script>";
        let style =
            format!("<style>body {{ margin: 0 }} iframe {{ width: {width}px; height: 900px; border: 0 }}</style>");
        let page =
            format!("<!DOCTYPE html><html><body>{style}<iframe srcdoc=\"{frame}\"></iframe>{script}</body></html>");
        fs::write(&around, page).unwrap();
        let argument = format!("--screenshot={}", screenshot.display());
        let (_, log) = chromium(&around, 1_200, &[&argument]).unwrap();
        assert!(!log.contains("CONSOLE"), "{log}");
        let picture = image::open(&screenshot).unwrap().into_luma8();
        let shown = image::imageops::crop_imm(&picture, 0, 0, width, 600).to_image();
        let (darkest, lightest) = (shown.pixels().map(|it| it.0[0]).min(), shown.pixels().map(|it| it.0[0]).max());
        assert!(darkest < Some(100) && lightest > Some(200), "{darkest:?} {lightest:?}");

        let (dom, _) = chromium(&around, 1_200, &["--dump-dom"]).unwrap();
        let measured = dom.split("data-measured=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let numbers: Vec<u32> = measured.split(' ').map(|number| number.parse().unwrap()).collect();
        assert!(numbers[0] + 20 > width && numbers[1] <= numbers[0], "width of the frame and of the page: {measured}");
    }
    let (dom, log) = chromium(&page, 1_200, &["--dump-dom"]).unwrap();
    assert!(!log.contains("CONSOLE") && dom.contains("Parc d’essai"), "{log}");
}
