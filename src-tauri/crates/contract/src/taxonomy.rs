//! The answers to "what is it?".

use serde::{Deserialize, Serialize};

/// The question's answers in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// The question as a person reads it.
    pub question: String,
    pub guideline: String,
    pub answers: Vec<TaxonomyAnswer>,
}

/// One answer: the name is what is annotated, the description what assets are compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxonomyAnswer {
    pub name: String,
    pub description: String,
}
