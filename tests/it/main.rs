//! Stories of the engine with fakes, asserted by the whole state as text.

mod audit;
mod ingest;
mod labels;
mod layers;
mod meaning;
mod recovery;
mod review;
mod search;
mod sound;
mod watch;
mod wire;
