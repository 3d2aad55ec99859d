//! Reads PresentationML (ECMA-376 part 1, 19): slides in their order, notes and comments.
//!
//! Layouts and masters are left out: what they hold stands on every slide.

use super::drawing;
use super::relations::{self, Relation};
use crate::flow::Flow;
use crate::gap::Gap;
use crate::packed::Packed;
use crate::xml::{Element, Token};
use std::collections::HashMap;
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Slides that are read.
const SLIDES: usize = 20_000;

/// Reads a presentation whose list of slides is in `main`.
pub fn read(packed: &mut Packed<'_>, main: &str, flow: &mut Flow) {
    let relations = relations::of(packed, main).unwrap_or_default();
    let slides = slides(packed, main, &relations);
    let authors = authors(packed, &relations);
    for (number, part) in slides.iter().enumerate() {
        slide(packed, part, number + 1, &authors, flow);
    }
    flow.property("slides", &slides.len().to_string());
}

/// The parts of the slides in the order of the show.
fn slides(packed: &mut Packed<'_>, main: &str, relations: &[Relation]) -> Vec<String> {
    let by_id: HashMap<&str, &str> = relations.iter().map(|one| (one.id.as_str(), one.target.as_str())).collect();
    let mut slides = Vec::new();
    if let Ok(Some(mut xml)) = packed.xml(main) {
        while let Ok(Some(token)) = xml.next() {
            let Token::Open(element) = token else { continue };
            let id = (element.name() == "sldId").then(|| element.get_prefixed("id")).flatten();
            slides.extend(id.and_then(|id| by_id.get(id.as_str()).map(|part| (*part).to_owned())));
        }
    }
    if slides.is_empty() {
        slides = relations::targets(relations, "slide").map(str::to_owned).collect();
    }
    slides.truncate(SLIDES);
    slides
}

/// Names of those who comment, by their number (before 2021) or id.
fn authors(packed: &mut Packed<'_>, relations: &[Relation]) -> HashMap<String, String> {
    let mut authors = HashMap::new();
    for kind in ["commentAuthors", "authors"] {
        for part in relations::targets(relations, kind) {
            let Ok(Some(mut xml)) = packed.xml(part) else { continue };
            while let Ok(Some(token)) = xml.next() {
                let Token::Open(element) = token else { continue };
                if let (Some(id), Some(name)) = (element.get("id"), element.get("name")) {
                    authors.insert(id, name);
                }
            }
        }
    }
    authors
}

fn slide(packed: &mut Packed<'_>, part: &str, number: usize, authors: &HashMap<String, String>, flow: &mut Flow) {
    flow.gap(Gap::Blank);
    let result = shown(packed, part, number, flow);
    flow.kept(result);
    flow.leave_all();
    for relation in relations::of(packed, part).unwrap_or_default() {
        let result = match relation.kind.as_str() {
            "notesSlide" => {
                flow.gap(Gap::Line);
                flow.enter(PartKind::SlideNotes, number.to_string());
                drawing::part(packed, &relation.target, flow)
            }
            "diagramData" | "chart" => {
                flow.gap(Gap::Line);
                flow.enter(PartKind::Slide, number.to_string());
                drawing::part(packed, &relation.target, flow)
            }
            "comments" => comments(packed, &relation.target, authors, flow),
            _ => Ok(()),
        };
        flow.kept(result);
        flow.leave_all();
    }
}

fn shown(packed: &mut Packed<'_>, part: &str, number: usize, flow: &mut Flow) -> Result<(), Words> {
    let Some(mut xml) = packed.xml(part)? else { return Ok(()) };
    let mut place = PartKind::Slide;
    while let Some(token) = xml.next()? {
        if let Token::Open(element) = token {
            let hidden = element.get("show").is_some_and(|shown| matches!(shown.as_str(), "0" | "false"));
            place = if hidden { PartKind::HiddenSlide } else { PartKind::Slide };
            break;
        }
    }
    flow.enter(place, number.to_string());
    drawing::text(xml, flow)
}

/// Both the old form, with the text in one element, and the threads of today.
fn comments(packed: &mut Packed<'_>, part: &str, authors: &HashMap<String, String>, flow: &mut Flow) -> Result<(), Words> {
    let Some(mut xml) = packed.xml(part)? else { return Ok(()) };
    while let Some(token) = xml.next()? {
        match token {
            Token::Open(element) if matches!(element.name(), "cm" | "reply") => {
                flow.leave_all();
                flow.gap(Gap::Line);
                flow.enter(PartKind::Comment, author(&element, authors));
            }
            Token::Open(element) if matches!(element.name(), "text" | "t") => {
                let text = xml.text(usize::MAX)?;
                flow.push(&text);
            }
            Token::Close("p") => flow.gap(Gap::Line),
            Token::Open(_) | Token::Close(_) | Token::Text(_) | Token::Nothing => {}
        }
    }
    Ok(())
}

fn author(element: &Element<'_>, authors: &HashMap<String, String>) -> String {
    element.get("authorId").and_then(|id| authors.get(&id).cloned()).unwrap_or_default()
}
