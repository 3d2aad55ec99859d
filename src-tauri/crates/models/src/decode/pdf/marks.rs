//! What people put on a page beside its text: notes, stamps with words, values of form fields.
//!
//! Links and the pop-ups that only repeat a note are left out; so are the answers of a form that are pictures or signatures.

use super::layout::{Bounds, Mark};
use pdfium_render::prelude::{
    PdfFormField, PdfFormFieldCommon, PdfPage, PdfPageAnnotation, PdfPageAnnotationCommon, PdfPageAnnotationType, PdfRect,
};
use winnow_contract::asset::{PartKind, Place};

/// Annotations of one page that are looked at.
const MOST: usize = 2000;

/// The marks of a page in the order in which the document has them; `place` tells where a rectangle of the page stands.
pub fn of(page: &PdfPage, place: impl Fn(&PdfRect) -> Bounds) -> Vec<Mark> {
    let annotations = page.annotations();
    let marks = (0..annotations.len().min(MOST)).filter_map(|number| mark(&annotations.get(number).ok()?, &place));
    marks.collect()
}

fn mark(annotation: &PdfPageAnnotation, place: impl Fn(&PdfRect) -> Bounds) -> Option<Mark> {
    let (name, text) = match annotation.annotation_type() {
        PdfPageAnnotationType::Link | PdfPageAnnotationType::Popup => return None,
        PdfPageAnnotationType::Widget | PdfPageAnnotationType::XfaWidget => (String::new(), answer(annotation.as_form_field()?)?),
        _ => (said(annotation.creator()).unwrap_or_default(), said(annotation.contents())?),
    };
    let bounds = annotation.bounds().ok().map(|rect| place(&rect));
    Some(Mark { place: Place { part: PartKind::Annotation, name }, text, bounds })
}

/// `Name of the field: value`; none for a field that is empty.
fn answer(field: &PdfFormField) -> Option<String> {
    let value = match field {
        PdfFormField::Text(field) => said(field.value()),
        PdfFormField::ComboBox(field) => said(field.value()),
        PdfFormField::ListBox(field) => said(field.value()),
        PdfFormField::Checkbox(field) => field.is_checked().unwrap_or(false).then(|| "☑".to_owned()),
        PdfFormField::RadioButton(field) => field.is_checked().unwrap_or(false).then(|| said(field.group_value())).flatten(),
        PdfFormField::PushButton(_) | PdfFormField::Signature(_) | PdfFormField::Unknown(_) => None,
    }?;
    Some(match said(field.name()) {
        Some(name) => format!("{name}: {value}"),
        None => value,
    })
}

/// Without control characters but line ends; none when nothing is left.
fn said(text: Option<String>) -> Option<String> {
    let text = text?.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_keep_their_lines_and_nothing_that_cannot_be_seen() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(said(Some(text.to_owned())).as_deref(), expected);
        check(" one\r\ntwo\rthree\u{7} ", Some("one\ntwo\nthree"));
        check("\u{0}\n", None);
    }
}
