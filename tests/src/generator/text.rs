//! Texts in three languages, put together from words, with holes where real servers have them.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::words::{ENGLISH, FRENCH, ITALIAN, PLACES, TREKS, VILLAGES};
use crate::day::Day;

/// Whether something happens that does so many times in a hundred.
pub(super) fn chance(percent: u32, rng: &mut ChaCha8Rng) -> bool {
    rng.random_range(0..100) < percent
}

/// One of several.
pub(super) fn pick<T: Copy>(from: &[T], rng: &mut ChaCha8Rng) -> T {
    from[rng.random_range(0..from.len())]
}

/// Some of several, in their order; at least one.
pub(super) fn some<T: Copy>(from: &[T], percent: u32, rng: &mut ChaCha8Rng) -> Vec<T> {
    let kept: Vec<T> = from.iter().copied().filter(|_| chance(percent, rng)).collect();
    if kept.is_empty() { vec![pick(from, rng)] } else { kept }
}

/// A name: French and English, which is null when empty here; Italian is null, as it is on real servers even for
/// objects flagged published in Italian.
pub(super) fn name(fr: &str, en: &str) -> Value {
    term([fr, en, ""])
}

/// French, English and Italian; those that are empty here are null.
pub(super) fn term(texts: [&str; 3]) -> Value {
    let [fr, en, it] = texts.map(|text| (!text.is_empty()).then_some(text));
    json!({"fr": fr, "en": en, "it": it})
}

/// A name put together for the n-th object. Every sixth repeats the one before: lists are ordered by a name that is not
/// unique.
pub(super) fn trek_name(n: usize) -> [String; 2] {
    let n = if n.is_multiple_of(6) { n - 1 } else { n };
    let (fr, en) = TREKS[n % TREKS.len()];
    let (place, village) = (PLACES[(n * 7 + n / 12) % PLACES.len()], VILLAGES[n / 5 % VILLAGES.len()]);
    let bare = place.split_once([' ', '\'']).map_or(place, |(_, name)| name);
    let from = if n.is_multiple_of(3) { String::new() } else { format!(" depuis {village}") };
    let number = if n > 700 { format!(" n°{}", n / 700 + 1) } else { String::new() };
    [format!("{fr} {place}{from}{number}"), format!("{}{number}", en.replace("{}", bare))]
}

/// A place called after what it is and where it lies: `Chapelle de l'Œil`.
pub(super) fn place_name(what: &str, n: usize) -> String {
    format!("{what} {}", PLACES[n * 5 % PLACES.len()])
}

fn paragraphs(sentences: &[&str], count: u32, rng: &mut ChaCha8Rng) -> String {
    (0..count).map(|_| format!("<p>{} {}</p>", pick(sentences, rng), pick(sentences, rng))).collect()
}

/// An HTML text in French, mostly in English and seldom in Italian; those that are not there are null.
pub(super) fn html(count: u32, rng: &mut ChaCha8Rng) -> Value {
    let en = chance(85, rng).then(|| paragraphs(&ENGLISH, count, rng));
    let it = chance(10, rng).then(|| paragraphs(&ITALIAN, 1, rng));
    json!({"fr": paragraphs(&FRENCH, count, rng), "en": en, "it": it})
}

/// An HTML text in the three languages.
pub(super) fn full(count: u32, rng: &mut ChaCha8Rng) -> Value {
    let fr = paragraphs(&FRENCH, count, rng);
    json!({"fr": fr, "en": paragraphs(&ENGLISH, count, rng), "it": paragraphs(&ITALIAN, 1, rng)})
}

/// A text that is there so many times in a hundred.
pub(super) fn perhaps(percent: u32, rng: &mut ChaCha8Rng) -> Value {
    if chance(percent, rng) { html(1, rng) } else { empty() }
}

/// A text somebody opened and left empty.
pub(super) fn empty() -> Value {
    json!({"fr": "", "en": "", "it": null})
}

/// A text nobody filled in.
pub(super) fn nothing() -> Value {
    json!({"fr": null, "en": null, "it": null})
}

/// A flag per language; Italian for some.
pub(super) fn published(n: usize) -> Value {
    json!({"fr": true, "en": true, "it": n.is_multiple_of(8)})
}

/// A date of the last years in the zone of the server, with its offset; one in three has no microseconds.
pub(super) fn date(rng: &mut ChaCha8Rng) -> String {
    let day = Day::new(2023, 1, 1).plus(rng.random_range(0..1420));
    let offset = if (4..=10).contains(&day.month()) { "+02:00" } else { "+01:00" };
    let (hour, minute, second) = (rng.random_range(0..24), rng.random_range(0..60), rng.random_range(0..60));
    let micros = if chance(33, rng) { String::new() } else { format!(".{:06}", rng.random_range(1..1_000_000)) };
    format!("{day}T{hour:02}:{minute:02}:{second:02}{micros}{offset}")
}

/// A date of creation and a later one of change.
pub(super) fn dates(rng: &mut ChaCha8Rng) -> [String; 2] {
    let mut dates = [date(rng), date(rng)];
    dates.sort();
    dates
}

/// What a name becomes in an address: letters without accents, and dashes.
pub(super) fn slug(name: &str) -> String {
    let plain = name.chars().map(|letter| match letter {
        'À' | 'Â' | 'à' | 'â' => 'a',
        'É' | 'È' | 'é' | 'è' | 'ê' => 'e',
        'ô' => 'o',
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '-',
    });
    let slug: String = plain.collect();
    slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The PDF of an object, one per language.
pub(super) fn pdf(module: &str, id: usize, name: &str) -> Value {
    let slug = slug(name);
    let link = |language: &str| format!("{}/api/{language}/{module}/{id}/{slug}.pdf", super::HOST);
    json!({"fr": link("fr"), "en": link("en"), "it": link("it")})
}
