//! Properties in the storages of a message: streams named by number and type, and a table of those of fixed size.
//!
//! Storage 0 is the message itself.

use crate::encoding;
use crate::ole::{Kind, Ole, u16_at, utf16};
use std::collections::HashMap;

/// Bytes of a property that is text.
const TEXT: u64 = 64 << 20;
/// Bytes of a table of properties.
const TABLE: u64 = 1 << 20;
const TABLE_NAME: &str = "__properties_version1.0";

/// A message's compound file with an index by names.
pub struct Stored<'o, 'i> {
    pub ole: &'o mut Ole<'i>,
    by_name: HashMap<(usize, String), usize>,
    children: HashMap<usize, Vec<usize>>,
}

impl<'o, 'i> Stored<'o, 'i> {
    pub fn new(ole: &'o mut Ole<'i>) -> Self {
        let mut by_name = HashMap::new();
        let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, entry) in ole.entries() {
            by_name.entry((entry.parent, entry.name.to_uppercase())).or_insert(number);
            children.entry(entry.parent).or_default().push(number);
        }
        Self { ole, by_name, children }
    }

    /// Numbers of what is directly in a storage.
    pub fn children(&self, storage: usize) -> &[usize] {
        self.children.get(&storage).map(Vec::as_slice).unwrap_or_default()
    }

    /// Storages of the message whose names begin so, by name.
    pub fn storages(&self, start: &str) -> Vec<usize> {
        let named =
            |number: &usize| self.ole.entry(*number).filter(|entry| entry.kind == Kind::Storage).map(|entry| entry.name.to_lowercase());
        let mut found: Vec<(String, usize)> = self
            .children(0)
            .iter()
            .filter_map(|number| Some((named(number)?, *number)))
            .filter(|(name, _)| name.starts_with(start))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, number)| number).collect()
    }

    pub fn find(&self, storage: usize, name: &str) -> Option<usize> {
        self.by_name.get(&(storage, name.to_uppercase())).copied()
    }

    fn stream(&mut self, storage: usize, tag: u16, kind: &str, limit: u64) -> Option<Vec<u8>> {
        let number = self.find(storage, &format!("__substg1.0_{tag:04X}{kind}"))?;
        Some(self.ole.stream(number, limit))
    }

    /// A property that is text, in UTF-16 or in the encoding it looks like.
    pub fn text(&mut self, storage: usize, tag: u16) -> Option<String> {
        let wide = self.stream(storage, tag, "001F", TEXT).map(|bytes| utf16(&bytes));
        let text = wide.or_else(|| self.stream(storage, tag, "001E", TEXT).map(|bytes| encoding::to_text(&bytes, true, None).text));
        text.map(|text| text.trim_end_matches('\0').to_owned()).filter(|text| !text.is_empty())
    }

    /// A property that is bytes, at most `limit` of them.
    pub fn binary(&mut self, storage: usize, tag: u16, limit: u64) -> Option<Vec<u8>> {
        self.stream(storage, tag, "0102", limit)
    }

    /// The storage that a property of an attachment is.
    pub fn storage_in(&self, storage: usize, tag: u16) -> Option<usize> {
        self.find(storage, &format!("__substg1.0_{tag:04X}000D"))
    }

    /// True for a storage that holds properties, as messages do.
    pub fn is_message(&self, storage: usize) -> bool {
        self.table(storage).is_some()
    }

    pub fn table(&self, storage: usize) -> Option<usize> {
        self.find(storage, TABLE_NAME)
    }

    /// A number or a time from the table of a storage. `header` is how many bytes stand before its rows: 32 in a message, 8 in
    /// recipients and attachments.
    pub fn fixed(&mut self, storage: usize, header: usize, tag: u16) -> Option<u64> {
        let table = self.table(storage)?;
        let table = self.ole.stream(table, TABLE);
        let mut rows = table.get(header..)?.chunks_exact(16);
        let row = rows.find(|row| u16_at(row, 2) == tag)?;
        let value = row[8..].first_chunk().map(|value| u64::from_le_bytes(*value))?;
        let is_long = matches!(u16_at(row, 0), 0x0040 | 0x0014);
        Some(if is_long { value } else { value & 0xffff_ffff })
    }
}

/// The label of a code page of Windows.
pub fn label(page: u64) -> Option<&'static str> {
    let labels = [
        (65_001, "utf-8"),
        (1250, "windows-1250"),
        (1251, "windows-1251"),
        (1252, "windows-1252"),
        (1253, "windows-1253"),
        (1254, "windows-1254"),
        (1255, "windows-1255"),
        (1256, "windows-1256"),
        (1257, "windows-1257"),
        (20_866, "koi8-r"),
        (28_591, "iso-8859-1"),
        (28_592, "iso-8859-2"),
        (28_595, "iso-8859-5"),
        (28_605, "iso-8859-15"),
        (932, "shift_jis"),
        (936, "gbk"),
        (949, "euc-kr"),
        (950, "big5"),
        (50_220, "iso-2022-jp"),
        (50_222, "iso-2022-jp"),
        (51_932, "euc-jp"),
    ];
    labels.iter().find(|(known, _)| *known == page).map(|(_, label)| *label)
}
