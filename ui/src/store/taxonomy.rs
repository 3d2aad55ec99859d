//! The answers to "what is it?": as they are kept, and as they are being edited.
//!
//! An edit is sent whole or not at all.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::command::{GetTaxonomy, SetTaxonomy};
use winnow_contract::taxonomy::{Taxonomy, TaxonomyAnswer};
use winnow_contract::{ApiError, Words};

/// An answer being edited; the number stays with it wherever it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub id: u32,
    pub name: String,
    pub description: String,
}

#[derive(Clone, Copy)]
pub struct TaxonomyStore {
    pub known: RwSignal<Loaded<Taxonomy>>,
    /// The edit, if there is one.
    pub drafts: RwSignal<Option<Vec<Draft>>>,
    pub refused: RwSignal<Option<ApiError>>,
    pub saving: RwSignal<bool>,
    next: StoredValue<u32>,
}

impl TaxonomyStore {
    pub fn new() -> Self {
        Self {
            known: RwSignal::new(Loaded::Waiting),
            drafts: RwSignal::new(None),
            refused: RwSignal::new(None),
            saving: RwSignal::new(false),
            next: StoredValue::new(0),
        }
    }

    /// Asks for the answers.
    pub fn load(&self) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetTaxonomy {}).await;
            store.known.update(|known| known.receive(answer));
        });
    }

    /// Begins an edit with what is kept.
    pub fn edit(&self) {
        let answers = self.known.with_untracked(|known| known.here().map(|taxonomy| taxonomy.answers.clone()).unwrap_or_default());
        let drafts = answers.into_iter().map(|answer| self.draft(answer.name, answer.description)).collect();
        self.refused.set(None);
        self.drafts.set(Some(drafts));
    }

    /// Leaves everything as it was.
    pub fn cancel(&self) {
        self.refused.set(None);
        self.drafts.set(None);
    }

    pub fn add(&self) {
        let draft = self.draft(String::new(), String::new());
        self.drafts.update(|drafts| {
            if let Some(drafts) = drafts {
                drafts.push(draft);
            }
        });
    }

    /// Takes what was typed into an answer.
    pub fn write(&self, id: u32, change: impl FnOnce(&mut Draft)) {
        self.drafts.update(|drafts| {
            if let Some(draft) = drafts.iter_mut().flatten().find(|draft| draft.id == id) {
                change(draft);
            }
        });
    }

    pub fn remove(&self, id: u32) {
        self.drafts.update(|drafts| drafts.iter_mut().for_each(|drafts| drafts.retain(|draft| draft.id != id)));
    }

    /// Moves an answer up (`-1`) or down (`1`).
    pub fn shift(&self, id: u32, by: isize) {
        self.drafts.update(|drafts| {
            let Some(drafts) = drafts else { return };
            let Some(from) = drafts.iter().position(|draft| draft.id == id) else { return };
            if let Some(to) = from.checked_add_signed(by).filter(|to| *to < drafts.len()) {
                drafts.swap(from, to);
            }
        });
    }

    /// Sends the edit, if it holds.
    pub fn save(&self) {
        let answers = self.drafts.with_untracked(|drafts| drafts.iter().flatten().map(answer).collect::<Vec<_>>());
        if let Err(words) = check(&answers) {
            return self.refused.set(Some(ApiError::new(&words)));
        }
        let store = *self;
        store.saving.set(true);
        spawn_local(async move {
            let answered = ipc::ask(SetTaxonomy { answers }).await;
            store.saving.set(false);
            match answered {
                Ok(taxonomy) => {
                    store.known.set(Loaded::Here(taxonomy));
                    store.cancel();
                }
                Err(error) => store.refused.set(Some(error)),
            }
        });
    }

    fn draft(&self, name: String, description: String) -> Draft {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        Draft { id, name, description }
    }
}

fn answer(draft: &Draft) -> TaxonomyAnswer {
    TaxonomyAnswer { name: draft.name.trim().to_owned(), description: draft.description.trim().to_owned() }
}

/// What is wrong with an edit.
fn check(answers: &[TaxonomyAnswer]) -> Result<(), Words> {
    if answers.is_empty() {
        return Err(Words::new("no_answers"));
    }
    for (n, answer) in answers.iter().enumerate() {
        if answer.name.is_empty() {
            return Err(Words::new("answer_unnamed"));
        }
        if answer.description.is_empty() {
            return Err(Words::new("answer_undescribed").with("name", &answer.name));
        }
        if answers[..n].iter().any(|other| other.name.to_lowercase() == answer.name.to_lowercase()) {
            return Err(Words::new("answer_twice").with("name", &answer.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_checked_before_it_is_sent() {
        let check = |answers: &[(&str, &str)], expected: Option<&str>| {
            let answers: Vec<_> =
                answers.iter().map(|(name, says)| TaxonomyAnswer { name: (*name).into(), description: (*says).into() }).collect();
            assert_eq!(super::check(&answers).err().map(|words| words.code).as_deref(), expected);
        };
        check(&[("Letter", "a letter")], None);
        check(&[], Some("no_answers"));
        check(&[("", "a letter")], Some("answer_unnamed"));
        check(&[("Letter", "")], Some("answer_undescribed"));
        check(&[("Letter", "a"), ("letter", "b")], Some("answer_twice"));
    }
}
