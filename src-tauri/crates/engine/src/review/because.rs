//! Two or three words of a passage that speak for an answer: those it shares with the answer's description, then rare ones.
//!
//! An aid for the eye, no explanation of the model. Pure: counting is the caller's.

/// Words shown.
const SHOWN: usize = 3;
/// Words of a passage that are looked at.
const LOOKED_AT: usize = 24;
/// Letters of a word that says anything.
const LETTERS: usize = 4;
/// Letters by which words with different endings are known as the same.
const STEM: usize = 5;

/// Words of four letters and more that say nothing about a text.
const COMMON: &[&str] = &[
    "about", "after", "again", "also", "because", "been", "before", "being", "between", "both", "could", "does", "down", "each", "from",
    "have", "here", "into", "just", "like", "made", "many", "more", "most", "much", "must", "only", "other", "over", "same", "shall",
    "should", "since", "some", "such", "than", "that", "their", "them", "then", "there", "these", "they", "this", "those", "through",
    "under", "upon", "very", "were", "what", "when", "where", "which", "while", "will", "with", "would", "your", "yours",
];

/// The words of a passage that come into question: those it shares with the description first.
pub fn looked_at(passage: &str, description: &str) -> Vec<String> {
    let wanted = stems(description);
    let mut found = distinct(passage);
    // Sorting keeps the order of the passage among equals.
    found.sort_by_key(|word| !wanted.contains(&stem(word)));
    found.truncate(LOOKED_AT);
    found
}

/// The most telling of those words. Each comes with the number of passages in the library it stands in.
pub fn words(mut found: Vec<(String, u32)>, description: &str) -> Vec<String> {
    let wanted = stems(description);
    // A word that stands nowhere else may be a name or a slip.
    found.sort_by_key(|(word, passages)| (!wanted.contains(&stem(word)), *passages < 2, *passages));
    found.into_iter().take(SHOWN).map(|(word, _)| word).collect()
}

fn stems(text: &str) -> Vec<String> {
    distinct(text).iter().map(|word| stem(word)).collect()
}

/// Words that may say something, in small letters and in order, each once.
fn distinct(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|character: char| !character.is_alphabetic()) {
        let word = word.to_lowercase();
        if word.chars().count() >= LETTERS && !COMMON.contains(&word.as_str()) && !words.contains(&word) {
            words.push(word);
        }
        if words.len() == 10 * LOOKED_AT {
            break;
        }
    }
    words
}

fn stem(word: &str) -> String {
    word.chars().take(STEM).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_words_come_before_rare_ones() {
        let check = |passage: &str, expected: &[&str]| {
            let description = "Minutes of a meeting: the committee resolved, those present";
            let spread = |word: &str| {
                [("lamp", 900), ("lighthouse", 40), ("quay", 3)].iter().find(|known| known.0 == word).map_or(1, |known| known.1)
            };
            let found = looked_at(passage, description).into_iter().map(|word| (word.clone(), spread(&word))).collect();
            assert_eq!(words(found, description), expected, "{passage}");
        };
        check("", &[]);
        check("It was so.", &[]);
        check("Present: the committees resolving nothing about the lamp", &["present", "committees", "resolving"]);
        check("The lamp of the lighthouse on the quay by Penrose", &["quay", "lighthouse", "lamp"]);
        check("Minutes, MINUTES, minutes: the quay", &["minutes", "quay"]);
    }
}
