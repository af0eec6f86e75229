//! Fetching a model: ask the hub for the commit and the files, fetch what is missing, and only then make the commit's
//! snapshot, so that a half-fetched model is never seen by anybody.

use std::time::{Duration, Instant};

use super::{
    Inner, InstalledModel, PullEvent, StoreError, disk, formats,
    hub::{FileAddress, HubClient, RemoteFile},
    layout::RepoCache,
    records::{Record, RecordedFile, Source},
    transfer::{Transfer, present, with_retries},
};
use crate::domain::{ModelCard, ModelFile, ModelOrigin};

/// At most ten progress events a second.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

type Events<'a> = &'a mut dyn FnMut(PullEvent);

/// Fetches `card`, and returns it installed.
pub(super) fn pull(store: &Inner, card: &ModelCard, events: Events<'_>) -> Result<InstalledModel, StoreError> {
    let (repository, revision) = match &card.origin {
        ModelOrigin::BuiltIn => return Err(StoreError::BuiltIn(card.id.clone())),
        ModelOrigin::Local(_) => return Err(StoreError::Added(card.id.clone())),
        ModelOrigin::Hub { repository, revision } => (repository, revision),
    };
    if store.hub.offline {
        return store.installed_of(card).map_err(|_| StoreError::Offline(card.id.clone()));
    }
    store.records.prepare()?;
    let cache = store.cache_of(repository, revision)?;
    let client = HubClient::new(&store.hub, &store.limits)?;
    let plan = Planner { client: &client, store, repository, revision }.plan(&card.files)?;
    let pull = Pull { store, card, cache, client, plan };
    pull.run(repository, revision, events)
}

/// The files of one commit.
struct Plan {
    commit: String,
    files: Vec<RemoteFile>,
}

impl Plan {
    fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}

struct Planner<'a> {
    client: &'a HubClient,
    store: &'a Inner,
    repository: &'a str,
    revision: &'a str,
}

impl Planner<'_> {
    /// Asks for each file; all but the first at the commit of the first, since a branch may move meanwhile.
    fn plan(&self, wanted: &[ModelFile]) -> Result<Plan, StoreError> {
        let (weights, others): (Vec<_>, Vec<_>) = wanted.iter().partition(|file| formats::is_weights(&file.name));
        let mut plan = Plan { commit: String::new(), files: Vec::new() };
        for file in others {
            match self.describe(&plan, &file.name)? {
                Some(remote) => plan.take(remote),
                None if file.optional => {}
                None => return Err(self.not_on_hub(&plan, file.name.clone())),
            }
        }
        for file in &weights {
            if let Some(remote) = self.describe(&plan, &file.name)? {
                plan.take(remote);
                return Ok(plan);
            }
        }
        match weights.is_empty() {
            true => Ok(plan),
            false => Err(self.not_on_hub(&plan, formats::WEIGHTS.join(", "))),
        }
    }

    fn describe(&self, plan: &Plan, file: &str) -> Result<Option<RemoteFile>, StoreError> {
        let address = FileAddress { repository: self.repository, revision: self.revision_of(plan), file };
        with_retries(&self.store.limits, &mut || self.client.describe(address).map_err(|error| (error, false)))
    }

    fn revision_of<'b>(&'b self, plan: &'b Plan) -> &'b str {
        if plan.commit.is_empty() { self.revision } else { &plan.commit }
    }

    fn not_on_hub(&self, plan: &Plan, file: String) -> StoreError {
        let revision = self.revision_of(plan).to_owned();
        StoreError::NotOnHub { repository: self.repository.to_owned(), revision, file }
    }
}

impl Plan {
    fn take(&mut self, remote: RemoteFile) {
        if self.commit.is_empty() {
            self.commit.clone_from(&remote.commit);
        }
        self.files.push(remote);
    }
}

struct Pull<'a> {
    store: &'a Inner,
    card: &'a ModelCard,
    cache: RepoCache,
    client: HubClient,
    plan: Plan,
}

impl Pull<'_> {
    fn run(&self, repository: &str, revision: &str, events: Events<'_>) -> Result<InstalledModel, StoreError> {
        let total_bytes = self.plan.total_bytes();
        let present_bytes = self.plan.files.iter().map(|file| self.on_disk(file)).sum();
        let files = self.plan.files.iter().filter(|file| self.on_disk(file) < file.size_bytes).count();
        events(PullEvent::Resolved { revision: self.plan.commit.clone(), files, total_bytes, present_bytes });
        let mut progress = Progress { events, total_bytes, last: None };
        let _lock = disk::FileLock::acquire(&self.cache.lock("breve"), &mut || {
            progress.show("", self.plan.files.iter().map(|file| self.on_disk(file)).sum());
        })?;
        self.fetch(repository, &mut progress)?;
        self.install(repository, revision)?;
        self.store.installed_of(self.card)
    }

    fn on_disk(&self, file: &RemoteFile) -> u64 {
        let whole = disk::file_size(&self.cache.blob(&file.checksum));
        if whole == file.size_bytes { whole } else { present(&self.cache.incomplete(&file.checksum), file) }
    }

    fn fetch(&self, repository: &str, progress: &mut Progress<'_>) -> Result<(), StoreError> {
        let missing = |file: &RemoteFile| file.size_bytes.saturating_sub(self.on_disk(file));
        let needed = self.plan.files.iter().map(missing).sum();
        disk::check_room(&self.cache.root(), needed, &self.store.limits)?;
        let transfer = Transfer {
            client: &self.client,
            limits: &self.store.limits,
            cache: &self.cache,
            repository,
            commit: &self.plan.commit,
        };
        for (index, file) in self.plan.files.iter().enumerate() {
            // What is done before counts whole, what comes after as far as an earlier pull got.
            let others = self.plan.files.iter().enumerate().filter(|(other, _)| *other != index);
            let before: u64 = others.map(|(_, other)| self.on_disk(other)).sum();
            transfer.fetch(file, &mut |bytes| progress.show(&file.name, before + bytes))?;
            let checksum = file.checksum.to_string();
            (progress.events)(PullEvent::Verified { file: file.name.clone(), checksum });
        }
        Ok(())
    }

    /// Makes the snapshot (the weights last, so that it is whole only with them), the branch's file and the record.
    fn install(&self, repository: &str, revision: &str) -> Result<(), StoreError> {
        let (files, commit) = (&self.plan.files, &self.plan.commit);
        for file in files {
            self.cache.link(commit, &file.name, &file.checksum)?;
        }
        let source =
            Source::Hub { repository: repository.to_owned(), revision: revision.to_owned(), commit: commit.clone() };
        let recorded = files.iter().map(|file| RecordedFile {
            name: file.name.clone(),
            size_bytes: file.size_bytes,
            checksum: file.checksum.clone(),
        });
        self.store.records.write(&Record::new(self.card.id.clone(), source, recorded.collect()))?;
        self.cache.write_reference(commit)
    }
}

struct Progress<'a> {
    events: Events<'a>,
    total_bytes: u64,
    last: Option<Instant>,
}

impl Progress<'_> {
    /// Not more often than people look, but always where all is there.
    fn show(&mut self, file: &str, done_bytes: u64) {
        if done_bytes < self.total_bytes && self.last.is_some_and(|last| last.elapsed() < PROGRESS_INTERVAL) {
            return;
        }
        self.last = Some(Instant::now());
        (self.events)(PullEvent::Progress { file: file.to_owned(), done_bytes, total_bytes: self.total_bytes });
    }
}
