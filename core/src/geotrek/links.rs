//! Addresses in responses. A server behind a proxy, or a cached response, may have the server's own addresses with a host
//! name that is unknown outside; they are moved to the territory's host.

use url::Url;

use super::address::below;

/// Paths that only Geotrek itself serves.
const OWN_PATHS: [&str; 3] = ["/media/", "/api/", "/image/"];

/// Moves links to the origin of a territory.
#[derive(Debug, Clone)]
pub(super) struct Links {
    origin: Option<Url>,
}

impl Links {
    pub(super) fn new(origin: Option<Url>) -> Links {
        Links { origin }
    }

    #[cfg(feature = "html")]
    pub(super) fn origin(&self) -> Option<&Url> {
        self.origin.as_ref()
    }

    /// The address at the territory's origin if it is on the server; a relative address becomes absolute.
    pub(super) fn moved(&self, link: &str) -> String {
        let Some(origin) = &self.origin else { return link.to_owned() };
        let Ok(url) = origin.join(link) else { return link.to_owned() };
        // The server escapes a placeholder such as {z}; joining keeps the escape.
        let tail = &url[url::Position::BeforePath..];
        // A proxy may serve Geotrek below a path that Geotrek itself does not know.
        let own_path = tail.strip_prefix(origin.path().trim_end_matches('/')).unwrap_or(tail);
        let own = matches!(url.scheme(), "http" | "https") && OWN_PATHS.iter().any(|path| own_path.starts_with(path));
        if !own {
            return if link.starts_with('/') { url.into() } else { link.to_owned() };
        }
        below(origin, own_path).map_or_else(|_| link.to_owned(), Into::into)
    }

    /// The same for an address that may be on another server: only if its host is that of `own`, an address that the server
    /// wrote for a file of its own.
    pub(super) fn moved_with(&self, link: &str, own: &str) -> String {
        let host = |link: &str| Url::parse(link).ok().map(|url| url.origin());
        let theirs = host(link);
        if link.starts_with('/') || link.contains("/media/paperclip/") || (theirs.is_some() && theirs == host(own)) {
            self.moved(link)
        } else {
            link.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_changes_links_of_the_server_only() {
        let links = Links::new(Url::parse("https://park.example").ok());
        for (link, moved) in [
            ("http://127.0.0.1:8100/media/upload/a.png", "https://park.example/media/upload/a.png"),
            ("/media/upload/a%20b.png?x=1", "https://park.example/media/upload/a%20b.png?x=1"),
            ("https://example.org/lake", "https://example.org/lake"),
            ("http://old/api/tiles/%7Bz%7D.png", "https://park.example/api/tiles/%7Bz%7D.png"),
        ] {
            assert_eq!(links.moved(link), moved);
        }
        let links = Links::new(Url::parse("https://park.example/geotrek/").ok());
        for link in ["http://127.0.0.1:8100/media/a.png", "/media/a.png", "/geotrek/media/a.png"] {
            assert_eq!(links.moved(link), "https://park.example/geotrek/media/a.png");
        }
        let links = Links::new(Url::parse("https://park.example").ok());
        let stale = "http://old.example/media/paperclip/x.jpg.400x0.jpg";
        assert_eq!(links.moved_with("http://old.example/media/x.jpg", stale), "https://park.example/media/x.jpg");
        assert_eq!(links.moved_with("https://photos.example/media/x.jpg", stale), "https://photos.example/media/x.jpg");
    }
}
