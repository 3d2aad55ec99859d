//! Takes in a folder of models: a pack of cards and files, the layout of another models folder, or loose files that a card
//! describes.
//!
//! What no card describes is not taken. Of each model all is taken or nothing.

use super::card::{Card, CardFile};
use super::install::{self, Lock};
use super::{CARD_FILE, Models, stamps};
use crate::error::{EngineError, Result};
use crate::paths;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use winnow_contract::Words;
use winnow_contract::model::ModelState;

/// A folder with more entries than this is no pack, but somebody's home.
const MOST_ENTRIES: usize = 5000;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Id with version of every model that is installed now and was in the folder.
    pub cards: Vec<String>,
    /// Names of files that no card describes; they were left where they are.
    pub left_out: Vec<String>,
}

/// A model as it lies in the folder.
struct Parcel {
    card: Card,
    /// Text of a card that does not come with the program.
    text: Option<String>,
    files: BTreeMap<String, PathBuf>,
}

/// What a folder holds.
#[derive(Default)]
struct Survey {
    parcels: Vec<Parcel>,
    loose: Vec<PathBuf>,
}

impl Models {
    /// Takes in every model of a folder.
    ///
    /// # Errors
    /// When the folder holds no model or a card in it cannot be used; then nothing is taken. When a file is not what its
    /// card says; then the other models are taken.
    pub fn import(&self, folder: &Path) -> Result<Imported> {
        let lock = self.lock()?;
        let mut survey = self.survey(folder)?;
        let mut imported = Imported::default();
        for path in std::mem::take(&mut survey.loose) {
            if !self.sort_in(&mut survey.parcels, &path)? {
                imported.left_out.push(shown(&path));
            }
        }
        survey.parcels.retain(|parcel| parcel.text.is_some() || parcel.card.needed().any(|file| parcel.files.contains_key(&file.name)));
        if survey.parcels.is_empty() {
            return Err(EngineError::Refused(match imported.left_out.first() {
                Some(name) => Words::new("file_on_no_card").with("file", name),
                None => Words::new("no_model_pack"),
            }));
        }
        let mut refused = None;
        for parcel in &survey.parcels {
            match self.take_in(parcel, &lock) {
                Ok(()) => imported.cards.push(parcel.card.versioned()),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        refused.map_or(Ok(imported), Err)
    }

    /// The folder and the folders directly in it.
    fn survey(&self, folder: &Path) -> Result<Survey> {
        let (files, folders) = list(folder)?;
        let mut survey = Survey::default();
        self.survey_folder(&mut survey, folder, files)?;
        for folder in folders {
            let (files, _) = list(&folder)?;
            self.survey_folder(&mut survey, &folder, files)?;
        }
        Ok(survey)
    }

    /// One folder: the files of its card are a parcel; the rest lies loose.
    fn survey_folder(&self, survey: &mut Survey, folder: &Path, files: Vec<PathBuf>) -> Result<()> {
        let mut parcel = self.parcel(folder)?;
        for path in files {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match parcel.as_mut().filter(|parcel| parcel.card.files.iter().any(|file| file.name == name)) {
                Some(parcel) => drop(parcel.files.insert(name.to_owned(), path)),
                None if name == CARD_FILE || name.starts_with('.') => {}
                None => survey.loose.push(path),
            }
        }
        survey.parcels.extend(parcel);
        Ok(())
    }

    /// The model of a folder: by the card in it, or by its name.
    fn parcel(&self, folder: &Path) -> Result<Option<Parcel>> {
        let path = folder.join(CARD_FILE);
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !path.is_file() {
            let known = self.card(name).filter(|card| card.id == name);
            return Ok(known.map(|card| Parcel { card, text: None, files: BTreeMap::new() }));
        }
        let bad = |why: String| EngineError::Refused(Words::new("card_unusable").with("card", shown(folder)).with("why", why));
        let card = Card::read(&path).map_err(bad)?;
        let text = fs_err::read_to_string(&path).map_err(|error| bad(error.to_string()))?;
        let text = (!self.is_own(&card)?).then_some(text);
        Ok(Some(Parcel { card, text, files: BTreeMap::new() }))
    }

    /// Whether it is a card of the program. No other card may take its name, and no older one the name of a newer.
    fn is_own(&self, card: &Card) -> Result<bool> {
        let Some(known) = self.card(&card.id) else { return Ok(false) };
        let own = self.shipped.iter().any(|shipped| shipped.id == card.id);
        if known.has_same_files(card) || (!own && card.version > known.version) {
            return Ok(own);
        }
        Err(EngineError::Refused(Words::new("card_taken").with("card", &card.id)))
    }

    /// Puts a loose file into every parcel whose card describes it. True when there is one.
    fn sort_in(&self, parcels: &mut Vec<Parcel>, path: &Path) -> Result<bool> {
        let Ok(bytes) = path.metadata().map(|about| about.len()) else { return Ok(false) };
        let cards: Vec<Card> = self.cards().into_iter().filter(|card| card.files.iter().any(|file| file.bytes == bytes)).collect();
        if cards.is_empty() {
            return Ok(false);
        }
        let hash = fs_err::File::open(path).and_then(|mut file| stamps::hash(&mut file));
        let Ok(hash) = hash else { return Ok(false) };
        let mut known = false;
        for card in cards {
            let files: Vec<CardFile> = card.files.iter().filter(|file| file.sha256 == hash).cloned().collect();
            for file in files {
                known = true;
                parcel_of(parcels, &card).files.entry(file.name).or_insert_with(|| path.to_owned());
            }
        }
        Ok(known)
    }

    /// Copies, compares and puts in place what is not installed yet.
    fn take_in(&self, parcel: &Parcel, _lock: &Lock) -> Result<()> {
        let card = &parcel.card;
        install::clean(&self.folder()?.join(&card.id));
        let mut drafts = Vec::new();
        for file in &card.files {
            match parcel.files.get(&file.name) {
                _ if self.file_state(card, file) == ModelState::Ready => {}
                Some(path) => drafts.push(self.copy(card, file, path)?),
                None if file.is_paper() => {}
                None => return Err(EngineError::Refused(Words::new("pack_incomplete").with("card", &card.name).with("file", &file.name))),
            }
        }
        drafts.iter().try_for_each(|draft| self.place(draft))?;
        parcel.text.as_ref().map_or(Ok(()), |text| self.place_card(card, text))
    }
}

fn parcel_of<'a>(parcels: &'a mut Vec<Parcel>, card: &Card) -> &'a mut Parcel {
    let at = parcels.iter().position(|parcel| parcel.card.id == card.id);
    let at = at.unwrap_or_else(|| {
        parcels.push(Parcel { card: card.clone(), text: None, files: BTreeMap::new() });
        parcels.len() - 1
    });
    &mut parcels[at]
}

/// Regular files and folders in a folder, by name. Links are followed; anything else is not opened.
fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let unusable = |why: String| EngineError::Refused(Words::new("pack_unreadable").with("why", why));
    let mut paths = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(|error| unusable(error.to_string()))? {
        paths.push(entry.map_err(|error| unusable(error.to_string()))?.path());
        if paths.len() > MOST_ENTRIES {
            return Err(EngineError::refused("no_model_pack"));
        }
    }
    paths.sort();
    let (folders, rest): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    Ok((rest.into_iter().filter(|path| path.is_file()).collect(), folders))
}

/// A name for people.
fn shown(path: &Path) -> String {
    paths::display(&paths::to_bytes(path.file_name().unwrap_or(path.as_os_str())))
}
