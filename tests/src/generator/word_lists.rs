//! The words of generated texts. All names are invented.

/// Villages, for communes, departures and names.
pub(super) const VILLAGES: [&str; 24] = [
    "Saint-Étienne-d'Œuf",
    "Villar-sur-Brune",
    "Montaclair",
    "La Chapelle-aux-Mélèzes",
    "Le Bourg-d'Aval",
    "Pierre-Aiguë",
    "Champravier",
    "L'Hôpital-du-Col",
    "Sauvallon",
    "Roche-Œuvre",
    "Font-Frède",
    "Les Ormeaux",
    "Malafosse",
    "Saint-Ygnace-en-Brunois",
    "Valbrune",
    "Peyrenère",
    "Noyers-le-Vieux",
    "Entre-Deux-Gaves",
    "Clos-Ferrand",
    "L'Argentelle",
    "Côte-Rôtie",
    "Prats-Hauts",
    "Sainte-Aÿs",
    "Orbeyrac",
];

/// Places, with the preposition `de`.
pub(super) const PLACES: [&str; 32] = [
    "de l'Œil",
    "de la Combe Noire",
    "du Grand Mélèze",
    "des Aiguillons",
    "de Font-Frède",
    "du Sauvage",
    "de la Pierre Levée",
    "des Trois Évêques",
    "de l'Étoile",
    "du Rocher Fendu",
    "de Malafosse",
    "des Eaux Tortes",
    "de la Brèche",
    "du Pas de l'Âne",
    "de l'Ubaguet",
    "des Chardonnets",
    "de la Grave Blanche",
    "du Cœur",
    "de Peyrenère",
    "des Sagnes",
    "de l'Aiguebrune",
    "du Bois Gérard",
    "de la Dent Creuse",
    "des Lauzes",
    "du Vieux Chaume",
    "de Clos-Ferrand",
    "de l'Orpierre",
    "du Plan Haut",
    "de la Fenêtre",
    "des Marmottières",
    "de Noyers",
    "du Signal",
];

/// What a trek is called, in French and in English (`{}` is the place).
pub(super) const TREKS: [(&str, &str); 12] = [
    ("Tour", "Round trip of {}"),
    ("Boucle", "Loop of {}"),
    ("Balcon", "Balcony of {}"),
    ("Sentier", "Path of {}"),
    ("Col", "Pass of {}"),
    ("Lac", "Lake of {}"),
    ("Refuge", "Hut of {}"),
    ("Crêtes", "Ridges of {}"),
    ("Vallon", "Dale of {}"),
    ("Cascade", "Waterfall of {}"),
    ("Chemin", "Way of {}"),
    ("Grande traversée", "Great traverse of {}"),
];

/// Sentences of descriptions: raw entities, apostrophes, ligatures, lists, links and pictures, as editors leave them.
pub(super) const FRENCH: [&str; 14] = [
    "Le cœur du vallon s'ouvre à l'aube&nbsp;: mélèzes, œillets &amp; névés.",
    "Prenez garde aux éboulis ; l'itinéraire reste <strong>exposé</strong> jusqu'au replat.",
    "À la Straße, suivre l'ancien canal jusqu'au hameau, puis à gauche.",
    "On rejoint la crête par une sente bien tracée, d'où la vue embrasse tout le massif.",
    "Le sentier (balisage jaune) longe le torrent et le franchit sur une passerelle.",
    "L'été, les troupeaux montent à l'alpage&nbsp;; tenir son chien en laisse.",
    "Au croisement, laisser la piste et monter dans la forêt par de courts lacets.",
    "Compter <em>2&nbsp;h&nbsp;30</em> de montée, soit 650&nbsp;m de dénivelé.",
    "La chapelle fut bâtie au XVII<sup>e</sup> siècle par les habitants, pierre après pierre.",
    "Par temps d'orage, renoncer à la traversée&nbsp;: le gué n'est plus praticable.",
    "Renseignements&nbsp;: <a href=\"https://example.org/parc?a=1&amp;b=2\">maison du parc</a>.",
    "<span style=\"font-weight: 400;\">Ici nichent l'aigle royal et le gypaète barbu.</span>",
    "Du parking, prendre la route sur 200&nbsp;m, passer le pont, puis la ruelle entre les toits de lauzes.",
    "Le retour se fait par le même chemin, ou par la variante «&nbsp;haute&nbsp;» pour les plus aguerris.",
];

/// Sentences in English, fewer, as translations are shorter.
pub(super) const ENGLISH: [&str; 8] = [
    "Beware of loose scree; don't leave the path.",
    "The trail follows the stream &amp; crosses it on a footbridge.",
    "From the ridge, the view takes in the whole range.",
    "Keep dogs on a lead: flocks graze here in summer.",
    "At the junction, leave the track and climb through the forest.",
    "In stormy weather, turn back before the ford.",
    "The chapel was built in the 17th century.",
    "Return the same way, or by the <em>high</em> variant.",
];

/// Sentences in Italian.
pub(super) const ITALIAN: [&str; 4] = [
    "Attenzione: c'è neve fino a giugno.",
    "Il sentiero segue il torrente e lo attraversa su una passerella.",
    "Dalla cresta, la vista è più ampia&nbsp;: si vede tutto il massiccio.",
    "Tenere i cani al guinzaglio.",
];

/// Authors of pictures and speakers of events.
pub(super) const PEOPLE: [&str; 6] =
    ["Zoé Œillet", "Noël Dupré-Laforêt", "M. D'Arcy", "Inès Garcin", "Office de tourisme de Sauvallon", "J. Müller"];
/// Names of licences.
pub(super) const LICENSES: [&str; 4] = ["CC-by 4.0", "CC-by-sa 4.0", "CC-by-nc-nd 4.0", "Tous droits réservés"];
