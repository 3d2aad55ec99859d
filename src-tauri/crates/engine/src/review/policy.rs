//! The policy: pure rules that say what is accepted, what a person is asked, and in which order.
//!
//! Knows no database and no clock. Its version is part of every item and of every automatic decision.

use crate::outcome::NewFinding;
use crate::settings::{Automatic, Settings};
use serde::Serialize;
use winnow_contract::Words;
use winnow_contract::asset::Span;
use winnow_contract::id::{AssetId, ReviewItemId};
use winnow_contract::review::ItemKind;

/// Raised whenever a rule changes.
pub const VERSION: &str = "policy 1";

/// A question for a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewItem {
    pub id: ReviewItemId,
    pub asset: AssetId,
    pub question: &'static str,
    pub kind: ItemKind,
    /// What it is about within its question; the same topic is asked once per asset.
    pub topic: String,
    pub reason: Words,
    /// Severity × doubt, 0..1.
    pub priority: f32,
    pub blocks: bool,
    /// Whether a person is asked, or the policy answers.
    pub route: Route,
}

/// What happens to a proposal of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Route {
    Accept,
    Review,
}

/// A model's proposal as far as acceptance is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// 0..1; a probability only when calibrated.
    pub score: f32,
    pub calibrated: bool,
    /// The proposal itself, or any open finding of its asset, blocks automatic acceptance.
    pub blocked: bool,
}

/// Acceptance without a person: only when switched on, never when blocked, and only if a measured probability keeps the
/// promised error.
pub fn route(proposal: Proposal, automatic: Automatic, promised_error: f32) -> Route {
    let earned = proposal.calibrated && 1.0 - proposal.score <= promised_error;
    match automatic {
        Automatic::Calibrated if earned && !proposal.blocked => Route::Accept,
        Automatic::Calibrated | Automatic::Off => Route::Review,
    }
}

/// How much there is to gain from asking: severity × doubt. Doubt is highest at a score of one half, but a certain finding
/// still has to be decided, so it keeps half: a sure card number comes before an unsure telephone number.
pub fn priority(severity: f32, score: f32) -> f32 {
    let doubt = 1.0 - (2.0 * score - 1.0).abs();
    (severity * (0.5 + 0.5 * doubt)).clamp(0.0, 1.0)
}

/// A finding that asks on its own: one topic per distinct value.
pub fn value_topic(value_hash: &[u8; 32]) -> String {
    format!("value:{}", blake3::Hash::from(*value_hash).to_hex())
}

/// Findings that ask together: one topic per distinct set of values.
pub fn group_topic(value_hashes: &[[u8; 32]]) -> String {
    let mut sorted = value_hashes.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut hasher = blake3::Hasher::new();
    for hash in &sorted {
        hasher.update(hash);
    }
    format!("group:{}", hasher.finalize().to_hex())
}

/// The items that the findings of one asset ask: one per distinct value, one for the whole group of contact details.
/// Findings must carry their topics. A recogniser's score is a similarity, not a measured probability, so none is accepted
/// without a person until a question has earned it.
pub fn items(asset: &AssetId, findings: &[NewFinding], rules: &Settings, mut id: impl FnMut() -> String) -> Vec<NewItem> {
    let blocked = findings.iter().any(|finding| finding.blocks);
    let mut items: Vec<NewItem> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.ask) {
        let Some(topic) = &finding.topic else { continue };
        let priority = priority(finding.severity, finding.score);
        match items.iter_mut().find(|item| item.topic == *topic) {
            Some(item) => {
                item.priority = item.priority.max(priority);
                item.blocks |= finding.blocks;
            }
            None => {
                let proposal = Proposal { score: finding.score, calibrated: false, blocked };
                let route = route(proposal, rules.policy.automatic, rules.policy.promised_error);
                items.push(NewItem { priority, route, ..item(asset, finding, topic, id()) });
            }
        }
    }
    for item in items.iter_mut().filter(|item| item.topic.starts_with("group:")) {
        let values = distinct(findings.iter().filter(|finding| finding.topic.as_ref() == Some(&item.topic)));
        item.reason = Words::new("contact_details").with("count", values);
    }
    items
}

fn item(asset: &AssetId, finding: &NewFinding, topic: &str, id: String) -> NewItem {
    NewItem {
        id: id.into(),
        asset: asset.clone(),
        question: "sensitive",
        kind: ItemKind::Finding,
        topic: topic.to_owned(),
        reason: Words::new("sensitive_value").with("entity", &finding.entity),
        priority: 0.0,
        blocks: finding.blocks,
        route: Route::Review,
    }
}

fn distinct<'a>(findings: impl Iterator<Item = &'a NewFinding>) -> usize {
    let mut hashes: Vec<_> = findings.map(|finding| finding.value_hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len()
}

/// A word long enough to be a word, and how surely it was read.
pub fn is_word(text: &str) -> bool {
    text.chars().filter(|character| character.is_alphanumeric()).count() >= 2
}

/// A page is doubtful when it has enough words and most of them are below the threshold. Specks on a photograph are not
/// words, so they do not count.
pub fn doubtful_reading(asset: &AssetId, text: &str, words: &[Span], settings: &Settings, id: impl FnOnce() -> String) -> Option<NewItem> {
    let threshold = settings.ocr.doubt_below;
    let confidences = word_confidences(text, words);
    let doubtful = confidences.iter().filter(|confidence| **confidence < threshold).count();
    let enough = confidences.len() >= settings.ocr.doubt_min_words as usize;
    let mostly = doubtful * 2 > confidences.len();
    (enough && mostly).then(|| NewItem {
        id: id().into(),
        asset: asset.clone(),
        question: "reading",
        kind: ItemKind::Extraction,
        topic: "page:1".to_owned(),
        reason: Words::new("doubtful_reading")
            .with("doubtful", doubtful)
            .with("words", confidences.len())
            .with("threshold", (threshold * 100.0).round()),
        priority: priority(0.5, 1.0 - doubtful as f32 / confidences.len() as f32),
        blocks: false,
        route: Route::Review,
    })
}

fn word_confidences(text: &str, words: &[Span]) -> Vec<f32> {
    let characters: Vec<char> = text.chars().collect();
    let of = |span: &Span| characters.get(span.start as usize..span.end as usize).map(|slice| slice.iter().collect::<String>());
    words.iter().filter(|span| of(span).is_some_and(|word| is_word(&word))).filter_map(|span| span.confidence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::id::{ExtractionId, FindingId};

    #[test]
    fn nothing_is_accepted_without_a_person_unless_it_was_earned() {
        let check = |score, calibrated, blocked, automatic, expected| {
            assert_eq!(
                route(Proposal { score, calibrated, blocked }, automatic, 0.01),
                expected,
                "{score} {calibrated} {blocked} {automatic:?}"
            );
        };
        check(1.0, true, false, Automatic::Off, Route::Review);
        check(0.995, true, false, Automatic::Calibrated, Route::Accept);
        check(0.98, true, false, Automatic::Calibrated, Route::Review);
        check(1.0, false, false, Automatic::Calibrated, Route::Review);
        check(1.0, true, true, Automatic::Calibrated, Route::Review);
    }

    #[test]
    fn the_shipped_policy_accepts_nothing() {
        assert_eq!(Settings::shipped().policy.automatic, Automatic::Off);
    }

    #[test]
    fn severe_and_doubtful_comes_first() {
        assert!(priority(1.0, 0.5) > priority(1.0, 0.9));
        assert!(priority(1.0, 0.9) > priority(0.3, 0.9));
        assert!(priority(1.0, 1.0) > 0.0);
    }

    fn finding(entity: &str, value: u8, topic: &str, blocks: bool) -> NewFinding {
        NewFinding {
            id: FindingId::from(""),
            extraction: ExtractionId::from(""),
            entity: entity.into(),
            start: 0,
            end: 1,
            page: None,
            boxes: Vec::new(),
            score: 0.9,
            recogniser: String::new(),
            value_hash: [value; 32],
            severity: 0.9,
            ask: true,
            blocks,
            topic: Some(topic.into()),
        }
    }

    #[test]
    fn one_item_per_value_and_one_per_group() {
        let findings = [
            finding("CREDIT_CARD", 1, "value:1", true),
            finding("CREDIT_CARD", 1, "value:1", true),
            finding("EMAIL_ADDRESS", 2, "group:a", false),
            finding("PHONE_NUMBER", 3, "group:a", false),
            finding("PHONE_NUMBER", 3, "group:a", false),
        ];
        let mut count = 0;
        let items = items(&AssetId::from("a"), &findings, &Settings::shipped(), || {
            count += 1;
            count.to_string()
        });
        let seen: Vec<_> = items.iter().map(|item| (item.topic.as_str(), item.blocks, item.reason.sentence())).collect();
        let card = ("value:1", true, "This looks like sensitive data: card number.".to_owned());
        assert_eq!(seen, [card, ("group:a", false, "2 contact details were found.".to_owned())]);
    }

    #[test]
    fn a_page_is_doubtful_when_most_of_its_words_are() {
        let check = |confidences: &[f32], expected: bool| {
            let text = vec!["word"; confidences.len()].join(" ");
            let spans: Vec<_> = (0u32..).zip(confidences).map(|(at, confidence)| span(at * 5, at * 5 + 4, *confidence)).collect();
            let item = doubtful_reading(&AssetId::from("a"), &text, &spans, &Settings::shipped(), || "i".into());
            assert_eq!(item.is_some(), expected, "{confidences:?}");
        };
        check(&[], false);
        check(&[0.2; 5], false);
        check(&[0.2; 20], true);
        check(&[0.9; 20], false);
        check(&[[0.2; 5], [0.9; 5]].concat(), false);
        check(&[[0.2; 6], [0.9; 6]].concat().into_iter().chain([0.1]).collect::<Vec<_>>(), true);
    }

    #[test]
    fn specks_are_not_words() {
        let text = "| . ~ - | . ~ - | . ~ -";
        let spans: Vec<_> = (0..12).map(|at| span(at * 2, at * 2 + 1, 0.1)).collect();
        assert!(doubtful_reading(&AssetId::from("a"), text, &spans, &Settings::shipped(), || "i".into()).is_none());
    }

    fn span(start: u32, end: u32, confidence: f32) -> Span {
        Span { start, end, page: Some(1), rect: Some([0, 0, 1, 1]), t0: None, t1: None, confidence: Some(confidence) }
    }
}
