//! Zip archives by their central directory, entry by entry, without an index of them all in memory.
//!
//! Files that share bytes are written once: the second one that reaches into another is left out, which is what bombs are made
//! of. An archive without its directory is read from the front (`zip_cut`). Names never lead anywhere.

use super::spool::{Spool, Step};
use super::zip_cut;
use crate::{Input, damaged, locked, names};
use std::collections::BTreeMap;
use std::io::{BufReader, Error, Read, Seek, SeekFrom};
use winnow_contract::Words;
use winnow_contract::worker::ExpandRequest;
use zip::extra_fields::ExtraField;
use zip::read::{ArchiveOffset, Config, ZipFile, ZipFileEntry, ZipReadOptions};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, DateTime};

/// Bytes that a member packed with LZMA may have: its dictionary takes as much memory.
const LZMA: u64 = 256 << 20;
/// The flag of names in UTF-8 (APPNOTE 4.4.4, bit 11).
const UNICODE: u16 = 1 << 11;

type Source<'a> = BufReader<&'a mut dyn Input>;

/// All files in it.
pub fn walk(input: &mut dyn Input, request: &ExpandRequest, spool: &mut Spool) -> Result<(), Words> {
    let config = Config { archive_offset: ArchiveOffset::Detect };
    let source: &mut dyn Input = &mut *input;
    let mut archive = match ZipIterable::try_new(BufReader::new(source), config) {
        Ok(archive) => archive,
        Err(ZipError::UnsupportedArchive(why)) => return Err(damaged(why)),
        Err(error) => return zip_cut::walk(input, error, spool),
    };
    let files = archive.files().map_err(damaged)?;
    let mut taken = Taken::default();
    let mut number = 0;
    while let Some(entry) = files.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                spool.cut(error);
                break;
            }
        };
        let step = file(entry, number, files.reader_mut(), request, &mut taken, spool)?;
        number += 1;
        if step.is_break() {
            break;
        }
    }
    if taken.overlapping > 0 {
        spool.note(Words::new("overlapping").with("count", taken.overlapping));
    }
    if spool.is_locked() { Err(locked()) } else { Ok(()) }
}

/// Bytes of the archive that files were read from, as start → end.
#[derive(Default)]
struct Taken {
    ranges: BTreeMap<u64, u64>,
    overlapping: u32,
}

impl Taken {
    /// False when some of these bytes were taken before.
    fn take(&mut self, start: u64, end: u64) -> bool {
        let before = self.ranges.range(..=start).next_back().is_some_and(|(_, other)| *other > start);
        let after = self.ranges.range(start..).next().is_some_and(|(other, _)| *other < end);
        let free = !before && !after;
        match free {
            true => drop(self.ranges.insert(start, end)),
            false => self.overlapping += 1,
        }
        free
    }
}

fn file(
    entry: ZipFileEntry<'static>,
    number: u64,
    source: &mut Source,
    request: &ExpandRequest,
    taken: &mut Taken,
    spool: &mut Spool,
) -> Result<Step, Words> {
    let go_on = Ok(Step::Continue(()));
    if entry.is_dir() {
        return go_on;
    }
    if entry.is_symlink() {
        spool.link();
        return go_on;
    }
    let name = names::from_zip(entry.name_raw(), entry.flags().as_u16() & UNICODE != 0).into_owned();
    if !spool.wants(number, &name) {
        return go_on;
    }
    let end = content_end(&entry, source);
    if spool.only().is_none() && end.is_some_and(|end| !taken.take(entry.header_start(), end)) {
        return go_on;
    }
    let password = request.password.as_ref().map(|password| password.0.as_bytes());
    let encrypted = entry.encrypted();
    let opened = entry.with_reader(source, ZipReadOptions::new().password(password));
    match opened {
        Ok(mut file) => write(&mut file, number, &name, encrypted, spool),
        Err(ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
            spool.locked_member();
            go_on
        }
        // It is counted as a member whose reader fails at once.
        Err(_) => spool.member(number, &name, 0, &mut Failing),
    }
}

fn write(file: &mut ZipFile<Source>, number: u64, name: &[u8], encrypted: bool, spool: &mut Spool) -> Result<Step, Words> {
    let mtime_ns = mtime_ns(file);
    let mut limited;
    let reader: &mut dyn Read = match file.compression() {
        CompressionMethod::Lzma | CompressionMethod::Xz => {
            limited = Limited { file, left: LZMA };
            &mut limited
        }
        _ => file,
    };
    if encrypted { spool.unlocked(number, name, mtime_ns, reader) } else { spool.member(number, name, mtime_ns, reader) }
}

/// Where the content ends: the header before it has a length of its own. None when there is no such header.
fn content_end(entry: &ZipFileEntry, source: &mut Source) -> Option<u64> {
    let mut header = [0; 30];
    source.seek(SeekFrom::Start(entry.header_start())).ok()?;
    source.read_exact(&mut header).ok()?;
    let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    entry.header_start().checked_add(30 + length(26) + length(28))?.checked_add(entry.compressed_size())
}

/// The time it was last changed: exact where the writer put one, else the date of DOS, taken for UTC.
pub fn mtime_ns<R: Read>(file: &ZipFile<R>) -> i64 {
    let exact = file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(stamp) => stamp.mod_time().map(i64::from),
        _ => None,
    });
    exact.or_else(|| file.last_modified().map(seconds)).unwrap_or(0).saturating_mul(1_000_000_000)
}

/// Seconds since 1970 (days after H. Hinnant, days_from_civil).
fn seconds(date: DateTime) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * 86_400 + i64::from(date.hour()) * 3600 + i64::from(date.minute()) * 60 + i64::from(date.second())
}

/// A file that fails after so many bytes.
struct Limited<'a> {
    file: &'a mut dyn Read,
    left: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| Error::other("too large for its compression"))?;
        Ok(count)
    }
}

/// A file that could not be opened.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(Error::other("not opened"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_dos_are_seconds_since_1970() {
        let check = |year, month, day, hour, expected: i64| {
            let date = DateTime::from_date_and_time(year, month, day, hour, 0, 0).expect("a date");
            assert_eq!(seconds(date), expected);
        };
        check(1980, 1, 1, 0, 315_532_800);
        check(2000, 2, 29, 12, 951_825_600);
        check(2026, 11, 21, 0, 1_795_219_200);
    }

    #[test]
    fn bytes_are_taken_once() {
        let mut taken = Taken::default();
        assert!(taken.take(10, 20) && taken.take(20, 30) && taken.take(0, 10));
        assert!(!taken.take(15, 17) && !taken.take(5, 40) && !taken.take(29, 31));
        assert_eq!(taken.overlapping, 3);
    }
}
