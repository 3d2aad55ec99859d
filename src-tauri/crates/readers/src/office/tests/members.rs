use super::storages::storage;
use super::*;
use crate::container;
use winnow_contract::worker::{ExpandLimits, ExpandRequest, Expanded, Password};

fn members(bytes: &[u8], password: Option<&str>) -> (Expanded, Vec<(String, Vec<u8>)>) {
    let limits = ExpandLimits { entries: 100, total_bytes: 1 << 20, ratio: 200, slice_bytes: 1 << 20, nesting: 10 };
    let password = password.map(|password| Password(password.to_owned()));
    let request = ExpandRequest { extension: String::new(), bytes: bytes.len() as i64, from: 0, only: None, limits, password };
    let kind = kind_of(&mut Cursor::new(bytes)).expect("a kind");
    let mut into = Vec::new();
    let found = container::expand(&mut Cursor::new(bytes), kind, &request, &mut into).expect("members");
    let content = |at: i64, length: i64| into[at as usize..][..length as usize].to_vec();
    let all = found.members.iter().map(|one| (one.display.clone(), content(one.offset, one.bytes))).collect();
    (found, all)
}

fn check(bytes: &[u8], expected: &[(&str, &[u8])]) {
    let expected: Vec<(String, Vec<u8>)> = expected.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect();
    assert_eq!(members(bytes, None).1, expected);
    assert_eq!(document(bytes).has_members, !expected.is_empty());
}

const NATIVE: &[u8] = b"\0\0\0\0\x02\0note.txt\0C:\\note.txt\0\0\0\x03\0\x04\0\0\0tmp\0\x05\0\0\0hello";

#[test]
fn what_is_embedded_in_a_package_is_taken_out() {
    let wrapped = storage(&[("\u{1}Ole10Native", NATIVE)]);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let scan = [b'x'; 40 << 10];
    let parts: [(&str, &[u8]); 7] = [
        ("word/document.xml", b"<w:document/>"),
        ("word/media/image1.png", b"picture"),
        ("word/embeddings/sheet.xlsx", b"PK.."),
        ("word/embeddings/oleObject1.bin", &wrapped),
        ("word/embeddings/_rels/x.rels", b""),
        ("word/media/image2.jpeg", &scan),
        ("docProps/thumbnail.jpeg", &scan),
    ];
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(content).expect("written");
    }
    let bytes = zip.finish().expect("a package").into_inner();
    check(&bytes, &[("sheet.xlsx", b"PK.."), ("note.txt", b"hello"), ("image2.jpeg", &scan)]);
    assert_eq!(members(&bytes, None).0.members[0].locator, b"2/sheet.xlsx");
    check(&package(&[("word/document.xml", "<w:document/>")]), &[]);
    check(
        &package(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<a/>"), ("Object 1", "x")]),
        &[("Object 1", b"x")],
    );
}

#[test]
fn what_is_embedded_before_2007_is_taken_out() {
    let main = [&[0xec, 0xa5, 0x65, 0], [0; 0x100].as_slice()].concat();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
    let mut stream = |path: &str, content: &[u8]| file.create_stream(path).expect("a stream").write_all(content).expect("written");
    stream("WordDocument", &main);
    file.create_storage_all("ObjectPool/_1/Deep").expect("a storage");
    file.create_storage("ObjectPool/_2").expect("a storage");
    let mut stream = |path: &str, content: &[u8]| file.create_stream(path).expect("a stream").write_all(content).expect("written");
    stream("ObjectPool/_1/WordDocument", &main);
    stream("ObjectPool/_1/Deep/CONTENTS", b"within");
    stream("ObjectPool/_2/\u{1}Ole10Native", NATIVE);
    file.flush().expect("flushed");
    let bytes = file.into_inner().into_inner();
    assert!(document(&bytes).has_members);
    let mut all = members(&bytes, None).1;
    all.sort();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["_1.doc", "note.txt"]);
    assert_eq!(all[1].1, b"hello");
    assert_eq!(kind_of(&mut Cursor::new(&all[0].1)), Some("application/msword"));
    assert_eq!(members(&all[0].1, None).1, [("Deep".to_owned(), b"within".to_vec())]);
}

/// A record of a picture, as drawings keep it.
fn blip(kind: u16, instance: u16, content: &[u8]) -> Vec<u8> {
    let body = [[7; 17].as_slice(), content].concat();
    [(instance << 4).to_le_bytes().as_slice(), &kind.to_le_bytes(), &(body.len() as u32).to_le_bytes(), &body].concat()
}

fn photograph(start: &[u8]) -> Vec<u8> {
    [start, &(0..40 << 10).map(|number: u32| number.wrapping_mul(31) as u8).collect::<Vec<u8>>()].concat()
}

#[test]
fn pictures_before_2007_are_taken_out() {
    let (scan, photo, small) = (photograph(b"\x89PNG"), photograph(b"\xff\xd8\xff"), b"\x89PNG small");
    let main = [&[0xec, 0xa5, 0x65, 0], [0; 0x100].as_slice(), &blip(0xf01d, 0x46a, &photo)].concat();
    let data = [b"PICF.......".to_vec(), blip(0xf01e, 0x6e0, small), blip(0xf01e, 0x6e0, &scan)].concat();
    let doc = storage(&[("WordDocument", &main), ("Data", &data)]);
    check(&doc, &[("image1.png", &scan), ("image2.jpg", &photo)]);
    let pictures = [blip(0xf01e, 0x6e0, &scan), blip(0xf01d, 0x46a, &photo)].concat();
    let slides = super::storages::ppt(0xe391_c05f);
    let mut file = cfb::CompoundFile::open(Cursor::new(slides)).expect("a presentation");
    file.create_stream("Pictures").expect("a stream").write_all(&pictures).expect("written");
    file.flush().expect("flushed");
    check(&file.into_inner().into_inner(), &[("image1.png", &scan), ("image2.jpg", &photo)]);
    let record = |kind: u16, data: &[u8]| [kind.to_le_bytes().as_slice(), &(data.len() as u16).to_le_bytes(), data].concat();
    let mut book = record(0x809, &[0, 6, 5, 0]);
    let mut kind = 0xeb;
    for piece in blip(0xf01e, 0x6e0, &scan).chunks(8000) {
        book.extend(record(std::mem::replace(&mut kind, 0x3c), piece));
    }
    book.extend(record(0x0a, &[]));
    check(&storage(&[("Workbook", &book)]), &[("image1.png", &scan)]);
}

#[test]
fn pictures_in_rich_text_are_taken_out() {
    let (scan, photo) = (photograph(b"\x89PNG"), photograph(b"\xff\xd8\xff"));
    let digits = |bytes: &[u8]| {
        bytes.chunks(64).map(|row| row.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\r\n").collect::<String>()
    };
    let text = format!(
        "{{\\rtf1 one {{\\*\\shppict{{\\pict{{\\*\\picprop{{\\sp{{\\sn a}}}}}}\\picw10\\pngblip {{\\*\\blipuid 00ff}}{}}}}}\
         {{\\nonshppict{{\\pict\\wmetafile8 {}}}}}{{\\pict\\pngblip 89504e47}} two ",
        digits(&scan),
        digits(&photo)
    );
    let binary = [format!("{{\\pict\\jpegblip\\bin{} ", photo.len()).as_bytes(), &photo, b"}three}"].concat();
    let bytes = [text.as_bytes(), &binary].concat();
    check(&bytes, &[("image1.png", &scan), ("image3.jpg", &photo)]);
    assert_eq!(text_of(&document(&bytes)), "one  two three");
    let cut = &bytes[..text.len() + 100];
    check(cut, &[("image1.png", &scan)]);
    check(b"{\\rtf1 {\\pict\\pngblip\\bin2147483647 x}}", &[]);
    check(b"{\\rtf1 \\\\pict\\pngblip 00}}", &[]);
}
