//! Random texts in three languages, with missing translations as on real servers.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::word_lists::{ENGLISH, FRENCH, ITALIAN, PLACES, TREKS, VILLAGES};
use crate::day::Day;

/// `true` with this probability.
pub(super) fn chance(percent: u32, rng: &mut ChaCha8Rng) -> bool {
    rng.random_range(0..100) < percent
}

/// A random item.
pub(super) fn pick<T: Copy>(from: &[T], rng: &mut ChaCha8Rng) -> T {
    from[rng.random_range(0..from.len())]
}

/// A random selection in the same order, at least one item.
pub(super) fn sample<T: Copy>(from: &[T], percent: u32, rng: &mut ChaCha8Rng) -> Vec<T> {
    let kept: Vec<T> = from.iter().copied().filter(|_| chance(percent, rng)).collect();
    if kept.is_empty() { vec![pick(from, rng)] } else { kept }
}

/// A name in French and English. Empty arguments become null. Italian is null, as on real servers, even if an object is
/// published in Italian.
pub(super) fn name(fr: &str, en: &str) -> Value {
    term([fr, en, ""])
}

/// A text in French, English and Italian. Empty arguments become null.
pub(super) fn term(texts: [&str; 3]) -> Value {
    let [fr, en, it] = texts.map(|text| (!text.is_empty()).then_some(text));
    json!({"fr": fr, "en": en, "it": it})
}

/// The name of the n-th trek in French and English. Every sixth name repeats the one before, because lists are sorted by a
/// name that is not unique.
pub(super) fn trek_name(n: usize) -> [String; 2] {
    let n = if n.is_multiple_of(6) { n - 1 } else { n };
    let (fr, en) = TREKS[n % TREKS.len()];
    let (place, village) = (PLACES[(n * 7 + n / 12) % PLACES.len()], VILLAGES[n / 5 % VILLAGES.len()]);
    let bare = place.split_once([' ', '\'']).map_or(place, |(_, name)| name);
    let from = if n.is_multiple_of(3) { String::new() } else { format!(" depuis {village}") };
    let number = if n > 700 { format!(" n°{}", n / 700 + 1) } else { String::new() };
    [format!("{fr} {place}{from}{number}"), format!("{}{number}", en.replace("{}", bare))]
}

/// The name of a place after its kind and its location: `Chapelle de l'Œil`.
pub(super) fn place_name(what: &str, n: usize) -> String {
    format!("{what} {}", PLACES[n * 5 % PLACES.len()])
}

fn paragraphs(sentences: &[&str], count: u32, rng: &mut ChaCha8Rng) -> String {
    (0..count).map(|_| format!("<p>{} {}</p>", pick(sentences, rng), pick(sentences, rng))).collect()
}

/// An HTML text in French, usually in English, and rarely in Italian. Missing translations are null.
pub(super) fn html(count: u32, rng: &mut ChaCha8Rng) -> Value {
    let en = chance(85, rng).then(|| paragraphs(&ENGLISH, count, rng));
    let it = chance(10, rng).then(|| paragraphs(&ITALIAN, 1, rng));
    json!({"fr": paragraphs(&FRENCH, count, rng), "en": en, "it": it})
}

/// An HTML text in all three languages.
pub(super) fn full(count: u32, rng: &mut ChaCha8Rng) -> Value {
    let fr = paragraphs(&FRENCH, count, rng);
    json!({"fr": fr, "en": paragraphs(&ENGLISH, count, rng), "it": paragraphs(&ITALIAN, 1, rng)})
}

/// An HTML text with this probability, otherwise an empty one.
pub(super) fn optional_html(percent: u32, rng: &mut ChaCha8Rng) -> Value {
    if chance(percent, rng) { html(1, rng) } else { empty() }
}

/// A text that an editor left empty.
pub(super) fn empty() -> Value {
    json!({"fr": "", "en": "", "it": null})
}

/// A text that was never filled in.
pub(super) fn nothing() -> Value {
    json!({"fr": null, "en": null, "it": null})
}

/// The languages that an object is published in: Italian for one of eight.
pub(super) fn published(n: usize) -> Value {
    json!({"fr": true, "en": true, "it": n.is_multiple_of(8)})
}

/// A random time of 2023 to 2026 in the time zone of the server. One of three has no microseconds.
pub(super) fn date(rng: &mut ChaCha8Rng) -> String {
    let day = Day::new(2023, 1, 1).plus(rng.random_range(0..1420));
    let offset = if (4..=10).contains(&day.month()) { "+02:00" } else { "+01:00" };
    let (hour, minute, second) = (rng.random_range(0..24), rng.random_range(0..60), rng.random_range(0..60));
    let micros = if chance(33, rng) { String::new() } else { format!(".{:06}", rng.random_range(1..1_000_000)) };
    format!("{day}T{hour:02}:{minute:02}:{second:02}{micros}{offset}")
}

/// The time of creation and the later time of the last change.
pub(super) fn dates(rng: &mut ChaCha8Rng) -> [String; 2] {
    let mut dates = [date(rng), date(rng)];
    dates.sort();
    dates
}

/// A name in an address: letters without accents, and hyphens.
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

/// The addresses of an object's PDF by language.
pub(super) fn pdf(module: &str, id: usize, name: &str) -> Value {
    let slug = slug(name);
    let link = |language: &str| format!("{}/api/{language}/{module}/{id}/{slug}.pdf", super::HOST);
    json!({"fr": link("fr"), "en": link("en"), "it": link("it")})
}
