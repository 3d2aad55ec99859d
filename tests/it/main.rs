//! Stories of the engine with fakes, asserted by the whole state as text.

mod audit;
mod corrections;
mod films;
mod ingest;
mod kept;
mod labels;
mod language;
mod layers;
mod locked;
mod meaning;
mod members;
mod near;
mod pages;
mod progress;
mod recovery;
mod review;
mod search;
mod sound;
mod threads;
mod watch;
mod wire;
