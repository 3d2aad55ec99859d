//! Models as a person sees them: what each is for, where it came from, and whether it is here.

use crate::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a model is for.
    ModelTask {
        /// Text to embeddings.
        Embed = "embed",
        /// Speech to text.
        Speech = "speech",
        /// Where in a recording somebody speaks.
        Voice = "voice",
        /// The library that runs models.
        Runtime = "runtime",
        /// Reading pages; installed with the system.
        Ocr = "ocr",
        /// Decoding files: part of the program, and libraries that it loads.
        Decode = "decode",
        /// Which format a content has, where its bytes and its name do not say it.
        Kind = "kind",
    }
}

vocabulary! {
    /// Whether a model can be used.
    ModelState {
        Ready = "ready",
        /// Some or all of its files are not there.
        Missing = "missing",
        /// A file is not what its card says; it is not used.
        Damaged = "damaged",
    }
}

/// Every model card this program knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelsView {
    pub rows: Vec<ModelCardRow>,
    /// Where models are kept, for display.
    pub folder: String,
    pub provider: Option<ProviderRow>,
}

/// A model card and the state of its files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCardRow {
    /// Its id with its version, e.g. `minilm-l6-v2-int8 1`.
    pub card: String,
    pub name: String,
    pub task: ModelTask,
    pub state: ModelState,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    pub licence: String,
    pub attribution: String,
    /// Where its files came from, or can be had, in a few words.
    pub source: String,
    /// ISO 639-1 codes; empty when it does not depend on the language.
    pub languages: Vec<String>,
    /// What it cannot do, in a sentence.
    pub limits: String,
    /// It can be downloaded from here.
    pub fetchable: bool,
    /// It is the one used for its task.
    pub used: bool,
}

/// What the embedder runs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProviderRow {
    /// `cpu`, `webgpu`, `cuda`.
    pub name: String,
    /// Measured on one batch when it was chosen.
    pub texts_per_second: f32,
    /// Why not something faster, as a sentence's code.
    pub why: crate::Words,
}
