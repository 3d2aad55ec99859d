//! What single elements of HTML mean for the text: which part blocks, which hide, which are not markup inside.
//!
//! After the Living Standard's rendering section; elements not listed are inline.

use crate::gap::Gap;
use html5ever::tokenizer::states::RawKind;

/// What an element is to a reader of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Inline,
    /// On lines of its own.
    Block,
    /// With an empty line around it.
    Paragraph,
    Cell,
    Break,
    Preformatted,
    /// Its content is not rendered.
    Template,
    /// SVG or MathML, where elements close themselves.
    Foreign,
    /// Its content is not markup.
    Raw(RawKind),
    Plaintext,
}

/// The meaning of an element, by its lower-case name.
pub fn meaning(name: &str) -> Meaning {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" => Meaning::Paragraph,
        "address" | "article" | "aside" | "body" | "caption" | "center" | "dd" | "details" | "dialog" | "dir" | "div" | "dl" | "dt"
        | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "header" | "hgroup" | "hr" | "html" | "legend" | "li" | "main"
        | "menu" | "nav" | "ol" | "optgroup" | "option" | "section" | "summary" | "tbody" | "tfoot" | "thead" | "tr" | "ul" => {
            Meaning::Block
        }
        "td" | "th" => Meaning::Cell,
        "br" => Meaning::Break,
        "pre" | "listing" => Meaning::Preformatted,
        "template" => Meaning::Template,
        "svg" | "math" => Meaning::Foreign,
        "script" => Meaning::Raw(RawKind::ScriptData),
        "style" | "noscript" | "iframe" | "noembed" | "noframes" | "xmp" => Meaning::Raw(RawKind::Rawtext),
        "title" | "textarea" => Meaning::Raw(RawKind::Rcdata),
        "plaintext" => Meaning::Plaintext,
        _ => Meaning::Inline,
    }
}

/// The white space that the beginning or end of an element calls for.
pub fn gap(meaning: Meaning) -> Gap {
    match meaning {
        Meaning::Paragraph => Gap::Blank,
        Meaning::Block | Meaning::Break | Meaning::Preformatted | Meaning::Plaintext => Gap::Line,
        Meaning::Cell => Gap::Tab,
        Meaning::Inline | Meaning::Template | Meaning::Foreign | Meaning::Raw(_) => Gap::None,
    }
}
