//! What the objects of an edition lack: a check of the content for the office, before it publishes. The check of the bytes is
//! [`verify_edition`](super::verify_edition).

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::folder::EditionFolder;
use super::media::for_each_address;
use crate::error::{Error, Result};
use crate::geotrek::kind_of;
use crate::model::fields::{Field, Record};
use crate::model::values::ValueRef;
use crate::model::{Attachment, Id, Kind, Object, Trek};

/// More problems are counted, and not listed.
const MAX_PROBLEMS: usize = 10_000;

/// The rule that an object breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentRule {
    /// An object or a layer cannot be read, so that readers leave it out.
    Unreadable,
    /// A reference leads to an object that the edition does not have.
    Reference,
    /// A picture with an address in the edition is not in the folder.
    PictureFile,
    /// A trek must have a line.
    Line,
    /// A trek must have a length.
    Length,
    /// A trek must have a duration.
    Duration,
    /// A trek must have a description in each language of the territory.
    Description,
    /// A trek must have a picture.
    Picture,
}

/// An object that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ContentProblem {
    /// The rule.
    pub rule: ContentRule,
    /// Kind of the object, or of the layer; `None` if it is unknown.
    pub kind: Option<Kind>,
    /// Id of the object; `None` if it cannot be read.
    pub id: Option<Id>,
    /// The end of a sentence that starts with the object.
    pub problem: String,
}

/// Collects the problems of the objects of one edition.
#[derive(Debug)]
pub struct ContentCheck<'e> {
    edition: &'e EditionFolder,
    languages: Vec<String>,
    problems: Vec<ContentProblem>,
    unlisted: u64,
    /// Every object, by kind, vocabulary (of terms) and id.
    objects: HashSet<(Kind, String, Id)>,
    references: Vec<Reference>,
    /// Whether the folder has the file of an address.
    files: HashMap<String, bool>,
}

/// A reference of an object to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Reference {
    kind: Kind,
    id: Id,
    field: &'static str,
    target: Kind,
    /// Vocabulary of a term; empty for other kinds.
    vocabulary: &'static str,
    target_id: Id,
}

impl<'e> ContentCheck<'e> {
    /// A check of an edition, of which no object was added yet.
    pub fn new(edition: &'e EditionFolder) -> ContentCheck<'e> {
        ContentCheck {
            edition,
            languages: edition.info().languages,
            problems: Vec::new(),
            unlisted: 0,
            objects: HashSet::new(),
            references: Vec::new(),
            files: HashMap::new(),
        }
    }

    /// Adds what [`EditionFolder::visit`] hands over.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn add(&mut self, kind: Option<Kind>, object: &Result<Object>) -> Result<()> {
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                let detail = match error {
                    Error::Server { detail, .. } => detail.clone(),
                    other => other.to_string(),
                };
                self.problem(ContentRule::Unreadable, kind, None, detail);
                return Ok(());
            }
        };
        let vocabulary = match object {
            Object::Term(term) => term.vocabulary.clone(),
            _ => String::new(),
        };
        self.objects.insert((object.kind(), vocabulary, object.id()));
        self.add_references(object, object.record());
        self.check_pictures(object)?;
        if let Object::Trek(trek) = object {
            self.check_trek(trek);
        }
        Ok(())
    }

    /// The problems by rule, kind and id, and the number of those that are too many for the list.
    pub fn finish(mut self) -> (Vec<ContentProblem>, u64) {
        for (name, objects) in self.edition.unknown_layers() {
            let problem =
                format!("the layer “{name}” with {objects} objects is of a kind that this version does not know");
            self.problem(ContentRule::Unreadable, None, None, problem);
        }
        // An object may name another in two fields that say the same, and a field may name it twice.
        for reference in BTreeSet::from_iter(std::mem::take(&mut self.references)) {
            let Reference { kind, id, field, target, vocabulary, target_id } = reference;
            if !self.objects.contains(&(target, vocabulary.to_owned(), target_id)) {
                let name = if target == Kind::Term { vocabulary } else { target.as_str() };
                let problem = format!("refers in “{field}” to {name} {target_id}, which is not in the edition");
                self.problem(ContentRule::Reference, Some(kind), Some(id), problem);
            }
        }
        self.problems.sort();
        (self.problems, self.unlisted)
    }

    fn problem(&mut self, rule: ContentRule, kind: Option<Kind>, id: Option<Id>, problem: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(ContentProblem { rule, kind, id, problem });
        } else {
            self.unlisted += 1;
        }
    }

    fn check_trek(&mut self, trek: &Trek) {
        let mut missing = Vec::new();
        if !trek.attachments.iter().any(is_picture) {
            missing.push((ContentRule::Picture, "has no picture".to_owned()));
        }
        for language in &self.languages {
            let text = trek.description.plain.in_language(language);
            if text.is_none_or(|text| text.trim().is_empty()) {
                missing.push((ContentRule::Description, format!("has no description in {language}")));
            }
        }
        let is_positive = |value: Option<f64>| value.is_some_and(|value| value > 0.0);
        if !is_positive(trek.length_2d_m) && !is_positive(trek.length_3d_m) {
            missing.push((ContentRule::Length, "has no length".to_owned()));
        }
        if !is_positive(trek.duration_h) {
            missing.push((ContentRule::Duration, "has no duration".to_owned()));
        }
        let lines = trek.geometry.as_ref().map(|geometry| geometry.lines()).unwrap_or_default();
        if !lines.iter().any(|line| line.len() > 1) {
            missing.push((ContentRule::Line, "has no line".to_owned()));
        }
        for (rule, problem) in missing {
            self.problem(rule, Some(Kind::Trek), Some(trek.id), problem);
        }
    }

    fn add_references(&mut self, object: &Object, record: &dyn Record) {
        for (field, value) in record.values() {
            if let ValueRef::Records(records) = value {
                records.each(&mut |inner| self.add_references(object, inner));
                continue;
            }
            let Some((target, vocabulary)) = target(object.kind(), field) else { continue };
            let ids = match value {
                ValueRef::Neighbours(neighbours) => {
                    neighbours.iter().flat_map(|(itinerary, stage)| stage.iter().chain([itinerary])).copied().collect()
                }
                value => value.ids(),
            };
            self.references.extend(ids.into_iter().map(|target_id| Reference {
                kind: object.kind(),
                id: object.id(),
                field: field.name,
                target,
                vocabulary,
                target_id,
            }));
        }
    }

    /// Checks that the folder has the files of relative addresses. Absolute ones are not requested.
    fn check_pictures(&mut self, object: &Object) -> Result<()> {
        let mut addresses = Vec::new();
        // The visitor may change what it visits.
        for_each_address(&mut object.clone(), &mut |address| {
            if !address.is_empty() && url::Url::parse(address) == Err(url::ParseError::RelativeUrlWithoutBase) {
                addresses.push(address.clone());
            }
        });
        for address in addresses {
            let has_file = match self.files.get(&address) {
                Some(has_file) => *has_file,
                None => {
                    let is_below = !address.starts_with('/') && !address.split('/').any(|part| part == "..");
                    let has_file = is_below && self.edition.has_file(&address)?;
                    self.files.insert(address.clone(), has_file);
                    has_file
                }
            };
            if !has_file {
                let problem = format!("names the picture “{address}”, which is not in the directory");
                self.problem(ContentRule::PictureFile, Some(object.kind()), Some(object.id()), problem);
            }
        }
        Ok(())
    }
}

fn is_picture(attachment: &Attachment) -> bool {
    matches!(attachment.media.as_str(), "" | "image") && !attachment.picture.url.is_empty()
}

/// The kind, and the vocabulary of a term, to which the ids of a field lead.
fn target(own: Kind, field: &Field) -> Option<(Kind, &'static str)> {
    if let Some(list) = field.refers_to {
        return Some(match kind_of(list) {
            Kind::Term => (Kind::Term, list),
            kind => (kind, ""),
        });
    }
    let kind = match field.name {
        "cities" | "departure_city" => Kind::City,
        "districts" => Kind::District,
        "children" | "parents" | "parent" | "previous" | "next" => own,
        "courses" => Kind::Course,
        "sites" | "site" => Kind::Site,
        "trek" => Kind::Trek,
        "poi" => Kind::Poi,
        "page" => Kind::FlatPage,
        _ => return None,
    };
    Some((kind, ""))
}
