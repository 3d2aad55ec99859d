//! What went wrong, told apart by what helps: another start, or another disk.
//!
//! Words carry no path: LanceDB's own messages, which do, go to the log at debug level only.

use std::error::Error;
use std::io;
use winnow_contract::Words;

/// Why something could not be done.
#[derive(Debug)]
pub enum Trouble {
    /// The files cannot be understood. Made anew they will be.
    Damaged,
    /// The system refused (no space, no permission, no descriptors): nothing is wrong with the files.
    System(io::ErrorKind),
    /// What was handed in does not fit.
    Unfit(&'static str),
}

/// Kinds that a damaged table shows as well; anything else is the system's own.
const OF_CONTENT: &[io::ErrorKind] = &[
    io::ErrorKind::NotFound,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::InvalidData,
    io::ErrorKind::InvalidInput,
    io::ErrorKind::AlreadyExists,
    io::ErrorKind::IsADirectory,
    io::ErrorKind::NotADirectory,
    io::ErrorKind::Other,
];

impl<E: Error + 'static> From<E> for Trouble {
    fn from(error: E) -> Self {
        tracing::debug!(%error, "the vector index reports");
        refusal(&error).map_or(Self::Damaged, Self::System)
    }
}

/// The system's refusal at the root of an error, if that is what it is.
fn refusal(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut cause = Some(error);
    while let Some(here) = cause {
        if let Some(kind) = here_refused(here) {
            return Some(kind);
        }
        cause = here.source();
    }
    None
}

/// The same of one link of the chain. What an I/O error wraps is not its source, so it is asked for.
fn here_refused(here: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let io = here.downcast_ref::<io::Error>();
    if let Some(wrapped) = io.and_then(io::Error::get_ref) {
        return refusal(wrapped);
    }
    io.map(io::Error::kind).or_else(|| told(&here.to_string())).filter(|kind| !OF_CONTENT.contains(kind))
}

/// The kind of an error of the system that survives only as text: `… (os error 28)`.
fn told(text: &str) -> Option<io::ErrorKind> {
    let (_, number) = text.rsplit_once("(os error ")?;
    let number = number.split(')').next()?.parse().ok()?;
    Some(io::Error::from_raw_os_error(number).kind())
}

impl From<Trouble> for Words {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Damaged => Self::new("vectors_damaged"),
            Trouble::System(kind) => Self::new("vectors_unusable").with("why", kind),
            Trouble::Unfit(why) => Self::new("internal").with("why", why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_damaged_file() {
        let check = |error: Box<dyn Error>, expected: Option<io::ErrorKind>| assert_eq!(refusal(error.as_ref()), expected);
        check(Box::new(io::Error::from_raw_os_error(28)), Some(io::ErrorKind::StorageFull));
        check(Box::new(io::Error::other("generic: No space left on device (os error 28)")), Some(io::ErrorKind::StorageFull));
        check(Box::new(io::Error::other(io::Error::from(io::ErrorKind::PermissionDenied))), Some(io::ErrorKind::PermissionDenied));
        check("of some crate: Permission denied (os error 13)".into(), Some(io::ErrorKind::PermissionDenied));
        check(Box::new(io::Error::from(io::ErrorKind::UnexpectedEof)), None);
        check("magic number does not match".into(), None);
    }
}
