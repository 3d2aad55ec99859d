//! The models folder of this computer, and downloads into it.
//!
//! The only part of the program that opens a connection, and only because somebody asked for a model. Checks no hash: the
//! engine's cards do.

mod download;
#[cfg(test)]
mod tests;

pub use download::Arrived;

use crate::places;
use std::path::Path;
use winnow_contract::model::{ModelState, ModelTask};
use winnow_contract::{ApiError, Words};
use winnow_engine::EngineError;
use winnow_engine::cards::{Card, Models};

/// The models in the folder that was named, or in the one of this computer.
pub fn open(named: Option<&Path>) -> Models {
    places::models(named).map_or_else(Models::nowhere, Models::open)
}

/// Downloads models: those that were named, else what the tasks lack. Gives back the id with version of each that is
/// installed now; none when there was nothing to do.
///
/// # Errors
/// When a model is not offered, another program installs models, or a download fails. What arrived is kept for the next try.
pub fn fetch(models: &Models, named: &[String], tell: &mut dyn FnMut(&Arrived)) -> Result<Vec<String>, ApiError> {
    let cards = if named.is_empty() { lacking(models) } else { chosen(models, named)? };
    let lock = models.lock()?;
    let mut fetched = Vec::new();
    for card in cards {
        for wanted in models.wanted(&card.id)? {
            download::download(&wanted, tell).map_err(|words| ApiError::new(&words))?;
            models.take(&wanted, &lock)?;
        }
        fetched.push(card.versioned());
    }
    Ok(fetched)
}

/// The named cards, and with a speech model the one that tells where somebody speaks.
fn chosen(models: &Models, named: &[String]) -> Result<Vec<Card>, ApiError> {
    let unknown = |name: &String| EngineError::Refused(Words::new("unknown_card").with("card", name));
    let mut cards = named.iter().map(|name| models.card(name).ok_or_else(|| unknown(name))).collect::<Result<Vec<_>, _>>()?;
    if cards.iter().any(|card| card.task == ModelTask::Speech) {
        cards.extend(lack(models, ModelTask::Voice));
    }
    // Refused before anything is downloaded.
    cards.iter().try_for_each(|card| models.wanted(&card.id).map(drop))?;
    Ok(cards)
}

/// For each task that has no model the smallest one on offer.
fn lacking(models: &Models) -> Vec<Card> {
    ModelTask::ALL.iter().filter_map(|task| lack(models, *task)).collect()
}

fn lack(models: &Models, task: ModelTask) -> Option<Card> {
    let cards: Vec<Card> = models.cards().into_iter().filter(|card| card.task == task).collect();
    let has = cards.iter().any(|card| models.state(card) == ModelState::Ready);
    cards.into_iter().filter(|card| !has && card.is_fetchable()).min_by_key(Card::bytes)
}
