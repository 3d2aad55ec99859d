//! What became of the files, as a table, and what must not have happened.

use super::reading::Read;
use crate::files;
use crate::shell::Outcome;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// States that an asset may end in.
const STATES: [&str; 5] = ["ready", "partial", "unread", "locked", "failed"];
/// Lines of one kind of trouble that are shown.
const SHOWN: usize = 20;

/// The table, and everything that is wrong.
pub struct Judged {
    pub report: String,
    pub wrong: Vec<String>,
}

/// Judges a reading of a folder.
pub fn judge(read: &Read, folder: &Path) -> Outcome<Judged> {
    let mut wrong = Vec::new();
    match read.code {
        None => wrong.push("it hung: its time was over".to_owned()),
        Some(0 | 1) => {}
        Some(code) => wrong.push(format!("`winnow ingest` ended with {code}")),
    }
    wrong.extend(few("outside of the library", &read.outside));
    wrong.extend(few("", &read.complaints));
    wrong.extend(few("in no state of its own", &unnamed(&read.lines)));
    wrong.extend(few("stopped the program itself", &with_failure(&read.lines, &["internal", "parked"])));
    wrong.extend(few("not listed", &missing(&read.lines, folder)?));
    Ok(Judged { report: report(read), wrong })
}

fn few(what: &str, found: &[String]) -> Vec<String> {
    let mut lines: Vec<String> =
        found.iter().take(SHOWN).map(|one| if what.is_empty() { one.clone() } else { format!("{what}: {one}") }).collect();
    if found.len() > SHOWN {
        lines.push(format!("… and {} more", found.len() - SHOWN));
    }
    lines
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_default()
}

fn first_path(line: &Value) -> String {
    line["paths"][0].as_str().unwrap_or_default().to_owned()
}

/// Assets without a state that is an end, or that ended badly without a reason.
fn unnamed(lines: &[Value]) -> Vec<String> {
    let bad = |line: &&Value| {
        let state = text(line, "state");
        let has_reason = line["failure"].is_object() || line["notes"].as_array().is_some_and(|notes| !notes.is_empty());
        !STATES.contains(&state) || (state != "ready" && !has_reason)
    };
    lines.iter().filter(bad).map(|line| format!("{} ({})", first_path(line), text(line, "state"))).collect()
}

fn with_failure(lines: &[Value], codes: &[&str]) -> Vec<String> {
    let is = |line: &&Value| codes.contains(&line["failure"]["code"].as_str().unwrap_or_default());
    lines.iter().filter(is).map(|line| format!("{} ({})", first_path(line), line["failure"]["message"])).collect()
}

/// Files that are at no asset; names that are no UTF-8 are shown in another form, so they are only counted.
fn missing(lines: &[Value], folder: &Path) -> Outcome<Vec<String>> {
    let listed: BTreeSet<&str> =
        lines.iter().flat_map(|line| line["paths"].as_array().into_iter().flatten()).filter_map(Value::as_str).collect();
    let folder = folder.canonicalize()?;
    let is_plain = |path: &&str| path.chars().all(|sign| !sign.is_control() && sign != '\u{fffd}');
    let names = files::list(&folder)?.into_iter().map(|name| folder.join(name).to_string_lossy().into_owned());
    Ok(names.filter(|path| is_plain(&path.as_str()) && !listed.contains(path.as_str())).collect())
}

/// The table of states, by kind, with the reasons.
fn report(read: &Read) -> String {
    let mut rows: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    for line in &read.lines {
        *rows.entry((text(line, "state"), text(line, "kind"), reason(line))).or_default() += 1;
    }
    let mut report = format!(
        "{} files, {} contents with what was found in them, {:.0} s, {:.1} contents a second; {}.\n\n| state | kind | why | contents |\n|---|---|---|---|\n",
        read.files,
        read.lines.len(),
        read.seconds,
        read.lines.len() as f64 / read.seconds.max(0.001),
        if read.traced {
            "every write was traced"
        } else {
            "written files were looked for in the home, the temporary folder and the originals"
        },
    );
    for ((state, kind, why), count) in &rows {
        // Writing into a string cannot fail.
        let _always_well = writeln!(report, "| {state} | {kind} | {why} | {count} |");
    }
    let total = |state: &str| rows.iter().filter(|((known, ..), _)| *known == state).map(|(_, count)| count).sum::<usize>();
    let _always_well = writeln!(report, "\n{}", STATES.map(|state| format!("{state}: {}", total(state))).join(", "));
    report
}

/// The code of the failure, or those of the notes that say why it is no more than that.
fn reason(line: &Value) -> String {
    if let Some(code) = line["failure"]["code"].as_str() {
        return code.to_owned();
    }
    if text(line, "state") == "ready" {
        return String::new();
    }
    let notes: BTreeSet<&str> = line["notes"].as_array().into_iter().flatten().filter_map(|note| note["code"].as_str()).collect();
    notes.into_iter().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_end_needs_a_name() {
        let check = |line: Value, expected: usize| assert_eq!(unnamed(std::slice::from_ref(&line)).len(), expected, "{line}");
        check(json!({"state": "ready", "failure": null, "notes": []}), 0);
        check(json!({"state": "failed", "failure": {"code": "damaged"}, "notes": []}), 0);
        check(json!({"state": "unread", "failure": null, "notes": [{"code": "no_reader"}]}), 0);
        check(json!({"state": "unread", "failure": null, "notes": []}), 1);
        check(json!({"state": "pending", "failure": null, "notes": [{"code": "x"}]}), 1);
    }

    #[test]
    fn the_table_counts_by_state_kind_and_reason() {
        let line = |state: &str, code: Value| json!({"state": state, "kind": "pdf", "failure": code, "notes": [], "paths": ["/a"]});
        let lines =
            vec![line("failed", json!({"code": "damaged"})), line("failed", json!({"code": "damaged"})), line("ready", Value::Null)];
        let read = Read { lines, code: Some(1), seconds: 1.0, files: 3, outside: vec![], traced: true, complaints: vec![] };
        let report = report(&read);
        assert!(report.contains("| failed | pdf | damaged | 2 |") && report.contains("ready: 1"), "{report}");
    }
}
