//! The policy: pure rules that say what is accepted, what a person is asked, and in which order.
//!
//! Knows no database and no clock. Its version is part of every item and of every automatic decision.

use crate::outcome::NewFinding;
use crate::settings::{Automatic, Labels, Settings};
use serde::Serialize;
use winnow_contract::Words;
use winnow_contract::asset::Span;
use winnow_contract::id::{AssetId, ReviewItemId};
use winnow_contract::review::ItemKind;

/// Raised whenever a rule changes.
pub const VERSION: &str = "policy 2";

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
pub fn doubtful_reading(
    asset: &AssetId,
    page: u32,
    text: &str,
    words: &[Span],
    settings: &Settings,
    id: impl FnOnce() -> String,
) -> Option<NewItem> {
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
        topic: page_topic(page),
        reason: Words::new("doubtful_reading")
            .with("doubtful", doubtful)
            .with("words", confidences.len())
            .with("threshold", (threshold * 100.0).round()),
        priority: priority(0.5, 1.0 - doubtful as f32 / confidences.len() as f32),
        blocks: false,
        route: Route::Review,
    })
}

/// The topic under which the reading of a page is asked about.
pub fn page_topic(page: u32) -> String {
    format!("page:{page}")
}

/// The page that a topic is about.
pub fn page_of(topic: &str) -> Option<u32> {
    topic.strip_prefix("page:")?.parse().ok()
}

/// A segment of speech and how surely its words were heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Seconds from the start of the recording.
    pub t0: f64,
    pub t1: f64,
    /// Mean of the words' confidences.
    pub confidence: f32,
    pub words: Vec<f32>,
}

/// A recording asks about this many stretches at most, the worst.
const STRETCHES: usize = 5;
/// Doubtful segments that are closer than this many seconds are asked about together …
const CLOSE: f64 = 5.0;
/// … as long as the stretch is not longer than this.
const LONGEST: f64 = 60.0;
/// A segment of fewer words is too short to be doubted.
const WORDS: usize = 3;

/// The stretches of a recording that were heard with the least confidence, the worst first. Those that overlap one a person
/// has decided (`decided` holds the reasons of such items) are not asked again.
pub fn doubtful_speech(asset: &AssetId, said: &[Said], decided: &[Words], threshold: f32, mut id: impl FnMut() -> String) -> Vec<NewItem> {
    let doubtful = said.iter().filter(|said| said.words.len() >= WORDS && said.confidence < threshold);
    let mut stretches = doubtful.fold(Vec::new(), merge);
    let known: Vec<(f64, f64)> = decided.iter().filter_map(stretch_of).collect();
    stretches.retain(|stretch| known.iter().all(|(t0, t1)| stretch.t1 <= *t0 || stretch.t0 >= *t1));
    stretches.sort_by(|one, other| one.confidence.total_cmp(&other.confidence));
    stretches.truncate(STRETCHES);
    stretches.iter().map(|stretch| doubtful_stretch(asset, stretch, threshold, id())).collect()
}

fn merge(mut stretches: Vec<Said>, said: &Said) -> Vec<Said> {
    match stretches.last_mut().filter(|last| said.t0 - last.t1 < CLOSE && said.t1 - last.t0 <= LONGEST) {
        Some(last) => {
            last.t1 = last.t1.max(said.t1);
            last.words.extend(&said.words);
            last.confidence = last.words.iter().sum::<f32>() / last.words.len() as f32;
        }
        None => stretches.push(said.clone()),
    }
    stretches
}

fn doubtful_stretch(asset: &AssetId, stretch: &Said, threshold: f32, id: String) -> NewItem {
    let doubtful = stretch.words.iter().filter(|confidence| **confidence < threshold).count();
    let reason = Words::new("doubtful_hearing")
        .with("doubtful", doubtful)
        .with("words", stretch.words.len())
        .with("threshold", (threshold * 100.0).round());
    NewItem {
        id: id.into(),
        asset: asset.clone(),
        question: "reading",
        kind: ItemKind::Extraction,
        topic: format!("time:{:.0}", stretch.t0 * 1000.0),
        reason: timed(reason, stretch.t0, stretch.t1),
        // The less was understood, the more there is to gain.
        priority: priority(0.5, 0.5 + 0.5 * stretch.confidence),
        blocks: false,
        route: Route::Review,
    }
}

/// Seconds of speech that are played to somebody who is asked in which language it is.
const SAMPLE: f64 = 30.0;

/// Somebody speaks a language that the model does not cover, from this second on.
pub fn language_not_covered(asset: &AssetId, language: &str, card: &str, at: f64, id: String) -> NewItem {
    let reason = Words::new("language_not_covered").with("language", language).with("card", card);
    NewItem {
        id: id.into(),
        asset: asset.clone(),
        question: "reading",
        kind: ItemKind::Extraction,
        topic: "language".to_owned(),
        reason: timed(reason, at, at + SAMPLE),
        priority: priority(0.5, 0.5),
        blocks: false,
        route: Route::Review,
    }
}

fn timed(reason: Words, t0: f64, t1: f64) -> Words {
    let minutes = format!("{}:{:02}", t0 as u64 / 60, t0 as u64 % 60);
    reason.with("at", minutes).with("t0", format!("{t0:.2}")).with("t1", format!("{t1:.2}"))
}

/// The seconds that a question about speech is about; none for other questions.
pub fn stretch_of(reason: &Words) -> Option<(f64, f64)> {
    let second = |key: &str| reason.params.get(key)?.parse::<f64>().ok();
    Some((second("t0")?, second("t1")?))
}

/// Question, and topic within it, of what an asset is.
pub const WHAT_IS_IT: &str = "what is it?";

/// Asks what an asset is when its best answer is hardly ahead of the second, or not similar enough. Matches are the answers
/// with their similarities, the best first.
pub fn unsure_label(asset: &AssetId, matches: &[(String, f32)], settings: &Labels, id: impl FnOnce() -> String) -> Option<NewItem> {
    let [(first, best), rest @ ..] = matches else { return None };
    let (second, next) = rest.first().map_or((None, 0.0), |(second, next)| (Some(second), *next));
    let margin = best - next;
    let unsure = margin < settings.margin || *best < settings.floor;
    let reason = match second {
        Some(second) => Words::new("unsure_label").with("first", first).with("second", second),
        None => Words::new("unsure_label_alone").with("first", first),
    };
    // Without a probability, being hardly ahead is the doubt.
    let certainty = 0.5 + 0.5 * (margin / settings.margin.max(f32::EPSILON)).clamp(0.0, 1.0);
    unsure.then(|| label_item(asset, reason, priority(0.3, certainty), id()))
}

/// A person says what an asset is without having been asked.
pub fn labelled_by_hand(asset: &AssetId, id: String) -> NewItem {
    label_item(asset, Words::new("labelled_by_hand"), 0.0, id)
}

/// Question, and topic within it, of whether an asset is the same thing as another.
pub const ALIKE: &str = "alike";

/// Asks whether an asset is the same thing as the oldest of those that it is nearly the same as. The likeness is 0 to 1. Which
/// the other is follows from the group when it is shown, and so is not kept here.
pub fn near_duplicate(asset: &AssetId, likeness: f32, id: String) -> NewItem {
    NewItem {
        id: id.into(),
        asset: asset.clone(),
        question: ALIKE,
        kind: ItemKind::Duplicate,
        topic: ALIKE.to_owned(),
        reason: Words::new("near_duplicate").with("percent", (likeness * 100.0).round()),
        priority: priority(0.25, likeness),
        blocks: false,
        route: Route::Review,
    }
}

fn label_item(asset: &AssetId, reason: Words, priority: f32, id: String) -> NewItem {
    NewItem {
        id: id.into(),
        asset: asset.clone(),
        question: WHAT_IS_IT,
        kind: ItemKind::Label,
        topic: WHAT_IS_IT.to_owned(),
        reason,
        priority,
        blocks: false,
        route: Route::Review,
    }
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
            let item = doubtful_reading(&AssetId::from("a"), 1, &text, &spans, &Settings::shipped(), || "i".into());
            assert_eq!(item.is_some(), expected, "{confidences:?}");
        };
        check(&[], false);
        check(&[0.2; 5], false);
        check(&[0.2; 20], true);
        check(&[0.9; 20], false);
        check(&[[0.2; 5], [0.9; 5]].concat(), false);
        check(&[[0.2; 6], [0.9; 6]].concat().into_iter().chain([0.1]).collect::<Vec<_>>(), true);
    }

    fn said(t0: f64, confidence: f32, words: usize) -> Said {
        Said { t0, t1: t0 + 2.0, confidence, words: vec![confidence; words] }
    }

    #[test]
    fn doubtful_speech_asks_about_the_worst_stretches_only() {
        let check = |said: &[Said], decided: &[Words], expected: &[&str]| {
            let items = doubtful_speech(&AssetId::from("a"), said, decided, 0.5, || "i".into());
            let topics: Vec<_> = items.iter().map(|item| item.topic.as_str()).collect();
            assert_eq!(topics, expected, "{said:?}");
        };
        check(&[], &[], &[]);
        check(&[said(1.5, 0.2, 5)], &[], &["time:1500"]);
        check(&[said(0.0, 0.5, 5), said(9.0, 0.2, 2)], &[], &[]);
        check(&[said(0.0, 0.3, 5), said(6.0, 0.2, 5), said(20.0, 0.1, 5)], &[], &["time:20000", "time:0"]);
        let many: Vec<_> = (0..200).map(|at| said(f64::from(at) * 10.0, 0.4 - f64::from(at) as f32 / 1000.0, 4)).collect();
        check(&many, &[], &["time:1990000", "time:1980000", "time:1970000", "time:1960000", "time:1950000"]);
        let flood: Vec<_> = (0..200).map(|at| said(f64::from(at) * 2.0, 0.3, 4)).collect();
        assert_eq!(doubtful_speech(&AssetId::from("a"), &flood, &[], 0.5, || "i".into()).len(), 5, "no stretch is longer than a minute");
        let known = timed(Words::new("doubtful_hearing"), 1.0, 3.0);
        check(&[said(2.0, 0.3, 5), said(30.0, 0.3, 5)], &[known, Words::new("doubtful_reading")], &["time:30000"]);
    }

    #[test]
    fn a_stretch_says_when_and_how_doubtful() {
        let items = doubtful_speech(&AssetId::from("a"), &[said(65.0, 0.25, 4)], &[], 0.5, || "i".into());
        assert_eq!(items[0].reason.sentence(), "At 1:05, 4 of 4 words were heard with less than 50 % confidence.");
        assert_eq!(stretch_of(&items[0].reason), Some((65.0, 67.0)));
    }

    #[test]
    fn a_label_is_asked_about_when_it_is_hardly_ahead_or_hardly_alike() {
        let labels = Labels { enabled: true, margin: 0.05, floor: 0.2 };
        let check = |matches: &[(&str, f32)], expected: Option<&str>| {
            let matches: Vec<_> = matches.iter().map(|(answer, score)| ((*answer).to_owned(), *score)).collect();
            let item = unsure_label(&AssetId::from("a"), &matches, &labels, || "i".into());
            assert_eq!(item.map(|item| item.reason.sentence()).as_deref(), expected, "{matches:?}");
        };
        check(&[], None);
        check(&[("letter", 0.5), ("report", 0.3)], None);
        check(&[("letter", 0.5), ("report", 0.48)], Some("This could be “letter” or “report”."));
        check(&[("letter", 0.15), ("report", 0.02)], Some("This could be “letter” or “report”."));
        check(&[("letter", 0.1)], Some("This could be “letter”, but is not much like it."));
    }

    #[test]
    fn specks_are_not_words() {
        let text = "| . ~ - | . ~ - | . ~ -";
        let spans: Vec<_> = (0..12).map(|at| span(at * 2, at * 2 + 1, 0.1)).collect();
        assert!(doubtful_reading(&AssetId::from("a"), 1, text, &spans, &Settings::shipped(), || "i".into()).is_none());
    }

    fn span(start: u32, end: u32, confidence: f32) -> Span {
        Span { start, end, page: Some(1), rect: Some([0, 0, 1, 1]), confidence: Some(confidence), ..Span::default() }
    }
}
