//! Which text format it is: by what it says where it says something, else by the name.
//!
//! Well-formedness is not checked here; the readers do that.

mod shown;

use super::super::subtitles;
use super::learned::Doubt;
use super::{Kind, MESSAGE};
use shown::{Shown, is_prose};
use winnow_contract::asset::MediaKind;
use winnow_readers::{encoding, mail};

/// Text that is nothing more than that.
pub const PLAIN: Kind = Kind::new(MediaKind::Text, "text/plain");
pub const WEB: Kind = Kind::new(MediaKind::Web, "text/html");
pub const XML: Kind = Kind::new(MediaKind::Text, "application/xml");
pub const MAIL: Kind = Kind::new(MediaKind::Mail, MESSAGE);
const SVG: Kind = Kind::new(MediaKind::Image, "image/svg+xml");
const MAILBOX: Kind = Kind::new(MediaKind::Mail, mail::MAILBOX);
const SAVED_PAGE: Kind = Kind::new(MediaKind::Web, mail::SAVED_PAGE);
const SUBRIP: Kind = Kind::new(MediaKind::Text, "application/x-subrip");
const WEBVTT: Kind = Kind::new(MediaKind::Text, "text/vtt");
const JSON: Kind = Kind::new(MediaKind::Text, "application/json");
const JSON_LINES: Kind = Kind::new(MediaKind::Text, "application/x-ndjson");
const TABS: Kind = Kind::new(MediaKind::Table, "text/tab-separated-values");
const MARKDOWN: Kind = Kind::new(MediaKind::Text, "text/markdown");
const YAML: Kind = Kind::new(MediaKind::Text, "application/yaml");
const C: Kind = Kind::new(MediaKind::Text, "text/x-c");

/// Text formats by extension, with what shows that a text is of that format. HTML is left out: it must look like it.
const NAMED: &[(&str, Kind, Shown)] = &[
    ("csv", Kind::new(MediaKind::Table, "text/csv"), Shown::Columns(&[',', ';', '\t', '|'])),
    ("tsv", TABS, Shown::Columns(&['\t'])),
    ("tab", TABS, Shown::Columns(&['\t'])),
    ("md", MARKDOWN, Shown::ByAnything),
    ("markdown", MARKDOWN, Shown::ByAnything),
    ("json", JSON, Shown::Beginning(&["{", "["])),
    ("geojson", JSON, Shown::Beginning(&["{", "["])),
    ("jsonl", JSON_LINES, Shown::Beginning(&["{", "["])),
    ("ndjson", JSON_LINES, Shown::Beginning(&["{", "["])),
    ("xml", XML, Shown::Beginning(&["<"])),
    ("yaml", YAML, Shown::Pairs(':')),
    ("yml", YAML, Shown::Pairs(':')),
    ("toml", Kind::new(MediaKind::Text, "application/toml"), Shown::Pairs('=')),
    (
        "sql",
        Kind::new(MediaKind::Text, "application/sql"),
        Shown::Lines(&["select ", "insert into ", "create ", "alter ", "drop ", "grant "]),
    ),
    ("css", Kind::new(MediaKind::Text, "text/css"), Shown::Lines(&["@media", "@import", "@charset", ":root", "body {", "body{"])),
    (
        "js",
        Kind::new(MediaKind::Text, "text/javascript"),
        Shown::Lines(&["const ", "var ", "let ", "function ", "(function", "\"use strict\"", "'use strict'", "export "]),
    ),
    (
        "py",
        Kind::new(MediaKind::Text, "text/x-python"),
        Shown::Lines(&["def ", "elif ", "if __name__", "import os", "import sys", "from __future__"]),
    ),
    ("rs", Kind::new(MediaKind::Text, "text/x-rust"), Shown::Lines(&["use crate::", "use std::", "pub fn ", "fn ", "pub mod ", "impl "])),
    ("c", C, Shown::Lines(&["#include", "#define"])),
    ("h", C, Shown::Lines(&["#include", "#define"])),
    (
        "java",
        Kind::new(MediaKind::Text, "text/x-java"),
        Shown::Lines(&["import java", "public class ", "public interface ", "public enum "]),
    ),
    ("sh", Kind::new(MediaKind::Text, "application/x-sh"), Shown::Beginning(&["#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash"])),
    ("tex", Kind::new(MediaKind::Text, "application/x-tex"), Shown::Lines(&["\\documentclass", "\\begin{", "\\section", "\\usepackage"])),
    ("vcf", Kind::new(MediaKind::Text, "text/vcard"), Shown::Beginning(&["begin:vcard"])),
    ("ics", Kind::new(MediaKind::Text, "text/calendar"), Shown::Beginning(&["begin:vcalendar"])),
];

/// Extensions that say no more than that it is text.
const PLAIN_NAMES: &[&str] = &["txt", "text", "asc", "log"];

/// The doubt that remains about a text of this kind; none when it is plain.
pub fn doubt(kind: Kind, head: &[u8], extension: &str) -> Option<Doubt> {
    let start = encoding::glimpse(head);
    let start = start.trim_start();
    if kind == PLAIN {
        return (!means_plain(extension) || !is_prose(start)).then_some(Doubt::Format);
    }
    let (_, claimed, shown) = NAMED.iter().find(|(name, ..)| *name == extension)?;
    (*claimed == kind && !shown.is_seen(start)).then_some(Doubt::Name)
}

/// Whether a text has what a reader of this kind relies on, so that nothing is lost when it was taken for one wrongly.
pub fn can_be_read_as(kind: Kind, head: &[u8], extension: &str) -> bool {
    let start = encoding::glimpse(head);
    let start = start.trim_start();
    match kind {
        WEB => start.starts_with('<') && has_tag(&start[..floor(start, 2048)]),
        // A memo in a file whose name says that it is text stays one.
        MAIL => !means_plain(extension) && has_sender(head),
        JSON | JSON_LINES => start.starts_with(['{', '[']),
        _ => true,
    }
}

/// The kind that an extension stands for among texts.
pub fn named(extension: &str) -> Option<Kind> {
    NAMED.iter().find(|(name, ..)| *name == extension).map(|(_, kind, _)| *kind)
}

fn means_plain(extension: &str) -> bool {
    PLAIN_NAMES.contains(&extension)
}

/// The kind of a text that begins with `head`.
pub fn of(head: &[u8], extension: &str) -> Kind {
    let start = encoding::glimpse(head);
    let start = start.trim_start();
    // A name that claims a text format is believed, for texts quote one another; HTML and mail must show it.
    let named = named(extension);
    match named {
        Some(kind) if kind != XML => kind,
        _ => by_content(start, extension).or_else(|| mail_of(head, extension)).or(named).unwrap_or(PLAIN),
    }
}

/// A mailbox, a page saved as a message, or a message; one that was saved from a program may lack what transport writes.
fn mail_of(head: &[u8], extension: &str) -> Option<Kind> {
    if mail::looks_like_mbox(head) {
        return Some(MAILBOX);
    }
    if mail::looks_like_saved_page(head) {
        return Some(SAVED_PAGE);
    }
    (mail::looks_like_message(head) || extension == "eml" && has_sender(head)).then_some(MAIL)
}

/// Fields up to the first empty line, who it is from among them; a memo has that too.
fn has_sender(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&head[..head.len().min(16 << 10)]);
    text.lines().take_while(|line| !line.is_empty()).any(|line| line.to_ascii_lowercase().starts_with("from:"))
}

fn by_content(start: &str, extension: &str) -> Option<Kind> {
    let lower = start[..floor(start, 2048)].to_ascii_lowercase();
    let html_name = matches!(extension, "html" | "htm" | "xhtml");
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") || html_name && has_tag(&lower) {
        return Some(WEB);
    }
    if lower.starts_with("<svg") || lower.starts_with("<?xml") && lower.contains("<svg") {
        return Some(SVG);
    }
    if lower.starts_with("<?xml") {
        return Some(if lower.contains("<html") { WEB } else { XML });
    }
    if start.starts_with("WEBVTT") {
        return Some(WEBVTT);
    }
    (is_numbered(start) && subtitles::is_subtitles(start)).then_some(SUBRIP)
}

/// The first line is a number, as the first cue's.
fn is_numbered(start: &str) -> bool {
    start.lines().next().is_some_and(|line| !line.trim().is_empty() && line.trim().bytes().all(|byte| byte.is_ascii_digit()))
}

fn has_tag(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '!' | '/')))
}

/// The largest character boundary at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, extension: &str, expected: &str) {
        assert_eq!(of(text.as_bytes(), extension).media_type, expected, "{text:?} named {extension:?}");
    }

    #[test]
    fn text_formats_by_content_then_by_name() {
        check("Dear Sir,\n", "txt", "text/plain");
        check("# Title\n", "md", "text/markdown");
        check("a,b\n1,2\n", "csv", "text/csv");
        check("<!DOCTYPE html><p>x", "txt", "text/html");
        check("  <HTML><body>x", "", "text/html");
        check("<p>a fragment", "html", "text/html");
        check("only words", "html", "text/plain");
        check("<?xml version=\"1.0\"?><svg/>", "svg", "image/svg+xml");
        check("<?xml version=\"1.0\"?><a/>", "", "application/xml");
        check("{\"a\":1}", "json", "application/json");
        check("<html> is how a page begins", "md", "text/markdown");
        check("1\n00:00:01,000 --> 00:00:02,000\nTwo flares.\n", "srt", "application/x-subrip");
        check("1\n00:00:01,000 --> 00:00:02,000\nTwo flares.\n", "txt", "application/x-subrip");
        check("1\nfirst --> second\n", "srt", "text/plain");
        check("WEBVTT\n\n00:01.000 --> 00:02.000\nTwo flares.\n", "vtt", "text/vtt");
    }

    #[test]
    fn mail_shows_what_transport_wrote() {
        check("From: a@b.example\nTo: c\nMessage-ID: <1@b>\n\nHello", "", "message/rfc822");
        check("Received: by x\n\tfolded\nFrom: a\n\nHello", "txt", "message/rfc822");
        check("From: Ann\nTo: Ben\nSubject: Lunch\n\nA memo.", "txt", "text/plain");
        check("From: Ann\nSubject: Lunch\n\nSaved mail.", "eml", "message/rfc822");
        check("From a@b Mon Jan  1 00:00:00 2024\nFrom: a@b.example\nMessage-ID: <1@b>\n\nHello", "", "application/mbox");
    }
}
