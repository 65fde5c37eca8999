//! Which fields are not kept, and why. A field that is neither here nor read is counted as unknown.

/// List, field, reason. A list's name is the server's; `attachment`, `rule` and the like are the objects within.
pub const IGNORED_FIELDS: &[(&str, &str, &str)] = &[
    ("*", "url", "the address of the object itself, which its list and number give"),
    ("trek", "altimetric_profile", "its address follows from the number, its content from the geometry"),
    ("trek", "elevation_area_url", "its address follows from the number"),
    ("trek", "elevation_svg_url", "its address follows from the number"),
    ("trek", "count_children", "the length of `children`"),
    ("signage", "condition", "deprecated: the first of `conditions`"),
    ("touristicevent", "meeting_time", "deprecated: the same as `start_time`"),
    ("touristicevent", "organizer", "deprecated: the same as `organizers`"),
    ("hd_reference", "uuid", "the number beside it says which"),
];

pub(super) fn is_ignored_field(list: &str, field: &str) -> bool {
    // What has an address of its own to tell (links, attachments, rules) reads it before.
    IGNORED_FIELDS.iter().any(|(known, name, _)| (*known == "*" || *known == list) && *name == field)
}
