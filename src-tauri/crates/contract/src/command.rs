//! What can be asked of a library, and which view answers. The window, the command line and tests use the same list.

use crate::asset::{AssetDetail, AssetFilter, AssetPage, AssetSort, ExtractionView, MemberPage};
use crate::id::*;
use crate::job::Activity;
use crate::model::ModelsView;
use crate::review::{Decided, ReviewDetail, ReviewFilter, ReviewPage, Undone, Verdict};
use crate::search::{Evidence, SearchMode, SearchPage};
use crate::settings::SettingsView;
use crate::status::Status;
use crate::taxonomy::{Taxonomy, TaxonomyAnswer};
use crate::trail::Lineage;
use crate::worker::{Confinement, Password, Role};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A request with the view that answers it.
pub trait Call: Serialize + DeserializeOwned + Into<Request> {
    type View: Serialize + DeserializeOwned;
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? } -> $view:ty;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
        impl Call for $name { type View = $view; }
        impl From<$name> for Request { fn from(call: $name) -> Self { Self::$name(call) } })*

        /// Every request, tagged by its name: `{"ask":"Decide", …}`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "ask")]
        pub enum Request { $($(#[$doc])* $name($name)),* }
    };
}

/// At most this many rows in one page.
pub const PAGE_LIMIT: u32 = 200;

calls! {
    /// Counts, folders, progress.
    GetStatus {} -> Status;
    /// A page of assets; at most 200 rows from `offset`.
    ListAssets { filter: AssetFilter, sort: AssetSort, offset: u32, limit: u32 } -> AssetPage;
    /// Everything about one asset.
    GetAsset { asset: AssetId } -> AssetDetail;
    /// The texts of one page of an asset, whole: of a long document `GetAsset` holds the first 200,000 characters only.
    GetTexts { asset: AssetId, page: u32 } -> Texts;
    /// What was found directly in an asset, in the order of the container; at most 200 rows from `offset`.
    ListMembers { asset: AssetId, offset: u32, limit: u32 } -> MemberPage;
    /// Try a password on a locked asset. It is kept in memory until the program ends, never written down.
    Unlock { asset: AssetId, password: Password } -> Unlocked;
    /// Take key frames out of a film and read the words on them.
    TakeFrames { asset: AssetId } -> Retried;
    /// The open items, best first.
    ListReview { filter: ReviewFilter, offset: u32, limit: u32 } -> ReviewPage;
    /// One item with its evidence.
    GetReviewItem { item: ReviewItemId } -> ReviewDetail;
    /// A person's verdict on an item.
    Decide {
        item: ReviewItemId,
        verdict: Verdict,
        /// With `corrected`, and only then. Of a reading it is the right text of all that the item's `context` shows: of the whole
        /// page, or of the whole stretch. On one line it keeps the lines that were read.
        value: Option<String>,
        /// Decide every open item with the same value alike.
        all_alike: bool,
        /// Only count.
        dry_run: bool,
        /// How long the person looked at it.
        took_ms: Option<u32>,
    } -> Decided;
    /// Take back the last `count` decisions of a person.
    Undo { count: u32 } -> Undone;
    /// Words in texts and names, and places that mean the same.
    Search {
        query: String,
        mode: SearchMode,
        filter: AssetFilter,
        offset: u32,
        limit: u32,
        /// Somebody still types: the sentence that is nearest in meaning is not looked for in the first hits.
        #[serde(default)]
        hurried: bool,
    } -> SearchPage;
    /// Where a rough hit opens: at the sentence of its passage that is nearest in meaning to what was asked; at the same spot where
    /// that cannot be told.
    FindSpot { query: String, at: Evidence } -> Evidence;
    /// Assets whose meaning is nearest to this one's.
    Similar { asset: AssetId, filter: AssetFilter, offset: u32, limit: u32 } -> SearchPage;
    /// A person says what an asset is, whether or not it was asked; no answer takes back the last one.
    SetLabel { asset: AssetId, answer: String } -> Decided;
    /// The answers to "what is it?".
    GetTaxonomy {} -> Taxonomy;
    /// Replace the answers. Assets are compared with them again.
    SetTaxonomy { answers: Vec<TaxonomyAnswer> } -> Taxonomy;
    /// Model cards and what of them is installed.
    GetModels {} -> ModelsView;
    /// What holds the reading processes back, role by role.
    GetConfinement {} -> ConfinementView;
    /// Compare every installed file with its card's hash.
    VerifyModels {} -> ModelsView;
    /// Take in a folder of cards and files. Without a folder the window asks for one.
    ImportModels { folder: Option<String> } -> ModelsView;
    /// Download models from where their card says; only ever because somebody asked.
    FetchModels { cards: Vec<String> } -> ModelsView;
    /// Follow a folder, or stop following it. What was read stays.
    SetWatched { folder: FolderId, watched: bool } -> Status;
    /// Where a row comes from; with `down`, what was derived from it.
    GetWhy { id: String, down: bool } -> Lineage;
    /// Lanes and failures.
    GetActivity { offset: u32, limit: u32 } -> Activity;
    /// Put failed jobs back: one, or all.
    Retry { job: Option<JobId> } -> Retried;
    /// Scan a folder again now.
    Rescan { folder: FolderId } -> Added;
    /// Stop taking up new jobs, or go on.
    SetPaused { paused: bool } -> Status;
    /// All settings with their defaults.
    GetSettings {} -> SettingsView;
    /// Change one setting; no value puts the default back. Values are TOML literals.
    ChangeSetting { key: String, value: Option<String> } -> SettingsView;
    /// Open the system's dialog and add what the person chooses (window only).
    Choose { what: Chosen } -> Added;
    /// Add the sample collection that comes with the program.
    AddSample {} -> Added;
    /// Open the folder of a location in the system's file manager (window only).
    ShowFile { location: LocationId } -> Done;
}

crate::vocabulary! {
    /// What a dialog offers.
    Chosen { Files = "files", Folder = "folder" }
}

/// How many scans were queued; zero when the person cancelled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    pub scans: u32,
}

/// What became of a password: the asset is read again in the background, and stays locked when it was the wrong one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlocked {
    /// The password opened it.
    pub opened: bool,
}

/// Texts with their places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Texts {
    pub extractions: Vec<ExtractionView>,
}

/// What holds each reading process back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfinementView {
    pub roles: Vec<RoleRow>,
}

/// One role of the reading processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRow {
    pub role: Role,
    /// As the process found it when it started; none while no process of this role has run.
    pub confinement: Option<Confinement>,
}

/// How many jobs wait again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retried {
    pub jobs: u32,
}

/// Done; there is nothing to say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}
