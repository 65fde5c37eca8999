//! Editions: a territory as signed static files. Reading one needs no call of its own: see [`Companion::add_territory`].

use std::sync::Arc;

use jalon::Companion as Core;
#[cfg(all(feature = "edition", feature = "net"))]
use jalon::companion::fetch_edition as fetch;
#[cfg(feature = "edition")]
use jalon::edition::{self, PublicKey};
use jalon::transfer;

#[cfg(any(feature = "edition-build", all(feature = "edition", feature = "net")))]
use crate::companion::absolute;
use crate::error::Result;
use crate::records::{EditionCheck, EditionKey, EditionOptions, EditionSummary, Progress};
#[cfg(feature = "edition")]
use crate::state::with_client;
use crate::state::{Lock, with_feature};
use crate::threads;
use crate::watch::Watcher;
use crate::{CancelToken, Companion, ProgressWatch};

#[uniffi::export]
impl Companion {
    /// Writes a territory as an edition: static files that any web host serves. It holds every object of the last refresh, and
    /// the pictures that packs have on this device. The files of the edition before stay, so that phones which hold its
    /// manifest can read on; other files in the folder stay, too. Without a `key` the edition is not signed. `key` is the text
    /// of the file of a secret key, and `password` that of an encrypted one. Progress counts objects.
    ///
    /// # Errors
    /// `InvalidInput` for a territory that was never refreshed, for an option that breaks a rule, for a wrong password, and if
    /// the library was built without the feature `edition-build`; `Cancelled`.
    #[uniffi::method(default(key = None, password = None, cancel = None, progress = None))]
    pub async fn build_edition(
        &self,
        territory: String,
        options: EditionOptions,
        key: Option<String>,
        password: Option<String>,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<EditionSummary> {
        let work = move |core: &Core, cancel: &_, progress: &dyn Fn(Progress)| {
            with_feature!("edition-build", using(core, territory, options, key, password, cancel, progress), {
                let options = build_options(options, key, password)?;
                let progress = |made| progress(Progress::of_build(made));
                Ok(core.build_edition(&territory, &options, cancel, progress)?.into())
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, progress), |_| {}, work).await
    }
}

#[cfg(feature = "edition-build")]
fn build_options(
    options: EditionOptions,
    key: Option<String>,
    password: Option<String>,
) -> jalon::Result<edition::BuildOptions> {
    let EditionOptions { directory, edition, created_ms, expires_ms, title, description, .. } = options;
    let EditionOptions { licenses, sources, contributors, next_keys, remove_previous, .. } = options;
    let password = || password.ok_or_else(|| jalon::Error::invalid("password", "must be given for an encrypted key"));
    let source = |source: crate::records::EditionSource| edition::Source { title: source.title, path: source.path };
    let license = |license: crate::records::EditionLicense| edition::License {
        name: license.name,
        path: license.path,
        title: license.title,
    };
    Ok(edition::BuildOptions {
        directory: absolute("directory", directory)?,
        edition,
        created_ms,
        expires_ms,
        title,
        description,
        licenses: licenses.into_iter().map(license).collect(),
        sources: sources.into_iter().map(source).collect(),
        contributors: contributors.into_iter().map(source).collect(),
        next_keys: public_keys(&next_keys)?,
        key: key.map(|key| edition::SecretKey::parse(&key, password)).transpose()?,
        remove_previous,
    })
}

#[cfg(feature = "edition")]
fn public_keys(keys: &[String]) -> jalon::Result<Vec<PublicKey>> {
    keys.iter().map(|key| PublicKey::parse(key)).collect()
}

/// Checks an edition in a folder: its signature, the SHA-256 of every file, every object, every picture that an object names.
/// The signature is verified if there are `public_keys`. The problems of the edition are in the result.
///
/// # Errors
/// `InvalidInput` for a public key that is none, and if the library was built without the feature `edition`.
#[uniffi::export(default(public_keys = []))]
pub async fn verify_edition(directory: String, public_keys: Vec<String>) -> Result<EditionCheck> {
    let check = move || {
        with_feature!("edition", using(directory, public_keys), {
            let keys = self::public_keys(&public_keys)?;
            Ok(edition::verify_edition(std::path::Path::new(&directory), &keys)?.into())
        })
    };
    threads::run_cancellable(transfer::CancelToken::default(), check).await
}

/// Downloads the files of a published edition into a folder that exists, as phones see them, so that [`verify_edition`] can
/// check them. `url` is the address of its manifest. Progress counts files and bytes, without a total.
///
/// # Errors
/// `Offline`; `ServerError` if there is no manifest at the address; `Cancelled`; `InvalidInput` for the address, and if the library
/// was built without the features `edition` and `net`.
#[uniffi::export(default(allow_plain_http = false, cancel = None, progress = None))]
pub async fn fetch_edition(
    url: String,
    directory: String,
    allow_plain_http: bool,
    cancel: Option<Arc<CancelToken>>,
    progress: Option<Arc<ProgressWatch>>,
) -> Result<()> {
    let token = transfer::CancelToken::child_of(&cancel.iter().map(|cancel| &cancel.token).collect::<Vec<_>>());
    let seen = token.clone();
    let work = move || {
        let watcher = Watcher(progress);
        with_feature!("edition", using(url, directory, allow_plain_http, seen, watcher), {
            with_client!(using(url, directory, allow_plain_http, seen, watcher), {
                let options = jalon::net::ClientOptions { allow_plain_http, ..Default::default() };
                let progress = |files, bytes| {
                    watcher.set(Progress { done: files, planned: files, bytes, ..Progress::default() });
                };
                fetch(&url, &absolute("directory", directory)?, &options, &seen, progress)
            })
        })
    };
    threads::run_cancellable(token, work).await
}

/// Makes a key pair that signs editions. With a `password` the secret key is encrypted, which takes about a second.
///
/// # Errors
/// `InvalidInput` for an empty password, and if the library was built without the feature `edition-build`.
#[uniffi::export(default(password = None))]
pub async fn new_edition_key(password: Option<String>) -> Result<EditionKey> {
    let make = move || {
        with_feature!("edition-build", using(password,), {
            let (secret_key, public_key) = edition::new_key(password)?;
            let key = PublicKey::parse(&public_key)?;
            Ok(EditionKey { secret_key, public_key: key.to_text(), id: key.id() })
        })
    };
    threads::run_cancellable(transfer::CancelToken::default(), make).await
}
