//! What a list can be: not there yet, there, or a problem.
//!
//! Emptiness is a matter of what is there.

use winnow_contract::ApiError;

/// The answer to a question that was asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded<T> {
    Waiting,
    Here(T),
    Problem(ApiError),
}

impl<T> Loaded<T> {
    /// What is there.
    pub fn here(&self) -> Option<&T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Waiting | Self::Problem(_) => None,
        }
    }

    /// Takes an answer; a refusal does not wipe out what was there before.
    pub fn receive(&mut self, answer: Result<T, ApiError>) {
        match answer {
            Ok(value) => *self = Self::Here(value),
            Err(error) if self.here().is_none() => *self = Self::Problem(error),
            Err(_) => {}
        }
    }
}

impl<T> From<Result<T, ApiError>> for Loaded<T> {
    fn from(answer: Result<T, ApiError>) -> Self {
        match answer {
            Ok(value) => Self::Here(value),
            Err(error) => Self::Problem(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_what_was_there() {
        let error = ApiError { code: "x".into(), message: "x".into(), hint: None };
        let mut list = Loaded::Waiting;
        list.receive(Err(error.clone()));
        assert_eq!(list, Loaded::Problem(error.clone()));
        list.receive(Ok(3));
        list.receive(Err(error));
        assert_eq!(list.here(), Some(&3));
    }
}
