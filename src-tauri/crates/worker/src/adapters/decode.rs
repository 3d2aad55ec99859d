//! Files and recordings through the decoder.
//!
//! What a file means is not looked at here; only whether the answer fits together.

use super::{card, declined};
use crate::pool::{Load, Pool};
use crate::protocol::Reply;
use std::fs::File;
use std::io;
use std::path::Path;
use winnow_contract::worker::{Answer, DecodeRequest, Decoded, Role, SoundRequest, Sounded, WAVEFORM_RATE, Work};
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedFile, DecodedSound, StageError};

/// Decodes files in child processes.
pub struct DecodeWorkers {
    pool: Pool,
    card: String,
}

impl DecodeWorkers {
    /// Starts one worker and asks its version.
    pub(crate) fn start(program: &Path, width: usize) -> io::Result<Self> {
        let pool = Pool::new(program, Role::Decode, width);
        let card = card(&pool).map_err(|error| io::Error::other(format!("winnow-worker does not answer: {error:?}")))?;
        Ok(Self { pool, card })
    }

    /// Process ids of the workers that run now: those at work, then those that wait.
    pub fn pids(&self) -> Vec<u32> {
        self.pool.pids()
    }
}

impl Decode for DecodeWorkers {
    fn card(&self) -> &str {
        &self.card
    }

    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError> {
        let load = Load { work: Work::Decode(request.clone()), blob: &[], files: &[&file], opening: None };
        self.pool.call(&load, limits, cancel, decoded)
    }

    fn sound(
        &self,
        request: &SoundRequest,
        file: File,
        into: File,
        limits: CallLimits,
        cancel: &Cancel,
    ) -> Result<DecodedSound, StageError> {
        let load = Load { work: Work::Sound(request.clone()), blob: &[], files: &[&file, &into], opening: None };
        self.pool.call(&load, limits, cancel, sounded)
    }
}

fn decoded((answer, blob): Reply) -> Option<Result<DecodedFile, StageError>> {
    match answer {
        Answer::Decoded(head) => fits(&head, &blob).then_some(Ok(DecodedFile { head, blob })),
        other => declined(other),
    }
}

fn sounded((answer, waveform): Reply) -> Option<Result<DecodedSound, StageError>> {
    match answer {
        Answer::Sounded(head) => lasts(&head, &waveform).then_some(Ok(DecodedSound { head, waveform })),
        other => declined(other),
    }
}

/// The announced renditions are exactly the blob.
fn fits(head: &Decoded, blob: &[u8]) -> bool {
    let announced: u64 = head.renditions.iter().map(|rendition| u64::from(rendition.bytes)).sum();
    let has_size = head.renditions.iter().all(|rendition| rendition.width > 0 && rendition.height > 0);
    announced == blob.len() as u64 && has_size
}

/// The waveform is as long as the recording.
fn lasts(head: &Sounded, waveform: &[u8]) -> bool {
    let expected = head.seconds * f64::from(WAVEFORM_RATE);
    head.seconds.is_finite() && head.seconds > 0.0 && (waveform.len() as f64 - expected).abs() <= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::Words;

    #[test]
    fn a_refusal_is_the_files_fault() {
        let refused = || (Answer::Refused { reason: Words::new("damaged") }, Vec::new());
        assert_eq!(decoded(refused()), Some(Err(StageError::Broken(Words::new("damaged")))));
        assert_eq!(sounded(refused()), Some(Err(StageError::Broken(Words::new("damaged")))));
    }

    #[test]
    fn a_waveform_is_as_long_as_its_recording() {
        let check = |seconds: f64, waveform: usize, expected: bool| {
            let head = Sounded { seconds, properties: Vec::new(), notes: Vec::new(), partial: false };
            assert_eq!(lasts(&head, &vec![0; waveform]), expected, "{seconds} s, {waveform} bytes");
        };
        check(1.0, 20, true);
        check(1.02, 21, true);
        check(0.0001, 1, true);
        check(1.0, 2000, false);
        check(0.0, 0, false);
        check(f64::NAN, 0, false);
        check(f64::INFINITY, 0, false);
        check(-1.0, 0, false);
    }
}
