//! The recording of a track.

use std::path::Path;
use std::sync::Arc;

use jalon::model::Geometry;
use jalon::{Companion as Core, journal};

use crate::convert::all;
use crate::error::Result;
use crate::gpx_file::{export_track, import_track};
use crate::journal::Journal;
use crate::panic_guard::guard;
use crate::records::{
    BatteryMode, Fix, RecordingState, Rejection, SamplingPlan, Track, TrackImport, TrackStats, TrackSummary,
};
use crate::state::Shared;

/// Records a track. If the process dies, nothing is lost: see [`Journal::unfinished_recording`].
#[derive(uniffi::Object)]
pub struct Recorder {
    shared: Arc<Shared>,
    recorder: Arc<journal::Recorder>,
}

impl Recorder {
    fn new(shared: &Arc<Shared>, recorder: journal::Recorder) -> Arc<Recorder> {
        Arc::new(Recorder { shared: Arc::clone(shared), recorder: Arc::new(recorder) })
    }
}

#[uniffi::export]
impl Recorder {
    /// Records a fix. Returns the reason if it is not recorded. When this returns, the fix survives the death of the process.
    /// Every 8 seconds the file is synced, so that a power cut loses at most the fixes of the last 10 seconds. It costs a
    /// write to a file, and with the sync as long as the storage takes, 5 to 20 ms on a phone: call it on the thread that receives the fixes.
    ///
    /// # Errors
    /// `Closed` after the recording was finished or discarded. After another error the fix is written with the next one.
    pub fn push(&self, fix: Fix) -> Result<Option<Rejection>> {
        guard(|| Ok(self.recorder.push(&fix)?.err()))
    }

    /// Pauses the recording: until `resume` no fix is recorded.
    pub fn pause(&self) -> Result<()> {
        guard(|| self.recorder.pause())
    }

    /// Resumes the recording. The next fix starts a new section.
    pub fn resume(&self) -> Result<()> {
        guard(|| self.recorder.resume())
    }

    /// The statistics so far.
    pub fn stats(&self) -> Result<TrackStats> {
        guard(|| Ok(self.recorder.stats()))
    }

    /// The recording so far.
    pub fn state(&self) -> Result<RecordingState> {
        guard(|| Ok(self.recorder.state().into()))
    }

    /// Changes the name of the track.
    pub fn rename(&self, name: String) -> Result<()> {
        guard(|| self.recorder.rename(&name))
    }

    /// The track so far, with its line.
    pub async fn track(&self) -> Result<Track> {
        let recorder = Arc::clone(&self.recorder);
        self.shared.run_blocking(move |_| Ok(track(recorder.track()?))).await
    }

    /// Ends the recording and stores the track.
    ///
    /// # Errors
    /// After any error but `Closed` the recording goes on, and can be finished later.
    pub async fn finish(&self) -> Result<TrackSummary> {
        let recorder = Arc::clone(&self.recorder);
        self.shared.write_journal(move |_| Ok(recorder.finish()?.into())).await
    }

    /// Ends the recording and deletes it.
    pub async fn discard(&self) -> Result<()> {
        let recorder = Arc::clone(&self.recorder);
        self.shared.write_journal(move |_| recorder.discard()).await
    }
}

#[uniffi::export]
impl Journal {
    /// Starts to record a track. There is one recording at a time. `territory` and `trek` must be given together: the trek
    /// that is walked.
    ///
    /// # Errors
    /// `InvalidInput` if an unfinished recording must be continued first; `Busy` if a track is being recorded.
    #[uniffi::method(default(name = "", territory = None, trek = None))]
    pub async fn start_recording(
        &self,
        name: String,
        territory: Option<String>,
        trek: Option<i64>,
    ) -> Result<Arc<Recorder>> {
        let shared = Arc::clone(&self.shared);
        let start = move |core: &Core| {
            let new = journal::NewTrack { name, trek: related(territory, trek)? };
            Ok(Recorder::new(&shared, core.start_recording(new)?))
        };
        self.shared.run_blocking(start).await
    }

    /// Continues the unfinished recording of a process that died. It is paused if it was.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Busy` if it is being recorded.
    pub async fn continue_recording(&self) -> Result<Arc<Recorder>> {
        let shared = Arc::clone(&self.shared);
        self.shared.run_blocking(move |core| Ok(Recorder::new(&shared, core.continue_recording()?))).await
    }

    /// The unfinished recording: it is being recorded, or was when the process died. Ask for it when the app starts.
    pub async fn unfinished_recording(&self) -> Result<Option<TrackSummary>> {
        self.shared.run_blocking(|core| Ok(core.journal()?.unfinished_recording()?.map(Into::into))).await
    }

    /// The finished tracks, oldest first.
    pub async fn tracks(&self) -> Result<Vec<TrackSummary>> {
        self.shared.run_blocking(|core| Ok(all(core.journal()?.tracks()?))).await
    }

    /// A finished track, with its line.
    pub async fn track(&self, id: String) -> Result<Track> {
        self.shared.run_blocking(move |core| Ok(track(core.journal()?.track(&id)?))).await
    }

    /// Changes the name of a finished track.
    pub async fn rename_track(&self, id: String, name: String) -> Result<TrackSummary> {
        let rename = move |core: &Core| Ok(core.journal()?.rename_track(&id, &name)?.into());
        self.shared.write_journal(rename).await
    }

    /// Removes a finished track. Returns false if it did not exist.
    pub async fn remove_track(&self, id: String) -> Result<bool> {
        self.shared.write_journal(move |core| core.journal()?.remove_track(&id)).await
    }

    /// Writes a finished track to a file at `path`: GPX 1.1, or GeoJSON if the name ends with `.geojson` or `.json`. An
    /// existing file is replaced.
    ///
    /// # Errors
    /// `InvalidInput` if the library was built without the feature `gpx`.
    pub async fn export_track(&self, id: String, path: String) -> Result<()> {
        self.shared.run_blocking(move |core| export_track(&core.journal()?.track(&id)?, Path::new(&path))).await
    }

    /// Stores the tracks of a GPX or GeoJSON file as one track, as if its points had been recorded.
    ///
    /// # Errors
    /// `InvalidInput` if no point has a time, or if the library was built without the feature `gpx`.
    #[uniffi::method(default(name = "", territory = None, trek = None))]
    pub async fn import_track(
        &self,
        path: String,
        name: String,
        territory: Option<String>,
        trek: Option<i64>,
    ) -> Result<TrackImport> {
        let import = move |core: &Core| {
            let new = journal::NewTrack { name, trek: related(territory, trek)? };
            import_track(core, new, Path::new(&path))
        };
        self.shared.write_journal(import).await
    }
}

/// The settings to request from the receiver now. Call it after each fix, and change the request if the plan has changed.
/// `still_s` is that of the recording's state; `battery_percent` is 0 to 100.
#[uniffi::export(default(speed_mps = None, still_s = 0.0, battery_percent = None))]
pub fn sampling_plan(
    mode: BatteryMode,
    speed_mps: Option<f64>,
    still_s: f64,
    battery_percent: Option<f64>,
) -> Result<SamplingPlan> {
    guard(|| Ok(journal::sampling_plan(mode, speed_mps, still_s, battery_percent)))
}

fn related(territory: Option<String>, trek: Option<i64>) -> jalon::Result<Option<(String, i64)>> {
    match (territory, trek) {
        (Some(territory), Some(trek)) => Ok(Some((territory, trek))),
        (None, None) => Ok(None),
        _ => Err(jalon::Error::invalid("trek", "must be given together with territory, or not at all")),
    }
}

fn track(track: journal::Track) -> Track {
    let journal::Track { summary, sections } = track;
    let lines = sections.into_iter().map(|section| section.into_iter().map(|fix| fix.position).collect::<Vec<_>>());
    Track { summary: summary.into(), geometry: Geometry::multi_line_string(lines).to_wkb() }
}

#[cfg(test)]
mod tests {
    use jalon::Directories;

    use super::*;
    use crate::error::JalonError;
    use crate::records::Position;
    use crate::threads::tests::block_on;

    fn journal(folder: &Path) -> Journal {
        let core = Core::open(&Directories::within(folder)).unwrap();
        Journal { shared: Arc::new(Shared::new(core)) }
    }

    fn version(journal: &Journal) -> u64 {
        crate::ChangeWatch::of(Arc::clone(&journal.shared.versions)).current().unwrap().journal
    }

    fn fix(index: i64) -> Fix {
        let position = Position { elevation: Some(1_500.0), ..Position::new(6.1 + index as f64 * 1e-4, 44.8) };
        Fix::new(position, 1_780_000_000_000 + index * 10_000)
    }

    #[test]
    fn track_is_recorded_continued_and_stored() {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        assert!(block_on(journal.unfinished_recording()).unwrap().is_none());
        let started = block_on(journal.start_recording("Lac".into(), Some("pne".into()), None));
        assert!(matches!(started.err(), Some(JalonError::InvalidInput { .. })));
        let recorder = block_on(journal.start_recording("Lac".into(), Some("pne".into()), Some(31))).unwrap();
        for index in 0..50 {
            assert_eq!(recorder.push(fix(index)), Ok(None));
        }
        assert_eq!(recorder.push(fix(3)), Ok(Some(Rejection::OutOfOrder)));
        recorder.pause().unwrap();
        assert!(recorder.state().unwrap().is_paused);
        drop(recorder);
        assert_eq!(block_on(journal.unfinished_recording()).unwrap().unwrap().stats.points, 50);
        let recorder = block_on(journal.continue_recording()).unwrap();
        recorder.resume().unwrap();
        recorder.rename("Col".into()).unwrap();
        assert_eq!(recorder.push(fix(100)), Ok(None));
        let versions = version(&journal);
        let summary = block_on(recorder.finish()).unwrap();
        assert_eq!(version(&journal), versions + 1);
        assert_eq!((summary.name.as_str(), summary.trek, summary.stats.points), ("Col", Some(31), 51));
        assert_eq!(recorder.push(fix(101)), Err(JalonError::Closed));
        let track = block_on(journal.track(summary.id.clone())).unwrap();
        // LineString Z: the second section has one fix.
        assert_eq!(track.geometry[1..5], 1_002_u32.to_le_bytes());
        assert_eq!(block_on(journal.tracks()).unwrap().len(), 1);
        assert_eq!(block_on(journal.remove_track(summary.id)), Ok(true));
    }

    #[cfg(feature = "gpx")]
    #[test]
    fn exported_track_is_imported_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        let recorder = block_on(journal.start_recording("Lac".into(), None, None)).unwrap();
        for index in 0..50 {
            assert_eq!(recorder.push(fix(index)), Ok(None));
        }
        let summary = block_on(recorder.finish()).unwrap();
        for name in ["a.gpx", "a.geojson"] {
            let path = folder.path().join(name).display().to_string();
            block_on(journal.export_track(summary.id.clone(), path.clone())).unwrap();
            let imported = block_on(journal.import_track(path, String::new(), None, None)).unwrap();
            assert_eq!((imported.track.name.as_str(), imported.track.stats), ("Lac", summary.stats));
            assert!(imported.rejected.is_empty() && imported.problems.is_empty() && imported.without_time == 0);
        }
    }
}
