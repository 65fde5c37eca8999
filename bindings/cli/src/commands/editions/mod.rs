//! `edition`: a territory as signed static files.
//!
//! * This file: `build`, `key` and `verify`.
//! * `import`: `build` from GeoJSON and FlatGeobuf files.
//! * `inspect`: a page for the office, to read before it publishes.
//! * `publish`: the files on a web host, in the order in which readers never see a mix of two editions.

mod import;
mod inspect;
mod publish;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jalon::companion::{Progress, fetch_edition};
use jalon::edition::{BuildOptions, EditionSummary, License, PublicKey, SecretKey, new_key, verify_edition};
use jalon::net::ClientOptions;
use serde_json::{Value, json};

use super::Session;
use super::network::{TransferBar, ctrl_c_token, explain_http};
use crate::args::{EditionBuildArgs, EditionCommand};
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::units::{Units, megabytes};
use crate::{parse, public_key};

/// Runs a command. Only `build` of a territory needs a session.
pub(super) fn run(session: Option<&Session>, command: &EditionCommand, units: Units) -> Result<Output> {
    match command {
        EditionCommand::Build(args) => {
            if let Some(mapping) = &args.mapping {
                return import::import(args, mapping);
            }
            let session = session.ok_or_else(|| CliError::invalid("data", "must be a data directory"))?;
            build(session, args)
        }
        EditionCommand::Key { output, password } => key(output, *password),
        EditionCommand::Verify { edition, allow_http, public_keys } => verify(edition, *allow_http, public_keys),
        EditionCommand::Inspect { directory, output, public_keys } => {
            inspect::inspect(directory, output, &public_key::read_all("public-key", public_keys)?, units)
        }
        EditionCommand::Publish(args) => {
            publish::publish(args, &public_key::read_all("public-key", &args.public_keys)?)
        }
    }
}

/// Writes the edition of a territory.
fn build(session: &Session, args: &EditionBuildArgs) -> Result<Output> {
    let [territory] = args.inputs.as_slice() else {
        return Err(CliError::invalid("mapping", "must be given to build an edition from files: --mapping FILE"));
    };
    let territory = territory.to_string_lossy();
    let options = build_options(args)?;
    let bar = TransferBar::new(&territory);
    let on_progress = |progress| bar.set_built(progress);
    let summary = session.companion.build_edition(&territory, &options, &ctrl_c_token(), on_progress);
    drop(bar);
    let (json, text) = describe(&summary?);
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
        next_keys: public_key::read_all("next-key", &args.next_keys)?,
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
fn key(output: &Path, with_password: bool) -> Result<Output> {
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
fn verify(edition: &str, allow_http: bool, keys: &[String]) -> Result<Output> {
    let keys = public_key::read_all("public-key", keys)?;
    let check = match edition.contains("://") {
        true => {
            let folder = tempfile::tempdir().map_err(jalon::Error::from)?;
            fetch(edition, folder.path(), allow_http)?;
            verify_edition(folder.path(), &keys)?
        }
        false => verify_edition(Path::new(edition), &keys)?,
    };
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

/// Downloads a published edition into a folder.
fn fetch(url: &str, folder: &Path, allow_http: bool) -> Result<()> {
    let options = ClientOptions { allow_plain_http: allow_http, ..ClientOptions::default() };
    let bar = TransferBar::new("edition");
    let on_progress = |files, bytes| {
        bar.set_progress(Progress { done: files as usize, planned: files as usize, bytes, ..Progress::default() });
    };
    let fetched = fetch_edition(url, folder, &options, &ctrl_c_token(), on_progress);
    drop(bar);
    fetched.map_err(|error| explain_http(error, allow_http).into())
}

fn license(text: &str) -> License {
    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(address) if address.contains("://") => License { path: Some(address), ..License::default() },
        name => License { name, ..License::default() },
    }
}

fn secret_key(path: &Path) -> Result<SecretKey> {
    let text = public_key::read_file(path);
    let text = text.ok_or_else(|| CliError::invalid("key", "must be the file of a secret key that can be read"))?;
    Ok(SecretKey::parse(&text, || ask("Password of the key: "))?)
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
