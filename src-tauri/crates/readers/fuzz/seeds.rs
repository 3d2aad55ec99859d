//! Small good files of every format, made here, from which mutations are made.

use flate2::write::GzEncoder;
use flate2::{Compression, Crc};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A file that mutations are made of.
pub enum Seed {
    Plain(Vec<u8>),
    /// A zip of these parts.
    Packed(Vec<(&'static str, Vec<u8>)>),
}

impl Seed {
    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(bytes) => bytes.clone(),
            Self::Packed(parts) => packed(parts),
        }
    }

    fn text(text: &str) -> Self {
        Self::Plain(text.as_bytes().to_vec())
    }

    fn parts(parts: &[(&'static str, &str)]) -> Self {
        Self::Packed(parts.iter().map(|(name, content)| (*name, content.as_bytes().to_vec())).collect())
    }
}

fn packed(parts: &[(&'static str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// Headers of requests and answers.
pub fn frames() -> Vec<Seed> {
    [
        r#"{"do":"hello"}"#,
        r#"{"do":"ocr","page":1,"languages":"eng"}"#,
        r#"{"do":"embed","texts":["one","two"]}"#,
        r#"{"do":"decode","extension":"pdf","bytes":"99","limits":{"pixels":"1","picture_bytes":"1","file_bytes":"1","text_chars":1,"page_pixels":"1","preview_side":1,"thumbnail_side":1,"pages":1,"cells":1,"nesting":1}}"#,
        r#"{"ready":{"card":"x 1"}}"#,
        r#"{"refused":{"reason":{"code":"damaged","params":{"why":"x"}}}}"#,
        r#"{"decoded":{"kind":"text","media_type":"text/plain","texts":[{"tool":"text 1","text":"a","spans":[{"start":0,"end":1,"page":1,"box":[0,0,1,1]}]}],"properties":[],"renditions":[],"notes":[],"partial":false,"unread":false}}"#,
        r#"{"expanded":{"members":[{"locator":[48,47,97],"display":"a","offset":"0","bytes":"1","mtime_ns":"0"}],"next":"12","partial":false,"notes":[]}}"#,
    ]
    .map(Seed::text)
    .into()
}

fn tar() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["letter.txt".to_owned(), "a/".to_owned() + &"long".repeat(40) + "/name.txt"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(12);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, &b"twelve bytes"[..]).expect("a member");
    }
    tar.into_inner().expect("a tar")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("written");
    gzip.finish().expect("a gzip")
}

/// Archives in each other too.
pub fn containers() -> Vec<Seed> {
    let zip = Seed::parts(&[("a.txt", "one"), ("folder/b.txt", "two two two two two two two two"), ("c/../../d", "three")]);
    let nested = Seed::Packed(vec![("inner.zip", zip.bytes()), ("inner.tar.gz", gzip(&tar()))]);
    let mut ar = b"!<arch>\n".to_vec();
    ar.extend(format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "name.txt/", "0", "0", "0", "644", "4").into_bytes());
    ar.extend(b"four");
    let zstd = zstd::encode_all(&tar()[..], 1).expect("a zstd");
    let fixtures: [&[u8]; 3] =
        [include_bytes!("../fixtures/plain.7z"), include_bytes!("../fixtures/hidden.7z"), include_bytes!("../fixtures/locked.7z")];
    let plain = [tar(), gzip(&tar()), ar, zstd, xz(), bzip2(), seven()].into_iter().chain(fixtures.map(<[u8]>::to_vec)).map(Seed::Plain);
    [zip, nested, other_methods()].into_iter().chain(plain).collect()
}

fn xz() -> Vec<u8> {
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).expect("a writer");
    xz.write_all(&tar()).expect("written");
    xz.finish().expect("an xz")
}

fn bzip2() -> Vec<u8> {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&tar()).expect("written");
    bzip2.finish().expect("a bzip2")
}

/// A zip with each method that is rare.
fn other_methods() -> Seed {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, method) in [("xz", CompressionMethod::Xz), ("bzip2", CompressionMethod::Bzip2), ("zstd", CompressionMethod::Zstd)] {
        zip.start_file(name, SimpleFileOptions::default().compression_method(method)).expect("a part");
        zip.write_all(&b"the same words again and again ".repeat(20)).expect("written");
    }
    Seed::Plain(zip.finish().expect("a zip").into_inner())
}

const SEVEN: &[u8] = b"7z\xbc\xaf\x27\x1c\0\x04";

/// A 7z whose list of files is not packed itself: two files in a block of LZMA2, a folder and an empty file.
fn seven() -> Vec<u8> {
    let packed = &include_bytes!("../fixtures/plain.7z")[32..71];
    let sums = [&b"The first letter."[..], b"The second letter."].map(crc);
    let names: Vec<u8> = ["one.txt", "two.txt", "folder", "empty.txt"]
        .into_iter()
        .flat_map(|name| name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes))
        .collect();
    let mut list = vec![1, 4, 6, 0, 1, 9, packed.len() as u8, 0];
    list.extend([7, 0xb, 1, 0, 1, 0x21, 0x21, 1, 0x18, 0xc, 35, 0]);
    list.extend([8, 0xd, 2, 9, 17, 0xa, 1]);
    list.extend(sums.into_iter().flat_map(u32::to_le_bytes));
    list.extend([0, 0, 5, 4, 0xe, 1, 0x30, 0xf, 1, 0x40, 0x11, names.len() as u8 + 1, 0]);
    list.extend(names);
    list.extend([0x14, 34, 1, 0]);
    list.extend([0x80; 32]);
    list.extend([0, 0]);
    let mut seven =
        [SEVEN, &[0; 4], &(packed.len() as u64).to_le_bytes(), &(list.len() as u64).to_le_bytes(), &[0; 4], packed, &list].concat();
    mend(&mut seven);
    seven
}

/// Makes the sums of a 7z right again, so that what is behind them is looked at.
pub fn mend(bytes: &mut [u8]) {
    let number = |at: usize| bytes.get(at..at + 8).and_then(|number| usize::try_from(u64::from_le_bytes(number.try_into().ok()?)).ok());
    let Some((offset, length)) = number(12).zip(number(20)).filter(|_| bytes.starts_with(SEVEN) && bytes.len() >= 32) else { return };
    let start = offset.saturating_add(32).min(bytes.len());
    let list = crc(&bytes[start..start.saturating_add(length).min(bytes.len())]);
    bytes[28..32].copy_from_slice(&list.to_le_bytes());
    let head = crc(&bytes[12..32]);
    bytes[8..12].copy_from_slice(&head.to_le_bytes());
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

const MESSAGE: &str = "From: =?utf-8?Q?J=C3=B6rg?= <j@example.org>\r\nTo: b@example.org\r\nSubject: =?iso-8859-1?B?TWVldGluZw==?=\r\n\
    Message-ID: <1@example.org>\r\nReferences: <0@example.org>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\n\
    Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe keeper=20\r\nwrote =C3=A4.\r\n\
    --b2\r\nContent-Type: text/html\r\n\r\n<p>The keeper wrote.</p>\r\n--b2--\r\n--b1\r\nContent-Type: application/pdf; name*=utf-8''a%20b.pdf\r\n\
    Content-Disposition: attachment; filename=\"a b.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b1\r\n\
    Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: c@example.org\r\n\r\ninner text\r\n--b1--\r\n";

/// A message, a mailbox, a saved page, a message with files in the old way.
pub fn mails() -> Vec<Seed> {
    let mailbox =
        format!("From a@example.org Fri Nov 20 10:00:00 2026\n{MESSAGE}\n\nFrom b@example.org Fri Nov 20 11:00:00 2026\n{MESSAGE}\n");
    let page = MESSAGE
        .replace("multipart/mixed", "multipart/related; type=\"text/html\"")
        .replace("Subject", "Snapshot-Content-Location: x\r\nSubject");
    let uu = "From: a@example.org\nSubject: old\nDate: Fri, 20 Nov 2026 10:00:00 +0000\n\ntext\nbegin 644 cat.txt\n#0V%T\n`\nend\nmore\n";
    [MESSAGE, &mailbox, &page, uu].map(Seed::text).into()
}

const TYPES: &str = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Override PartName='/main.xml' \
    ContentType='application/vnd.openxmlformats-officedocument.KIND.main+xml'/></Types>";
const TO_MAIN: &str = "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' \
    Target='/main.xml'/></Relationships>";

fn relations(kind: &str, target: &str) -> String {
    format!("<Relationships><Relationship Id='r1' Type='http://x/relationships/{kind}' Target='{target}'/></Relationships>")
}

fn open_xml(kind: &str, main: &str, relation: (&str, &'static str), beside: &str) -> Seed {
    let (types, own) = (TYPES.replace("KIND", kind), relations(relation.0, relation.1));
    Seed::parts(&[
        ("[Content_Types].xml", &types),
        ("_rels/.rels", TO_MAIN),
        ("main.xml", main),
        ("_rels/main.xml.rels", &own),
        (relation.1, beside),
    ])
}

fn open_document(kind: &str, content: &str) -> Seed {
    let content = format!("<office:document-content><office:body>{content}</office:body></office:document-content>");
    let media = format!("application/vnd.oasis.opendocument.{kind}");
    Seed::parts(&[("mimetype", &media), ("content.xml", &content), ("META-INF/manifest.xml", "<manifest/>")])
}

/// Documents, workbooks, slides of both families, and a book.
pub fn offices() -> Vec<Seed> {
    let document = "<w:document><w:body><w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>One</w:t></w:r></w:p><w:p><w:commentRangeStart w:id='0'/>\
        <w:ins w:author='A'><w:r><w:t>in</w:t></w:r></w:ins><w:del w:author='B'><w:r><w:delText>out</w:delText></w:r></w:del></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>";
    let comments = "<w:comments><w:comment w:id='0' w:author='C'><w:p><w:r><w:t>remark</w:t></w:r></w:p></w:comment></w:comments>";
    let workbook = "<workbook><sheets><sheet name='One' r:id='r1'/><sheet name='Two' state='hidden' r:id='r1'/></sheets></workbook>";
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>text</t></is></c><c r='XFD1048576' s='9'><v>11450.5</v></c></row></sheetData></worksheet>";
    let slides = "<p:presentation><p:sldIdLst><p:sldId r:id='r1'/></p:sldIdLst></p:presentation>";
    let slide = "<p:sld show='0'><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>slide</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>";
    vec![
        open_xml("wordprocessingml.document", document, ("comments", "comments.xml"), comments),
        open_xml("spreadsheetml.sheet", workbook, ("worksheet", "sheet1.xml"), sheet),
        open_xml("presentationml.presentation", slides, ("slide", "slide1.xml"), slide),
        open_document(
            "text",
            "<office:text><text:h text:outline-level='1'>One</text:h><text:p>two<text:s text:c='3'/>three</text:p></office:text>",
        ),
        open_document(
            "spreadsheet",
            "<office:spreadsheet><table:table table:name='One'><table:table-row table:number-rows-repeated='9'><table:table-cell \
             table:number-columns-repeated='9' office:value-type='string'><text:p>cell</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>",
        ),
        Seed::parts(&[
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", "<container><rootfiles><rootfile full-path='o.opf'/></rootfiles></container>"),
            (
                "o.opf",
                "<package><metadata><dc:title>T</dc:title></metadata><manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest><spine><itemref idref='a'/></spine></package>",
            ),
            ("a.xhtml", "<html><body><h1>One</h1><p>two</p></body></html>"),
        ]),
    ]
}

/// A compound file of these streams.
fn compound(streams: &[(&str, Vec<u8>)]) -> Seed {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
    for (name, content) in streams {
        file.create_stream(name).expect("a stream").write_all(content).expect("written");
    }
    file.flush().expect("flushed");
    Seed::Plain(file.into_inner().into_inner())
}

/// A record of a picture, as drawings keep it.
fn blip() -> Vec<u8> {
    let body = [[7; 17].as_slice(), b"\x89PNG", &[3; 33 << 10]].concat();
    [(0x6e0_u16 << 4).to_le_bytes().as_slice(), &0xf01e_u16.to_le_bytes(), &(body.len() as u32).to_le_bytes(), &body].concat()
}

/// A workbook with formulas, and a document with a picture, of before 2007.
pub fn before_2007() -> Vec<Seed> {
    let record = |kind: u16, data: &[u8]| [kind.to_le_bytes().as_slice(), &(data.len() as u16).to_le_bytes(), data].concat();
    let formula = |tokens: &[u8]| {
        let value = [3, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0];
        record(0x06, &[[0; 6].as_slice(), &value, &[tokens.len() as u8, 0], tokens].concat())
    };
    let globals = [
        record(0x809, &[0, 6, 5, 0]),
        record(0x1ae, &[1, 0, 1, 4]),
        record(0x17, &[1, 0, 0, 0, 0, 0, 0, 0]),
        record(0xfc, b"\x01\0\0\0\x01\0\0\0\x02\0\0ab"),
    ]
    .concat();
    let bound = |at: usize| record(0x85, &[(at as u32).to_le_bytes().as_slice(), &[0, 0, 3, 0], b"Old"].concat());
    let sheet = [
        record(0x809, &[0, 6, 16, 0]),
        formula(&[0x25, 0, 0, 9, 0, 0, 0xc0, 0, 0xc0, 0x42, 1, 4, 0]),
        formula(&[0x3a, 0, 0, 2, 0, 3, 0xc0, 0x1e, 1, 0, 0x03, 0x15, 0x17, 1, 0, b'x', 0x08, 0x12]),
        formula(&[0x44, 0, 0, 0, 0xc0, 0x1f, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x05, 0x14, 0x19, 4, 1, 0, 0, 0, 0, 0]),
        record(0x0a, &[]),
    ];
    let at = globals.len() + bound(0).len() + 4;
    let book = [globals, bound(at), record(0x0a, &[]), sheet.concat()].concat();
    let main = [&[0xec, 0xa5, 0x65, 0], [0; 0x100].as_slice()].concat();
    vec![compound(&[("Workbook", book)]), compound(&[("WordDocument", main), ("Data", blip())])]
}

/// Pages in several encodings.
pub fn pages() -> Vec<Seed> {
    let page = "<!doctype html><html><head><meta charset=utf-8><title>T &amp; t</title><style>p{}</style><script>var x='</p>';</script></head><body>\
        <h1>One</h1><p>two &eacute;&#x1F600;<br>three<a href='/x'>link</a><table><tr><td>a<td>b</table><pre> x\n y</pre><svg><title>i</title></svg></body></html>";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(page.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    vec![Seed::text(page), Seed::Plain(wide), Seed::Plain(page.replace("&eacute;", "\u{e9}").chars().map(|sign| sign as u8).collect())]
}

/// Rich texts.
pub fn rich_texts() -> Vec<Seed> {
    [
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\info{\author A}{\title T}}\pard One \'e9 \u8364? {\b two}\par{\footnote note}{\*\annotation remark}\cell\row{\pict\bin4 abcd}}",
        r"{\rtf1 a{\*\shppict{\pict{\*\picprop{\sp{\sn a}}}\picw10\pngblip 89504e47}}{\nonshppict{\pict\wmetafile8 00}}{\pict\jpegblip\bin4 abcd}}",
        r"{\rtf1\mac{\stylesheet{\s1 heading 1;}}\s1 Head\par{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\uc2\u-3913 ab\line{\deleted gone}}",
    ]
    .map(Seed::text)
    .into()
}

/// Names as archives and messages hold them.
pub fn names() -> Vec<Seed> {
    ["letter.txt", "../../etc/passwd", "a\u{202e}fdp.exe", "line\nbreak", "Ko\u{308}ln", "C:\\Windows\\x", "12/a/b", "\u{1b}[31m", "/", ""]
        .map(Seed::text)
        .into()
}
