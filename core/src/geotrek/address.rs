//! The base address of a Geotrek server: the address below which it has its API, `/api/v2/`.

use url::Url;

use crate::error::{Error, Result};

/// First parts of the paths of pages that Geotrek or a Geotrek-rando portal serves. The base address ends before them.
const PAGES: [&str; 24] = [
    "admin",
    "api",
    "event",
    "image",
    "information",
    "login",
    "logout",
    "map",
    "media",
    "mobile",
    "outdoor-course",
    "outdoor-site",
    "poi",
    "search",
    "sensitivearea",
    "service",
    "signin",
    "static",
    "tour",
    "touristiccontent",
    "touristicevent",
    "tours",
    "trek",
    "treks",
];

/// The base address of a server, from the address of any of its pages. It ends with a slash.
///
/// # Errors
/// [`Error::InvalidInput`] if the address is not one of a web server, or contains a user name or a password.
pub(crate) fn base_address(page: &str) -> Result<Url> {
    let mut url =
        Url::parse(page).map_err(|_| Error::invalid("url", "must be a web address such as https://example.org"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Error::invalid("url", "must start with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("url", "must not contain a user name or a password"));
    }
    let path = url.path().to_owned();
    let mut base: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let Some(page) = base.iter().position(|part| PAGES.contains(part)) {
        base.truncate(page);
    } else if base.last().is_some_and(|part| part.contains('.')) {
        // The page is a file.
        base.pop();
    }
    let is_language = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    if base.last().is_some_and(is_language) {
        base.pop();
    }
    let base: String = base.iter().map(|part| format!("{part}/")).collect();
    url.set_path(&format!("/{base}"));
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// An address on a server, from its path below the base address.
///
/// # Errors
/// [`Error::InvalidInput`] if the base address has no host.
pub(crate) fn below(base: &Url, path: &str) -> Result<Url> {
    let invalid = || Error::invalid("url", "must be a web address with a host");
    let mut folder = base.clone();
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", base.path()));
    }
    folder.join(path.trim_start_matches('/')).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_address_of_a_page_ends_before_the_paths_of_geotrek() {
        for (page, base) in [
            ("https://park.example", "https://park.example/"),
            ("https://park.example/geotrek", "https://park.example/geotrek/"),
            ("https://park.example/geotrek/?x=1#y", "https://park.example/geotrek/"),
            ("https://park.example/geotrek/api/v2/", "https://park.example/geotrek/"),
            ("https://park.example/api/v2/trek/?page=2", "https://park.example/"),
            ("https://park.example/trek/list/", "https://park.example/"),
            ("https://rando.park.example/fr/trek/12-tour-du-lac?x=1", "https://rando.park.example/"),
            ("https://rando.park.example/fr/", "https://rando.park.example/"),
            ("https://park.example:8000/a/b/index.html", "https://park.example:8000/a/b/"),
        ] {
            assert_eq!(base_address(page).unwrap().as_str(), base, "{page}");
        }
        for invalid in ["park.example", "ftp://park.example", "https://me@park.example", "https://"] {
            assert!(base_address(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn path_below_a_base_address_is_appended() {
        for base in ["https://park.example/geotrek/", "https://park.example/geotrek"] {
            let address = below(&Url::parse(base).unwrap(), "/api/v2/version").unwrap();
            assert_eq!(address.as_str(), "https://park.example/geotrek/api/v2/version");
        }
    }
}
