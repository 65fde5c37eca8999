//! Folding of words for full-text search: without accents, capitals and ligatures, with and without hyphens and
//! apostrophes. The same code folds the index and the query, so both always agree.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Maximum number of parts of one compound; a longer chain of hyphens is split, so that no text grows without bound.
const MAX_PARTS: usize = 8;

/// Maximum number of words of a query; further words are ignored.
const MAX_QUERY_WORDS: usize = 32;

/// One word between separators, folded, with its range in the original.
#[derive(Debug)]
struct Part {
    folded: String,
    range: Range<usize>,
    /// Whether an apostrophe joins it to the next part, as in `l’étoile`.
    apostrophe: bool,
}

/// Words that hyphens and apostrophes join; most have one part.
type Compound = Vec<Part>;

/// The folded words of a text, in order. The words of a compound are followed by its joined forms, one from each word to
/// the end: `Saint-Véran` gives `saint`, `veran` and `saintveran`.
#[doc(hidden)]
pub fn fold(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for compound in compounds(text) {
        words.extend(compound.iter().map(|part| part.folded.clone()));
        words.extend((0..compound.len().saturating_sub(1)).map(|from| joined(&compound[from..])));
    }
    words
}

/// The words of a text that match a query, as byte ranges of the original, in order and without overlap. A word that
/// begins with a word of the query is included whole.
pub(crate) fn highlight(original: &str, query: &str) -> Vec<Range<usize>> {
    let wanted: Vec<String> = query_words(query).into_iter().flat_map(QueryWord::into_spellings).collect();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for compound in compounds(original) {
        for from in 0..compound.len() {
            ranges.extend(wanted.iter().filter_map(|word| reach(&compound[from..], word)));
        }
    }
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, kept| {
        let overlap = next.start < kept.end;
        if overlap {
            kept.end = kept.end.max(next.end);
        }
        overlap
    });
    ranges
}

/// The range of the fewest parts, from the first on, that begin with `word` when they are joined.
fn reach(parts: &[Part], word: &str) -> Option<Range<usize>> {
    let mut rest = word;
    for part in parts {
        if part.folded.starts_with(rest) {
            return Some(parts.first()?.range.start..part.range.end);
        }
        rest = rest.strip_prefix(part.folded.as_str())?;
    }
    None
}

/// One word or compound of a query. It matches if all `parts` match, or else `joined`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryWord {
    pub(super) parts: Vec<String>,
    /// The joined form, if there are several parts.
    pub(super) joined: Option<String>,
}

impl QueryWord {
    fn into_spellings(self) -> impl Iterator<Item = String> {
        self.parts.into_iter().chain(self.joined)
    }
}

/// The words of a query; empty if it has no letter and no digit. An elided `l’` or `d’` is left out: it would match every
/// word with its letter.
pub(super) fn query_words(query: &str) -> Vec<QueryWord> {
    let mut words: Vec<QueryWord> = Vec::new();
    for compound in compounds(query) {
        let whole = (compound.len() > 1).then(|| joined(&compound));
        let parts = compound.into_iter().filter(|part| !(part.apostrophe && part.folded.chars().count() == 1));
        let word = QueryWord { parts: parts.map(|part| part.folded).collect(), joined: whole };
        if !words.contains(&word) {
            words.push(word);
        }
        if words.len() == MAX_QUERY_WORDS {
            break;
        }
    }
    words
}

/// The sort key of a name; the same in every language.
pub(crate) fn sort_key(name: &str) -> String {
    let words: Vec<String> = compounds(name).into_iter().flatten().map(|part| part.folded).collect();
    words.join(" ")
}

fn joined(parts: &[Part]) -> String {
    parts.iter().map(|part| part.folded.as_str()).collect()
}

fn compounds(text: &str) -> Vec<Compound> {
    let mut compounds: Vec<Compound> = Vec::new();
    let mut compound = Compound::new();
    let mut word: Option<Part> = None;
    // A joiner follows a word directly, so that a word directly after the joiner belongs to the same compound.
    let mut bound = false;
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        if is_ignored(letter) {
            if let Some(part) = &mut word {
                part.range.end = end;
            }
            continue;
        }
        let joiner = is_hyphen(letter) || is_apostrophe(letter);
        let before = word.as_ref().map_or(0, |part| part.folded.len());
        if !joiner {
            let part =
                word.get_or_insert_with(|| Part { folded: String::new(), range: start..start, apostrophe: false });
            fold_letter(letter, &mut part.folded);
            if part.folded.len() > before {
                if before == 0 && (!bound || compound.len() == MAX_PARTS) && !compound.is_empty() {
                    compounds.push(std::mem::take(&mut compound));
                }
                part.range.end = end;
                bound = false;
                continue;
            }
        }
        // A joiner or a separator ends the word.
        bound = false;
        if let Some(mut part) = word.take().filter(|part| !part.folded.is_empty()) {
            part.apostrophe = is_apostrophe(letter);
            bound = joiner;
            compound.push(part);
        }
    }
    compound.extend(word.filter(|part| !part.folded.is_empty()));
    if !compound.is_empty() {
        compounds.push(compound);
    }
    compounds
}

/// Combining accents and invisible characters of typesetting, which are part of the word around them.
fn is_ignored(letter: char) -> bool {
    is_combining_mark(letter) || matches!(letter, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn is_hyphen(letter: char) -> bool {
    // The middle dot is Catalan's `col·legi`.
    matches!(letter, '-' | '\u{2010}' | '\u{2011}' | '\u{ff0d}' | '·')
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '′' | '＇')
}

/// Appends the folded form of a letter; nothing if the character is not a letter or digit.
fn fold_letter(letter: char, folded: &mut String) {
    if letter.is_ascii() {
        if letter.is_ascii_alphanumeric() {
            folded.push(letter.to_ascii_lowercase());
        }
        return;
    }
    // Decomposed again after the change of case, as a small letter may have an accent of its own (`İ`).
    for plain in std::iter::once(letter).nfkd().flat_map(char::to_lowercase).nfkd() {
        match plain {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ŧ' => folded.push('t'),
            'ŋ' => folded.push('n'),
            'ĸ' => folded.push('k'),
            'ς' => folded.push('σ'),
            _ if is_ignored(plain) || is_hyphen(plain) || is_apostrophe(plain) => {}
            _ if plain.is_alphanumeric() => folded.push(plain),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn highlighted<'a>(original: &'a str, query: &str) -> Vec<&'a str> {
        highlight(original, query).into_iter().map(|range| &original[range]).collect()
    }

    #[test]
    fn fold_removes_accents_ligatures_and_capitals() {
        assert_eq!(fold("Cœur des ÉCRINS"), ["coeur", "des", "ecrins"]);
        assert_eq!(fold("STRAẞE Straße"), ["strasse", "strasse"]);
        assert_eq!(fold("Łódź, Tromsø; İstanbul, ısı"), ["lodz", "tromso", "istanbul", "isi"]);
        assert_eq!(fold("ǽ Þór ﬁn 12 m²"), ["ae", "thor", "fin", "12", "m2"]);
        assert_eq!(fold("e\u{301}te\u{301} sou\u{ad}pe"), ["ete", "soupe"], "decomposed, and a soft hyphen");
        assert!(fold(" — \" ( ) * ’ - ").is_empty());
    }

    #[test]
    fn fold_of_compound_gives_joined_forms() {
        assert_eq!(fold("Saint-Véran"), ["saint", "veran", "saintveran"]);
        assert_eq!(fold("L’étoile"), ["l", "etoile", "letoile"]);
        assert_eq!(fold("Pré-d'en-haut bas").last().map(String::as_str), Some("bas"));
        assert!(fold("Pré-d'en-haut").contains(&"denhaut".to_owned()));
        assert_eq!(fold("Lac - Refuge"), ["lac", "refuge"], "a dash between blanks joins nothing");
        assert_eq!(fold("aller -retour"), ["aller", "retour"]);
        assert_eq!(fold(&"a-".repeat(1000)).len(), 125 * (8 + 7), "no more than eight are joined");
    }

    #[test]
    fn highlight_gives_whole_words_of_the_original() {
        assert_eq!(highlighted("Tour du Cœur vaillant", "coeu"), ["Cœur"]);
        assert_eq!(highlighted("Saint-Véran", "saintveran"), ["Saint-Véran"]);
        assert_eq!(highlighted("Saint-Véran", "saint"), ["Saint"]);
        assert_eq!(highlighted("Saint-Véran", "veran"), ["Véran"]);
        assert_eq!(highlighted("Saint-Jean-de-Maurienne", "jeande"), ["Jean-de"]);
        assert_eq!(highlighted("Lac de L’étoile", "l'étoile"), ["L’étoile"]);
        assert_eq!(highlighted("Lac de L’étoile", "etoile"), ["étoile"]);
        assert_eq!(highlighted("Cafe\u{301} noir", "café"), ["Cafe\u{301}"]);
        assert!(highlight("Lac", "").is_empty());
    }

    #[test]
    fn fold_of_each_letter_is_idempotent() {
        for letter in char::MIN..=char::MAX {
            let once = fold(&letter.to_string()).join(" ");
            assert_eq!(fold(&once).join(" "), once, "{letter:?}");
        }
    }

    proptest! {
        #[test]
        fn fold_of_text_is_idempotent(text in "(\\PC|[-'’éœß ]){0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once.join(" ")), once);
        }

        #[test]
        fn highlights_are_ordered_char_ranges(text in "(.|[-'’éœß a]){0,40}", query in "(.|[-'’éœß a]){0,12}") {
            let mut end = 0;
            for range in highlight(&text, &query) {
                prop_assert!(range.start >= end && range.end > range.start);
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }

        #[test]
        fn highlight_of_text_by_itself_is_not_empty(text in "[a-zéœß]{2,8}([-’ ][a-zéœß]{2,8}){0,3}") {
            prop_assert!(!highlight(&text, &text).is_empty());
        }
    }
}
