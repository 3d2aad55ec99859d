//! Where somebody speaks, and the pieces that are listened to.
//!
//! Silence between sentences stays in a piece; long silence is in none.

use super::audible::{Audible, SECOND};
use super::models::Loading;
use std::ops::Range;
use whisper_rs::{WhisperVadContext, WhisperVadContextParams, WhisperVadParams};

/// The model hears at most this much at once.
const LONGEST: usize = 30 * SECOND;
/// Speech with less silence between is one piece while it fits: what was said before helps to understand.
const TOGETHER: usize = 2 * SECOND;
/// Silence kept before and after speech, where a soft beginning or end may lie.
const MARGIN: usize = SECOND / 5;
/// Speech that ends this close to the end of what was read may go on.
const OPEN: usize = SECOND / 2;

/// What of a neighbour is listened to beforehand, so that the model knows where it is.
const RUN_UP: usize = 2 * SECOND;

/// Finds speech: one model for each processor, for a single one cannot use them.
pub struct Voice {
    models: Vec<WhisperVadContext>,
}

impl Voice {
    pub fn load(path: &str, threads: u32) -> Result<Self, Loading> {
        let model = |_| {
            let mut parameters = WhisperVadContextParams::new();
            // Its steps are too small to be shared.
            parameters.set_n_threads(1);
            WhisperVadContext::new(path, parameters).map_err(|_| Loading::Damaged)
        };
        Ok(Self { models: (0..threads.max(1)).map(model).collect::<Result<_, _>>()? })
    }

    /// Stretches of speech in order, as samples; none when a model fails.
    pub fn speech(&mut self, samples: &[f32]) -> Option<Vec<Range<usize>>> {
        let share = samples.len().div_ceil(self.models.len()).max(RUN_UP);
        let shares = self.models.iter_mut().enumerate().map(|(number, model)| (model, own(number, share, samples.len())));
        std::thread::scope(|scope| {
            let hearing: Vec<_> = shares.map(|(model, own)| scope.spawn(move || find(model, samples, own))).collect();
            hearing.into_iter().map(|thread| thread.join().ok()?).collect::<Option<Vec<_>>>().map(|found| found.concat())
        })
    }
}

/// The samples that one of several models answers for.
fn own(number: usize, share: usize, length: usize) -> Range<usize> {
    (number * share).min(length)..((number + 1) * share).min(length)
}

/// Speech within `own`, heard from a little before it.
fn find(model: &mut WhisperVadContext, samples: &[f32], own: Range<usize>) -> Option<Vec<Range<usize>>> {
    if own.is_empty() {
        return Some(Vec::new());
    }
    let from = own.start.saturating_sub(RUN_UP);
    let mut parameters = WhisperVadParams::new();
    parameters.set_min_silence_duration(200);
    parameters.set_max_speech_duration((LONGEST - 2 * SECOND) as f32 / SECOND as f32);
    let samples = &samples[from..own.end];
    let audible = Audible::of(samples);
    let kept = audible.kept(samples);
    if kept.is_empty() {
        return Some(Vec::new());
    }
    let found = model.segments_from_samples(parameters, &kept).ok()?;
    let at = |hundredths: f32| (hundredths.max(0.0) * SECOND as f32 / 100.0) as usize;
    let places = found.flat_map(|segment| audible.places(&(at(segment.start)..at(segment.end))));
    let own = places.map(|place| (from + place.start).max(own.start)..from + place.end);
    Some(own.filter(|range| !range.is_empty()).collect())
}

/// What is listened to.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// At most 30 seconds each, in order.
    pub pieces: Vec<Range<usize>>,
    /// Samples that are done with afterwards; at least one when there were any.
    pub until: usize,
    /// Samples of speech among them.
    pub speech: usize,
}

/// Plans a stretch of `length` samples. Unless the recording ends there, speech that may go on is left for the next time.
pub fn plan(speech: &[Range<usize>], length: usize, at_end: bool) -> Plan {
    let mut speech = joined(speech, length);
    let mut until = length;
    if !at_end
        && speech.len() > 1
        && let Some(open) = speech.pop_if(|last| last.end + OPEN >= length)
    {
        until = open.start.saturating_sub(MARGIN).max(speech.last().map_or(1, |last| last.end));
    }
    let pieces = pieces(&speech, until);
    Plan { pieces, until, speech: speech.iter().map(ExactSizeIterator::len).sum() }
}

/// Where speech ends in a piece.
pub fn end(speech: &[Range<usize>], piece: &Range<usize>) -> usize {
    speech.iter().filter(|range| range.start < piece.end).map(|range| range.end).max().unwrap_or(piece.end).min(piece.end)
}

/// In order, within the length, without overlaps, none longer than a piece.
fn joined(speech: &[Range<usize>], length: usize) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in speech {
        let start = range.start.max(joined.last().map_or(0, |last| last.end));
        let mut rest = start..range.end.min(length);
        while !rest.is_empty() {
            let end = rest.end.min(rest.start + LONGEST - 2 * MARGIN);
            joined.push(rest.start..end);
            rest.start = end;
        }
    }
    joined
}

fn pieces(speech: &[Range<usize>], until: usize) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for range in speech {
        match pieces.last_mut() {
            Some(last) if range.start - last.end < TOGETHER && range.end - last.start + 2 * MARGIN <= LONGEST => last.end = range.end,
            _ => pieces.push(range.clone()),
        }
    }
    let ends: Vec<usize> = pieces.iter().skip(1).map(|next| next.start).chain([until]).collect();
    let mut before = 0;
    for (piece, next) in pieces.iter_mut().zip(ends) {
        // Half of a short silence belongs to either side.
        let after = piece.end + MARGIN.min(next.saturating_sub(piece.end) / 2).max(if next == until { MARGIN } else { 0 });
        piece.start = piece.start.saturating_sub(MARGIN).max(before);
        piece.end = after.min(until.max(piece.end));
        before = piece.end;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times in tenths of a second.
    fn check(speech: &[(usize, usize)], length: usize, at_end: bool, pieces: &[(usize, usize)], until: usize) {
        let tenths = |ranges: &[(usize, usize)]| ranges.iter().map(|(start, end)| start * 1600..end * 1600).collect::<Vec<_>>();
        let plan = plan(&tenths(speech), length * 1600, at_end);
        assert_eq!((plan.pieces, plan.until), (tenths(pieces), until * 1600), "{speech:?} in {length}");
    }

    #[test]
    fn silence_is_not_listened_to() {
        check(&[], 600, true, &[], 600);
        check(&[], 600, false, &[], 600);
        check(&[], 0, true, &[], 0);
        check(&[(100, 150)], 600, true, &[(98, 152)], 600);
        check(&[(0, 50)], 50, true, &[(0, 50)], 50);
        check(&[(10, 50), (100, 150)], 600, true, &[(8, 52), (98, 152)], 600);
    }

    #[test]
    fn speech_close_together_is_one_piece_of_thirty_seconds_at_most() {
        check(&[(10, 50), (60, 90)], 600, true, &[(8, 92)], 600);
        check(&[(0, 100), (102, 200), (202, 320)], 600, true, &[(0, 201), (201, 322)], 600);
        check(&[(0, 700)], 700, true, &[(0, 296), (296, 592), (592, 700)], 700);
    }

    #[test]
    fn speech_ends_before_its_piece_does() {
        let check = |piece: Range<usize>, expected: usize| assert_eq!(end(&[10..50, 60..90, 200..300], &piece), expected, "{piece:?}");
        check(8..92, 90);
        check(8..52, 50);
        check(55..80, 80);
        check(190..302, 300);
        check(0..5, 5);
    }

    #[test]
    fn speech_that_may_go_on_is_left_for_the_next_time() {
        check(&[(10, 50), (550, 600)], 600, false, &[(8, 52)], 548);
        check(&[(10, 50), (550, 596)], 600, false, &[(8, 52)], 548);
        check(&[(10, 50), (550, 580)], 600, false, &[(8, 52), (548, 582)], 600);
        check(&[(10, 50), (550, 600)], 600, true, &[(8, 52), (548, 600)], 600);
        // With nothing before it there is no silence to stop at.
        check(&[(0, 200)], 200, false, &[(0, 200)], 200);
    }

    #[test]
    fn whatever_the_model_says_the_plan_goes_on_in_order() {
        let cases: &[&[(usize, usize)]] = &[&[(5, 3)], &[(0, 1)], &[(10, 20), (15, 30)], &[(0, 999_999_999)], &[(900, 2000), (100, 200)]];
        for case in cases {
            let speech: Vec<_> = case.iter().map(|(start, end)| *start..*end).collect();
            let plan = plan(&speech, 1000, false);
            assert!(plan.until > 0 && plan.until <= 1000, "{plan:?}");
            assert!(plan.pieces.iter().all(|piece| piece.start < piece.end && piece.end <= 1000 && piece.len() <= LONGEST), "{plan:?}");
            assert!(plan.pieces.is_sorted_by(|a, b| a.end <= b.start), "{plan:?}");
        }
    }
}
