//! A track is being recorded when the power is lost, or when the disk is full or fails.

use std::path::Path;
use std::sync::Arc;

use jalon::journal::{NewTrack, Recorder};
use jalon::model::{Fix, Position};
use jalon::storage::{FileSystem, StdFileSystem, Storage};
use jalon::{Companion, Directories, Error};
use jalon_tests::driver::ManualClock;
use jalon_tests::fault_vfs::{DiskFault, FailureMode, FailureTrigger, FaultFileSystem, PowerLossFileSystem};
use jalon_tests::sampling::Sampling;

/// Fixes of a walk, one a second.
const WALK: u64 = 120;

fn open(folder: &Path, file_system: Arc<dyn FileSystem>, clock: &Arc<ManualClock>) -> Companion {
    let storage = Storage { vfs: None, file_system };
    Companion::open_with(&Directories::within(folder), storage, Arc::clone(clock) as _).unwrap()
}

/// The fix of a second of a walk to the north at 1.2 m/s.
fn fix(second: u64) -> Fix {
    let north_deg = second as f64 * 1.2 / 111_200.0;
    let position = Position { elevation: Some(1_800.0), ..Position::new(6.2, 44.9 + north_deg) };
    Fix { accuracy_m: Some(5.0), ..Fix::new(position, 1_780_000_000_000 + second as i64 * 1_000) }
}

/// The seconds of the fixes of the recording that the next process finds.
fn recovered(folder: &Path) -> Vec<u64> {
    let companion = open(folder, Arc::new(StdFileSystem), &Arc::default());
    match companion.continue_recording() {
        Ok(recorder) => seconds(&recorder),
        Err(Error::NotFound { .. }) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

fn seconds(recorder: &Recorder) -> Vec<u64> {
    let fixes = recorder.track().unwrap().sections.into_iter().flatten();
    fixes.map(|fix| (fix.time_ms - 1_780_000_000_000) as u64 / 1_000).collect()
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn power_loss_while_recording_loses_less_than_10_seconds() {
    let sampling = Sampling::from_env();
    let (mut cuts, mut with_loss) = (0, 0);
    for case in 0..sampling.count(60, 600) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::<ManualClock>::default();
        let file_system = PowerLossFileSystem::default();
        let companion = open(folder.path(), Arc::new(file_system.clone()), &clock);
        let recorder = companion.start_recording(NewTrack::default()).unwrap();
        let trigger = Arc::new(FailureTrigger::at(1 + case * 2 % WALK, FailureMode::PowerLoss));
        file_system.set_trigger(&trigger, false);
        let mut accepted = 0;
        for second in 0..WALK {
            clock.advance_ms(1_000);
            match recorder.push(&fix(second)) {
                Ok(Ok(())) => accepted = second + 1,
                Ok(Err(rejection)) => panic!("case {case}: {rejection:?}"),
                Err(_) => break,
            }
        }
        cuts += u64::from(accepted < WALK);
        // What its destructors write fails, too.
        drop((recorder, companion));
        file_system.power_on(sampling.seed().wrapping_mul(1_000) + case).unwrap();
        let found = recovered(folder.path());
        assert!(found.iter().copied().eq(0..found.len() as u64), "case {case}: a part is missing: {found:?}");
        let lost = accepted.saturating_sub(found.len() as u64);
        assert!(lost < 10, "case {case}: {lost} of {accepted} fixes were lost");
        with_loss += u64::from(lost > 0);
    }
    assert!(cuts > 20 && with_loss > 5, "{cuts} cuts, {with_loss} with a loss: the test must lose something");
}

#[test]
fn recording_on_full_or_failing_disk_keeps_every_fix() {
    let sampling = Sampling::from_env();
    let mut failures = 0;
    for (fault, once) in [(DiskFault::Full, false), (DiskFault::Io, false), (DiskFault::Io, true)] {
        for at in (1 + sampling.offset(3)..40).step_by(sampling.step(3) as usize) {
            let case = format!("{fault:?} from operation {at}, once {once}");
            let folder = tempfile::tempdir().unwrap();
            let clock = Arc::<ManualClock>::default();
            let file_system = FaultFileSystem::default();
            let companion = open(folder.path(), Arc::new(file_system.clone()), &clock);
            let recorder = companion.start_recording(NewTrack::default()).unwrap();
            file_system.fail(at, fault, once);
            for second in 0..60 {
                clock.advance_ms(1_000);
                match recorder.push(&fix(second)) {
                    Ok(result) => assert_eq!(result, Ok(()), "{case}"),
                    Err(Error::StorageFull) => assert_eq!(fault, DiskFault::Full, "{case}"),
                    Err(_) => assert_eq!(fault, DiskFault::Io, "{case}"),
                }
            }
            assert_eq!(recorder.stats().points, 60, "{case}: the statistics go on");
            failures += file_system.failures();
            file_system.clear_failures();
            clock.advance_ms(1_000);
            assert_eq!(recorder.push(&fix(60)).unwrap(), Ok(()), "{case}");
            assert!(seconds(&recorder).into_iter().eq(0..61), "{case}: {:?}", seconds(&recorder));
            // The files as a process finds them that starts when this one is killed now.
            let copy = tempfile::tempdir().unwrap();
            copy_files(&folder.path().join("journal"), &copy.path().join("journal"));
            assert!(recovered(copy.path()).into_iter().eq(0..61), "{case}: the next process");
        }
    }
    assert!(failures > 100, "{failures} failures");
}
