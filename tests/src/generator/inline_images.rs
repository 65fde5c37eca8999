//! Pictures in texts, with addresses as editors write them: of the server, relative, of a former host, of another host, or
//! as a data URL.

use serde_json::{Value, json};

use super::{HOST, Territory};

/// A former host of the server.
pub const OLD_HOST: &str = "http://old.geotrek.invalid";

/// Module, field, divisor and remainder of the ids, and the start of the address.
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
/// A picture of one pixel.
const DATA_URL: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

pub(super) fn fill(territory: &mut Territory) {
    for (module, field, step, rest, host) in PICTURES {
        for object in territory.modules.get_mut(module).into_iter().flatten() {
            let id = object["id"].as_u64().unwrap_or(0);
            if id % step == rest {
                let file = format!("{host}/media/upload/{module}-{field}-{id}.jpg");
                // The translation has the same picture.
                append_picture(&mut object[field]["fr"], &file);
                append_picture(&mut object[field]["en"], &file);
            }
        }
    }
    let mut treks = territory.modules.get_mut("trek").into_iter().flatten();
    if let Some(trek) = treks.find(|trek| trek["id"] == 7) {
        append_picture(&mut trek["description"]["fr"], DATA_URL);
    }
}

/// Appends a picture to a text, unless it is empty.
fn append_picture(text: &mut Value, file: &str) {
    if let Some(written) = text.as_str().filter(|text| !text.is_empty()) {
        *text = json!(format!("{written}<p><img style=\"width: 100%\" src=\"{file}\" alt=\"Vue\" /></p>"));
    }
}
