//! Entry points for fuzzing: each reads bytes as the journal reads a file of that format. Not part of the API.

/// An export of a journal, as an import reads it before the journal changes.
#[cfg(feature = "archive")]
pub fn archive(bytes: &[u8]) {
    use super::archive_file::ArchiveFile;

    let Ok((mut archive, content)) = ArchiveFile::open(std::io::Cursor::new(bytes)) else { return };
    for report in &content.reports {
        assert!(
            !report.photos.iter().any(|photo| photo.file_name().contains(['/', '\\', ':'])),
            "a path leaves the folder"
        );
        if report.photos.iter().all(|photo| archive.has_photo(photo)) {
            let _ = archive.photos(report);
        }
    }
}

/// A photo, as it is decoded before it is encoded for sending.
#[cfg(feature = "photos")]
pub fn photo(bytes: &[u8]) {
    use super::photo_decoder::{decode, upright};

    if let Ok((photo, orientation)) = decode(bytes, 1_600) {
        let photo = upright(photo, orientation);
        assert!(photo.width() > 0 && photo.height() > 0);
    }
}

/// A photo that the platform encoded, as far as its bytes are checked.
pub fn encoded_photo(bytes: &[u8]) {
    if let Some(end) = super::photo_files::end_of_image(bytes) {
        assert!(end <= bytes.len());
    }
}

/// The log of an unfinished recording.
pub fn recording(bytes: &[u8]) {
    let fixes = super::track::fuzzing::recording(bytes);
    assert!(fixes.iter().all(|fix| fix.position.is_valid()), "a position is not on the Earth");
}

/// The fixes of a finished track, as an import reads them.
pub fn track(bytes: &[u8]) {
    let fixes = super::track::fuzzing::track(bytes);
    assert!(fixes.iter().all(|fix| fix.position.is_valid()), "a position is not on the Earth");
}
