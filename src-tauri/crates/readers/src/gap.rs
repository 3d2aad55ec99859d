//! White space between pieces of a text.
//!
//! Knows no format; who writes the text decides what is due.

/// White space due before the next piece; a larger one replaces a smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    #[default]
    None,
    Space,
    Tab,
    Line,
    Blank,
}

impl Gap {
    /// What has to be written after `text` to make this gap.
    pub fn missing_after(self, text: &str) -> &'static str {
        match self {
            Self::None => "",
            Self::Space => {
                if text.ends_with([' ', '\t', '\n']) {
                    ""
                } else {
                    " "
                }
            }
            Self::Tab => {
                if text.ends_with(['\t', '\n']) {
                    ""
                } else {
                    "\t"
                }
            }
            Self::Line => {
                if text.ends_with('\n') {
                    ""
                } else {
                    "\n"
                }
            }
            Self::Blank if text.ends_with("\n\n") => "",
            Self::Blank => {
                if text.ends_with('\n') {
                    "\n"
                } else {
                    "\n\n"
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_only_what_is_missing() {
        let check = |gap: Gap, text: &str, expected: &str| assert_eq!(gap.missing_after(text), expected, "{gap:?} after {text:?}");
        check(Gap::Space, "a", " ");
        check(Gap::Space, "a\n", "");
        check(Gap::Line, "a", "\n");
        check(Gap::Blank, "a\n", "\n");
        check(Gap::Blank, "a", "\n\n");
        check(Gap::Tab, "a\n", "");
    }
}
