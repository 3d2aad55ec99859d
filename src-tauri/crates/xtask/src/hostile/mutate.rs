//! Writes mutations of good files. The same number and seed make the same files.

use super::corpus;
use super::mutation::{Dice, mutation};
use crate::files;
use crate::shell::{Failure, Outcome};
use std::path::{Path, PathBuf};

/// Larger files are left out: their mutations would mostly strike pixels.
const LARGEST: u64 = 1 << 20;
/// Files in one folder.
const FOLDER: usize = 1_000;

/// Writes `count` mutations of the files below some folders.
pub fn write(from: &[&Path], into: &Path, count: usize, seed: u64) -> Outcome {
    corpus::empty(into)?;
    let good = good(from)?;
    if good.is_empty() {
        return Err(Failure::new("there is nothing to mutate."));
    }
    for number in 0..count {
        let mut dice = Dice::new(seed << 32 | number as u64);
        let (one, other) = (&good[dice.below(good.len())], &good[dice.below(good.len())]);
        let bytes = mutation(&fs_err::read(one)?, &fs_err::read(other)?, &mut dice);
        let folder = into.join(format!("{:03}", number / FOLDER));
        fs_err::create_dir_all(&folder)?;
        let name = one.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        fs_err::write(folder.join(format!("{number:06} {name}")), bytes)?;
    }
    Ok(())
}

fn good(from: &[&Path]) -> Outcome<Vec<PathBuf>> {
    let mut good = Vec::new();
    for folder in from {
        for name in files::list(folder)? {
            let path = folder.join(name);
            if (1..=LARGEST).contains(&fs_err::metadata(&path)?.len()) {
                good.push(path);
            }
        }
    }
    Ok(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_and_another_another() {
        let (one, other) = (vec![7u8; 3000], vec![9u8; 200]);
        let made = |seed: u64| mutation(&one, &other, &mut Dice::new(seed));
        assert_eq!(made(3), made(3));
        let distinct: std::collections::BTreeSet<_> = (0..50).map(made).collect();
        assert!(distinct.len() > 40);
    }

    #[test]
    fn nothing_is_too_small_to_be_mutated() {
        for seed in 0..500 {
            mutation(b"", b"", &mut Dice::new(seed));
            mutation(b"a", b"", &mut Dice::new(seed));
            mutation(b"", b"b", &mut Dice::new(seed));
        }
    }
}
