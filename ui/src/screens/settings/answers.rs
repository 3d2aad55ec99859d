//! The answers to "what is it?": shown as a list, and edited as a whole.

use crate::parts::icon::Icon;
use crate::parts::states;
use crate::store::taxonomy::Draft;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::taxonomy::{Taxonomy, TaxonomyAnswer};

#[component]
pub fn Answers() -> impl IntoView {
    let store = store();
    let taxonomy = store.taxonomy;
    let editing = Memo::new(move |_| taxonomy.drafts.with(Option::is_some));
    let edit = move || {
        (!editing.get()).then(|| view! { <button class="button small" data-testid="answers-edit" on:click=move |_| taxonomy.edit()><Icon of=icondata_lu::LuPencilLine/>"Change"</button> })
    };
    let body = move || {
        if editing.get() {
            return view! { <Editor/> }.into_any();
        }
        states::whole(taxonomy.known.get(), "Getting the answers", move || taxonomy.load(), |taxonomy| list(&taxonomy))
    };
    view! {
        <section class="setting-group" aria-label="Answers to What is it?" data-testid="settings-answers">
            <div class="section-head"><h2 class="section-heading">"Answers to “What is it?”"</h2><span class="muted">"A file is compared with the descriptions; you have the last word."</span>{edit}</div>
            {body}
        </section>
    }
}

fn list(taxonomy: &Taxonomy) -> AnyView {
    let row = |answer: &TaxonomyAnswer| view! { <div class="fact" data-testid="answer-row"><dt>{answer.name.clone()}</dt><dd class="muted">{answer.description.clone()}</dd></div> };
    view! { <dl class="facts">{taxonomy.answers.iter().map(row).collect_view()}</dl> }.into_any()
}

#[component]
fn Editor() -> impl IntoView {
    let store = store();
    let taxonomy = store.taxonomy;
    let drafts = move || taxonomy.drafts.get().unwrap_or_default();
    let refused = move || {
        taxonomy
            .refused
            .get()
            .map(|error| view! { <p class="setting-refused" role="alert" data-testid="answers-refused">{error.to_string()}</p> })
    };
    view! {
        <div class="answers-editor" data-testid="answers-editor">
            <For each=drafts key=|draft| draft.id children=move |draft| row(store, draft)/>
            {refused}
            <div class="button-row">
                <button class="button primary" data-testid="answers-save" disabled=move || taxonomy.saving.get() on:click=move |_| taxonomy.save()><Icon of=icondata_lu::LuCheck/>"Save"</button>
                <button class="button" data-testid="answers-cancel" on:click=move |_| taxonomy.cancel()>"Cancel"</button>
                <span class="grow"></span>
                <button class="button" data-testid="answers-add" on:click=move |_| taxonomy.add()><Icon of=icondata_lu::LuPlus/>"Add an answer"</button>
            </div>
            <p class="muted">"After saving, files are compared with the new answers. What somebody has decided stays."</p>
        </div>
    }
}

/// Letters of a description on one line of its field, at least.
const LETTERS: usize = 64;

fn row(store: Store, draft: Draft) -> impl IntoView {
    let (taxonomy, id) = (store.taxonomy, draft.id);
    let rows = (draft.description.chars().count() / LETTERS + 1).clamp(2, 6);
    view! {
        <div class="answer-edit" data-testid="answer-edit">
            <input class="field" aria-label="Name" placeholder="Name" data-testid="answer-name" prop:value=draft.name on:input=move |event| { let text = event_target_value(&event); taxonomy.write(id, |draft| draft.name = text); }/>
            <textarea class="field" aria-label="Description" placeholder="What such a file is, in a sentence or two" rows=rows.to_string() data-testid="answer-description" prop:value=draft.description on:input=move |event| { let text = event_target_value(&event); taxonomy.write(id, |draft| draft.description = text); }></textarea>
            <div class="answer-acts">
                <button class="quiet-button" aria-label="Up" title="Up" on:click=move |_| taxonomy.shift(id, -1)><Icon of=icondata_lu::LuArrowUp/></button>
                <button class="quiet-button" aria-label="Down" title="Down" on:click=move |_| taxonomy.shift(id, 1)><Icon of=icondata_lu::LuArrowDown/></button>
                <button class="quiet-button" aria-label="Remove" title="Remove" data-testid="answer-remove" on:click=move |_| taxonomy.remove(id)><Icon of=icondata_lu::LuTrash2/></button>
            </div>
        </div>
    }
}
