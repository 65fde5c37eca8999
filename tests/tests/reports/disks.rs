//! Power losses, full disks, disks that refuse, pages that rot.

use jalon_tests::fault_vfs::Blow;
use jalon_tests::harness::{corruption, power_loss};

use super::clean;

#[test]
fn a_power_loss_takes_nothing_that_was_acknowledged() {
    println!("seed 1");
    clean(&power_loss::off(1, 5, 1, None, false).unwrap(), 20);
    clean(&power_loss::off(2, 23, 1, None, true).unwrap(), 5);
}

#[test]
fn a_full_disk_is_told_and_leaves_what_was_there() {
    for room in [true, false] {
        clean(&power_loss::refused(Blow::Full, room, 7).unwrap(), 15);
    }
    clean(&power_loss::accepted_on_a_full_disk(true).unwrap(), 1);
}

#[test]
fn a_disk_that_refuses_is_told_and_leaves_what_was_there() {
    clean(&power_loss::refused(Blow::Once, false, 7).unwrap(), 15);
    clean(&power_loss::refused(Blow::Io, false, 11).unwrap(), 10);
}

#[test]
fn a_page_that_rots_takes_no_report_with_it() {
    println!("seed 1");
    let figures = corruption::run(1, true).unwrap();
    clean(&figures, 30);
    assert_eq!(figures.rows.0, figures.rows.1);
    let without = corruption::run(1, false).unwrap();
    println!("without the copies {} of {} rows are saved", without.rows.0, without.rows.1);
    clean(&without, 30);
    assert!(without.rows.0 * 10 > without.rows.1 * 6);
}
