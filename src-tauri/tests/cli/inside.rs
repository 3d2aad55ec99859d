//! What lies in something else: archives in archives, what is found in them, and passwords that come on standard input.
//!
//! The archives are written here byte by byte, stored and not packed.

use crate::fixtures::crc;
use crate::program::{Library, keys};
use serde_json::Value;
use tempfile::TempDir;

const MEMBER: &[&str] = &["asset", "name", "kind", "state", "bytes", "members"];
const PASSWORD: &str = "Störtebeker";

/// A ZIP archive of stored entries (APPNOTE 6.3.10); with a password, sealed the old way (section 6.1).
fn zip(entries: &[(&str, &[u8])], password: Option<&str>) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let content_crc = crc(content);
        let stored = password.map_or_else(|| content.to_vec(), |password| sealed(content, content_crc, password));
        let mut head = Vec::from([20, 0]);
        // Bit 0: sealed; bit 11: the name is UTF-8.
        head.extend((0x0800 | u16::from(password.is_some())).to_le_bytes());
        head.extend([0; 6]);
        head.extend(content_crc.to_le_bytes());
        head.extend((stored.len() as u32).to_le_bytes());
        head.extend((content.len() as u32).to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0; 2]);
        let offset = bytes.len() as u32;
        directory.extend(b"PK\x01\x02\x14\0".iter().chain(&head).chain(&[0; 10]));
        directory.extend(offset.to_le_bytes().iter().chain(name.as_bytes()));
        bytes.extend(b"PK\x03\x04".iter().chain(&head).chain(name.as_bytes()).chain(&stored));
    }
    let (start, count) = (bytes.len() as u32, (entries.len() as u16).to_le_bytes());
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0".iter().chain(&count).chain(&count));
    bytes.extend((directory.len() as u32).to_le_bytes().iter().chain(&start.to_le_bytes()).chain(&[0, 0]));
    bytes
}

/// The cipher that ZIP began with: twelve bytes of which the last is the checksum's, then the content.
fn sealed(content: &[u8], crc: u32, password: &str) -> Vec<u8> {
    let mut keys = [0x1234_5678_u32, 0x2345_6789, 0x3456_7890];
    password.bytes().for_each(|byte| stir(&mut keys, byte));
    let head = [7; 11].into_iter().chain([(crc >> 24) as u8]);
    let seal = |byte: u8| {
        let twice = (keys[2] | 2) & 0xffff;
        let mask = ((twice * (twice ^ 1)) >> 8) as u8;
        stir(&mut keys, byte);
        byte ^ mask
    };
    head.chain(content.iter().copied()).map(seal).collect()
}

fn stir(keys: &mut [u32; 3], byte: u8) {
    keys[0] = step(keys[0], byte);
    keys[1] = keys[1].wrapping_add(keys[0] & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
    keys[2] = step(keys[2], (keys[1] >> 24) as u8);
}

/// CRC-32 of one more byte.
fn step(crc: u32, byte: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
}

fn drop_in(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs_err::write(&path, bytes).expect("written");
    path.to_str().expect("a plain path").to_owned()
}

fn ends(line: &Value, end: &str) -> bool {
    line["paths"].as_array().is_some_and(|paths| paths.iter().any(|path| path.as_str().is_some_and(|path| path.ends_with(end))))
}

#[test]
fn an_archive_in_an_archive() {
    let (library, folder) = (Library::new(), tempfile::tempdir().expect("a folder"));
    let inner = zip(&[("note.txt", b"The lamp of the lighthouse was lit by four.")], None);
    let outer = drop_in(&folder, "outer.zip", &zip(&[("letters/inner.zip", &inner), ("plain.txt", b"A plain page.")], None));
    let other = drop_in(&folder, "other.zip", &zip(&[("else.txt", b"Nothing about lamps.")], None));
    let done = library.json(&["ingest", folder.path().to_str().expect("a plain path")]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let lines = done.lines();
    for end in ["/outer.zip", "/outer.zip/letters/inner.zip", "/outer.zip/letters/inner.zip/note.txt", "/outer.zip/plain.txt"] {
        assert!(lines.iter().any(|line| ends(line, end)), "{end} in {lines:#?}");
    }
    let members = library.json(&["members", &outer]).lines();
    members.iter().for_each(|line| keys(line, MEMBER));
    let counts: Vec<_> = members.iter().map(|line| (line["kind"].as_str(), line["members"].as_u64())).collect();
    assert_eq!(counts, [(Some("archive"), Some(1)), (Some("text"), Some(0))], "{members:#?}");
    assert_eq!(library.json(&["assets", "--inside", &outer]).lines().len(), 4, "itself, and three at two depths");
    let hits = library.json(&["search", "lighthouse", "--inside", &outer]).lines();
    assert_eq!(hits.len(), 1);
    keys(&hits[0]["evidence"], &["page", "box", "t0", "t1", "start", "end", "place"]);
    assert_eq!(library.json(&["search", "lighthouse", "--inside", &other]).lines().len(), 0);
    let note = library.json(&["show", hits[0]["asset"].as_str().expect("an id")]).only();
    let parents: Vec<_> = note["parents"].as_array().expect("parents").iter().filter_map(|parent| parent["name"].as_str()).collect();
    assert_eq!(parents, ["outer.zip", "inner.zip"]);
    assert!(library.text(&["members", &outer]).out.contains("plain.txt"));
    let nothing = library.json(&["members", hits[0]["asset"].as_str().expect("an id")]);
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""));
}

#[test]
fn a_password_opens_and_a_wrong_one_says_so() {
    let (library, folder) = (Library::new(), tempfile::tempdir().expect("a folder"));
    let path = drop_in(&folder, "sealed.zip", &zip(&[("will.txt", b"The house goes to Edith.")], Some(PASSWORD)));
    let done = library.json(&["ingest", &path]);
    assert_eq!(done.code, 0, "a locked file is not a failed one: {}{}", done.out, done.err);
    assert_eq!(done.lines()[0]["state"], "locked", "{}", done.out);
    let unlock = |password: &str| library.with_input(&["--json", "unlock", &path], password.as_bytes());
    let wrong = unlock("Klaus\n");
    assert_eq!(
        (wrong.code, &wrong.lines()[0]["opened"], &wrong.lines()[0]["state"]),
        (1, &false.into(), &"locked".into()),
        "{}",
        wrong.err
    );
    let right = unlock(&format!("{PASSWORD}\n"));
    assert_eq!((right.code, &right.lines()[0]["opened"]), (0, &true.into()), "{}{}", right.out, right.err);
    assert_ne!(right.lines()[0]["state"], "locked");
    assert_eq!(library.json(&["search", "house goes", "--inside", &path]).lines().len(), 1);
    for file in ["catalog.sqlite", "catalog.sqlite-wal"] {
        let written = fs_err::read(library.folder().join(file)).unwrap_or_default();
        assert!(!written.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes()), "{file}");
    }
}
