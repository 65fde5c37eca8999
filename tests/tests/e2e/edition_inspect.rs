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

/// An edition in the folder `edition` of a data directory; a trek has no duration and a name with markup.
fn built() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    println!("territory of seed 4 with 30 treks");
    let mut territory = Territory::generate(Size { treks: 30, ..Size::default() }, 4);
    let treks = territory.modules.get_mut("trek").unwrap();
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
    directory
}

#[test]
fn page_names_the_edition_and_what_its_treks_lack() {
    let directory = built();
    let data = directory.path();
    let path = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let (edition, page) = (path("edition"), path("page.html"));
    let inspect = ["edition", "inspect", &edition, "-o", &page];
    let found = ok(data, &[&inspect[..], &["--public-key", &path("park.key.pub")]].concat());
    assert_eq!((&found["path"], &found["treks"], &found["unlisted"]), (&json!(page), &json!(30), &json!(0)));
    let problems = found["problems"].as_array().unwrap();
    let without_duration: Vec<&Value> = problems.iter().filter(|problem| problem["rule"] == "duration").collect();
    let [only] = without_duration[..] else { panic!("{without_duration:?}") };
    assert_eq!((&only["kind"], &only["problem"]), (&json!("trek"), &json!("has no duration")));
    assert!(only["id"].is_i64());

    let html = fs::read_to_string(&page).unwrap();
    let parts = [
        "<html lang=\"en\">",
        "<h1 lang=\"fr\">Parc d’essai</h1>",
        "<dd>20261129001</dd>",
        "2026-11-29 00:00:00 UTC",
        "ODbL-1.0",
        ", verified</dd>",
        "Tour &lt;b&gt;&amp;",
        "Treks without a duration: <b>1</b>",
        "<svg",
    ];
    for part in parts {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<script") && !html.contains(" src=") && !html.contains("@import"), "{html}");
    assert!(!html.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'));
    assert!(html.matches("<path").count() >= 30);

    // The signature is named even if nobody checks it, and the same edition gives the same page.
    ok(data, &inspect);
    let unchecked = fs::read_to_string(&page).unwrap();
    assert!(unchecked.contains("not verified: give --public-key"));
    ok(data, &inspect);
    assert_eq!(fs::read_to_string(&page).unwrap(), unchecked);
}

#[test]
fn damaged_edition_has_a_page_and_the_exit_status_1() {
    let directory = built();
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
    let directory = built();
    let data = directory.path();
    let (edition, page) = (data.join("edition"), data.join("page.html"));
    ok(data, &["edition", "inspect", edition.to_str().unwrap(), "-o", page.to_str().unwrap()]);
    let html = fs::read_to_string(&page).unwrap();
    // The page forbids scripts, so that a copy measures itself.
    let script = "<script>addEventListener('load', () => { const root = document.documentElement; \
        root.dataset.measured = [innerWidth, root.scrollWidth].join(' '); })</script></body>";
    let policy = html.lines().find(|line| line.contains("Content-Security-Policy")).unwrap();
    let copy = data.join("copy.html");
    fs::write(&copy, html.replace(policy, "").replace("</body>", script)).unwrap();
    for width in [360, 1_200] {
        let screenshot = data.join(format!("{width}.png"));
        let argument = format!("--screenshot={}", screenshot.display());
        let (_, log) = chromium(&page, width, &[&argument]).unwrap();
        assert!(!log.contains("CONSOLE"), "{log}");
        let picture = image::open(&screenshot).unwrap().into_luma8();
        assert_eq!(picture.width(), width);
        let (darkest, lightest) =
            (picture.pixels().map(|pixel| pixel.0[0]).min(), picture.pixels().map(|it| it.0[0]).max());
        assert!(darkest < Some(100) && lightest > Some(200), "{darkest:?} {lightest:?}");

        let (dom, log) = chromium(&copy, width, &["--dump-dom"]).unwrap();
        assert!(!log.contains("CONSOLE"), "{log}");
        let measured = dom.split("data-measured=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let numbers: Vec<u32> = measured.split(' ').map(|number| number.parse().unwrap()).collect();
        assert!(numbers[0] == width && numbers[1] <= width, "inner width and width of the page: {measured}");
        assert!(dom.contains("Parc d’essai"));
    }
}
