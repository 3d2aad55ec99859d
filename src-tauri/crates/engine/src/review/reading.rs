//! The text that a question about a reading is about, and what a person wrote in its place.
//!
//! A correction is of the words it was made on. It stands as long as these are what a tool reads there, also when they are read
//! again; several on one text stand together, in the order in which they were made. Another reading takes the place of both, the
//! correction stays on record, and whoever made it is asked again where the new words are doubtful too.
//!
//! What a tool read stays stored as it was, superseded by the corrected text, and is live again after an undo.

use super::correct::{self, Placed, Stretch};
use super::policy;
use crate::breaks::{Breaks, Point};
use crate::catalog::corrections;
use crate::catalog::review::Item;
use crate::catalog::texts::{self, Text};
use crate::error::Result;
use crate::extract::chunks;
use crate::outcome::NewExtraction;
use crate::ports::Ports;
use rusqlite::Connection;
use std::ops::Range;
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::job::JobKind;

/// Where a text stands: the stage that read it, and the page; 0 when it is of the whole.
pub type Place = (JobKind, u32);

/// Where the text stands that a question about a reading is about.
pub fn place_of(topic: &str) -> Place {
    policy::page_of(topic).map_or((JobKind::Transcribe, 0), |page| (JobKind::Ocr, page))
}

/// What a question about a reading is about.
pub struct Asked {
    /// What a tool read, …
    pub read: ExtractionId,
    /// … the text as it stands now, …
    pub text: Text,
    /// … and the characters of that which are asked about.
    pub range: Range<u32>,
}

/// What an item asks about; none when nothing is read there any more.
pub fn asked(catalog: &Connection, item: &Item) -> Result<Option<Asked>> {
    let place = place_of(&item.topic);
    let (Some(read), Some(text)) = (texts::read_at(catalog, &item.asset, place)?, texts::live_at(catalog, &item.asset, place)?) else {
        return Ok(None);
    };
    let range = correct::asked_about(&text.text, &text.spans, stretch_of(item));
    Ok(Some(Asked { read: read.id, text, range }))
}

/// Seconds of sound that an item is about.
pub fn stretch_of(item: &Item) -> Option<Stretch> {
    policy::stretch_of(&item.reason).map(|(t0, t1)| (t0 as f32, t1 as f32))
}

/// Makes the live text at a place what was read there with every correction that stands. True when it was another.
pub fn stand(catalog: &Connection, ports: &Ports, breaks: &Breaks, asset: &AssetId, place: Place) -> Result<bool> {
    // Mostly nobody ever corrected anything, and then no text is looked at.
    if !corrections::were_made(catalog, asset)? {
        return Ok(false);
    }
    let (Some(read), Some(live)) = (texts::read_at(catalog, asset, place)?, texts::live_at(catalog, asset, place)?) else {
        return Ok(false);
    };
    let corrections = corrections::standing(catalog, &read.id)?;
    let was_read = Placed { text: read.text.clone(), spans: read.spans.clone() };
    let put = |text: Placed, one: &corrections::Correction| correct::put(&text, one.range.clone(), &one.value, one.stretch);
    let stands = corrections.iter().fold(was_read, put);
    if stands.text == live.text && stands.spans == live.spans {
        return Ok(false);
    }
    let chunks = chunks::cut(&stands.text, &stands.spans, read.page, || ports.ids.next());
    if stands.text == read.text && stands.spans == read.spans {
        texts::stand_again(catalog, asset, place, &read, &chunks)?;
    } else {
        let (stage, page) = place;
        let new = NewExtraction {
            id: ExtractionId(ports.ids.next()),
            asset: asset.clone(),
            stage,
            page,
            tool: read.tool,
            text: stands.text,
            confidence: read.confidence,
            spans: stands.spans,
            chunks,
            read_from: None,
        };
        let run = corrections::run(catalog, &read.id, &new, &ports.ids.next(), ports.clock.now_ms())?;
        texts::correct(catalog, &new, &read.id, corrections.iter().map(|one| one.decision.as_str()), &run)?;
    }
    breaks.hit(Point::CorrectionRows)?;
    Ok(true)
}
