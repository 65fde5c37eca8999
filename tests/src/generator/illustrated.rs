//! Pictures inside texts, with the addresses editors leave: of the server, relative, of a server that is no more, of
//! somebody else, or written out in the text.

use serde_json::{Value, json};

use super::{HOST, Territory};

/// A host the server once had.
pub const OLD_HOST: &str = "http://old.geotrek.invalid";

/// Module, field, one of how many, the rest that must be left, and what the address starts with.
const PICTURES: [(&str, &str, u64, u64, &str); 9] = [
    ("trek", "description", 3, 0, HOST),
    ("trek", "description", 6, 5, OLD_HOST),
    ("trek", "advice", 4, 1, ""),
    ("poi", "description", 5, 0, ""),
    ("poi", "description", 15, 3, HOST),
    ("touristiccontent", "description", 4, 0, HOST),
    ("touristiccontent", "practical_info", 6, 3, "https://example.org"),
    ("informationdesk", "description", 2, 1, ""),
    ("flatpage", "content", 2, 0, ""),
];
/// One point, as a picture without an address.
const WRITTEN_OUT: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

pub(super) fn fill(made: &mut Territory) {
    for (module, field, step, rest, host) in PICTURES {
        for object in made.modules.get_mut(module).into_iter().flatten() {
            let id = object["id"].as_u64().unwrap_or(0);
            if id % step == rest {
                let file = format!("{host}/media/upload/{module}-{field}-{id}.jpg");
                // The translation shows the same picture.
                show(&mut object[field]["fr"], &file);
                show(&mut object[field]["en"], &file);
            }
        }
    }
    let mut treks = made.modules.get_mut("trek").into_iter().flatten();
    if let Some(trek) = treks.find(|trek| trek["id"] == 7) {
        show(&mut trek["description"]["fr"], WRITTEN_OUT);
    }
}

/// Ends a text, if there is one, with a picture.
fn show(text: &mut Value, file: &str) {
    if let Some(written) = text.as_str().filter(|text| !text.is_empty()) {
        *text = json!(format!("{written}<p><img style=\"width: 100%\" src=\"{file}\" alt=\"Vue\" /></p>"));
    }
}
