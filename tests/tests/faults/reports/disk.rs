//! Power losses, full disks, failing disks and damaged pages.

use jalon_tests::fault_vfs::FailureMode;
use jalon_tests::harness::{corruption, power_loss};
use jalon_tests::sampling::Sampling;

use super::assert_clean;

#[test]
fn power_loss_keeps_acknowledged_changes() {
    let sampling = Sampling::from_env();
    let times = sampling.count(1, 4);
    assert_clean(&power_loss::cut_power(sampling, 5, times, None, false).unwrap(), 20);
    assert_clean(&power_loss::cut_power(sampling, 23, 1, None, true).unwrap(), 5);
}

#[test]
fn full_disk_is_reported_and_keeps_acknowledged_changes() {
    let sampling = Sampling::from_env();
    for reserve_frees_space in [true, false] {
        let stats = power_loss::fail_disk(sampling, FailureMode::DiskFull, reserve_frees_space, 7).unwrap();
        assert_clean(&stats, 15);
    }
    assert_clean(&power_loss::accept_on_full_disk(true).unwrap(), 1);
}

#[test]
fn failing_disk_is_reported_and_keeps_acknowledged_changes() {
    let sampling = Sampling::from_env();
    assert_clean(&power_loss::fail_disk(sampling, FailureMode::FailOnce, false, 7).unwrap(), 15);
    assert_clean(&power_loss::fail_disk(sampling, FailureMode::FailAlways, false, 11).unwrap(), 10);
}

#[test]
fn damaged_page_loses_no_report() {
    let sampling = Sampling::from_env();
    let stats = corruption::run(sampling.seed(), true).unwrap();
    assert_clean(&stats, 30);
    assert_eq!(stats.recovered.0, stats.recovered.1);
    let without = corruption::run(sampling.seed(), false).unwrap();
    println!("without sidecar files {} of {} rows are recovered", without.recovered.0, without.recovered.1);
    assert_clean(&without, 30);
    assert!(without.recovered.0 * 10 > without.recovered.1 * 6);
}
