//! The bytes of a refresh by chunks.

use std::collections::HashSet;

use super::built::Built;
use super::territory::{Random, trek};
use crate::model::{Kind, Object};

/// The chunks of the treks, by SHA-256 and bytes.
fn chunks(built: &Built) -> Vec<([u8; 32], u64)> {
    let layer = built.layer(Kind::Trek);
    let directory = built.bytes(&layer.chunks.as_ref().unwrap().file.path);
    let mut chunks = Vec::new();
    for index in layer.blocks_in(None) {
        let range = layer.block_range(index);
        let rows = &directory[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        let found = layer.parse_block(index, rows).unwrap();
        chunks.extend(found.into_iter().map(|chunk| (chunk.sha256, chunk.range.end - chunk.range.start)));
    }
    chunks
}

#[test]
fn refresh_after_one_percent_changed_takes_two_percent_of_the_bytes() {
    let mut random = Random(6);
    let mut treks: Vec<_> = (1..=2_000).map(|id| trek(id, 500, &mut random)).collect();
    let objects = |treks: &[crate::model::Trek]| treks.iter().cloned().map(Object::from).collect::<Vec<_>>();
    let before = Built::new(&objects(&treks));
    for _ in 0..20 {
        let index = random.below(treks.len());
        treks[index].name.insert("fr", format!("Nouveau nom {}", random.next()));
        treks[index].updated_ms = Some(1_800_000_000_000);
    }
    let after = Built::new(&objects(&treks));
    let known: HashSet<_> = chunks(&before).into_iter().map(|(sha256, _)| sha256).collect();
    let all = chunks(&after);
    let new: u64 = all.iter().filter(|(sha256, _)| !known.contains(sha256)).map(|(_, bytes)| bytes).sum();
    let layer = after.layer(Kind::Trek);
    let directory = layer.chunks.as_ref().unwrap().file.bytes;
    let share = (new + directory) as f64 / layer.file.bytes as f64;
    println!(
        "{} chunks, {} bytes of changed chunks, {directory} of the directory, {} of the layer: {:.2} %",
        all.len(),
        new,
        layer.file.bytes,
        100.0 * share
    );
    assert!(new > 0 && share <= 0.02, "{share}");
}
