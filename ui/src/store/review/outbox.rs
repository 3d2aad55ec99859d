//! What was decided and has to reach the engine: sent one after the other, in order.
//!
//! Does not show anything; a refusal puts the item back.

use super::{ReviewStore, Ruling, Said};
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::command::{Decide, Undo};
use winnow_contract::review::{Decided, ItemKind, ReviewRow, Undone, Verdict};
use winnow_contract::{ApiError, Words};

/// One act on its way.
#[derive(Clone, Debug)]
pub enum Sending {
    Decide { row: Box<ReviewRow>, index: usize, ruling: Ruling, took_ms: u32 },
    Undo,
}

impl ReviewStore {
    pub(super) fn send(&self, sending: Sending) {
        self.refused.set(None);
        self.outbox.update_value(|outbox| outbox.push_back(sending));
        if !self.sending.get_value() {
            self.sending.set_value(true);
            let store = *self;
            spawn_local(async move { store.send_all().await });
        }
    }

    async fn send_all(self) {
        while let Some(sending) = self.outbox.try_update_value(|outbox| outbox.pop_front()).flatten() {
            match sending {
                Sending::Decide { row, index, ruling, took_ms } => {
                    let all_alike = ruling.all_alike;
                    let call = Decide {
                        item: row.item.clone(),
                        verdict: ruling.verdict,
                        value: ruling.value,
                        all_alike,
                        dry_run: false,
                        took_ms: Some(took_ms),
                    };
                    self.was_decided(*row, index, ipc::ask(call).await);
                }
                Sending::Undo => self.was_undone(ipc::ask(Undo { count: 1 }).await),
            }
        }
        self.sending.set_value(false);
        self.count_fact();
        self.load_near();
        self.catch_up();
    }

    fn was_decided(&self, row: ReviewRow, index: usize, answer: Result<Decided, ApiError>) {
        match answer {
            Ok(decided) => {
                let sentence = decided.said.sentence();
                self.dirty.update_value(|dirty| *dirty |= decided.affected != 1);
                self.said.update(|said| {
                    if let Some(said) = said.as_mut().filter(|said| said.verdict == Some(decided.verdict)) {
                        said.sentence = sentence;
                    }
                });
            }
            Err(error) => {
                self.done.update_value(|done| done.retain(|(other, _)| other.item != row.item));
                self.said.set(None);
                if error.code != "already_decided" {
                    self.put_back(row, index);
                }
                self.refused.set(Some(error));
                self.dirty.set_value(true);
            }
        }
    }

    fn was_undone(&self, answer: Result<Undone, ApiError>) {
        self.dirty.set_value(true);
        match answer {
            Ok(undone) => {
                let elsewhere = self.current.with_untracked(|current| current.as_ref().is_none_or(|item| !undone.items.contains(item)));
                if let Some(item) = undone.items.into_iter().next().filter(|_| elsewhere) {
                    self.show(item);
                }
                self.said.set(Some(Said { sentence: "Taken back".to_owned(), verdict: None }));
            }
            Err(error) => self.refused.set(Some(error)),
        }
    }
}

/// What the undo line says before the engine has answered: the same words.
pub fn said(row: &ReviewRow, ruling: &Ruling) -> Said {
    let proposed = || row.suggestion.as_ref().map(|suggestion| suggestion.value.clone()).unwrap_or_default();
    let label = |answer: String| Words::new("said_label").with("answer", answer);
    let words = match (row.kind, ruling.verdict) {
        (ItemKind::Label, Verdict::Accepted) => label(proposed()),
        (ItemKind::Label, Verdict::Corrected) => label(ruling.value.clone().unwrap_or_default()),
        (ItemKind::Label, Verdict::Rejected) => Words::new("said_label_none"),
        (_, Verdict::Accepted) => Words::new("said_accepted"),
        (_, Verdict::Corrected) => Words::new("said_corrected"),
        (_, Verdict::Redacted) => Words::new("said_redacted"),
        (_, Verdict::Rejected) => Words::new("said_rejected"),
        (_, Verdict::Deferred) => Words::new("said_deferred"),
    };
    Said { sentence: words.with("name", &row.name).sentence(), verdict: Some(ruling.verdict) }
}
