//! The truth tables as text: ids replaced by what they stand for, times and hashes of keys left out, rows in order.
//!
//! Two libraries that hold the same truth dump the same text, however they came to it.

use crate::error::Result;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// Each table with the query that names its rows by content.
const TABLES: &[(&str, &str)] = &[
    ("folders", "SELECT loose, unavailable, display FROM folders ORDER BY display"),
    (
        "assets",
        "SELECT lower(hex(a.hash)) AS hash, a.bytes, a.kind, a.media_type, a.state, a.failure_code, a.failure_params, a.language FROM assets a
         ORDER BY a.hash, (SELECT min(l.display) FROM locations l WHERE l.asset_id = a.id)",
    ),
    (
        "locations",
        "SELECT l.display, lower(hex(a.hash)) AS hash, l.missing_since IS NOT NULL AS missing, lower(hex(r.hash)) AS replaces,
                nullif(substr(lower(hex(p.hash)), 1, 8), '') AS inside, nullif(hex(l.member), '') AS member FROM locations l
         LEFT JOIN assets a ON a.id = l.asset_id LEFT JOIN assets r ON r.id = l.replaces LEFT JOIN assets p ON p.id = l.parent_asset
         ORDER BY l.display, p.hash, l.member",
    ),
    ("asset_notes", "SELECT lower(hex(a.hash)) AS hash, n.stage, n.code, n.params FROM asset_notes n JOIN assets a ON a.id = n.asset_id ORDER BY 1, 2, n.page, 3, 4"),
    ("properties", "SELECT lower(hex(a.hash)) AS hash, p.key, p.value FROM properties p JOIN assets a ON a.id = p.asset_id ORDER BY 1, 2"),
    ("message_links", "SELECT lower(hex(a.hash)) AS hash, m.key, m.message FROM message_links m JOIN assets a ON a.id = m.asset_id ORDER BY 1, 2, 3"),
    (
        "renditions",
        "SELECT lower(hex(a.hash)) AS hash, r.kind, r.page, r.media_type, r.width, r.height FROM renditions r JOIN assets a ON a.id = r.asset_id ORDER BY 1, 2, 3",
    ),
    (
        "extractions",
        "SELECT lower(hex(a.hash)) AS hash, e.stage, e.tool, e.characters, lower(hex(e.text_hash)) AS text, e.confidence, length(e.spans) AS spans, nullif(e.page, e.stage = 'ocr') AS page
         FROM extractions e JOIN assets a ON a.id = e.asset_id WHERE e.superseded_by IS NULL ORDER BY 1, 2, e.page, 5",
    ),
    (
        "chunks",
        "SELECT lower(hex(a.hash)) AS hash, c.start, c.\"end\", c.page, lower(hex(c.text_hash)) AS text, c.t0, c.t1, length(replace(w.text, char(31), '')) AS words FROM chunks c JOIN assets a ON a.id = c.asset_id
         LEFT JOIN chunk_words w ON w.rowid = c.number ORDER BY 1, c.page, 2, 5",
    ),
    ("spaces", "SELECT s.card, s.dimensions, s.state, (SELECT count(*) FROM embeddings e WHERE e.space_id = s.id) AS embeddings FROM spaces s ORDER BY s.card"),
    (
        "outbox",
        "SELECT s.card, o.action, o.ready, count(*) AS chunks FROM outbox o JOIN spaces s ON s.id = o.space_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    (
        "findings",
        "SELECT lower(hex(a.hash)) AS hash, f.start, f.\"end\", f.page, f.boxes, f.entity, round(f.score, 3) AS score, f.recogniser, f.route, f.blocks,
                i.state FROM findings f JOIN assets a ON a.id = f.asset_id LEFT JOIN review_items i ON i.id = f.item_id
         WHERE f.superseded_by IS NULL ORDER BY 1, f.page, 2, 6",
    ),
    (
        "review_items",
        "SELECT lower(hex(a.hash)) AS hash, i.question_id, i.kind, i.reason_code, i.reason_params, round(i.priority, 3) AS priority, i.blocks, i.state
         FROM review_items i JOIN assets a ON a.id = i.asset_id ORDER BY 1, 2, 4, 5, 6, 8",
    ),
    (
        "decisions",
        "SELECT lower(hex(a.hash)) AS hash, d.question_id, d.verdict, d.value, c.kind AS actor, d.policy,
                EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id) AS reversed
         FROM decisions d JOIN assets a ON a.id = d.asset_id JOIN actors c ON c.id = d.actor_id ORDER BY d.rowid",
    ),
    (
        "suggestions",
        "SELECT lower(hex(a.hash)) AS hash, s.question_id, s.answer, round(s.score, 3) AS score, s.calibrated, s.card FROM suggestions s
         JOIN assets a ON a.id = s.asset_id WHERE s.superseded_by IS NULL ORDER BY 1, 2, 4 DESC, 3",
    ),
    (
        "signatures",
        "SELECT lower(hex(a.hash)) AS hash, s.measure, (SELECT substr(lower(hex(g.hash)), 1, 8) FROM assets g WHERE g.id = s.group_id) AS oldest
         FROM signatures s JOIN assets a ON a.id = s.asset_id ORDER BY 1",
    ),
    ("transcript_parts", "SELECT lower(hex(a.hash)) AS hash, t.part, t.until FROM transcript_parts t JOIN assets a ON a.id = t.asset_id ORDER BY 1, 2"),
    ("annotations", "SELECT lower(hex(a.hash)) AS hash, n.question_id, n.answer FROM annotations n JOIN assets a ON a.id = n.asset_id ORDER BY 1, 2, 3"),
    ("jobs", "SELECT kind, state, error_code, count(*) AS jobs FROM jobs WHERE kind <> 'scan' GROUP BY kind, state, error_code ORDER BY 1, 2, 3"),
];

/// Every table of truth, and the unfinished work.
pub fn dump(catalog: &Connection) -> Result<String> {
    let mut text = String::new();
    for (table, sql) in TABLES {
        let mut query = catalog.prepare(sql)?;
        let names: Vec<String> = query.column_names().into_iter().map(str::to_owned).collect();
        let mut rows = query.query([])?;
        text.push_str(&format!("{table}\n"));
        while let Some(row) = rows.next()? {
            let cells = names.iter().enumerate().filter_map(|(at, name)| cell(name, row.get_ref(at).ok()?));
            text.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join(" ")));
        }
    }
    Ok(text)
}

/// A named value; hashes are cut to eight digits, nothing is left out but nulls.
fn cell(name: &str, value: ValueRef<'_>) -> Option<String> {
    let shown = match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:.3}"),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    };
    let short = matches!(name, "hash" | "replaces" | "text");
    Some(format!("{name}={}", if short { shown.get(..8).unwrap_or(&shown) } else { &shown }))
}
