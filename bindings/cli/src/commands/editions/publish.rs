//! `edition publish`: the files of an edition at a target, in an order in which a reader finds the edition before, whole, or
//! this one, whole: files that are named by their content, then the signatures, then the manifest. Files that no kept edition
//! names are removed at the end.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jalon::edition::{EditionFile, EditionFiles, EditionFolder, EditionInfo, PublicKey, verify_edition};
use serde_json::json;

use crate::args::EditionPublishArgs;
use crate::commands::network::TransferBar;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::publish::{self, PublishedEdition, Replaced, Stored, Target, TargetOptions};
use crate::units::format_bytes;

/// The longest manifest of the format, in bytes.
const MAX_MANIFEST_BYTES: u64 = 8 << 20;

/// The result of a publication.
#[derive(Default)]
struct Published {
    /// Number of the edition that was there before.
    replaced: Option<u64>,
    uploaded: u64,
    uploaded_bytes: u64,
    skipped: u64,
    removed: u64,
    /// Numbers of the editions whose files stay; the first is this one.
    kept: Vec<u64>,
    hints: Vec<String>,
}

/// Checks and publishes an edition. The exit status is 1 if it is not valid; nothing is published then.
pub(super) fn publish(args: &EditionPublishArgs, keys: &[PublicKey]) -> Result<Output> {
    let directory = args.directory.as_path();
    let edition = EditionFolder::open(directory)?;
    let check = verify_edition(directory, keys)?;
    if !check.valid {
        let mut text: String = check.problems.iter().map(|problem| format!("{problem}\n")).collect();
        text.push_str("The edition is not valid. Nothing was published.\n");
        let mut output = Output::new(json!({"published": false, "problems": check.problems}), text);
        output.is_complete = false;
        return Ok(output);
    }
    let files = edition.files()?;
    if EditionFolder::open(directory)?.manifest() != edition.manifest() {
        let detail = "the directory got another edition in the meantime".to_owned();
        return Err(jalon::Error::Busy { detail }.into());
    }
    let options = TargetOptions { endpoint: args.endpoint.as_deref(), allow_http: args.allow_http };
    let target = publish::open(&args.target, directory, &options)?;
    let number = edition.info().edition;
    let bar = TransferBar::new(&format!("edition {number}"));
    let published = run(directory, &edition, &files, &*target, args.keep, &|sent, total| bar.set_bytes(sent, total));
    drop(bar);
    let published = published?;

    let Published { replaced, uploaded, uploaded_bytes, skipped, removed, kept, hints } = published;
    let state = if replaced == Some(number) { "was published already" } else { "is published" };
    let text = format!(
        "Edition {number} {state}: {uploaded} files sent ({}), {skipped} were there, {removed} of earlier editions removed.\n",
        format_bytes(uploaded_bytes)
    );
    let json = json!({
        "published": true,
        "edition": number,
        "target": args.target,
        "replaced": replaced,
        "uploaded": uploaded,
        "uploaded_bytes": uploaded_bytes,
        "skipped": skipped,
        "removed": removed,
        "kept": kept,
        "signed_by": check.signed_by,
    });
    let mut output = Output::new(json, text);
    output.hints = hints;
    Ok(output)
}

fn run(
    directory: &Path,
    edition: &EditionFolder,
    files: &EditionFiles,
    target: &dyn Target,
    keep: usize,
    on_progress: &dyn Fn(u64, u64),
) -> Result<Published> {
    let number = edition.info().edition;
    let current = target.get(&files.manifest.path, MAX_MANIFEST_BYTES)?;
    let mut published = Published { replaced: current_edition(current.as_ref())?, ..Published::default() };
    let is_there = current.as_ref().is_some_and(|current| current.content == edition.manifest());
    if !is_there && published.replaced.is_some_and(|replaced| replaced >= number) {
        let replaced = published.replaced.unwrap_or_default();
        let rule = format!("must be higher than {replaced}, the edition at the target");
        return Err(CliError::invalid("edition", rule));
    }

    let before = target.list()?;
    send_content(directory, files, &before, target, &mut published, on_progress)?;

    if !is_there {
        let names = files.content.iter().map(|file| file.path.clone()).collect();
        let list = PublishedEdition { edition: number, replaces: published.replaced, files: names };
        list.write(target)?;
        // A second look before the signature for people, which has no condition.
        if target.get(&files.manifest.path, MAX_MANIFEST_BYTES)? != current {
            return Err(conflict());
        }
        let human = files.signature.as_ref();
        if let Some(human) = human {
            target.put_files(directory, std::slice::from_ref(human), &|_| {})?;
        }
        match target.replace(&files.manifest.path, edition.manifest(), current.as_ref())? {
            Replaced::Yes => {}
            Replaced::Unguarded => published.hints.push(
                "the storage knows no conditional put: make sure that nobody else publishes there at the same time"
                    .into(),
            ),
            Replaced::Conflict => return Err(conflict()),
        }
        if human.is_none() {
            // That of an edition before would be wrong now.
            target.remove(&format!("{}.minisig", files.manifest.path))?;
        }
    }
    remove_old_files(files, &before, target, number, keep, &mut published)?;
    Ok(published)
}

/// The number of the edition at the target.
fn current_edition(current: Option<&Stored>) -> Result<Option<u64>> {
    let Some(current) = current else { return Ok(None) };
    match EditionInfo::from_manifest(&current.content) {
        Ok(info) => Ok(Some(info.edition)),
        Err(error @ jalon::Error::TooNew { .. }) => Err(error.into()),
        Err(_) => Err(CliError::invalid("to", "must not have a datapackage.json of something else than an edition")),
    }
}

fn conflict() -> CliError {
    jalon::Error::Busy { detail: "somebody else published at the same target in the meantime".to_owned() }.into()
}

/// Sends the files that the target lacks. A file of the same name and length has the same content: its name says so, and it was
/// written whole.
fn send_content(
    directory: &Path,
    files: &EditionFiles,
    before: &BTreeMap<String, u64>,
    target: &dyn Target,
    published: &mut Published,
    on_progress: &dyn Fn(u64, u64),
) -> Result<()> {
    let is_missing = |file: &&EditionFile| before.get(&file.path) != Some(&file.bytes);
    let missing: Vec<EditionFile> = files.content.iter().filter(is_missing).cloned().collect();
    let total = missing.iter().map(|file| file.bytes).sum();
    let sent = Cell::new(0);
    target.put_files(directory, &missing, &|bytes| {
        sent.set(sent.get() + bytes);
        on_progress(sent.get(), total);
    })?;
    published.uploaded = missing.len() as u64;
    published.uploaded_bytes = total;
    published.skipped = (files.content.len() - missing.len()) as u64;
    Ok(())
}

/// Removes the files that were there before and that no kept edition names. If the list of a kept edition is missing, nothing
/// is removed: its pictures would be unknown.
fn remove_old_files(
    files: &EditionFiles,
    before: &BTreeMap<String, u64>,
    target: &dyn Target,
    number: u64,
    keep: usize,
    published: &mut Published,
) -> Result<()> {
    let mut named: BTreeSet<String> = files.content.iter().map(|file| file.path.clone()).collect();
    let mut next = Some(number);
    while let Some(edition) = next.filter(|_| published.kept.len() < keep) {
        let Some(list) = PublishedEdition::read(target, edition)? else {
            let hint =
                format!("no file was removed: edition {edition} stays at the target, which has no list of its files");
            published.hints.push(hint);
            return Ok(());
        };
        published.kept.push(edition);
        named.extend(list.files);
        named.insert(PublishedEdition::path(edition));
        next = list.replaces.filter(|replaces| *replaces < edition);
    }
    let is_ours = |path: &String| EditionFolder::is_content_name(path) || PublishedEdition::is_list(path);
    for path in before.keys().filter(|path| is_ours(path) && !named.contains(*path)) {
        target.remove(path)?;
        published.removed += 1;
    }
    Ok(())
}
