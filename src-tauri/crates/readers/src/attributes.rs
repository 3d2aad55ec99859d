//! Bounds what one element of an XML text may carry, before a parser builds a tree that costs the square of it.
//!
//! Judges no text well-formed: it only looks where tags stand. A `<` cannot stand within a tag, so each begins one anew, and
//! nothing that is no tag can hide one.

use std::borrow::Cow;
use std::collections::HashSet;

/// Attributes of one element that are kept.
pub const ATTRIBUTES: usize = 200;
/// Prefixes of names that one text may declare.
const PREFIXES: usize = 200;

/// The text with at most [`ATTRIBUTES`] attributes on each element, borrowed when it had no more; none when it declares more
/// prefixes than are sensible.
pub fn bounded(text: &str) -> Option<Cow<'_, str>> {
    let (mut kept, mut taken) = (String::new(), 0);
    let mut prefixes = HashSet::new();
    let mut next = text.find('<');
    while let Some(start) = next {
        let tag = Tag::at(text, start + 1, &mut prefixes);
        if prefixes.len() > PREFIXES {
            return None;
        }
        if let Some(cut) = tag.cut {
            kept.push_str(&text[taken..cut]);
            taken = tag.end;
        }
        next = text[tag.end..].find('<').map(|found| tag.end + found);
    }
    if taken == 0 {
        return Some(Cow::Borrowed(text));
    }
    kept.push_str(&text[taken..]);
    Some(Cow::Owned(kept))
}

struct Tag {
    /// Where its `>` or the slash before it stands, the next `<`, an equals sign without a value, or the end of the text.
    end: usize,
    /// Where the attributes end that are kept, when there are more.
    cut: Option<usize>,
}

impl Tag {
    /// The tag behind the `<` before `start`.
    fn at<'t>(text: &'t str, start: usize, prefixes: &mut HashSet<&'t str>) -> Self {
        let bytes = text.as_bytes();
        let (mut at, mut count, mut name) = (start, 0, start);
        let (mut last, mut cut) = (start, None);
        if matches!(bytes.get(start), Some(b'!' | b'?' | b'/') | None) {
            return Self { end: start, cut };
        }
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'<' | b'>' => break,
                // No attribute: what stands here is text, in a section or a script.
                b'=' if !quote_follows(&bytes[at + 1..]) => return Self { end: at, cut: None },
                b'=' => {
                    count += 1;
                    if count > ATTRIBUTES {
                        cut = cut.or(Some(last));
                    }
                    let prefix = text[name..at].trim_end().strip_prefix("xmlns:");
                    if prefixes.len() <= PREFIXES {
                        prefixes.extend(prefix);
                    }
                }
                b'"' | b'\'' => {
                    at += bytes[at + 1..].iter().position(|other| other == byte || *other == b'<').map_or(0, |length| length + 1);
                    if bytes[at] == b'<' {
                        break;
                    }
                    (last, name) = (at + 1, at + 1);
                }
                byte if byte.is_ascii_whitespace() && !follows_a_blank(&bytes[at + 1..]) => name = at + 1,
                _ => {}
            }
            at += 1;
        }
        let closes = bytes.get(at) == Some(&b'>') && bytes[..at].last() == Some(&b'/');
        Self { end: if closes { at - 1 } else { at }, cut }
    }
}

/// More white space or an equals sign comes: what stood before is not over.
fn follows_a_blank(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'=')
}

/// Behind white space, a value begins.
fn quote_follows(rest: &[u8]) -> bool {
    rest.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| matches!(byte, b'"' | b'\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(count: usize) -> String {
        (0..count).map(|number| format!(" a{number}='>/'")).collect()
    }

    #[test]
    fn an_element_keeps_its_first_attributes() {
        let check = |text: &str, expected: &str| assert_eq!(bounded(text).as_deref(), Some(expected), "{}", &text[..text.len().min(80)]);
        let (all, most) = (many(3000), many(ATTRIBUTES));
        check("<a b='1' c = \"2\"/>text x=1<!-- = --><b/>", "<a b='1' c = \"2\"/>text x=1<!-- = --><b/>");
        check(&format!("<a{most}>x</a>"), &format!("<a{most}>x</a>"));
        check(&format!("<a{all}>x<b{all}/>y</a>"), &format!("<a{most}>x<b{most}/>y</a>"));
        check(&format!("<!-- ' --><a{all}\n>x</a>"), &format!("<!-- ' --><a{most}>x</a>"));
        check(&format!("<![CDATA[<z y=']]><a{all}/>"), &format!("<![CDATA[<z y=']]><a{most}/>"));
        check(
            &format!("<!DOCTYPE a [<!ENTITY b \"<g{all}/>\">]><a>&b;</a>"),
            &format!("<!DOCTYPE a [<!ENTITY b \"<g{most}/>\">]><a>&b;</a>"),
        );
        let unquoted = "<![CDATA[ i<n".to_owned() + &" a=1".repeat(300) + "]]><a b='1'/>";
        check(&unquoted, &unquoted);
        check(&format!("<![CDATA[ i<n a= {all}]]><b{all}/>"), &format!("<![CDATA[ i<n a= {all}]]><b{most}/>"));
        check(&format!("<a{}/>", all.replace('=', "\n=\t ")), &format!("<a{}/>", most.replace('=', "\n=\t ")));
        check("<a b=", "<a b=");
        check("<a b='never", "<a b='never");
        check("<", "<");
        check("", "");
    }

    #[test]
    fn prefixes_are_counted_once_each() {
        let declare = |count: usize| (0..count).map(|number| format!("<g xmlns:n{number} = 'u'/>")).collect::<String>();
        assert!(bounded(&declare(PREFIXES)).is_some());
        assert!(bounded(&declare(PREFIXES + 1)).is_none());
        assert!(bounded(&"<g xmlns:a='u' xmlns:b='v'/>".repeat(10_000)).is_some());
    }

    #[test]
    fn a_million_attributes_cost_no_more_than_their_bytes() {
        let text = format!("<a{}/>", many(1_000_000));
        let began = std::time::Instant::now();
        assert_eq!(bounded(&text).map(|kept| kept.len()), Some(many(ATTRIBUTES).len() + 4));
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }
}
