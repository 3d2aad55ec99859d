//! Reads DrawingML text (ECMA-376 part 1, 21): shapes in groups, tables, alternative texts, diagrams and charts.
//!
//! Where shapes stand on a slide is not told: the text comes in the order of the file.

use crate::flow::Flow;
use crate::gap::Gap;
use crate::packed::{Packed, Part};
use crate::xml::{Element, Token, Xml};
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Placeholders that repeat what stands elsewhere.
const REPEATED: &[&str] = &["sldNum", "dt", "hdr", "ftr", "sldImg"];

/// Adds the text of a part; nothing when it is not there.
///
/// # Errors
/// What stopped the reading; what was read until then is in the flow.
pub fn part(packed: &mut Packed<'_>, name: &str, flow: &mut Flow) -> Result<(), Words> {
    match packed.xml(name)? {
        Some(xml) => text(xml, flow),
        None => Ok(()),
    }
}

/// Adds the text of a part that is open.
///
/// # Errors
/// As [`part`].
pub fn text(mut xml: Xml<Part<'_, '_>>, flow: &mut Flow) -> Result<(), Words> {
    let mut tables = 0_usize;
    // Elements that are open outside the shape.
    let mut shape = 0;
    while !flow.is_full() {
        let depth = xml.depth();
        let Some(token) = xml.next()? else { break };
        match token {
            Token::Open(element) => match element.name() {
                "t" | "v" => run(&mut xml, flow)?,
                "sp" => shape = depth,
                "ph" if element.get("type").is_some_and(|kind| REPEATED.contains(&kind.as_str())) => xml.leave(shape)?,
                "br" => flow.gap(Gap::Line),
                "tbl" => {
                    tables += 1;
                    flow.gap(Gap::Line);
                }
                "cNvPr" => described(&element, flow),
                "Fallback" | "f" | "numCache" | "numLit" => xml.skip()?,
                _ => {}
            },
            Token::Close("tbl") => {
                tables = tables.saturating_sub(1);
                flow.gap(Gap::Line);
            }
            Token::Close(name) => flow.gap(gap_after(name, tables > 0)),
            Token::Text(_) | Token::Nothing => {}
        }
    }
    Ok(())
}

fn described(element: &Element<'_>, flow: &mut Flow) {
    let text = element.get("descr").unwrap_or_default();
    if !text.trim().is_empty() {
        flow.piece(PartKind::Description, "", Gap::Line, &text);
    }
}

/// White space after the end of an element.
fn gap_after(name: &str, in_table: bool) -> Gap {
    match name {
        "p" if in_table => Gap::Space,
        "p" | "pt" | "tr" => Gap::Line,
        "tc" => Gap::Tab,
        _ => Gap::None,
    }
}

fn run(xml: &mut Xml<Part<'_, '_>>, flow: &mut Flow) -> Result<(), Words> {
    let outside = xml.depth().saturating_sub(1);
    while xml.depth() > outside {
        match xml.next()? {
            Some(Token::Text(text)) => flow.push(&text),
            Some(Token::Close(_) | Token::Nothing) => {}
            // Not a run but the frame of a text: what is in it comes next.
            Some(Token::Open(_)) | None => break,
        }
    }
    Ok(())
}
