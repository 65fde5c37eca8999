//! The attached files and linked videos of an object, as a details screen lists them.

use std::path::PathBuf;

use serde::Serialize;
use url::Url;

use super::Companion;
use crate::error::Result;
use crate::model::{Attachment, Picture};

/// A file or a video that an office has attached to an object: a PDF topo-guide, an audio commentary, a linked film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttachedFile {
    /// Title; the file name of the address if the office gave none.
    pub title: String,
    /// Legend; may be empty.
    pub legend: String,
    /// Author; may be empty.
    pub author: String,
    /// Licence; may be empty.
    pub license: String,
    /// The office's class of attachment (`Topo-guide`); may be empty.
    pub file_type: String,
    /// `file` or `video`.
    pub media: String,
    /// Host of a linked video (`Youtube`); empty for files on the server.
    pub backend: String,
    /// Address of the file, or of the page of a linked video.
    pub url: String,
    /// Size in bytes: that of the file on the device, else the one that its server told; `None` if it is not known.
    pub bytes: Option<u64>,
    /// The file on the device; `None` if no pack has it.
    pub path: Option<PathBuf>,
}

impl Companion {
    /// The attachments of an object that are no pictures, in the order of the office: files, each with its size and, if a pack
    /// has it, its path, and linked videos, each with its address.
    ///
    /// # Errors
    /// Those of reading the catalogue.
    pub fn attached_files(&self, attachments: &[Attachment]) -> Result<Vec<AttachedFile>> {
        let others = attachments.iter().filter(|attachment| attachment.is_file() || attachment.media == "video");
        others.map(|attachment| self.attached_file(attachment)).collect()
    }

    fn attached_file(&self, attachment: &Attachment) -> Result<AttachedFile> {
        let Attachment { media, backend, file_type, picture, .. } = attachment;
        let Picture { url, title, legend, author, license, .. } = picture.clone();
        let title = if title.is_empty() { file_name(&url) } else { title };
        let stored = self.catalogue.media_file(&url)?.and_then(|file| Some((file.path?, file.bytes)));
        let (path, bytes) = match stored {
            Some((path, bytes)) => (Some(path), Some(bytes)),
            None => (None, self.catalogue.file_size(&url)?),
        };
        let (media, backend, file_type) = (media.clone(), backend.clone(), file_type.clone());
        Ok(AttachedFile { title, legend, author, license, file_type, media, backend, url, bytes, path })
    }
}

/// The last segment of the path of an address; empty if it has none.
fn file_name(url: &str) -> String {
    let url = Url::parse(url).ok();
    let name = url.as_ref().and_then(|url| url.path_segments()?.next_back());
    name.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Directories;

    #[test]
    fn attached_files_are_files_and_videos_in_the_order_of_the_office() {
        let folder = tempfile::tempdir().unwrap();
        let companion = Companion::open(&Directories::within(folder.path())).unwrap();
        let attachment = |media: &str, backend: &str, url: &str, title: &str| Attachment {
            media: media.into(),
            backend: backend.into(),
            picture: Picture { url: url.into(), title: title.into(), ..Picture::default() },
            ..Attachment::default()
        };
        let attachments = [
            attachment("image", "", "https://park.example/a.jpg", "Lac"),
            attachment("file", "", "https://park.example/media/depliant-5.pdf?v=1", ""),
            attachment("video", "Youtube", "https://www.youtube.com/watch?v=x", "Film"),
        ];
        companion.catalogue().record_file_size(&attachments[1].picture.url, Some(7), 1).unwrap();
        let files = companion.attached_files(&attachments).unwrap();
        let listed: Vec<_> = files.iter().map(|file| (&file.title[..], &file.backend[..], file.bytes)).collect();
        assert_eq!(listed, [("depliant-5.pdf", "", Some(7)), ("Film", "Youtube", None)]);
        assert!(files.iter().all(|file| file.path.is_none()));
    }
}
