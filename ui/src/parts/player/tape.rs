//! What plays a recording: two media elements that take turns with its slices, so that one is ready when the other ends.
//!
//! Draws nothing. The newest order wins; an older one that is still waiting for its slice is forgotten.

use super::slices::{SLICE, Slice, after, slice_of, start_of, unplayable};
use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlAudioElement, HtmlMediaElement};
use winnow_contract::ApiError;
use winnow_contract::id::RenditionId;

/// The speeds it can play at.
pub const RATES: [f64; 4] = [1.0, 1.25, 1.5, 2.0];
/// Milliseconds between two looks at where it stands.
const TICK: u32 = 40;
/// Seconds before the end of a slice when the next one is fetched.
const AHEAD: f64 = 20.0;
/// Looks of `TICK` without a move after which the sound counts as unplayable: eight seconds.
const STUCK: u32 = 200;
/// Looks of ten milliseconds that a slice gets to become ready: ten seconds.
const PATIENCE: u32 = 1000;

/// A recording that can be played; copies refer to the same one. Goes with the owner it was made under.
#[derive(Clone, Copy)]
pub struct Tape {
    /// Seconds from the start.
    pub now: RwSignal<f64>,
    /// Its length in seconds, as far as known.
    pub seconds: RwSignal<f64>,
    pub playing: RwSignal<bool>,
    pub rate: RwSignal<f64>,
    pub trouble: RwSignal<Option<ApiError>>,
    /// Where it stops by itself.
    until: StoredValue<Option<f64>>,
    /// Counts orders.
    order: StoredValue<u32>,
    decks: StoredValue<Decks, LocalStorage>,
    clock: StoredValue<Option<Interval>, LocalStorage>,
    /// Looks since it last moved.
    still: StoredValue<u32>,
}

/// The two elements and what lies in them.
struct Decks {
    sound: RenditionId,
    players: [HtmlMediaElement; 2],
    slices: [Option<Slice>; 2],
    /// The slice each is waiting for.
    wanted: [Option<u32>; 2],
    /// Which of them is heard.
    heard: usize,
}

impl Drop for Decks {
    fn drop(&mut self) {
        for player in &self.players {
            silence(player);
            player.set_src("");
        }
    }
}

impl Tape {
    /// A tape of a sound that is this many seconds long, as far as known.
    pub fn new(sound: RenditionId, seconds: f64) -> Self {
        let players = [element(), element()];
        let decks = Decks { sound, players, slices: [None, None], wanted: [None, None], heard: 0 };
        Self {
            now: RwSignal::new(0.0),
            seconds: RwSignal::new(seconds),
            playing: RwSignal::new(false),
            rate: RwSignal::new(1.0),
            trouble: RwSignal::new(None),
            until: StoredValue::new(None),
            order: StoredValue::new(0),
            decks: StoredValue::new_local(decks),
            clock: StoredValue::new_local(None),
            still: StoredValue::new(0),
        }
    }

    /// It turned out to be at least this long.
    pub fn at_least(&self, seconds: f64) {
        if self.seconds.try_get_untracked().is_some_and(|known| known < seconds - 1.0) {
            self.seconds.set(seconds);
        }
    }

    /// Plays on from where it stands, or stops.
    pub fn toggle(&self) {
        if self.playing.get_untracked() {
            return self.stop();
        }
        let ended = self.now.get_untracked() + 0.1 >= self.seconds.get_untracked();
        self.until.set_value(None);
        self.start(if ended { 0.0 } else { self.now.get_untracked() });
    }

    /// Plays a stretch and stops at its end.
    pub fn play_stretch(&self, t0: f64, t1: f64) {
        self.until.set_value(Some(t1));
        self.start(t0);
    }

    /// Goes to a second; plays on there if it was playing. A stretch still ends where it ends, unless that is left behind.
    pub fn seek(&self, at: f64) {
        let at = at.clamp(0.0, self.seconds.get_untracked().max(0.0));
        self.until.update_value(|until| *until = until.filter(|until| at < *until));
        if self.playing.get_untracked() { self.start(at) } else { self.now.set(at) }
    }

    /// Goes on or back by some seconds.
    pub fn step(&self, by: f64) {
        self.seek(self.now.get_untracked() + by);
    }

    pub fn set_rate(&self, rate: f64) {
        self.rate.set(rate);
        self.decks.with_value(|decks| decks.players.iter().for_each(|player| player.set_playback_rate(rate)));
    }

    /// The next speed up (`1`) or down (`-1`).
    pub fn shift_rate(&self, by: isize) {
        let now = RATES.iter().position(|rate| *rate == self.rate.get_untracked()).unwrap_or(0);
        if let Some(rate) = now.checked_add_signed(by).and_then(|n| RATES.get(n)) {
            self.set_rate(*rate);
        }
    }

    /// Stops where it is.
    pub fn stop(&self) {
        self.next_order();
        let _ = self.clock.try_set_value(None);
        let _ = self.playing.try_set(false);
        let _ = self.decks.try_with_value(|decks| decks.players.iter().for_each(silence));
    }

    /// Fetches what a stretch begins with, so that it is there when it is to be heard.
    pub fn prepare(&self, at: f64) {
        let tape = *self;
        let number = slice_of(at, self.seconds.get_untracked());
        spawn_local(async move {
            // What cannot be had now is said when it is to be played.
            let _ = tape.load(number, 0).await;
        });
    }

    fn next_order(&self) -> Option<u32> {
        self.order.try_update_value(|order| {
            *order += 1;
            *order
        })
    }

    fn start(&self, at: f64) {
        let Some(order) = self.next_order() else { return };
        self.clock.set_value(None);
        self.playing.set(true);
        self.trouble.set(None);
        self.now.set(at);
        let tape = *self;
        spawn_local(async move {
            let outcome = tape.run(at, order).await;
            if let (Err(trouble), true) = (outcome, tape.is_newest(order)) {
                tape.stop();
                let _ = tape.trouble.try_set(trouble);
            }
        });
    }

    fn is_newest(&self, order: u32) -> bool {
        self.order.try_get_value() == Some(order)
    }

    /// Gets the slice and plays it. The error is none where nothing is wrong, but the system wants a click first.
    async fn run(self, at: f64, order: u32) -> Result<(), Option<ApiError>> {
        let number = slice_of(at, self.seconds.get_untracked());
        let deck = self.deck_for(number);
        let player = self.load(number, deck).await.map_err(Some)?;
        if !self.is_newest(order) {
            return Ok(());
        }
        self.decks.with_value(|decks| decks.players.iter().for_each(silence));
        player.set_current_time(at - start_of(number));
        self.hear(&player, deck, order).await
    }

    async fn hear(self, player: &HtmlMediaElement, deck: usize, order: u32) -> Result<(), Option<ApiError>> {
        player.set_playback_rate(self.rate.try_get_untracked().unwrap_or(1.0));
        let _ = self.decks.try_update_value(|decks| decks.heard = deck);
        let started = player.play().map_err(|why| Some(unplayable(why)))?;
        let began = JsFuture::from(started).await;
        if !self.is_newest(order) {
            return Ok(());
        }
        began.map_err(refusal)?;
        self.still.set_value(0);
        self.clock.set_value(Some(Interval::new(TICK, move || self.look(order))));
        Ok(())
    }

    /// The element that holds a slice, or the one that is not heard.
    fn deck_for(&self, number: u32) -> usize {
        self.decks.with_value(|decks| decks.holding(number).unwrap_or(1 - decks.heard))
    }

    /// Puts a slice into an element, unless one has it, and waits until it can be played.
    async fn load(self, number: u32, deck: usize) -> Result<HtmlMediaElement, ApiError> {
        let gone = || unplayable(JsValue::NULL);
        let seconds = self.seconds.try_get_untracked().ok_or_else(gone)?;
        let there = self.decks.try_update_value(|decks| {
            decks.wanted[deck] = Some(number);
            (decks.sound.clone(), decks.players[deck].clone(), decks.slices[deck].as_ref().is_some_and(|slice| slice.number == number))
        });
        let (sound, player, there) = there.ok_or_else(gone)?;
        if !there {
            let slice = Slice::fetch(&sound, number, seconds).await?;
            self.decks.try_update_value(|decks| decks.put(deck, slice)).ok_or_else(gone)?;
        }
        ready(&player).await?;
        Ok(player)
    }

    /// Follows what is heard: where it stands, whether the stretch or the slice is over, whether it moves at all.
    fn look(&self, order: u32) {
        if !self.is_newest(order) {
            return;
        }
        let Some((player, number)) = self.decks.try_with_value(Decks::heard).flatten() else { return };
        let seconds = self.seconds.get_untracked();
        let now = (start_of(number) + player.current_time()).min(seconds.max(0.0));
        self.note_stillness(now, player.paused());
        self.now.set(now);
        if self.until.get_value().is_some_and(|until| now >= until) {
            return self.stop();
        }
        match after(number, seconds) {
            Some(next) if player.ended() => self.start_next(next, order),
            Some(next) if start_of(number) + SLICE - now < AHEAD => self.fetch_ahead(next),
            None if player.ended() => {
                self.stop();
                self.now.set(seconds);
            }
            Some(_) | None => {}
        }
    }

    fn note_stillness(&self, now: f64, paused: bool) {
        let moved = (now - self.now.get_untracked()).abs() > f64::EPSILON;
        let still = if moved { 0 } else { self.still.get_value() + 1 };
        self.still.set_value(still);
        if still > STUCK && !paused {
            self.stop();
            self.trouble.set(Some(unplayable(JsValue::NULL)));
        }
    }

    fn fetch_ahead(&self, next: u32) {
        let idle = self.decks.with_value(|decks| 1 - decks.heard);
        let asked = self.decks.with_value(|decks| decks.wanted[idle] == Some(next));
        if !asked {
            let tape = *self;
            spawn_local(async move {
                // Asked for once more, and heard about, when it is needed.
                let _ = tape.load(next, idle).await;
            });
        }
    }

    fn start_next(&self, next: u32, order: u32) {
        if self.is_newest(order) {
            self.start(start_of(next));
        }
    }
}

impl Decks {
    fn holding(&self, number: u32) -> Option<usize> {
        self.slices.iter().position(|slice| slice.as_ref().is_some_and(|slice| slice.number == number))
    }

    /// The element that is heard, and its slice.
    fn heard(&self) -> Option<(HtmlMediaElement, u32)> {
        let slice = self.slices[self.heard].as_ref()?;
        Some((self.players[self.heard].clone(), slice.number))
    }

    /// Takes a slice, unless another is wanted by now.
    fn put(&mut self, deck: usize, slice: Slice) {
        if self.wanted[deck] == Some(slice.number) {
            self.players[deck].set_src(&slice.url);
            self.players[deck].load();
            self.slices[deck] = Some(slice);
        }
    }
}

fn element() -> HtmlMediaElement {
    let audio = HtmlAudioElement::new().expect("BUG: a window has audio elements");
    audio.set_preload("auto");
    audio.unchecked_into()
}

fn silence(player: &HtmlMediaElement) {
    // An element that plays nothing is silent already.
    let _ = player.pause();
}

/// Waits until an element knows what it was given.
async fn ready(player: &HtmlMediaElement) -> Result<(), ApiError> {
    for _ in 0..PATIENCE {
        if player.error().is_some() {
            break;
        }
        if player.ready_state() >= HtmlMediaElement::HAVE_METADATA {
            return Ok(());
        }
        TimeoutFuture::new(10).await;
    }
    Err(unplayable(JsValue::NULL))
}

/// Why it did not begin: nothing to be said when the system only wants a click first, or when it was stopped meanwhile.
fn refusal(why: JsValue) -> Option<ApiError> {
    let name = js_sys::Reflect::get(&why, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    let harmless = matches!(name.as_str(), "NotAllowedError" | "AbortError");
    (!harmless).then(|| unplayable(why))
}
