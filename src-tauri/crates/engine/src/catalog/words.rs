//! Full text search: which chunks and names hold the terms, and where in them.

use super::count;
use super::filter::filter_sql;
use crate::error::Result;
use crate::search::query::Query;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use winnow_contract::asset::AssetFilter;
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::review::TextPart;

/// Chunks that are ranked at most.
const RANKED: u32 = 2000;
/// A term in so many chunks says little of which of them is better, and ranking by it takes most of the time of a search (67 ms
/// of 73 in 100,000 chunks): it is still asked for, but does not rank.
const COMMON: u32 = 10_000;
/// Where the rarest term is in no more chunks than these, a common one is looked for in the assets of those chunks alone: the
/// list of all that hold it takes 12 ms for each in 100,000 chunks.
const FEW: u32 = 100;
/// Characters that text never holds, put around what matches.
const OPEN: char = '\u{2}';
const CLOSE: char = '\u{3}';

/// A chunk that answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Number of the chunk.
    pub chunk: i64,
    pub asset: AssetId,
    pub extraction: ExtractionId,
    /// Half-open, in Unicode scalar values of the extraction.
    pub start: u32,
    pub end: u32,
    pub page: Option<u32>,
    /// Seconds of sound.
    pub t0: Option<f32>,
    pub t1: Option<f32>,
}

/// Columns of a place, from `chunks c`.
pub(super) const PLACE: &str = "c.number, c.asset_id, c.extraction_id, c.start, c.\"end\", c.page, c.t0, c.t1";

pub(super) fn place_of(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        chunk: row.get(0)?,
        asset: AssetId(row.get(1)?),
        extraction: ExtractionId(row.get(2)?),
        start: row.get(3)?,
        end: row.get(4)?,
        page: row.get(5)?,
        t0: row.get(6)?,
        t1: row.get(7)?,
    })
}

/// The wanted terms, the rarest first, with the number of chunks that hold each, counted up to [`COMMON`].
fn by_rarity(catalog: &Connection, query: &Query) -> Result<Vec<(u32, String)>> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM chunk_words WHERE chunk_words MATCH ?1 LIMIT {COMMON})");
    let mut holding = catalog.prepare_cached(&sql)?;
    let counted = query.wanted.iter().map(|term| Ok((holding.query_row([term], |row| row.get(0))?, term.clone())));
    let mut terms = counted.collect::<Result<Vec<_>>>()?;
    terms.sort_by_key(|(count, _)| *count);
    Ok(terms)
}

/// The terms that rank: all but the common ones, and the rarest in any case.
fn ranking(terms: &[(u32, String)]) -> String {
    let ranks = terms.iter().enumerate().filter(|(at, (count, _))| *at == 0 || *count < COMMON);
    ranks.map(|(_, (_, term))| term.as_str()).collect::<Vec<_>>().join(" OR ")
}

/// The WHERE part that asks each term somewhere in the asset, and its values from `?n` on.
fn terms_sql(wanted: &[(u32, String)], unwanted: &[String], values: &mut Vec<Box<dyn ToSql>>) -> String {
    let among_all = "a.id IN (SELECT c2.asset_id FROM chunk_words w2 JOIN chunks c2 ON c2.number = w2.rowid WHERE w2.chunk_words MATCH ?)";
    let in_each = "EXISTS (SELECT 1 FROM chunks c2 CROSS JOIN chunk_words w2 ON w2.rowid = c2.number WHERE c2.asset_id = a.id AND w2.chunk_words MATCH ?)";
    let few = wanted.first().is_some_and(|(count, _)| *count <= FEW);
    let mut sql = String::new();
    // One wanted term needs no second look: the ranking asks for it already.
    let wanted = wanted.iter().filter(|_| wanted.len() > 1);
    let wanted = wanted.map(|(count, term)| (if few && *count >= COMMON { in_each } else { among_all }, "", term));
    for (holds, not, term) in wanted.chain(unwanted.iter().map(|term| (among_all, "NOT ", term))) {
        values.push(Box::new(term.clone()));
        sql.push_str(&format!(" AND {not}{}", holds.replace('?', &format!("?{}", values.len()))));
    }
    sql
}

/// Chunks with a wanted term, best first, of assets whose texts hold every wanted term and no unwanted one.
pub fn in_texts(catalog: &Connection, query: &Query, filter: &AssetFilter) -> Result<Vec<Place>> {
    let (wanted, mut values) = filter_sql(filter);
    let by_rarity = by_rarity(catalog, query)?;
    let terms = terms_sql(&by_rarity, &query.unwanted, &mut values);
    values.push(Box::new(ranking(&by_rarity)));
    let sql = format!(
        "SELECT {PLACE} FROM chunk_words w JOIN chunks c ON c.number = w.rowid JOIN assets a ON a.id = c.asset_id
         WHERE w.chunk_words MATCH ?{} AND {wanted}{terms} ORDER BY bm25(chunk_words) LIMIT {RANKED}",
        values.len()
    );
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(values.as_slice(), place_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The text of a chunk.
pub fn text(catalog: &Connection, chunk: i64) -> Result<String> {
    let sql = "SELECT text FROM chunk_words WHERE rowid = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([chunk], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// Assets with a file name that holds every wanted term and no unwanted one, best first.
pub fn in_names(catalog: &Connection, query: &Query, filter: &AssetFilter) -> Result<Vec<AssetId>> {
    let (wanted, mut values) = filter_sql(filter);
    let mut expression = query.wanted.iter().map(|term| format!("({term})")).collect::<Vec<_>>().join(" AND ");
    for term in &query.unwanted {
        expression = format!("({expression}) NOT {term}");
    }
    values.push(Box::new(expression));
    let sql = format!(
        "SELECT l.asset_id FROM name_words w JOIN locations l ON l.id = w.location JOIN assets a ON a.id = l.asset_id
         WHERE w.name_words MATCH ?{} AND l.missing_since IS NULL AND {wanted} ORDER BY bm25(name_words) LIMIT 500",
        values.len()
    );
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(values.as_slice(), |row| Ok(AssetId(row.get(0)?)))?;
    let mut assets: Vec<AssetId> = Vec::new();
    for asset in rows {
        let asset = asset?;
        if !assets.contains(&asset) {
            assets.push(asset);
        }
    }
    Ok(assets)
}

/// About 24 words around what matches, with the matches marked.
pub fn snippet(catalog: &Connection, query: &Query, chunk: i64) -> Result<Vec<TextPart>> {
    let sql = "SELECT snippet(chunk_words, 0, char(2), char(3), '…', 24) FROM chunk_words WHERE chunk_words MATCH ?1 AND rowid = ?2";
    let marked: String = catalog.prepare_cached(sql)?.query_row(params![query.any(), chunk], |row| row.get(0))?;
    Ok(parts(&marked))
}

/// Parts of a text in which what matches stands between the marks. White space is folded: a snippet is one line.
fn parts(marked: &str) -> Vec<TextPart> {
    let mut parts = Vec::new();
    for (at, piece) in marked.split(OPEN).enumerate() {
        let (hit, rest) = if at == 0 { ("", piece) } else { piece.split_once(CLOSE).unwrap_or((piece, "")) };
        for (text, marked) in [(hit, true), (rest, false)] {
            if !text.is_empty() {
                parts.push(TextPart { text: fold(text), marked });
            }
        }
    }
    parts
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        let character = if character.is_whitespace() { ' ' } else { character };
        if character != ' ' || !folded.ends_with(' ') {
            folded.push(character);
        }
    }
    folded
}

/// Where the first match of a place stands in its extraction, in Unicode scalar values.
pub fn first_match(catalog: &Connection, query: &Query, place: &Place) -> Result<Option<(u32, u32)>> {
    let sql = "SELECT highlight(chunk_words, 0, char(2), char(3)) FROM chunk_words WHERE chunk_words MATCH ?1 AND rowid = ?2";
    let marked: String = catalog.prepare_cached(sql)?.query_row(params![query.any(), place.chunk], |row| row.get(0))?;
    Ok(best_run(&marked).map(|(start, end)| (place.start + start, place.start + end)))
}

/// The longest run of marked words with nothing but white space between them; the first of equals.
fn best_run(marked: &str) -> Option<(u32, u32)> {
    let mut runs: Vec<(u32, u32, u32)> = Vec::new();
    let (mut at, mut apart) = (0u32, true);
    for character in marked.chars() {
        match (character, runs.last_mut()) {
            (OPEN, Some(run)) if !apart => run.2 += 1,
            (OPEN, _) => runs.push((at, at, 1)),
            (CLOSE, Some(run)) => {
                run.1 = at;
                apart = false;
            }
            (other, _) => {
                at += 1;
                apart |= !other.is_whitespace() && runs.last().is_some_and(|run| run.1 > run.0);
            }
        }
    }
    runs.iter().rev().max_by_key(|run| run.2).map(|run| (run.0, run.1))
}

/// Passages, and how many entries of the full text (of texts and of names) are missing, surplus or not what they should be.
pub fn faults(catalog: &Connection) -> Result<(u32, u32)> {
    let number = |sql: &str| -> Result<u32> { Ok(count(catalog.query_row(sql, [], |row| row.get(0))?)) };
    let chunks = number("SELECT count(*) FROM chunks")?;
    let wrong = number(
        "SELECT count(*) FROM chunks c JOIN extractions e ON e.id = c.extraction_id LEFT JOIN chunk_words_content w ON w.id = c.number
         WHERE w.c0 IS NOT substr(e.text, c.start + 1, c.\"end\" - c.start)",
    )?;
    let surplus = number("SELECT count(*) FROM chunk_words_content w WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.number = w.id)")?;
    let names = number(
        "SELECT count(*) FROM locations l WHERE l.asset_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM name_words_content w WHERE w.id = l.rowid)",
    )?;
    // Walking an index takes a temporary table, which only the writer can make.
    let broken = match catalog.is_readonly("main")? {
        true => 0,
        false => ["chunk_words", "name_words"].iter().filter(|table| !answers(catalog, table)).count(),
    };
    Ok((chunks, wrong + surplus + names + count(i64::try_from(broken).unwrap_or(0))))
}

/// True when every part of an index can be read.
fn answers(catalog: &Connection, table: &str) -> bool {
    let walk = format!("CREATE VIRTUAL TABLE IF NOT EXISTS temp.walk_{table} USING fts5vocab (main, {table}, instance)");
    let query = format!("SELECT count(*) FROM temp.walk_{table}");
    catalog.execute_batch(&walk).and_then(|()| catalog.query_row(&query, [], |row| row.get::<_, i64>(0))).is_ok()
}

/// Writes the full text again from the extractions.
pub fn rebuild(catalog: &Connection) -> Result<()> {
    catalog.execute_batch(
        "DROP TABLE chunk_words;
         CREATE VIRTUAL TABLE chunk_words USING fts5 (text, tokenize = \"unicode61 remove_diacritics 2\");
         DROP TABLE name_words;
         CREATE VIRTUAL TABLE name_words USING fts5 (name, location UNINDEXED, tokenize = \"unicode61 remove_diacritics 2\");
         INSERT INTO chunk_words (rowid, text)
           SELECT c.number, substr(e.text, c.start + 1, c.\"end\" - c.start) FROM chunks c JOIN extractions e ON e.id = c.extraction_id;",
    )?;
    let mut query = catalog.prepare("SELECT id FROM locations WHERE asset_id IS NOT NULL")?;
    let locations = query.query_map([], |row| row.get::<_, String>(0))?.collect::<std::result::Result<Vec<_>, _>>()?;
    locations.into_iter().try_for_each(|location| super::locations::index_name(catalog, &location.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_of_marked_words_is_opened() {
        let check =
            |marked: &str, expected| assert_eq!(best_run(&marked.replace('<', "\u{2}").replace('>', "\u{3}")), expected, "{marked}");
        check("no mark", None);
        check("a <storm> at", Some((2, 7)));
        check("<red> and <two> <red>\n<flares> to <red>", Some((8, 22)));
        check("<one> x <two>", Some((0, 3)));
        check("ä<ö>ü", Some((1, 2)));
    }

    #[test]
    fn common_terms_do_not_rank_unless_there_is_no_other() {
        let check = |terms: &[(u32, &str)], expected: &str| {
            let terms: Vec<_> = terms.iter().map(|(count, term)| (*count, (*term).to_owned())).collect();
            assert_eq!(ranking(&terms), expected);
        };
        check(&[(0, "a")], "a");
        check(&[(3, "a"), (9_999, "b"), (COMMON, "the")], "a OR b");
        check(&[(COMMON, "the"), (COMMON, "and")], "the");
    }

    #[test]
    fn a_common_term_is_found_in_few_assets_as_among_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut catalog = crate::catalog::schema::open_for_writing(&folder.path().join("catalog.sqlite")).expect("a catalog");
        crate::catalog::schema::migrate(&mut catalog, &crate::testing::ports()).expect("a schema");
        catalog.execute_batch("PRAGMA foreign_keys = OFF").expect("no texts needed");
        // Each asset with its chunks.
        let assets: [(&str, &[&str]); 4] = [("a", &["rare the"]), ("b", &["rare", "the end"]), ("c", &["rare"]), ("d", &["the"])];
        for (asset, chunks) in assets {
            let hash: [u8; 32] = *blake3::hash(asset.as_bytes()).as_bytes();
            crate::catalog::assets::insert(&catalog, &asset.into(), Some(&hash), 1, 0).expect("an asset");
            for text in chunks {
                let row = "INSERT INTO chunks (id, asset_id, extraction_id, start, \"end\") VALUES (?1, ?2, 'e', 0, 1)";
                catalog.execute(row, [format!("{asset}{text}").as_str(), asset]).expect("a chunk");
                let words = "INSERT INTO chunk_words (rowid, text) VALUES (last_insert_rowid(), ?1)";
                catalog.execute(words, [text]).expect("words");
            }
        }
        let found = |rare: u32, common: u32| -> Vec<String> {
            let mut values: Vec<Box<dyn ToSql>> = Vec::new();
            let wanted = [(rare, "\"rare\"".to_owned()), (common, "\"the\"".to_owned())];
            let sql = format!("SELECT a.id FROM assets a WHERE true {} ORDER BY a.id", terms_sql(&wanted, &[], &mut values));
            let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
            let mut query = catalog.prepare(&sql).expect("a query");
            let rows = query.query_map(values.as_slice(), |row| row.get(0)).expect("rows");
            rows.collect::<Result<_, _>>().expect("ids")
        };
        assert_eq!(found(FEW, COMMON), ["a", "b"]);
        assert_eq!(found(FEW + 1, COMMON), ["a", "b"]);
    }

    #[test]
    fn marks_become_parts() {
        let part = |text: &str, marked| TextPart { text: text.into(), marked };
        assert_eq!(parts("a\n \u{2}storm\u{3} at\tsea"), [part("a ", false), part("storm", true), part(" at sea", false)]);
        assert_eq!(parts("\u{2}all\u{3}"), [part("all", true)]);
        assert_eq!(parts(""), []);
    }
}
