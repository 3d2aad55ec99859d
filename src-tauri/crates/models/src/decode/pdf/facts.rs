//! What a document says of itself: title, author, dates, version.
//!
//! The values are shown, not trusted; what makes no sense is left out.

use super::super::property;
use pdfium_render::prelude::{PdfDocument, PdfDocumentMetadataTagType as Tag, PdfDocumentVersion, PdfSecurityHandlerRevision};
use winnow_contract::asset::Property;

/// Characters of a value that are kept.
const LONGEST: usize = 300;

/// `pages` first, then what is there of title, author, subject, keywords, creator, producer, created, modified, version and
/// encrypted.
pub fn of(document: &PdfDocument) -> Vec<Property> {
    let text = |tag: Tag| document.metadata().get(tag).and_then(|found| line(found.value()));
    let time = |tag: Tag| document.metadata().get(tag).and_then(|found| iso_time(found.value()));
    let found = [
        ("title", text(Tag::Title)),
        ("author", text(Tag::Author)),
        ("subject", text(Tag::Subject)),
        ("keywords", text(Tag::Keywords)),
        ("creator", text(Tag::Creator)),
        ("producer", text(Tag::Producer)),
        ("created", time(Tag::CreationDate)),
        ("modified", time(Tag::ModificationDate)),
        ("version", version(document.version())),
        ("encrypted", is_encrypted(document).then(|| "yes".to_owned())),
    ];
    let known = found.into_iter().filter_map(|(key, value)| Some(property(key, value?)));
    std::iter::once(property("pages", document.pages().len())).chain(known).collect()
}

fn is_encrypted(document: &PdfDocument) -> bool {
    // Newer revisions than the bindings know are errors.
    !matches!(document.permissions().security_handler_revision(), Ok(PdfSecurityHandlerRevision::Unprotected))
}

fn version(version: PdfDocumentVersion) -> Option<String> {
    let known = match version {
        PdfDocumentVersion::Unset => return None,
        PdfDocumentVersion::Pdf1_0 => "1.0",
        PdfDocumentVersion::Pdf1_1 => "1.1",
        PdfDocumentVersion::Pdf1_2 => "1.2",
        PdfDocumentVersion::Pdf1_3 => "1.3",
        PdfDocumentVersion::Pdf1_4 => "1.4",
        PdfDocumentVersion::Pdf1_5 => "1.5",
        PdfDocumentVersion::Pdf1_6 => "1.6",
        PdfDocumentVersion::Pdf1_7 => "1.7",
        PdfDocumentVersion::Pdf2_0 => "2.0",
        PdfDocumentVersion::Other(number) => return (10..100).contains(&number).then(|| format!("{}.{}", number / 10, number % 10)),
    };
    Some(known.to_owned())
}

/// On one line, without control characters; none when nothing is left.
pub fn line(value: &str) -> Option<String> {
    let words = value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line: String = words.collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    (!line.is_empty()).then_some(line)
}

/// `D:YYYYMMDDHHmmSSOHH'mm'` (ISO 32000-1, 7.9.4) in ISO 8601, as far as it goes; none for what is no date.
fn iso_time(value: &str) -> Option<String> {
    let value = value.trim();
    let value = value.strip_prefix("D:").unwrap_or(value);
    let digits = value.bytes().take_while(u8::is_ascii_digit).count().min(14);
    let (time, zone) = value.split_at(digits);
    let part = |at: usize| time.get(at..at + 2);
    let month = part(4).filter(|month| ("01"..="12").contains(month));
    let day = month.and(part(6)).filter(|day| ("01"..="31").contains(day));
    let year = time.get(..4).filter(|year| *year != "0000")?;
    Some(match (month, day, part(8), part(10), part(12)) {
        (Some(month), Some(day), Some(hour), Some(minute), second) => {
            format!("{year}-{month}-{day}T{hour}:{minute}:{}{}", second.unwrap_or("00"), iso_zone(zone))
        }
        (Some(month), Some(day), ..) => format!("{year}-{month}-{day}"),
        (Some(month), None, ..) => format!("{year}-{month}"),
        (None, ..) => year.to_owned(),
    })
}

/// `Z`, or `+01:00` from `+01'00'`; empty when there is none.
fn iso_zone(zone: &str) -> String {
    let digits: String = zone.chars().skip(1).filter(char::is_ascii_digit).take(4).collect();
    match (zone.chars().next(), digits.len()) {
        (Some('Z'), _) => "Z".to_owned(),
        (Some(sign @ ('+' | '-')), 2) => format!("{sign}{digits}:00"),
        (Some(sign @ ('+' | '-')), 4) => format!("{sign}{}:{}", &digits[..2], &digits[2..]),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_iso_as_far_as_they_go() {
        let check = |value: &str, expected: Option<&str>| assert_eq!(iso_time(value).as_deref(), expected, "{value}");
        check("D:20240229134501+01'00'", Some("2024-02-29T13:45:01+01:00"));
        check("D:20240229134501-05'30", Some("2024-02-29T13:45:01-05:30"));
        check("D:20240229134501Z", Some("2024-02-29T13:45:01Z"));
        check("20240229134501", Some("2024-02-29T13:45:01"));
        check("D:202402291345", Some("2024-02-29T13:45:00"));
        check("D:20240229", Some("2024-02-29"));
        check("D:202402", Some("2024-02"));
        check("D:1999", Some("1999"));
        check("D:20241399", Some("2024"));
        check("D:00000000000000", None);
        check("Thursday", None);
        check("", None);
        check("D:2024é", Some("2024"));
    }

    #[test]
    fn values_are_one_line() {
        let check = |value: &str, expected: Option<&str>| assert_eq!(line(value).as_deref(), expected);
        check(" Minutes\r\nof\u{0}the  board ", Some("Minutes of the board"));
        check("\u{1}\n", None);
        assert_eq!(line(&"ä".repeat(1000)).map(|line| line.chars().count()), Some(LONGEST));
    }
}
