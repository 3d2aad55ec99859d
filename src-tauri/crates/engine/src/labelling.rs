//! What a person says an asset is, and the answers there are to choose from.
//!
//! Comparing assets with the answers is the stage `label`.

use crate::catalog::labels;
use crate::engine::Engine;
use crate::enrich::label;
use crate::error::Result;
use crate::review::decide;
use winnow_contract::Event;
use winnow_contract::command::SetLabel;
use winnow_contract::review::Decided;
use winnow_contract::taxonomy::{Taxonomy, TaxonomyAnswer};

impl Engine {
    /// A person says what an asset is.
    pub(crate) fn set_label(&self, request: &SetLabel) -> Result<Decided> {
        let (applying, answers, asked) = (self.applying(), self.taxonomies().known().names(), request.clone());
        let decided = self.write(move |catalog| decide::set_label(catalog, &applying.ports, &applying.breaks, &answers, &asked))?;
        self.emit(Event::AssetsChanged { assets: vec![request.asset.clone()], more: false });
        self.emit(Event::ReviewChanged);
        Ok(decided)
    }

    /// Replaces the answers; every asset that was compared with the old ones is compared again.
    pub(crate) fn set_taxonomy(&self, answers: Vec<TaxonomyAnswer>) -> Result<Taxonomy> {
        // Only whoever holds the lock may change the library's file.
        self.writer()?;
        let known = self.taxonomies().replace(self.library(), answers)?;
        self.compare_again()?;
        self.tell(Default::default());
        Ok(known.taxonomy.clone())
    }

    /// Brings the catalog in step with the answers in force: they may have been changed in their file, or by an update.
    pub(crate) fn compare_again(&self) -> Result<()> {
        let (applying, known) = (self.applying(), self.taxonomies().known());
        self.open_more(move |catalog| {
            labels::set_question(catalog, &known.taxonomy.guideline, &known.names())?;
            let last = labels::last_jobs(catalog)?;
            let jobs: Vec<_> = last.iter().filter_map(|(asset, key)| label::again(asset, key, &known)).collect();
            applying.enqueue(catalog, &jobs, applying.ports.clock.now_ms())
        })
    }
}
