//! A file without a picture as a small page: how its text begins, for the eye only.

use leptos::prelude::*;

/// The page; what it stands in gives it its size.
pub fn miniature(text: &str) -> AnyView {
    view! { <span class="miniature" aria-hidden="true">{opening(text)}</span> }.into_any()
}

/// The text from its first line with letters, without the empty lines between.
fn opening(text: &str) -> String {
    let lines = text.lines().map(str::trim_end).filter(|line| line.contains(char::is_alphanumeric));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::opening;

    #[test]
    fn a_page_begins_with_words() {
        assert_eq!(opening("\n\n  \nDear Edith,\n\n---\nthe bell  \n"), "Dear Edith,\nthe bell");
        assert_eq!(opening(" \n"), "");
    }
}
