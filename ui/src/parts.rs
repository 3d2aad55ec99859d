//! What several screens are drawn with.
//!
//! Asks the engine nothing.

pub mod bring;
pub mod chip;
pub mod drop_overlay;
pub mod icon;
pub mod key_map;
pub mod kind;
pub mod label;
pub mod marked;
pub mod miniature;
pub mod name;
pub mod notice;
pub mod page;
pub mod places;
pub mod player;
pub mod progress_line;
pub mod segments;
pub mod side_bar;
pub mod sieve;
pub mod size;
pub mod states;
pub mod top_bar;
pub mod trail;
pub mod transcript;
pub mod verdict;
pub mod watch;
pub mod window;
pub mod words;
