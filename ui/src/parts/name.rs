//! A file name that gives way in the middle, so that its ending stays.

use leptos::prelude::*;

/// Letters at the end that are always shown.
const TAIL: usize = 10;

/// One line; the whole name is its title.
#[component]
pub fn FileName(#[prop(into)] name: String) -> impl IntoView {
    let shown = if name.is_empty() { "(no name)".to_owned() } else { name };
    let (head, tail) = halves(&shown);
    view! { <span class="file-name" title=shown><span class="head">{head}</span><span class="tail">{tail}</span></span> }
}

/// The part that may be cut, and the end that stays.
fn halves(name: &str) -> (String, String) {
    let length = name.chars().count();
    let head = if length > 2 * TAIL { length - TAIL } else { length };
    (name.chars().take(head).collect(), name.chars().skip(head).collect())
}

#[cfg(test)]
mod tests {
    use super::halves;

    #[test]
    fn the_ending_stays() {
        assert_eq!(halves("short.txt"), ("short.txt".into(), String::new()));
        let (head, tail) = halves("a very long name of a letter 1923-04.jpeg");
        assert_eq!(tail, "923-04.jpeg".chars().skip(1).collect::<String>());
        assert_eq!(head.chars().count() + tail.chars().count(), 41);
    }
}
