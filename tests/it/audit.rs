//! The audit trail: whole, chained, and loud about every quiet edit. And nothing of a text leaves the catalog's texts.

use std::path::Path;
use winnow_contract::review::Verdict;
use winnow_tests::TestLibrary;

fn library() -> TestLibrary {
    let library = TestLibrary::new();
    library.drop_file("donor.txt", "Card 4111 1111 1111 1111 and IBAN GB29 NWBK 6016 1331 9268 19.");
    library.ingest();
    let rows = library.review();
    library.decide(&rows[0], Verdict::Redacted);
    library.decide(&rows[1], Verdict::Rejected);
    library.undo(1);
    library
}

/// What `verify` says after somebody with a database tool ran this.
fn after(sql: &str) -> Option<&'static str> {
    let mut library = library();
    assert_eq!(library.engine().verify_audit().expect("a walk").broken, None);
    edit(&library.path(), sql);
    library.restart();
    library.engine().verify_audit().expect("a walk").broken.map(|(_, why)| why)
}

fn edit(library: &Path, sql: &str) {
    let catalog = winnow_tests::raw(library);
    catalog
        .execute_batch("PRAGMA foreign_keys = OFF; DROP TRIGGER audit_events_keep; DROP TRIGGER audit_events_fixed;")
        .expect("tampering");
    catalog.execute_batch(sql).expect("tampering");
}

#[test]
fn every_quiet_edit_is_noticed() {
    let check = |sql: &str, expected: &str| assert_eq!(after(sql), Some(expected), "{sql}");
    check("UPDATE audit_events SET actor = 'somebody else' WHERE seq = 3", "it was changed");
    check("UPDATE audit_events SET at = at + 1 WHERE seq = 2", "it was changed");
    check("DELETE FROM audit_events WHERE seq = 2", "an event is missing");
    check("DELETE FROM audit_events WHERE seq > 4", "the end of the chain is missing");
    check("UPDATE decisions SET verdict = 'accepted' WHERE verdict = 'redacted'", "what it speaks of was changed");
    check("UPDATE reversals SET reversed_at = 0", "what it speaks of was changed");
    check("UPDATE runs SET output_digest = zeroblob(32) WHERE stage = 'decode'", "what it speaks of was changed");
    check("DELETE FROM decisions WHERE verdict = 'redacted'", "what it speaks of was changed");
    check(
        "INSERT INTO decisions SELECT 'x', 'x', item_id, asset_id, question_id, actor_id, 'accepted', NULL, policy, shown, NULL, 1 FROM decisions LIMIT 1",
        "a decision has no event",
    );
}

#[test]
fn without_its_salt_an_event_is_mute_and_the_chain_still_verifies() {
    assert_eq!(after("DELETE FROM audit_salts"), None);
}

#[test]
fn events_cannot_be_changed_by_accident() {
    let catalog = winnow_tests::raw(&library().path());
    assert!(catalog.execute_batch("UPDATE audit_events SET actor = 'x'").is_err());
    assert!(catalog.execute_batch("DELETE FROM audit_events").is_err());
}

#[test]
fn no_text_or_name_reaches_the_audit_trail_or_the_findings() {
    let library = library();
    let catalog = winnow_tests::raw(&library.path());
    for table in ["audit_events", "findings", "review_items", "decisions", "annotations", "runs", "lineage"] {
        let mut query = catalog.prepare(&format!("SELECT * FROM {table}")).expect("a table");
        let columns = query.column_count();
        let mut rows = query.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let cells = (0..columns).filter_map(|column| row.get::<_, String>(column).ok());
            let told = cells.filter(|cell| ["4111", "NWBK", "donor"].iter().any(|secret| cell.contains(secret)));
            assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new(), "{table}");
        }
    }
}
