//! Stage `label`: what an asset is, by the similarity of its text to the descriptions of the answers.
//!
//! A similarity is a match, no probability: it proposes, orders and asks, and decides nothing.

use super::taxonomy::Known;
use crate::breaks::Point;
use crate::catalog::labels::{self, Passage};
use crate::catalog::vectors;
use crate::jobs::{Context, Job};
use crate::outcome::{Again, NewJob, NewSuggestion, Outcome, Subject, Write};
use crate::ports::StageError;
use crate::review::policy;
use crate::search::meaning;
use winnow_contract::id::{AssetId, SuggestionId};
use winnow_contract::job::JobKind;

/// Answers that are proposed at most.
const PROPOSED: usize = 5;

/// The job that compares an asset with the answers; the hash is of its text. None without a model, or when it is switched
/// off.
pub fn job(asset: &AssetId, text_hash: &[u8; 32], context: &Context<'_>) -> Option<NewJob> {
    let space = context.ports.embedder.space().filter(|_| context.settings.labels.enabled)?;
    let fingerprint = fingerprint(&blake3::Hash::from(*text_hash).to_hex(), &space.card, &context.taxonomies.known());
    Some(keyed(asset, fingerprint))
}

fn fingerprint(text: &str, card: &str, known: &Known) -> String {
    format!("{text}/{card}/{}", known.version)
}

fn keyed(asset: &AssetId, fingerprint: String) -> NewJob {
    // A text or a taxonomy may come back that was compared before, after another.
    NewJob { kind: JobKind::Label, subject: Subject::Row(asset.to_string()), fingerprint, params: None, again: Again::Always }
}

/// The job that compares an asset again when its last comparison, by its key, was with other answers.
pub fn again(asset: &AssetId, last: &str, known: &Known) -> Option<NewJob> {
    let (rest, version) = last.rsplit_once('/')?;
    (version != known.version).then(|| keyed(asset, format!("{rest}/{}", known.version)))
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(space) = context.ports.embedder.space() else { return Ok(Outcome::default()) };
    let passages = context.read(|catalog| labels::passages(catalog, &space.card, &asset))?;
    let known = context.taxonomies.known();
    let answers = match context.taxonomies.vectors(&known, &space.card, context) {
        // The model went meanwhile; when one comes again, every asset is embedded and compared.
        Err(StageError::Missing(_)) => return Ok(Outcome::default()),
        answers => answers?,
    };
    let suggestions = propose(&passages, &known.names(), &answers, &space.card, || context.id());
    let matches: Vec<_> = suggestions.iter().map(|one| (one.answer.clone(), one.score)).collect();
    let item = policy::unsure_label(&asset, &matches, &context.settings.labels, || context.id());
    context.reach(Point::LabelDone)?;
    let writes = vec![Write::Suggestions { asset, suggestions, item }];
    Ok(Outcome { card: space.card, writes, ..Outcome::default() })
}

/// The answers most like the whole, the likeliest first, each with the passage most like it.
fn propose(passages: &[Passage], names: &[String], answers: &[Vec<f32>], card: &str, mut id: impl FnMut() -> String) -> Vec<NewSuggestion> {
    let Some(whole) = meaning::mean(passages.iter().map(|passage| (passage.characters, passage.vector.as_slice()))) else {
        return Vec::new();
    };
    let mut ranked: Vec<_> = names.iter().zip(answers).map(|(name, answer)| (name, answer, vectors::dot(&whole, answer))).collect();
    ranked.sort_by(|one, other| other.2.total_cmp(&one.2));
    ranked.truncate(PROPOSED);
    let nearest = |answer: &[f32]| {
        let near = |one: &&Passage, other: &&Passage| vectors::dot(&one.vector, answer).total_cmp(&vectors::dot(&other.vector, answer));
        passages.iter().max_by(near).map(|passage| passage.chunk.clone())
    };
    let suggestion = |(name, answer, score): (&String, &Vec<f32>, f32)| {
        let (answer, evidence) = (name.clone(), nearest(answer)?);
        Some(NewSuggestion { id: SuggestionId(id()), answer, score: score.clamp(0.0, 1.0), evidence, card: card.to_owned() })
    };
    ranked.into_iter().filter_map(suggestion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::id::ChunkId;

    fn passage(chunk: &str, characters: u32, vector: [f32; 2]) -> Passage {
        Passage { chunk: ChunkId::from(chunk), characters, vector: vector.to_vec() }
    }

    #[test]
    fn the_likeliest_answers_with_the_passage_that_speaks_for_each() {
        let check = |passages: &[Passage], expected: &[(&str, &str)]| {
            let names: Vec<String> = ["east", "north", "west"].map(str::to_owned).to_vec();
            let answers = [vec![1.0, 0.0], vec![0.0, 1.0], vec![-1.0, 0.0]];
            let proposed = propose(passages, &names, &answers, "card", || "id".into());
            let seen: Vec<_> = proposed.iter().map(|one| (one.answer.as_str(), one.evidence.as_str())).collect();
            assert_eq!(seen, expected);
            assert!(proposed.iter().all(|one| (0.0..=1.0).contains(&one.score)));
        };
        check(&[], &[]);
        check(&[passage("a", 10, [1.0, 0.0])], &[("east", "a"), ("north", "a"), ("west", "a")]);
        check(&[passage("a", 10, [1.0, 0.0]), passage("b", 90, [0.0, 1.0])], &[("north", "b"), ("east", "a"), ("west", "b")]);
        check(&[passage("a", 0, [1.0, 0.0])], &[]);
        check(&[passage("a", 10, [1.0, 0.0]), passage("b", 10, [-1.0, 0.0])], &[]);
    }

    #[test]
    fn only_other_answers_are_a_reason_to_compare_again() {
        let known = Known { taxonomy: Default::default(), version: "v2".into(), problem: None };
        let check = |last: &str, expected: Option<&str>| {
            let job = again(&AssetId::from("a"), last, &known);
            assert_eq!(job.map(|job| job.fingerprint).as_deref(), expected, "{last}");
        };
        check("text/card 1/v1", Some("text/card 1/v2"));
        check("text/card 1/v2", None);
        check("odd", None);
    }
}
