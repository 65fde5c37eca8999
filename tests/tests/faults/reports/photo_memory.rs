//! The peak of memory of a process that attaches a large photo.

use std::fs::File;
use std::io::BufWriter;
use std::process::Command;

use image::codecs::jpeg::JpegEncoder;
use image::{GenericImageView, Rgb};
use jalon_tests::harness::photo_memory::SUBCOMMAND;

use crate::HARNESS;

const MAX_PEAK_BYTES: u64 = 160_000_000;

/// A picture that is computed while it is encoded.
struct Pattern(u32, u32);

impl GenericImageView for Pattern {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.0, self.1)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let noise = (x ^ y).wrapping_mul(2_654_435_761) >> 27;
        Rgb([(x / 32 + noise) as u8, (y / 24) as u8, ((x + y) / 64 + noise) as u8])
    }
}

#[test]
fn photo_of_50_megapixels_takes_at_most_160_mb() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.jpg");
    let mut writer = BufWriter::new(File::create(&file).unwrap());
    JpegEncoder::new_with_quality(&mut writer, 90).encode_image(&Pattern(8_160, 6_144)).unwrap();
    drop(writer);
    let bytes = file.metadata().unwrap().len();
    let output = Command::new(HARNESS).arg(SUBCOMMAND).arg(folder.path().join("journal")).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let peak_kb: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    println!("peak {peak_kb} kB for a file of {bytes} bytes");
    assert!(bytes > 5_000_000, "{bytes}");
    assert!(peak_kb * 1_024 <= MAX_PEAK_BYTES, "{peak_kb} kB");
}
