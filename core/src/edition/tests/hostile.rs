//! Damaged files give errors, never a panic.

use super::built::Built;
use super::territory::{Random, territory};
use crate::edition::file_header::FileHeader;
use crate::edition::read::read_features;
use crate::edition::{Manifest, read_file, read_records};
use crate::model::Kind;

/// Changes a few bytes, or cuts, of a file.
pub(in crate::edition) fn mutate(bytes: &[u8], random: &mut Random, within: std::ops::Range<usize>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = within.start + random.below(within.len());
        match random.below(4) {
            0 => bytes[at] = 0xFF,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => {
                // A length or an offset.
                let number = [0, 1, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x0100_0000][random.below(5)];
                let word = at & !3;
                if let Some(place) = bytes.get_mut(word..word + 4) {
                    place.copy_from_slice(&u32::to_le_bytes(number));
                }
            }
            _ => bytes[at] = u8::try_from(random.below(256)).unwrap(),
        }
    }
    if random.below(20) == 0 {
        bytes.truncate(random.below(bytes.len()));
    }
    bytes
}

#[test]
fn damaged_layers_do_not_panic() {
    let built = Built::new(&territory(7, 6, 12));
    let mut random = Random(8);
    let (mut read, mut failed) = (0_usize, 0_usize);
    for kind in [Kind::Trek, Kind::SensitiveArea] {
        let layer = built.layer(kind);
        let bytes = built.bytes(&layer.file.path);
        let features = usize::try_from(layer.features_offset).unwrap();
        for round in 0..10_000 {
            if round % 2 == 0 {
                let damaged = mutate(&bytes, &mut random, 0..features);
                let _ = FileHeader::read(&mut &damaged[..], damaged.len() as u64);
                let result = read_file(layer, &damaged[..], |object| {
                    read += usize::from(object.is_ok());
                    Ok(())
                });
                failed += usize::from(result.is_err());
            } else {
                let damaged = mutate(&bytes[features..], &mut random, 0..bytes.len() - features);
                for object in read_features(layer, &damaged) {
                    read += usize::from(object.is_ok());
                    failed += usize::from(object.is_err());
                }
            }
        }
    }
    assert!(read > 10_000 && failed > 5_000, "{read} read, {failed} failed");
}

#[test]
fn damaged_manifests_blocks_and_records_do_not_panic() {
    let built = Built::new(&territory(9, 40, 150));
    let layer = built.layer(Kind::Trek);
    let json = built.bytes("datapackage.json");
    let rows = built.bytes(&layer.chunks.as_ref().unwrap().file.path);
    let records = built.bytes(&built.manifest.records.as_ref().unwrap().file.path);
    let mut random = Random(10);
    let mut failed = 0;
    for _ in 0..2_000 {
        let damaged = mutate(&json, &mut random, 0..json.len());
        failed += usize::from(Manifest::parse(&damaged).is_err());
        let damaged = mutate(&rows, &mut random, 0..rows.len());
        failed += usize::from(layer.parse_block(0, &damaged).is_err());
        failed += usize::from(crate::edition::chunks::read_rows(&damaged, layer.features_offset, 1 << 20).is_err());
        let damaged = mutate(&records, &mut random, 0..records.len());
        let result = read_records(&built.manifest, &damaged[..], |object| {
            failed += usize::from(object.is_err());
            Ok(())
        });
        assert!(result.is_ok());
    }
    assert!(failed > 4_000, "{failed}");
}

#[test]
fn long_record_is_refused_before_it_is_in_memory() {
    let built = Built::new(&territory(9, 1, 2));
    let endless = std::io::BufReader::new(std::io::repeat(b' '));
    let error = read_records(&built.manifest, endless, |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("must not be longer than"));
}
