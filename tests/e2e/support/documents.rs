//! Documents for tests, written byte by byte: archives, office files, pages, a message, a drawing.
//!
//! Nothing in them is packed; the same words give the same bytes.

use crate::pictures::crc32;

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const MAIN_TYPE: &str = "application/vnd.openxmlformats-officedocument";

/// A zip file (APPNOTE 6.3.10) of names and contents.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let (length, place) = (short(content.len()), short(files.len()));
        // Version 2.0, stored, the first of January 2000.
        let begin = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x28];
        let about = [&begin[..], &crc32(content).to_le_bytes(), &length, &length, &short(name.len())[..2]].concat();
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &about, &[0; 12], &place, name.as_bytes()].concat());
        files.extend([b"PK\x03\x04".as_slice(), &about, &[0; 2], name.as_bytes(), content].concat());
    }
    let (count, size, place) = (short(members.len()), short(directory.len()), short(files.len()));
    [files, directory, [b"PK\x05\x06\0\0\0\0".as_slice(), &count[..2], &count[..2], &size, &place, &[0; 2]].concat()].concat()
}

fn short(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("a small file").to_le_bytes()
}

/// A tar archive (POSIX.1-1988) of names and contents.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        bytes.extend(tar_head(name, content.len()));
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}

fn tar_head(name: &str, length: usize) -> [u8; 512] {
    let mut head = [0; 512];
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644");
    put(124, &format!("{length:011o}"));
    put(257, "ustar\x0000");
    // The sum is taken as if spaces stood in its place; an ordinary file follows it.
    put(148, "        0");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    head
}

/// A gzip file (RFC 1952) of one stored block.
///
/// # Panics
/// When the content has 64 kilobytes or more.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short content");
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    let (crc, whole) = (crc32(content).to_le_bytes(), short(content.len()));
    [&head[..], &length.to_le_bytes(), &(!length).to_le_bytes(), content, &crc, &whole].concat()
}

/// A text document: a paragraph, words that Ben took out of it, and Anna's comment on it.
pub fn docx(paragraph: &str, taken_out: &str, comment: &str) -> Vec<u8> {
    let run = |name: &str, words: &str| format!("<w:r><w:{name}>{words}</w:{name}></w:r>");
    let said = format!("<w:comment w:id='0' w:author='Anna'><w:p>{}</w:p></w:comment>", run("t", comment));
    let body = format!(
        "<w:p><w:commentRangeStart w:id='0'/>{}<w:commentRangeEnd w:id='0'/><w:r><w:commentReference w:id='0'/></w:r>\
         <w:del w:id='1' w:author='Ben'>{}</w:del></w:p>",
        run("t", paragraph),
        run("delText", taken_out)
    );
    let parts = [
        ("word/document.xml", format!("<w:document xmlns:w='{WORD}'><w:body>{body}</w:body></w:document>")),
        ("word/_rels/document.xml.rels", relations(&[("r1", "comments", "comments.xml")])),
        ("word/comments.xml", format!("<w:comments xmlns:w='{WORD}'>{said}</w:comments>")),
    ];
    office("word/document.xml", "wordprocessingml.document", &parts)
}

/// A workbook with words in the cell `Accounts!B7`, and others in `Private!C7` on a hidden sheet.
pub fn xlsx(shown: &str, hidden: &str) -> Vec<u8> {
    let sheet = |cell: &str, words: &str| {
        let cell = format!("<c r='{cell}' t='inlineStr'><is><t>{words}</t></is></c>");
        format!("<worksheet xmlns='{SHEET}'><sheetData><row r='7'>{cell}</row></sheetData></worksheet>")
    };
    let book = format!(
        "<workbook xmlns='{SHEET}' xmlns:r='{OFFICE}'><sheets><sheet name='Accounts' sheetId='1' r:id='r1'/>\
         <sheet name='Private' sheetId='2' state='hidden' r:id='r2'/></sheets></workbook>"
    );
    let sheets = relations(&[("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "worksheet", "worksheets/sheet2.xml")]);
    let parts = [
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", sheets),
        ("xl/worksheets/sheet1.xml", sheet("B7", shown)),
        ("xl/worksheets/sheet2.xml", sheet("C7", hidden)),
    ];
    office("xl/workbook.xml", "spreadsheetml.sheet", &parts)
}

/// The parts that every file of Office Open XML has (ECMA-376, part 2), and these.
fn office(main: &str, kind: &str, parts: &[(&str, String)]) -> Vec<u8> {
    let types = format!(
        "<Types xmlns='{PACKAGE}/content-types'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>\
         <Default Extension='xml' ContentType='application/xml'/><Override PartName='/{main}' ContentType='{MAIN_TYPE}.{kind}.main+xml'/></Types>"
    );
    let relations = relations(&[("r1", "officeDocument", main)]);
    let mut members = vec![("[Content_Types].xml", types.as_bytes()), ("_rels/.rels", relations.as_bytes())];
    members.extend(parts.iter().map(|(name, content)| (*name, content.as_bytes())));
    zip(&members)
}

fn relations(targets: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, target): &(&str, &str, &str)| format!("<Relationship Id='{id}' Type='{OFFICE}/{kind}' Target='{target}'/>");
    format!("<Relationships xmlns='{PACKAGE}/relationships'>{}</Relationships>", targets.iter().map(one).collect::<String>())
}

/// A born-digital document of two pages (ISO 32000-1) with a line of text each; the second is turned by a quarter.
pub fn pdf(first: &str, turned: &str) -> Vec<u8> {
    let usual = "/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>";
    let stream = |line: &str| {
        let content = format!("BT /F1 24 Tf 72 720 Td ({line}) Tj ET");
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
    };
    numbered(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 2 /Kids [4 0 R 6 0 R] >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< {usual} /Contents 5 0 R >>"),
        stream(first),
        format!("<< {usual} /Contents 7 0 R /Rotate 90 >>"),
        stream(turned),
    ])
}

/// A document of these objects, the first of them the catalogue; its table stands at the end.
fn numbered(objects: &[String]) -> Vec<u8> {
    let (mut text, mut places) = ("%PDF-1.7\n".to_owned(), String::new());
    for (number, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", text.len()));
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let (size, table) = (objects.len() + 1, text.len());
    let end = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    format!("{text}xref\n0 {size}\n0000000000 65535 f \n{places}{end}").into_bytes()
}

/// A message (RFC 5322, 2046) with a text attached to it as `list.txt`.
pub fn message(subject: &str, body: &str, attached: &str) -> String {
    let lines = [
        "From: Edith <edith@rock.example>",
        "To: office@harbour.example",
        &format!("Subject: {subject}"),
        "Message-ID: <1@rock.example>",
        "Date: Thu, 17 Feb 1938 12:00:00 +0000",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=x",
        "",
        "--x",
        "Content-Type: text/plain",
        "",
        body,
        "--x",
        "Content-Type: text/plain; name=list.txt",
        "Content-Disposition: attachment; filename=list.txt",
        "",
        attached,
        "--x--",
        "",
    ];
    lines.join("\r\n")
}

/// A drawing with a line of text and a script.
pub fn svg(words: &str, script: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='100'><rect width='400' height='20'/>\
         <text x='20' y='60'>{words}</text><script>{script}</script></svg>"
    )
}
