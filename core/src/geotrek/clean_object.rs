//! Cleans the HTML of objects that were read from a file (feature `edition`): whoever wrote it may not have cleaned them.

use url::Url;

use super::Cleaner;
use super::links::Links;
use crate::model::Object;
use crate::model::fields::Record;
use crate::model::values::ValueMut;

/// Cleans the rich texts of objects.
pub(crate) struct ObjectCleaner {
    cleaner: Cleaner,
}

impl ObjectCleaner {
    /// A cleaner for the objects of one server: relative links in their texts become links to it.
    pub(crate) fn new(server: Option<Url>) -> ObjectCleaner {
        ObjectCleaner { cleaner: Cleaner::new(&Links::new(server)) }
    }

    /// Replaces the HTML of each rich text by its cleaned HTML, and its plain text by that of the cleaned HTML.
    pub(crate) fn clean(&self, object: &mut Object) {
        self.clean_record(object.record_mut());
    }

    fn clean_record(&self, record: &mut dyn Record) {
        for index in 0..record.fields().len() {
            match record.value_mut(index) {
                Some(ValueMut::RichText(text)) if !text.html.is_empty() || !text.plain.is_empty() => {
                    *text = self.cleaner.clean(&text.html);
                }
                Some(ValueMut::Records(records)) => records.each_mut(&mut |inner| self.clean_record(inner)),
                Some(ValueMut::Record(inner)) => self.clean_record(inner),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InformationDesk, Localized, RichText, Rule, SensitiveArea};

    fn dirty() -> RichText {
        let texts = |text: &str| [("fr", text)].into_iter().collect::<Localized>();
        RichText { html: texts("<p onclick=\"x()\">Nid<script>x()</script></p>"), plain: texts("something else") }
    }

    #[test]
    fn clean_removes_scripts_and_renews_plain_text_at_every_depth() {
        let mut area = SensitiveArea { description: dirty(), ..SensitiveArea::default() };
        area.rules.push(Rule { description: dirty(), ..Rule::default() });
        let mut objects =
            [Object::from(area), InformationDesk { description: dirty(), ..InformationDesk::default() }.into()];
        let cleaner = ObjectCleaner::new(None);
        for object in &mut objects {
            cleaner.clean(object);
            let json = serde_json::to_string(object).unwrap();
            assert!(!json.contains("<script") && !json.contains("onclick") && !json.contains("something else"));
            assert!(json.contains("Nid"));
            let once = object.clone();
            cleaner.clean(object);
            assert_eq!(*object, once);
        }
    }
}
