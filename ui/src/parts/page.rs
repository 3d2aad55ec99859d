//! A page image with rings around what matters, fitted or closer; and a strip cut out of it.
//!
//! Boxes are in pixels of the page image and stay on their words at every size. What a ring means is the caller's.

use super::icon::Icon;
use crate::ipc;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use std::time::Duration;
use winnow_contract::asset::{PixelBox, RenditionRow};
use winnow_contract::boxes::{around, upright};

/// How large the page stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Zoom {
    /// So many times as large as it fits.
    Fit(f64),
    /// One pixel of the page is one pixel of the window.
    Actual,
}

impl Zoom {
    pub const WHOLE: Self = Self::Fit(1.0);

    /// One step closer (`+1`) or further away (`-1`).
    pub fn step(self, by: i32) -> Self {
        let now = if let Self::Fit(times) = self { times } else { 2.0 };
        Self::Fit((now * 1.5_f64.powi(by)).clamp(1.0, 8.0))
    }
}

/// A box on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    pub rect: PixelBox,
    /// `doubt`, `found`, `lit`: the class that colours it.
    pub kind: &'static str,
    pub current: bool,
}

/// The pictures of one page: what boxes refer to, and what is there sooner.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    pub page: RenditionRow,
    pub preview: Option<RenditionRow>,
}

impl Pictures {
    fn first(&self) -> String {
        ipc::rendition_url(&self.preview.as_ref().unwrap_or(&self.page).id)
    }

    fn size(&self) -> (f64, f64) {
        (f64::from(self.page.width.max(1)), f64::from(self.page.height.max(1)))
    }
}

/// How often a page that did not come is asked for again before that is said, and after how many milliseconds.
const AGAIN: [u64; 3] = [300, 900, 2000];

/// The page in a well. Until its picture is there, an empty sheet of its size stands there.
#[component]
pub fn PageView(
    pictures: Pictures,
    #[prop(into)] rings: Signal<Vec<Ring>>,
    /// Everything outside the rings stands back.
    #[prop(optional)]
    quiet: bool,
    zoom: RwSignal<Zoom>,
    /// What to bring into view.
    #[prop(into)]
    focus: Signal<Option<PixelBox>>,
    /// Told where the pointer is on the page, in its pixels.
    #[prop(optional)]
    on_point: Option<Callback<Option<(f64, f64)>>>,
    /// Set when the page could not be drawn.
    #[prop(optional)]
    failed: RwSignal<bool>,
    #[prop(into)] name: String,
) -> impl IntoView {
    let well = NodeRef::<leptos::html::Div>::new();
    let sheet = NodeRef::<leptos::html::Div>::new();
    let (width, height) = pictures.size();
    let full = ipc::rendition_url(&pictures.page.id);
    let dense = move || leptos::prelude::window().device_pixel_ratio().max(1.0);
    let style = move || match zoom.get() {
        Zoom::Fit(times) => format!("--w:{width};--h:{height};--times:{times}"),
        Zoom::Actual => format!("--w:{width};--h:{height};width:{}px", width / dense()),
    };
    Effect::new(move |_| {
        let (_, rect) = (zoom.get(), focus.get());
        request_animation_frame(move || centre(well, sheet, rect, (width, height)));
    });
    let point = move |event: MouseEvent| {
        if let (Some(told), Some(sheet)) = (on_point, sheet.try_get_untracked().flatten()) {
            let seen = sheet.get_bounding_client_rect();
            let x = (f64::from(event.client_x()) - seen.left()) / seen.width() * width;
            let y = (f64::from(event.client_y()) - seen.top()) / seen.height() * height;
            told.run(Some((x, y)));
        }
    };
    let (here, tries) = (RwSignal::new(false), RwSignal::new(0_usize));
    let first = pictures.first();
    let source = move || match tries.get() {
        0 => first.clone(),
        n => format!("{first}?again={n}"),
    };
    let once_more = move || {
        // The screen may have been left meanwhile.
        let _ = tries.try_update(|n| *n += 1);
    };
    let lost = move |_| match AGAIN.get(tries.get_untracked()) {
        Some(wait) => set_timeout(once_more, Duration::from_millis(*wait)),
        None => failed.set(true),
    };
    let again = move |_| {
        failed.set(false);
        // One more try, however many there were.
        tries.update(|n| *n += 1);
    };
    let coming = move || {
        if failed.get() {
            view! { <div class="page-failed" role="alert" data-testid="page-failed"><Icon of=icondata_lu::LuImageOff size=32/><p>"This page could not be drawn."</p><p class="small-print">"Its text is kept. The file may be gone or damaged."</p><button class="button" on:click=again><Icon of=icondata_lu::LuRotateCw/>"Try again"</button></div> }.into_any()
        } else if !here.get() {
            view! { <div class="page-coming" role="status" data-testid="page-coming" aria-label="The page is being drawn"><span></span><span></span><span></span><span></span><span></span></div> }.into_any()
        } else {
            ().into_any()
        }
    };
    let sharp = move || {
        (zoom.get() != Zoom::WHOLE).then(|| view! { <img class="full" src=full.clone() alt="" decoding="async" draggable="false"/> })
    };
    view! {
        <div class="well" node_ref=well tabindex="-1">
            <div class="page-sheet" node_ref=sheet style=style on:mousemove=point on:mouseleave=move |_| { if let Some(told) = on_point { told.run(None) } }>
                <img src=source class:absent=move || !here.get() alt=format!("Page image of {name}") decoding="sync" draggable="false" on:load=move |_| here.set(true) on:error=lost/>
                {coming}
                {sharp}
                <Rings size=(width, height) rings quiet/>
            </div>
        </div>
    }
}

/// The rings, laid over a picture of this size in pixels that is fitted into the same room.
#[component]
pub fn Rings(size: (f64, f64), #[prop(into)] rings: Signal<Vec<Ring>>, #[prop(optional)] quiet: bool) -> impl IntoView {
    let (width, height) = size;
    view! {
        <svg class="rings" aria-hidden="true" viewBox=format!("0 0 {width} {height}") preserveAspectRatio="xMidYMid meet">
            {move || quiet.then(|| view! { <path class="quiet" fill-rule="evenodd" d=veil(&rings.get(), width, height)/> })}
            {move || rings.get().into_iter().map(ring).collect_view()}
        </svg>
    }
}

/// One box for each line: the boxes of neighbouring words joined.
pub fn lines(boxes: &[PixelBox]) -> Vec<PixelBox> {
    let mut lines: Vec<PixelBox> = Vec::new();
    for rect in boxes {
        match lines.last_mut() {
            Some(line) if same_line(line, rect) => *line = around(*line, *rect),
            _ => lines.push(*rect),
        }
    }
    lines
}

/// They overlap across the line and stand no further apart along it than two letters. On a page that lies on its side, lines run up or down.
fn same_line(a: &PixelBox, b: &PixelBox) -> bool {
    let (along, across) = if upright(a) || upright(b) { (1, 0) } else { (0, 1) };
    let beside = a[across] < b[across] + b[across + 2] && b[across] < a[across] + a[across + 2];
    let apart = b[along].saturating_sub(a[along] + a[along + 2]).max(a[along].saturating_sub(b[along] + b[along + 2]));
    beside && apart < 2 * a[across + 2].max(b[across + 2])
}

fn ring(ring: Ring) -> impl IntoView {
    let [x, y, w, h] = padded(ring.rect);
    view! { <rect class=format!("ring {}", ring.kind) class:current=ring.current x=x y=y width=w height=h rx=w.min(h) * 0.18 vector-effect="non-scaling-stroke"/> }
}

/// A little air around the letters.
fn padded([x, y, w, h]: PixelBox) -> [f64; 4] {
    let air = (f64::from(w.min(h)) * 0.28).clamp(4.0, 24.0);
    [f64::from(x) - air, f64::from(y) - air, f64::from(w) + 2.0 * air, f64::from(h) + 2.0 * air]
}

/// The page with holes where the rings are.
fn veil(rings: &[Ring], width: f64, height: f64) -> String {
    let holes = rings.iter().map(|ring| {
        let [x, y, w, h] = padded(ring.rect);
        format!("M{x} {y}h{w}v{h}h-{w}z")
    });
    if rings.is_empty() { String::new() } else { std::iter::once(format!("M0 0h{width}v{height}h-{width}z")).chain(holes).collect() }
}

fn centre(well: NodeRef<leptos::html::Div>, sheet: NodeRef<leptos::html::Div>, rect: Option<PixelBox>, (width, height): (f64, f64)) {
    // The page may have left the screen before the frame came.
    let (well, sheet) = (well.try_get_untracked().flatten(), sheet.try_get_untracked().flatten());
    let (Some(well), Some(sheet), Some([x, y, w, h])) = (well, sheet, rect) else { return };
    let (x, y) = (f64::from(x) + f64::from(w) / 2.0, f64::from(y) + f64::from(h) / 2.0);
    let left = f64::from(sheet.offset_left()) + x / width * f64::from(sheet.offset_width()) - f64::from(well.client_width()) / 2.0;
    let top = f64::from(sheet.offset_top()) + y / height * f64::from(sheet.offset_height()) - f64::from(well.client_height()) / 2.0;
    well.set_scroll_left(left.max(0.0) as i32);
    well.set_scroll_top(top.max(0.0) as i32);
}

/// The lines around a box, cut out of the page and enlarged.
#[component]
pub fn Strip(
    pictures: Pictures,
    #[prop(into)] rect: Signal<Option<PixelBox>>,
    /// Loads the page at full size; before that the preview is shown.
    #[prop(into)]
    sharp: Signal<bool>,
    /// How many times as wide as high it is, about.
    ratio: f64,
    /// How many times as high as the letters it is.
    heights: f64,
) -> impl IntoView {
    let (width, height) = pictures.size();
    let first = pictures.first();
    let full = ipc::rendition_url(&pictures.page.id);
    let draw = move || {
        let rect = rect.get()?;
        let [x, y, w, h] = padded(rect);
        let view_box = strip_around(rect, width, ratio, heights);
        let images = [Some(first.clone()), sharp.get().then(|| full.clone())].into_iter().flatten();
        let images = images.map(|url| view! { <image href=url width=width height=height preserveAspectRatio="none"/> }).collect_view();
        Some(view! {
            <svg class="strip" aria-hidden="true" viewBox=view_box preserveAspectRatio="xMidYMid slice">
                {images}
                <rect class="ring doubt current" x=x y=y width=w height=h rx=w.min(h) * 0.18 vector-effect="non-scaling-stroke"/>
            </svg>
        })
    };
    view! { {draw} }
}

/// The stretch of the page a strip shows: the box in its middle, with a few lines around it.
fn strip_around([x, y, w, h]: PixelBox, page_width: f64, ratio: f64, heights: f64) -> String {
    let (x, y, w, h) = (f64::from(x), f64::from(y), f64::from(w), f64::from(h));
    let across = (w * 1.3).max(h * heights * ratio).min(page_width);
    let down = across / ratio;
    let left = (x + w / 2.0 - across / 2.0).clamp(0.0, (page_width - across).max(0.0));
    format!("{left} {} {across} {down}", y + h / 2.0 - down / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zoom_stays_between_the_page_and_eight_times() {
        assert_eq!(Zoom::WHOLE.step(-1), Zoom::WHOLE);
        assert_eq!(Zoom::WHOLE.step(1), Zoom::Fit(1.5));
        assert_eq!(Zoom::Fit(7.0).step(1), Zoom::Fit(8.0));
        assert_eq!(Zoom::Actual.step(-1), Zoom::Fit(2.0 / 1.5));
    }

    #[test]
    fn words_of_a_line_share_a_box() {
        assert_eq!(lines(&[[10, 10, 20, 10], [35, 8, 10, 10], [10, 40, 30, 10]]), [[10, 8, 35, 12], [10, 40, 30, 10]]);
        assert_eq!(lines(&[[10, 10, 20, 10], [300, 10, 10, 10]]).len(), 2);
        assert_eq!(lines(&[[50, 200, 10, 40], [50, 150, 11, 45], [80, 150, 10, 40]]), [[50, 150, 11, 90], [80, 150, 10, 40]]);
    }

    #[test]
    fn a_veil_has_holes() {
        let ring = Ring { rect: [100, 100, 50, 20], kind: "doubt", current: true };
        assert_eq!(veil(&[], 10.0, 10.0), "");
        assert!(veil(&[ring], 1000.0, 800.0).starts_with("M0 0h1000v800h-1000zM94.4 94.4h61.2"));
    }

    #[test]
    fn a_strip_stays_on_the_page() {
        assert!(strip_around([0, 100, 50, 20], 1000.0, 8.0, 3.2).starts_with("0 "));
        assert!(strip_around([980, 100, 20, 20], 1000.0, 8.0, 3.2).starts_with("488 "));
    }
}
