//! `winnow pii scan`: sensitive data in a text, without a library and in constant memory.
//!
//! Keeps nothing and asks nobody. No model takes part yet, so `--patterns-only` changes nothing.

mod pieces;

use super::failure::Failure;
use super::output::Output;
use super::words;
use clap::{Args, Subcommand};
use pieces::Pieces;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use winnow_contract::{ApiError, Words};
use winnow_engine::enrich::detect::{Detected, Recognisers, StreamDetector};

#[derive(Debug, Subcommand)]
pub enum Pii {
    /// Plain text in, one line per finding out
    Scan(Scan),
}

#[derive(Debug, Args)]
pub struct Scan {
    /// A file, or - for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Each line in is {"id","text"}, each line out one document (always JSON)
    #[arg(long)]
    jsonl: bool,
    /// Leave the models out
    #[arg(long)]
    patterns_only: bool,
}

#[derive(Debug, Serialize)]
struct Line<At> {
    start: At,
    end: At,
    entity: String,
    score: f32,
    recogniser: String,
}

impl<At> From<Detected<At>> for Line<At> {
    fn from(found: Detected<At>) -> Self {
        Self { start: found.start, end: found.end, entity: found.entity, score: found.score, recogniser: found.recogniser }
    }
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    id: Value,
    text: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    id: Value,
    findings: Vec<Line<u32>>,
}

pub fn run(Pii::Scan(ask): Pii, out: &mut Output) -> Result<ExitCode, Failure> {
    let source = open(&ask.file)?;
    let rules = Recognisers::shipped();
    if ask.jsonl {
        documents(&rules, source, out)?
    } else {
        plain(&rules, source, out)?
    }
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> Result<Box<dyn Read>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(stdin().lock()));
    }
    if file.is_dir() || !file.exists() {
        return Err(words::no_file(file).into());
    }
    Ok(Box::new(fs_err::File::open(file).map_err(|error| unreadable(&error))?))
}

fn unreadable(error: &std::io::Error) -> Failure {
    ApiError::new(&Words::new("unreadable").with("why", error)).into()
}

/// One stream of text; findings go out as soon as they are certain.
fn plain(rules: &Recognisers, source: Box<dyn Read>, out: &mut Output) -> Result<(), Failure> {
    let mut detector = StreamDetector::new(rules);
    let mut pieces = Pieces::new(source);
    while let Some(piece) = pieces.next().map_err(|error| unreadable(&error))? {
        print(detector.push(&piece), out)?;
    }
    print(detector.finish(), out)
}

fn print(found: Vec<Detected<u64>>, out: &mut Output) -> Result<(), Failure> {
    if found.is_empty() {
        return Ok(());
    }
    for found in found {
        out.answer(&Line::from(found), |line| {
            format!("{:>9} {:>9}  {:.2}  {:<16} {}", line.start, line.end, line.score, line.entity, line.recogniser)
        })?;
    }
    // Whoever types or tails sees findings when they are made.
    out.flush()
}

/// One document a line, in their order.
fn documents(rules: &Recognisers, source: Box<dyn Read>, out: &mut Output) -> Result<(), Failure> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        if source.read_until(b'\n', &mut line).map_err(|error| unreadable(&error))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let document = parse(&line, number)?;
        let findings = rules.detect(&document.text).into_iter().map(Line::from).collect();
        out.line(&Answer { id: document.id, findings })?;
        // Whoever sends one document and waits for its answer gets it.
        if source.buffer().is_empty() {
            out.flush()?;
        }
    }
    Ok(())
}

/// Invalid UTF-8 becomes �, as in plain text.
fn parse(line: &[u8], number: u64) -> Result<Document, Failure> {
    serde_json::from_str(&String::from_utf8_lossy(line)).map_err(|error| {
        let words = Words::new("bad_line").with("line", number).with("why", without_place(&error));
        ApiError::new(&words).into()
    })
}

/// What is wrong, without what stands there.
fn without_place(error: &serde_json::Error) -> &'static str {
    if error.is_data() { "it must be an object with \"id\" and \"text\"" } else { "it is no JSON" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_needs_a_text_and_keeps_any_id() {
        let id = |line: &str| parse(line.as_bytes(), 1).expect("a document").id;
        assert_eq!(id(r#"{"id":7,"text":"x"}"#), Value::from(7));
        assert_eq!(id(r#"{"id":"a","text":"x","more":1}"#), Value::from("a"));
        assert!(matches!(parse(b"{\"id\":1}", 3), Err(Failure::Refused(error)) if error.message.contains("Line 3")));
        assert!(matches!(parse(b"nonsense", 1), Err(Failure::Refused(error)) if error.code == "bad_line"));
    }
}
