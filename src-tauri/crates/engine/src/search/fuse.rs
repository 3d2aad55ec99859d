//! Brings lists of chunks, names and properties together by their ranks, and chunks together by their asset. Pure.
//!
//! Ranks and not scores are added, for a relevance and a cosine have no common measure.

use crate::catalog::near::Near;
use crate::catalog::words::Place;
use std::collections::{HashMap, HashSet};
use winnow_contract::id::AssetId;
use winnow_contract::search::HitWhy;

/// Constant of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009).
const FUSION: f32 = 60.0;

/// What was found each way, best first.
#[derive(Debug, Default)]
pub struct Lists {
    pub texts: Vec<Place>,
    pub names: Vec<AssetId>,
    /// By their properties.
    pub facts: Vec<AssetId>,
    /// By texts, names and properties together.
    pub beside: Vec<AssetId>,
    pub near: Vec<Near>,
    /// Nothing of what is near is clearly so.
    pub faint: bool,
}

/// An asset that answers.
#[derive(Debug, PartialEq)]
pub struct Match {
    pub asset: AssetId,
    pub score: f32,
    pub why: HitWhy,
    /// Its best chunk, and whether the words found it; none when only its name or a property answers.
    pub best: Option<(Place, bool)>,
    /// Its name answers.
    pub named: bool,
    /// A property answers.
    pub told: bool,
    /// Other chunks of it that answer.
    pub more: u32,
}

impl Match {
    /// Words beside its texts speak for it, at this rank.
    fn beside(&mut self, rank: usize) -> &mut Self {
        self.score += reciprocal(rank);
        self.why.lexical = greater(self.why.lexical, Some(share(rank)));
        self
    }
}

/// A chunk with what speaks for it.
struct Chunk {
    place: Place,
    score: f32,
    why: HitWhy,
}

/// The assets in both lists, best first.
pub fn fuse(lists: Lists) -> Vec<Match> {
    let mut chunks = Chunks::default();
    let ranks = ranks(lists.texts.iter().map(|place| &place.asset));
    for (place, rank) in lists.texts.into_iter().zip(ranks) {
        let chunk = chunks.of(place);
        chunk.score += reciprocal(rank);
        chunk.why.lexical = Some(share(rank));
    }
    let ranks = self::ranks(lists.near.iter().map(|(place, _)| &place.asset));
    for ((place, cosine), rank) in lists.near.into_iter().zip(ranks) {
        let chunk = chunks.of(place);
        chunk.score += reciprocal(rank);
        chunk.why.semantic = Some(cosine.clamp(0.0, 1.0));
        chunk.why.faint = lists.faint;
    }
    let mut found = by_asset(chunks.list);
    for (rank, asset) in lists.names.into_iter().enumerate() {
        found.of(asset).beside(rank).named = true;
    }
    for (rank, asset) in lists.facts.into_iter().enumerate() {
        found.of(asset).beside(rank).told = true;
    }
    // The others have places of their own.
    let unknown: Vec<AssetId> = lists.beside.into_iter().filter(|asset| !found.at.contains_key(asset)).collect();
    for (rank, asset) in unknown.into_iter().enumerate() {
        found.of(asset).beside(rank);
    }
    // Of two first ranks, the one that holds what was typed.
    let typed = |found: &Match| found.why.lexical.is_some();
    found.list.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| typed(other).cmp(&typed(one))));
    found.list
}

/// The rank of each chunk: how many other assets stand before it, so that a long text with many places pushes nobody back.
fn ranks<'a>(assets: impl Iterator<Item = &'a AssetId>) -> Vec<usize> {
    let mut seen = HashSet::new();
    let rank = |asset: &'a AssetId| {
        seen.insert(asset);
        seen.len() - 1
    };
    assets.map(rank).collect()
}

fn reciprocal(rank: usize) -> f32 {
    1.0 / (FUSION + rank as f32 + 1.0)
}

/// The same as a share of the first rank's.
fn share(rank: usize) -> f32 {
    reciprocal(rank) / reciprocal(0)
}

fn greater(one: Option<f32>, other: Option<f32>) -> Option<f32> {
    one.into_iter().chain(other).reduce(f32::max)
}

/// Chunks in the order they came, each once.
#[derive(Default)]
struct Chunks {
    list: Vec<Chunk>,
    at: HashMap<i64, usize>,
}

impl Chunks {
    fn of(&mut self, place: Place) -> &mut Chunk {
        let at = *self.at.entry(place.chunk).or_insert_with(|| {
            self.list.push(Chunk { place, score: 0.0, why: HitWhy::default() });
            self.list.len() - 1
        });
        &mut self.list[at]
    }
}

/// Assets in the order they came, each once.
#[derive(Default)]
struct Matches {
    list: Vec<Match>,
    at: HashMap<AssetId, usize>,
}

impl Matches {
    fn of(&mut self, asset: AssetId) -> &mut Match {
        let at = *self.at.entry(asset.clone()).or_insert_with(|| {
            self.list.push(Match { asset, score: 0.0, why: HitWhy::default(), best: None, named: false, told: false, more: 0 });
            self.list.len() - 1
        });
        &mut self.list[at]
    }
}

fn by_asset(chunks: Vec<Chunk>) -> Matches {
    let mut found = Matches::default();
    for chunk in chunks {
        let known = found.of(chunk.place.asset.clone());
        known.more += u32::from(known.best.is_some());
        known.why.lexical = greater(known.why.lexical, chunk.why.lexical);
        known.why.semantic = greater(known.why.semantic, chunk.why.semantic);
        known.why.faint |= chunk.why.faint;
        if chunk.score > known.score {
            known.score = chunk.score;
            known.best = Some((chunk.place, chunk.why.lexical.is_some()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(asset: &str, chunk: i64) -> Place {
        Place { chunk, asset: asset.into(), extraction: "e".into(), start: 0, end: 1, page: None, t0: None, t1: None }
    }

    fn shown(lists: Lists) -> Vec<String> {
        let part = |found: &Match| {
            let beside = || if found.named { "name" } else { "fact" }.to_owned();
            let best =
                found.best.as_ref().map_or_else(beside, |(place, words)| format!("{}{}", place.chunk, if *words { "w" } else { "m" }));
            format!("{} {best} +{}", found.asset, found.more)
        };
        fuse(lists).iter().map(part).collect()
    }

    #[test]
    fn ranks_are_added_by_chunk_and_shown_by_asset() {
        let assets = |named: &[&str]| named.iter().map(|asset| AssetId::from(*asset)).collect();
        let check = |texts: &[(&str, i64)], beside: [&[&str]; 2], near: &[(&str, i64)], expected: &[&str]| {
            let lists = Lists {
                texts: texts.iter().map(|(asset, chunk)| place(asset, *chunk)).collect(),
                names: assets(beside[0]),
                facts: assets(beside[1]),
                beside: Vec::new(),
                near: near.iter().map(|(asset, chunk)| (place(asset, *chunk), 0.5)).collect(),
                faint: false,
            };
            assert_eq!(shown(lists), expected);
        };
        check(&[], [&[], &[]], &[], &[]);
        check(&[("a", 1), ("b", 2)], [&[], &[]], &[], &["a 1w +0", "b 2w +0"]);
        check(&[("a", 1), ("b", 2)], [&[], &[]], &[("b", 2)], &["b 2w +0", "a 1w +0"]);
        check(&[("a", 1)], [&["c"], &[]], &[("b", 2)], &["a 1w +0", "c name +0", "b 2m +0"]);
        check(&[("a", 1)], [&[], &["c", "a"]], &[], &["a 1w +0", "c fact +0"]);
        check(&[], [&["a", "c"], &["c"]], &[], &["c name +0", "a name +0"]);
        check(&[("a", 1), ("a", 3), ("b", 2)], [&["b"], &[]], &[], &["b 2w +0", "a 1w +1"]);
        check(&[("a", 1), ("a", 3)], [&[], &[]], &[("a", 3)], &["a 3w +1"]);
        check(&[("a", 1), ("a", 3), ("a", 4), ("b", 2)], [&[], &[]], &[("b", 5)], &["a 1w +2", "b 5m +1"]);
    }

    #[test]
    fn each_part_says_its_own_score() {
        let near = vec![(place("a", 2), 1.2), (place("b", 3), -0.1)];
        let lists = Lists { texts: vec![place("a", 1)], names: vec!["a".into()], near, ..Lists::default() };
        let found = fuse(lists);
        assert_eq!((found[0].why.lexical, found[0].why.semantic), (Some(1.0), Some(1.0)));
        assert_eq!((found[1].why.lexical, found[1].why.semantic), (None, Some(0.0)));
    }

    #[test]
    fn many_places_in_one_text_push_nobody_back() {
        let assets: Vec<AssetId> = ["a", "a", "b", "a", "c"].map(AssetId::from).to_vec();
        assert_eq!(ranks(assets.iter()), [0, 0, 1, 1, 2]);
    }
}
