//! The part of the model cards that says how set-up makes a model: which packages, which members, which conversion.
//!
//! Fetches nothing. The cards are the program's own; the engine checks everything else that they say.

use crate::shell::{Failure, Outcome};
use serde::Deserialize;
use std::path::Path;

/// How a model is made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recipe {
    pub id: String,
    #[serde(default)]
    pub pack: Option<Pack>,
    #[serde(default)]
    pub platform: Option<String>,
    #[serde(default, rename = "wheel")]
    pub wheels: Vec<Wheel>,
    #[serde(rename = "file")]
    pub files: Vec<RecipeFile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pack {
    First,
    Test,
}

/// A package of Python's registry in the form that needs no building.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wheel {
    pub package: String,
    pub version: String,
    /// `PYTHON-ABI-PLATFORM`, where the package has one wheel for each platform; what is taken out of it is data.
    #[serde(default)]
    pub tag: Option<String>,
    pub sha256: String,
}

/// A file of a model and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RecipeFile {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(default)]
    pub make: Option<Make>,
    #[serde(default)]
    pub from: Vec<Member>,
}

/// A conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Make {
    /// CTranslate2 to GGML in 16 bits: the vocabulary, then the weights in parts.
    #[serde(rename = "ggml-f16")]
    GgmlF16,
    /// The same in blocks of eight bits.
    #[serde(rename = "ggml-q8_0")]
    GgmlQ8_0,
    /// An ONNX model with weights of 8 bits to one that multiplies in 8 bits too.
    #[serde(rename = "dynamic-int8")]
    DynamicInt8,
}

/// `PACKAGE:PATH`, a file inside of a wheel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Member {
    package: String,
    path: String,
}

impl Member {
    pub fn package(&self) -> &str {
        &self.package
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// Another file of the same wheel.
    pub fn beside(&self, path: &str) -> Self {
        Self { package: self.package.clone(), path: path.to_owned() }
    }
}

impl TryFrom<String> for Member {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (package, path) = text.split_once(':').ok_or_else(|| format!("“{text}” is not PACKAGE:PATH"))?;
        Ok(Self { package: package.to_owned(), path: path.to_owned() })
    }
}

/// Every card's recipe, by the name of its file.
pub fn all(folder: &Path) -> Outcome<Vec<Recipe>> {
    let mut paths = fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let parsed = parse(&fs_err::read_to_string(path)?);
        parsed.map_err(|why| Failure::new(format!("the model card {} cannot be used: {why}.", path.display())))
    };
    paths.iter().map(read).collect()
}

/// A recipe whose every file can be made of the wheels it names.
pub fn parse(text: &str) -> Result<Recipe, String> {
    let recipe: Recipe = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    for file in recipe.files.iter().filter(|_| recipe.pack.is_some()) {
        let enough = match file.make {
            None | Some(Make::DynamicInt8) => file.from.len() == 1,
            Some(Make::GgmlF16 | Make::GgmlQ8_0) => file.from.len() >= 2,
        };
        let known = file.from.iter().all(|member| recipe.wheels.iter().any(|wheel| wheel.package == member.package));
        if !enough || !known {
            return Err(format!("{} cannot be made of what it names", file.name));
        }
    }
    Ok(recipe)
}
