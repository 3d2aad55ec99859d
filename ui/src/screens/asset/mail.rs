//! A message: who wrote to whom, when and about what, its text, what is attached, and the other messages of its thread.

use super::bench::{Bench, Tab};
use super::{places, text};
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::name::FileName;
use crate::parts::segments::{Mark, segments};
use crate::parts::words;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, AssetState, ExtractionView, MemberRow, PartKind, ThreadRow};

/// Attachments shown as chips; the others are counted.
const CHIPS: usize = 12;
/// Messages of the thread shown at first.
const OTHERS: usize = 5;
/// Headers with a line of their own, in this order. The subject is the title.
const SHOWN: [&str; 5] = ["from", "to", "cc", "bcc", "date"];

pub fn draw(bench: Bench, detail: &AssetDetail) -> AnyView {
    let store = store();
    let mut texts = detail.extractions.iter().filter(|extraction| !extraction.text.is_empty());
    let first = texts.next();
    let headers = first.map(|text| headers(bench, detail, text)).unwrap_or_default();
    let body = first.map(|text| places::body(bench, detail, text, false));
    let rest = texts.map(|text| places::body(bench, detail, text, true)).collect_view();
    let subject = headers.iter().find(|header| header.name == "subject").map(Header::pieces);
    let subject = subject.or_else(|| property(detail, "subject").map(IntoAny::into_any));
    let lines = SHOWN.iter().filter_map(|name| line(detail, &headers, name)).collect_view();
    view! {
        <div class="text-well"><article class="text-sheet mail" data-testid="mail">
            <header class="mail-head">
                <h2 class="mail-subject breakable" data-testid="mail-subject">{subject.unwrap_or_else(|| view! { <span class="muted">"(no subject)"</span> }.into_any())}</h2>
                <dl class="mail-lines">{lines}</dl>
                {attachments(store, bench, detail)}
                {conversation(store, detail)}
            </header>
            <div data-testid="asset-text">{body}{rest}</div>
        </article></div>
    }
    .into_any()
}

/// A header as it stands in the text, with its marks.
struct Header {
    name: String,
    text: String,
    marks: Vec<Mark>,
}

impl Header {
    fn pieces(&self) -> AnyView {
        segments(&self.text, &self.marks).into_iter().map(text::piece).collect_view().into_any()
    }
}

/// The headers that stand in the text of a message.
fn headers(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView) -> Vec<Header> {
    let marks = text::found_and_spot(bench, detail, extraction);
    let letters: Vec<char> = extraction.text.chars().collect();
    let mut headers = Vec::new();
    for span in &extraction.spans {
        let Some(place) = span.place.as_ref().filter(|place| place.part == PartKind::MailHeader) else { continue };
        let end = span.end.min(letters.len() as u32);
        let start = value_start(&letters, &place.name, span.start.min(end), end);
        let inside = marks.iter().filter(|mark| mark.start < end && start < mark.end);
        let marks = inside.map(|mark| Mark { start: mark.start.max(start) - start, end: mark.end.min(end) - start, kind: mark.kind });
        let text = letters[start as usize..end as usize].iter().collect::<String>().trim_end().to_owned();
        headers.push(Header { name: place.name.to_lowercase(), text, marks: marks.collect() });
    }
    headers
}

/// Where the value begins, when the header stands there with its name: `From: Edith`.
fn value_start(letters: &[char], name: &str, start: u32, end: u32) -> u32 {
    let label: Vec<char> = format!("{name}: ").to_lowercase().chars().collect();
    let begins = letters[start as usize..end as usize].iter().take(label.len()).flat_map(|letter| letter.to_lowercase());
    if begins.eq(label.iter().copied()) { start + label.len() as u32 } else { start }
}

fn property(detail: &AssetDetail, name: &str) -> Option<String> {
    let value = detail.properties.iter().find(|property| property.key == name).map(|property| property.value.clone());
    value.filter(|value| !value.is_empty())
}

fn line(detail: &AssetDetail, headers: &[Header], name: &'static str) -> Option<AnyView> {
    let own: Vec<_> = headers.iter().filter(|header| header.name == name).map(Header::pieces).collect();
    let value = match date(headers, name) {
        Some(date) => date,
        None if own.is_empty() => property(detail, name)?.into_any(),
        None => own.into_any(),
    };
    Some(view! { <div class="mail-line" data-testid=format!("mail-{name}")><dt class="muted">{words::capital(name)}</dt><dd class="breakable">{value}</dd></div> }.into_any())
}

/// The date as a person reads it, unless something is marked in it.
fn date(headers: &[Header], name: &str) -> Option<AnyView> {
    let header = headers.iter().find(|header| header.name == name && name == "date" && header.marks.is_empty())?;
    let ms = js_sys::Date::parse(&header.text);
    (!ms.is_nan()).then(|| view! { <time title=header.text.clone()>{words::moment(ms as i64)}</time> }.into_any())
}

fn attachments(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    if detail.members.is_empty() {
        return ().into_any();
    }
    let chips = detail.members.iter().take(CHIPS).map(|row| chip(store, row)).collect_view();
    let beyond = detail.row.members.saturating_sub(CHIPS as u32);
    let beyond = (beyond > 0).then(|| {
        view! { <button class="link-button" on:click=move |_| bench.tab.set(Tab::Inside)>{format!("and {} more", words::number(beyond))}</button> }
    });
    view! { <div class="attachments" role="group" aria-label="Attachments">{chips}{beyond}</div> }.into_any()
}

fn chip(store: Store, row: &MemberRow) -> AnyView {
    let asset = row.asset.clone();
    let mark = mark(row.state);
    let title = format!("{}: {}, {}", row.name, words::kind(row.kind), words::state(row.state));
    view! {
        <button class="attachment" data-testid="attachment" title=title on:click=move |_| store.open(asset.clone(), None)>
            <Icon of=kind_icon(row.kind)/><FileName name=row.name.clone()/>{mark}<span class="muted tabular nowrap">{words::size(row.bytes)}</span>
        </button>
    }
    .into_any()
}

/// What keeps a file from being read here.
fn mark(state: AssetState) -> Option<AnyView> {
    let icon = match state {
        AssetState::Locked => icondata_lu::LuLock,
        AssetState::Failed | AssetState::Missing => icondata_lu::LuTriangleAlert,
        AssetState::Pending | AssetState::Ready | AssetState::Partial | AssetState::Unread => return None,
    };
    Some(view! { <Icon of=icon size=12/> }.into_any())
}

/// The other messages of the thread; a long one is shown whole when it is asked for.
fn conversation(store: Store, detail: &AssetDetail) -> AnyView {
    let others = detail.thread.clone();
    if others.is_empty() {
        return ().into_any();
    }
    let whole = RwSignal::new(others.len() <= OTHERS + 1);
    let beyond = others.len().saturating_sub(OTHERS) as u32;
    let lines = move || others.iter().take(if whole.get() { others.len() } else { OTHERS }).map(|row| message(store, row)).collect_view();
    let more = move || {
        (!whole.get()).then(|| {
            view! { <button class="link-button" on:click=move |_| whole.set(true)>{format!("and {} more", words::number(beyond))}</button> }
        })
    };
    view! {
        <section class="conversation" aria-label="In this conversation" data-testid="conversation">
            <h3 class="muted">"In this conversation"</h3>
            {lines}{more}
        </section>
    }
    .into_any()
}

fn message(store: Store, row: &ThreadRow) -> AnyView {
    let asset = row.asset.clone();
    let ms = row.date.as_deref().map(js_sys::Date::parse).filter(|ms| !ms.is_nan());
    let day = ms.map(|ms| view! { <time class="muted tabular nowrap">{words::day(ms as i64)}</time> });
    let from = row.from.clone().map(|from| view! { <span class="message-from muted">{from}</span> });
    view! {
        <button class="message" data-testid="message" title=row.name.clone() on:click=move |_| store.open(asset.clone(), None)>
            <span class="message-name">{row.name.clone()}</span>{mark(row.state)}{from}{day}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::value_start;

    #[test]
    fn a_header_is_its_value() {
        let check = |text: &str, name: &str, expected: u32| {
            let letters: Vec<char> = text.chars().collect();
            assert_eq!(value_start(&letters, name, 0, letters.len() as u32), expected, "{text}");
        };
        check("From: Edith <e@example.org>", "from", 6);
        check("Edith <e@example.org>", "From", 0);
        check("Fr", "From", 0);
    }
}
