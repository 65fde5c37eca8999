//! Jalon's main job, shown: a made-up territory on this machine is taken in, its server goes away, and everything is
//! still there. Each step is a command that anybody can type; here they run one after the other.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use jalon_tests::server::{Options, TestGeotrek};
use jalon_tests::territory::{Size, Territory};

const SEED: u64 = 1;

fn main() -> ExitCode {
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("demo: {what}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("jalon-demo-{}", std::process::id()));
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|error| format!("no folder for the demo: {error}"))?;

    say("A Geotrek server starts on this machine, with a territory that does not exist (seed 1).");
    let server = TestGeotrek::start(Territory::generate(Size::default(), SEED), Options::default());
    let jalon = |arguments: &[&str]| run(&data, arguments);

    say("The hotel's network is still there: Jalon takes the territory in.");
    jalon(&["territory", "add", server.url(), "--name", "demo"])?;
    jalon(&["refresh", "demo"])?;

    say("Into the valley: the server is shut down. From here on there is no network.");
    let url = server.url().to_owned();
    server.shutdown();
    if std::net::TcpStream::connect(url.trim_start_matches("http://")).is_ok() {
        return Err("the server still answers".to_owned());
    }

    say("Which treks speak of eagles? (Accents, capitals and ligatures do not matter.)");
    jalon(&["treks", "AIGLE coeur", "--limit", "3"])?;
    say("Which walks on foot take no more than three hours, the shortest first?");
    jalon(&["treks", "--practice", "a pied", "--duration", "..3", "--sort", "duration", "--limit", "3"])?;
    say("What is near me?");
    let trek = first_trek(&data)?;
    let (lat, lon) = start_of(&data, &trek)?;
    jalon(&["near", &lat, &lon, "--limit", "6"])?;
    say("The trek, with its profile and what lies beside it.");
    jalon(&["trek", &trek])?;
    say("A sheet to print, and the track for any other app.");
    let file = |name: &str| folder.join(name).display().to_string();
    jalon(&["map", &trek, "-o", &file("trek.svg")])?;
    jalon(&["export", &trek, "-o", &file("trek.gpx")])?;
    jalon(&["status"])?;
    say("All of that came from one file, which QGIS opens as it is:");
    println!("  {}", data.join(jalon::catalogue::FILE_NAME).display());
    Ok(())
}

fn say(what: &str) {
    println!("\n── {what}");
}

/// Runs a command as a person would, and shows it.
fn run(data: &Path, arguments: &[&str]) -> Result<(), String> {
    let quoted = |word: &&str| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() };
    println!("$ jalon {}", arguments.iter().map(quoted).collect::<Vec<_>>().join(" "));
    let (status, answer) = ask(data, arguments);
    print!("{answer}");
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    if status == 0 { Ok(()) } else { Err(format!("that failed: {answer}")) }
}

fn ask(data: &Path, arguments: &[&str]) -> (u8, String) {
    let mut words: Vec<OsString> = vec!["jalon".into(), "--data".into(), data.into(), "--lang".into(), "fr,en".into()];
    words.extend(arguments.iter().map(OsString::from));
    let mut said = Vec::new();
    let mut aside = Vec::new();
    let status = jalon_cli::run(words, &mut said, &mut aside);
    said.extend(aside);
    (status, String::from_utf8_lossy(&said).into_owned())
}

fn json(data: &Path, arguments: &[&str]) -> Result<serde_json::Value, String> {
    let (_, answer) = ask(data, arguments);
    serde_json::from_str(&answer).map_err(|error| error.to_string())
}

/// The trek with the most beside it: what a sheet is for.
fn first_trek(data: &Path) -> Result<String, String> {
    let treks = json(data, &["treks", "--limit", "30", "--json"])?;
    let mut best: Option<(usize, String)> = None;
    for trek in treks["items"].as_array().into_iter().flatten() {
        let reference = trek["ref"].as_str().unwrap_or_default();
        let sheet = json(data, &["trek", reference, "--json"])?;
        let has = |field: &str| sheet[field].as_array().map_or(0, Vec::len);
        let score = has("pois") + 3 * has("stages") + 2 * has("sensitive_areas");
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, reference.to_owned()));
        }
    }
    best.map(|(_, reference)| reference).ok_or_else(|| "the territory has no trek".to_owned())
}

fn start_of(data: &Path, trek: &str) -> Result<(String, String), String> {
    let sheet = json(data, &["trek", trek, "--json"])?;
    let start = &sheet["geometry"]["coordinates"][0];
    match (start[1].as_f64(), start[0].as_f64()) {
        (Some(lat), Some(lon)) => Ok((lat.to_string(), lon.to_string())),
        _ => Err("the trek has no line".to_owned()),
    }
}
