//! Texts to vectors of unit length, by fastembed on ONNX Runtime.
//!
//! Texts never wait for each other: every thread has a session of its own that works with one thread, and one more session
//! is for what a person typed. On the CPU a text is embedded alone, which is fastest there and leaves nothing that its
//! vector could depend on but the text. Vectors are neither kept nor compared here.

mod answers;
mod batches;
mod choice;
pub mod runtime;

pub use answers::Texts;

use crate::caught;
use crate::serve::BACKGROUND;
use batches::batches;
use choice::{Trial, choose, least_cosine};
use fastembed::{ExecutionProviderDispatch, InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};
use ort::environment::Environment;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;
use winnow_contract::Words;
use winnow_contract::worker::{Loaded, ModelFiles};

/// Texts embedded together on the CPU: measured on two cores, 1 is faster than 4 or 8 and needs the least memory.
const CPU_BATCH: usize = 1;
/// Texts embedded together on other devices, which are idle most of the time with fewer.
const DEVICE_BATCH: usize = 32;
/// Texts of a trial.
const SAMPLES: usize = 32;

/// A vector for each text, in the order of the texts.
pub type Vectors = Vec<Vec<f32>>;

/// A loaded model.
pub struct Embedding {
    /// For many texts: each has its own thread.
    bulk: Vec<Mutex<TextEmbedding>>,
    batch: usize,
    /// For a person who waits. Always on the CPU, which answers a single text at once.
    query: Mutex<TextEmbedding>,
}

/// The model's files, and what all its sessions share.
struct Source {
    environment: Environment,
    model: UserDefinedEmbeddingModel,
    max_tokens: usize,
}

impl Embedding {
    /// Loads a model, and tries the devices it may run on. `close` is called when every file was read, before the library
    /// starts anything; not when there is a device, whose driver reads files later.
    ///
    /// # Errors
    /// `runtime_unusable` or `model_unusable`, with why.
    pub fn load(models: &ModelFiles, close: impl FnOnce()) -> Result<(Self, Loaded), Words> {
        let source = Source::read(models, close)?;
        let threads = models.threads.max(1) as usize;
        let bulk = (0..threads).map(|_| source.on_cpu().map(Mutex::new)).collect::<Result<Vec<_>, _>>()?;
        let mut embedding = Self { bulk, batch: CPU_BATCH, query: Mutex::new(source.on_cpu()?) };
        let (expected, cpu_speed) = embedding.measured()?;
        let mut found = Vec::new();
        let mut trials = Vec::new();
        for name in models.providers.iter().filter(|name| *name != choice::CPU) {
            let (device, trial) = source.tried(name, &expected);
            found.push(device);
            trials.push((name.clone(), trial));
        }
        let (chosen, provider) = choose(cpu_speed, &trials);
        if let Some(device) = chosen.and_then(|at| found.swap_remove(at)) {
            embedding = Self { bulk: vec![Mutex::new(device)], batch: DEVICE_BATCH, ..embedding };
        }
        let dimensions = expected.first().map_or(0, Vec::len) as u32;
        Ok((embedding, Loaded { card: models.card.clone(), dimensions, provider: Some(provider) }))
    }

    /// Vectors of many texts, with all threads.
    ///
    /// # Errors
    /// `model_unusable` when the model cannot be run on them.
    pub fn embed(&self, texts: &[String]) -> Result<Vectors, Words> {
        let (batches, next) = (batches(texts, self.batch), AtomicUsize::new(0));
        let vectors = Mutex::new(vec![Vec::new(); texts.len()]);
        let work = |seat: &Mutex<TextEmbedding>| -> Result<(), Words> {
            // Behind a person's query, which is answered on another thread. A refusal loses only this courtesy.
            let _ = rustix::process::nice(BACKGROUND);
            let mut model = locked(seat);
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                let made = run(&mut model, &batch.iter().map(|at| texts[*at].as_str()).collect::<Vec<_>>())?;
                let mut vectors = locked(&vectors);
                batch.iter().zip(made).for_each(|(at, vector)| vectors[*at] = vector);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let threads: Vec<_> = self.bulk.iter().map(|seat| scope.spawn(|| caught::catch(|| work(seat)))).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(Ok(done)) => done,
                Ok(Err(place)) => Err(unusable(place)),
                Err(_) => Err(unusable("it gave up")),
            })
        })?;
        Ok(vectors.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Vectors of a few texts, at once, whatever else is being embedded.
    ///
    /// # Errors
    /// As `embed`.
    pub fn embed_now(&self, texts: &[String]) -> Result<Vectors, Words> {
        let mut model = locked(&self.query);
        texts.iter().map(|text| Ok(run(&mut model, &[text.as_str()])?.remove(0))).collect()
    }

    /// The samples' vectors, and texts a second. The first round is for warming up.
    fn measured(&self) -> Result<(Vectors, f32), Words> {
        let samples = choice::samples(SAMPLES);
        let vectors = self.embed(&samples)?;
        let began = Instant::now();
        self.embed(&samples)?;
        Ok((vectors, speed(began)))
    }
}

impl Source {
    fn read(models: &ModelFiles, close: impl FnOnce()) -> Result<Self, Words> {
        let library = runtime::library(path(models, "runtime").ok_or_else(|| unusable("it comes without runtime"))?)?;
        let tokenizer_files = TokenizerFiles {
            tokenizer_file: read(models, "tokenizer")?,
            config_file: read(models, "config")?,
            special_tokens_map_file: read(models, "special_tokens_map")?,
            tokenizer_config_file: read(models, "tokenizer_config")?,
        };
        let model = UserDefinedEmbeddingModel::new(read(models, "model")?, tokenizer_files).with_pooling(Pooling::Mean);
        if models.providers.iter().all(|name| runtime::provider(name).is_none()) {
            close();
        }
        Ok(Self { environment: runtime::environment(library)?, model, max_tokens: models.max_tokens as usize })
    }

    fn on_cpu(&self) -> Result<TextEmbedding, Words> {
        self.session(Vec::new()).map_err(unusable)
    }

    /// A session that works with one thread of the CPU besides its device. Without a device it is the CPU's.
    fn session(&self, providers: Vec<ExecutionProviderDispatch>) -> Result<TextEmbedding, String> {
        let options = InitOptionsUserDefined::new()
            .with_environment(self.environment.clone())
            .with_execution_providers(providers)
            .with_max_length(self.max_tokens)
            .with_intra_threads(1);
        TextEmbedding::try_new_from_user_defined(self.model.clone(), options).map_err(|error| error.to_string())
    }

    /// A session on a device, if there is one, and how it did against the CPU's vectors.
    fn tried(&self, name: &str, expected: &[Vec<f32>]) -> (Option<TextEmbedding>, Trial) {
        let Some(provider) = runtime::provider(name) else { return (None, Trial::NotThere) };
        match caught::catch(|| self.ran(provider, expected)) {
            Ok(Ok((model, trial))) => (Some(model), trial),
            Ok(Err(why)) => (None, Trial::Failed(why)),
            Err(place) => (None, Trial::Failed(place)),
        }
    }

    fn ran(&self, provider: ExecutionProviderDispatch, expected: &[Vec<f32>]) -> Result<(TextEmbedding, Trial), String> {
        let mut model = self.session(vec![provider])?;
        let samples = choice::samples(SAMPLES);
        let texts: Vec<_> = samples.iter().map(String::as_str).collect();
        let vectors = run(&mut model, &texts).map_err(|words| words.sentence())?;
        let began = Instant::now();
        run(&mut model, &texts).map_err(|words| words.sentence())?;
        Ok((model, Trial::Ran { texts_per_second: speed(began), cosine: least_cosine(&vectors, expected) }))
    }
}

fn run(model: &mut TextEmbedding, texts: &[&str]) -> Result<Vectors, Words> {
    let vectors = model.embed(texts, Some(texts.len())).map_err(unusable)?;
    let sound = vectors.len() == texts.len() && vectors.iter().flatten().all(|value| value.is_finite());
    if sound { Ok(vectors) } else { Err(unusable("what it gives are no vectors")) }
}

fn speed(began: Instant) -> f32 {
    SAMPLES as f32 / began.elapsed().as_secs_f32().max(1e-6)
}

fn path<'a>(models: &'a ModelFiles, role: &str) -> Option<&'a str> {
    models.files.iter().find(|(name, _)| name == role).map(|(_, path)| path.as_str())
}

#[expect(clippy::disallowed_methods, reason = "the error says which file it was by its role")]
fn read(models: &ModelFiles, role: &str) -> Result<Vec<u8>, Words> {
    let path = path(models, role).ok_or_else(|| unusable(format!("it comes without {role}")))?;
    fs::read(path).map_err(|error| unusable(format!("{role}: {error}")))
}

/// Why a model cannot be used. Messages of native libraries are long; their first line is enough.
fn unusable(why: impl ToString) -> Words {
    let why = why.to_string();
    Words::new("model_unusable").with("why", first_line(&why))
}

fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    &line[..line.floor_char_boundary(200)]
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
