//! The archives of a tree (feature `archive`): `global.zip` has the pictograms and the map of the whole territory,
//! `<trek>.zip` the pictures and the map around a trek. An archive comes from anywhere, so nothing in it is trusted: neither its
//! names, nor its sizes, nor that it is one.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Seek, SeekFrom};

use ::zip::read::ZipFile;
use ::zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Result};

/// Limits of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArchiveLimits {
    /// Bytes of the archive. Default 2 GiB.
    pub(crate) archive_bytes: u64,
    /// Entries. Default 200,000: a trek of 50 km has some 20,000 tiles.
    pub(crate) entries: usize,
    /// Bytes of one entry. Default 16 MiB.
    pub(crate) entry_bytes: u64,
    /// Bytes of all entries that are read. Default 2 GiB.
    pub(crate) total_bytes: u64,
    /// Bytes of an entry for each of its compressed bytes, and of all entries for each byte of the archive. Default 50: pictures
    /// hardly compress, and Geotrek stores them as they are.
    pub(crate) ratio: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        ArchiveLimits {
            archive_bytes: 2 << 30,
            entries: 200_000,
            entry_bytes: 16 << 20,
            total_bytes: 2 << 30,
            ratio: 50,
        }
    }
}

/// What an archive had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ArchiveSummary {
    /// Entries that were handed over.
    pub(crate) files: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Entries that were refused, by reason.
    pub(crate) refused: BTreeMap<&'static str, u64>,
}

/// Bytes of the longest name of an entry.
const MAX_NAME_BYTES: usize = 512;
/// Bytes of an entry of any ratio: a small picture of one colour compresses well.
const MIN_RATIO_BYTES: u64 = 64 << 10;
/// Bytes of all entries, of any ratio.
const MIN_TOTAL_BYTES: u64 = 4 << 20;
/// Endings of pictures and tiles.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "svg"];
/// The bits of a Unix mode that tell the type of a file, and the type of a regular file.
const TYPE_BITS: u32 = 0o170_000;
const REGULAR_FILE: u32 = 0o100_000;

/// Reads the pictures and tiles of an archive. `is_wanted` is asked by the path of an entry in the tree, without a slash at the
/// start; `take` gets the path and the bytes. A refused entry is counted, and the others are read.
///
/// # Errors
/// [`Error::InvalidInput`] if this is not an archive or exceeds a limit; the error of `take`, which ends the reading.
pub(crate) fn read_archive(
    mut archive: impl Read + Seek,
    limits: &ArchiveLimits,
    is_wanted: impl Fn(&str) -> bool,
    mut take: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<ArchiveSummary> {
    let invalid = |rule: &str| Error::invalid("file", format!("must be an archive of a mobile tree ({rule})"));
    let archive_bytes = archive.seek(SeekFrom::End(0))?;
    if archive_bytes > limits.archive_bytes {
        return Err(invalid("it is too long"));
    }
    // Entries may share their compressed bytes, so the ratio of each does not limit that of the whole.
    let total_bytes = archive_bytes.saturating_mul(limits.ratio).max(MIN_TOTAL_BYTES).min(limits.total_bytes);
    let mut archive = ZipArchive::new(archive).map_err(|_| invalid("it is no ZIP file"))?;
    if archive.len() > limits.entries {
        return Err(invalid("it has too many entries"));
    }
    let mut summary = ArchiveSummary::default();
    let mut seen: HashSet<String> = HashSet::new();
    for index in 0..archive.len() {
        let read = match archive.by_index(index) {
            Ok(entry) => read_entry(entry, limits, &is_wanted, &mut seen),
            // Encrypted, compressed by another method, or damaged.
            Err(_) => Err("cannot be read"),
        };
        match read {
            Ok(None) => {}
            Ok(Some((path, bytes))) => {
                summary.bytes += bytes.len() as u64;
                if summary.bytes > total_bytes {
                    return Err(invalid("its content is too long"));
                }
                summary.files += 1;
                take(&path, &bytes)?;
            }
            Err(reason) => *summary.refused.entry(reason).or_default() += 1,
        }
    }
    Ok(summary)
}

/// The path and the bytes of an entry; `None` if it is not wanted.
fn read_entry(
    entry: ZipFile<'_, impl Read>,
    limits: &ArchiveLimits,
    is_wanted: &impl Fn(&str) -> bool,
    seen: &mut HashSet<String>,
) -> std::result::Result<Option<(String, Vec<u8>)>, &'static str> {
    if entry.is_dir() {
        return Ok(None);
    }
    let is_regular = entry.unix_mode().is_none_or(|mode| matches!(mode & TYPE_BITS, 0 | REGULAR_FILE));
    if entry.is_symlink() || !is_regular {
        return Err("not a file");
    }
    let path = entry.name().ok().and_then(|name| tree_path(&name)).ok_or("a name that the tree does not have")?;
    // Two names that differ by case are one file on many disks.
    if !seen.insert(path.to_lowercase()) {
        return Err("a name that another entry has");
    }
    if entry.encrypted() {
        return Err("encrypted");
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err("cannot be read");
    }
    let max_bytes = entry.compressed_size().saturating_mul(limits.ratio).max(MIN_RATIO_BYTES).min(limits.entry_bytes);
    if entry.size() > max_bytes {
        return Err("too long");
    }
    if !is_wanted(&path) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    // The announced size may be a lie.
    entry.take(max_bytes + 1).read_to_end(&mut bytes).map_err(|_| "damaged")?;
    if bytes.len() as u64 > max_bytes {
        return Err("too long");
    }
    Ok(Some((path, bytes)))
}

/// The path of an entry in the tree: `media/…`, `tiles/z/x/y.png`, or these in the folder of a trek. Geotrek itself writes a
/// slash at the start of the names of tiles. `None` for every other name.
fn tree_path(name: &str) -> Option<String> {
    let path = name.trim_start_matches('/');
    let is_part = |part: &str| {
        // No separator, drive or stream of any system, and nothing that a shell or a terminal interprets.
        let is_plain =
            part.chars().all(|c| !c.is_control() && !matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'));
        is_plain && !part.trim_matches(['.', ' ']).is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' '])
    };
    let parts: Vec<&str> = path.split('/').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (folder, rest) = match parts.as_slice() {
        [trek, folder, rest @ ..] if is_number(trek) => (*folder, rest),
        [folder, rest @ ..] => (*folder, rest),
        [] => return None,
    };
    let (stem, ending) = rest.last()?.rsplit_once('.')?;
    let is_known = match folder {
        "media" => true,
        "tiles" => rest.len() == 3 && rest[..2].iter().all(is_number) && is_number(&stem),
        _ => false,
    };
    let is_picture = ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
    (path.len() <= MAX_NAME_BYTES && is_known && is_picture && parts.into_iter().all(is_part)).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::path::{Component, Path};

    use ::zip::ZipWriter;
    use ::zip::write::SimpleFileOptions;

    use super::*;

    fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    type Files = Vec<(String, Vec<u8>)>;

    fn read(archive: &[u8], limits: &ArchiveLimits) -> Result<(Files, ArchiveSummary)> {
        let mut files = Vec::new();
        let summary = read_archive(
            Cursor::new(archive),
            limits,
            |_| true,
            |path, bytes| {
                files.push((path.to_owned(), bytes.to_vec()));
                Ok(())
            },
        )?;
        Ok((files, summary))
    }

    fn paths(archive: &[u8]) -> Vec<String> {
        read(archive, &ArchiveLimits::default()).unwrap().0.into_iter().map(|(path, _)| path).collect()
    }

    const STORED: CompressionMethod = CompressionMethod::Stored;

    #[test]
    fn names_of_the_tree_are_read_and_others_refused() {
        for (name, path) in [
            ("media/upload/theme-lake.png", Some("media/upload/theme-lake.png")),
            (
                "66/media/paperclip/trekking_trek/66/a b.jpg.800x800_q85.jpg",
                Some("66/media/paperclip/trekking_trek/66/a b.jpg.800x800_q85.jpg"),
            ),
            ("/66/tiles/13/4235/2950.png", Some("66/tiles/13/4235/2950.png")),
            ("//66/tiles/13/4235/2950.jpeg", Some("66/tiles/13/4235/2950.jpeg")),
            ("tiles/0/0/0.PNG", Some("tiles/0/0/0.PNG")),
            ("66/media/../../../etc/a.png", None),
            ("../66/media/a.png", None),
            ("66/media/..\\..\\a.png", None),
            ("66\\media\\a.png", None),
            ("C:/66/media/a.png", None),
            ("66/media/a.png:stream.png", None),
            ("66/media//a.png", None),
            ("66/media/./a.png", None),
            ("66/media/.hidden.png", None),
            ("66/media/.. /a.png", None),
            ("66/media/a\0.png", None),
            ("66/media/a.png/", None),
            ("66/media/a.sh", None),
            ("66/media/png", None),
            ("66/media", None),
            ("66/tiles/13/x/1.png", None),
            ("66/tiles/13/1.png", None),
            ("etc/a.png", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(tree_path(name).as_deref(), path, "{name:?}");
        }
        assert_eq!(tree_path(&format!("media/{}.png", "a".repeat(MAX_NAME_BYTES))), None);
    }

    #[test]
    fn entries_that_differ_by_slashes_or_case_are_read_once() {
        let archive = archive(&[("1/media/a.png", b"a"), ("/1/media/a.png", b"b"), ("1/media/A.png", b"c")], STORED);
        let (files, summary) = read(&archive, &ArchiveLimits::default()).unwrap();
        assert_eq!(files, [("1/media/a.png".to_owned(), b"a".to_vec())]);
        assert_eq!(summary.refused, [("a name that another entry has", 2)].into());
    }

    #[test]
    fn symbolic_links_and_folders_are_not_files() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        writer.add_symlink("1/media/link.png", "/etc/passwd", options).unwrap();
        writer.add_directory("1/media/folder.png", options).unwrap();
        writer.start_file("1/media/a.png", options).unwrap();
        let archive = writer.finish().unwrap().into_inner();
        let (files, summary) = read(&archive, &ArchiveLimits::default()).unwrap();
        assert_eq!((files.len(), summary.refused), (1, [("not a file", 1)].into()));
    }

    #[test]
    fn encrypted_entry_is_refused_and_others_are_read() {
        let mut bytes = archive(&[("1/media/a.png", b"a"), ("1/media/b.png", b"b")], STORED);
        // Bit 0 of the flags, in the local header and in the directory.
        for (signature, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
            let at = bytes.windows(4).position(|window| window == signature).unwrap();
            bytes[at + offset] |= 1;
        }
        let (files, summary) = read(&bytes, &ArchiveLimits::default()).unwrap();
        assert_eq!((files.len(), summary.refused.values().sum::<u64>()), (1, 1));
    }

    #[test]
    fn limits_hold_for_announced_and_for_real_sizes() {
        let zeros = vec![0; 1 << 20];
        let bomb = archive(&[("1/media/a.png", &zeros), ("1/media/b.png", b"b")], CompressionMethod::Deflated);
        let (files, summary) = read(&bomb, &ArchiveLimits::default()).unwrap();
        assert_eq!((files.len(), summary.refused), (1, [("too long", 1)].into()));
        // The same entry says that it is short.
        let mut liar = bomb;
        let lengths: Vec<usize> =
            liar.windows(4).enumerate().filter(|(_, w)| *w == (1_u32 << 20).to_le_bytes()).map(|(at, _)| at).collect();
        assert!(!lengths.is_empty());
        lengths.into_iter().for_each(|at| liar[at..at + 4].copy_from_slice(&100_u32.to_le_bytes()));
        let (files, summary) = read(&liar, &ArchiveLimits::default()).unwrap();
        assert_eq!((files.len(), summary.refused.len()), (1, 1), "{summary:?}");
        let two = archive(&[("1/media/a.png", b"aa"), ("1/media/b.png", b"bb")], STORED);
        for limits in [
            ArchiveLimits { entries: 1, ..ArchiveLimits::default() },
            ArchiveLimits { total_bytes: 3, ..ArchiveLimits::default() },
            ArchiveLimits { archive_bytes: 10, ..ArchiveLimits::default() },
        ] {
            assert!(matches!(read(&two, &limits), Err(Error::InvalidInput { .. })), "{limits:?}");
        }
        let short = ArchiveLimits { entry_bytes: 1, ..ArchiveLimits::default() };
        assert_eq!(read(&two, &short).unwrap().1.refused, [("too long", 2)].into());
        assert!(matches!(read(b"PK", &short), Err(Error::InvalidInput { .. })));
    }

    /// Pseudo-random numbers from a seed (SplitMix64).
    fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
        move |below| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap()
        }
    }

    #[test]
    fn mutated_archives_never_panic_or_leave_the_tree() {
        let texts: [&[u8]; 3] = [b"../../../../", b"\\..\\", b"/media/"];
        let entries: [(&str, &[u8]); 4] = [
            ("media/upload/theme-lake.png", b"lake"),
            ("66/media/paperclip/trekking_trek/66/a.jpg", &[7; 300]),
            ("/66/tiles/13/4235/2950.png", &[9; 90]),
            ("66/media/aaaaaaaaaaaaaaaaaaaaaaaaa.png", b"a"),
        ];
        let originals = [archive(&entries, STORED), archive(&entries, CompressionMethod::Deflated)];
        let limits = ArchiveLimits { entry_bytes: 1_000, total_bytes: 3_000, ..ArchiveLimits::default() };
        let (mut read_some, mut refused_some) = (0, 0);
        for seed in 0..20_000 {
            let mut number = numbers(seed);
            let mut bytes = originals[number(2)].clone();
            for _ in 0..=number(6) {
                let at = number(bytes.len());
                match number(5) {
                    0 => bytes.truncate(at.max(1)),
                    1 => {
                        let text = texts[number(3)];
                        let end = bytes.len().min(at + text.len());
                        bytes[at..end].copy_from_slice(&text[..end - at]);
                    }
                    2 => bytes[at] = [0, 1, 0x7f, 0xff][number(4)],
                    _ => bytes[at] ^= 1 << number(8),
                }
            }
            let mut total = 0;
            let result = read_archive(
                Cursor::new(&bytes),
                &limits,
                |_| true,
                |path, bytes| {
                    total += bytes.len();
                    assert!(bytes.len() <= 1_000 && total <= 3_000, "seed {seed}");
                    let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                    assert!(is_inside && !path.contains("..") && !path.contains('\\'), "seed {seed}: {path}");
                    Ok(())
                },
            );
            match result {
                Ok(summary) => {
                    read_some += usize::from(summary.files > 0);
                    refused_some += usize::from(!summary.refused.is_empty());
                }
                Err(Error::InvalidInput { .. }) => {}
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
        assert!(read_some > 5_000 && refused_some > 1_000, "{read_some} {refused_some}");
    }

    #[test]
    fn unwanted_entries_are_not_read() {
        let archive = archive(&[("1/media/a.png", b"a"), ("1/media/b.png", b"b")], STORED);
        assert_eq!(paths(&archive).len(), 2);
        let summary = read_archive(
            Cursor::new(&archive),
            &ArchiveLimits::default(),
            |path| path.ends_with("b.png"),
            |_, _| Ok(()),
        );
        assert_eq!(summary.unwrap(), ArchiveSummary { files: 1, bytes: 1, refused: BTreeMap::new() });
    }
}
