//! Passwords that a person typed, by the asset they open. In memory only: they end with the program.
//!
//! Never shown, sent or written down; a request to a worker carries one, and nothing else does.

use crate::catalog::assets::{self, Source};
use crate::catalog::jobs as rows;
use crate::engine::Engine;
use crate::enrich::embed::Batch;
use crate::error::{EngineError, Result};
use crate::extract::{decode, expand};
use crate::jobs::Context;
use crate::ports::StageError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use winnow_contract::Words;
use winnow_contract::command::Unlocked;
use winnow_contract::id::AssetId;
use winnow_contract::job::JobKind;
use winnow_contract::worker::Password;

/// The passwords of one engine.
#[derive(Default)]
pub struct Passwords(Mutex<HashMap<AssetId, Password>>);

impl Passwords {
    /// What opens an asset.
    pub fn of(&self, asset: &AssetId) -> Option<Password> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(asset).cloned()
    }

    fn keep(&self, asset: AssetId, password: Password) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(asset, password);
    }
}

impl Engine {
    /// Tries a password on an asset. When it opens it, what had waited for it is put back into the queue.
    pub(crate) fn unlock(&self, asset: &AssetId, password: Password) -> Result<Unlocked> {
        self.writer()?;
        let source = self.read(|catalog| assets::source(catalog, asset))?.ok_or_else(|| EngineError::not_found(asset.as_str()))?;
        let locked = self.read(|catalog| rows::locked(catalog, asset))?;
        let settings = self.settings();
        let batch = Batch::default();
        let opened = opens(asset, &source, &locked, &password, &self.context(&settings, &batch))?;
        if opened {
            self.passwords().keep(asset.clone(), password);
            let (asset, now) = (asset.clone(), self.now());
            self.reopen(move |catalog| rows::retry_failed(catalog, &asset, "locked", now))?;
            self.tell(Default::default());
        }
        Ok(Unlocked { opened })
    }
}

/// Tries a password on the step that was locked: a container may be listed without one, and its members not opened.
fn opens(asset: &AssetId, source: &Source, locked: &[JobKind], password: &Password, context: &Context<'_>) -> Result<bool> {
    let tried = match locked.contains(&JobKind::Expand) && !locked.contains(&JobKind::Decode) {
        true => expand::try_password(asset, source, password, context),
        false => decode::try_password(asset, source, password, context),
    };
    match tried {
        Ok(()) => Ok(true),
        Err(StageError::Broken(reason) | StageError::Refused { reason, .. }) if reason.code == "locked" => Ok(false),
        Err(
            StageError::Broken(words) | StageError::Refused { reason: words, .. } | StageError::Retry(words) | StageError::Crashed(words),
        ) => Err(EngineError::Refused(words)),
        Err(StageError::Missing(card)) => Err(EngineError::Refused(Words::new("model_missing").with("card", card))),
        Err(StageError::Cancelled) => Err(EngineError::Refused(Words::new("cancelled"))),
    }
}
