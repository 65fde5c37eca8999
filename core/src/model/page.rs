use super::fields::records;
use super::{Attachment, Id, Localized, RichText};

records! {
    /// A page of text that the office writes.
    pub struct FlatPage in "flatpage" {
        /// Identifier on the server.
        id: Id;
        /// Title.
        title: Localized => name;
        /// Text.
        content: RichText => description;
        /// Sources (vocabulary `source`).
        source: Vec<Id> => refers_to("source"), set;
        /// Portals that show the page (vocabulary `portal`).
        portals: Vec<Id> => refers_to("portal"), set;
        /// Parent page.
        parent: Option<Id>;
        /// Child pages.
        children: Vec<Id>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Languages in which the page is published.
        published: Vec<String> => languages;
    }

    /// An entry of the office's menu.
    pub struct MenuItem in "menu_item" {
        /// Identifier on the server.
        id: Id;
        /// Title.
        title: Localized => name;
        /// `page`, `link`, or empty for a heading.
        target_type: String;
        /// Address of a link.
        link_url: Localized;
        /// Page that the entry opens.
        page: Option<Id> => column;
        /// Title of this page.
        page_title: Localized => summary;
        /// Portals that show the entry (vocabulary `portal`).
        portals: Vec<Id> => refers_to("portal"), set;
        /// Open the link in a new window.
        open_in_new_tab: bool;
        /// Address of the pictogram.
        pictogram: Option<String> => pictogram;
        /// Parent entry.
        parent: Option<Id>;
        /// Child entries, in order.
        children: Vec<Id>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Languages in which the entry is published.
        published: Vec<String> => languages;
    }
}
