//! Lines that flow (RFC 3676): a space at the end of a line says that the paragraph goes on.
//!
//! Marks of quotation stay, once for each paragraph.

/// The text with its paragraphs on lines of their own. `delete_space` takes the space at the ends away.
pub fn joined(text: &str, delete_space: bool) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let words = line[depth..].strip_prefix(' ').unwrap_or(&line[depth..]);
        let goes_on = words.ends_with(' ') && words != "-- ";
        if open != Some(depth) || words == "-- " {
            begin(&mut whole, depth);
        }
        whole.push_str(if goes_on && delete_space { &words[..words.len() - 1] } else { words });
        open = goes_on.then_some(depth);
    }
    whole
}

fn begin(whole: &mut String, depth: usize) {
    if !whole.is_empty() {
        whole.push('\n');
    }
    whole.push_str(&">".repeat(depth));
    whole.push_str(if depth > 0 { " " } else { "" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined() {
        let check = |text: &str, expected: &str| assert_eq!(joined(text, false), expected);
        check("One \ntwo\nthree", "One two\nthree");
        check("> said \n> so\nNo", "> said so\nNo");
        check("> a \n>> b", "> a \n>> b");
        check(" stuffed\n-- \nAnn", "stuffed\n-- \nAnn");
        assert_eq!(joined("東 \n京", true), "東京");
    }
}
