//! `download`: treks and areas for offline use.

use std::fmt::Write as _;

use jalon::Error;
use jalon::catalogue::{Pack, PackSubject, PictureSize};
use jalon::companion::{AttachedFileSizes, DownloadOptions, Estimate, MapOptions, RefreshOptions};
use jalon::model::Kind;
use jalon::tiles::StyleEstimate;

use serde_json::json;

use super::Session;
use super::network::{MAX_ATTEMPTS, TransferBar, ctrl_c_token, explain_http};
use super::packs::{bbox_argument, pack_json, subject_json, subject_name, write_pack};
use crate::args::DownloadArgs;
use crate::error::Result;
use crate::output::Output;
use crate::units::{format_bytes, megabytes};
use crate::{lookup, parse};

pub(super) fn download(session: &Session, args: &DownloadArgs) -> Result<Output> {
    let subjects = subjects(session, args)?;
    let pictures: PictureSize = args.pictures.into();
    let mut fetch = RefreshOptions { max_attempts: MAX_ATTEMPTS, ..RefreshOptions::default() };
    fetch.net.allow_plain_http = args.allow_http;
    let options = DownloadOptions { pictures, files: args.files, fetch };
    if args.dry_run {
        return dry_run(session, &subjects, &options, map_options(args, &options.fetch).as_ref());
    }
    let cancel = ctrl_c_token();
    let mut items = Vec::new();
    let mut text = String::new();
    for (territory, subject) in &subjects {
        let name = subject_name(session, territory, subject)?;
        for archive in &args.archives {
            let import = session.companion.import_archive(territory, subject, &options, archive)?;
            let taken = format!("{} pictures, {:.1} MB", import.files, megabytes(import.bytes));
            let _ = writeln!(text, "{}: {taken}", archive.display());
            for (reason, count) in &import.refused {
                let _ = writeln!(text, "  {count} refused: {reason}");
            }
        }
        let bar = TransferBar::new(&name);
        let on_progress = |progress| bar.set_progress(progress);
        let pack = session.companion.download(territory, subject, &options, &cancel, on_progress);
        drop(bar);
        let pack = pack.map_err(|error| {
            if error == Error::Cancelled {
                eprintln!(
                    "Stopped. Completed files are kept; resume with: {}",
                    command_line(territory, subject, &options)
                );
            }
            explain_http(error, args.allow_http)
        })?;
        let pack = match map_options(args, &options.fetch) {
            Some(map) => download_map(session, territory, subject, &map, &name, args.allow_http)?,
            None => pack,
        };
        write_pack(session, &mut text, &pack, &name);
        items.push(pack_json(session, &pack)?);
    }
    Ok(Output::list(items, text))
}

/// The map that was asked for.
fn map_options(args: &DownloadArgs, fetch: &RefreshOptions) -> Option<MapOptions> {
    let mut options = MapOptions::new(args.map.clone()?);
    options.fetch = fetch.clone();
    options.source.max_zoom = args.max_zoom;
    options.source.style_url = args.style.clone();
    if let Some(corridor_m) = args.corridor {
        options.source.corridor_m = corridor_m;
    }
    Some(options)
}

fn download_map(
    session: &Session,
    territory: &str,
    subject: &PackSubject,
    options: &MapOptions,
    name: &str,
    allow_http: bool,
) -> Result<Pack> {
    let cancel = ctrl_c_token();
    let bar = TransferBar::new(&format!("map of {name}"));
    let pack =
        session.companion.download_map(territory, subject, options, &cancel, |progress| bar.set_progress(progress));
    drop(bar);
    Ok(pack.map_err(|error| {
        if error == Error::Cancelled {
            eprintln!("Stopped. Completed parts of the map are kept for a day: repeat the command to resume.");
        }
        explain_http(error, allow_http)
    })?)
}

/// The command that resumes a download.
fn command_line(territory: &str, subject: &PackSubject, options: &DownloadOptions) -> String {
    let mut line = match subject {
        PackSubject::Trek(id) => format!("jalon download {territory}/{id}"),
        PackSubject::Bounds(bounds) => {
            format!("jalon download --territory {territory} --bbox={}", bbox_argument(bounds))
        }
    };
    if options.pictures != PictureSize::default() {
        let _ = write!(line, " --pictures {}", options.pictures.as_str());
    }
    if options.files {
        line.push_str(" --files");
    }
    line
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

/// Estimates the downloads. Only the sizes of attached files, if they are wanted, are asked of the server.
fn dry_run(
    session: &Session,
    subjects: &[(String, PackSubject)],
    options: &DownloadOptions,
    map: Option<&MapOptions>,
) -> Result<Output> {
    let cancel = ctrl_c_token();
    let mut items = Vec::new();
    let mut text = String::new();
    for (territory, subject) in subjects {
        if options.files {
            match session.companion.fetch_file_sizes(territory, subject, &options.fetch, &cancel) {
                // Without a server, the sizes that are not known are counted.
                Ok(_) | Err(Error::Offline { .. } | Error::Server { .. } | Error::Busy { .. }) => {}
                Err(error) => return Err(explain_http(error, options.fetch.net.allow_plain_http).into()),
            }
        }
        let estimate = session.companion.estimate(territory, subject, options.pictures)?;
        let Estimate { objects, files, files_here, bytes, error_bytes, attached_files, free_bytes } = estimate;
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
        write_attached_files(&mut text, attached_files, options.files);
        let mut item = subject_json(territory, None, subject);
        item["name"] = name.into();
        item["objects"] = objects.into();
        item["files"] = files.into();
        item["files_here"] = files_here.into();
        item["bytes"] = bytes.into();
        item["error_bytes"] = error_bytes.into();
        item["free_bytes"] = free_bytes.into();
        item["with_files"] = options.files.into();
        item["attached_files"] = json!({
            "files": attached_files.files, "files_here": attached_files.files_here, "unknown": attached_files.unknown,
            "too_large": attached_files.too_large, "bytes": attached_files.bytes,
        });
        if let Some(map) = map {
            let size = session.companion.fetch_map_estimate(territory, subject, map, &cancel);
            let size = size.map_err(|error| explain_http(error, map.fetch.net.allow_plain_http))?;
            let _ = writeln!(
                text,
                "  map: {} tiles, zoom {} to {}, {} on disk, {} to download in {} requests{}",
                size.tiles,
                size.min_zoom,
                size.max_zoom,
                format_bytes(size.bytes),
                format_bytes(size.download_bytes),
                size.requests,
                if size.shared_tiles > 0 {
                    format!(", {} tiles of other maps", size.shared_tiles)
                } else {
                    String::new()
                }
            );
            if let Some(StyleEstimate { files, unknown, bytes }) = size.style {
                let _ = write!(text, "  style of the map: {files} files, {} to download", format_bytes(bytes));
                text.push_str(&if unknown > 0 { format!(", {unknown} of unknown size\n") } else { "\n".to_owned() });
            }
            item["map"] = json!({
                "tiles": size.tiles, "shared_tiles": size.shared_tiles, "bytes": size.bytes,
                "download_bytes": size.download_bytes, "requests": size.requests, "min_zoom": size.min_zoom,
                "max_zoom": size.max_zoom, "style": size.style,
            });
        }
        items.push(item);
    }
    Ok(Output::list(items, text))
}

/// Describes the attached files, and how much larger the download is with them.
fn write_attached_files(text: &mut String, sizes: AttachedFileSizes, are_wanted: bool) {
    let AttachedFileSizes { files, files_here, unknown, too_large, bytes } = sizes;
    if files == 0 {
        return;
    }
    let choice = if are_wanted { "also to download" } else { "more with --files" };
    let plural = if files == 1 { "" } else { "s" };
    let _ = write!(text, "  {files} attached file{plural} ({files_here} already on disk), ");
    let _ = match unknown {
        0 => write!(text, "{} {choice}", format_bytes(bytes)),
        _ if bytes == 0 => write!(text, "{unknown} of unknown size"),
        _ => write!(text, "{} {choice}, {unknown} of unknown size", format_bytes(bytes)),
    };
    if too_large > 0 {
        let _ = write!(text, ", {too_large} too large and left out");
    }
    text.push('\n');
}
