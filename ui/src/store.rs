//! What the window knows: one store per screen and what they share. Data flows one way: call → store → screen.
//!
//! Draws nothing and knows no key.

pub mod activity;
pub mod asset;
pub mod confinement;
pub mod library;
pub mod loaded;
pub mod members;
pub mod models;
pub mod review;
pub mod search;
pub mod settings;
pub mod taxonomy;

use crate::ipc;
use crate::keys::{Act, Place};
use activity::ActivityStore;
use asset::AssetStore;
use confinement::ConfinementStore;
use leptos::prelude::*;
use leptos::task::spawn_local;
use library::LibraryStore;
use loaded::Loaded;
use models::ModelsStore;
use review::ReviewStore;
use search::SearchStore;
use settings::SettingsStore;
use taxonomy::TaxonomyStore;
use winnow_contract::command::{AddSample, Choose, Chosen, GetStatus, Rescan, SetPaused, SetWatched};
use winnow_contract::id::{AssetId, FolderId};
use winnow_contract::search::{Evidence, Hit};
use winnow_contract::status::Status;
use winnow_contract::{ApiError, Call, Event};

/// What fills the window beside the side bar.
#[derive(Clone, Debug, PartialEq)]
pub enum Screen {
    Library,
    Review,
    Search,
    Activity,
    Settings,
    /// One asset, opened at a spot if there is one.
    Asset(AssetId, Option<Evidence>),
}

impl Screen {
    /// Which keys hold there.
    pub fn place(&self) -> Place {
        match self {
            Self::Library => Place::Library,
            Self::Review => Place::Review,
            Self::Search => Place::Search,
            Self::Asset(..) => Place::Asset,
            Self::Activity | Self::Settings => Place::Everywhere,
        }
    }
}

/// The screen's answer to an act: true when it was taken.
pub type Acts = Callback<Act, bool>;

/// Everything the window knows; copies refer to the same signals.
#[derive(Clone, Copy)]
pub struct Store {
    pub screen: RwSignal<Screen>,
    past: StoredValue<Vec<Screen>>,
    acts: StoredValue<Vec<(u32, Acts)>>,
    next_acts: StoredValue<u32>,
    pub status: RwSignal<Loaded<Status>>,
    asking_status: StoredValue<bool>,
    /// The side bar shows icons only.
    pub narrow: RwSignal<bool>,
    pub keys_shown: RwSignal<bool>,
    /// How many files hover over the window.
    pub dropping: RwSignal<Option<u32>>,
    /// A refusal that belongs to no list.
    pub notice: RwSignal<Option<ApiError>>,
    /// Raised to put the caret into the search box.
    pub focus_search: RwSignal<u32>,
    pub library: LibraryStore,
    pub review: ReviewStore,
    pub search: SearchStore,
    pub asset: AssetStore,
    pub activity: ActivityStore,
    pub settings: SettingsStore,
    pub models: ModelsStore,
    pub confinement: ConfinementStore,
    pub taxonomy: TaxonomyStore,
}

impl Store {
    /// An empty store under the current owner.
    pub fn new() -> Self {
        Self {
            screen: RwSignal::new(Screen::Library),
            past: StoredValue::new(Vec::new()),
            acts: StoredValue::new(Vec::new()),
            next_acts: StoredValue::new(0),
            status: RwSignal::new(Loaded::Waiting),
            asking_status: StoredValue::new(false),
            narrow: RwSignal::new(false),
            keys_shown: RwSignal::new(false),
            dropping: RwSignal::new(None),
            notice: RwSignal::new(None),
            focus_search: RwSignal::new(0),
            library: LibraryStore::new(),
            review: ReviewStore::new(),
            search: SearchStore::new(),
            asset: AssetStore::new(),
            activity: ActivityStore::new(),
            settings: SettingsStore::new(),
            models: ModelsStore::new(),
            confinement: ConfinementStore::new(),
            taxonomy: TaxonomyStore::new(),
        }
    }

    /// Shows a screen; `back` returns from it.
    pub fn go(&self, to: Screen) {
        let from = self.screen.get_untracked();
        if from == to {
            return;
        }
        self.past.update_value(|past| {
            past.push(from);
            let surplus = past.len().saturating_sub(50);
            past.drain(..surplus);
        });
        self.screen.set(to);
    }

    /// Returns to the screen before; false when there is none.
    pub fn back(&self) -> bool {
        let before = self.past.try_update_value(Vec::pop).flatten();
        let there = before.is_some();
        if let Some(screen) = before {
            self.screen.set(screen);
        }
        there
    }

    /// Opens an asset.
    pub fn open(&self, asset: AssetId, at: Option<Evidence>) {
        self.go(Screen::Asset(asset, at));
    }

    /// Opens a result of the search, unless the search was left before it could be.
    pub fn open_hit(&self, hit: Hit) {
        let store = *self;
        self.search.spot_of(hit, move |asset, at| {
            if store.screen.get_untracked() == Screen::Search {
                store.open(asset, Some(at));
            }
        });
    }

    /// Lets a screen or an overlay answer to keys while it is mounted; the latest is asked first.
    pub fn answer_keys(&self, answer: impl Fn(Act) -> bool + Send + Sync + 'static) {
        let id = self.next_acts.get_value();
        self.next_acts.set_value(id + 1);
        self.acts.update_value(|acts| acts.push((id, Callback::new(answer))));
        let acts = self.acts;
        on_cleanup(move || acts.update_value(|acts| acts.retain(|(other, _)| *other != id)));
    }

    /// Offers an act to what is mounted; true when it was taken.
    pub fn offer(&self, act: Act) -> bool {
        let answers: Vec<Acts> = self.acts.with_value(|acts| acts.iter().rev().map(|(_, answer)| *answer).collect());
        answers.into_iter().any(|answer| answer.run(act))
    }

    /// Asks for the counts again; at most one question is under way.
    pub fn refresh_status(&self) {
        if self.asking_status.get_value() {
            return;
        }
        let store = *self;
        store.asking_status.set_value(true);
        spawn_local(async move {
            let answer = ipc::ask(GetStatus {}).await;
            store.asking_status.set_value(false);
            store.status.update(|status| status.receive(answer));
        });
    }

    /// Takes a fact to the stores it concerns.
    pub fn hear(&self, event: Event) {
        match event {
            Event::AssetsChanged { assets, more } => {
                self.library.refresh();
                self.search.refresh();
                self.asset.changed(&assets, more);
            }
            Event::ReviewChanged => self.review.refresh(),
            Event::JobsChanged => self.activity.refresh(),
            Event::FoldersChanged => self.library.refresh(),
            Event::ModelsChanged => self.models.refresh(),
            Event::Settled => {
                self.library.refresh();
                self.review.refresh();
                self.activity.refresh();
            }
            Event::DropHover { files } => return self.dropping.set(files),
            Event::Refused { error } => {
                self.dropping.set(None);
                return self.notice.set(Some(error));
            }
        }
        self.refresh_status();
    }

    /// Opens the system's dialog for files or a folder.
    pub fn choose(&self, what: Chosen) {
        self.act(Choose { what });
    }

    /// Adds the sample collection.
    pub fn add_sample(&self) {
        self.act(AddSample {});
    }

    /// Scans a folder again.
    pub fn rescan(&self, folder: FolderId) {
        self.act(Rescan { folder });
    }

    /// Follows a folder, or stops following it.
    pub fn set_watched(&self, folder: FolderId, watched: bool) {
        self.act(SetWatched { folder, watched });
    }

    /// Shows files like this one.
    pub fn find_similar(&self, asset: AssetId, name: String) {
        self.search.find_similar(asset, name);
        self.go(Screen::Search);
    }

    /// Searches only what was found in an asset, and the asset itself.
    pub fn search_inside(&self, asset: AssetId, name: String) {
        self.search.within(asset, name);
        self.go(Screen::Search);
        self.focus_search.update(|n| *n += 1);
    }

    /// Lists only what was found in an asset.
    pub fn list_inside(&self, asset: AssetId, name: String) {
        self.library.within(asset, name);
        self.go(Screen::Library);
    }

    /// Stops taking up new work, or goes on.
    pub fn set_paused(&self, paused: bool) {
        self.act(SetPaused { paused });
    }

    /// Sends a request of which only a refusal is worth showing.
    pub fn act<C: Call + 'static>(&self, call: C) {
        let store = *self;
        spawn_local(async move {
            if let Err(error) = ipc::ask(call).await {
                store.notice.set(Some(error));
            }
            store.refresh_status();
            store.library.refresh();
        });
    }
}

/// The store of this window.
pub fn store() -> Store {
    expect_context::<Store>()
}
