use super::*;
use ::tar::{Builder, EntryType, Header};
use ::zip::ZipWriter;
use ::zip::unstable::write::FileOptionsExt;
use ::zip::write::SimpleFileOptions;
use std::io::{Cursor, Read};
use winnow_contract::worker::{ExpandLimits, Password};

fn request(bytes: &[u8]) -> ExpandRequest {
    let limits = ExpandLimits { entries: 1000, total_bytes: 100_000_000, ratio: 200, slice_bytes: 1_000_000, nesting: 100 };
    ExpandRequest { extension: String::new(), bytes: bytes.len() as i64, from: 0, only: None, limits, password: None }
}

/// What was found, and the members by name and content.
fn expanded(bytes: &[u8], kind: &str, request: &ExpandRequest) -> (Expanded, Vec<(String, Vec<u8>)>) {
    let mut into = Vec::new();
    let found = expand(&mut Cursor::new(bytes), kind, request, &mut into).expect("members");
    let content = |member: &winnow_contract::worker::Member| into[member.offset as usize..][..member.bytes as usize].to_vec();
    let members = found.members.iter().map(|member| (member.display.clone(), content(member))).collect();
    (found, members)
}

fn refused(bytes: &[u8], kind: &str, request: &ExpandRequest) -> String {
    expand(&mut Cursor::new(bytes), kind, request, &mut Vec::new()).expect_err("refused").code
}

fn codes(found: &Expanded) -> Vec<&str> {
    found.notes.iter().map(|note| note.code.as_str()).collect()
}

fn named(members: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    members.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

/// A kind is recognised, all members are found, and each is found again by its locator.
fn check(bytes: &[u8], kind: &str, expected: &[(&str, &[u8])]) {
    assert_eq!(kind_of(bytes), Some(kind));
    let (found, members) = expanded(bytes, kind, &request(bytes));
    assert_eq!((members, codes(&found), found.partial), (named(expected), vec![], false), "{kind}");
    for (member, (name, content)) in found.members.iter().zip(expected) {
        let only = ExpandRequest { only: Some(member.locator.clone()), ..request(bytes) };
        let (again, members) = expanded(bytes, kind, &only);
        assert_eq!((members, again.members[0].mtime_ns), (named(&[(name, content)]), member.mtime_ns), "{kind}");
    }
}

fn zipped(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, options).expect("a file");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mtime(1_500_000_000);
        tar.append_data(&mut header, name, *content).expect("a file");
    }
    tar.into_inner().expect("an archive")
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::GzBuilder::new().filename("notes.txt").mtime(1_500_000_000).write(Vec::new(), flate2::Compression::fast());
    gzip.write_all(content).expect("written");
    gzip.finish().expect("a file")
}

const TWO: &[(&str, &[u8])] = &[("a.txt", b"one"), ("dir/b.txt", b"two")];

#[test]
fn archives_give_their_files_whatever_packs_them() {
    let options = SimpleFileOptions::default();
    for method in [
        ::zip::CompressionMethod::Stored,
        ::zip::CompressionMethod::Deflated,
        ::zip::CompressionMethod::Bzip2,
        ::zip::CompressionMethod::Zstd,
        ::zip::CompressionMethod::Xz,
    ] {
        check(&zipped(TWO, options.compression_method(method)), "application/zip", TWO);
    }
    check(&tarred(TWO), "application/x-tar", TWO);
    check(&gzipped(&tarred(TWO)), "application/gzip", TWO);
    check(&zstd::encode_all(tarred(TWO).as_slice(), 1).expect("packed"), "application/zstd", TWO);
    check(b"!<arch>\na.txt/          1500000000  0     0     100644  3         `\none\n", "application/x-archive", &[("a.txt", b"one")]);
}

#[test]
fn other_packers_of_one_file_give_a_member_without_a_name() {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(b"one").expect("written");
    check(&bzip2.finish().expect("a file"), "application/x-bzip2", &[("", b"one")]);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).expect("a writer");
    xz.write_all(b"one").expect("written");
    check(&xz.finish().expect("a file"), "application/x-xz", &[("", b"one")]);
    check(&zstd::encode_all(&b"one"[..], 1).expect("packed"), "application/zstd", &[("", b"one")]);
}

#[test]
fn gzip_files_may_be_several_one_behind_the_other() {
    let both = [gzipped(b"one"), gzipped(b" two")].concat();
    check(&both, "application/gzip", &[("notes.txt", b"one two")]);
    let padded = [both, vec![0; 100]].concat();
    check(&padded, "application/gzip", &[("notes.txt", b"one two")]);
}

#[test]
fn what_is_cut_is_kept_up_to_there() {
    let check = |bytes: &[u8], kind: &str, expected: &[&str], notes: &[&str]| {
        let (found, members) = expanded(bytes, kind, &request(bytes));
        let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, codes(&found), found.partial), (expected.to_vec(), notes.to_vec(), true), "{kind}");
    };
    let long: Vec<u8> = (0..100_000_u32).flat_map(|number| (number ^ number.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
    let files = [("a.txt", &b"one"[..]), ("long.bin", &long)];
    let stored = zipped(&files, SimpleFileOptions::default());
    check(&stored[..stored.len() / 2], "application/zip", &["a.txt", "long.bin"], &["container_cut", "members_damaged"]);
    let tar = tarred(&files);
    check(&tar[..tar.len() / 2], "application/x-tar", &["a.txt", "long.bin"], &["container_cut", "members_damaged"]);
    let gzip = gzipped(&tar);
    check(&gzip[..gzip.len() / 2], "application/gzip", &["a.txt", "long.bin"], &["container_cut", "members_damaged"]);
    let one = gzipped(&long);
    check(&one[..one.len() / 2], "application/gzip", &["notes.txt"], &["members_damaged"]);
}

#[test]
fn a_list_of_members_is_no_longer_than_an_answer() {
    let name = |number: usize| format!("{number:05}{}", "n".repeat(4000));
    let names: Vec<String> = (0..2500).map(name).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let archive = zipped(&files, SimpleFileOptions::default());
    let mut request = request(&archive);
    request.limits.entries = 10_000;
    let (found, members) = expanded(&archive, "application/zip", &request);
    assert!((1000..2500).contains(&members.len()), "{}", members.len());
    assert_eq!(found.notes, [Words::new("entries_cut").with("limit", members.len())]);
    assert!(found.partial && serde_json::to_vec(&found).expect("JSON").len() < 40 << 20);
}

#[test]
fn limits_end_the_walk_with_a_name() {
    let files: Vec<(String, Vec<u8>)> = (0..9).map(|number| (format!("{number}.txt"), vec![b'x'; 2_000_000])).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let packed = zipped(&files, SimpleFileOptions::default());
    let stored = zipped(&files, SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored));
    let check = |bytes: &[u8], change: fn(&mut ExpandLimits), count: usize, note: &str| {
        let mut request = request(bytes);
        change(&mut request.limits);
        let (found, _) = expanded(bytes, "application/zip", &request);
        assert_eq!((found.members.len(), codes(&found), found.partial), (count, vec![note], true));
    };
    check(&packed, |limits| limits.entries = 3, 3, "entries_cut");
    check(&packed, |_| {}, 5, "expands_too_much");
    check(&stored, |limits| limits.total_bytes = 7_000_000, 3, "archive_too_large");
}

#[test]
fn a_bomb_in_a_stream_ends_at_its_ratio() {
    let bomb = zstd::encode_all(std::io::repeat(0).take(500_000_000), 1).expect("packed");
    let (found, _) = expanded(&bomb, "application/zstd", &request(&bomb));
    assert_eq!((found.members.len(), codes(&found)), (0, vec!["expands_too_much"]));
}

#[test]
fn names_are_bytes_and_never_paths() {
    let long = format!("{}.txt", "n".repeat(251));
    let names = ["../../etc/passwd", "/absolute", "C:\\windows", "cod\u{202e}txt.exe", "new\nline", "caf\u{e9}", "cafe\u{301}", &long];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, name.as_bytes())).collect();
    let shown: Vec<String> = names.iter().map(|name| crate::names::display(name.as_bytes())).collect();
    let expected: Vec<(&str, &[u8])> = shown.iter().map(String::as_str).zip(names.iter().map(|name| name.as_bytes())).collect();
    check(&zipped(&files, SimpleFileOptions::default()), "application/zip", &expected);
    let mut header = Header::new_old();
    header.as_old_mut().name[..8].copy_from_slice(b"bad\xff\xfe.tx");
    header.set_size(3);
    header.set_cksum();
    let tar = [header.as_bytes().as_slice(), b"one", &[0; 509], &[0; 1024]].concat();
    check(&tar, "application/x-tar", &[("bad\\xff\\xfe.tx", b"one")]);
}

#[test]
fn names_that_occur_twice_are_two_members() {
    let mut zip = zipped(&[("a.txt", b"one"), ("b.txt", b"two")], SimpleFileOptions::default());
    let places: Vec<usize> = (0..zip.len() - 5).filter(|at| &zip[*at..*at + 5] == b"b.txt").collect();
    places.into_iter().for_each(|at| zip[at] = b'a');
    check(&zip, "application/zip", &[("a.txt", b"one"), ("a.txt", b"two")]);
}

#[test]
fn entries_that_share_bytes_are_unpacked_once() {
    // Ten entries in the directory for one file.
    let zip = zipped(&[("a.txt", &[b'x'; 3000])], SimpleFileOptions::default());
    let end = zip.len() - 22;
    let start = zip.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    let directory = zip[start..end].repeat(10);
    let mut tail = zip[end..].to_vec();
    tail[8..12].copy_from_slice(&[10, 0, 10, 0]);
    tail[12..16].copy_from_slice(&(directory.len() as u32).to_le_bytes());
    let bomb = [&zip[..start], &directory, &tail].concat();
    let (found, members) = expanded(&bomb, "application/zip", &request(&bomb));
    assert_eq!((members.len(), codes(&found), found.partial), (1, vec!["overlapping"], true));
}

#[test]
fn passwords_open_archives() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    zip.start_file("open.txt", plain).expect("a file");
    zip.write_all(b"seen").expect("written");
    zip.start_file("aes.txt", plain.with_aes_encryption(::zip::AesMode::Aes256, "secret")).expect("a file");
    zip.write_all(b"hidden").expect("written");
    zip.start_file("old.txt", plain.with_deprecated_encryption(b"secret").expect("options")).expect("a file");
    zip.write_all(b"weak").expect("written");
    let zip = zip.finish().expect("an archive").into_inner();
    let with = |bytes: &[u8], password: &str| ExpandRequest { password: Some(Password(password.to_owned())), ..request(bytes) };
    let (found, members) = expanded(&zip, "application/zip", &request(&zip));
    assert_eq!((members, codes(&found)), (named(&[("open.txt", b"seen")]), vec!["locked_members"]));
    assert_eq!(found.notes[0].params["count"], "2");
    let (found, members) = expanded(&zip, "application/zip", &with(&zip, "secret"));
    assert_eq!((members, codes(&found)), (named(&[("open.txt", b"seen"), ("aes.txt", b"hidden"), ("old.txt", b"weak")]), vec![]));
    let (found, members) = expanded(&zip, "application/zip", &with(&zip, "wrong"));
    assert_eq!((members.len(), codes(&found)), (1, vec!["locked_members"]));
    let all = zipped(TWO, plain.with_aes_encryption(::zip::AesMode::Aes128, "secret"));
    assert_eq!(refused(&all, "application/zip", &request(&all)), "locked");
    assert_eq!(refused(&all, "application/zip", &with(&all, "wrong")), "locked");
}

#[test]
fn seven_zip_archives_are_read_block_by_block() {
    let expected: &[(&str, &[u8])] =
        &[("letters/one.txt", b"The first letter."), ("letters/two.txt", b"The second letter."), ("empty.txt", b"")];
    check(include_bytes!("../../fixtures/plain.7z"), "application/x-7z-compressed", expected);
    for locked in [include_bytes!("../../fixtures/locked.7z").as_slice(), include_bytes!("../../fixtures/hidden.7z")] {
        let with = |password: &str| ExpandRequest { password: Some(Password(password.to_owned())), ..request(locked) };
        assert_eq!(expanded(locked, "application/x-7z-compressed", &with("secret")).1, named(expected));
        assert_eq!(refused(locked, "application/x-7z-compressed", &with("wrong")), "locked");
        assert_eq!(refused(locked, "application/x-7z-compressed", &request(locked)), "locked");
    }
}

/// Two files in one block of LZMA2, and an empty one in none.
const SOLID: &[u8] = include_bytes!("../../fixtures/plain.7z");
/// Where that block is packed in it.
const PACKED: std::ops::Range<usize> = 32..71;

#[test]
fn a_7z_whose_decoder_failed_is_not_asked_further() {
    let mut bad = SOLID.to_vec();
    // The properties of the first chunk are none. Asked once more, the decoder has a length but no state, and never ends.
    bad[PACKED.start + 5] = 0xff;
    let (found, members) = expanded(&bad, "application/x-7z-compressed", &request(&bad));
    assert_eq!((members, codes(&found)), (named(&[("empty.txt", b"")]), vec!["container_cut", "members_damaged"]));
    assert_eq!((found.notes[1].params["count"].as_str(), found.partial), ("2", true));
}

#[test]
fn whatever_is_damaged_in_a_7z_it_ends() {
    let (_, whole) = expanded(SOLID, "application/x-7z-compressed", &request(SOLID));
    for at in PACKED {
        for bit in 0..8 {
            let mut bad = SOLID.to_vec();
            bad[at] ^= 1 << bit;
            let (found, members) = expanded(&bad, "application/x-7z-compressed", &request(&bad));
            // What was not damaged by it, such as a length that nothing comes up to, is not told of.
            let is_right = |(name, content): &(String, Vec<u8>)| whole.iter().any(|(known, right)| known == name && content == right);
            assert!(found.partial || members.iter().all(is_right), "byte {at}, bit {bit}: {:?}", codes(&found));
        }
    }
}

#[test]
fn what_nobody_keeps_has_a_limit_too() {
    let mut folder = Header::new_gnu();
    folder.set_path("folder/").expect("a name");
    folder.set_entry_type(EntryType::Directory);
    folder.set_size(200_000_000);
    folder.set_cksum();
    let first = tarred(&[("a.txt", b"one")]);
    let bomb = first[..1024].chain(folder.as_bytes().as_slice()).chain(std::io::repeat(0).take(200_000_000));
    let bomb = zstd::encode_all(bomb, 1).expect("packed");
    let (found, members) = expanded(&bomb, "application/zstd", &request(&bomb));
    assert_eq!((members, codes(&found), found.partial), (named(&[("a.txt", b"one")]), vec!["expands_too_much"], true));
}

#[test]
fn links_folders_and_devices_are_no_members() {
    let mut tar = Builder::new(Vec::new());
    for (kind, name) in [(EntryType::Directory, "dir/"), (EntryType::Symlink, "link"), (EntryType::Link, "hard"), (EntryType::Char, "tty")]
    {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        match kind {
            EntryType::Symlink | EntryType::Link => tar.append_link(&mut header, name, "/etc/passwd").expect("a link"),
            _ => tar.append_data(&mut header, name, std::io::empty()).expect("an entry"),
        }
    }
    let tar = tar.into_inner().expect("an archive");
    let (found, members) = expanded(&tar, "application/x-tar", &request(&tar));
    assert_eq!((members.len(), codes(&found), found.partial), (0, vec!["links_skipped"], false));
    assert_eq!(found.notes[0].params["count"], "3");
}

/// One entry of a tar: header, content, padding.
fn block(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_path(name).expect("a name");
    header.set_entry_type(EntryType::new(kind));
    header.set_size(content.len() as u64);
    header.set_cksum();
    let padding = vec![0; (512 - content.len() % 512) % 512];
    [header.as_bytes().as_slice(), content, &padding].concat()
}

fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let record = |(key, value): &(&str, &str)| {
        let bare = key.len() + value.len() + 3;
        let length = (bare + 2..).find(|length| bare + length.to_string().len() == *length).expect("a length");
        format!("{length} {key}={value}\n")
    };
    block(b'x', "records", records.iter().map(record).collect::<String>().as_bytes())
}

#[test]
fn pax_records_name_and_measure_what_follows() {
    let long = format!("dir/{}.txt", "n".repeat(300));
    let tar =
        [pax(&[("path", &long), ("mtime", "1500000000.5")]), block(b'0', "short", b"one"), block(b'0', "next", b"two"), vec![0; 1024]]
            .concat();
    check(&tar, "application/x-tar", &[(&long, b"one"), ("next", b"two")]);
    // A name of a gigabyte is not read.
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(1 << 30);
    header.set_cksum();
    let (found, _) = expanded(header.as_bytes(), "application/x-tar", &request(header.as_bytes()));
    assert_eq!(codes(&found), ["container_cut"]);
}

#[test]
fn sparse_files_have_their_holes() {
    let holes = b"\0\0\0\0one\0\0\0two\0".as_slice();
    let first = [pax(&[("GNU.sparse.size", "14"), ("GNU.sparse.map", "4,3,10,3"), ("GNU.sparse.name", "a")]), block(b'0', "x", b"onetwo")];
    check(&[first.concat(), vec![0; 1024]].concat(), "application/x-tar", &[("a", holes)]);
    let mut content = b"2\n4\n3\n10\n3\n".to_vec();
    content.resize(512, 0);
    content.extend_from_slice(b"onetwo");
    let records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"), ("GNU.sparse.realsize", "14")];
    check(&[pax(&records), block(b'0', "x", &content), vec![0; 1024]].concat(), "application/x-tar", &[("a", holes)]);
    let mut old = Header::new_gnu();
    old.set_path("a").expect("a name");
    old.set_entry_type(EntryType::GNUSparse);
    old.set_size(6);
    let gnu = old.as_gnu_mut().expect("a header");
    for (part, (offset, length)) in gnu.sparse.iter_mut().zip([(4, 3), (10, 3)]) {
        part.set_offset(offset);
        part.set_length(length);
    }
    gnu.set_real_size(14);
    old.set_cksum();
    let tar = [old.as_bytes().as_slice(), b"onetwo", &[0; 506], &[0; 1024]].concat();
    check(&tar, "application/x-tar", &[("a", holes)]);
    // Holes of an exabyte end at the limit.
    let huge =
        [pax(&[("GNU.sparse.size", "1000000000000000000"), ("GNU.sparse.map", "0,3")]), block(b'0', "x", b"one"), vec![0; 1024]].concat();
    let (found, members) = expanded(&huge, "application/x-tar", &request(&huge));
    assert_eq!((members.len(), codes(&found)), (0, vec!["expands_too_much"]));
}

#[test]
fn rubbish_is_refused_with_a_reason() {
    let check = |bytes: &[u8], kind: &str, code: &str| assert_eq!(refused(bytes, kind, &request(bytes)), code, "{kind}");
    check(b"PK\x03\x04 and no more", "application/zip", "damaged");
    check(b"7z\xbc\xaf\x27\x1c\0\x04rubbish", "application/x-7z-compressed", "damaged");
    check(b"\x1f\x8b\x08\0rubbish here", "application/gzip", "damaged");
    check(b"\x28\xb5\x2f\xfdrubbish", "application/zstd", "damaged");
    check(b"BZh91AY&SYrubbish", "application/x-bzip2", "damaged");
    check(b"\xfd7zXZ\0rubbish", "application/x-xz", "damaged");
    check(b"anything", "application/x-rar", "no_reader");
}

/// A small generator of numbers, the same every time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn damaged_archives_never_panic() {
    let good: Vec<(Vec<u8>, &str)> = vec![
        (zipped(TWO, SimpleFileOptions::default()), "application/zip"),
        (tarred(TWO), "application/x-tar"),
        (gzipped(&tarred(TWO)), "application/gzip"),
        (include_bytes!("../../fixtures/plain.7z").to_vec(), "application/x-7z-compressed"),
        (zstd::encode_all(tarred(TWO).as_slice(), 1).expect("packed"), "application/zstd"),
        ([pax(&[("GNU.sparse.map", "4,3,10,3")]), block(b'0', "x", b"onetwo")].concat(), "application/x-tar"),
    ];
    let mut numbers = Numbers(42);
    for (bytes, kind) in good {
        for _ in 0..300 {
            let mut bad = bytes.clone();
            for _ in 0..=numbers.below(4) {
                let at = numbers.below(bad.len());
                bad[at] = numbers.below(256) as u8;
            }
            bad.truncate(bytes.len() - numbers.below(8).saturating_sub(6) * numbers.below(bytes.len()));
            let _ = expand(&mut Cursor::new(&bad), kind, &request(&bad), &mut Vec::new());
        }
    }
}
