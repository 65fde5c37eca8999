//! The favourites of the journal, with what the catalogue knows about their objects.

use serde::Serialize;

use super::Companion;
use crate::error::{Error, Result};
use crate::journal::Favourite;

/// A favourite, and whether the server still publishes its object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FavouriteItem {
    /// The favourite.
    #[serde(flatten)]
    pub favourite: Favourite,
    /// Time at which a refresh noticed that the server no longer publishes the object, Unix ms. A pack keeps such an object;
    /// without a pack it is no longer in the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_ms: Option<i64>,
}

impl Companion {
    /// The favourites, oldest first.
    ///
    /// # Errors
    /// Those of opening the journal; [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn favourites(&self) -> Result<Vec<FavouriteItem>> {
        self.journal()?.favourites()?.into_iter().map(|favourite| self.favourite_item(favourite)).collect()
    }

    /// A favourite with what the catalogue knows about its object. The territory may have been removed.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn favourite_item(&self, favourite: Favourite) -> Result<FavouriteItem> {
        let withdrawn_ms = match self.catalogue.territory(&favourite.territory) {
            Ok(territory) => self.catalogue.last_withdrawn_ms(&territory, favourite.kind, favourite.id)?,
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(FavouriteItem { favourite, withdrawn_ms })
    }
}
