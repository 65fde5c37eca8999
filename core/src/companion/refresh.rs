//! Taking a territory in, as transfers that some driver moves. A refresh says what may start, is told how it ended, plans
//! what follows, and at last hands everything over to be written in one change. Nothing of the catalogue changes before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::Companion;
use crate::catalogue::Territory;
use crate::error::{Error, Result};
use crate::geotrek::{Ask, Came, Limits, Overview, Purpose, read_list, read_one, references};
use crate::model::Id;
use crate::transfer::{Next, Outcome, Queue, State, Verdict};

/// Connections to one server at once: a Geotrek has a handful of workers for everybody.
const CONNECTIONS: usize = 2;
/// After this time without an answer a refresh is taken to be dead.
const LEFT_OVER: Duration = Duration::from_secs(6 * 3_600);

/// How far a refresh is. The number of planned transfers grows while the lists tell how much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Transfers that are done.
    pub done: usize,
    /// Transfers that are planned so far, those done included.
    pub planned: usize,
    /// Objects that have come.
    pub objects: u64,
    /// Bytes that have come, unpacked.
    pub bytes: u64,
}

/// What a transfer of the refresh is for.
enum Role {
    Version,
    Languages,
    Ask(Ask),
}

/// A refresh on its way. A driver asks [`next`](Refresh::next), says [`started`](Refresh::started), moves the answer into
/// the file that [`target`](Refresh::target) names, and says [`complete`](Refresh::complete); then
/// [`Companion::take_in`] writes it.
pub struct Refresh {
    pub(super) territory: Territory,
    pub(super) origin: Url,
    pub(super) limits: Limits,
    pub(super) overview: Option<Overview>,
    queue: Queue,
    roles: BTreeMap<u64, Role>,
    since_ms: HashMap<u64, u64>,
    folder: PathBuf,
    progress: Progress,
    version: Option<String>,
}

impl std::fmt::Debug for Refresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refresh").field("territory", &self.territory.name).field("progress", &self.progress).finish()
    }
}

impl Companion {
    /// Plans to take a territory in, each transfer tried so often at most.
    pub fn plan_refresh(&self, name: &str, most_tries: u32) -> Result<Refresh> {
        let territory = self.catalogue.territory(name)?;
        let origin = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "a web address"))?;
        self.sweep_staging();
        let number = self.refreshes.fetch_add(1, Ordering::Relaxed);
        let folder = self.staging().join(format!("{name}-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut queue = Queue::new(CONNECTIONS, most_tries);
        let mut roles = BTreeMap::new();
        let address = |path: &str| origin.join(path).map_err(|_| Error::invalid("url", "a web address with a host"));
        roles.insert(queue.plan(address("/api/v2/version")?, None), Role::Version);
        roles.insert(queue.plan(address("/api/v2/trek/?page_size=1&fields=name")?, None), Role::Languages);
        let progress = Progress { planned: 2, ..Progress::default() };
        Ok(Refresh {
            territory,
            origin,
            limits: Limits::default(),
            overview: None,
            queue,
            roles,
            since_ms: HashMap::new(),
            folder,
            progress,
            version: None,
        })
    }

    /// Removes what refreshes left over whose process died. One that goes on writes far more often than this.
    fn sweep_staging(&self) {
        let Ok(folders) = fs::read_dir(self.staging()) else { return };
        for folder in folders.flatten() {
            let age = folder.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > LEFT_OVER) {
                // What cannot be removed now is tried again the next time; nothing depends on it.
                let _ = fs::remove_dir_all(folder.path());
            }
        }
    }
}

impl Refresh {
    /// What to do at `now_ms` of a clock that only runs forward. [`Next::Idle`]: everything has come.
    pub fn next(&mut self, now_ms: u64) -> Result<Next> {
        let next = self.queue.next(now_ms);
        if next != Next::Idle {
            return Ok(next);
        }
        let Some(overview) = &mut self.overview else {
            let asks = self.meet()?;
            self.plan(asks);
            return Ok(self.queue.next(now_ms));
        };
        let stages = overview.unlisted_stages();
        if stages.is_empty() {
            // Stages name entries too, so these come last.
            let entries = overview.unlisted_entries();
            self.plan(entries);
        } else {
            self.plan(stages);
        }
        Ok(self.queue.next(now_ms))
    }

    /// A driver has this transfer now; `false` where it may not have it.
    pub fn started(&mut self, id: u64, now_ms: u64) -> bool {
        self.since_ms.insert(id, now_ms);
        self.queue.started(id)
    }

    /// The file that the answer to a transfer goes to.
    pub fn target(&self, id: u64) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// This transfer ended so. `chance` (0 to 1) spreads the pause before another try. An error ends the refresh: the
    /// catalogue stays as it was.
    pub fn complete(&mut self, id: u64, outcome: Outcome, now_ms: u64, chance: f64) -> Result<()> {
        let elapsed_ms = now_ms.saturating_sub(self.since_ms.remove(&id).unwrap_or(now_ms));
        let status = match &outcome {
            Outcome::Answered { status, .. } => *status,
            _ => 0,
        };
        match self.queue.complete(id, outcome.clone(), now_ms, chance) {
            None | Some(Verdict::Again { .. }) => return Ok(()),
            Some(Verdict::Done) => {}
            Some(Verdict::Failed) => match outcome {
                Outcome::Unreachable { reason } => return Err(Error::Offline { reason }),
                Outcome::Refused { reason } => return Err(Error::Server { status: None, reason }),
                // A missing module is an answer.
                Outcome::Answered { status: 404, .. } => {}
                Outcome::Answered { status: 401 | 403, .. } => {}
                Outcome::Answered { status, .. } => {
                    let reason = "it has a problem of its own; what is on the device stays as it was".to_owned();
                    return Err(Error::Server { status: Some(status), reason });
                }
            },
        }
        self.progress.done += 1;
        if status < 300 {
            self.progress.bytes += fs::metadata(self.target(id))?.len();
        }
        let asks = match self.roles.get(&id) {
            None => return Ok(()),
            Some(Role::Version) => {
                self.version = Some(self.read_version(id, status)?);
                Vec::new()
            }
            Some(Role::Languages) => {
                if status < 300 {
                    self.read_languages(id)?;
                }
                Vec::new()
            }
            Some(Role::Ask(ask)) => {
                let ask = ask.clone();
                let came = self.look(id, &ask, status, elapsed_ms)?;
                self.progress.objects += if ask.purpose == Purpose::Ids { 0 } else { came.ids.len() as u64 };
                let Some(overview) = &mut self.overview else { return Ok(()) };
                overview.came(&ask, came)?
            }
        };
        self.plan(asks);
        Ok(())
    }

    /// Everything that came and is to be kept, in the order in which it was asked: what was asked, and the file.
    pub(super) fn bodies(&self) -> Vec<(&Ask, PathBuf)> {
        let done = |id: &u64| self.queue.get(*id).is_some_and(|transfer| matches!(transfer.state, State::Done { .. }));
        self.roles
            .iter()
            .filter(|(id, _)| done(id))
            .filter_map(|(id, role)| match role {
                Role::Ask(ask) if ask.purpose != Purpose::Ids => Some((ask, self.target(*id))),
                _ => None,
            })
            .collect()
    }

    fn plan(&mut self, asks: Vec<Ask>) {
        self.progress.planned += asks.len();
        for ask in asks {
            let id = self.queue.plan(ask.url.clone(), Some(ask.language.clone()));
            self.roles.insert(id, Role::Ask(ask));
        }
    }

    /// The server has told who it is: from here on the lists.
    fn meet(&mut self) -> Result<Vec<Ask>> {
        self.territory.server_version.clone_from(&self.version);
        if self.territory.languages.is_empty() {
            // A server without a single trek does not tell; French is Geotrek's own default.
            self.territory.languages = vec!["fr".to_owned()];
        }
        if self.territory.default_language.is_empty() {
            self.territory.default_language.clone_from(&self.territory.languages[0]);
        }
        let overview = Overview::new(&self.origin, &self.territory.portals, &self.territory.languages)?;
        let asks = overview.begin();
        self.overview = Some(overview);
        Ok(asks)
    }

    fn read_version(&self, id: u64, status: u16) -> Result<String> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let no_geotrek = || Error::Server {
            status: Some(status),
            reason: "there is no Geotrek with an open API at this address".to_owned(),
        };
        match status {
            401 | 403 => {
                let reason =
                    "it shows its treks only to people who have signed in: ask the park for its public address";
                Err(Error::Server { status: Some(status), reason: reason.to_owned() })
            }
            200..=299 => {
                let body = read_one(File::open(self.target(id))?, &self.limits).map_err(|_| no_geotrek())?;
                serde_json::from_str::<Version>(&body).map(|told| told.version).map_err(|_| no_geotrek())
            }
            _ => Err(no_geotrek()),
        }
    }

    /// The languages of a text, in the order in which the server writes them: its default first.
    fn read_languages(&mut self, id: u64) -> Result<()> {
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow)]
            name: Option<&'a RawValue>,
        }
        let mut languages = Vec::new();
        read_list(File::open(self.target(id))?, &self.limits, |json| {
            if let Ok(Named { name: Some(name) }) = serde_json::from_str(json) {
                languages = keys(name.get());
            }
            Ok(())
        })?;
        if !languages.is_empty() {
            self.territory.languages = languages;
        }
        Ok(())
    }

    /// The ids in an answer. Reads it to its end, so that nothing broken is ever written.
    fn look(&self, id: u64, ask: &Ask, status: u16, elapsed_ms: u64) -> Result<Came> {
        let mut came = Came { status, elapsed_ms, ..Came::default() };
        if status >= 300 {
            return Ok(came);
        }
        let file = File::open(self.target(id))?;
        let mut each = |json: &str| {
            let glance: Glance = serde_json::from_str(json).unwrap_or_default();
            came.ids.extend(glance.id.and_then(|id| id.number()));
            came.stages.extend(glance.children.iter().filter_map(Loose::number));
            came.named.extend(references(ask.endpoint, json));
            Ok(())
        };
        if ask.purpose == Purpose::One {
            each(&read_one(file, &self.limits)?)?;
        } else {
            let list = read_list(file, &self.limits, each)?;
            came.next = list.next;
        }
        if ask.endpoint != "trek" {
            came.stages = BTreeSet::new();
        }
        Ok(came)
    }
}

impl Drop for Refresh {
    fn drop(&mut self) {
        // What is left over is swept by a later refresh; nothing depends on it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[derive(Deserialize, Default)]
struct Glance {
    id: Option<Loose>,
    #[serde(default)]
    children: Vec<Loose>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(Id),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Loose {
    fn number(&self) -> Option<Id> {
        match self {
            Loose::Number(id) => Some(*id),
            Loose::Text(text) => text.parse().ok(),
            Loose::Other(_) => None,
        }
    }
}

/// The keys of an object, in their order.
fn keys(json: &str) -> Vec<String> {
    struct Keys;
    impl<'de> serde::de::Visitor<'de> for Keys {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Vec<String>, M::Error> {
            let mut keys = Vec::new();
            while let Some((key, serde::de::IgnoredAny)) = map.next_entry()? {
                keys.push(key);
            }
            Ok(keys)
        }
    }
    serde::Deserializer::deserialize_map(&mut serde_json::Deserializer::from_str(json), Keys).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_keep_the_order_of_the_server() {
        assert_eq!(keys(r#"{"fr": "Lac", "en": null, "de": ""}"#), ["fr", "en", "de"]);
        assert_eq!(keys("\"Lac\""), Vec::<String>::new());
    }
}
