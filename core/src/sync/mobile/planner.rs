//! The requests of a refresh from a mobile tree: the settings in each language, the lists of treks and pages, the files of
//! treks, those of stages, then the other languages of files that have changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use url::Url;

use super::files::{Key, Received, Scope, TreeFiles};
use crate::catalogue::{MobileFile, MobileTreeState, Territory};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::geotrek::{
    FileName, Layout, Limits, Part, is_web_page, read_one, scan_ids, scan_list, scan_page, scan_trek,
};
use crate::model::Kind;
use crate::ordered;
use crate::sync::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use crate::sync::refresh::MAX_FAILURES_IN_A_ROW;
use crate::transfer::{BodyKind, Outcome, ResponseMeta, Validators};

/// Languages in which parks publish. The tree does not tell which ones it has.
const LANGUAGES: [&str; 10] = ["fr", "en", "de", "es", "it", "nl", "ca", "eu", "oc", "pt"];
/// Bytes of the longest language code.
const MAX_LANGUAGE_BYTES: usize = 16;

/// The purpose of a request: a file in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct MobileRole(Key);

/// The requests of the next call of `next_phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Settings,
    Lists,
    Details,
    Stages,
    Complements,
    Nothing,
}

/// Plans the requests of a refresh from a mobile tree.
#[derive(Debug)]
pub struct MobilePlanner {
    pub(super) territory: Territory,
    /// Address of the tree.
    pub(super) tree: Url,
    folder: PathBuf,
    pub(super) state: MobileTreeState,
    pub(super) files: TreeFiles,
    pub(super) layout: Layout,
    phase: Phase,
    /// SHA-256 of the settings and lists that were received.
    digests: BTreeMap<Key, String>,
    objects: u64,
    /// Files in a row that the server could not send.
    failures: u32,
    /// `Date` of the first response, Unix ms.
    pub(super) server_ms: Option<i64>,
}

impl MobilePlanner {
    pub(super) fn new(
        territory: Territory,
        tree: Url,
        folder: PathBuf,
        state: MobileTreeState,
        files: TreeFiles,
    ) -> MobilePlanner {
        let layout = state.layout.unwrap_or(Layout::Negotiated);
        MobilePlanner {
            territory,
            tree,
            folder,
            state,
            files,
            layout,
            phase: Phase::Settings,
            digests: BTreeMap::new(),
            objects: 0,
            failures: 0,
            server_ms: None,
        }
    }

    /// Whether everything was received.
    pub(super) fn is_complete(&self) -> bool {
        self.phase == Phase::Nothing
    }

    /// The file for the response to a request.
    pub(super) fn target(&self, (language, file): &Key) -> PathBuf {
        self.folder.join(format!("{language}-{}", file.to_string().replace('/', "-")))
    }

    fn request(&self, key: Key, validators: Validators) -> Result<PendingRequest<MobileRole>> {
        let (language, file) = &key;
        let url = self.layout.address(&self.tree, language, file)?.into();
        let (language, target) = (Some(language.clone()), Some(self.target(&key)));
        let (body, role) = (BodyKind::Json, MobileRole(key));
        Ok(PendingRequest { role, url, language, body, range: None, validators, priority: 0, target })
    }

    fn requests(&self, keys: impl IntoIterator<Item = Key>) -> Result<Vec<PendingRequest<MobileRole>>> {
        let conditional = |key: Key| {
            let validators = self.files.validators(&key);
            self.request(key, validators)
        };
        keys.into_iter().map(conditional).collect()
    }

    /// The languages that the tree may have: the default one first.
    fn candidates(&self) -> Vec<String> {
        let Territory { default_language, languages, .. } = &self.territory;
        let mut candidates: Vec<String> = Vec::new();
        let others = LANGUAGES.iter().filter(|_| languages.is_empty() || self.files.scope != Scope::Changes);
        let wanted = std::iter::once(default_language).chain(languages).map(String::as_str);
        for language in wanted.chain(others.copied()) {
            let language = language.to_ascii_lowercase();
            // A language is the name of a folder.
            let is_code = (1..=MAX_LANGUAGE_BYTES).contains(&language.len())
                && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if is_code && !candidates.contains(&language) {
                candidates.push(language);
            }
        }
        candidates
    }

    fn settings_requests(&self) -> Result<Vec<PendingRequest<MobileRole>>> {
        self.requests(self.candidates().into_iter().map(|language| (language, FileName::Settings)))
    }

    fn list_requests(&mut self) -> Result<Vec<PendingRequest<MobileRole>>> {
        let has_settings = |language: &String| {
            let received = self.files.received.get(&(language.clone(), FileName::Settings));
            matches!(received, Some(Received::File(_) | Received::Unchanged))
        };
        let languages: Vec<String> = self.candidates().into_iter().filter(has_settings).collect();
        if languages.is_empty() {
            if self.layout == Layout::Folders || self.state.layout.is_some() {
                return Err(no_tree(Some(404)));
            }
            self.layout = Layout::Folders;
            self.files.received.clear();
            return self.settings_requests();
        }
        self.files.languages = languages;
        self.phase = Phase::Details;
        let languages = self.files.languages.iter();
        self.requests(
            languages.flat_map(|language| [FileName::Treks, FileName::Pages].map(|file| (language.clone(), file))),
        )
    }

    fn detail_requests(&mut self) -> Result<Vec<PendingRequest<MobileRole>>> {
        for language in &self.files.languages {
            let list = self.files.received.get(&(language.clone(), FileName::Treks));
            if !matches!(list, Some(Received::File(_) | Received::Unchanged)) {
                let detail = "the server lacks the list of treks: it may be publishing a new tree";
                return Err(Error::Server { status: Some(404), detail: detail.to_owned() });
            }
        }
        self.remove_repeated_languages();
        self.requests(self.files.details().into_iter().filter(|key| self.files.is_due(key)))
    }

    /// Removes languages whose files are those of another language: a web server that ignores the language sends the same
    /// files in all.
    fn remove_repeated_languages(&mut self) {
        let digests = |language: &String| {
            let digest = |file: FileName| self.digests.get(&(language.clone(), file));
            Some((digest(FileName::Settings)?, digest(FileName::Treks)?))
        };
        let mut seen = Vec::new();
        let is_first = |language: &&String| match digests(language) {
            Some(digests) if seen.contains(&digests) => false,
            Some(digests) => {
                seen.push(digests);
                true
            }
            None => true,
        };
        self.files.languages = self.files.languages.iter().filter(is_first).cloned().collect();
        let languages = &self.files.languages;
        self.files.received.retain(|(language, _), _| languages.contains(language));
    }

    /// Reads a file as far as the plan and the next refresh need it.
    fn scan(&self, file: &FileName, path: &PathBuf) -> Result<MobileFile> {
        let limits = Limits::default();
        let body = File::open(path)?;
        let mut scanned = MobileFile::default();
        match *file {
            FileName::Settings => {
                let json = read_one(body, &limits)?;
                if !json.trim_start().starts_with('{') {
                    return Err(no_tree(None));
                }
            }
            FileName::Treks => {
                scanned.entries = scan_list(body, &limits)?;
                scanned.objects.insert(Kind::Trek, ordered::set(scanned.entries.keys().copied()));
            }
            FileName::Pages => {
                scanned.objects.insert(Kind::MenuItem, scan_ids(body, &limits)?);
            }
            FileName::Page(id) => {
                if scan_page(body, &limits)? {
                    scanned.objects.insert(Kind::FlatPage, [id].into());
                }
            }
            FileName::Trek(id, Part::Trek) | FileName::Stage(_, id, Part::Trek) => {
                let trek = scan_trek(body, &limits)?;
                if trek.id != id {
                    let detail = "the server sent the file of another trek".to_owned();
                    return Err(Error::Server { status: None, detail });
                }
                scanned.objects.insert(Kind::Trek, [id].into());
                scanned.objects.insert(Kind::InformationDesk, trek.desks);
                scanned.stages = trek.stages;
            }
            FileName::Trek(_, part) | FileName::Stage(_, _, part) => {
                scanned.objects.insert(part.kind(), scan_ids(body, &limits)?);
            }
        }
        Ok(scanned)
    }
}

fn no_tree(status: Option<u16>) -> Error {
    let detail = "there are no files of Geotrek's mobile app at this address: its settings.json must be there";
    Error::Server { status, detail: detail.to_owned() }
}

impl Planner for MobilePlanner {
    type Role = MobileRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<MobileRole>>> {
        loop {
            let (next, requests) = match self.phase {
                Phase::Settings => (Phase::Lists, self.settings_requests()?),
                // Stays in this phase if the settings are requested again, by another layout.
                Phase::Lists => {
                    let requests = self.list_requests()?;
                    (self.phase, requests)
                }
                Phase::Details => (Phase::Stages, self.detail_requests()?),
                Phase::Stages => {
                    let due = self.files.stages().into_iter().filter(|key| self.files.is_due(key));
                    (Phase::Complements, self.requests(due)?)
                }
                Phase::Complements => {
                    let unconditional = |key| self.request(key, Validators::default());
                    let requests: Result<Vec<_>> = self.files.complements().into_iter().map(unconditional).collect();
                    (Phase::Nothing, requests?)
                }
                Phase::Nothing => return Ok(Vec::new()),
            };
            self.phase = next;
            if !requests.is_empty() {
                return Ok(requests);
            }
        }
    }

    fn on_response(
        &mut self,
        role: &MobileRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<MobileRole>>>> {
        let key = &role.0;
        self.server_ms = self.server_ms.or(completed.meta.date_ms);
        let received = if completed.meta.status == 304 {
            if self.files.known.contains_key(key) { Received::Unchanged } else { Received::Missing }
        } else {
            let path = completed.file.to_owned();
            match self.scan(&key.1, &path) {
                Ok(file) => {
                    if matches!(key.1, FileName::Settings | FileName::Treks) {
                        self.digests.insert(key.clone(), sha256(fs::read(&path)?));
                    }
                    self.objects += file.objects.values().map(|ids| ids.len() as u64).sum::<u64>();
                    Received::File(MobileFile { validators: completed.meta.validators.clone(), ..file })
                }
                Err(error @ Error::Server { .. }) => return Ok(Parsed::Invalid(error)),
                Err(error) => return Err(error),
            }
        };
        self.failures = 0;
        self.files.received.insert(key.clone(), received);
        Ok(Parsed::Valid(Vec::new()))
    }

    fn on_failure(&mut self, role: &MobileRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<MobileRole>>> {
        let key = &role.0;
        let error = match failure {
            Failure::Outcome(Outcome::NetworkError { detail }) => {
                return Err(Error::Offline { detail: detail.clone() });
            }
            // Some hosts answer 403 for a file that is not there.
            Failure::Outcome(Outcome::Response(ResponseMeta { status: 403 | 404 | 410, .. })) => {
                self.files.received.insert(key.clone(), Received::Missing);
                return Ok(Vec::new());
            }
            // A web page in the place of a file is that of a captive portal.
            Failure::Invalid(error) if is_web_page(&error) => {
                return Err(if key.1 == FileName::Settings { no_tree(Some(200)) } else { error });
            }
            Failure::Invalid(error) => error,
            Failure::Outcome(Outcome::Rejected { detail }) => Error::Server { status: None, detail: detail.clone() },
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => {
                let detail = "the server has an internal problem; the data on the device did not change";
                Error::Server { status: Some(*status), detail: detail.to_owned() }
            }
        };
        self.failures += 1;
        if matches!(key.1, FileName::Settings | FileName::Treks) || self.failures >= MAX_FAILURES_IN_A_ROW {
            return Err(error);
        }
        self.files.received.insert(key.clone(), Received::Failed);
        Ok(Vec::new())
    }

    fn counts(&self) -> PlanCounts {
        PlanCounts { objects: self.objects, expected_requests: 0 }
    }
}
