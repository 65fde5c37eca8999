//! `edition build --mapping`: the edition of GeoJSON and FlatGeobuf files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use jalon::edition::{ImportProblem, Mapping, import_edition};
use serde_json::Value;

use super::{build_options, describe};
use crate::args::EditionBuildArgs;
use crate::commands::network::{TransferBar, ctrl_c_token};
use crate::error::{CliError, Result};
use crate::output::Output;

/// Longest mapping, in bytes; the library refuses a longer one.
const MAX_MAPPING_BYTES: u64 = 1 << 20;

pub(super) fn import(args: &EditionBuildArgs, mapping: &Path) -> Result<Output> {
    let mapping = read_text(mapping, MAX_MAPPING_BYTES + 1);
    let mapping = mapping.ok_or_else(|| CliError::invalid("mapping", "must be a file of JSON that can be read"))?;
    let mapping = Mapping::parse(&mapping)?;
    let (options, cancel) = (build_options(args)?, ctrl_c_token());
    let bar = TransferBar::new("files");
    let on_progress = |progress| bar.set_imported(progress);
    let summary = import_edition(&args.inputs, &mapping, args.name.as_deref(), &options, &cancel, on_progress);
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

/// The first bytes of a file as text.
fn read_text(path: &Path, max_bytes: u64) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(max_bytes).read_to_string(&mut text).ok()?;
    Some(text)
}
