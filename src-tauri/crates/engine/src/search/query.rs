//! Reads what a person typed: words, begin* of words, "phrases in quotes", -words to leave out; the last may be unfinished.
//!
//! Pure. Nothing a person types can be FTS5 syntax: every term is quoted.

use super::spaced::{spaced, unfinished, unspaced};

/// Letters from which on a word may be the beginning of another: with fewer nearly everything is.
const BEGINNING: usize = 3;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// FTS5 expressions that must each match somewhere in the asset.
    pub wanted: Vec<String>,
    /// FTS5 expressions that must match nowhere in the asset.
    pub unwanted: Vec<String>,
    /// The wanted words as they were typed, without signs: what a model reads.
    pub text: String,
    /// There is at least one word that stands neither in quotes nor behind a minus.
    pub plain: bool,
}

impl Query {
    /// None when there is nothing to look for.
    pub fn parse(typed: &str) -> Option<Self> {
        let terms = terms(typed);
        let open = !typed.ends_with(char::is_whitespace);
        let last = terms.len().checked_sub(1)?;
        let may_go_on = |at: usize, term: &Term| open && at == last && unfinished(&term.text).chars().count() >= BEGINNING;
        let expression = |(at, term): (usize, &Term)| quote(&term.text, !term.phrase && (may_go_on(at, term) || term.text.ends_with('*')));
        let pick =
            |unwanted| terms.iter().enumerate().filter(move |(_, term)| term.unwanted == unwanted).map(expression).collect::<Vec<_>>();
        let wanted: Vec<&str> = terms.iter().filter(|term| !term.unwanted).map(|term| term.text.trim_end_matches('*').trim()).collect();
        let text = unspaced(wanted.join(" "));
        let plain = terms.iter().any(|term| !term.phrase && !term.unwanted);
        let query = Self { wanted: pick(false), unwanted: pick(true), text, plain };
        (!query.wanted.is_empty()).then_some(query)
    }

    /// One expression that matches what holds every wanted term and no unwanted one.
    pub fn all(&self) -> String {
        let wanted = self.wanted.iter().map(|term| format!("({term})")).collect::<Vec<_>>().join(" AND ");
        self.unwanted.iter().fold(wanted, |all, term| format!("({all}) NOT {term}"))
    }

    /// One expression that matches any wanted term: for ranking and marking.
    pub fn any(&self) -> String {
        self.wanted.join(" OR ")
    }
}

struct Term {
    /// Spaced, as the full text is.
    text: String,
    phrase: bool,
    unwanted: bool,
}

fn terms(typed: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for (at, part) in typed.split('"').enumerate() {
        if at % 2 == 1 {
            terms.push(Term { text: spaced(part).into_owned(), phrase: true, unwanted: false });
            continue;
        }
        terms.extend(part.split_whitespace().map(|word| match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            Some(rest) => Term { text: spaced(rest).into_owned(), phrase: false, unwanted: true },
            None => Term { text: spaced(word).into_owned(), phrase: false, unwanted: false },
        }));
    }
    terms.retain(|term| term.text.chars().any(char::is_alphanumeric));
    terms
}

/// A quoted FTS5 string; a prefix when the word may be unfinished. Several words in it are a phrase.
fn quote(text: &str, prefix: bool) -> String {
    let text: String = text.chars().filter(|character| !matches!(character, '"' | '*' | '\0')).collect();
    if prefix { format!("\"{text}\"*") } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_quoted_terms() {
        let check = |typed: &str, wanted: &[&str], unwanted: &[&str]| {
            let query = Query::parse(typed).expect("a query");
            assert_eq!(query.wanted, wanted, "{typed}");
            assert_eq!(query.unwanted, unwanted, "{typed}");
        };
        check("light", &["\"light\"*"], &[]);
        check("light ", &["\"light\""], &[]);
        check("storm light", &["\"storm\"", "\"light\"*"], &[]);
        check("\"harbour light\" 1911", &["\"harbour light\"", "\"1911\"*"], &[]);
        check("light -house x", &["\"light\"", "\"x\""], &["\"house\""]);
        check("storm li", &["\"storm\"", "\"li\""], &[]);
        check("storm li*", &["\"storm\"", "\"li\"*"], &[]);
        check("lig", &["\"lig\"*"], &[]);
        check("NEAR(a b) OR * AND", &["\"NEAR(a\"", "\"b)\"", "\"OR\"", "\"AND\"*"], &[]);
        check("light* house ", &["\"light\"*", "\"house\""], &[]);
        check("東京都", &["\"東\u{1f}京\u{1f}都\""], &[]);
        check("東京 harb", &["\"東\u{1f}京\"", "\"harb\"*"], &[]);
        check("-港 東京tow", &["\"東\u{1f}京\u{1f}tow\"*"], &["\"港\""]);
        check("an open \"quote", &["\"an\"", "\"open\"", "\"quote\""], &[]);
    }

    #[test]
    fn nothing_to_look_for_is_no_query() {
        for typed in ["", "   ", "\"\"", "- *", "-word", "\u{0}"] {
            assert_eq!(Query::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_model_reads_what_is_not_only_signs() {
        let check = |typed: &str, text: &str, plain: bool| {
            let query = Query::parse(typed).expect("a query");
            assert_eq!((query.text.as_str(), query.plain), (text, plain), "{typed}");
        };
        check("storm at sea", "storm at sea", true);
        check("\"harbour light\" storm -sea", "harbour light storm", true);
        check("\"harbour light\" -sea", "harbour light", false);
        check("light*", "light", true);
        check("東京 \"灯台\"", "東京 灯台", true);
    }
}
