//! Reads recogniser files and compiles them: what an entity is, how it is found and what follows from finding it.
//!
//! Deliberately without the values' own rules (checksums, lengths): those are in `check`, only their tables are data.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::check::{Check, Tables};
use super::context::{Context, Leaning, Words};

/// The recognisers Winnow ships. Their comments are the manual.
const SHIPPED: [&str; 6] = [
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/credit_card.toml")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/iban_code.toml")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/us_ssn.toml")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/email_address.toml")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/ip_address.toml")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/phone_number.toml")),
];
/// Part of the version: raise it when the code beside the files finds something else than before.
const CODE_REVISION: &str = "1";

/// Where a finding of an entity goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// A person is asked.
    Ask,
    /// Kept, nobody is asked.
    Record,
    /// Not kept.
    Drop,
}

/// Why recogniser files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadRecogniser {
    #[error("recogniser file: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("{entity}: {source}")]
    Regex { entity: String, source: regex::Error },
    #[error("{entity}: {problem}")]
    Table { entity: String, problem: String },
}

/// A set of recognisers, compiled once and then shared.
#[derive(Debug)]
pub struct Recognisers {
    entities: Vec<EntityRules>,
    version: String,
}

/// Everything known about one entity.
#[derive(Debug)]
pub struct EntityRules {
    /// Name, for instance `US_SSN`.
    pub entity: String,
    /// How much harm a leak does, 0..1.
    pub severity: f32,
    /// Where its findings go.
    pub route: Route,
    /// Its open findings block automatic acceptance.
    pub blocks: bool,
    /// All its values in one asset are asked about together.
    pub grouped: bool,
    pub(super) patterns: Vec<Pattern>,
    pub(super) check: Check,
    pub(super) near: Near,
    pub(super) min_score: f32,
    context: Context,
    boost: f32,
    lower: f32,
}

/// One way an entity is written.
#[derive(Debug)]
pub(super) struct Pattern {
    pub name: String,
    pub regex: Regex,
    /// Score of a value that passes the check.
    pub score: f32,
    /// Score of a value that does not, if it is kept at all.
    pub unchecked: Option<f32>,
}

/// Where patterns are tried: around bytes that every value of the entity contains.
#[derive(Debug)]
pub(super) struct Near {
    pub bytes: [bool; 256],
    /// Bytes around such a byte that a value can extend to.
    pub reach: usize,
    /// Such bytes in the shortest value.
    pub min: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entity: String,
    severity: f32,
    route: Route,
    blocks: bool,
    grouped: bool,
    checksum: String,
    min_score: f32,
    near: String,
    near_min: usize,
    reach: usize,
    patterns: Vec<FilePattern>,
    context: FileContext,
    #[serde(default)]
    tables: Tables,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePattern {
    name: String,
    regex: String,
    score: f32,
    unchecked: Option<f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileContext {
    words_before: usize,
    words_after: usize,
    boost: f32,
    lower: f32,
    #[serde(rename = "for")]
    supporting: BTreeMap<String, Vec<String>>,
    #[serde(rename = "against")]
    opposing: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    following: BTreeMap<String, Vec<String>>,
}

impl Recognisers {
    /// The recognisers in `assets/pii`.
    #[must_use]
    pub fn shipped() -> Self {
        Self::from_toml(&SHIPPED).expect("BUG: a shipped recogniser file is broken")
    }

    /// One entity per file content. Fails on unknown keys, broken patterns and unreadable tables.
    pub fn from_toml(files: &[&str]) -> Result<Self, BadRecogniser> {
        let entities = files.iter().map(|file| EntityRules::read(file)).collect::<Result<_, _>>()?;
        Ok(Self { entities, version: version_of(files) })
    }

    /// Twelve hexadecimal digits that change with any file and with the code: part of a detection job's fingerprint.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The rules of an entity, by its name.
    #[must_use]
    pub fn get(&self, entity: &str) -> Option<&EntityRules> {
        self.entities.iter().find(|rules| rules.entity == entity)
    }

    /// All rules, in the order of their files.
    #[must_use]
    pub fn entities(&self) -> &[EntityRules] {
        &self.entities
    }
}

fn version_of(files: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in files.iter().chain(&[CODE_REVISION]) {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..12].to_owned()
}

impl EntityRules {
    fn read(text: &str) -> Result<Self, BadRecogniser> {
        let file: File = toml::from_str(text)?;
        let bad_regex = |source| BadRecogniser::Regex { entity: file.entity.clone(), source };
        let bad_table = |problem| BadRecogniser::Table { entity: file.entity.clone(), problem };
        let context = file.context.compile().map_err(bad_regex)?;
        let patterns = file.patterns.iter().map(Pattern::compile).collect::<Result<_, _>>().map_err(bad_regex)?;
        let check = Check::named(&file.checksum, &file.tables).map_err(bad_table)?;
        Ok(Self {
            severity: file.severity,
            route: file.route,
            blocks: file.blocks,
            grouped: file.grouped,
            patterns,
            check,
            near: Near::new(&file.near, file.reach, file.near_min),
            min_score: file.min_score,
            context,
            boost: file.context.boost,
            lower: file.context.lower,
            entity: file.entity,
        })
    }

    /// What the words around a value add to its score.
    pub(super) fn shift(&self, text: &str, start: usize, end: usize) -> f32 {
        match self.context.lean(text, start, end) {
            Leaning::For => self.boost,
            Leaning::Against => -self.lower,
            Leaning::Silent => 0.0,
        }
    }
}

impl Pattern {
    fn compile(file: &FilePattern) -> Result<Self, regex::Error> {
        Ok(Self { name: file.name.clone(), regex: Regex::new(&file.regex)?, score: file.score, unchecked: file.unchecked })
    }

    /// The most a value found this way can score before its context is heard.
    pub fn best(&self) -> f32 {
        self.score.max(self.unchecked.unwrap_or(0.0))
    }
}

impl Near {
    fn new(characters: &str, reach: usize, min: usize) -> Self {
        let mut bytes = [false; 256];
        for byte in characters.bytes() {
            bytes[usize::from(byte)] = true;
        }
        Self { bytes, reach, min }
    }
}

impl FileContext {
    fn compile(&self) -> Result<Context, regex::Error> {
        Context::new(&Words {
            supporting: all_languages(&self.supporting),
            opposing: all_languages(&self.opposing),
            following: all_languages(&self.following),
            before: self.words_before,
            after: self.words_after,
        })
    }
}

fn all_languages(words: &BTreeMap<String, Vec<String>>) -> Vec<&str> {
    words.values().flatten().map(String::as_str).collect()
}
