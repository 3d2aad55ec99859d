//! Full text search: which chunks and names hold the terms, and where in them.

use super::count;
use super::facts;
use super::filter::filter_sql;
use super::marked::Marked;
use super::near::Scope;
use super::owners::Owners;
use crate::error::Result;
use crate::search::query::Query;
use crate::search::spaced::{has_any, spaced, unspaced};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use winnow_contract::asset::AssetFilter;
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::review::TextPart;

/// Chunks that are ranked at most.
const RANKED: u32 = 2000;
/// A term in so many chunks says little of which of them is better, and ranking by it takes most of the time of a search (67 ms
/// of 73 in 100,000 chunks): it is still asked for, but does not rank.
const COMMON: usize = 10_000;
/// A word in so many file names, or in the properties of so many files, is the name of a folder, of a firm or of a kind: it says
/// little beside a text.
pub(super) const NAMED: usize = 5_000;
/// Assets at most that answer by their names and properties, or together with them.
pub(super) const BESIDE: u32 = 500;
/// Words around a match that are shown …
const AROUND: u32 = 24;
/// … and characters, where each is a word.
const CHARACTERS_AROUND: u32 = 60;

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

/// Some characters of a text, half-open.
pub type Run = (u32, u32);

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

/// Where a term stands.
#[derive(Debug, Default)]
struct Holding {
    /// Numbers of the chunks that hold it.
    chunks: Vec<u32>,
    /// Row numbers of the assets whose names or properties hold it.
    assets: Vec<u32>,
}

fn numbers(catalog: &Connection, sql: &str, term: &str) -> Result<Vec<u32>> {
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([term], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where a term stands; `beside` the texts, too, when that matters.
fn holding(catalog: &Connection, term: &str, beside: bool) -> Result<Holding> {
    let chunks = numbers(catalog, "SELECT rowid FROM chunk_words WHERE chunk_words MATCH ?1", term)?;
    let assets = if beside { holding_beside(catalog, term)? } else { Vec::new() };
    Ok(Holding { chunks, assets })
}

fn holding_beside(catalog: &Connection, term: &str) -> Result<Vec<u32>> {
    let names = format!(
        "SELECT a.rowid FROM name_words w CROSS JOIN locations l ON l.rowid = w.rowid CROSS JOIN assets a ON a.id = l.asset_id
         WHERE w.name_words MATCH ?1 AND w.rowid > 0 AND l.missing_since IS NULL LIMIT {NAMED}"
    );
    let facts = format!("SELECT -rowid FROM name_words WHERE name_words MATCH ?1 AND rowid < 0 LIMIT {NAMED}");
    let few =
        |sql: &str| -> Result<Vec<u32>> { Ok(Some(numbers(catalog, sql, term)?).filter(|found| found.len() < NAMED).unwrap_or_default()) };
    Ok([few(&names)?, few(&facts)?].concat())
}

/// The terms that rank, by their places: all but the common ones, and the rarest in any case.
fn ranking(held: &[Holding]) -> Vec<usize> {
    let chunks = |at: &usize| held[*at].chunks.len();
    let rarest = (0..held.len()).filter(|at| chunks(at) > 0).min_by_key(chunks);
    (0..held.len()).filter(|at| chunks(at) < COMMON || Some(*at) == rarest).collect()
}

/// For each asset (by row number): true when each of the wanted terms is in a chunk of it, and none of the unwanted. `beside`
/// its chunks, too: in its names and properties.
fn answering(owners: &[u32], wanted: &[Holding], unwanted: &[Holding], beside: bool) -> Vec<bool> {
    const NEVER: usize = usize::MAX;
    let there = |held: &Holding| if beside { held.assets.clone() } else { Vec::new() };
    let of = |held: &Holding| {
        let owners = held.chunks.iter().filter_map(|chunk| owners.get(*chunk as usize).copied());
        owners.chain(there(held)).map(|asset| asset as usize).collect::<Vec<_>>()
    };
    let last = wanted.iter().flat_map(there).chain(unwanted.iter().flat_map(there)).chain(owners.iter().copied()).max();
    let mut held = vec![0; last.map_or(0, |last| last as usize + 1)];
    for asset in unwanted.iter().flat_map(of) {
        held[asset] = NEVER;
    }
    for (term, assets) in wanted.iter().map(of).enumerate() {
        for asset in assets {
            // Only what held all the terms before is still in question.
            if held[asset] == term {
                held[asset] = term + 1;
            }
        }
    }
    held.iter().map(|terms| *terms == wanted.len()).collect()
}

/// What holds the words that were asked for.
#[derive(Debug, Default)]
pub struct Found {
    /// Chunks with a wanted term, best first.
    pub places: Vec<Place>,
    /// Assets that answer only by their names or properties, or only together with these; some of them have places.
    pub beside: Vec<AssetId>,
}

/// Which chunks are ranked, and the row numbers of assets that do not answer by their texts alone.
struct Answers {
    chunks: Vec<u32>,
    beside: Vec<usize>,
}

fn answers_of(owners: &[u32], wanted: &[Holding], unwanted: &[Holding], ranks: &[usize]) -> Answers {
    let (alone, all) = (answering(owners, wanted, unwanted, false), answering(owners, wanted, unwanted, true));
    let by_texts = |asset: usize| alone.get(asset).is_some_and(|answers| *answers);
    let answers = |chunk: &&u32| {
        let asset = owners.get(**chunk as usize).map(|asset| *asset as usize);
        asset.is_some_and(|asset| by_texts(asset) || all[asset])
    };
    Answers {
        chunks: ranks.iter().flat_map(|at| &wanted[*at].chunks).filter(answers).copied().collect(),
        beside: (0..all.len()).filter(|asset| all[*asset] && !by_texts(*asset)).collect(),
    }
}

/// Assets that hold every wanted term, in their texts or beside them, and no unwanted one.
pub fn in_assets(catalog: &Connection, owners: &Owners, query: &Query, filter: &AssetFilter) -> Result<Found> {
    // One term alone: what ranks is what answers, and what stands beside the texts is found by itself.
    let several = query.wanted.len() + query.unwanted.len() > 1;
    let held = |terms: &[String]| terms.iter().map(|term| holding(catalog, term, several)).collect::<Result<Vec<_>>>();
    let (wanted, unwanted) = (held(&query.wanted)?, held(&query.unwanted)?);
    let ranks = ranking(&wanted);
    let answers = match several {
        false => None,
        true => Some(owners.of_all(catalog, |owners| answers_of(owners, &wanted, &unwanted, &ranks))?),
    };
    let ranking = ranks.iter().map(|at| query.wanted[*at].as_str()).collect::<Vec<_>>().join(" OR ");
    let places = ranked(catalog, ranking, answers.as_ref().map(|answers| answers.chunks.as_slice()), filter)?;
    let beside = answers.map_or_else(|| Ok(Vec::new()), |answers| assets(catalog, &answers.beside, filter))?;
    Ok(Found { places, beside })
}

/// The assets with these row numbers that pass a filter.
fn assets(catalog: &Connection, numbers: &[usize], filter: &AssetFilter) -> Result<Vec<AssetId>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let (wanted, mut values) = filter_sql(filter);
    values.push(Box::new(serde_json::to_string(numbers).expect("BUG: numbers are always JSON")));
    let sql = format!(
        "SELECT a.id FROM json_each(?{}) j CROSS JOIN assets a ON a.rowid = j.value WHERE {wanted} ORDER BY a.rowid LIMIT {BESIDE}",
        values.len()
    );
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(values.as_slice(), |row| Ok(AssetId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Chunks that match an expression, best first; of these alone, where some are given.
fn ranked(catalog: &Connection, expression: String, among: Option<&[u32]>, filter: &AssetFilter) -> Result<Vec<Place>> {
    let (wanted, mut values) = filter_sql(filter);
    values.push(Box::new(expression));
    let matches = format!("w.chunk_words MATCH ?{}", values.len());
    let mut those = String::new();
    if let Some(chunks) = among {
        values.push(Box::new(serde_json::to_string(chunks).expect("BUG: numbers are always JSON")));
        // The plus keeps the full text from looking up each chunk by itself.
        those = format!("AND +w.rowid IN (SELECT value FROM json_each(?{}))", values.len());
    }
    let sql = format!(
        "SELECT {PLACE} FROM chunk_words w CROSS JOIN chunks c ON c.number = w.rowid CROSS JOIN assets a ON a.id = c.asset_id
         WHERE {matches} {those} AND {wanted} ORDER BY bm25(chunk_words) LIMIT {RANKED}"
    );
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(values.as_slice(), place_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The chunk that a character of an extraction is in.
pub fn place_at(catalog: &Connection, extraction: &ExtractionId, character: u32) -> Result<Option<Place>> {
    let sql = format!("SELECT {PLACE} FROM chunks c WHERE c.extraction_id = ?1 AND c.start <= ?2 AND ?2 < c.\"end\"");
    Ok(catalog.prepare_cached(&sql)?.query_row(params![extraction.as_str(), character], place_of).optional()?)
}

/// The text of a chunk.
pub fn text(catalog: &Connection, chunk: i64) -> Result<String> {
    let sql = "SELECT text FROM chunk_words WHERE rowid = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([chunk], |row| row.get(0)).optional()?.map(unspaced).unwrap_or_default())
}

/// Assets with a file name that holds every wanted term, and that hold no unwanted one there or in their texts, best first; of what
/// thousands are named, some.
pub fn in_names(catalog: &Connection, query: &Query, filter: &AssetFilter) -> Result<Vec<AssetId>> {
    let (wanted, mut values) = Scope { filter, unwanted: &query.unwanted, except: None }.sql();
    values.push(Box::new(query.all()));
    let sql = format!(
        "SELECT id FROM (SELECT a.id, bm25(name_words) AS rank FROM name_words w CROSS JOIN locations l ON l.rowid = w.rowid
             CROSS JOIN assets a ON a.id = l.asset_id
           WHERE w.name_words MATCH ?{} AND w.rowid > 0 AND l.missing_since IS NULL AND {wanted} LIMIT {NAMED}) ORDER BY rank LIMIT {BESIDE}",
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

/// Some words around what matches in a place, with the matches marked; and where the longest run of matches stands in its
/// extraction, in Unicode scalar values.
pub fn matches(catalog: &Connection, query: &Query, place: &Place) -> Result<(Vec<TextPart>, Option<Run>)> {
    // Both at once: finding the chunk among all that hold a common word is most of the work.
    let sql = "SELECT snippet(chunk_words, 0, char(2), char(3), '…', ?3), highlight(chunk_words, 0, char(2), char(3))
         FROM chunk_words WHERE chunk_words MATCH ?1 AND rowid = ?2";
    let any = query.any();
    let around = if has_any(&any) { CHARACTERS_AROUND } else { AROUND };
    let both = |row: &Row<'_>| Ok((Marked::new(row.get(0)?), Marked::new(row.get(1)?)));
    let (snippet, whole) = catalog.prepare_cached(sql)?.query_row(params![any, place.chunk, around], both)?;
    let run = whole.best_run().map(|(start, end)| (place.start + start, place.start + end));
    Ok((snippet.parts(), run))
}

/// What the full text is made with, as functions of SQL: `spaced` (see [`spaced`]) and `one_line`, a text without line breaks and
/// other control characters.
pub fn functions(catalog: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    catalog
        .create_scalar_function("spaced", 1, flags, |given| Ok(given.get::<Option<String>>(0)?.map(|text| spaced(&text).into_owned())))?;
    catalog.create_scalar_function("one_line", 1, flags, |given| Ok(given.get::<String>(0)?.replace(char::is_control, " ")))?;
    Ok(())
}

/// How the full text is made: raised whenever [`spaced`] or what is searched beside the texts changes. It is kept among the
/// settings of the index, which knows nothing of it: an index that is made anew has none.
const VERSION: i64 = 1;

fn version(catalog: &Connection) -> Result<Option<i64>> {
    Ok(catalog.query_row("SELECT v FROM chunk_words_config WHERE k = 'winnow'", [], |row| row.get(0)).optional()?)
}

fn set_version(catalog: &Connection) -> Result<()> {
    catalog.execute("INSERT OR REPLACE INTO chunk_words_config (k, v) VALUES ('winnow', ?1)", [VERSION])?;
    Ok(())
}

/// Brings the full text of an older library to what it is now, once: texts without spaces are written again, and properties are
/// added. It reads all of the full text and writes only what differs.
pub fn renew(catalog: &Connection) -> Result<()> {
    if version(catalog)? == Some(VERSION) {
        return Ok(());
    }
    for (table, column) in [("chunk_words", "text"), ("name_words", "name")] {
        let differing = format!("SELECT id FROM {table}_content WHERE c0 IS NOT spaced(c0)");
        catalog.execute(&format!("UPDATE {table} SET {column} = spaced({column}) WHERE rowid IN ({differing})"), [])?;
    }
    facts::all_due(catalog)?;
    set_version(catalog)
}

/// Passages, and how many entries of the full text (of texts, names and properties) are missing, surplus or not what they should be.
pub fn faults(catalog: &Connection) -> Result<(u32, u32)> {
    let number = |sql: &str| -> Result<u32> { Ok(count(catalog.query_row(sql, [], |row| row.get(0))?)) };
    let chunks = number("SELECT count(*) FROM chunks")?;
    let wrong = number(
        "SELECT count(*) FROM chunks c JOIN extractions e ON e.id = c.extraction_id LEFT JOIN chunk_words_content w ON w.id = c.number
         WHERE w.c0 IS NOT spaced(substr(e.text, c.start + 1, c.\"end\" - c.start))",
    )?;
    let surplus = number("SELECT count(*) FROM chunk_words_content w WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.number = w.id)")?;
    let names = number(
        "SELECT count(*) FROM locations l WHERE l.asset_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM name_words_content w WHERE w.id = l.rowid)",
    )?;
    let facts = facts::faults(catalog)?;
    // Walking an index takes a temporary table, which only the writer can make.
    let broken = match catalog.is_readonly("main")? {
        true => 0,
        false => ["chunk_words", "name_words"].iter().filter(|table| !answers(catalog, table)).count(),
    };
    Ok((chunks, wrong + surplus + names + facts + count(i64::try_from(broken).unwrap_or(0))))
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
           SELECT c.number, spaced(substr(e.text, c.start + 1, c.\"end\" - c.start)) FROM chunks c JOIN extractions e ON e.id = c.extraction_id;",
    )?;
    let mut query = catalog.prepare("SELECT id FROM locations WHERE asset_id IS NOT NULL")?;
    let locations = query.query_map([], |row| row.get::<_, String>(0))?.collect::<std::result::Result<Vec<_>, _>>()?;
    locations.into_iter().try_for_each(|location| super::due::name(catalog, &location.into()))?;
    facts::all_due(catalog)?;
    set_version(catalog)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(chunks: &[u32]) -> Holding {
        Holding { chunks: chunks.to_vec(), assets: Vec::new() }
    }

    #[test]
    fn common_terms_do_not_rank_unless_there_is_no_other() {
        let check = |counts: &[usize], expected: &[usize]| {
            assert_eq!(ranking(&counts.iter().map(|count| chunks(&vec![0; *count])).collect::<Vec<_>>()), expected, "{counts:?}");
        };
        check(&[], &[]);
        check(&[0], &[0]);
        check(&[COMMON, 3, COMMON - 1], &[1, 2]);
        check(&[COMMON + 1, COMMON], &[1]);
        // One that stands only in names.
        check(&[0, COMMON + 1], &[0, 1]);
    }

    /// Chunk 0 is never given; 1 and 2 are of asset 1, 3 of asset 2, 5 of asset 4.
    const OWNERS: [u32; 6] = [0, 1, 1, 2, 0, 4];

    #[test]
    fn an_asset_answers_when_its_chunks_hold_every_wanted_term_and_no_unwanted_one() {
        let check = |wanted: &[&[u32]], unwanted: &[&[u32]], expected: &[usize]| {
            let lists = |terms: &[&[u32]]| terms.iter().map(|held| chunks(held)).collect::<Vec<_>>();
            let answers = answering(&OWNERS, &lists(wanted), &lists(unwanted), true);
            let found: Vec<usize> = (0..answers.len()).filter(|asset| answers[*asset]).collect();
            assert_eq!(found, expected, "{wanted:?} but not {unwanted:?}");
        };
        check(&[&[1], &[2]], &[], &[1]);
        check(&[&[1, 3], &[2, 3]], &[], &[1, 2]);
        check(&[&[1, 3], &[2, 3], &[5]], &[], &[]);
        check(&[&[], &[1, 2, 3]], &[], &[]);
        check(&[&[1, 2, 3, 5]], &[&[2]], &[2, 4]);
        check(&[&[1], &[1]], &[&[]], &[1]);
        // A chunk that came after the owners were read.
        check(&[&[1, 9], &[1, 9]], &[&[9]], &[1]);
    }

    #[test]
    fn a_term_may_stand_beside_the_texts() {
        type Term<'a> = (&'a [u32], &'a [u32]);
        let check = |wanted: &[Term<'_>], unwanted: &[Term<'_>], places: &[u32], beside: &[usize]| {
            let held = |terms: &[Term<'_>]| -> Vec<Holding> {
                terms.iter().map(|(chunks, assets)| Holding { chunks: chunks.to_vec(), assets: assets.to_vec() }).collect()
            };
            let (held, without) = (held(wanted), held(unwanted));
            let found = answers_of(&OWNERS, &held, &without, &ranking(&held));
            assert_eq!((found.chunks.as_slice(), found.beside.as_slice()), (places, beside), "{wanted:?} but not {unwanted:?}");
        };
        check(&[(&[1], &[]), (&[3], &[])], &[], &[], &[]);
        check(&[(&[1, 3], &[]), (&[3], &[1])], &[], &[1, 3, 3], &[1]);
        // An asset without chunks.
        check(&[(&[], &[7]), (&[1], &[7])], &[], &[], &[7]);
        check(&[(&[], &[7, 1]), (&[1], &[7])], &[(&[], &[7])], &[1], &[1]);
        // What answers by its text alone does so whatever its name is.
        check(&[(&[3], &[])], &[(&[], &[2])], &[3], &[]);
    }
}
