//! The phrases of emergency sheets and of checks before leaving, a table for each language. To add a language, add a table to
//! [`ALL`]: the compiler tells what is missing from it. `{}` stands for a number or a name.

use crate::line::COMPASS_POINTS;
use crate::model::language::lookup;

/// The phrases of one language.
pub(crate) struct Phrases {
    /// Language code.
    pub(crate) lang: &'static str,
    /// Separator of decimals.
    pub(crate) decimal_separator: char,
    /// Between a name and what is told of it.
    pub(crate) colon: &'static str,
    /// Compass points, clockwise from north, as after a distance: `to the north-east`.
    pub(crate) compass: [&'static str; COMPASS_POINTS],

    /// Title of an emergency sheet.
    pub(crate) emergency: &'static str,
    pub(crate) position: &'static str,
    pub(crate) accuracy: &'static str,
    pub(crate) age: &'static str,
    pub(crate) just_now: &'static str,
    pub(crate) seconds_ago: &'static str,
    pub(crate) minutes_ago: &'static str,
    pub(crate) hours_ago: &'static str,
    pub(crate) days_ago: &'static str,
    pub(crate) altitude: &'static str,
    pub(crate) nearby: &'static str,
    pub(crate) numbers: &'static str,
    /// Start of a trek, with the name of the trek.
    pub(crate) trek_start: &'static str,
    /// A place less than 10 m away.
    pub(crate) here: &'static str,
    /// Label of 112.
    pub(crate) number_112: &'static str,
    /// Label of 114.
    pub(crate) number_114: &'static str,
    /// An information desk, with its name.
    pub(crate) desk_number: &'static str,

    pub(crate) not_downloaded: &'static str,
    pub(crate) incomplete_download: &'static str,
    pub(crate) stale_download: &'static str,
    /// The age in days.
    pub(crate) old_data: &'static str,
    pub(crate) withdrawn: &'static str,
    /// The name of the area.
    pub(crate) sensitive_area: &'static str,
    /// Name of an area without one.
    pub(crate) unnamed_area: &'static str,
    pub(crate) unknown_walking_time: &'static str,
    pub(crate) longer_than_daylight: &'static str,
    pub(crate) too_late: &'static str,
    pub(crate) polar_night: &'static str,
    pub(crate) unknown_elevations: &'static str,
}

/// The tables. The last one answers if no language is known.
pub(crate) const ALL: [Phrases; 2] = [FRENCH, ENGLISH];

impl Phrases {
    /// The phrases in the first of some languages that has a table; English if none has.
    pub(crate) fn find(languages: &[&str]) -> &'static Phrases {
        static TABLES: [Phrases; ALL.len()] = ALL;
        let index = languages.iter().find_map(|wanted| lookup(wanted, TABLES.iter().map(|table| table.lang)));
        &TABLES[index.unwrap_or(ALL.len() - 1)]
    }
}

const FRENCH: Phrases = Phrases {
    lang: "fr",
    decimal_separator: ',',
    colon: " : ",
    compass: [
        "au nord",
        "au nord-est",
        "à l’est",
        "au sud-est",
        "au sud",
        "au sud-ouest",
        "à l’ouest",
        "au nord-ouest",
    ],

    emergency: "APPEL DE SECOURS",
    position: "Position (latitude, longitude) : {}",
    accuracy: "Précision : {} m",
    age: "Position relevée {}",
    just_now: "à l’instant",
    seconds_ago: "il y a {} s",
    minutes_ago: "il y a {} min",
    hours_ago: "il y a {} h",
    days_ago: "il y a {} jours",
    altitude: "Altitude : {} m",
    nearby: "Lieux proches, vus d’ici :",
    numbers: "Numéros :",
    trek_start: "Départ de « {} »",
    here: "sur place",
    number_112: "secours, dans toute l’Europe",
    number_114: "secours par SMS en France, pour personnes sourdes, malentendantes ou qui ne peuvent pas parler",
    desk_number: "{} (renseignements, pas de secours)",

    not_downloaded: "La randonnée n’est pas téléchargée : sans réseau, il manquera des contenus.",
    incomplete_download: "Le téléchargement de la randonnée n’est pas terminé.",
    stale_download: "Le serveur a une version plus récente de la randonnée.",
    old_data: "Les données ont {} jours : actualisez-les avant de partir.",
    withdrawn: "La randonnée n’est plus publiée : renseignez-vous avant de partir.",
    sensitive_area: "Zone de sensibilité en saison : {}",
    unnamed_area: "zone sans nom",
    unknown_walking_time: "Le temps de marche est inconnu.",
    longer_than_daylight: "La marche est plus longue que le jour : partez avec une lampe ou par étapes.",
    too_late: "Il est trop tard pour arriver avant le coucher du soleil.",
    polar_night: "Le soleil ne se lève pas ce jour-là.",
    unknown_elevations: "L’altitude d’une partie du tracé est inconnue : les temps calculés sont trop courts.",
};

const ENGLISH: Phrases = Phrases {
    lang: "en",
    decimal_separator: '.',
    colon: ": ",
    compass: [
        "to the north",
        "to the north-east",
        "to the east",
        "to the south-east",
        "to the south",
        "to the south-west",
        "to the west",
        "to the north-west",
    ],

    emergency: "EMERGENCY CALL",
    position: "Position (latitude, longitude): {}",
    accuracy: "Accuracy: {} m",
    age: "Position taken {}",
    just_now: "just now",
    seconds_ago: "{} s ago",
    minutes_ago: "{} min ago",
    hours_ago: "{} h ago",
    days_ago: "{} days ago",
    altitude: "Altitude: {} m",
    nearby: "Places nearby, seen from here:",
    numbers: "Numbers:",
    trek_start: "Start of “{}”",
    here: "on the spot",
    number_112: "emergency services, all over Europe",
    number_114: "emergency services by SMS in France, for people who are deaf, hard of hearing or cannot speak",
    desk_number: "{} (information, not rescue)",

    not_downloaded: "The trek is not downloaded: without a network some of it will be missing.",
    incomplete_download: "The download of the trek is not complete.",
    stale_download: "The server has a newer version of the trek.",
    old_data: "The data is {} days old: refresh it before you leave.",
    withdrawn: "The trek is no longer published: ask before you leave.",
    sensitive_area: "Sensitive area in season: {}",
    unnamed_area: "area without a name",
    unknown_walking_time: "The walking time is not known.",
    longer_than_daylight: "The walk is longer than the day: take a lamp, or walk it in stages.",
    too_late: "It is too late to arrive before sunset.",
    polar_night: "The sun does not rise on this day.",
    unknown_elevations: "The elevation of a part of the route is unknown: calculated times are too short.",
};

/// A phrase with its `{}` filled in.
pub(crate) fn fill(phrase: &str, value: impl std::fmt::Display) -> String {
    phrase.replacen("{}", &value.to_string(), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_those_of_the_first_known_language() {
        let lang = |languages: &[&str]| Phrases::find(languages).lang;
        assert_eq!((lang(&["fr-CA", "en"]), lang(&["de", "fr", "en"])), ("fr", "fr"));
        assert_eq!((lang(&["EN_gb.UTF-8"]), lang(&["de"]), lang(&[])), ("en", "en", "en"));
    }

    #[test]
    fn value_with_braces_is_filled_in_once() {
        assert_eq!(fill("Area: {}", "{} and {}"), "Area: {} and {}");
    }

    #[test]
    fn phrases_of_all_languages_have_the_same_gaps() {
        let gaps = |of: &Phrases| {
            let all = [
                of.position,
                of.accuracy,
                of.age,
                of.seconds_ago,
                of.minutes_ago,
                of.hours_ago,
                of.days_ago,
                of.altitude,
                of.trek_start,
                of.desk_number,
                of.old_data,
                of.sensitive_area,
            ];
            all.iter().all(|phrase| phrase.matches("{}").count() == 1)
        };
        assert!(ALL.iter().all(gaps));
    }
}
