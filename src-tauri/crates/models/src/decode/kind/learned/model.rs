//! Magika's model on ONNX Runtime: which format a content has, by its first and last bytes.
//!
//! Files and library are loaded before the process gives up its rights; the library is started only when something is
//! doubtful, for most processes never need it. Without one of them, or when it fails, nothing is told.

use super::Told;
use super::ends::Ends;
use super::labels::{self, Label};
use crate::caught;
use crate::decode::sample::Sample;
use crate::embed::runtime;
use ort::environment::{Environment, EnvironmentBuilder};
use ort::ep::CPU;
use ort::inputs;
use ort::session::Session;
use ort::value::TensorRef;
use std::cell::RefCell;
use winnow_contract::worker::{KIND_MODEL, ModelFiles};

/// The model, or its absence.
#[derive(Default)]
pub struct Model {
    /// Its card.
    card: String,
    state: RefCell<State>,
}

#[derive(Default)]
enum State {
    #[default]
    Absent,
    /// Everything is loaded and nothing started.
    Waiting(Box<Parts>),
    Ready(Box<Oracle>),
}

/// What was loaded.
struct Parts {
    library: EnvironmentBuilder,
    model: Vec<u8>,
    config: Vec<u8>,
    formats: Vec<u8>,
}

/// The model at work.
struct Oracle {
    session: Session,
    ends: Ends,
    labels: Vec<Label>,
}

impl Model {
    /// Loads what the parent names.
    pub fn load() -> Self {
        let named = std::env::var(KIND_MODEL).ok().and_then(|text| serde_json::from_str::<ModelFiles>(&text).ok());
        let Some(files) = named else { return Self::default() };
        let state = Parts::load(&files).map_or(State::Absent, |parts| State::Waiting(Box::new(parts)));
        Self { card: files.card, state: RefCell::new(state) }
    }

    /// Its card, with version.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// What it says of a content; none when it is not sure, or not there. It is not asked again once it has failed.
    pub fn tell(&self, sample: &Sample) -> Option<Told> {
        let mut state = self.state.borrow_mut();
        match caught::catch(|| state.tell(sample)) {
            Ok(Ok(told)) => told,
            Ok(Err(_)) | Err(_) => {
                *state = State::Absent;
                None
            }
        }
    }
}

impl State {
    fn tell(&mut self, sample: &Sample) -> Result<Option<Told>, String> {
        *self = match std::mem::take(self) {
            Self::Waiting(parts) => Self::Ready(Box::new(parts.start()?)),
            Self::Ready(oracle) => Self::Ready(oracle),
            Self::Absent => Self::Absent,
        };
        match self {
            Self::Ready(oracle) => oracle.tell(sample),
            Self::Absent | Self::Waiting(_) => Ok(None),
        }
    }
}

impl Parts {
    fn load(files: &ModelFiles) -> Option<Self> {
        let path = |role: &str| files.files.iter().find(|(name, _)| name == role).map(|(_, path)| path.as_str());
        let read = |role: &str| fs_err::read(path(role)?).ok();
        let (model, config, formats) = (read("model")?, read("config")?, read("formats")?);
        Some(Self { library: runtime::library(path("runtime")?).ok()?, model, config, formats })
    }

    /// One thread, and no memory kept between calls: it is asked now and then.
    fn start(self) -> Result<Oracle, String> {
        let ends: Ends = serde_json::from_slice(&self.config).map_err(|error| error.to_string())?;
        if !ends.are_all() {
            return Err("it looks at other bytes".to_owned());
        }
        let labels = labels::all(&self.config, &self.formats)?;
        let environment = runtime::environment(self.library).map_err(|words| words.sentence())?;
        let session = session(&environment, &self.model).map_err(|error| error.to_string())?;
        Ok(Oracle { session, ends, labels })
    }
}

fn session(environment: &Environment, model: &[u8]) -> ort::Result<Session> {
    let builder = Session::builder(environment)?.with_intra_threads(1)?.with_intra_op_spinning(false)?.with_memory_pattern(false)?;
    let on_cpu = [CPU::default().with_arena_allocator(false).build()];
    builder.with_execution_providers(on_cpu)?.commit_from_memory(model)
}

impl Oracle {
    fn tell(&mut self, sample: &Sample) -> Result<Option<Told>, String> {
        let Some(numbers) = self.ends.numbers(&sample.head, &sample.tail) else { return Ok(None) };
        let (at, score) = self.best(&numbers).map_err(|error| error.to_string())?;
        let label = self.labels.get(at).ok_or("it knows more words than its list")?;
        let believed = label.kind.filter(|_| score >= label.threshold);
        Ok(believed.map(|kind| Told { label: label.name, kind, is_text: label.is_text, score }))
    }

    /// The likeliest word by its place, and its score.
    fn best(&mut self, numbers: &[i32]) -> ort::Result<(usize, f32)> {
        let input = TensorRef::from_array_view(([1, self.ends.count()], numbers))?;
        let outputs = self.session.run(inputs!["bytes" => input])?;
        let scores = outputs.get("target_label").map(|output| output.try_extract_tensor::<f32>()).transpose()?;
        let scores = scores.map_or(&[][..], |(_, scores)| scores);
        Ok(scores.iter().copied().enumerate().max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((usize::MAX, 0.0)))
    }
}
