//! The sizes of attached files. Geotrek's API does not tell them, so they are asked of the file's server before a download, and
//! kept here, independently of packs.

use rusqlite::OptionalExtension;

use crate::catalogue::Catalogue;
use crate::error::Result;

/// Time after which a size is asked again: an office replaces files rarely.
const MAX_AGE_MS: i64 = 24 * 3_600 * 1_000;
/// Time after which a size is deleted.
const KEPT_MS: i64 = 30 * MAX_AGE_MS;

impl Catalogue {
    /// The size of a file that its server told, bytes; `None` if it is not known.
    pub(crate) fn file_size(&self, url: &str) -> Result<Option<u64>> {
        self.read(|connection| {
            let sql = "SELECT bytes FROM jalon_file_size WHERE url = ?1";
            let bytes: Option<Option<i64>> =
                connection.prepare_cached(sql)?.query_row([url], |row| row.get(0)).optional()?;
            Ok(bytes.flatten().map(i64::unsigned_abs))
        })
    }

    /// Whether the size of a file was asked less than a day before `now_ms` (Unix ms), also if the server did not tell it.
    pub(crate) fn has_recent_file_size(&self, url: &str, now_ms: i64) -> Result<bool> {
        self.read(|connection| {
            let sql = "SELECT checked_ms FROM jalon_file_size WHERE url = ?1";
            let checked_ms: Option<i64> =
                connection.prepare_cached(sql)?.query_row([url], |row| row.get(0)).optional()?;
            Ok(checked_ms.is_some_and(|checked_ms| (0..MAX_AGE_MS).contains(&now_ms.saturating_sub(checked_ms))))
        })
    }

    /// Records the size of a file, bytes, or that its server does not tell it. `at_ms` is the time, Unix ms.
    pub(crate) fn record_file_size(&self, url: &str, bytes: Option<u64>, at_ms: i64) -> Result<()> {
        let bytes = bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        self.write_state(|connection| {
            let sql = "INSERT OR REPLACE INTO jalon_file_size (url, bytes, checked_ms) VALUES (?1, ?2, ?3)";
            connection.execute(sql, (url, bytes, at_ms))?;
            connection.execute("DELETE FROM jalon_file_size WHERE checked_ms < ?1", [at_ms.saturating_sub(KEPT_MS)])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_is_recent_for_a_day_and_kept_for_a_month() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(folder.path()).unwrap();
        assert_eq!(catalogue.file_size("a"), Ok(None));
        catalogue.record_file_size("a", Some(7), 1_000).unwrap();
        catalogue.record_file_size("b", None, 1_000).unwrap();
        assert_eq!((catalogue.file_size("a"), catalogue.file_size("b")), (Ok(Some(7)), Ok(None)));
        let is_recent = |url, now_ms| catalogue.has_recent_file_size(url, now_ms).unwrap();
        assert!(is_recent("a", 1_000) && is_recent("b", 1_000 + MAX_AGE_MS - 1));
        assert!(!is_recent("a", 1_000 + MAX_AGE_MS) && !is_recent("a", 0), "too old, or the clock was set back");
        catalogue.record_file_size("c", Some(1), 1_001 + KEPT_MS).unwrap();
        assert_eq!(catalogue.file_size("a"), Ok(None));
    }
}
