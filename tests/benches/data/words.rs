use jalon::model::Localized;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::SEED;

const VOCABULARY: usize = 6_000;
const WORDS_IN_NAME: usize = 4;
const WORDS_IN_TEXT: usize = 146;
const STARTS: [&str; 24] = [
    "b", "br", "c", "ch", "cl", "d", "é", "f", "fl", "g", "gr", "l", "m", "n", "p", "pl", "pr", "r", "s", "t", "tr",
    "v", "a", "o",
];
const MIDDLES: [&str; 16] = ["a", "â", "ai", "an", "au", "e", "è", "ê", "ei", "i", "î", "o", "ô", "ou", "u", "eau"];
const ENDS: [&str; 14] = ["r", "l", "n", "t", "s", "ge", "lle", "ne", "rd", "c", "che", "x", "gne", "ç"];

/// A name and a text, 150 words in all.
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) body: String,
}

impl Text {
    pub(crate) fn localized(text: &str) -> Localized {
        [("fr", text)].into_iter().collect()
    }
}

/// Texts of made-up words with accents; the n-th word is as common as 1/n, as in any language. They have no ligature and
/// no apostrophe: Jalon's peers would not find those words, and their answers could not be compared.
pub(crate) fn texts(count: usize) -> Vec<Text> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED + 2);
    let vocabulary: Vec<String> = (0..VOCABULARY).map(|_| word(&mut rng)).collect();
    let some = |count: usize, rng: &mut ChaCha8Rng| {
        let rank = |rng: &mut ChaCha8Rng| (VOCABULARY as f64).powf(rng.random_range(0.0..1.0)) as usize - 1;
        let words: Vec<&str> = (0..count).map(|_| vocabulary[rank(rng).min(VOCABULARY - 1)].as_str()).collect();
        words.join(" ")
    };
    (0..count).map(|_| Text { name: some(WORDS_IN_NAME, &mut rng), body: some(WORDS_IN_TEXT, &mut rng) }).collect()
}

fn word(rng: &mut ChaCha8Rng) -> String {
    let syllables = rng.random_range(1..4);
    let mut pick = |from: &[&'static str]| from[rng.random_range(0..from.len())];
    let mut word: String = (0..syllables).map(|_| format!("{}{}", pick(&STARTS), pick(&MIDDLES))).collect();
    word.push_str(pick(&ENDS));
    word
}
