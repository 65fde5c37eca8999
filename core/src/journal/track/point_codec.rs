//! Fixes as bytes: each as the differences to the one before, as variable-length integers (LEB128, zigzag). A fix at one a
//! second with all fields takes about 12 bytes. A key point has absolute values and is read without the one before.

use crate::model::{Fix, Position};

const KEY: u8 = 1;
const ELEVATION: u8 = 1 << 1;
const ACCURACY: u8 = 1 << 2;
const SPEED: u8 = 1 << 3;
const BEARING: u8 = 1 << 4;
/// The first fix of a section.
const SECTION: u8 = 1 << 5;
/// Bits that no point has set.
pub(super) const RESERVED: u8 = !(KEY | ELEVATION | ACCURACY | SPEED | BEARING | SECTION);

const DEGREE: f64 = 1e7;
const DECIMETRE: f64 = 10.0;
const CENTIMETRE: f64 = 100.0;

/// A fix in the units of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Point {
    time_ms: i64,
    lon: i64,
    lat: i64,
    elevation: Option<i64>,
    accuracy: Option<i64>,
    speed: Option<i64>,
    bearing: Option<i64>,
    /// Whether a section starts here.
    pub(super) starts_section: bool,
}

impl Point {
    pub(super) fn new(fix: &Fix, starts_section: bool) -> Point {
        let scaled = |value: Option<f64>, scale: f64| {
            // Beyond any real value; also keeps the differences in range.
            const MAX: f64 = 1e12;
            value.filter(|value| value.is_finite()).map(|value| (value * scale).round().clamp(-MAX, MAX) as i64)
        };
        Point {
            time_ms: fix.time_ms,
            lon: (fix.position.lon * DEGREE).round() as i64,
            lat: (fix.position.lat * DEGREE).round() as i64,
            elevation: scaled(fix.position.elevation, DECIMETRE),
            accuracy: scaled(fix.accuracy_m, DECIMETRE),
            // iOS tells an unknown one as −1.
            speed: scaled(fix.speed_mps.filter(|speed| *speed >= 0.0), CENTIMETRE),
            bearing: scaled(fix.bearing_deg.filter(|bearing| *bearing >= 0.0), DECIMETRE),
            starts_section,
        }
    }

    /// The fix, if its position is valid.
    pub(super) fn fix_if_valid(&self) -> Option<Fix> {
        Some(self.fix()).filter(Fix::is_valid)
    }

    pub(super) fn fix(&self) -> Fix {
        let real = |value: Option<i64>, scale: f64| value.map(|value| value as f64 / scale);
        Fix {
            position: Position {
                lon: self.lon as f64 / DEGREE,
                lat: self.lat as f64 / DEGREE,
                elevation: real(self.elevation, DECIMETRE),
            },
            time_ms: self.time_ms,
            accuracy_m: real(self.accuracy, DECIMETRE),
            speed_mps: real(self.speed, CENTIMETRE),
            bearing_deg: real(self.bearing, DECIMETRE),
        }
    }
}

/// Appends a point; `previous` is the one before, or `None` for a key point.
pub(super) fn encode(previous: Option<&Point>, point: &Point, bytes: &mut Vec<u8>) {
    let base = base(previous);
    let optional = [
        (ELEVATION, point.elevation, base.elevation),
        (ACCURACY, point.accuracy, base.accuracy),
        (SPEED, point.speed, base.speed),
        (BEARING, point.bearing, base.bearing),
    ];
    let mut flags = if previous.is_none() { KEY } else { 0 };
    flags |= if point.starts_section { SECTION } else { 0 };
    for (flag, value, _) in optional {
        flags |= if value.is_some() { flag } else { 0 };
    }
    bytes.push(flags);
    for (value, base) in [(point.time_ms, base.time_ms), (point.lon, base.lon), (point.lat, base.lat)] {
        put(value.wrapping_sub(base), bytes);
    }
    for (_, value, base) in optional {
        if let Some(value) = value {
            put(value.wrapping_sub(base.unwrap_or(0)), bytes);
        }
    }
}

/// Takes a point off the front of `bytes`. `None` if they are damaged, or if the point is no key point and there is no
/// previous one.
pub(super) fn decode(previous: Option<&Point>, bytes: &mut &[u8]) -> Option<Point> {
    let (flags, rest) = bytes.split_first()?;
    *bytes = rest;
    let is_key = flags & KEY != 0;
    if flags & RESERVED != 0 || (!is_key && previous.is_none()) {
        return None;
    }
    let base = base(previous.filter(|_| !is_key));
    let time_ms = base.time_ms.wrapping_add(take(bytes)?);
    let lon = base.lon.wrapping_add(take(bytes)?);
    let lat = base.lat.wrapping_add(take(bytes)?);
    let mut optional = |flag: u8, base: Option<i64>| match flags & flag {
        0 => Some(None),
        _ => Some(Some(base.unwrap_or(0).wrapping_add(take(bytes)?))),
    };
    let point = Point {
        time_ms,
        lon,
        lat,
        elevation: optional(ELEVATION, base.elevation)?,
        accuracy: optional(ACCURACY, base.accuracy)?,
        speed: optional(SPEED, base.speed)?,
        bearing: optional(BEARING, base.bearing)?,
        starts_section: flags & SECTION != 0,
    };
    point.fix().position.is_valid().then_some(point)
}

/// The values that differences are taken to. A field that the previous point lacks counts from 0.
fn base(previous: Option<&Point>) -> Point {
    previous.copied().unwrap_or_default()
}

/// Appends an integer: zigzag, then 7 bits a byte, lowest first.
pub(super) fn put(value: i64, bytes: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

/// Takes an integer off the front of `bytes`.
pub(super) fn take(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

/// CRC-32 (IEEE 802.3), a bit at a time: the inputs are short.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fix() -> impl Strategy<Value = Fix> {
        let optional = |range: std::ops::Range<f64>| proptest::option::of(range);
        let position = (-180.0..=180.0, -90.0..=90.0, optional(-500.0..9000.0))
            .prop_map(|(lon, lat, elevation)| Position { lon, lat, elevation });
        (position, any::<i64>(), optional(0.0..5000.0), optional(0.0..90.0), optional(0.0..360.0)).prop_map(
            |(position, time_ms, accuracy_m, speed_mps, bearing_deg)| Fix {
                position,
                time_ms,
                accuracy_m,
                speed_mps,
                bearing_deg,
            },
        )
    }

    fn near(a: Option<f64>, b: Option<f64>, off: f64) -> bool {
        a.is_some() == b.is_some() && (a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() <= off
    }

    proptest! {
        #[test]
        fn encoded_points_read_back_and_damaged_bytes_do_not_panic(
            fixes in prop::collection::vec((fix(), any::<bool>()), 1..20), place in any::<prop::sample::Index>(),
            noise in any::<u8>(),
        ) {
            let points: Vec<Point> = fixes.iter().map(|(fix, starts)| Point::new(fix, *starts)).collect();
            let mut bytes = Vec::new();
            let mut previous = None;
            for point in &points {
                encode(previous.as_ref(), point, &mut bytes);
                previous = Some(*point);
            }
            let mut rest = &bytes[..];
            let mut previous = None;
            for (point, (fix, _)) in points.iter().zip(&fixes) {
                previous = decode(previous.as_ref(), &mut rest);
                prop_assert_eq!(previous.as_ref(), Some(point));
                let read = point.fix();
                prop_assert_eq!(read.time_ms, fix.time_ms);
                prop_assert!(near(Some(read.position.lon), Some(fix.position.lon), 0.51e-7));
                prop_assert!(near(Some(read.position.lat), Some(fix.position.lat), 0.51e-7));
                prop_assert!(near(read.position.elevation, fix.position.elevation, 0.051));
                prop_assert!(near(read.accuracy_m, fix.accuracy_m, 0.051));
                prop_assert!(near(read.speed_mps, fix.speed_mps, 0.0051));
                prop_assert!(near(read.bearing_deg, fix.bearing_deg, 0.051));
                // What was read is written as the same bytes again.
                prop_assert_eq!(Point::new(&read, point.starts_section), *point);
            }
            prop_assert!(rest.is_empty());
            let place = place.index(bytes.len());
            bytes[place] = noise;
            let (mut rest, mut previous) = (&bytes[..], None);
            while let Some(point) = decode(previous.as_ref(), &mut rest) {
                previous = Some(point);
            }
        }
    }

    #[test]
    fn crc_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
