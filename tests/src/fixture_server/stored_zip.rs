//! A ZIP file whose entries are stored, with any names: Geotrek writes some with a slash at the start, attackers worse ones.

use super::media::crc;

/// Writes a ZIP file of entries: names and bytes.
pub fn stored_zip<N: AsRef<str>, B: AsRef<[u8]>>(entries: &[(N, B)]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let (name, bytes) = (name.as_ref().as_bytes(), bytes.as_ref());
        let offset = zip.len() as u32;
        // Version, flags (names in UTF-8), method, time, date, checksum, both sizes, length of the name, of the extra field.
        let mut header = Vec::new();
        put16(&mut header, &[10, 1 << 11, 0, 0, 0x5b77]);
        put32(&mut header, &[crc(bytes), bytes.len() as u32, bytes.len() as u32]);
        put16(&mut header, &[name.len() as u16, 0]);
        zip.extend(b"PK\x03\x04");
        zip.extend(&header);
        zip.extend(name);
        zip.extend(bytes);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&header);
        // Length of the comment, disk, internal attributes; external attributes (a regular file); offset.
        directory.extend([0; 6]);
        put32(&mut directory, &[0o100_644 << 16, offset]);
        directory.extend(name);
    }
    let (offset, count) = (zip.len() as u32, entries.len() as u16);
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    put16(&mut zip, &[count, count]);
    put32(&mut zip, &[directory.len() as u32, offset]);
    zip.extend([0; 2]);
    zip
}

fn put16(bytes: &mut Vec<u8>, fields: &[u16]) {
    fields.iter().for_each(|field| bytes.extend(field.to_le_bytes()));
}

fn put32(bytes: &mut Vec<u8>, fields: &[u32]) {
    fields.iter().for_each(|field| bytes.extend(field.to_le_bytes()));
}
