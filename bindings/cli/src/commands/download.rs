//! `download`: treks and areas for offline use.

use std::fmt::Write as _;

use jalon::Error;
use jalon::catalogue::{PackSubject, PictureSize};
use jalon::companion::{DownloadOptions, Estimate, RefreshOptions};
use jalon::model::Kind;

use super::Session;
use super::network::{MAX_ATTEMPTS, TransferBar, ctrl_c_token, explain_http};
use super::packs::{bbox_argument, pack_json, subject_json, subject_name, write_pack};
use crate::args::DownloadArgs;
use crate::error::Result;
use crate::output::Output;
use crate::units::megabytes;
use crate::{lookup, parse};

pub(super) fn download(session: &Session, args: &DownloadArgs) -> Result<Output> {
    let subjects = subjects(session, args)?;
    let pictures: PictureSize = args.pictures.into();
    if args.dry_run {
        return dry_run(session, &subjects, pictures);
    }
    let mut fetch = RefreshOptions { max_attempts: MAX_ATTEMPTS, ..RefreshOptions::default() };
    fetch.net.allow_plain_http = args.allow_http;
    let options = DownloadOptions { pictures, fetch };
    let cancel = ctrl_c_token();
    let mut items = Vec::new();
    let mut text = String::new();
    for (territory, subject) in &subjects {
        let name = subject_name(session, territory, subject)?;
        for archive in &args.archives {
            let import = session.companion.import_archive(territory, subject, &options, archive)?;
            eprintln!("{}: {} pictures ({:.1} MB)", archive.display(), import.files, megabytes(import.bytes));
            for (reason, count) in &import.refused {
                eprintln!("  {count} refused: {reason}");
            }
        }
        let bar = TransferBar::new(&name);
        let on_progress = |progress| bar.set_progress(progress);
        let pack = session.companion.download(territory, subject, &options, &cancel, on_progress);
        drop(bar);
        let pack = pack.map_err(|error| {
            if error == Error::Cancelled {
                eprintln!("Stopped. Completed files are kept; resume with: {}", command_line(territory, subject));
            }
            explain_http(error, args.allow_http)
        })?;
        write_pack(session, &mut text, &pack, &name);
        items.push(pack_json(session, &pack)?);
    }
    Ok(Output::list(items, text))
}

/// The command that resumes a download.
fn command_line(territory: &str, subject: &PackSubject) -> String {
    match subject {
        PackSubject::Trek(id) => format!("jalon download {territory}/{id}"),
        PackSubject::Bounds(bounds) => {
            format!("jalon download --territory {territory} --bbox={}", bbox_argument(bounds))
        }
    }
}

/// The area or the treks to download, each with its territory. A trek must be in the catalogue.
fn subjects(session: &Session, args: &DownloadArgs) -> Result<Vec<(String, PackSubject)>> {
    if let Some(bbox) = &args.bbox {
        let bounds = parse::bounds("bbox", bbox)?;
        session.check_bounds(&bounds)?;
        let territory = lookup::territory_or_single(&session.companion, args.territory.as_deref())?;
        return Ok(vec![(territory, PackSubject::Bounds(bounds))]);
    }
    let trek = |reference: &String| {
        let (name, id) = lookup::object_ref(&session.companion, reference)?;
        let territory = session.companion.catalogue().territory(&name)?;
        session.companion.catalogue().object(&territory, Kind::Trek, id)?;
        Ok((name, PackSubject::Trek(id)))
    };
    args.ids.iter().map(trek).collect()
}

fn dry_run(session: &Session, subjects: &[(String, PackSubject)], pictures: PictureSize) -> Result<Output> {
    let mut items = Vec::new();
    let mut text = String::new();
    for (territory, subject) in subjects {
        let estimate = session.companion.estimate(territory, subject, pictures)?;
        let Estimate { objects, files, files_here, bytes, error_bytes, free_bytes } = estimate;
        let name = subject_name(session, territory, subject)?;
        let _ = writeln!(
            text,
            "{}: {objects} objects, {files} files ({files_here} already on disk), {:.1} ± {:.1} MB to download, \
             {:.0} MB free on disk",
            session.fit(&name, 0),
            megabytes(bytes),
            megabytes(error_bytes),
            megabytes(free_bytes)
        );
        let mut item = subject_json(territory, None, subject);
        item["name"] = name.into();
        item["objects"] = objects.into();
        item["files"] = files.into();
        item["files_here"] = files_here.into();
        item["bytes"] = bytes.into();
        item["error_bytes"] = error_bytes.into();
        item["free_bytes"] = free_bytes.into();
        items.push(item);
    }
    Ok(Output::list(items, text))
}
