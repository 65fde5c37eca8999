//! Fields of the API that are not kept, with the reason. A field that is neither here nor in the table of fields is counted
//! as unknown.

/// List, field, reason. `*` is every list; `attachment`, `rule` and the like are objects within others.
const IGNORED_FIELDS: &[(&str, &str, &str)] = &[
    ("*", "url", "the address of the object itself, which its list and number give"),
    ("trek", "altimetric_profile", "its address follows from the number, its content from the geometry"),
    ("trek", "elevation_area_url", "its address follows from the number"),
    ("trek", "elevation_svg_url", "its address follows from the number"),
    ("trek", "count_children", "the length of `children`"),
    ("signage", "condition", "deprecated: the first of `conditions`"),
    ("touristicevent", "meeting_time", "deprecated: the same as `start_time`"),
    ("touristicevent", "organizer", "deprecated: the same as `organizers`"),
    ("hd_reference", "uuid", "the number beside it identifies the object"),
    ("file_type_of_attachment", "structure", "the owner of the class does not matter for the picture"),
];

pub(super) fn is_ignored_field(list: &str, field: &str) -> bool {
    // An object with another address in `url` (links, attachments, rules) has it in the table of fields.
    IGNORED_FIELDS.iter().any(|(known, name, _)| (*known == "*" || *known == list) && *name == field)
}
