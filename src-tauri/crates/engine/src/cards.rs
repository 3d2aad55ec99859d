//! Model cards and the folder that models are kept in: which are known, which are here, and which file is what its card says.
//!
//! A file is never used before its SHA-256 has been compared with its card's. Loads no model and opens no socket: whoever
//! downloads asks here what to get and hands in what it got.

mod answers;
pub mod card;
mod import;
mod install;
mod stamps;
#[cfg(test)]
mod tests;

pub use card::{Card, CardFile};
pub use import::Imported;
pub use install::{Lock, Wanted};

use crate::error::{EngineError, Result};
use card::Pack;
use stamps::Stamps;
use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use winnow_contract::model::{ModelCardRow, ModelState, ModelTask, ModelsView};
use winnow_contract::status::ModelRow;
use winnow_contract::worker::ModelFiles;

/// Every card that comes with the program.
const SHIPPED: &[&str] = &[
    include_str!("../../../../assets/models/magika.toml"),
    include_str!("../../../../assets/models/minilm-l6-v2.toml"),
    include_str!("../../../../assets/models/onnxruntime.toml"),
    include_str!("../../../../assets/models/pdfium.toml"),
    include_str!("../../../../assets/models/silero-vad.toml"),
    include_str!("../../../../assets/models/whisper-base.toml"),
    include_str!("../../../../assets/models/whisper-base-hub.toml"),
    include_str!("../../../../assets/models/whisper-small.toml"),
    include_str!("../../../../assets/models/whisper-tiny-en.toml"),
];

/// The card of an imported model, in the model's folder.
const CARD_FILE: &str = "card.toml";
/// At most this many imported cards are looked at.
const MOST_IMPORTED: usize = 200;
/// The tasks of models, in the order in which they are listed.
const TASKS: [ModelTask; 6] =
    [ModelTask::Embed, ModelTask::Runtime, ModelTask::Speech, ModelTask::Voice, ModelTask::Decode, ModelTask::Kind];

/// The models of this computer. Any number of libraries share them.
pub struct Models {
    /// None when there is nowhere to keep models.
    folder: Option<PathBuf>,
    shipped: Vec<Card>,
    stamps: Stamps,
}

/// An installed model with the companions it needs, every file checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Id with version.
    pub card: String,
    /// Roles and absolute paths.
    pub files: Vec<(String, PathBuf)>,
    /// ISO 639-1 codes it covers; empty: all, or none of its business.
    pub languages: Vec<String>,
    /// Length of its vectors; 0 when it makes none.
    pub dimensions: u32,
    /// Tokens a text is cut at; 0 when it reads none.
    pub max_tokens: u32,
}

impl Found {
    /// Where its file with this role is.
    pub fn into_file(self, role: &str) -> Option<PathBuf> {
        self.files.into_iter().find(|(name, _)| name == role).map(|(_, path)| path)
    }

    /// The same as a worker wants it. Paths that are not Unicode are handed over as they are shown.
    pub fn model_files(&self, threads: u32, providers: &[&str]) -> ModelFiles {
        let shown = |(role, path): &(String, PathBuf)| (role.clone(), path.to_string_lossy().into_owned());
        ModelFiles {
            card: self.card.clone(),
            files: self.files.iter().map(shown).collect(),
            threads,
            providers: providers.iter().map(|provider| (*provider).to_owned()).collect(),
            max_tokens: self.max_tokens,
        }
    }
}

impl Models {
    /// The models in a folder, which need not exist yet.
    pub fn open(folder: PathBuf) -> Self {
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        Self { stamps: Stamps::open(&folder), folder: Some(folder), shipped: shipped() }
    }

    /// Only the cards that come with the program; nothing is here.
    pub fn nowhere() -> Self {
        Self { folder: None, shipped: shipped(), stamps: Stamps::default() }
    }

    /// The same with other cards in place of those that come with the program.
    #[cfg(any(test, feature = "testing"))]
    pub fn with_cards(folder: PathBuf, cards: &[&str]) -> Self {
        Self { shipped: cards.iter().map(|text| Card::parse(text).expect("BUG: a test's card")).collect(), ..Self::open(folder) }
    }

    /// Where models are kept.
    ///
    /// # Errors
    /// When there is nowhere to keep them.
    pub fn folder(&self) -> Result<&Path> {
        self.folder.as_deref().ok_or_else(|| EngineError::refused("no_models_folder"))
    }

    /// Every card with the state of its files. A file that changed since it was last looked at is read whole.
    pub fn rows(&self) -> ModelsView {
        let cards = self.cards();
        let mut listed: Vec<_> = cards.iter().map(|card| (card, self.state(card))).collect();
        // A model that is only for tests is no offer.
        listed.retain(|(card, state)| card.pack != Some(Pack::Test) || *state != ModelState::Missing);
        listed.sort_by_key(|(card, _)| (place(card.task), Reverse(card.rank)));
        let rows = listed.iter().map(|(card, state)| self.row(card, *state, &listed)).collect();
        ModelsView { rows, folder: self.folder.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default(), provider: None }
    }

    fn row(&self, card: &Card, state: ModelState, all: &[(&Card, ModelState)]) -> ModelCardRow {
        let best = best(all.iter().filter(|(_, state)| *state == ModelState::Ready).map(|(card, _)| *card), card.task);
        ModelCardRow {
            card: card.versioned(),
            name: card.name.clone(),
            task: card.task,
            state,
            bytes: i64::try_from(card.bytes()).unwrap_or(i64::MAX),
            licence: card.licence.clone(),
            attribution: card.attribution.clone(),
            source: card.source.clone(),
            languages: card.languages.clone(),
            limits: card.limits.clone(),
            fetchable: card.is_fetchable(),
            used: best.is_some_and(|best| best.id == card.id),
        }
    }

    /// Reads every installed file again, whether or not it looks unchanged.
    pub fn verify(&self) -> ModelsView {
        self.stamps.forget();
        self.rows()
    }

    /// The installed model of a task, with its companions: the runtime of a model that needs one, the voice model of a speech model.
    pub fn files(&self, task: ModelTask) -> Option<Found> {
        self.need(task).ok()
    }

    /// The same; otherwise the name of the model that is missing.
    ///
    /// # Errors
    /// The name of what would have to be installed.
    pub fn need(&self, task: ModelTask) -> std::result::Result<Found, String> {
        let cards = self.cards();
        let card = self.ready(&cards, task)?;
        let mut files = self.paths(card);
        if let Some(companion) = task.companion() {
            files.extend(self.paths(self.ready(&cards, companion)?));
        }
        let (dimensions, max_tokens) = (card.dimensions.unwrap_or_default(), card.max_tokens.unwrap_or_default());
        Ok(Found { card: card.versioned(), files, languages: card.languages.clone(), dimensions, max_tokens })
    }

    /// One line for each task: the model that is used, or the one that is missing.
    pub fn brief(&self) -> Vec<ModelRow> {
        let cards = self.cards();
        let row = |task: ModelTask| match self.ready(&cards, task) {
            Ok(card) => Some(ModelRow { card: card.versioned(), ready: true }),
            Err(_) => first_pack(&cards, task).map(|card| ModelRow { card: card.versioned(), ready: false }),
        };
        TASKS.into_iter().filter_map(row).collect()
    }

    /// The state of a card's files; the worst one counts.
    pub fn state(&self, card: &Card) -> ModelState {
        let mut state = ModelState::Ready;
        for file in card.needed() {
            match self.file_state(card, file) {
                ModelState::Damaged => return ModelState::Damaged,
                ModelState::Missing => state = ModelState::Missing,
                ModelState::Ready => {}
            }
        }
        state
    }

    fn file_state(&self, card: &Card, file: &CardFile) -> ModelState {
        let Some(path) = self.path(card, file) else { return ModelState::Missing };
        match self.stamps.sha256(&path, file.bytes) {
            Ok(Some(hash)) if hash == file.sha256 => ModelState::Ready,
            Ok(_) => ModelState::Damaged,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => ModelState::Missing,
            Err(_) => ModelState::Damaged,
        }
    }

    /// Every card known: those that come with the program, then the imported ones by id.
    pub fn cards(&self) -> Vec<Card> {
        let mut cards = self.shipped.clone();
        cards.extend(self.imported());
        cards
    }

    /// The card of an id, with or without its version.
    pub fn card(&self, id: &str) -> Option<Card> {
        self.cards().into_iter().find(|card| card.id == id || card.versioned() == id)
    }

    /// Cards inside the models folder. One that cannot be read, or that takes the id of a card of the program, is left out.
    fn imported(&self) -> Vec<Card> {
        let Some(entries) = self.folder.as_ref().and_then(|folder| folder.read_dir().ok()) else { return Vec::new() };
        let folders = entries.filter_map(|entry| Some(entry.ok()?.path())).take(10 * MOST_IMPORTED);
        let mut cards: Vec<Card> = folders.filter_map(|folder| imported_card(&folder)).collect();
        cards.retain(|card| self.shipped.iter().all(|shipped| shipped.id != card.id));
        cards.sort_by(|a, b| a.id.cmp(&b.id));
        cards.truncate(MOST_IMPORTED);
        cards
    }

    /// The best model of a task whose files are all here, or the name of the one to install.
    fn ready<'a>(&self, cards: &'a [Card], task: ModelTask) -> std::result::Result<&'a Card, String> {
        let ready = cards.iter().filter(|card| card.task == task && self.state(card) == ModelState::Ready);
        best(ready, task).ok_or_else(|| first_pack(cards, task).map_or_else(|| task.to_string(), |card| card.name.clone()))
    }

    fn path(&self, card: &Card, file: &CardFile) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(&card.id).join(&file.name))
    }

    fn paths(&self, card: &Card) -> Vec<(String, PathBuf)> {
        card.needed().filter_map(|file| Some((file.role.clone(), self.path(card, file)?))).collect()
    }
}

fn shipped() -> Vec<Card> {
    let cards = SHIPPED.iter().map(|text| Card::parse(text).expect("BUG: a test reads every card of the program"));
    cards.filter(Card::is_for_this_computer).collect()
}

/// The card in a folder of the models folder, if it is readable and the folder bears its name.
fn imported_card(folder: &Path) -> Option<Card> {
    let name = folder.file_name()?.to_str()?;
    let card = Card::read(&folder.join(CARD_FILE)).ok()?;
    (card.id == name && card.is_for_this_computer()).then_some(card)
}

/// The card with the highest rank; among equals the first.
fn best<'a>(cards: impl Iterator<Item = &'a Card>, task: ModelTask) -> Option<&'a Card> {
    cards.filter(|card| card.task == task).min_by_key(|card| Reverse(card.rank))
}

fn first_pack(cards: &[Card], task: ModelTask) -> Option<&Card> {
    cards.iter().find(|card| card.task == task && card.pack == Some(Pack::First))
}

fn place(task: ModelTask) -> usize {
    TASKS.iter().position(|known| *known == task).unwrap_or(TASKS.len())
}
