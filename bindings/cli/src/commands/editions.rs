//! `edition`: a territory as signed static files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jalon::edition::{
    BuildOptions, EditionSummary, ImportProblem, License, Mapping, PublicKey, SecretKey, import_edition, new_key,
    verify_edition,
};
use serde_json::{Value, json};

use super::Session;
use super::network::TransferBar;
use crate::args::EditionBuildArgs;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::parse;
use crate::units::megabytes;

/// Longest file of a key, in bytes.
const MAX_KEY_BYTES: u64 = 4 << 10;

/// Longest mapping, in bytes.
const MAX_MAPPING_BYTES: u64 = 1 << 20;

/// Writes the edition of a territory.
pub(super) fn build(session: &Session, args: &EditionBuildArgs) -> Result<Output> {
    let [territory] = args.inputs.as_slice() else {
        return Err(CliError::invalid("mapping", "must be given to build an edition from files: --mapping FILE"));
    };
    let territory = territory.to_string_lossy();
    let options = build_options(args)?;
    let bar = TransferBar::new(&territory);
    let on_progress = |progress| bar.set_built(progress);
    let summary = session.companion.build_edition(&territory, &options, on_progress);
    drop(bar);
    let (json, text) = describe(&summary?);
    Ok(Output::new(json, text))
}

/// Writes the edition of GeoJSON and FlatGeobuf files.
pub(super) fn import(args: &EditionBuildArgs, mapping: &Path) -> Result<Output> {
    let text = read_text(mapping, MAX_MAPPING_BYTES + 1);
    let text = text.ok_or_else(|| CliError::invalid("mapping", "must be a file of JSON that can be read"))?;
    let mapping = Mapping::parse(&text)?;
    let options = build_options(args)?;
    let bar = TransferBar::new("files");
    let on_progress = |progress| bar.set_imported(progress);
    let summary = import_edition(&args.inputs, &mapping, args.name.as_deref(), &options, on_progress);
    drop(bar);
    let summary = summary?;
    let (mut json, mut text) = describe(&summary.edition);
    let _ = writeln!(text, "{} features were read.", summary.features);
    let mut add = |key: &str, heading: &str, problems: &BTreeMap<ImportProblem, u64>| {
        if !problems.is_empty() {
            let _ = writeln!(text, "{heading}");
        }
        for (problem, count) in problems {
            let _ = writeln!(text, "{count:>9} {problem}");
        }
        let counts = problems.iter().map(|(problem, count)| (problem.as_str().to_owned(), Value::from(*count)));
        json[key] = Value::Object(counts.collect());
    };
    add("skipped", "Features that are not in the edition:", &summary.skipped);
    add("incomplete", "Features that are in the edition, but not wholly:", &summary.incomplete);
    json["features"] = summary.features.into();
    Ok(Output::new(json, text))
}

fn build_options(args: &EditionBuildArgs) -> Result<BuildOptions> {
    let time = |field, text: &Option<String>| text.as_deref().map(|text| parse::time_ms(field, text)).transpose();
    Ok(BuildOptions {
        directory: args.output.clone(),
        edition: args.edition,
        created_ms: time("created", &args.created)?,
        expires_ms: time("expires", &args.expires)?,
        title: args.title.clone(),
        description: args.description.clone(),
        licenses: args.licenses.iter().map(|text| license(text)).collect(),
        next_keys: public_keys("next-key", &args.next_keys)?,
        key: args.key.as_deref().map(secret_key).transpose()?,
        remove_previous: args.remove_previous,
        ..BuildOptions::default()
    })
}

/// A built edition as JSON and as text.
fn describe(summary: &EditionSummary) -> (Value, String) {
    let mut text = format!(
        "Edition {}: {} objects in {} files, {:.1} MB. Manifest: {}\n",
        summary.edition,
        summary.objects,
        summary.files,
        megabytes(summary.bytes),
        summary.manifest.display()
    );
    match &summary.signed_by {
        Some(id) => _ = writeln!(text, "Signed by key {id}."),
        None => text.push_str("Not signed: readers can detect damage, but not a forgery. Sign with --key FILE.\n"),
    }
    let json = json!({
        "files": summary.files,
        "bytes": summary.bytes,
        "manifest": summary.manifest.display().to_string(),
        "edition": summary.edition,
        "objects": summary.objects,
        "signed_by": summary.signed_by,
        "removed": summary.removed,
    });
    (json, text)
}

/// Makes a key pair. The secret key is a file that only its owner can read; a build that runs by a timer needs it without a
/// password.
pub(super) fn key(output: &Path, with_password: bool) -> Result<Output> {
    let mut public_path = output.as_os_str().to_owned();
    public_path.push(".pub");
    let public_path = PathBuf::from(public_path);
    for path in [output, &public_path] {
        if path.exists() {
            return Err(exists());
        }
    }
    let password = if with_password { Some(new_password()?) } else { None };
    let (secret, public) = new_key(password)?;
    let key = PublicKey::parse(&public)?;
    create(output, &secret, true)?;
    create(&public_path, &public, false)?;
    let text = format!(
        "Secret key: {}. Keep it, and a copy: readers accept only editions that it signed.\nPublic key: {}\n{}\n",
        output.display(),
        public_path.display(),
        key.to_text()
    );
    let json = json!({
        "key": output.display().to_string(),
        "public_key_file": public_path.display().to_string(),
        "public_key": key.to_text(),
        "id": key.id(),
    });
    Ok(Output::new(json, text))
}

/// Checks an edition; the exit status is 1 if it has a problem.
pub(super) fn verify(directory: &Path, keys: &[String]) -> Result<Output> {
    let check = verify_edition(directory, &public_keys("public-key", keys)?)?;
    let mut text: String = check.problems.iter().map(|problem| format!("{problem}\n")).collect();
    match (&check.signed_by, check.valid) {
        (Some(id), true) => _ = writeln!(text, "The edition is valid, signed by key {id}."),
        (None, true) => text.push_str("The edition is valid. Its signature was not checked: give --public-key.\n"),
        (_, false) => text.push_str("The edition is not valid.\n"),
    }
    let mut output = Output::new(serde_json::to_value(&check).unwrap_or_default(), text);
    output.is_complete = check.valid;
    Ok(output)
}

fn license(text: &str) -> License {
    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(address) if address.contains("://") => License { path: Some(address), ..License::default() },
        name => License { name, ..License::default() },
    }
}

/// Public keys, each given as its text or as the path of its file.
fn public_keys(field: &'static str, keys: &[String]) -> Result<Vec<PublicKey>> {
    let read = |key: &String| {
        let rule = || CliError::invalid(field, "must be a public key of minisign, or its file");
        if let Ok(key) = PublicKey::parse(key) {
            return Ok(key);
        }
        let text = read_key(Path::new(key)).ok_or_else(rule)?;
        PublicKey::parse(&text).map_err(|_| rule())
    };
    keys.iter().map(read).collect()
}

fn secret_key(path: &Path) -> Result<SecretKey> {
    let text = read_key(path);
    let text = text.ok_or_else(|| CliError::invalid("key", "must be the file of a secret key that can be read"))?;
    Ok(SecretKey::parse(&text, || ask("Password of the key: "))?)
}

fn read_key(path: &Path) -> Option<String> {
    read_text(path, MAX_KEY_BYTES)
}

/// The first bytes of a file as text.
fn read_text(path: &Path, max_bytes: u64) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(max_bytes).read_to_string(&mut text).ok()?;
    Some(text)
}

fn new_password() -> Result<String> {
    let password = ask("Password of the new key: ")?;
    if password != ask("The same password again: ")? {
        return Err(CliError::invalid("password", "must be the same both times"));
    }
    Ok(password)
}

/// Asks for a password on the terminal, without an echo.
fn ask(prompt: &str) -> jalon::Result<String> {
    let rule = "needs a terminal to ask for it: without one, use a key without a password";
    rpassword::prompt_password(prompt).map_err(|_| jalon::Error::invalid("password", rule))
}

/// Writes a new file, which only its owner can read if it `is_secret`.
fn create(path: &Path, text: &str, is_secret: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(),
        ErrorKind::NotFound => CliError::invalid("output", "must be a file in a directory that exists"),
        _ => jalon::Error::from(error).into(),
    })
}

fn exists() -> CliError {
    CliError::invalid("output", "must not exist yet, nor with .pub: a lost key cannot be made again")
}
