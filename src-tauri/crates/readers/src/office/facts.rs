//! What a document says of itself: title, author, dates, program, pages.
//!
//! Values are kept as they stand; nothing is checked against the content.

use crate::flow::Flow;
use crate::ole::{u16_at, u32_at, utf16};
use crate::packed::Packed;
use crate::xml::Token;
use encoding_rs::{Encoding, WINDOWS_1252};

/// Characters of one value that are read.
const VALUE: usize = 4000;

/// Elements that are kept, by local name, and what they are called: Open Packaging core and extended properties, ODF, Dublin Core.
const ELEMENTS: &[(&str, &str)] = &[
    ("title", "title"),
    ("subject", "subject"),
    ("creator", "author"),
    ("initial-creator", "author"),
    ("keywords", "keywords"),
    ("keyword", "keywords"),
    ("description", "comments"),
    ("category", "category"),
    ("lastModifiedBy", "last_author"),
    ("created", "created"),
    ("creation-date", "created"),
    ("modified", "modified"),
    ("date", "modified"),
    ("lastPrinted", "printed"),
    ("print-date", "printed"),
    ("Application", "application"),
    ("generator", "application"),
    ("Company", "company"),
    ("Manager", "manager"),
    ("Pages", "pages"),
    ("publisher", "publisher"),
    ("language", "language"),
    ("identifier", "identifier"),
];

/// Adds the properties of one part of facts; what cannot be read is left out.
pub fn part(packed: &mut Packed<'_>, name: &str, flow: &mut Flow) {
    let Ok(Some(mut xml)) = packed.xml(name) else { return };
    while let Ok(Some(token)) = xml.next() {
        let Token::Open(element) = token else { continue };
        let local = element.name();
        if local == "document-statistic" {
            flow.property("pages", &element.get("page-count").unwrap_or_default());
        }
        let Some((_, key)) = ELEMENTS.iter().find(|(known, _)| *known == local) else { continue };
        let Ok(value) = xml.text(VALUE) else { return };
        flow.property(key, &value);
    }
}

/// What a property of a summary stream is called, by its number (MS-OLEPS, MS-OSHARED).
const SUMMARY: &[(u32, &str)] = &[
    (2, "title"),
    (3, "subject"),
    (4, "author"),
    (5, "keywords"),
    (6, "comments"),
    (8, "last_author"),
    (11, "printed"),
    (12, "created"),
    (13, "modified"),
    (14, "pages"),
    (18, "application"),
];

/// The same in the second summary stream.
pub const DOCUMENT_SUMMARY: &[(u32, &str)] = &[(2, "category"), (14, "manager"), (15, "company")];

/// Adds the properties of the stream `\x05SummaryInformation`.
pub fn summary(stream: &[u8], flow: &mut Flow) {
    set(stream, SUMMARY, flow);
}

/// Adds the properties of a property set of which `known` says the names.
pub fn set(stream: &[u8], known: &[(u32, &str)], flow: &mut Flow) {
    let section = u32_at(stream, 44) as usize;
    let Some(section) = stream.get(section..).filter(|section| section.len() > 8) else { return };
    let count = (u32_at(section, 4) as usize).min(200);
    let entries: Vec<(u32, usize)> = (0..count).map(|at| (u32_at(section, 8 + at * 8), u32_at(section, 12 + at * 8) as usize)).collect();
    let page = entries.iter().find(|(number, _)| *number == 1).map_or(1252, |(_, at)| u16_at(section, at + 4));
    for (number, at) in &entries {
        let name = known.iter().find(|(wanted, _)| wanted == number);
        if let (Some((_, key)), Some(value)) = (name, section.get(*at..)) {
            flow.property(key, &shown(value, page));
        }
    }
}

/// A typed value; nothing for types that say nothing to a reader.
fn shown(value: &[u8], page: u16) -> String {
    let length = (u32_at(value, 4) as usize).min(VALUE);
    let bytes = |length: usize| value.get(8..(8 + length).min(value.len())).unwrap_or_default();
    let text = match u16_at(value, 0) {
        2 => u16_at(value, 4).to_string(),
        3 => u32_at(value, 4).to_string(),
        30 if page == 1200 => utf16(bytes(length)),
        30 => code_page(page).decode_without_bom_handling(bytes(length)).0.into_owned(),
        31 => utf16(bytes(length.saturating_mul(2))),
        64 => file_time(u64::from(u32_at(value, 4)) | u64::from(u32_at(value, 8)) << 32).unwrap_or_default(),
        _ => String::new(),
    };
    let text = text.trim_end_matches('\0');
    if text == "0" { String::new() } else { text.split('\0').next().unwrap_or_default().to_owned() }
}

/// The encoding of a Windows code page; Western European when it is not known.
pub fn code_page(number: u16) -> &'static Encoding {
    let label = match number {
        65001 => "utf-8".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        20866 => "koi8-r".to_owned(),
        874 | 1250..=1258 => format!("windows-{number}"),
        866 => "ibm866".to_owned(),
        28591..=28606 => format!("iso-8859-{}", number - 28590),
        _ => return WINDOWS_1252,
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

/// 100 ns since 1601 as a time, `YYYY-MM-DDTHH:MM:SSZ`. Short spans of time (seconds of editing) and nothing are none.
pub fn file_time(ticks: u64) -> Option<String> {
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - 11_644_473_600;
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, date) = super::cells::civil(day);
    let in_range = (1900..2200).contains(&year);
    in_range.then(|| format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_times_are_told_as_dates() {
        let check = |ticks: u64, expected: Option<&str>| assert_eq!(file_time(ticks).as_deref(), expected);
        check(116_444_736_000_000_000, Some("1970-01-01T00:00:00Z"));
        check(128_166_372_003_000_000, Some("2007-02-22T17:00:00Z"));
        check(0, None);
        check(6_000_000_000, None);
        check(u64::MAX, None);
    }

    #[test]
    fn code_pages_have_encodings() {
        let check = |number: u16, name: &str| assert_eq!(code_page(number).name(), name);
        check(1252, "windows-1252");
        check(1251, "windows-1251");
        check(874, "windows-874");
        check(932, "Shift_JIS");
        check(28592, "ISO-8859-2");
        check(65001, "UTF-8");
        check(437, "windows-1252");
    }
}
