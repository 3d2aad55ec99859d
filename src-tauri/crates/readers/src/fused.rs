//! A reader that is not asked again once it failed: some decoders run without end when they are.
//!
//! Keeps nothing of what was read.

use crate::Stop;
use std::io::{self, ErrorKind, Read};

/// Reads like what is in it until that fails; from then on it fails the same way without asking.
pub struct Fused<R> {
    inner: R,
    failure: Option<io::Error>,
}

impl<R> Fused<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, failure: None }
    }

    /// How it failed, if it did.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    pub fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: Read> Read for Fused<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = &self.failure {
            return Err(again(failure));
        }
        match self.inner.read(buffer) {
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                let told = again(&error);
                self.failure = Some(error);
                Err(told)
            }
            read => read,
        }
    }
}

/// The same error once more, with the reason that it may carry.
fn again(failure: &io::Error) -> io::Error {
    match Stop::carried(failure) {
        Some(words) => Stop::error(words.clone()),
        None => io::Error::new(failure.kind(), failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::Words;

    /// Gives bytes, then fails; asked again it would go on.
    struct Failing(Vec<io::Result<usize>>);

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0.remove(0)
        }
    }

    #[test]
    fn what_failed_is_not_asked_again() {
        let check = |error: io::Error, code: &str| {
            let mut reader = Fused::new(Failing(vec![Ok(1), Err(ErrorKind::Interrupted.into()), Ok(1), Err(error), Ok(1)]));
            let mut read = || reader.read(&mut [0; 4]);
            assert!(matches!((read(), read(), read()), (Ok(1), Err(_), Ok(1))));
            for _ in 0..3 {
                assert_eq!(Stop::words(&read().expect_err("failed")).code, code);
            }
            assert!(reader.failure().is_some() && reader.inner().0.len() == 1);
        };
        check(ErrorKind::UnexpectedEof.into(), "damaged");
        check(Stop::error(Words::new("locked")), "locked");
    }
}
