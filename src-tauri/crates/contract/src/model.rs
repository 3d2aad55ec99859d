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

impl ModelTask {
    /// What a model of this task cannot do without.
    pub fn companion(self) -> Option<Self> {
        match self {
            Self::Embed | Self::Kind => Some(Self::Runtime),
            Self::Speech => Some(Self::Voice),
            Self::Voice | Self::Runtime | Self::Ocr | Self::Decode => None,
        }
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

impl ModelsView {
    fn of(&self, task: ModelTask) -> impl Iterator<Item = &ModelCardRow> {
        self.rows.iter().filter(move |row| row.task == task)
    }

    fn has(&self, task: ModelTask) -> bool {
        self.of(task).any(|row| row.state == ModelState::Ready)
    }

    /// There are models for a task, and none can be used: its files, or those of what it cannot do without, are not here.
    pub fn lacks(&self, task: ModelTask) -> bool {
        let whole = self.has(task) && task.companion().is_none_or(|companion| self.has(companion));
        self.of(task).next().is_some() && !whole
    }

    /// Models of tasks that have none, and whether a download brings one of that task.
    pub fn missing(&self) -> impl Iterator<Item = (&ModelCardRow, bool)> {
        let missing = self.rows.iter().filter(|row| !self.has(row.task));
        missing.map(|row| (row, self.of(row.task).any(|other| other.fetchable)))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, task: ModelTask, state: ModelState, fetchable: bool) -> ModelCardRow {
        ModelCardRow {
            card: format!("{name} 1"),
            name: name.to_owned(),
            task,
            state,
            bytes: 1,
            licence: String::new(),
            attribution: String::new(),
            source: String::new(),
            languages: Vec::new(),
            limits: String::new(),
            fetchable,
            used: false,
        }
    }

    #[test]
    fn what_is_lacking_is_what_neither_is_here_nor_has_what_it_needs() {
        use ModelState::{Missing, Ready};
        let check = |rows: Vec<ModelCardRow>, lacks: &[ModelTask], missing: &[(&str, bool)]| {
            let view = ModelsView { rows, ..ModelsView::default() };
            let lacking: Vec<_> = ModelTask::ALL.iter().copied().filter(|task| view.lacks(*task)).collect();
            assert_eq!(lacking, lacks);
            assert_eq!(view.missing().map(|(row, offered)| (row.name.as_str(), offered)).collect::<Vec<_>>(), missing);
        };
        let (embed, runtime, speech, voice) = (ModelTask::Embed, ModelTask::Runtime, ModelTask::Speech, ModelTask::Voice);
        check(vec![], &[], &[]);
        check(vec![row("m", embed, Ready, false), row("r", runtime, Missing, false)], &[embed, runtime], &[("r", false)]);
        check(vec![row("m", embed, Ready, false), row("r", runtime, Ready, false)], &[], &[]);
        let speeches = || vec![row("made", speech, Missing, false), row("small", speech, Missing, true), row("v", voice, Ready, true)];
        check(speeches(), &[speech], &[("made", true), ("small", true)]);
        let mut one = speeches();
        one[1].state = Ready;
        check(one, &[], &[]);
    }
}
