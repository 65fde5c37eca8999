//! The content that a file of a pack must have: a server, or a captive portal, may send something else under its address.

use std::io;
use std::path::Path;

use super::{file_format, picture_format};

/// The content that a file must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaContent {
    /// A picture or a pictogram.
    Picture,
    /// An attached file of a format that Jalon downloads.
    AttachedFile,
}

impl MediaContent {
    /// The file extension that the bytes of a complete file from `url` call for. The inner error says why the file is refused.
    pub(super) fn extension(self, path: &Path, url: &str) -> io::Result<Result<&'static str, &'static str>> {
        Ok(match self {
            MediaContent::Picture => picture_format::sniff_file(path)?.map(|format| format.extension()),
            MediaContent::AttachedFile => file_format::sniff_file(path, url)?,
        })
    }

    /// Checks that a file from `url` is complete and has this content. The inner error says why it is refused.
    pub(crate) fn check(self, path: &Path, url: &str) -> io::Result<Result<(), &'static str>> {
        Ok(self.extension(path, url)?.map(|_| ()))
    }
}
