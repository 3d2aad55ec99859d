//! The document itself: its page with boxes, or its text, or why there is nothing to show.

use super::bench::{Bench, has_page, sound_of};
use super::{recording, text};
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::page::{PageView, Pictures, Ring, Zoom, lines};
use crate::parts::words;
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, PixelBox, RenditionKind, RenditionRow, Span};

pub fn draw(bench: Bench, detail: &AssetDetail) -> AnyView {
    let text = detail.extractions.iter().any(|extraction| !extraction.text.is_empty());
    if sound_of(detail).is_some() {
        return recording::draw(bench, detail);
    }
    match (has_page(detail), text) {
        (true, _) => pages(bench, detail),
        (false, true) => view! { <div class="text-well"><div class="text-sheet">{text::prose(bench, detail, true)}</div></div> }.into_any(),
        (false, false) => nothing(detail),
    }
}

fn nothing(detail: &AssetDetail) -> AnyView {
    let says = detail.row.failure.as_ref().or(detail.notes.first()).map(|words| words.sentence());
    let busy = detail.row.busy.then_some("It is being read now.".to_owned());
    view! {
        <div class="no-document" data-testid="no-document">
            <Icon of=kind_icon(detail.row.kind) size=48/>
            <h2>{words::state(detail.row.state)}</h2>
            <p class="muted narrow-text">{busy.or(says)}</p>
        </div>
    }
    .into_any()
}

fn pages(bench: Bench, detail: &AssetDetail) -> AnyView {
    let renditions = StoredValue::new(detail.renditions.clone());
    let spans = StoredValue::new(detail.extractions.first().map(|extraction| extraction.spans.clone()).unwrap_or_default());
    let found = StoredValue::new(detail.findings.iter().map(|finding| (finding.page, finding.boxes.clone())).collect::<Vec<_>>());
    let name = StoredValue::new(detail.row.name.clone());
    let rings = Signal::derive(move || rings(bench, found, spans));
    let focus = Signal::derive(move || bench.spot.with(|spot| spot.as_ref().and_then(|spot| spot.boxes.first().copied())));
    let point = Callback::new(move |at: Option<(f64, f64)>| {
        let lit = at.and_then(|at| spans.with_value(|spans| span_at(spans, bench.page.get_untracked(), at)));
        if bench.lit.get_untracked() != lit {
            bench.lit.set(lit);
        }
    });
    let sheet = move || {
        let pictures = renditions.with_value(|all| pictures_of(all, bench.page.get()))?;
        Some(view! { <PageView pictures rings zoom=bench.zoom focus on_point=point name=name.get_value()/> })
    };
    view! { {sheet}<Tools bench/> }.into_any()
}

/// The page image and the preview of one page.
fn pictures_of(all: &[RenditionRow], page: u32) -> Option<Pictures> {
    let of = |kind: RenditionKind| all.iter().find(|rendition| rendition.kind == kind && rendition.page.max(1) == page).cloned();
    let preview = of(RenditionKind::Preview);
    let page = of(RenditionKind::Page).or_else(|| preview.clone())?;
    Some(Pictures { page, preview })
}

fn rings(bench: Bench, found: StoredValue<Vec<(Option<u32>, Vec<PixelBox>)>>, spans: StoredValue<Vec<Span>>) -> Vec<Ring> {
    let page = bench.page.get();
    let ring = |kind: &'static str, current: bool| move |rect: PixelBox| Ring { rect, kind, current };
    let findings = found.with_value(|all| {
        all.iter()
            .filter(|(on, _)| on.is_none_or(|on| on == page))
            .flat_map(|(_, boxes)| lines(boxes))
            .map(ring("doubt", false))
            .collect::<Vec<_>>()
    });
    let spot = bench.spot.get().map(|spot| lines(&spot.boxes)).unwrap_or_default().into_iter().map(ring("found", true));
    let lit = bench.lit.get().and_then(|n| spans.with_value(|spans| spans.get(n).and_then(|span| span.rect))).map(ring("lit", false));
    findings.into_iter().chain(spot).chain(lit).collect()
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
    let turn =
        move |by: i32| move |_| bench.page.update(|page| *page = page.saturating_add_signed(by).clamp(1, bench.pages.get_untracked()));
    let pages = move || {
        (bench.pages.get() > 1).then(|| {
            view! {
                <button aria-label="Previous page" on:click=turn(-1)><Icon of=icondata_lu::LuChevronLeft/></button>
                <span class="tabular page-number">{move || format!("{} of {}", bench.page.get(), bench.pages.get())}</span>
                <button aria-label="Next page" on:click=turn(1)><Icon of=icondata_lu::LuChevronRight/></button>
            }
        })
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_its_word() {
        let span = |page, rect| Span { start: 0, end: 1, page: Some(page), rect: Some(rect), t0: None, t1: None, confidence: None };
        let spans = [span(1, [0, 0, 10, 10]), span(2, [5, 5, 10, 10]), span(1, [5, 5, 10, 10])];
        assert_eq!(span_at(&spans, 1, (7.0, 12.0)), Some(2));
        assert_eq!(span_at(&spans, 2, (7.0, 12.0)), Some(1));
        assert_eq!(span_at(&spans, 1, (70.0, 12.0)), None);
    }
}
