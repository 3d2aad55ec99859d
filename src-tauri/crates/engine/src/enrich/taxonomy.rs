//! The answers to "what is it?": the shipped ones, or those of a library's own `taxonomy.toml`, and their vectors.
//!
//! Knows no asset; comparing is the stage's.

use crate::error::{EngineError, Result};
use crate::jobs::Context;
use crate::ports::{CallLimits, StageError};
use crate::settings::write_atomically;
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use winnow_contract::Words;
use winnow_contract::taxonomy::{Taxonomy, TaxonomyAnswer};

const SHIPPED: &str = include_str!("../../../../../assets/taxonomy.toml");
/// File of a library's own answers.
pub const FILE: &str = "taxonomy.toml";
/// Limits of what a person may write.
const ANSWERS: usize = 50;
const NAME: usize = 60;
const DESCRIPTION: usize = 400;

/// The answers in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub taxonomy: Taxonomy,
    /// BLAKE3 over the answers: part of the key of every comparison with them.
    pub version: String,
    /// Why the library's own file is not used, if it is there.
    pub problem: Option<String>,
}

impl Known {
    fn of(taxonomy: Taxonomy, problem: Option<String>) -> Self {
        let json = serde_json::to_vec(&taxonomy.answers).expect("BUG: answers are always JSON");
        Self { taxonomy, version: blake3::hash(&json).to_hex()[..16].to_owned(), problem }
    }

    fn load(library: &Path) -> Self {
        match read(library) {
            Ok(own) => Self::of(own.unwrap_or_else(shipped), None),
            Err(why) => Self::of(shipped(), Some(why)),
        }
    }

    /// Names in their order.
    pub fn names(&self) -> Vec<String> {
        self.taxonomy.answers.iter().map(|answer| answer.name.clone()).collect()
    }
}

/// The vectors of the answers, by what they were made from.
type Vectors = Option<(String, Arc<Vec<Vec<f32>>>)>;

/// The answers of one library while it is open.
pub struct Taxonomies {
    known: RwLock<Arc<Known>>,
    vectors: Mutex<Vectors>,
}

impl Taxonomies {
    /// Reads the library's file. One that cannot be used is left alone, and the shipped answers stand in.
    pub fn open(library: &Path) -> Self {
        let known = Known::load(library);
        if let Some(why) = &known.problem {
            tracing::warn!("{FILE} cannot be used: {why}");
        }
        Self { known: RwLock::new(Arc::new(known)), vectors: Mutex::default() }
    }

    pub fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes new answers to the library's file; from now on they are in force.
    pub fn replace(&self, library: &Path, answers: Vec<TaxonomyAnswer>) -> Result<Arc<Known>> {
        let trimmed = |text: &str| text.trim().to_owned();
        let answers = answers.iter().map(|one| TaxonomyAnswer { name: trimmed(&one.name), description: trimmed(&one.description) });
        let taxonomy = Taxonomy { answers: answers.collect(), ..self.known().taxonomy.clone() };
        check(&taxonomy).map_err(|why| EngineError::Refused(Words::new("bad_taxonomy").with("why", why)))?;
        let text = toml::to_string(&taxonomy).map_err(|error| EngineError::Unusable(error.to_string()))?;
        write_atomically(&library.join(FILE), &text)?;
        let known = Arc::new(Known::of(taxonomy, None));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&known);
        Ok(known)
    }

    /// A vector for each answer, made once for each model and wording.
    pub fn vectors(&self, known: &Known, card: &str, context: &Context<'_>) -> Result<Arc<Vec<Vec<f32>>>, StageError> {
        let key = format!("{card}/{}", known.version);
        let mut kept = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, vectors)) = kept.as_ref().filter(|(made, _)| *made == key) {
            return Ok(Arc::clone(vectors));
        }
        let texts: Vec<String> = known.taxonomy.answers.iter().map(|one| format!("{}: {}", one.name, one.description)).collect();
        let vectors = Arc::new(context.ports.embedder.embed(&texts, limits(context), context.cancel)?);
        *kept = Some((key, Arc::clone(&vectors)));
        Ok(vectors)
    }
}

fn limits(context: &Context<'_>) -> CallLimits {
    let embed = &context.settings.embed;
    CallLimits { seconds: embed.seconds, memory_mb: embed.memory_mb, recycle_after: context.settings.decode.recycle_after }
}

/// The shipped answers.
pub fn shipped() -> Taxonomy {
    toml::from_str(SHIPPED).expect("BUG: assets/taxonomy.toml is a taxonomy")
}

/// The library's own answers, if it has some.
fn read(library: &Path) -> std::result::Result<Option<Taxonomy>, String> {
    let text = match fs_err::read_to_string(library.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.kind().to_string()),
    };
    let taxonomy: Taxonomy = toml::from_str(&text).map_err(|error| error.to_string().trim().to_owned())?;
    check(&taxonomy).map(|()| Some(taxonomy))
}

fn check(taxonomy: &Taxonomy) -> std::result::Result<(), String> {
    let answers = &taxonomy.answers;
    if !(1..=ANSWERS).contains(&answers.len()) {
        return Err(format!("there must be from 1 to {ANSWERS}"));
    }
    let mut names = HashSet::new();
    for (number, answer) in (1..).zip(answers) {
        let length = answer.name.trim().chars().count();
        if !(1..=NAME).contains(&length) || answer.name.chars().any(char::is_control) {
            return Err(format!("the name of answer {number} must have from 1 to {NAME} characters on one line"));
        }
        if answer.description.chars().count() > DESCRIPTION {
            return Err(format!("the description of answer {number} has more than {DESCRIPTION} characters"));
        }
        if !names.insert(answer.name.trim().to_lowercase()) {
            return Err(format!("two answers are called {}", answer.name.trim()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(name: &str) -> TaxonomyAnswer {
        TaxonomyAnswer { name: name.into(), description: format!("what {name} is") }
    }

    #[test]
    fn the_shipped_answers_are_usable_and_can_be_told_apart_by_key() {
        let shipped = shipped();
        assert_eq!(check(&shipped), Ok(()));
        assert!(!shipped.question.is_empty() && !shipped.guideline.is_empty());
        assert!((10..=16).contains(&shipped.answers.len()));
        assert!(shipped.answers.iter().all(|answer| answer.description.len() > 40), "a description says more than the name");
    }

    #[test]
    fn answers_are_few_short_and_distinct() {
        let check = |answers: Vec<TaxonomyAnswer>, expected: Option<&str>| {
            let why = check(&Taxonomy { answers, ..Taxonomy::default() }).err();
            assert_eq!(why.as_deref(), expected);
        };
        check(vec![answer("letter")], None);
        check(vec![], Some("there must be from 1 to 50"));
        check((0..51).map(|number| answer(&number.to_string())).collect(), Some("there must be from 1 to 50"));
        check(vec![answer("letter"), answer(" ")], Some("the name of answer 2 must have from 1 to 60 characters on one line"));
        check(vec![answer(&"ä".repeat(60))], None);
        check(vec![answer(&"ä".repeat(61))], Some("the name of answer 1 must have from 1 to 60 characters on one line"));
        check(vec![answer("a\nb")], Some("the name of answer 1 must have from 1 to 60 characters on one line"));
        check(vec![answer("Letter"), answer("letter ")], Some("two answers are called letter"));
        let long = TaxonomyAnswer { description: "x".repeat(401), ..answer("letter") };
        check(vec![long], Some("the description of answer 1 has more than 400 characters"));
    }

    #[test]
    fn a_librarys_own_answers_replace_the_shipped_ones_and_bad_ones_do_not() {
        let library = tempfile::tempdir().expect("a folder");
        let own = Taxonomies::open(library.path());
        let before = own.known();
        assert_eq!((before.taxonomy.clone(), before.problem.clone()), (shipped(), None));
        let changed = own.replace(library.path(), vec![answer(" chart "), answer("log")]).expect("replaced");
        assert_ne!(changed.version, before.version);
        assert_eq!(Taxonomies::open(library.path()).known().names(), ["chart", "log"]);
        assert!(own.replace(library.path(), vec![]).is_err());
        assert_eq!(own.known().names(), ["chart", "log"]);
        for bad in
            ["answers = 7", "[[answers]]\nname = \"\"\ndescription = \"x\"", "question = \"?\"\nguideline = \"\"\nanswers = []", "\u{0}"]
        {
            fs_err::write(library.path().join(FILE), bad).expect("a file");
            let known = Taxonomies::open(library.path()).known();
            assert_eq!(known.taxonomy, shipped());
            assert!(known.problem.is_some(), "{bad}");
        }
    }
}
