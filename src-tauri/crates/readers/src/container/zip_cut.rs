//! Zip archives whose directory is missing or damaged: their files are read from the front, one header after the other.
//!
//! Files whose header does not say how long they are, and encrypted ones, end the walk. The name counts as it stands.

use super::spool::Spool;
use super::zip::mtime_ns;
use crate::{Input, damaged, names};
use std::io::BufReader;
use winnow_contract::Words;
use zip::read::read_zipfile_from_stream;
use zip::result::ZipError;

/// The files that can be read; when there are none, `why` the directory could not be.
pub fn walk(input: &mut dyn Input, why: ZipError, spool: &mut Spool) -> Result<(), Words> {
    input.rewind().map_err(damaged)?;
    let mut stream = BufReader::new(input);
    spool.cut(&why);
    let mut number = 0;
    while let Ok(Some(mut file)) = read_zipfile_from_stream(&mut stream) {
        let name = names::from_zip(file.name_raw(), false).into_owned();
        let mtime_ns = mtime_ns(&file);
        if !file.is_dir() && spool.member(number, &name, mtime_ns, &mut file)?.is_break() {
            return Ok(());
        }
        number += 1;
    }
    if number == 0 { Err(damaged(why)) } else { Ok(()) }
}
