//! Which assets are nearly the same: looks of pictures, signatures, the parts they are found by, and their groups.
//!
//! How alike two things are is `near`'s, what is asked the policy's. Nearest vectors are in `catalog::near`.

use super::lineage::{Node, link};
use super::review;
use super::versions::{self, EARLIER};
use crate::error::Result;
use crate::near::look::Look;
use crate::near::{Rules, Signature};
use crate::review::policy::{self, ALIKE};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;
use winnow_contract::id::{AssetId, ReviewItemId};
use winnow_contract::trail::RowKind;

/// Assets looked at for one part: a part that more share says little.
const OF_A_PART: u32 = 16;
/// Assets compared with one.
const COMPARED: usize = 512;
/// Members of a group that one view holds.
const SHOWN: u32 = 50;

/// Keeps the look of a picture, or that it has none.
pub fn set_look(catalog: &Connection, asset: &AssetId, look: Option<&str>, run: &str) -> Result<()> {
    catalog.prepare_cached("DELETE FROM looks WHERE asset_id = ?1")?.execute([asset.as_str()])?;
    if let Some(look) = look {
        let insert = "INSERT INTO looks (asset_id, run_id, look) VALUES (?1, ?2, ?3)";
        catalog.prepare_cached(insert)?.execute([asset.as_str(), run, look])?;
    }
    Ok(())
}

/// The look of a picture that can be compared.
pub fn look(catalog: &Connection, asset: &AssetId) -> Result<Option<Look>> {
    let sql = "SELECT look FROM looks WHERE asset_id = ?1";
    let look: Option<String> = catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| row.get(0)).optional()?;
    Ok(look.and_then(|look| Look::parse(&look)))
}

/// True when words of the asset are still to come, so that it is too early to compare it.
pub fn is_being_read(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    let sql =
        "SELECT 1 FROM jobs WHERE subject = ?1 AND state IN ('queued', 'running') AND kind IN ('decode', 'ocr', 'sound', 'transcribe')";
    Ok(catalog.prepare_cached(sql)?.exists([asset.as_str()])?)
}

/// An asset with its signature and its group.
struct Kept {
    number: i64,
    asset: AssetId,
    signature: Signature,
    group: Option<AssetId>,
}

const KEPT: &str = "number, asset_id, measure, signature, group_id";

/// None for a signature of a kind that this program does not know.
fn kept(row: &Row<'_>) -> rusqlite::Result<Option<Kept>> {
    let signature = Signature::decode(&row.get::<_, String>(2)?, &row.get::<_, Vec<u8>>(3)?);
    let (number, asset, group) = (row.get(0)?, AssetId(row.get(1)?), row.get::<_, Option<String>>(4)?.map(AssetId));
    Ok(signature.map(|signature| Kept { number, asset, signature, group }))
}

fn of(catalog: &Connection, asset: &AssetId) -> Result<Option<Kept>> {
    let sql = format!("SELECT {KEPT} FROM signatures WHERE asset_id = ?1");
    Ok(catalog.prepare_cached(&sql)?.query_row([asset.as_str()], kept).optional()?.flatten())
}

/// True when an asset has a signature.
pub fn has_signature(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    Ok(catalog.prepare_cached("SELECT 1 FROM signatures WHERE asset_id = ?1")?.exists([asset.as_str()])?)
}

/// What carrying out a comparison needs besides the transaction.
pub struct Placing<'a> {
    pub rules: &'a Rules,
    pub run: &'a str,
    pub now: i64,
    /// Makes ids for the questions.
    pub id: &'a dyn Fn() -> String,
}

/// Gives an asset its signature, or none; it joins the group of what it is nearly the same as, leaves the one it was in, and a
/// person is asked of every member but the oldest. True when the queue may have changed.
pub fn place(catalog: &Connection, asset: &AssetId, signature: Option<&Signature>, with: &Placing<'_>) -> Result<bool> {
    let before = of(catalog, asset)?;
    let stays = before.as_ref().is_some_and(|before| Some(&before.signature) == signature);
    if let Some(before) = before.filter(|_| !stays) {
        leave(catalog, &before, with)?;
    }
    let Some(signature) = signature else { return Ok(true) };
    if !stays {
        insert(catalog, asset, signature, with.run)?;
    }
    let near = near(catalog, asset, signature, with.rules)?;
    if near.is_empty() { Ok(!stays) } else { join(catalog, asset, &near, with).map(|()| true) }
}

fn insert(catalog: &Connection, asset: &AssetId, signature: &Signature, run: &str) -> Result<()> {
    let sql = "INSERT INTO signatures (asset_id, run_id, measure, signature) VALUES (?1, ?2, ?3, ?4)";
    catalog.prepare_cached(sql)?.execute(params![asset.as_str(), run, signature.measure(), signature.encode()])?;
    let number = catalog.last_insert_rowid();
    let mut parts = catalog.prepare_cached("INSERT OR IGNORE INTO signature_parts (key, number) VALUES (?1, ?2)")?;
    signature.parts().into_iter().try_for_each(|key| parts.execute(params![key, number]).map(drop))?;
    Ok(())
}

/// What is nearly the same as an asset, what it is in and what is in it left out.
fn near(catalog: &Connection, asset: &AssetId, signature: &Signature, rules: &Rules) -> Result<Vec<Kept>> {
    let mut part = catalog.prepare_cached("SELECT number FROM signature_parts WHERE key = ?1 ORDER BY number LIMIT ?2")?;
    let mut numbers = BTreeSet::new();
    for key in signature.wanted(rules) {
        let rows = part.query_map(params![key, OF_A_PART], |row| row.get::<_, i64>(0))?;
        numbers.extend(rows.collect::<std::result::Result<Vec<_>, _>>()?);
        if numbers.len() >= COMPARED {
            break;
        }
    }
    let mut one = catalog.prepare_cached(&format!("SELECT {KEPT} FROM signatures WHERE number = ?1"))?;
    let mut found = Vec::new();
    for number in numbers {
        let other = one.query_row([number], kept).optional()?.flatten();
        let Some(other) = other.filter(|other| other.asset != *asset && signature.is_near(&other.signature, rules)) else { continue };
        if !are_nested(catalog, asset, &other.asset)? {
            found.push(other);
        }
    }
    Ok(found)
}

fn are_nested(catalog: &Connection, one: &AssetId, other: &AssetId) -> Result<bool> {
    let sql = "SELECT 1 FROM locations WHERE (asset_id = ?1 AND parent_asset = ?2) OR (asset_id = ?2 AND parent_asset = ?1)";
    Ok(catalog.prepare_cached(sql)?.exists([one.as_str(), other.as_str()])?)
}

/// Makes one group of an asset, what is near it, and their groups. It is named by its oldest member.
fn join(catalog: &Connection, asset: &AssetId, near: &[Kept], with: &Placing<'_>) -> Result<()> {
    let known = of(catalog, asset)?.and_then(|own| own.group);
    let groups: BTreeSet<&AssetId> = near.iter().filter_map(|other| other.group.as_ref()).chain(known.as_ref()).collect();
    let alone = near.iter().filter(|other| other.group.is_none()).map(|other| &other.asset).chain([asset]);
    let oldest = groups.iter().copied().chain(alone.clone()).min().cloned().unwrap_or_else(|| asset.clone());
    let mut moved: BTreeSet<AssetId> = alone.cloned().collect();
    for group in groups.into_iter().filter(|group| **group != oldest) {
        moved.extend(members_of(catalog, group)?);
    }
    let mut enter = catalog.prepare_cached("UPDATE signatures SET group_id = ?2 WHERE asset_id = ?1")?;
    moved.iter().try_for_each(|member| enter.execute([member.as_str(), oldest.as_str()]).map(drop))?;
    ask(catalog, &oldest, &moved, with)
}

fn members_of(catalog: &Connection, group: &AssetId) -> Result<Vec<AssetId>> {
    let mut query = catalog.prepare_cached("SELECT asset_id FROM signatures WHERE group_id = ?1 ORDER BY asset_id")?;
    let rows = query.query_map([group.as_str()], |row| row.get(0).map(AssetId))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Takes an asset out of its group; one that stays behind alone is in no group any more.
fn leave(catalog: &Connection, kept: &Kept, with: &Placing<'_>) -> Result<()> {
    let mut part = catalog.prepare_cached("DELETE FROM signature_parts WHERE key = ?1 AND number = ?2")?;
    kept.signature.parts().into_iter().try_for_each(|key| part.execute(params![key, kept.number]).map(drop))?;
    catalog.prepare_cached("DELETE FROM signatures WHERE number = ?1")?.execute([kept.number])?;
    review::withdraw_others(catalog, &kept.asset, ALIKE, &[])?;
    let Some(group) = &kept.group else { return Ok(()) };
    let rest = members_of(catalog, group)?;
    match rest.as_slice() {
        [] => {}
        [last] => {
            catalog.prepare_cached("UPDATE signatures SET group_id = NULL WHERE asset_id = ?1")?.execute([last.as_str()])?;
            review::withdraw_others(catalog, last, ALIKE, &[])?;
        }
        [oldest, ..] => {
            catalog
                .prepare_cached("UPDATE signatures SET group_id = ?2 WHERE group_id = ?1")?
                .execute([group.as_str(), oldest.as_str()])?;
            ask(catalog, oldest, &rest.iter().cloned().collect(), with)?;
        }
    }
    Ok(())
}

/// The oldest member of a group whose bytes are somewhere: what the others are compared with.
fn reference(catalog: &Connection, group: &AssetId) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT {KEPT} FROM signatures WHERE group_id = ?1 AND EXISTS (SELECT 1 FROM assets a WHERE a.id = asset_id AND a.state <> 'missing')
         ORDER BY asset_id LIMIT 1"
    );
    Ok(catalog.prepare_cached(&sql)?.query_row([group.as_str()], kept).optional()?.flatten())
}

fn is_missing(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    Ok(catalog.prepare_cached("SELECT 1 FROM assets WHERE id = ?1 AND state = 'missing'")?.exists([asset.as_str()])?)
}

/// Asks whether members are the same as the oldest, which itself is not asked about. Of what is gone nobody is asked.
fn ask(catalog: &Connection, group: &AssetId, members: &BTreeSet<AssetId>, with: &Placing<'_>) -> Result<()> {
    let Some(oldest) = reference(catalog, group)? else { return Ok(()) };
    review::withdraw_others(catalog, &oldest.asset, ALIKE, &[])?;
    for member in members.iter().filter(|member| **member != oldest.asset) {
        let Some(likeness) = of(catalog, member)?.and_then(|kept| kept.signature.likeness(&oldest.signature)) else { continue };
        if is_missing(catalog, member)? {
            continue;
        }
        let item = policy::near_duplicate(member, likeness, (with.id)());
        review::ask(catalog, &item, Some(with.run), with.now)?;
        if let Some(id) = review::item_of_topic(catalog, &item)? {
            link(catalog, Node(RowKind::ReviewItem, id.as_str()), Node(RowKind::Asset, member.as_str()), Some(with.run))?;
        }
    }
    Ok(())
}

/// A member of a group and how alike it is to the asset that was asked about, 0 to 1.
pub struct Alike {
    pub asset: AssetId,
    pub likeness: f32,
}

/// A person said of the asset of this signature that it is not the same.
fn set_apart(row: &str) -> String {
    format!("EXISTS (SELECT 1 FROM annotations n WHERE n.asset_id = {row}.asset_id AND n.question_id = 'alike' AND n.answer = 'rejected')")
}

/// The other members of an asset's group, the oldest first; those that a person set apart left out.
pub fn others(catalog: &Connection, asset: &AssetId) -> Result<Vec<Alike>> {
    let apart = set_apart("s");
    let sql = format!("SELECT {KEPT} FROM signatures s WHERE asset_id = ?1 AND group_id IS NOT NULL AND NOT {apart}");
    let own = catalog.prepare_cached(&sql)?.query_row([asset.as_str()], kept).optional()?.flatten();
    let Some(Kept { group: Some(group), signature, .. }) = own else { return Ok(Vec::new()) };
    let sql = format!("SELECT {KEPT} FROM signatures s WHERE group_id = ?1 AND asset_id <> ?2 AND NOT {apart} ORDER BY asset_id");
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map([group.as_str(), asset.as_str()], kept)?;
    let rows: Vec<Option<Kept>> = rows.collect::<std::result::Result<_, _>>()?;
    let alike = |other: Kept| Some(Alike { likeness: signature.likeness(&other.signature)?, asset: other.asset });
    Ok(rows.into_iter().flatten().filter_map(alike).collect())
}

/// The first of them, for a view.
pub fn shown(catalog: &Connection, asset: &AssetId) -> Result<Vec<Alike>> {
    let mut others = others(catalog, asset)?;
    others.truncate(SHOWN as usize);
    Ok(others)
}

/// The oldest of them, when it is older than the asset itself.
pub fn duplicate_of(catalog: &Connection, asset: &AssetId) -> Result<Option<AssetId>> {
    // Ids are in the order in which assets were first seen.
    let sql = format!(
        "SELECT o.asset_id FROM signatures g JOIN signatures o ON o.group_id = g.group_id AND o.asset_id < g.asset_id
         JOIN assets a ON a.id = o.asset_id WHERE g.asset_id = ?1 AND NOT {EARLIER} AND NOT {} AND NOT {} ORDER BY o.asset_id LIMIT 1",
        set_apart("g"),
        set_apart("o")
    );
    Ok(catalog.prepare_cached(&sql)?.query_row([asset.as_str()], |row| Ok(AssetId(row.get(0)?))).optional()?)
}

/// What a question about an asset compares it with: the oldest member of its group that is there, whatever was said of it.
pub fn compared_with(catalog: &Connection, asset: &AssetId) -> Result<Option<AssetId>> {
    let Some(group) = of(catalog, asset)?.and_then(|own| own.group) else { return Ok(None) };
    Ok(reference(catalog, &group)?.map(|oldest| oldest.asset).filter(|oldest| oldest != asset))
}

/// Open questions of the same kind on the other members of an asset's group.
pub fn open_alike(catalog: &Connection, asset: &AssetId, question: &str) -> Result<Vec<ReviewItemId>> {
    let sql = "SELECT id FROM review_items WHERE asset_id = ?1 AND question_id = ?2 AND state IN ('open', 'deferred') ORDER BY id";
    let mut query = catalog.prepare_cached(sql)?;
    let mut items = Vec::new();
    for other in others(catalog, asset)? {
        let rows = query.query_map([other.asset.as_str(), question], |row| row.get(0).map(ReviewItemId))?;
        items.extend(rows.collect::<std::result::Result<Vec<_>, _>>()?);
    }
    Ok(items)
}

/// Other members of an asset's group of which it was never asked what they are, nor said. Of earlier versions nobody is asked.
pub fn never_labelled(catalog: &Connection, asset: &AssetId) -> Result<Vec<AssetId>> {
    let sql = "SELECT 1 FROM review_items WHERE asset_id = ?1 AND question_id = ?2 AND state <> 'withdrawn'";
    let mut asked = catalog.prepare_cached(sql)?;
    let mut never = Vec::new();
    for other in others(catalog, asset)? {
        if !asked.exists([other.asset.as_str(), policy::WHAT_IS_IT])? && !versions::is_earlier(catalog, &other.asset)? {
            never.push(other.asset);
        }
    }
    Ok(never)
}
