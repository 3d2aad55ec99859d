//! Documents made by hand, small enough to be read here.

mod hostile;
mod members;
mod open_document;
mod open_xml;
mod storages;

use super::*;
use std::io::Write;
use winnow_contract::asset::PartKind;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub const LIMITS: Limits = Limits { text_chars: 100_000, cells: 1000, nesting: 100, unpacked_bytes: 64 << 20 };

/// A package of these parts.
pub fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(content.as_bytes()).expect("written");
    }
    zip.finish().expect("a package").into_inner()
}

/// The parts of an Open XML package around its own: content types and the relation to the main part.
pub fn open_xml_package(main: &str, content_type: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let types = format!(
        "<Types><Override PartName='/{main}' ContentType='application/vnd.openxmlformats-officedocument.{content_type}.main+xml'/></Types>"
    );
    let relations = format!(
        "<Relationships><Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='/{main}'/></Relationships>"
    );
    let mut all = vec![("[Content_Types].xml", types.as_str()), ("_rels/.rels", relations.as_str())];
    all.extend(parts);
    package(&all)
}

/// The part of relations of another part, as (id, kind, target).
pub fn relations_part(relations: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, target): &(&str, &str, &str)| {
        format!("<Relationship Id='{id}' Type='http://x/relationships/{kind}' Target='{target}'/>")
    };
    format!("<Relationships>{}</Relationships>", relations.iter().map(one).collect::<String>())
}

pub fn document(bytes: &[u8]) -> Document {
    read(&mut Cursor::new(bytes), None, &LIMITS).expect("a document")
}

pub fn text_of(found: &Document) -> &str {
    &found.text.as_ref().expect("a text").text
}

/// Every span as (part, name, text).
pub fn places(found: &Document) -> Vec<(PartKind, String, String)> {
    let text = found.text.as_ref().expect("a text");
    let characters: Vec<char> = text.text.chars().collect();
    let one = |span: &winnow_contract::asset::Span| {
        let place = span.place.clone().expect("a place");
        (place.part, place.name, characters[span.start as usize..span.end as usize].iter().collect())
    };
    text.spans.iter().map(one).collect()
}

/// The document has exactly this text in this place.
pub fn check_place(found: &Document, part: PartKind, name: &str, text: &str) {
    let all = places(found);
    assert!(all.contains(&(part, name.to_owned(), text.to_owned())), "{part:?} {name} {text} in {all:?}");
}

pub fn check_property(found: &Document, key: &str, value: &str) {
    let property = found.properties.iter().find(|one| one.key == key);
    assert_eq!(property.map(|one| one.value.as_str()), Some(value), "{key}");
}
