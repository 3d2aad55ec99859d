//! Passes the engine's facts on to the window: alike ones merged, at most five a second, one after the other.
//!
//! Loses nothing that matters: a fact only says what to ask for again.

use crate::window::Batches;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use tauri::{AppHandle, Emitter};
use winnow_contract::{ApiError, Event};
use winnow_engine::Engine;

/// Name of the window's event; its payload is an `Event` as JSON text.
const NAME: &str = "fact";
/// Between two facts.
const PAUSE: Duration = Duration::from_millis(200);
/// Ids in one fact.
const IDS: usize = 50;

/// Forwards everything the engine says until the engine is gone.
///
/// # Errors
/// When the thread cannot be started.
pub fn forward(engine: &Engine, app: AppHandle) -> std::io::Result<()> {
    let (sender, receiver) = channel();
    let batches = Batches::new(engine);
    let tell = move |event: Event| {
        emit(&app, &event);
        if event == Event::Settled {
            batches.done(&app);
        }
    };
    std::thread::Builder::new().name("winnow-events".to_owned()).spawn(move || deliver(&receiver, tell))?;
    listen(engine, sender);
    Ok(())
}

fn listen(engine: &Engine, sender: Sender<Event>) {
    // Nobody receives once the window is gone; that is no loss.
    engine.listen(move |event| drop(sender.send(event)));
}

/// Tells the window at once.
pub fn emit(app: &AppHandle, event: &Event) {
    let sent = serde_json::to_string(event).map_err(tauri::Error::from).and_then(|text| app.emit(NAME, text));
    if let Err(error) = sent {
        tracing::warn!("a fact did not reach the window: {error}");
    }
}

/// Tells the window that what a drop or a dialog asked for was refused.
pub fn refuse(app: &AppHandle, error: ApiError) {
    emit(app, &Event::Refused { error });
}

fn deliver(receiver: &Receiver<Event>, emit: impl Fn(Event)) {
    let mut waiting = Waiting::default();
    let mut due = Instant::now();
    loop {
        let received = match waiting.0.is_empty() {
            true => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => receiver.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match received {
            Ok(event) => waiting.add(event),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return waiting.0.into_iter().for_each(emit),
        }
        if Instant::now() >= due
            && let Some(event) = waiting.0.pop_front()
        {
            emit(event);
            due = Instant::now() + PAUSE;
        }
    }
}

/// Facts that are not told yet, one of each kind, the oldest first.
#[derive(Default)]
struct Waiting(VecDeque<Event>);

impl Waiting {
    fn add(&mut self, event: Event) {
        match self.0.iter_mut().find(|known| std::mem::discriminant(*known) == std::mem::discriminant(&event)) {
            Some(known) => merge(known, event),
            None => self.0.push_back(event),
        }
    }
}

/// Adds a later fact of the same kind to one that still waits.
fn merge(known: &mut Event, later: Event) {
    match (known, later) {
        (Event::AssetsChanged { assets, more }, Event::AssetsChanged { assets: others, more: still_more }) => {
            *more |= still_more;
            for asset in others {
                match assets.contains(&asset) {
                    true => {}
                    false if assets.len() < IDS => assets.push(asset),
                    false => *more = true,
                }
            }
        }
        (known, later) => *known = later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::id::AssetId;

    fn changed(numbers: std::ops::Range<usize>) -> Event {
        Event::AssetsChanged { assets: numbers.map(|number| AssetId(number.to_string())).collect(), more: false }
    }

    fn waiting(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
        let mut waiting = Waiting::default();
        events.into_iter().for_each(|event| waiting.add(event));
        waiting.0.into()
    }

    #[test]
    fn alike_facts_become_one_in_the_place_of_the_first() {
        assert_eq!(waiting([Event::JobsChanged, Event::ReviewChanged, Event::JobsChanged]), [Event::JobsChanged, Event::ReviewChanged]);
        assert_eq!(waiting([changed(0..2), Event::JobsChanged, changed(1..4)]), [changed(0..4), Event::JobsChanged]);
    }

    #[test]
    fn more_assets_than_fifty_are_said_to_be_more() {
        let Some(Event::AssetsChanged { assets, more }) = waiting([changed(0..40), changed(30..60)]).pop() else {
            panic!("one fact");
        };
        assert_eq!((assets.len(), more), (50, true));
    }

    #[test]
    fn a_burst_reaches_the_window_in_few_facts() {
        let (sender, receiver) = channel();
        for _ in 0..1000 {
            sender.send(Event::JobsChanged).expect("sent");
        }
        drop(sender);
        let told = std::cell::Cell::new(0);
        deliver(&receiver, |_| told.set(told.get() + 1));
        assert!((1..=3).contains(&told.get()), "{}", told.get());
    }
}
