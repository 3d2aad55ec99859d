//! File names are bytes: how they become paths, and how they are shown without being interpreted.
//!
//! Does not open anything.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The bytes of a path as the platform keeps them.
pub fn to_bytes(path: impl AsRef<OsStr>) -> Vec<u8> {
    path.as_ref().as_encoded_bytes().to_vec()
}

/// A path from the bytes that `to_bytes` gave on the same platform.
#[cfg(unix)]
pub fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path from the bytes that `to_bytes` gave on the same platform; names that are not Unicode are not found again here.
#[cfg(not(unix))]
pub fn from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Bytes of a name for people: invalid UTF-8, control characters and direction overrides are escaped.
pub fn display(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if deceives(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    shown
}

/// Characters that would hide or reorder what stands beside them.
fn deceives(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The last part of a displayed path.
pub fn file_name(display: &str) -> &str {
    display.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(display)
}

/// Lower-case extension without dot; empty when there is none.
pub fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_but_never_interpreted() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(display(bytes), expected);
        check(b"letter.txt", "letter.txt");
        check("Brief über Öl.txt".as_bytes(), "Brief über Öl.txt");
        check(b"a\nb", "a\\u{a}b");
        check(b"bad\xff\xfe.txt", "bad\\xff\\xfe.txt");
        check("cod\u{202e}txt.exe".as_bytes(), "cod\\u{202e}txt.exe");
    }
}
