//! Texts in three languages, with accents, ligatures, apostrophes and HTML, and with holes in places.

use serde_json::{Value, json};

/// A name: French and English; Italian is null, as it is on real servers even for objects flagged published in Italian.
pub(super) fn name(fr: &str, en: &str) -> Value {
    json!({"fr": fr, "en": en, "it": null})
}

/// An HTML text; every fifth has an empty English, every third an Italian one.
pub(super) fn html(n: usize) -> Value {
    let fr = [
        "<p>Le cœur du vallon s'ouvre à l'aube&nbsp;: mélèzes, œillets &amp; névés.</p>",
        "<p>Prenez garde aux éboulis ; l'itinéraire reste <strong>exposé</strong>.</p>",
        "<p>À la Straße, suivre l'ancien canal jusqu'au hameau.</p><ul><li>Été</li></ul>",
    ][n % 3];
    let en = if n % 5 == 4 { "" } else { "<p>Beware of loose scree; don't leave the path.</p>" };
    let it = if n.is_multiple_of(3) { json!("<p>Attenzione: c'è neve fino a giugno.</p>") } else { Value::Null };
    json!({"fr": fr, "en": en, "it": it})
}

/// A text nobody filled in.
pub(super) fn nothing() -> Value {
    json!({"fr": null, "en": null, "it": null})
}

/// A flag per language.
pub(super) fn published(n: usize) -> Value {
    json!({"fr": true, "en": true, "it": n.is_multiple_of(4)})
}
