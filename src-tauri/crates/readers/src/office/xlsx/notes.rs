//! Comments on cells: notes of old, and threads.
//!
//! Where there are threads, the notes that stand in for them are left out.

use crate::office::relations::{self, Relation};
use crate::office::workbook::Book;
use crate::packed::Packed;
use crate::xml::Token;
use std::collections::{HashMap, HashSet};
use winnow_contract::Words;

/// Authors and persons that are kept.
const PERSONS: usize = 100_000;
/// Bytes of one comment that are read.
const COMMENT: usize = 1 << 20;

/// Writes the comments of a sheet.
///
/// # Errors
/// What stopped the reading; comments read until then are written.
pub fn read(packed: &mut Packed<'_>, relations: &[Relation], persons: &HashMap<String, String>, book: &mut Book<'_>) -> Result<(), Words> {
    let mut threads = HashSet::new();
    for part in relations::targets(relations, "threadedComment") {
        threaded(packed, part, persons, &mut threads, book)?;
    }
    for part in relations::targets(relations, "comments") {
        notes(packed, part, &threads, book)?;
    }
    Ok(())
}

/// Display names by id; as far as the part can be read.
pub fn persons(packed: &mut Packed<'_>, part: &str) -> HashMap<String, String> {
    let mut persons = HashMap::new();
    let Ok(Some(mut xml)) = packed.xml(part) else { return persons };
    while let Ok(Some(token)) = xml.next() {
        let Token::Open(element) = token else { continue };
        if let (Some(id), Some(name)) = (element.get("id"), element.get("displayName"))
            && persons.len() < PERSONS
        {
            persons.insert(id, name);
        }
    }
    persons
}

fn threaded(
    packed: &mut Packed<'_>,
    part: &str,
    persons: &HashMap<String, String>,
    threads: &mut HashSet<String>,
    book: &mut Book<'_>,
) -> Result<(), Words> {
    let Some(mut xml) = packed.xml(part)? else { return Ok(()) };
    let (mut cell, mut author) = (String::new(), String::new());
    while let Some(token) = xml.next()? {
        let Token::Open(element) = token else { continue };
        match element.name() {
            "threadedComment" => {
                cell = element.get("ref").unwrap_or_default();
                let person = element.get("personId").unwrap_or_default();
                author = persons.get(&person).cloned().unwrap_or_default();
                threads.insert(cell.clone());
            }
            "text" => {
                let text = xml.text(COMMENT)?;
                book.comment(&cell, &author, &text);
            }
            _ => {}
        }
    }
    Ok(())
}

fn notes(packed: &mut Packed<'_>, part: &str, threads: &HashSet<String>, book: &mut Book<'_>) -> Result<(), Words> {
    let Some(mut xml) = packed.xml(part)? else { return Ok(()) };
    let mut authors: Vec<String> = Vec::new();
    let (mut cell, mut author) = (String::new(), String::new());
    while let Some(token) = xml.next()? {
        let Token::Open(element) = token else { continue };
        match element.name() {
            "author" if authors.len() < PERSONS => {
                let name = xml.text(COMMENT)?;
                authors.push(name);
            }
            "comment" => {
                cell = element.get("ref").unwrap_or_default();
                author = element.number("authorId").and_then(|number: usize| authors.get(number).cloned()).unwrap_or_default();
            }
            "text" => {
                let text = xml.text(COMMENT)?;
                if !threads.contains(&cell) {
                    book.comment(&cell, &author, &text);
                }
            }
            _ => {}
        }
    }
    Ok(())
}
