//! What a camera wrote beside the pixels (EXIF): when, with what and where a picture was taken.
//!
//! The values are shown, not trusted; fields that do not make sense are left out.

use super::super::property;
use exif::{Exif, In, Rational, Tag, Value};
use std::io::{BufRead, Seek};
use winnow_contract::asset::Property;

/// A TIFF is held in memory as a whole to read its fields, so larger ones give none.
pub const TIFF_BYTES: u64 = 128 << 20;

/// `taken_at`, `camera`, `latitude`, `longitude` and `orientation` of a JPEG, PNG, WebP or TIFF, as far as they are there.
pub fn of(reader: &mut (impl BufRead + Seek)) -> Vec<Property> {
    exif::Reader::new().read_from_container(reader).map_or(Vec::new(), |fields| facts(&fields))
}

/// The same of a block of fields that was taken out of its container.
pub fn of_block(block: Vec<u8>) -> Vec<Property> {
    exif::Reader::new().read_raw(block).map_or(Vec::new(), |fields| facts(&fields))
}

fn facts(fields: &Exif) -> Vec<Property> {
    let found = [
        ("taken_at", taken_at(fields)),
        ("camera", camera(fields)),
        ("latitude", degrees(fields, Tag::GPSLatitude, Tag::GPSLatitudeRef, 90.0)),
        ("longitude", degrees(fields, Tag::GPSLongitude, Tag::GPSLongitudeRef, 180.0)),
        ("orientation", orientation(fields)),
    ];
    found.into_iter().filter_map(|(key, value)| Some(property(key, value?))).collect()
}

/// `2021-05-04T12:34:56`, with an offset when the camera knew it.
fn taken_at(fields: &Exif) -> Option<String> {
    let original = text(fields, Tag::DateTimeOriginal).map(|time| (time, Tag::OffsetTimeOriginal));
    let digitized = || text(fields, Tag::DateTimeDigitized).map(|time| (time, Tag::OffsetTimeDigitized));
    let (time, offset) = original.or_else(digitized).or_else(|| text(fields, Tag::DateTime).map(|time| (time, Tag::OffsetTime)))?;
    let offset = text(fields, offset).filter(|offset| is_offset(offset)).unwrap_or_default();
    iso_time(&time).map(|time| time + &offset)
}

/// `YYYY:MM:DD HH:MM:SS` (EXIF 2.32, 4.6.5) in ISO's order; none for blanks and zeros.
fn iso_time(time: &str) -> Option<String> {
    let bytes = time.as_bytes();
    let digits = |(at, byte): (usize, &u8)| matches!(at, 4 | 7 | 10 | 13 | 16) || byte.is_ascii_digit();
    let proper = bytes.len() == 19 && time.is_ascii() && bytes.iter().enumerate().all(digits) && !time.starts_with("0000");
    proper.then(|| format!("{}-{}-{}T{}", &time[..4], &time[5..7], &time[8..10], &time[11..]))
}

/// `+02:00`
fn is_offset(offset: &str) -> bool {
    matches!(offset.as_bytes(), [b'+' | b'-', a, b, b':', c, d] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
}

/// Maker and model; the maker only once when the model begins with it.
fn camera(fields: &Exif) -> Option<String> {
    let (make, model) = (text(fields, Tag::Make), text(fields, Tag::Model));
    match (make, model) {
        (Some(make), Some(model)) if !model.to_lowercase().starts_with(&make.to_lowercase()) => Some(format!("{make} {model}")),
        (make, model) => model.or(make),
    }
}

fn orientation(fields: &Exif) -> Option<String> {
    let value = fields.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
    (1..=8).contains(&value).then(|| value.to_string())
}

/// Decimal degrees, south and west negative.
fn degrees(fields: &Exif, tag: Tag, reference: Tag, bound: f64) -> Option<String> {
    let Value::Rational(parts) = &fields.get_field(tag, In::PRIMARY)?.value else { return None };
    let value = decimal(parts)?;
    let negative = text(fields, reference).is_some_and(|side| side.starts_with(['S', 'W', 's', 'w']));
    let inside = value.is_finite() && (0.0..=bound).contains(&value);
    inside.then(|| format!("{:.6}", if negative { -value } else { value }))
}

/// Degrees, minutes and seconds as one number.
fn decimal(parts: &[Rational]) -> Option<f64> {
    let part = |at: usize| parts.get(at).map_or(0.0, |part| if part.denom == 0 { 0.0 } else { part.to_f64() });
    (!parts.is_empty() && parts[0].denom != 0).then(|| part(0) + part(1) / 60.0 + part(2) / 3600.0)
}

/// A field of text without control characters, at most 200 characters.
fn text(fields: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &fields.get_field(tag, In::PRIMARY)?.value else { return None };
    let line = String::from_utf8_lossy(lines.first()?).chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso_or_nothing() {
        let check = |time: &str, expected: Option<&str>| assert_eq!(iso_time(time).as_deref(), expected);
        check("2021:05:04 12:34:56", Some("2021-05-04T12:34:56"));
        check("0000:00:00 00:00:00", None);
        check("    :  :     :  :  ", None);
        check("yesterday", None);
        assert!(is_offset("+02:00") && !is_offset("2:00"));
    }

    #[test]
    fn degrees_minutes_and_seconds() {
        let rational = |num, denom| Rational { num, denom };
        let check = |parts: &[Rational], expected: Option<f64>| assert_eq!(decimal(parts), expected);
        check(&[rational(52, 1), rational(30, 1), rational(0, 1)], Some(52.5));
        check(&[rational(52, 1), rational(0, 0)], Some(52.0));
        check(&[rational(1, 0)], None);
        check(&[], None);
    }
}
