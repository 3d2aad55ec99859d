//! Archives of `ar`: Debian packages and static libraries.
//!
//! Long names in the manner of System V and of BSD are understood; symbol tables are members like others are not.

use super::exact::Exact;
use super::spool::Spool;
use crate::{Input, damaged};
use std::io::{BufReader, Read};
use winnow_contract::Words;

const MAGIC: usize = 8;
const HEADER: usize = 60;
/// Bytes of a table of names, or of one name, that are read.
const NAMES: u64 = 1 << 20;

/// All files in it.
pub fn walk(input: &mut dyn Input, spool: &mut Spool) -> Result<(), Words> {
    input.rewind().map_err(damaged)?;
    let mut stream = BufReader::new(input);
    let mut magic = [0; MAGIC];
    stream.read_exact(&mut magic).map_err(damaged)?;
    let mut table = Vec::new();
    for number in 0.. {
        let mut header = [0; HEADER];
        match stream.read_exact(&mut header) {
            Ok(()) => {}
            Err(_) => return Ok(()),
        }
        let Some(size) = number_in(&header[48..58]).filter(|_| header.ends_with(b"`\n")) else {
            spool.cut("header");
            return Ok(());
        };
        let mut body = Exact::new(&mut stream, size);
        let name = trimmed(&header[..16]);
        if name == b"//" {
            let _ = (&mut body).take(NAMES).read_to_end(&mut table);
        } else if name != b"/" && name != b"/SYM64/" {
            let name = long_name(name, &table, &mut body);
            let mtime = number_in(&header[16..28]).and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or(0);
            if spool.member(number, &name, mtime.saturating_mul(1_000_000_000), &mut body)?.is_break() {
                return Ok(());
            }
        }
        if body.skip().is_err() {
            spool.cut("end of file");
            return Ok(());
        }
        if size % 2 == 1 {
            let _ = stream.read_exact(&mut [0]);
        }
    }
    Ok(())
}

/// System V: `/12` is a place in the table. BSD: `#1/12` says that the name stands before the content.
fn long_name(name: &[u8], table: &[u8], body: &mut Exact) -> Vec<u8> {
    if let Some(length) = name.strip_prefix(b"#1/").and_then(number_in) {
        let mut long = Vec::new();
        let _ = body.take(length.min(NAMES)).read_to_end(&mut long);
        return trimmed(&long).to_vec();
    }
    let placed = name.strip_prefix(b"/").and_then(number_in).and_then(|at| table.get(usize::try_from(at).ok()?..));
    let long = placed.map(|rest| rest.split(|byte| *byte == b'\n').next().unwrap_or_default()).unwrap_or(name);
    long.strip_suffix(b"/").unwrap_or(long).to_vec()
}

fn trimmed(field: &[u8]) -> &[u8] {
    let end = field.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    &field[..end]
}

fn number_in(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}
