//! The document itself: its page with boxes, its text, what is in it, or why there is nothing to show.

use super::bench::{Bench, Shape, Spot, is_cut, joined, texts_of, whole_texts_of};
use super::locked::Locked;
use super::{film, mail, members, places, recording, text};
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::page::{PageView, Pictures, Ring, Zoom, lines};
use crate::parts::words;
use crate::store::Store;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use winnow_contract::asset::{AssetDetail, ExtractionView, PixelBox, RenditionKind, RenditionRow, Span};
use winnow_contract::id::ExtractionId;

/// The property of a file that is opened with a password.
const ENCRYPTED: &str = "encrypted";

pub fn draw(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    match Shape::of(detail) {
        Shape::Locked => view! { <Locked asset=detail.row.id.clone()/> }.into_any(),
        Shape::Recording => recording::draw(bench, detail),
        Shape::Transcript => recording::subtitles(bench, detail),
        Shape::Mail => mail::draw(bench, detail),
        Shape::Pages => pages(store, bench, detail),
        Shape::Places => places::draw(bench, detail),
        Shape::Prose => view! { <div class="text-well"><div class="text-sheet">{text::prose(bench, detail)}</div></div> }.into_any(),
        Shape::Members => members::document(bench, detail),
        Shape::Nothing => nothing(bench, detail),
    }
}

fn nothing(bench: Bench, detail: &AssetDetail) -> AnyView {
    let says = detail.row.failure.as_ref().or(detail.notes.first()).map(|words| words.sentence());
    let busy = detail.row.busy.then_some("It is being read now.".to_owned());
    view! {
        <div class="no-document" data-testid="no-document">
            <Icon of=kind_icon(detail.row.kind) size=48/>
            <h2>{words::state(detail.row.state)}</h2>
            <p class="muted narrow-text">{busy.or(says)}</p>
            {film::strip(bench, detail)}
        </div>
    }
    .into_any()
}

fn pages(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    let renditions = StoredValue::new(detail.renditions.clone());
    let texts = StoredValue::new(detail.extractions.clone());
    let asset = StoredValue::new(detail.row.id.clone());
    Effect::new(move |_| {
        let page = bench.page.get();
        if texts.with_value(|texts| texts_of(texts, page).into_iter().any(is_cut)) {
            store.asset.want_page(asset.get_value(), page);
        }
    });
    let wanted = bench.spot.with_untracked(|spot| spot.as_ref().and_then(|spot| spot.extraction.clone()));
    let spans = Memo::new(move |_| spans_on(&texts.with_value(|texts| whole_texts_of(store, texts, bench.page.get())), wanted.as_ref()));
    let found = found(detail);
    let name = StoredValue::new(detail.row.name.clone());
    let rings = Signal::derive(move || rings(bench, found, spans));
    let here = move |spot: &Spot| spot.page.is_none_or(|page| page == bench.page.get());
    let focus = Signal::derive(move || {
        bench.spot.with(|spot| spot.as_ref().filter(|spot| here(spot)).and_then(|spot| spot.boxes.first().copied()))
    });
    let point = Callback::new(move |at: Option<(f64, f64)>| {
        let lit = at.and_then(|at| spans.with_untracked(|spans| span_at(spans, bench.page.get_untracked(), at)));
        if bench.lit.get_untracked() != lit {
            bench.lit.set(lit);
        }
    });
    let failed = RwSignal::new(false);
    let sealed = is_sealed(detail).then(|| detail.row.id.clone());
    let sheet = move || {
        // Set only when it changes: what is drawn depends on it.
        if failed.get_untracked() {
            failed.set(false);
        }
        let Some(pictures) = renditions.with_value(|all| pictures_of(all, bench.page.get())) else { return no_picture() };
        view! { <PageView pictures rings zoom=bench.zoom focus on_point=point failed name=name.get_value()/> }.into_any()
    };
    let asked = Memo::new(move |_| sealed.clone().filter(|_| failed.get()));
    let body = move || match asked.get() {
        Some(asset) => view! { <Locked asset again=true/> }.into_any(),
        None => view! { {sheet} }.into_any(),
    };
    view! { {body}<Tools bench/> }.into_any()
}

/// It was opened with a password that is not in memory any more.
fn is_sealed(detail: &AssetDetail) -> bool {
    !detail.unlocked && detail.properties.iter().any(|property| property.key == ENCRYPTED)
}

/// There is no picture of this page yet.
fn no_picture() -> AnyView {
    view! { <div class="no-document"><Icon of=icondata_lu::LuFileClock size=40/><p class="muted">"There is no picture of this page yet."</p></div> }.into_any()
}

/// The words on a page, of its texts.
fn spans_on(texts: &[ExtractionView], wanted: Option<&ExtractionId>) -> Vec<Span> {
    joined(&texts.iter().collect::<Vec<_>>(), wanted).map(|text| text.spans.clone()).unwrap_or_default()
}

/// The page image and the preview of one page.
fn pictures_of(all: &[RenditionRow], page: u32) -> Option<Pictures> {
    let of = |kind: RenditionKind| all.iter().find(|rendition| rendition.kind == kind && rendition.page.max(1) == page).cloned();
    let preview = of(RenditionKind::Preview);
    let page = of(RenditionKind::Page).or_else(|| preview.clone())?;
    Some(Pictures { page, preview })
}

/// The page and the boxes of each finding.
pub type Found = StoredValue<Vec<(Option<u32>, Vec<PixelBox>)>>;

pub fn found(detail: &AssetDetail) -> Found {
    StoredValue::new(detail.findings.iter().map(|finding| (finding.page, finding.boxes.clone())).collect())
}

fn ring(kind: &'static str, current: bool) -> impl Fn(PixelBox) -> Ring {
    move |rect| Ring { rect, kind, current }
}

fn rings(bench: Bench, found: Found, spans: Memo<Vec<Span>>) -> Vec<Ring> {
    let lit = bench.lit.get().and_then(|n| spans.with(|spans| spans.get(n).and_then(|span| span.rect))).map(ring("lit", false));
    rings_on(bench, found, bench.page.get()).into_iter().chain(lit).collect()
}

/// What was found on a page, and what it was opened at there.
pub fn rings_on(bench: Bench, found: Found, page: u32) -> Vec<Ring> {
    let findings = found.with_value(|all| {
        all.iter()
            .filter(|(on, _)| on.is_none_or(|on| on == page))
            .flat_map(|(_, boxes)| lines(boxes))
            .map(ring("doubt", false))
            .collect::<Vec<_>>()
    });
    let spot = bench.spot.get().filter(|spot| spot.page.is_none_or(|on| on == page));
    let spot = spot.map(|spot| lines(&spot.boxes)).unwrap_or_default().into_iter().map(ring("found", true));
    findings.into_iter().chain(spot).collect()
}

/// The span the pointer is on.
fn span_at(spans: &[Span], page: u32, (x, y): (f64, f64)) -> Option<usize> {
    let inside = |rect: PixelBox| {
        let [left, top, width, height] = rect.map(f64::from);
        (left..left + width).contains(&x) && (top..top + height).contains(&y)
    };
    spans.iter().position(|span| span.page.is_none_or(|on| on == page) && span.rect.is_some_and(inside))
}

#[component]
fn Tools(bench: Bench) -> impl IntoView {
    let zoom = bench.zoom;
    let many = Memo::new(move |_| bench.pages.get() > 1);
    let pages = move || many.get().then(|| view! { <PageNumber bench/> });
    view! {
        <div class="page-tools" role="toolbar" aria-label="Page">
            {pages}
            <button aria-label="Further away" title="Further away (−)" on:click=move |_| zoom.update(|zoom| *zoom = zoom.step(-1))><Icon of=icondata_lu::LuZoomOut/></button>
            <button aria-label="Closer" title="Closer (+)" on:click=move |_| zoom.update(|zoom| *zoom = zoom.step(1))><Icon of=icondata_lu::LuZoomIn/></button>
            <button aria-pressed=move || (zoom.get() == Zoom::WHOLE).to_string() title="The whole page (0)" on:click=move |_| zoom.set(Zoom::WHOLE)>"Fit"</button>
            <button aria-pressed=move || (zoom.get() == Zoom::Actual).to_string() title="As large as it was read" on:click=move |_| zoom.set(Zoom::Actual)>"100 %"</button>
        </div>
    }
}

/// Which page of how many: buttons, and a field to type a number into.
#[component]
fn PageNumber(bench: Bench) -> impl IntoView {
    let turn = move |by: i32| {
        move |_| {
            bench.turn(by);
        }
    };
    let shown = move || bench.page.get().to_string();
    let typed = move |event: leptos::ev::Event| {
        if let Ok(page) = event_target_value(&event).trim().parse() {
            bench.turn_to(page);
        }
        // What is no number, or no page, is put right.
        if let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            field.set_value(&bench.page.get_untracked().to_string());
        }
    };
    let leave = move |event: leptos::ev::KeyboardEvent| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field.filter(|_| event.key() == "Enter") {
            // Leaving the field is what sends the change.
            drop(field.blur());
        }
    };
    view! {
        <button aria-label="Previous page" title="Previous page (PgUp)" data-testid="page-previous" disabled=move || bench.page.get() == 1 on:click=turn(-1)><Icon of=icondata_lu::LuChevronLeft/></button>
        <label class="tabular page-number"><input class="page-field" type="text" inputmode="numeric" aria-label="Page" data-testid="page-field" prop:value=shown on:change=typed on:keydown=leave/>{move || format!(" of {}", words::number(bench.pages.get()))}</label>
        <button aria-label="Next page" title="Next page (PgDn)" data-testid="page-next" disabled=move || bench.page.get() == bench.pages.get() on:click=turn(1)><Icon of=icondata_lu::LuChevronRight/></button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_its_word() {
        let span = |page, rect| Span { start: 0, end: 1, page: Some(page), rect: Some(rect), ..Span::default() };
        let spans = [span(1, [0, 0, 10, 10]), span(2, [5, 5, 10, 10]), span(1, [5, 5, 10, 10])];
        assert_eq!(span_at(&spans, 1, (7.0, 12.0)), Some(2));
        assert_eq!(span_at(&spans, 2, (7.0, 12.0)), Some(1));
        assert_eq!(span_at(&spans, 1, (70.0, 12.0)), None);
    }
}
