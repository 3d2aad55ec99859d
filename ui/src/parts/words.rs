//! Numbers, sizes, times and names as a person says them.
//!
//! Sentences about failures and reasons are the contract's.

use winnow_contract::Words;
use winnow_contract::asset::{AssetSort, AssetState, MediaKind};
use winnow_contract::job::{JobKind, Lane};
use winnow_contract::review::{FindingState, ItemKind, ReviewDetail, ReviewFilter, Verdict};
use winnow_contract::search::SearchMode;

/// `12,345`.
pub fn number(n: impl Into<i64>) -> String {
    let digits = n.into().to_string();
    let grouped: Vec<char> = digits
        .chars()
        .rev()
        .enumerate()
        .flat_map(|(i, c)| (i > 0 && i % 3 == 0 && c != '-').then_some(',').into_iter().chain([c]))
        .collect();
    grouped.into_iter().rev().collect()
}

/// `1 file`, `2 files`.
pub fn counted(n: u32, one: &str) -> String {
    format!("{} {one}{}", number(n), if n == 1 { "" } else { "s" })
}

/// `4.2 MB`, in units of 1,000.
pub fn size(bytes: i64) -> String {
    let steps = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let amount = bytes as f64;
    match steps.into_iter().find(|(step, _)| amount >= *step) {
        Some((step, unit)) if amount / step < 10.0 => format!("{:.1} {unit}", amount / step),
        Some((step, unit)) => format!("{:.0} {unit}", amount / step),
        None => format!("{bytes} bytes"),
    }
}

/// `less than a minute`, `about 9 min`, `about 2 h`.
pub fn about(seconds: f64) -> String {
    match (seconds / 60.0).round() {
        minutes if minutes < 1.0 => "less than a minute".to_owned(),
        minutes if minutes < 90.0 => format!("about {minutes:.0} min"),
        minutes => format!("about {:.0} h", (minutes / 60.0).round()),
    }
}

/// `31 a second`, `.4 a second`.
pub fn rate(per_second: f32) -> String {
    if per_second >= 9.5 { format!("{per_second:.0} a second") } else { format!("{per_second:.1} a second") }
}

/// `4:05`, `1:02:45`: a place in a recording.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `page 3`; of a key frame, whose page is its second, `at 0:12`.
pub fn on_page(page: u32, is_frame: bool) -> String {
    if is_frame { format!("at {}", clock(f64::from(page))) } else { format!("page {page}") }
}

/// `Card number` from `card number`.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `a card number`, `an e-mail address`.
pub fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'I', 'A', 'E', 'O']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// An entity type as a person says it.
pub fn entity(name: &str) -> String {
    let words = Words::new(&format!("entity_{name}"));
    let sentence = words.sentence();
    if sentence == words.code { name.to_lowercase().replace('_', " ") } else { sentence }
}

/// The question of a review item, as a sentence.
pub fn question(detail: &ReviewDetail) -> String {
    if let Some(language) = unwritten(detail) {
        return format!("{} is spoken here. Leave it without words?", capital(&language));
    }
    match (detail.row.kind, detail.values.as_slice()) {
        (ItemKind::Finding, [one]) => format!("Redact this {}?", entity(&one.entity)),
        (ItemKind::Finding, many) => format!("Redact these {}?", group(many.len(), many.iter().map(|value| value.entity.as_str()))),
        (ItemKind::Extraction, _) if detail.sound.is_some() => "Is this heard correctly?".to_owned(),
        (ItemKind::Extraction, _) => "Is this page read correctly?".to_owned(),
        (ItemKind::Label, _) => "What is it?".to_owned(),
        (ItemKind::Duplicate, _) => "Are these the same?".to_owned(),
    }
}

/// `3 e-mail addresses`, or `5 contact details` when they differ.
fn group<'a>(count: usize, mut entities: impl Iterator<Item = &'a str>) -> String {
    let first = entities.next().unwrap_or_default();
    let same = entities.all(|other| other == first) && !first.is_empty();
    match entity(first) {
        noun if same && noun.ends_with('s') => format!("{count} {noun}es"),
        noun if same => format!("{count} {noun}s"),
        _ => format!("{count} contact details"),
    }
}

/// What speaks for a finding, from its recogniser: `credit_card/visa+luhn` says whose card it is and that its digit is right.
pub fn speaks(recogniser: &str) -> Vec<String> {
    let (pattern, check) = recogniser.split_once('+').unwrap_or((recogniser, ""));
    let issuer = pattern.strip_prefix("credit_card/").map(|issuer| format!("{}, by its first digits", capital(&issuer.replace('_', " "))));
    issuer.into_iter().chain(passed(check).map(str::to_owned)).collect()
}

/// What a check says that was passed.
fn passed(check: &str) -> Option<&'static str> {
    match check {
        "luhn" => Some("The check digit is right"),
        "iban" => Some("Country, length and check digits are right"),
        "ssn" => Some("It keeps the rules of these numbers"),
        "phone" => Some("It fits a numbering plan"),
        "" => Some("Only the words around it speak for it"),
        _ => None,
    }
}

/// What the second verdict says for an item: `Keep as it is`, `The reading is right`.
pub fn verdict_says(detail: &ReviewDetail, verdict: Verdict) -> String {
    let many = detail.values.len() > 1;
    let noun = detail.values.first().map(|value| entity(&value.entity));
    if let Some(says) = unwritten(detail).and_then(|language| unwritten_says(&language, verdict)) {
        return says;
    }
    match (detail.row.kind, verdict) {
        (_, Verdict::Deferred) => "Later".to_owned(),
        (_, Verdict::Corrected) => "Correct".to_owned(),
        (_, Verdict::Redacted) if many => "Redact all".to_owned(),
        (_, Verdict::Redacted) => "Redact".to_owned(),
        (ItemKind::Finding, Verdict::Accepted) if many => "Keep as they are".to_owned(),
        (ItemKind::Finding, Verdict::Accepted) => "Keep as it is".to_owned(),
        (ItemKind::Finding, Verdict::Rejected) if many => "Not contact details".to_owned(),
        (ItemKind::Finding, Verdict::Rejected) => format!("Not {}", with_article(&noun.unwrap_or_else(|| "finding".to_owned()))),
        (ItemKind::Extraction, Verdict::Accepted) if detail.sound.is_some() => "The words are right".to_owned(),
        (ItemKind::Extraction, Verdict::Rejected) if detail.sound.is_some() => "Nothing is said here".to_owned(),
        (ItemKind::Extraction, Verdict::Accepted) => "The reading is right".to_owned(),
        (ItemKind::Extraction, Verdict::Rejected) => "Not readable".to_owned(),
        (ItemKind::Label, Verdict::Accepted) => {
            detail.candidates.first().map_or_else(|| "Yes".to_owned(), |first| format!("It is “{}”", first.answer))
        }
        (ItemKind::Label, Verdict::Rejected) => "None of these".to_owned(),
        (ItemKind::Duplicate, Verdict::Accepted) => "The same".to_owned(),
        (ItemKind::Duplicate, Verdict::Rejected) => "Not the same".to_owned(),
    }
}

/// The same where nothing was written down: it is right so, or the language is another, or a person writes.
fn unwritten_says(language: &str, verdict: Verdict) -> Option<String> {
    match verdict {
        Verdict::Accepted => Some("Leave it without words".to_owned()),
        Verdict::Rejected => Some(format!("It is not {language}")),
        Verdict::Corrected => Some("Write it down myself".to_owned()),
        Verdict::Redacted | Verdict::Deferred => None,
    }
}

/// A question as the heading of its answer.
pub fn asked(question: &str) -> String {
    match question {
        "what is it?" => "What it is".to_owned(),
        "sensitive" => "Sensitive data".to_owned(),
        "reading" => "The words".to_owned(),
        other => capital(other),
    }
}

/// An answer as it is read: a verdict in words, anything else as it is.
pub fn answered(answer: &str) -> String {
    match Verdict::parse(answer) {
        Some(verdict) => verdict_past(verdict).to_owned(),
        None => answer.to_owned(),
    }
}

/// A verdict in the past tense, for "13 redacted · 1 kept".
pub fn verdict_past(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "kept",
        Verdict::Corrected => "corrected",
        Verdict::Redacted => "redacted",
        Verdict::Rejected => "set aside as wrong",
        Verdict::Deferred => "left for later",
    }
}

/// A kind of content.
pub fn kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Text => "Text",
        MediaKind::Table => "Table",
        MediaKind::Web => "Web page",
        MediaKind::Image => "Image",
        MediaKind::Pdf => "PDF",
        MediaKind::Office => "Office",
        MediaKind::Mail => "Mail",
        MediaKind::Archive => "Archive",
        MediaKind::Sound => "Sound",
        MediaKind::Video => "Video",
        MediaKind::Empty => "Empty",
        MediaKind::Other => "Other",
    }
}

/// A state of an asset.
pub fn state(state: AssetState) -> &'static str {
    match state {
        AssetState::Pending => "Not read yet",
        AssetState::Ready => "Read",
        AssetState::Partial => "Read in part",
        AssetState::Unread => "No reader yet",
        AssetState::Locked => "Locked",
        AssetState::Missing => "File is gone",
        AssetState::Failed => "Could not be read",
    }
}

/// An order of a list.
pub fn sort(sort: AssetSort) -> &'static str {
    match sort {
        AssetSort::Newest => "Newest first",
        AssetSort::Oldest => "Oldest first",
        AssetSort::Name => "Name",
        AssetSort::Kind => "Kind",
        AssetSort::Size => "Largest first",
        AssetSort::State => "State",
    }
}

/// A part of the queue.
pub fn part(filter: ReviewFilter) -> &'static str {
    match filter {
        ReviewFilter::All => "Everything",
        ReviewFilter::Ids => "Ids and bank",
        ReviewFilter::Contacts => "Contact details",
        ReviewFilter::Labels => "Labels",
        ReviewFilter::Reading => "Doubtful reading",
        ReviewFilter::Deferred => "Left for later",
    }
}

/// By what a search finds.
pub fn mode(mode: SearchMode) -> &'static str {
    match mode {
        SearchMode::Hybrid => "Words and meaning",
        SearchMode::Semantic => "Meaning",
        SearchMode::Lexical => "Words",
    }
}

/// Where a finding stands.
pub fn finding_state(state: FindingState) -> &'static str {
    match state {
        FindingState::Open => "waits",
        FindingState::Recorded => "recorded",
        FindingState::Accepted => "kept",
        FindingState::Corrected => "corrected",
        FindingState::Redacted => "redacted",
        FindingState::Rejected => "set aside as wrong",
    }
}

/// What a lane does.
pub fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Io => "Looking through folders",
        Lane::Decode => "Opening files",
        Lane::Ocr => "Reading words on pictures",
        Lane::Speech => "Listening to recordings",
        Lane::Embed => "Taking in the meaning",
        Lane::Index => "Making searchable by meaning",
    }
}

/// What a job was about to do.
pub fn job(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Scan => "Looking through a folder",
        JobKind::Ingest => "Taking in",
        JobKind::Decode => "Opening",
        JobKind::Expand => "Looking at what is in it",
        JobKind::Ocr => "Reading the words",
        JobKind::Sound => "Opening the sound",
        JobKind::Transcribe => "Listening",
        JobKind::Detect => "Looking for sensitive data",
        JobKind::Embed => "Taking in the meaning",
        JobKind::Label => "Finding out what it is",
        JobKind::Compare => "Comparing with other files",
        JobKind::Frames => "Taking key frames",
    }
}

/// A language by its code; a code without a name stays as it is.
pub fn language(code: &str) -> String {
    winnow_contract::words::language(code).to_owned()
}

/// A recording in a language that the model does not know: nothing of it was written down. The name of the language.
pub fn unwritten(detail: &ReviewDetail) -> Option<String> {
    let reason = &detail.row.reason;
    (reason.code == "language_not_covered").then(|| reason.params.get("language").map_or_else(String::new, |code| language(code)))
}

/// A property's name.
pub fn property(key: &str) -> String {
    match key {
        "taken_at" => "Taken".to_owned(),
        "message_id" => "Message ID".to_owned(),
        other => capital(&other.replace('_', " ")),
    }
}

/// What a property of a file is, with its unit.
pub fn property_value(key: &str, value: &str) -> String {
    match (key, value) {
        ("channels", "1") => "1 (mono)".to_owned(),
        ("channels", "2") => "2 (stereo)".to_owned(),
        ("sample_rate", hertz) => hertz.parse::<f64>().map_or_else(|_| hertz.to_owned(), |hertz| format!("{} kHz", hertz / 1000.0)),
        (_, other) => other.to_owned(),
    }
}

/// What a file was found in, from its path: `deeds.zip`, or `deeds.zip / 1931`.
pub fn found_in(path: &str, name: &str) -> String {
    let within = path.strip_suffix(name).map_or(path, |folder| folder.trim_end_matches('/'));
    let parts: Vec<_> = within.rsplit('/').take(2).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(" / ")
}

/// The local day and time of UTC milliseconds.
pub fn moment(ms: i64) -> String {
    let date = js_sys::Date::new(&(ms as f64).into());
    let pad = |n: u32| format!("{n:02}");
    format!(
        "{} {} {}, {}:{}",
        date.get_date(),
        month(date.get_month()),
        date.get_full_year(),
        pad(date.get_hours()),
        pad(date.get_minutes())
    )
}

/// The local day of UTC milliseconds.
pub fn day(ms: i64) -> String {
    let date = js_sys::Date::new(&(ms as f64).into());
    format!("{} {} {}", date.get_date(), month(date.get_month()), date.get_full_year())
}

fn month(index: u32) -> &'static str {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS.get(index as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let check = |n: i64, expected: &str| assert_eq!(number(n), expected);
        check(0, "0");
        check(999, "999");
        check(1204, "1,204");
        check(1_234_567, "1,234,567");
        check(-1_234, "-1,234");
    }

    #[test]
    fn sizes_have_units() {
        let check = |n: i64, expected: &str| assert_eq!(size(n), expected);
        check(0, "0 bytes");
        check(999, "999 bytes");
        check(4_200, "4.2 kB");
        check(42_000_000, "42 MB");
    }

    #[test]
    fn times_are_rough() {
        let check = |s: f64, expected: &str| assert_eq!(about(s), expected);
        check(20.0, "less than a minute");
        check(540.0, "about 9 min");
        check(7200.0, "about 2 h");
    }

    #[test]
    fn places_in_a_recording_read_like_a_clock() {
        let check = |s: f64, expected: &str| assert_eq!(clock(s), expected);
        check(0.4, "0:00");
        check(245.9, "4:05");
        check(3765.0, "1:02:45");
        check(-1.0, "0:00");
    }

    #[test]
    fn a_member_says_what_it_was_found_in() {
        assert_eq!(found_in("1931/deeds.zip/a.txt", "a.txt"), "1931 / deeds.zip");
        assert_eq!(found_in("deeds.zip/old/a.txt", "old/a.txt"), "deeds.zip");
        assert_eq!(found_in("a.txt", "a.txt"), "");
    }

    #[test]
    fn what_nobody_wrote_down_is_left_or_written() {
        let says = |verdict| unwritten_says("Japanese", verdict);
        assert_eq!(says(Verdict::Accepted).as_deref(), Some("Leave it without words"));
        assert_eq!(says(Verdict::Rejected).as_deref(), Some("It is not Japanese"));
        assert_eq!((says(Verdict::Corrected).as_deref(), says(Verdict::Deferred)), (Some("Write it down myself"), None));
    }

    #[test]
    fn entities_read_as_words() {
        assert_eq!(entity("CREDIT_CARD"), "card number");
        assert_eq!(entity("SWISS_AHV"), "swiss ahv");
        assert_eq!(with_article("e-mail address"), "an e-mail address");
        assert_eq!(with_article("US social security number"), "a US social security number");
        assert_eq!(group(3, ["EMAIL_ADDRESS", "EMAIL_ADDRESS"].into_iter()), "3 e-mail addresses");
        assert_eq!(group(3, ["EMAIL_ADDRESS", "IP_ADDRESS"].into_iter()), "3 contact details");
        assert_eq!(speaks("credit_card/visa+luhn"), ["Visa, by its first digits", "The check digit is right"]);
        assert_eq!(speaks("phone_number/plain"), ["Only the words around it speak for it"]);
    }
}
