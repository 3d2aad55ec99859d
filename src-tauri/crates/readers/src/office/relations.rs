//! Which parts of an Open Packaging package belong together (ECMA-376 part 2).
//!
//! External targets are names, nothing that is opened.

use crate::packed::Packed;
use crate::xml::Token;
use winnow_contract::Words;

/// Relations of one part that are looked at.
const RELATIONS: usize = 20_000;

/// One relation of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub id: String,
    /// The last piece of its type, e.g. `footnotes`.
    pub kind: String,
    /// The name of the part it leads to.
    pub target: String,
}

/// The relations of a part (of the package itself when `part` is empty); without those that lead out of the package.
///
/// # Errors
/// What stopped the reading.
pub fn of(packed: &mut Packed<'_>, part: &str) -> Result<Vec<Relation>, Words> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let separator = if folder.is_empty() { "" } else { "/" };
    let mut relations = Vec::new();
    let Some(mut xml) = packed.xml(&format!("{folder}{separator}_rels/{file}.rels"))? else { return Ok(relations) };
    while let Some(token) = xml.next()? {
        let Token::Open(element) = token else { continue };
        let external = element.get("TargetMode").is_some_and(|mode| mode == "External");
        if element.name() != "Relationship" || external || relations.len() >= RELATIONS {
            continue;
        }
        let kind = element.get("Type").unwrap_or_default();
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        let target = resolve(folder, &element.get("Target").unwrap_or_default());
        relations.push(Relation { id: element.get("Id").unwrap_or_default(), kind, target });
    }
    Ok(relations)
}

/// The targets of all relations of a kind, in order.
pub fn targets<'r>(relations: &'r [Relation], kind: &'r str) -> impl Iterator<Item = &'r str> {
    relations.iter().filter(move |relation| relation.kind == kind).map(|relation| relation.target.as_str())
}

/// The name of a part as seen from a folder of the package.
pub fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_the_folder_of_the_part() {
        let check = |folder: &str, target: &str, expected: &str| assert_eq!(resolve(folder, target), expected);
        check("word", "footnotes.xml", "word/footnotes.xml");
        check("ppt/slides", "../notesSlides/notesSlide1.xml", "ppt/notesSlides/notesSlide1.xml");
        check("word", "/word/media/a.png", "word/media/a.png");
        check("", "word/document.xml", "word/document.xml");
        check("a", "../../../b", "b");
    }
}
