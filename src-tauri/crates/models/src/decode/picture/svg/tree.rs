//! What a drawing says in words, and what in it would do something if it were let: scripts, and what it points to.
//!
//! Walks the parsed tree once, without calling itself.

use super::super::described::{Described, clean};
use super::super::xmp;
use resvg::usvg::roxmltree::{Document, Node};
use winnow_contract::Words;
use winnow_contract::asset::{PartKind, Place};
use winnow_contract::worker::{DecodeLimits, DecodedText};
use winnow_readers::Text;

/// What was found on the way through the tree.
pub struct Found {
    pub text: Option<DecodedText>,
    pub described: Described,
    pub notes: Vec<Words>,
    pub partial: bool,
    /// It is nested more deeply than it may be: not to be drawn.
    pub too_deep: bool,
}

/// Goes through the tree in the order of the document.
pub fn look_through(document: &Document, limits: &DecodeLimits) -> Found {
    let mut walk = Walk { text: Text::new(limits.text_chars as usize), scripts: false, elsewhere: false, too_deep: false };
    walk.through(document.root_element(), limits.nesting);
    let described = xmp::in_tree(document.root());
    let mut notes = Vec::new();
    let mut note = |is: bool, words: Words| notes.extend(is.then_some(words));
    note(walk.scripts, Words::new("scripts_ignored"));
    note(walk.elsewhere, Words::new("external_ignored"));
    note(walk.too_deep, Words::new("nesting").with("limit", limits.nesting));
    let (text, cut) = (walk.text.length() > 0).then(|| walk.text.finish(super::TOOL)).unzip();
    let cut = cut.flatten();
    let partial = walk.too_deep || cut.is_some();
    notes.extend(cut);
    Found { text, described, notes, partial, too_deep: walk.too_deep }
}

struct Walk {
    text: Text,
    scripts: bool,
    elsewhere: bool,
    too_deep: bool,
}

impl Walk {
    /// Every element below and including `root` down to `limit` levels.
    fn through(&mut self, root: Node, limit: u32) {
        let (mut node, mut depth) = (root, 1);
        loop {
            let below = if self.element(node) && depth < limit { node.first_element_child() } else { None };
            self.too_deep |= depth == limit && node.first_element_child().is_some();
            if let Some(child) = below {
                (node, depth) = (child, depth + 1);
                continue;
            }
            while node.next_sibling_element().is_none() && node != root {
                let Some(parent) = node.parent_element() else { return };
                (node, depth) = (parent, depth - 1);
            }
            match node.next_sibling_element().filter(|_| node != root) {
                Some(next) => node = next,
                None => return,
            }
        }
    }

    /// Looks at one element; whether to go on below it.
    fn element(&mut self, node: Node) -> bool {
        self.scripts |= node.attributes().any(|attribute| runs(attribute.name(), attribute.value()));
        let name = node.tag_name().name();
        // A link is followed by people only.
        self.elsewhere |= name != "a" && node.attributes().any(|attribute| attribute.name() == "href" && is_elsewhere(attribute.value()));
        match name {
            "script" | "handler" => {
                self.scripts = true;
                false
            }
            "style" | "metadata" => false,
            "text" | "foreignObject" => self.piece(PartKind::Body, node),
            "title" | "desc" => self.piece(PartKind::Description, node),
            _ => true,
        }
    }

    fn piece(&mut self, part: PartKind, node: Node) -> bool {
        let piece = clean(&words(node));
        if !piece.is_empty() {
            self.text.break_line(1);
            self.text.push_at(Place { part, name: String::new() }, &piece);
        }
        true
    }
}

/// The words of an element with single blanks between them; nothing of scripts, styles and titles in it, which stand for
/// themselves. Pieces with a place of their own are words of their own.
fn words(element: Node) -> String {
    let mut words = String::new();
    for node in element.descendants() {
        if node.is_text() && node.parent_element().is_some_and(|parent| is_shown(parent)) {
            words.push_str(node.text().unwrap_or_default());
        } else if node.is_element() && (node.has_attribute("x") || node.has_attribute("y") || node.has_attribute("dy") || is_block(node)) {
            words.push(' ');
        }
    }
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.truncate(1_000_000);
    words.join(" ")
}

fn is_shown(parent: Node) -> bool {
    !matches!(parent.tag_name().name(), "script" | "style" | "title" | "desc") || !parent.parent_element().is_some_and(in_text)
}

fn in_text(node: Node) -> bool {
    matches!(node.tag_name().name(), "text" | "tspan" | "foreignObject")
}

/// Elements of HTML that begin a line.
fn is_block(node: Node) -> bool {
    matches!(node.tag_name().name(), "div" | "p" | "br" | "li" | "td" | "tr" | "h1" | "h2" | "h3")
}

/// Whether an attribute is a script: an event's handler, or a link that runs.
fn runs(name: &str, value: &str) -> bool {
    let handler = name.len() > 2 && name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"));
    handler || name == "href" && starts_with(value, "javascript:")
}

/// Neither within the drawing nor in the link itself.
fn is_elsewhere(value: &str) -> bool {
    let value = value.trim_start();
    !value.is_empty() && !value.starts_with('#') && !starts_with(value, "data:") && !starts_with(value, "javascript:")
}

fn starts_with(value: &str, scheme: &str) -> bool {
    value.trim_start().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}
