//! The properties of a feature: for each a column's index (u16) and its value, by the column's type, in little endian. The
//! crate `flatgeobuf` reads them by slices that it does not check.

use flatgeobuf::ColumnType;

/// The names of the types of columns in the manifest.
const TYPES: [(&str, ColumnType); 15] = [
    ("byte", ColumnType::Byte),
    ("ubyte", ColumnType::UByte),
    ("bool", ColumnType::Bool),
    ("short", ColumnType::Short),
    ("ushort", ColumnType::UShort),
    ("int", ColumnType::Int),
    ("uint", ColumnType::UInt),
    ("long", ColumnType::Long),
    ("ulong", ColumnType::ULong),
    ("float", ColumnType::Float),
    ("double", ColumnType::Double),
    ("string", ColumnType::String),
    ("json", ColumnType::Json),
    ("datetime", ColumnType::DateTime),
    ("binary", ColumnType::Binary),
];

/// The type with a name in the manifest.
pub(super) fn column_type(name: &str) -> Option<ColumnType> {
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, column_type)| *column_type)
}

/// The name of a type in the manifest.
#[cfg(feature = "edition-build")]
pub(super) fn type_name(column_type: ColumnType) -> &'static str {
    TYPES.iter().find(|(_, known)| *known == column_type).map_or("binary", |(name, _)| name)
}

/// Bytes of a value; `None` for a value with its length before it.
fn fixed_length(column_type: ColumnType) -> Option<usize> {
    match column_type {
        ColumnType::Byte | ColumnType::UByte | ColumnType::Bool => Some(1),
        ColumnType::Short | ColumnType::UShort => Some(2),
        ColumnType::Int | ColumnType::UInt | ColumnType::Float => Some(4),
        ColumnType::Long | ColumnType::ULong | ColumnType::Double => Some(8),
        _ => None,
    }
}

/// The value of a column. `None` if the feature has none, or if its properties cannot be read up to it.
pub(super) fn find<'b>(mut properties: &'b [u8], types: &[ColumnType], wanted: u16) -> Option<&'b [u8]> {
    loop {
        let (column, value, rest) = split_first(properties, types)?;
        if column == wanted {
            return Some(value);
        }
        properties = rest;
    }
}

/// Splits the first value off properties: index of its column, its bytes, and the properties after it. `None` if it is cut
/// short, or if there is no such column.
pub(super) fn split_first<'b>(properties: &'b [u8], types: &[ColumnType]) -> Option<(u16, &'b [u8], &'b [u8])> {
    let (column, rest) = properties.split_first_chunk::<2>()?;
    let column = u16::from_le_bytes(*column);
    let (length, rest) = match fixed_length(*types.get(usize::from(column))?) {
        Some(length) => (length, rest),
        None => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
        }
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((column, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES_OF_COLUMNS: [ColumnType; 3] = [ColumnType::Long, ColumnType::String, ColumnType::Json];

    #[test]
    fn find_returns_the_value_after_others_and_nothing_of_a_cut_one() {
        let mut properties = vec![0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 2, 0, 0, 0, b'a', b'b', 2, 0, 1, 0, 0, 0, b'{'];
        assert_eq!(find(&properties, &TYPES_OF_COLUMNS, 2), Some(&b"{"[..]));
        assert_eq!(find(&properties, &TYPES_OF_COLUMNS[..2], 2), None);
        properties.pop();
        assert_eq!(find(&properties, &TYPES_OF_COLUMNS, 2), None);
        assert_eq!(find(&properties, &TYPES_OF_COLUMNS, 1), Some(&b"ab"[..]));
        assert_eq!(find(&[1, 0, 255, 255, 255, 255, 0], &TYPES_OF_COLUMNS, 1), None);
    }

    #[test]
    fn every_type_has_a_name_of_its_own() {
        for (name, of) in TYPES {
            assert_eq!((column_type(name), type_name(of)), (Some(of), name));
        }
        assert_eq!(column_type("other"), None);
    }
}
