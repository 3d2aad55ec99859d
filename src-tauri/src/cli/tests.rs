//! What may be typed and what is refused, as a table.

use super::*;

fn typed(words: &str) -> Result<Arguments, clap::error::ErrorKind> {
    Arguments::try_parse_from(["winnow"].into_iter().chain(words.split_whitespace())).map_err(|error| error.kind())
}

#[test]
fn the_definition_is_sound() {
    use clap::CommandFactory;
    Arguments::command().debug_assert();
}

#[test]
fn without_a_command_the_window_opens() {
    let arguments = typed("--library here").expect("right");
    assert!(arguments.command.is_none());
    assert_eq!(arguments.global.library, Some(PathBuf::from("here")));
}

#[test]
fn the_commands_of_the_contract_are_understood() {
    for words in [
        "ingest a b --no-wait",
        "--json ingest a",
        "ingest a --json --library l --models m --quiet",
        "status",
        "assets --state ready --kind image --label letter",
        "assets --inside a/b.zip",
        "members 1",
        "unlock a/b.pdf",
        "show 1",
        "text a/b.txt",
        "search two words --mode lexical --limit 3 --kind text",
        "search x --inside 1",
        "search ship -- -grain",
        "review list --kind finding --limit 5",
        "review decide 1 --verdict accepted",
        "review decide 1 --verdict corrected --value -x",
        "review decide 1 --verdict redacted --all-alike --dry-run",
        "review undo",
        "review undo 3",
        "why 1 --down",
        "pii scan",
        "pii scan - --jsonl --patterns-only",
        "models list",
        "models verify",
        "models verify whisper-base",
        "models import here",
        "models fetch",
        "models fetch whisper-small silero-vad",
        "doctor --read-data --repair",
        "audit verify",
    ] {
        assert!(typed(words).is_ok_and(|arguments| arguments.command.is_some()), "{words}");
    }
}

#[test]
fn what_is_not_in_the_contract_is_refused() {
    for words in [
        "ingest",
        "nonsense",
        "assets --state happy",
        "search",
        "search x --mode magic",
        "search x --limit many",
        "search x y --mode magic",
        "review decide 1",
        "review decide 1 --verdict maybe",
        "review list --kind thing",
        "review undo 0",
        "audit",
        "members",
        "unlock",
        "unlock 1 secret",
        "unlock 1 --password secret",
        "status --loud",
    ] {
        assert!(typed(words).is_err(), "{words}");
    }
}
