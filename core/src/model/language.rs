//! Language tags (BCP 47): the lookup of RFC 4647. Tags are compared without case, and `_` separates subtags as `-` does.

/// The index of the available tag that serves a wanted one best. The wanted tag loses its last subtag until a tag equals it
/// (`zh-Hant-TW`, `zh-Hant`, `zh`). If none does, a tag that the wanted one begins is taken: `pt` finds `pt-br`. The encoding
/// and the modifier of a POSIX locale (`fr_FR.UTF-8`, `ca_ES@valencia`) are ignored.
pub(crate) fn lookup<'a>(wanted: &str, available: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let wanted: Vec<&str> = subtags(wanted).collect();
    if wanted.iter().all(|subtag| subtag.is_empty()) {
        return None;
    }
    let find = |count: usize, is_whole: bool| {
        available.clone().position(|tag| {
            let mut own = subtags(tag);
            let begins =
                wanted[..count].iter().all(|subtag| own.next().is_some_and(|own| own.eq_ignore_ascii_case(subtag)));
            begins && (!is_whole || own.next().is_none())
        })
    };
    // A single letter introduces the subtags after it (`x-private`), so it is never the last.
    let counts = (1..=wanted.len()).rev().filter(|count| *count == wanted.len() || wanted[count - 1].len() > 1);
    counts.clone().find_map(|count| find(count, true)).or_else(|| find(wanted.len(), false))
}

fn subtags(tag: &str) -> impl Iterator<Item = &str> {
    tag.trim().split(['.', '@']).next().unwrap_or_default().split(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(wanted: &str, available: &[&'a str]) -> Option<&'a str> {
        lookup(wanted, available.iter().copied()).map(|index| available[index])
    }

    #[test]
    fn lookup_ignores_case_and_drops_subtags_from_the_end() {
        assert_eq!(found("EN", &["en", "fr"]), Some("en"));
        assert_eq!(found("zh-Hant-TW", &["zh", "zh-hant"]), Some("zh-hant"));
        assert_eq!(found("zh-Hant-TW", &["zh", "zh-hans"]), Some("zh"));
        assert_eq!(found("pt_BR", &["fr", "pt"]), Some("pt"));
        assert_eq!(found("fr_FR.UTF-8", &["fr"]), Some("fr"));
        assert_eq!(found("zh-Hant-CN-x-private1-private2", &["zh", "zh-Hant"]), Some("zh-Hant"));
        assert_eq!(found("de-x", &["de"]), Some("de"));
    }

    #[test]
    fn lookup_of_a_language_finds_its_only_variant() {
        assert_eq!(found("pt", &["fr", "pt-br"]), Some("pt-br"));
        assert_eq!(found("pt", &["pt-br", "pt"]), Some("pt"));
        assert_eq!(found("zh-Hant", &["zh-hans"]), None);
        assert_eq!(found("e", &["en"]), None);
        assert_eq!(found("", &["en"]), None);
    }
}
