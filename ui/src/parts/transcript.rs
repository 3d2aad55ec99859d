//! What is said: a line for each sentence or so, its time in the margin. Where there is a sound it follows it, and a click on a
//! word goes to its second; subtitles by themselves have none.
//!
//! Only what is in view is drawn; a recording of twelve hours is as quick as one of a minute.

mod heights;
pub mod lines;

use super::player::tape::Tape;
use super::segments::{Mark, MarkKind, segments};
use super::{icon::Icon, size, words};
use heights::Heights;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use lines::{Piece, Transcript};
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Below this a word counts as doubtful.
const DOUBT: f32 = 0.6;
/// Pixels of one row of text, between two lines, of the time in the margin, and of a letter's width, at usual letters.
const ROW: f64 = 26.0;
const AIR: f64 = 12.0;
const MARGIN: f64 = 100.0;
const LETTER: f64 = 7.6;

/// What a transcript is drawn from; the ranges are characters of its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    pub transcript: Transcript,
    /// Sensitive data, to be marked.
    pub found: Vec<(u32, u32)>,
}

#[derive(Clone, Copy)]
struct Sheet {
    tape: Option<Tape>,
    said: StoredValue<Said>,
    view: NodeRef<leptos::html::Div>,
    heights: RwSignal<Heights>,
    scroll: RwSignal<f64>,
    height: RwSignal<f64>,
    width: StoredValue<f64>,
    /// The person looks elsewhere; the text does not follow.
    away: RwSignal<bool>,
    /// The word that is said now.
    word: Memo<Option<usize>>,
    /// The lines something points at.
    ringed: Memo<Option<Range<usize>>>,
}

/// The transcript, with the sound it is of, if that can be played. `spot` is what something points at, in characters; it is ringed
/// and brought into view.
#[component]
pub fn TranscriptView(tape: Option<Tape>, said: Said, #[prop(into)] spot: Signal<Option<(u32, u32)>>) -> impl IntoView {
    let said = StoredValue::new(said);
    let playing = move || tape.is_some_and(|tape| tape.playing.get());
    let word = Memo::new(move |_| said.with_value(|said| said.transcript.word_at(tape?.now.get())));
    let ringed = Memo::new(move |_| spot.get().map(|(start, end)| said.with_value(|said| lines_of(&said.transcript, start, end))));
    let sheet = Sheet {
        tape,
        said,
        view: NodeRef::new(),
        heights: RwSignal::new(Heights::default()),
        scroll: RwSignal::new(0.0),
        height: RwSignal::new(600.0),
        width: StoredValue::new(0.0),
        away: RwSignal::new(false),
        word,
        ringed,
    };
    sheet.follow_size();
    if let Some(tape) = tape {
        sheet.follow_sound(tape);
    }
    sheet.follow_ring();
    let drawn = Memo::new(move |_| sheet.heights.with(|heights| heights.drawn(sheet.scroll.get(), sheet.height.get())));
    Effect::new(move |_| {
        drawn.track();
        request_animation_frame(move || sheet.measure());
    });
    let scrolled = move |_| {
        if let Some(view) = sheet.view.get_untracked() {
            sheet.scroll.set(f64::from(view.scroll_top()));
        }
    };
    let look_away = move || {
        if untrack(playing) {
            sheet.away.set(true);
        }
    };
    let offer = move || {
        (sheet.away.get() && playing()).then(|| {
            view! { <button class="button small follow" data-testid="follow" on:click=move |_| sheet.away.set(false)><Icon of=icondata_lu::LuLocateFixed/>"Follow the sound"</button> }
        })
    };
    view! {
        <div class="transcript-room">
            <div class="transcript" class:silent=tape.is_none() data-testid="transcript" node_ref=sheet.view on:scroll=scrolled on:wheel=move |_| look_away() on:pointerdown=move |event| if on_scroll_bar(&event) { look_away() } on:click=move |event| sheet.go(&event)>
                <div class="transcript-tall" style:height=move || format!("{}px", sheet.heights.with(Heights::full) + 48.0)>
                    <div class="transcript-lines" style:top=move || format!("{}px", sheet.heights.with(|heights| heights.top(drawn.get().start)))>
                        <For each=move || drawn.get() key=|line| *line children=move |line| sheet.line(line)/>
                    </div>
                </div>
            </div>
            {offer}
        </div>
    }
}

/// The lines a stretch of characters stands in.
fn lines_of(transcript: &Transcript, start: u32, end: u32) -> Range<usize> {
    let first = transcript.line_at(start);
    first..transcript.line_at(end.saturating_sub(1).max(start)) + 1
}

/// What is sensitive of the characters from `start` to `end`, counted from there.
fn found_in(found: &[(u32, u32)], start: u32, end: u32) -> Vec<Mark> {
    let inside = found.iter().filter(|(from, to)| *from < end && start < *to);
    inside.map(|(from, to)| Mark { start: (*from).max(start) - start, end: (*to).min(end) - start, kind: MarkKind::Finding(0) }).collect()
}

/// Whether a line is ringed, whether the ring comes on from the line before, and whether it goes on below.
fn in_ring(lines: &Range<usize>, line: usize) -> (bool, bool, bool) {
    let inside = lines.contains(&line);
    (inside, inside && line > lines.start, inside && line + 1 < lines.end)
}

impl Sheet {
    fn line(self, line: usize) -> AnyView {
        let (pieces, begins) = self.said.with_value(|said| (said.transcript.pieces(line), said.transcript.begins(line)));
        let here = Memo::new(move |_| {
            self.word.get().filter(|word| self.said.with_value(|said| said.transcript.lines[line].words.contains(word)))
        });
        let ring =
            Memo::new(move |_| self.ringed.with(|ringed| ringed.as_ref().map_or((false, false, false), |lines| in_ring(lines, line))));
        let body = pieces.into_iter().map(|piece| self.piece(piece, here)).collect_view();
        let time = self.time(begins);
        view! {
            <div class="said-line" class:now=move || here.get().is_some() class:ringed=move || ring.get().0 class:ring-on=move || ring.get().1 class:ring-open=move || ring.get().2 data-line=line.to_string() data-testid="transcript-line">
                {time}
                <p class="said-text">{body}</p>
            </div>
        }
        .into_any()
    }

    /// When a line begins; pressed, the sound goes there.
    fn time(self, begins: f32) -> AnyView {
        let shown = words::clock(f64::from(begins));
        if self.tape.is_none() {
            return view! { <span class="said-time tabular">{shown}</span> }.into_any();
        }
        view! { <button class="said-time tabular" tabindex="-1" data-second=begins.to_string() aria-label=format!("From {shown}")>{shown.clone()}</button> }.into_any()
    }

    fn piece(self, piece: Piece, here: Memo<Option<usize>>) -> AnyView {
        let Some(n) = piece.word else { return piece.text.into_any() };
        let (word, marks) = self.said.with_value(|said| {
            let word = said.transcript.words[n];
            (word, found_in(&said.found, word.end - piece.text.chars().count() as u32, word.end))
        });
        let parts = segments(&piece.text, &marks).into_iter().map(|part| match part.finding {
            Some(_) => view! { <span class="said-found">{part.text}</span> }.into_any(),
            None => part.text.into_any(),
        });
        let parts = parts.collect_view();
        let doubtful = word.confidence.filter(|confidence| *confidence < DOUBT);
        let title = match word.corrected {
            true => Some("Corrected by you"),
            false => doubtful.map(|_| "The model was not sure of this word"),
        };
        view! {
            <span class="said-word" class:doubtful=doubtful.is_some() class:corrected=word.corrected class:lit=move || here.get() == Some(n) data-second=word.t0.to_string() title=title>{parts}</span>
        }
        .into_any()
    }

    /// Goes to the second of what was clicked. A click that ends a selection of text is none.
    fn go(self, event: &MouseEvent) {
        let selecting = leptos::prelude::window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        // The pointer may be on a mark in a word.
        let word = target.and_then(|target| target.closest("[data-second]").ok().flatten());
        let second = word.and_then(|word| word.get_attribute("data-second")).and_then(|second| second.parse::<f64>().ok());
        if let (Some(tape), Some(second)) = (self.tape, second.filter(|_| !selecting)) {
            self.away.set(false);
            tape.seek(second);
        }
    }

    /// Keeps the line that is said in view while it plays, unless the person looks elsewhere.
    fn follow_sound(self, tape: Tape) {
        let line = Memo::new(move |_| self.word.get().map(|word| self.said.with_value(|said| said.transcript.line_of(word))));
        Effect::new(move |_| {
            let (playing, away) = (tape.playing.get(), self.away.get());
            match line.get() {
                Some(line) if playing && !away => self.bring(line),
                _ => {}
            }
        });
        // Whoever starts the sound wants to see what is said.
        Effect::new(move |_| {
            if tape.playing.get() {
                self.away.set(false);
            }
        });
    }

    fn follow_ring(self) {
        Effect::new(move |_| {
            let ringed = self.ringed.get();
            self.view.track();
            if let Some(lines) = ringed {
                // Once at the guessed place, and once more where it was measured to be.
                request_animation_frame(move || {
                    self.bring(lines.start);
                    request_animation_frame(move || self.bring(lines.start));
                });
            }
        });
    }

    /// Scrolls to a line that is not well in view.
    fn bring(self, line: usize) {
        let Some(view) = self.view.try_get_untracked().flatten() else { return };
        let (top, next) = self.heights.with_untracked(|heights| (heights.top(line), heights.top(line + 1)));
        let (scroll, height) = (f64::from(view.scroll_top()), f64::from(view.client_height()));
        let seen = top >= scroll + AIR && next + 2.0 * ROW <= scroll + height;
        if !seen {
            self.scroll_to(&view, (top - height / 3.0).max(0.0));
        }
    }

    /// Scrolls, and draws what is seen there at once.
    fn scroll_to(self, view: &HtmlElement, top: f64) {
        view.set_scroll_top(top as i32);
        self.scroll.set(f64::from(view.scroll_top()));
    }

    /// Puts the true heights of what is drawn in place of the guesses; what is seen stays where it is.
    fn measure(self) {
        let Some(view) = self.view.try_get_untracked().flatten() else { return };
        let Ok(rows) = view.query_selector_all("[data-line]") else { return };
        let measured: Vec<(usize, f64)> = (0..rows.length()).filter_map(|n| height_of(&rows.item(n)?.dyn_into().ok()?)).collect();
        let scroll = f64::from(view.scroll_top());
        let anchor = self.heights.with_untracked(|heights| heights.first(scroll));
        let mut heights = self.heights.get_untracked();
        let moved = heights.measure(&measured, anchor);
        if self.heights.with_untracked(|known| *known != heights) {
            self.heights.set(heights);
        }
        if moved.abs() > 0.5 {
            self.scroll_to(&view, scroll + moved);
        }
    }

    /// Follows the size of the view: a new width means new guesses.
    fn follow_size(self) {
        size::follow(self.view, move |width, height| {
            let _ = self.height.try_set(height);
            self.guess(width);
        });
    }

    fn guess(self, width: f64) {
        if self.width.try_get_value().is_none_or(|known| (known - width).abs() < 1.0) {
            return;
        }
        self.width.set_value(width);
        let across = (width.min(820.0) - MARGIN) / LETTER;
        let guessed = self.said.with_value(|said| {
            let transcript = &said.transcript;
            Heights::guessed((0..transcript.lines.len()).map(|line| transcript.length(line)), across, ROW, AIR)
        });
        self.heights.set(guessed);
        request_animation_frame(move || self.measure());
    }
}

fn height_of(row: &HtmlElement) -> Option<(usize, f64)> {
    let line = row.get_attribute("data-line")?.parse().ok()?;
    Some((line, row.get_bounding_client_rect().height()))
}

/// The pointer went down beside the text, on the scroll bar.
fn on_scroll_bar(event: &web_sys::PointerEvent) -> bool {
    let target = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|view| f64::from(event.client_x()) > view.get_bounding_client_rect().left() + f64::from(view.client_width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_stretch_only_what_was_found_is_marked() {
        let check = |found: &[(u32, u32)], expected: &[(u32, u32)]| {
            let marks: Vec<_> = found_in(found, 10, 20).into_iter().map(|mark| (mark.start, mark.end)).collect();
            assert_eq!(marks, expected, "{found:?}");
        };
        check(&[(12, 15)], &[(2, 5)]);
        check(&[(0, 12), (18, 30)], &[(0, 2), (8, 10)]);
        check(&[(0, 40)], &[(0, 10)]);
        check(&[(0, 10), (20, 22)], &[]);
    }
}
