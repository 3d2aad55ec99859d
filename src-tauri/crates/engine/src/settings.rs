//! Settings: the shipped defaults, a library's differences, and the two put together.
//!
//! `assets/defaults.toml` is the manual; this file only gives its keys types and checks values.

use crate::error::{EngineError, Result};
use serde::Deserialize;
use std::path::Path;
use toml::{Table, Value};
use winnow_contract::Words;
use winnow_contract::settings::{SettingRow, SettingsView};
use winnow_contract::worker::{DecodeLimits, ExpandLimits};

const DEFAULTS: &str = include_str!("../../../../assets/defaults.toml");
/// File of a library's differences.
pub const FILE: &str = "settings.toml";

#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    pub ingest: Ingest,
    pub watch: Watch,
    pub decode: Decode,
    pub archives: Archives,
    pub ocr: Ocr,
    pub sound: Sound,
    pub speech: Speech,
    pub labels: Labels,
    pub near: Near,
    pub detect: Detect,
    pub embed: Embed,
    pub search: Search,
    pub policy: Policy,
    pub work: Work,
    pub window: Window,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Ingest {
    pub ignore: Vec<String>,
    pub changing_wait: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Watch {
    pub settle: u32,
    pub rescan_minutes: u32,
    pub poll_seconds: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Decode {
    pub max_megapixels: u32,
    pub max_picture_mb: u32,
    pub max_file_mb: u32,
    pub max_text_chars: u32,
    pub max_page_megapixels: u32,
    pub max_pages: u32,
    pub max_cells: u32,
    pub max_nesting: u32,
    pub drawn_pages_mb: u32,
    pub frames: u32,
    pub seconds: u32,
    pub memory_mb: u32,
    pub recycle_after: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Archives {
    pub max_depth: u32,
    pub max_entries: u32,
    pub max_mb: u32,
    pub max_ratio: u32,
    pub slice_mb: u32,
    pub kept_mb: u32,
    pub seconds: u32,
}

impl Archives {
    /// Bytes of members that are kept.
    pub fn kept(&self) -> u64 {
        u64::from(self.kept_mb) * 1_000_000
    }

    /// True when all that an archive may hold is kept, and others beside it.
    pub fn keeps_one(&self) -> bool {
        self.kept_mb / 2 >= self.max_mb
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Ocr {
    pub enabled: bool,
    pub languages: String,
    pub doubt_below: f32,
    pub doubt_min_words: u32,
    pub seconds: u32,
    pub memory_mb: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Sound {
    pub max_hours: u32,
    pub seconds: u32,
    pub memory_mb: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Speech {
    pub enabled: bool,
    pub language: String,
    pub stretch: u32,
    pub doubt_below: f32,
    pub seconds: u32,
    pub memory_mb: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Labels {
    pub enabled: bool,
    pub margin: f32,
    pub floor: f32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Near {
    pub enabled: bool,
    pub text: f32,
    pub picture: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Detect {
    pub enabled: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Embed {
    pub enabled: bool,
    pub seconds: u32,
    pub memory_mb: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Search {
    pub meaning_floor: f32,
}

/// Whether anything is accepted without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Automatic {
    Off,
    Calibrated,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Policy {
    pub automatic: Automatic,
    pub promised_error: f32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Work {
    pub decode_width: u32,
    pub ocr_width: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Window {
    pub theme: Theme,
    pub notify: bool,
}

impl Settings {
    /// The shipped values.
    pub fn shipped() -> Self {
        defaults().try_into().expect("BUG: assets/defaults.toml has every setting")
    }

    /// The limits a decoder gets.
    pub fn decode_limits(&self) -> DecodeLimits {
        let mega = |number: u32| i64::from(number) * 1_000_000;
        DecodeLimits {
            pixels: mega(self.decode.max_megapixels),
            picture_bytes: mega(self.decode.max_picture_mb),
            file_bytes: mega(self.decode.max_file_mb),
            text_chars: self.decode.max_text_chars,
            page_pixels: mega(self.decode.max_page_megapixels),
            preview_side: 1600,
            thumbnail_side: 352,
            pages: self.decode.max_pages,
            cells: self.decode.max_cells,
            nesting: self.decode.max_nesting,
        }
    }

    /// The limits that hold for what is in one container.
    pub fn expand_limits(&self) -> ExpandLimits {
        let mega = |number: u32| i64::from(number) * 1_000_000;
        ExpandLimits {
            entries: self.archives.max_entries,
            total_bytes: mega(self.archives.max_mb),
            ratio: self.archives.max_ratio,
            slice_bytes: mega(self.archives.slice_mb),
            nesting: self.decode.max_nesting,
        }
    }
}

/// A library's differences and what results.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    differences: Table,
    pub settings: Settings,
    unknown: Vec<String>,
}

impl SettingsFile {
    /// Reads a library's file; a missing one means no differences. A file that is not TOML or has a value of the wrong
    /// kind is refused with the place.
    pub fn load(library: &Path) -> Result<Self> {
        let path = library.join(FILE);
        let text = match fs_err::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error.into()),
        };
        let differences: Table = text.parse().map_err(|error| EngineError::Unusable(format!("{FILE}: {error}")))?;
        Self::of(differences).map_err(|error| EngineError::Unusable(format!("{FILE}: {error}")))
    }

    /// Changes one setting (or puts its default back) and writes the file atomically.
    pub fn change(&self, library: &Path, key: &str, literal: Option<&str>) -> Result<Self> {
        let (section, name) = split(key)?;
        let mut differences = self.differences.clone();
        let table = differences.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let table = table.as_table_mut().ok_or_else(|| bad_setting(key, "", "the section is no table"))?;
        match literal {
            Some(literal) => drop(table.insert(name.to_owned(), parse(key, literal)?)),
            None => drop(table.remove(name)),
        }
        differences.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
        let changed = Self::of(differences).map_err(|error| bad_setting(key, literal.unwrap_or(""), &error.to_string()))?;
        write_atomically(&library.join(FILE), &changed.differences.to_string())?;
        Ok(changed)
    }

    /// Every setting with its default and comment.
    pub fn view(&self) -> SettingsView {
        SettingsView { rows: manual().into_iter().map(|row| self.row(row)).collect(), unknown: self.unknown.clone() }
    }

    fn row(&self, (key, comment): (String, String)) -> SettingRow {
        let find = |table: &Table| {
            let (section, name) = key.split_once('.')?;
            table.get(section)?.get(name).map(ToString::to_string)
        };
        let default = find(&defaults()).expect("BUG: the manual lists settings that have defaults");
        SettingRow { value: find(&self.differences).unwrap_or_else(|| default.clone()), default, comment, key }
    }

    fn of(differences: Table) -> std::result::Result<Self, toml::de::Error> {
        let mut all = defaults();
        let mut unknown = Vec::new();
        for (section, values) in &differences {
            for (name, value) in values.as_table().into_iter().flatten() {
                match all.get_mut(section).and_then(|table| table.get_mut(name)) {
                    Some(place) => *place = value.clone(),
                    None => unknown.push(format!("{section}.{name}")),
                }
            }
            if !all.contains_key(section) && !values.is_table() {
                unknown.push(section.clone());
            }
        }
        let settings: Settings = all.try_into()?;
        check(&settings).map_err(serde::de::Error::custom)?;
        Ok(Self { differences, settings, unknown })
    }
}

fn check(settings: &Settings) -> std::result::Result<(), String> {
    let share = |name: &str, value: f32| if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(format!("{name} must be from 0 to 1")) };
    share("ocr.doubt_below", settings.ocr.doubt_below)?;
    share("speech.doubt_below", settings.speech.doubt_below)?;
    share("labels.margin", settings.labels.margin)?;
    share("labels.floor", settings.labels.floor)?;
    share("search.meaning_floor", settings.search.meaning_floor)?;
    if !(0.6..=1.0).contains(&settings.near.text) || settings.near.picture > 15 {
        return Err("near.text must be from 0.6 to 1, and near.picture at most 15".into());
    }
    share("policy.promised_error", settings.policy.promised_error)?;
    let language = &settings.speech.language;
    if !(language.is_empty() || (language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase()))) {
        return Err("speech.language must be two small letters, or empty".into());
    }
    let (sound, speech) = (&settings.sound, &settings.speech);
    if [sound.max_hours, sound.seconds, sound.memory_mb, speech.stretch, speech.seconds, speech.memory_mb].contains(&0) {
        return Err("times, memory and counts must be above 0".into());
    }
    if [settings.watch.settle, settings.watch.rescan_minutes, settings.watch.poll_seconds].contains(&0) {
        return Err("times, memory and counts must be above 0".into());
    }
    for pattern in &settings.ingest.ignore {
        globset::Glob::new(pattern).map_err(|error| error.to_string())?;
    }
    let positive = [
        settings.decode.seconds,
        settings.decode.memory_mb,
        settings.decode.recycle_after,
        settings.decode.max_pages,
        settings.decode.max_cells,
        settings.decode.max_nesting,
        settings.decode.frames,
        settings.archives.max_entries,
        settings.archives.max_mb,
        settings.archives.max_ratio,
        settings.archives.slice_mb,
        settings.archives.seconds,
        settings.ocr.seconds,
        settings.ocr.memory_mb,
        settings.embed.seconds,
        settings.embed.memory_mb,
    ];
    if positive.contains(&0) { Err("times, memory and counts must be above 0".into()) } else { Ok(()) }
}

fn defaults() -> Table {
    DEFAULTS.parse().expect("BUG: assets/defaults.toml is TOML")
}

fn split(key: &str) -> Result<(&str, &str)> {
    let unknown = || EngineError::Refused(Words::new("unknown_setting").with("key", key));
    let (section, name) = key.split_once('.').ok_or_else(unknown)?;
    let known = defaults().get(section).is_some_and(|table| table.get(name).is_some());
    if known { Ok((section, name)) } else { Err(unknown()) }
}

fn parse(key: &str, literal: &str) -> Result<Value> {
    let table: Table = format!("value = {literal}").parse().map_err(|_| bad_setting(key, literal, "it is no TOML value"))?;
    table.get("value").cloned().filter(|_| table.len() == 1).ok_or_else(|| bad_setting(key, literal, "it is no single value"))
}

fn bad_setting(key: &str, value: &str, why: &str) -> EngineError {
    EngineError::Refused(Words::new("bad_setting").with("key", key).with("value", value).with("why", why.trim()))
}

/// `(section.key, comment)` in the order of the manual.
fn manual() -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let (mut section, mut comment) = (String::new(), String::new());
    for line in DEFAULTS.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment = format!("{comment} {}", text.trim()).trim().to_owned();
        } else if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
            comment.clear();
        } else if let Some((key, _)) = line.split_once(" = ") {
            rows.push((format!("{section}.{key}"), std::mem::take(&mut comment)));
        } else {
            comment.clear();
        }
    }
    rows
}

pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let draft = path.with_extension("toml.new");
    let mut file = fs_err::File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs_err::rename(&draft, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_comments_every_setting() {
        let rows = SettingsFile::of(Table::new()).expect("no differences").view().rows;
        assert!(rows.len() > 20);
        for row in rows {
            assert!(!row.comment.is_empty(), "{} has no comment", row.key);
            assert_eq!(row.value, row.default);
        }
    }

    #[test]
    fn unknown_keys_are_reported_and_wrong_values_refused() {
        let of = |text: &str| SettingsFile::of(text.parse().expect("toml"));
        let known = of("[ocr]\ndoubt_below = 0.5\nnonsense = 1\n[other]\nx = 1").expect("usable");
        assert_eq!(known.settings.ocr.doubt_below, 0.5);
        assert_eq!(known.unknown, ["ocr.nonsense", "other.x"]);
        assert!(of("[ocr]\ndoubt_below = 2.0").is_err());
        assert!(of("[ocr]\ndoubt_below = \"much\"").is_err());
        assert!(of("[ingest]\nignore = [\"[\"]").is_err());
    }

    #[test]
    fn changes_are_kept_as_differences_only() {
        let library = tempfile::tempdir().expect("a folder");
        let load = || SettingsFile::load(library.path()).expect("settings");
        load().change(library.path(), "ocr.languages", Some("\"eng+deu\"")).expect("changed");
        assert_eq!(load().settings.ocr.languages, "eng+deu");
        load().change(library.path(), "ocr.languages", None).expect("put back");
        assert_eq!(fs_err::read_to_string(library.path().join(FILE)).expect("file"), "");
        assert!(load().change(library.path(), "ocr.enabled", Some("7")).is_err());
        assert!(load().change(library.path(), "ocr.no_such", Some("7")).is_err());
    }
}
