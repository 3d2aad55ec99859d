use super::*;

/// A compound file of these streams.
pub fn storage(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
    for (name, content) in streams {
        file.create_stream(name).expect("a stream").write_all(content).expect("written");
    }
    file.flush().expect("flushed");
    file.into_inner().into_inner()
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A Word document of a narrow and a wide piece; `lengths` of body, notes, header, macros, comments.
fn doc(narrow: &[u8], wide: &str, lengths: [u32; 5], flags: u16) -> Vec<u8> {
    let mut main = vec![0; 0x400];
    let wide = utf16(wide);
    main[0..2].copy_from_slice(&0xa5ec_u16.to_le_bytes());
    main[2..4].copy_from_slice(&0xc1_u16.to_le_bytes());
    main[0x0a..0x0c].copy_from_slice(&flags.to_le_bytes());
    main[0x4c..0x60].copy_from_slice(&words(&lengths));
    let (count, total) = (narrow.len() as u32, narrow.len() as u32 + wide.len() as u32 / 2);
    let mut clx = vec![1, 2, 0, 9, 9, 2];
    clx.extend(words(&[28, 0, count, total]));
    clx.extend([0, 0]);
    clx.extend(words(&[(0x400 * 2) | 0x4000_0000]));
    clx.extend([0, 0, 0, 0]);
    clx.extend(words(&[0x400 + count]));
    clx.extend([0, 0]);
    main[0x1a2..0x1aa].copy_from_slice(&words(&[0, clx.len() as u32]));
    main.extend_from_slice(narrow);
    main.extend(wide);
    storage(&[("WordDocument", &main), ("0Table", &clx)])
}

#[test]
fn an_old_word_document_reads_by_its_pieces() {
    let found = document(&doc(b"one\rcaf\xe9 \x13 PAGE \x14seven\x15\ra\x07b\x07\x07", "\u{20ac}\rnote\rwhy\r", [31, 5, 0, 0, 4], 0));
    assert_eq!(text_of(&found), "one\ncaf\u{e9} seven\na\tb\n\u{20ac}\n\nnote\n\nwhy");
    check_place(&found, PartKind::Footnote, "", "note");
    check_place(&found, PartKind::Comment, "", "why");
    let refused = read(&mut Cursor::new(doc(b"x", "", [1, 0, 0, 0, 0], 0x100)), None, &LIMITS);
    assert_eq!(refused.map(|_| ()), Err(cannot_unlock()));
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [kind.to_le_bytes().as_slice(), (data.len() as u16).to_le_bytes().as_slice(), data].concat()
}

fn xls(globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Vec<u8> {
    let begin = record(0x809, &[0, 6, 5, 0]);
    let end = record(0x0a, &[]);
    let bound = |at: u32| record(0x85, &[at.to_le_bytes().as_slice(), &[1, 0, 3, 0], b"Old"].concat());
    let globals = globals.concat();
    let at = begin.len() + globals.len() + bound(0).len() + end.len();
    let all = [begin.clone(), globals, bound(at as u32), end.clone(), begin, sheet.concat(), end].concat();
    storage(&[("Workbook", &all)])
}

#[test]
fn an_old_workbook_reads_cell_by_cell() {
    let strings = record(0xfc, b"\x02\0\0\0\x02\0\0\0\x02\0\0ab\x02\0\x01c\0\xe4\0");
    let styles = [record(0xe0, &[0, 0, 0, 0]), record(0xe0, &[0, 0, 14, 0])].concat();
    let number = |row: u8, column: u8, style: u8, value: f64| [&[row, 0, column, 0, style, 0], value.to_le_bytes().as_slice()].concat();
    let sheet = [
        record(0xfd, &[0, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
        record(0x203, &number(0, 1, 1, 11450.0)),
        record(0x7d, &[3, 0, 3, 0, 0, 0, 0, 0, 1, 0]),
        record(0x27e, &[0, 0, 3, 0, 0, 0, 0x0a, 0, 0, 0]),
        record(0xbd, &[1, 0, 0, 0, 0, 0, 0x06, 0, 0, 0, 0, 0, 0x0a, 0, 0, 0, 1, 0]),
        record(0x06, &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0]),
        record(0x207, b"\x03\0\0sum"),
        record(0x205, &[2, 0, 1, 0, 0, 0, 0x2a, 1]),
        record(0xfd, &[3, 0, 0, 0, 0, 0, 99, 0, 0, 0]),
        record(0x5d, &[0x15, 0, 0x12, 0, 0x19, 0, 7, 0]),
        record(0x1b6, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0]),
        record(0x3c, b"\0look"),
        record(0x1c, b"\x02\0\x01\0\0\0\x07\0\x03\0\0Ann"),
    ];
    let found = document(&xls(&[strings, styles], &sheet));
    assert_eq!(text_of(&found), "Old\nc\u{e4}\t1931-05-07\t2\n1\t2\nsum\t#N/A\nB3: look");
    check_place(&found, PartKind::HiddenCell, "Old!A1", "c\u{e4}");
    check_place(&found, PartKind::Comment, "Ann", "B3: look");
    let refused = read(&mut Cursor::new(xls(&[record(0x2f, &[0; 6])], &[])), None, &LIMITS);
    assert_eq!(refused.map(|_| ()), Err(cannot_unlock()));
}

#[test]
fn an_old_formula_without_a_stored_result_shows_itself() {
    let formula = |row: u8, value: [u8; 8], flags: u8, tokens: &[u8]| {
        record(0x06, &[&[row, 0, 0, 0, 0, 0], value.as_slice(), &[flags, 0, 0, 0, 0, 0], &[tokens.len() as u8, 0], tokens].concat())
    };
    let (sum, empty) = (&[0x25, 0, 0, 1, 0, 1, 0xc0, 1, 0xc0, 0x19, 0x10, 0, 0], &[0x17, 0, 0]);
    let (number, text, nothing) = ([0; 8], [0, 0, 0, 0, 0, 0, 0xff, 0xff], [3, 0, 0, 0, 0, 0, 0xff, 0xff]);
    let other = &[0x3a, 0, 0, 2, 0, 3, 0xc0, 0x1e, 1, 0, 0x03];
    let sheet = [
        formula(0, nothing, 0, sum),
        formula(1, nothing, 0, empty),
        formula(2, number, 0, sum),
        formula(3, number, 3, sum),
        formula(4, text, 0, sum),
        record(0x207, b"\x03\0\0sum"),
        formula(5, text, 0, sum),
        formula(6, nothing, 0, other),
        formula(7, text, 0, sum),
        formula(8, nothing, 0, &[]),
        formula(9, number, 2, sum),
    ];
    let globals = [record(0x1ae, &[1, 0, 1, 4]), record(0x17, &[1, 0, 0, 0, 0, 0, 0, 0])];
    let found = document(&xls(&globals, &sheet));
    assert_eq!(text_of(&found), "Old\n=SUM(B1:B2)\n=\"\"\n0\n=SUM(B1:B2)\nsum\n=SUM(B1:B2)\n=Old!D3+1\n=SUM(B1:B2)\n0");
    check_place(&found, PartKind::HiddenCell, "Old!A6", "=SUM(B1:B2)");
    let with_results = [formula(0, nothing, 0, empty), formula(1, text, 0, sum)];
    assert_eq!(text_of(&document(&xls(&globals, &with_results))), "Old\n=SUM(B1:B2)");
}

/// A workbook whose sheets all begin at one place.
fn xls_of_one_place(sheets: usize, records: &[u8]) -> Vec<u8> {
    let (begin, end) = (record(0x809, &[0, 6, 5, 0]), record(0x0a, &[]));
    let bound = |at: u32| record(0x85, &[at.to_le_bytes().as_slice(), &[0, 0, 3, 0], b"Old"].concat());
    let at = begin.len() + sheets * bound(0).len() + end.len();
    let listed = bound(at as u32).repeat(sheets);
    storage(&[("Workbook", &[begin.as_slice(), &listed, &end, &begin, records, &end].concat())])
}

#[test]
fn a_sheet_that_is_listed_twice_is_read_once() {
    let text = record(0x204, b"\0\0\0\0\0\0\x03\0\0sum");
    assert_eq!(text_of(&document(&xls_of_one_place(2, &text))), "Old\nsum\n\nOld");
    let began = std::time::Instant::now();
    assert!(text_of(&document(&xls_of_one_place(60_000, &record(0, &[]).repeat(50_000)))).starts_with("Old"));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn sheets_that_overlap_end_early() {
    let (begin, end) = (record(0x809, &[0, 6, 5, 0]), record(0x0a, &[]));
    let bound = |at: usize| record(0x85, &[(at as u32).to_le_bytes().as_slice(), &[0, 0, 1, 0], b"a"].concat());
    let first = begin.len() + 60_000 * bound(0).len() + end.len();
    let listed: Vec<u8> = (0..60_000).flat_map(|number| bound(first + number * 4)).collect();
    let stream = [begin.as_slice(), &listed, &end, &record(0, &[]).repeat(60_000)].concat();
    let began = std::time::Instant::now();
    assert!(text_of(&document(&storage(&[("Workbook", &stream)]))).starts_with('a'));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

fn atom(kind: u16, instance: u16, data: &[u8]) -> Vec<u8> {
    [(instance << 4).to_le_bytes().as_slice(), kind.to_le_bytes().as_slice(), &(data.len() as u32).to_le_bytes(), data].concat()
}

fn container(kind: u16, instance: u16, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = atom(kind, instance, &parts.concat());
    bytes[0] |= 0xf;
    bytes
}

pub fn ppt(header: u32) -> Vec<u8> {
    let listed = |reference: u32, id: u32| atom(1011, 0, &words(&[reference, 0, 0, id, 0]));
    let slides = container(4080, 0, &[listed(2, 256), atom(4008, 0, b"outline"), listed(3, 257)]);
    let notes = container(4080, 2, &[listed(4, 1)]);
    let document = container(1000, 0, &[slides, notes]);
    let comment = container(12_000, 0, &[atom(4026, 0, &utf16("Ann")), atom(4026, 1, &utf16("nice"))]);
    let first = container(1006, 0, &[atom(4000, 0, &utf16("a\rb")), atom(5003, 0, &comment)]);
    let second = container(1006, 0, &[atom(1017, 0, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0]), atom(4008, 0, b"unseen")]);
    let spoken = container(1008, 0, &[atom(1009, 0, &words(&[256, 0])), atom(4008, 0, b"spoken")]);
    let mut stream = Vec::new();
    let mut offsets = Vec::new();
    for part in [document, first, second, spoken] {
        offsets.push(stream.len() as u32);
        stream.extend(part);
    }
    let directory = stream.len() as u32;
    stream.extend(atom(6002, 0, &words(&[&[4 << 20 | 1], offsets.as_slice()].concat())));
    let edit = stream.len() as u32;
    stream.extend(atom(4085, 0, &words(&[0, 0, 0, directory, 1, 0, 0])));
    let user = words(&[0, 0, 20, header, edit]);
    storage(&[("PowerPoint Document", &stream), ("Current User", &user)])
}

#[test]
fn an_old_presentation_reads_slide_by_slide() {
    let found = document(&ppt(0xe391_c05f));
    assert_eq!(text_of(&found), "outline\na\nb\nnice\nspoken\n\nunseen");
    check_place(&found, PartKind::Slide, "1", "outline\na\nb");
    check_place(&found, PartKind::Comment, "Ann", "nice");
    check_place(&found, PartKind::SlideNotes, "1", "spoken");
    check_place(&found, PartKind::HiddenSlide, "2", "unseen");
    check_property(&found, "slides", "2");
    assert_eq!(read(&mut Cursor::new(ppt(0xf3d1_c4df)), None, &LIMITS).map(|_| ()), Err(cannot_unlock()));
}

#[test]
fn what_no_password_opens_is_told_from_what_one_opens() {
    let check = |description: &[u8], expected: Words| {
        let bytes = storage(&[("EncryptedPackage", &[0; 64]), ("EncryptionInfo", description)]);
        assert_eq!(read(&mut Cursor::new(&bytes), None, &LIMITS).map(|_| ()), Err(expected.clone()), "{description:?}");
        assert_eq!(read(&mut Cursor::new(&bytes), Some("x"), &LIMITS).map(|_| ()), Err(expected), "{description:?}");
    };
    let standard = |cipher: u32| [&[3, 0, 2, 0], words(&[0, 12, 0, 0, cipher]).as_slice(), &[0; 72]].concat();
    check(&standard(0x660e), crate::locked());
    check(&standard(0x6801), cannot_unlock());
    check(&standard(0x660e)[..40], cannot_unlock());
    let agile = |cipher: &str, bits: u32, hash: &str| {
        let keys = format!("keyBits='{bits}' cipherAlgorithm='{cipher}' cipherChaining='ChainingModeCBC' hashAlgorithm='{hash}'");
        let key = format!("<p:encryptedKey {keys} spinCount='1' encryptedVerifierHashInput='AAAA' encryptedVerifierHashValue='AAAA'/>");
        [
            &[4, 0, 4, 0, 0x40, 0, 0, 0],
            format!("<encryption><keyData {keys}/>{key}<c:encryptedKey encryptedKeyValue='AAAA'/></encryption>").as_bytes(),
        ]
        .concat()
    };
    check(&agile("AES", 256, "SHA512"), crate::locked());
    check(&agile("AES", 256, "WHIRLPOOL"), cannot_unlock());
    check(&agile("AES", 40, "SHA512"), cannot_unlock());
    check(&agile("RC4", 128, "SHA1"), cannot_unlock());
    check(&[4, 0, 3, 0], cannot_unlock());
    check(&[1, 0, 1, 0], cannot_unlock());
}

#[test]
fn compound_files_are_told_by_their_streams() {
    let check = |name: &str, expected: &str| assert_eq!(kind_of(&mut Cursor::new(storage(&[(name, b"x")]))), Some(expected), "{name}");
    check("WordDocument", "application/msword");
    check("Book", "application/vnd.ms-excel");
    check("PowerPoint Document", "application/vnd.ms-powerpoint");
    check("EncryptedPackage", "application/x-ooxml-protected");
    check("__properties_version1.0", "application/vnd.ms-outlook");
    check("Catalog", "application/x-thumbs-db");
    check("whatever", "application/x-ole-storage");
}

#[test]
fn a_summary_is_properties() {
    let text = |text: &str| [words(&[30, text.len() as u32 + 1]), text.as_bytes().to_vec(), vec![0; 4 - text.len() % 4]].concat();
    let values = [text("Plans"), text("Ann"), words(&[64, 0xd53e_8000, 0x019d_b1de])];
    let (mut entries, mut at) = (Vec::new(), 8 + 3 * 8);
    for (number, value) in [2, 4, 12].into_iter().zip(&values) {
        entries.extend([number, at]);
        at += value.len() as u32;
    }
    let mut stream = vec![0; 44];
    stream.extend(words(&[48, at, 3]));
    stream.extend(words(&entries));
    stream.extend(values.concat());
    let main = [&[0xec, 0xa5, 0x65, 0], [0; 0x100].as_slice()].concat();
    let found = document(&storage(&[("\u{5}SummaryInformation", &stream), ("WordDocument", &main)]));
    check_property(&found, "title", "Plans");
    check_property(&found, "author", "Ann");
    check_property(&found, "created", "1970-01-01T00:00:00Z");
}

#[test]
fn a_small_file_far_from_the_specification_does_no_harm() {
    let good = doc(b"some words", "more", [14, 0, 0, 0, 0], 0);
    for at in 0..good.len().min(2000) {
        let mut bytes = good.clone();
        bytes[at] ^= 0xff;
        let _ = read(&mut Cursor::new(bytes), None, &LIMITS);
    }
    for length in (0..good.len()).step_by(97) {
        let _ = read(&mut Cursor::new(&good[..length]), None, &LIMITS);
    }
}
