use super::*;
use crate::model::Position;
use crate::storage::StdFileSystem;

fn header() -> Header {
    Header { id: "id".to_owned(), name: "é".repeat(200), trek: Some(("pne".to_owned(), 12)), created_ms: 5 }
}

fn fix(index: i64) -> Fix {
    let position = Position { elevation: Some(1500.0), ..Position::new(6.0 + index as f64 * 1e-5, 44.5) };
    Point::new(&Fix::new(position, index * 1_000), false).fix()
}

fn written(count: i64) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file_system: Arc<dyn FileSystem> = Arc::new(StdFileSystem);
    let mut log = Log::create(folder.path(), &file_system, &header()).unwrap();
    (0..count).for_each(|index| log.push(&fix(index), index == 0).unwrap());
    log.pause().unwrap();
    std::fs::read(folder.path().join(FILE_NAME)).unwrap()
}

#[test]
fn written_records_read_back() {
    let content = parse(&written(200));
    assert_eq!(content.header, Some(header()));
    assert_eq!(content.fixes.len(), 200);
    assert!(
        content.fixes.iter().zip(0..).all(|((read, starts), index)| *read == fix(index) && *starts == (index == 0))
    );
    assert!(content.is_paused && content.is_interrupted);
}

#[test]
fn cut_log_has_every_whole_record() {
    let bytes = written(70);
    let mut counts = Vec::new();
    for end in 0..bytes.len() {
        let content = parse(&bytes[..end]);
        assert!(content.length <= end as u64);
        assert!(content.fixes.iter().zip(0..).all(|((read, _), index)| *read == fix(index)), "{end}");
        counts.push(content.fixes.len());
    }
    assert!(counts.is_sorted() && counts.last() == Some(&70), "{counts:?}");
    // After a power cut, a file can end with zeros.
    let padded = [&bytes[..bytes.len() - 3], &[0; 4_096]].concat();
    let content = parse(&padded);
    assert_eq!((content.fixes.len(), content.is_paused), (70, false));
    assert!(content.length < bytes.len() as u64);
}

#[test]
fn damaged_byte_loses_at_most_one_interval_of_key_points() {
    let bytes = written(300);
    for place in (0..bytes.len()).step_by(11) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x20;
        let content = parse(&damaged);
        assert!(content.fixes.len() >= 300 - KEY_INTERVAL, "{place}: {}", content.fixes.len());
        assert!(content.fixes.iter().all(|(read, _)| (0..300).any(|index| *read == fix(index))), "{place}");
    }
}

#[test]
fn log_that_is_opened_again_goes_on_after_its_last_record() {
    let folder = tempfile::tempdir().unwrap();
    let file_system: Arc<dyn FileSystem> = Arc::new(StdFileSystem);
    let bytes = written(10);
    std::fs::write(folder.path().join(FILE_NAME), &bytes[..bytes.len() - 8]).unwrap();
    let content = read(folder.path()).unwrap().unwrap();
    assert_eq!(content.fixes.len(), 9);
    let mut log = Log::open(folder.path(), &file_system, &content);
    log.push(&fix(100), true).unwrap();
    log.push(&fix(101), false).unwrap();
    let content = read(folder.path()).unwrap().unwrap();
    assert_eq!(content.fixes[9..], [(fix(100), true), (fix(101), false)]);
}
