//! The engine's answers about models.
//!
//! Downloads nothing: that is only ever done by the program around the engine.

use super::Models;
use crate::engine::Engine;
use crate::error::Result;
use std::path::Path;
use std::sync::Arc;
use winnow_contract::Event;
use winnow_contract::model::ModelsView;
use winnow_contract::status::ModelRow;

impl Engine {
    /// The models of this computer.
    pub fn models(&self) -> &Arc<Models> {
        &self.models
    }

    /// Every model card, its state, and what the embedder runs on.
    pub fn models_view(&self) -> ModelsView {
        ModelsView { provider: self.ports().embedder.provider(), ..self.models.rows() }
    }

    pub(crate) fn verify_models(&self) -> ModelsView {
        self.models.verify();
        self.emit(Event::ModelsChanged);
        self.models_view()
    }

    /// Takes in a folder of models.
    pub(crate) fn import_models(&self, folder: &Path) -> Result<ModelsView> {
        let imported = self.models.import(folder);
        // Some may have been taken although another was refused.
        self.take_up_models()?;
        imported.map(|_| self.models_view())
    }

    /// After models were installed: what had to wait for them is taken up, if this engine writes.
    pub fn take_up_models(&self) -> Result<()> {
        if self.writer().is_ok() { self.models_changed() } else { Ok(()) }
    }

    /// The readers, then one line for each task of a model.
    pub(crate) fn model_rows(&self) -> Vec<ModelRow> {
        let row = |card: &str| ModelRow { card: card.to_owned(), ready: !card.contains("missing") };
        let readers = [row(self.ports().decode.card()), row(self.ports().ocr.card())];
        readers.into_iter().chain(self.models.brief()).collect()
    }
}
