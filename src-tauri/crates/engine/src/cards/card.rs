//! One model card: what a model is for, which files it consists of, and what they have to be.
//!
//! Parses and checks; touches no file but the card.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use winnow_contract::model::ModelTask;

/// A card longer than this is no card.
const LONGEST_CARD: u64 = 256 << 10;
/// No model is larger.
const LARGEST_FILE: u64 = 100_000_000_000;
const MOST_FILES: usize = 64;
/// The role of papers that belong beside a model and are not needed to use it.
const PAPERS: &str = "licence";

/// A model card. It is only made by `parse`, so it always holds what `check` demands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Card {
    /// Also the name of its folder.
    pub id: String,
    pub version: u32,
    pub name: String,
    pub task: ModelTask,
    /// Which set-up brings it.
    #[serde(default)]
    pub pack: Option<Pack>,
    /// Among the installed models of a task the one with the highest rank is used.
    #[serde(default)]
    pub rank: u32,
    /// The only platform it runs on, as `linux-x86_64`; none when it runs on all.
    #[serde(default)]
    pub platform: Option<String>,
    pub licence: String,
    pub attribution: String,
    pub source: String,
    /// ISO 639-1 codes; empty when it does not depend on the language.
    #[serde(default)]
    pub languages: Vec<String>,
    pub limits: String,
    /// Length of its vectors, of an embedder.
    #[serde(default)]
    pub dimensions: Option<u32>,
    /// Tokens a text is cut at, of an embedder.
    #[serde(default)]
    pub max_tokens: Option<u32>,
    #[serde(rename = "file")]
    pub files: Vec<CardFile>,
}

/// Which set-up brings a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pack {
    /// What a first start needs.
    First,
    /// For tests only.
    Test,
}

/// One file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CardFile {
    pub name: String,
    /// What it is to the program that loads it.
    pub role: String,
    pub bytes: u64,
    /// In 64 hexadecimal digits, lower case.
    pub sha256: String,
    /// Where its publisher offers it, with exactly this hash.
    #[serde(default)]
    pub hub: Option<String>,
}

impl CardFile {
    /// A licence or notice: kept beside the model, not needed to use it.
    pub fn is_paper(&self) -> bool {
        self.role == PAPERS
    }
}

impl Card {
    /// Reads a card.
    ///
    /// # Errors
    /// Why it cannot be read, as the end of a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let length = path.metadata().map_err(|error| error.to_string())?.len();
        if length > LONGEST_CARD {
            return Err(format!("it has {length} bytes, which no card has"));
        }
        Self::parse(&fs_err::read_to_string(path).map_err(|error| error.kind().to_string())?)
    }

    /// A card from its text.
    ///
    /// # Errors
    /// Why it is none, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let card: Self = toml::from_str(text).map_err(|error| error.message().trim().to_owned())?;
        card.check().map(|()| card)
    }

    /// Id with version, as it stands in runs and in lists.
    pub fn versioned(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    /// The files without which it cannot be used.
    pub fn needed(&self) -> impl Iterator<Item = &CardFile> {
        self.files.iter().filter(|file| !file.is_paper())
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Everything it needs can be downloaded.
    pub fn is_fetchable(&self) -> bool {
        self.needed().all(|file| file.hub.is_some())
    }

    /// The same files with the same content.
    pub fn has_same_files(&self, other: &Self) -> bool {
        let hashes = |card: &Self| card.files.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect::<BTreeSet<_>>();
        hashes(self) == hashes(other)
    }

    /// It runs on every platform, or on this one.
    pub fn is_for_this_computer(&self) -> bool {
        let here = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        self.platform.as_ref().is_none_or(|platform| *platform == here)
    }

    fn check(&self) -> Result<(), String> {
        ensure(is_id(&self.id), || format!("“{}” is no id: small letters, digits, dots and dashes are", self.id))?;
        ensure(self.version > 0, || "its version is 0".to_owned())?;
        let texts = [
            ("name", &self.name),
            ("licence", &self.licence),
            ("attribution", &self.attribution),
            ("source", &self.source),
            ("limits", &self.limits),
        ];
        for (key, text) in texts {
            ensure(is_line(text), || format!("{key} has to be one line of text"))?;
        }
        ensure(self.languages.iter().all(|code| is_language(code)), || "a language is not a code of ISO 639-1".to_owned())?;
        self.check_task()?;
        self.check_files()
    }

    fn check_task(&self) -> Result<(), String> {
        let sensible = |size: Option<u32>| size.is_some_and(|size| (1..=65_536).contains(&size));
        match self.task {
            ModelTask::Embed => {
                ensure(sensible(self.dimensions) && sensible(self.max_tokens), || "an embedder needs dimensions and max_tokens".to_owned())
            }
            ModelTask::Speech | ModelTask::Voice | ModelTask::Runtime | ModelTask::Decode | ModelTask::Kind => Ok(()),
            ModelTask::Ocr => Err("models for this task come with the system".to_owned()),
        }
    }

    fn check_files(&self) -> Result<(), String> {
        ensure((1..=MOST_FILES).contains(&self.files.len()), || format!("it names {} files", self.files.len()))?;
        ensure(self.needed().next().is_some(), || "it names nothing but papers".to_owned())?;
        let names: BTreeSet<_> = self.files.iter().map(|file| file.name.to_lowercase()).collect();
        ensure(names.len() == self.files.len(), || "it names a file twice".to_owned())?;
        self.files.iter().try_for_each(check_file)
    }
}

fn check_file(file: &CardFile) -> Result<(), String> {
    let name = &file.name;
    ensure(is_file_name(name), || format!("“{}” is no file name", name.escape_debug()))?;
    ensure(is_id(&file.role.replace('_', "-")), || format!("the role of {name} is no word"))?;
    ensure((1..=LARGEST_FILE).contains(&file.bytes), || format!("{name} is said to have {} bytes", file.bytes))?;
    let digits = file.sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    ensure(digits && file.sha256.len() == 64, || format!("the sha256 of {name} is not 64 hexadecimal digits"))?;
    ensure(file.hub.as_ref().is_none_or(|address| is_safe(address)), || format!("{name} is not offered over https"))
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    (1..=64).contains(&text.len()) && text.bytes().all(fits) && begins && text != super::stamps::FILE
}

/// A name that stays in its folder on every platform, and is none of those that the program uses itself.
fn is_file_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    let free = text != super::CARD_FILE && !text.to_lowercase().ends_with(".part") && !text.ends_with('.');
    (1..=128).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('.') && free
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= 1000 && !text.chars().any(char::is_control)
}

fn is_language(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// An address that nobody on the way can read or change; this computer itself needs no such care.
pub fn is_safe(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://127.0.0.1:")
}
