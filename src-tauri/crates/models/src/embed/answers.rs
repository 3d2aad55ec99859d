//! The role `embed`: loads a model once, answers with vectors, and opens second channels for those who must not wait.
//!
//! A second channel is answered by a thread of its own until its other end is closed. It loads nothing.

use super::{Embedding, Vectors};
use crate::caught;
use crate::channel::Channel;
use crate::confine::Confined;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::thread;
use winnow_contract::Words;
use winnow_contract::worker::{Answer, ModelFiles, Work};

/// An answer with its blob.
type Reply = (Answer, Vec<u8>);

/// The model of this process, once it is loaded.
#[derive(Default)]
pub struct Texts {
    loaded: Option<Arc<Embedding>>,
}

impl Texts {
    /// What the role says when it is asked its version.
    pub const CARD: &str = "embed 1";

    /// Answers one request. `file` is the other end of a second channel, for `Attach`.
    pub fn answer(&mut self, work: Work, file: Option<File>, confined: &mut Confined) -> Reply {
        match (work, self.loaded.clone()) {
            (Work::Load(models), None) => plain(self.load(&models, confined)),
            (Work::Embed { texts }, Some(model)) => vectors(|| model.embed(&texts)),
            (Work::Attach, Some(model)) => plain(attached(&model, file)),
            (Work::Load(_), Some(_)) => plain(refused("a model is loaded already")),
            (Work::Embed { .. } | Work::Attach, None) => plain(refused("no model is loaded")),
            (Work::Hello | Work::Decode(_) | Work::Page(_) | Work::Expand(_) | Work::Ocr(_) | Work::Sound(_) | Work::Hear(_), _) => {
                plain(refused("a request for another role"))
            }
        }
    }

    fn load(&mut self, models: &ModelFiles, confined: &mut Confined) -> Answer {
        match caught::catch(|| Embedding::load(models, || confined.close_files())) {
            Ok(Ok((model, loaded))) => {
                self.loaded = Some(Arc::new(model));
                Answer::Loaded(loaded)
            }
            Ok(Err(reason)) => Answer::Refused { reason },
            Err(place) => Answer::Refused { reason: super::unusable(place) },
        }
    }
}

fn attached(model: &Arc<Embedding>, file: Option<File>) -> Answer {
    let Some(file) = file else { return refused("the request came without its channel") };
    let (model, channel) = (Arc::clone(model), Channel::over(file));
    let serve = move || {
        // A channel that breaks is the end of it; whoever holds the other end sees that.
        let _ = serve(&model, channel);
    };
    match thread::Builder::new().name("aside".to_owned()).spawn(serve) {
        Ok(_) => Answer::Attached,
        Err(error) => refused(&error.to_string()),
    }
}

fn serve(model: &Embedding, mut channel: Channel) -> io::Result<()> {
    while let Some(request) = channel.receive()? {
        let (answer, blob) = match request.work {
            Work::Embed { texts } => vectors(|| model.embed_now(&texts)),
            Work::Hello
            | Work::Load(_)
            | Work::Attach
            | Work::Decode(_)
            | Work::Page(_)
            | Work::Expand(_)
            | Work::Ocr(_)
            | Work::Sound(_)
            | Work::Hear(_) => plain(refused("a request for the first channel")),
        };
        channel.send(&answer, &blob)?;
    }
    Ok(())
}

fn vectors(make: impl FnOnce() -> Result<Vectors, Words>) -> Reply {
    match caught::catch(make) {
        Ok(Ok(vectors)) => {
            let (count, dimensions) = (vectors.len() as u32, vectors.first().map_or(0, Vec::len) as u32);
            (Answer::Embedded { count, dimensions }, vectors.iter().flatten().flat_map(|value| value.to_le_bytes()).collect())
        }
        Ok(Err(reason)) => plain(Answer::Refused { reason }),
        Err(place) => plain(refused(&format!("the model gave up at {place}"))),
    }
}

fn plain(answer: Answer) -> Reply {
    (answer, Vec::new())
}

fn refused(why: &str) -> Answer {
    Answer::Refused { reason: Words::new("internal").with("why", why) }
}
