//! Filters as SQL: which assets a list or a search is about.

use super::versions::EARLIER;
use crate::error::{EngineError, Result};
use crate::review::policy::WHAT_IS_IT;
use rusqlite::ToSql;
use winnow_contract::Words;
use winnow_contract::asset::{AssetFilter, AssetState};

/// Refuses a filter with a day that is none.
pub fn check(filter: &AssetFilter) -> Result<()> {
    match filter.since.iter().chain(&filter.until).find(|day| !is_day(day.as_str())) {
        Some(_) => Err(EngineError::Refused(Words::new("bad_request").with("why", "a day is written YYYY-MM-DD"))),
        None => Ok(()),
    }
}

/// `YYYY-MM-DD`.
fn is_day(day: &str) -> bool {
    let parts: Vec<Option<u32>> = day.split('-').map(number).collect();
    let lengths: Vec<usize> = day.split('-').map(str::len).collect();
    lengths == [4, 2, 2] && matches!(parts[..], [Some(_), Some(1..=12), Some(1..=31)])
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// A file of the asset that is there was changed on one of these days.
fn days_sql(filter: &AssetFilter) -> Option<(String, Vec<String>)> {
    let start = "CAST(strftime('%s', ?) AS INTEGER)";
    let parts = [
        filter.since.as_ref().map(|_| format!("x.mtime_ns / 1000000000 >= {start}")),
        filter.until.as_ref().map(|_| format!("x.mtime_ns / 1000000000 < {start} + 86400")),
    ];
    let wanted: Vec<String> = parts.into_iter().flatten().collect();
    let days = filter.since.iter().chain(&filter.until).cloned().collect();
    let sql =
        format!("EXISTS (SELECT 1 FROM locations x WHERE x.asset_id = a.id AND x.missing_since IS NULL AND {})", wanted.join(" AND "));
    (!wanted.is_empty()).then_some((sql, days))
}

/// Live findings of `assets a` that nobody rejected.
pub const FINDINGS: &str = "EXISTS (SELECT 1 FROM findings f WHERE f.asset_id = a.id AND f.superseded_by IS NULL
    AND NOT EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = f.item_id AND n.answer = 'rejected'))";

/// A file of the asset is in a folder, or it was found in something that is.
const IN_FOLDER: &str = "(EXISTS (SELECT 1 FROM locations x WHERE x.asset_id = a.id AND x.folder_id = ?)
    OR EXISTS (WITH RECURSIVE up (id) AS (SELECT y.parent_asset FROM locations y WHERE y.asset_id = a.id AND y.parent_asset IS NOT NULL
        UNION SELECT z.parent_asset FROM up u JOIN locations z ON z.asset_id = u.id WHERE z.parent_asset IS NOT NULL)
      SELECT 1 FROM up u JOIN locations x ON x.asset_id = u.id WHERE (x.folder_id = ?)))";

/// The asset is a container or was found in it, at any depth.
const INSIDE: &str = "a.id IN (WITH RECURSIVE inside (id) AS (SELECT (?)
      UNION SELECT l.asset_id FROM inside i JOIN locations l ON l.parent_asset = i.id WHERE l.asset_id IS NOT NULL)
    SELECT id FROM inside)";

/// Earlier versions of edited files are shown to those who ask for what is missing, or for what was in a container.
fn shows_earlier(filter: &AssetFilter) -> bool {
    filter.state == Some(AssetState::Missing) || filter.inside.is_some()
}

/// The WHERE clause of a filter over `assets a`, and its values for `?1`, `?2`, ….
pub fn filter_sql(filter: &AssetFilter) -> (String, Vec<Box<dyn ToSql>>) {
    let mut parts = vec!["1".to_owned()];
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let mut add = |sql: &str, given: Vec<String>| {
        let mut sql = sql.to_owned();
        for value in given {
            values.push(Box::new(value));
            sql = sql.replacen("?)", &format!("?{})", values.len()), 1);
        }
        parts.push(sql);
    };
    if let Some(state) = filter.state {
        add("a.state = (?)", vec![state.to_string()]);
    }
    if let Some(kind) = filter.kind {
        add("a.kind = (?)", vec![kind.to_string()]);
    }
    if let Some(folder) = &filter.folder {
        add(IN_FOLDER, vec![folder.to_string(), folder.to_string()]);
    }
    if let Some(container) = &filter.inside {
        add(INSIDE, vec![container.to_string()]);
    }
    if let Some(label) = &filter.label {
        let sql =
            format!("EXISTS (SELECT 1 FROM annotations n WHERE n.asset_id = a.id AND n.question_id = '{WHAT_IS_IT}' AND n.answer = ?)");
        add(&sql, vec![label.clone()]);
    }
    if let Some(language) = &filter.language {
        add("a.language = (?)", vec![language.clone()]);
    }
    if let Some((sql, days)) = days_sql(filter) {
        add(&sql, days);
    }
    if let Some(wanted) = filter.has_findings {
        parts.push(if wanted { FINDINGS.to_owned() } else { format!("NOT {FINDINGS}") });
    }
    if filter.waiting {
        parts.push("EXISTS (SELECT 1 FROM review_items i WHERE i.asset_id = a.id AND i.state IN ('open', 'deferred'))".into());
    }
    if !shows_earlier(filter) {
        parts.push(format!("NOT {EARLIER}"));
    }
    (parts.join(" AND "), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_are_days() {
        let check_day = |day: &str, fine: bool| {
            let filter = AssetFilter { since: Some(day.into()), ..AssetFilter::default() };
            assert_eq!(check(&filter).is_ok(), fine, "{day:?}");
            assert_eq!(check(&AssetFilter { until: filter.since, ..AssetFilter::default() }).is_ok(), fine, "{day:?}");
        };
        check_day("2024-02-29", true);
        check_day("1969-12-31", true);
        for odd in
            ["", "now", "2024", "2024-13-01", "2024-00-10", "2024-1-1", "2024-01-32", "2024-01-01T00:00", "+024-01-01", "2024-01-01-01"]
        {
            check_day(odd, false);
        }
    }

    #[test]
    fn every_value_has_its_place() {
        let filter = AssetFilter {
            since: Some("2024-01-01".into()),
            until: Some("2024-12-31".into()),
            language: Some("en".into()),
            label: Some("letter".into()),
            ..AssetFilter::default()
        };
        let (sql, values) = filter_sql(&filter);
        assert_eq!(values.len(), 4);
        assert!((1..=4).all(|number| sql.contains(&format!("?{number})"))), "{sql}");
    }
}
