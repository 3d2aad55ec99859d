use super::*;

fn docx(body: &str, beside: &[(&str, &str)]) -> Vec<u8> {
    let main = format!("<w:document><w:body>{body}</w:body></w:document>");
    let mut parts = vec![("word/document.xml", main.as_str())];
    parts.extend(beside);
    open_xml_package("word/document.xml", "wordprocessingml.document", &parts)
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn check_text(body: &str, expected: &str) {
    assert_eq!(text_of(&document(&docx(body, &[]))), expected, "{body}");
}

#[test]
fn a_word_document_reads_in_its_order() {
    check_text(&(paragraph("one") + &paragraph("t&amp;wo &#228;")), "one\nt&wo \u{e4}");
    check_text("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc");
    check_text("<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>a</w:t></w:r></w:p>", "a");
    check_text(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='3'/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p>",
        "\u{2022} item",
    );
    check_text("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r></w:p>", "7");
    check_text("<w:p><w:r><w:t>no</w:t></w:r><w:r><w:t>gap</w:t></w:r></w:p>", "nogap");
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph(text));
    let table = format!("<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>", cell("a"), cell("b"), cell("c"), cell("d"));
    check_text(&(paragraph("before") + &table + &paragraph("after")), "before\n\na\tb\nc\td\n\nafter");
}

#[test]
fn text_boxes_are_read_once_and_pictures_by_their_words() {
    let frame = "<w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent>";
    let body = format!(
        "<w:p><w:r><w:t>a</w:t><mc:AlternateContent><mc:Choice>{frame}</mc:Choice><mc:Fallback>{frame}</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>b</w:t></w:r></w:p>"
    );
    check_text(&body, "a\nbox\nb");
    let found = document(&docx("<w:p><w:r><w:drawing><wp:docPr id='1' descr='A barn'/></w:drawing></w:r></w:p>", &[]));
    check_place(&found, PartKind::Description, "", "A barn");
}

#[test]
fn headings_changes_and_tables_have_places() {
    let styles = "<w:styles><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>\
        <w:style w:styleId='Mine'><w:name w:val='Mine'/><w:basedOn w:val='berschrift1'/></w:style></w:styles>";
    let relations = relations_part(&[("r1", "styles", "styles.xml")]);
    let body = "<w:p><w:pPr><w:pStyle w:val='Mine'/></w:pPr><w:r><w:t>Chapter</w:t></w:r></w:p>\
        <w:p><w:r><w:t>a </w:t></w:r><w:ins w:author='Ann'><w:r><w:t>new</w:t></w:r></w:ins>\
        <w:del w:author='Bob'><w:r><w:delText>old</w:delText></w:r></w:del></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    let found = document(&docx(body, &[("word/styles.xml", styles), ("word/_rels/document.xml.rels", &relations)]));
    check_place(&found, PartKind::Heading, "", "Chapter");
    check_place(&found, PartKind::Inserted, "Ann", "new");
    check_place(&found, PartKind::Deleted, "Bob", "old");
    check_place(&found, PartKind::Table, "1", "cell");
    assert_eq!(text_of(&found), "Chapter\na newold\n\ncell");
}

#[test]
fn hidden_text_has_a_place_of_its_own() {
    let body = "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>seen </w:t></w:r>\
        <w:r><w:rPr><w:b/><w:vanish/></w:rPr><w:t>unseen</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t> again</w:t></w:r></w:p>\
        <w:p><w:ins w:author='Ann'><w:r><w:rPr><w:vanish w:val='true'/></w:rPr><w:t>hid</w:t></w:r><w:r><w:t>new</w:t></w:r></w:ins></w:p>";
    let found = document(&docx(body, &[]));
    assert_eq!(text_of(&found), "seen unseen again\nhidnew");
    let hidden = |text: &str| (PartKind::HiddenText, String::new(), text.to_owned());
    assert_eq!(places(&found), [hidden("unseen"), hidden("hid"), (PartKind::Inserted, "Ann".to_owned(), "new".to_owned())]);
}

#[test]
fn what_stands_beside_the_body_follows_it() {
    let relations = relations_part(&[
        ("r1", "footnotes", "footnotes.xml"),
        ("r2", "header", "header1.xml"),
        ("r3", "comments", "comments.xml"),
        ("r4", "footer", "footer1.xml"),
    ]);
    let notes = format!(
        "<w:footnotes><w:footnote w:type='separator' w:id='0'>{}</w:footnote><w:footnote w:id='1'>{}</w:footnote></w:footnotes>",
        paragraph("line"),
        paragraph("the note")
    );
    let header = format!("<w:hdr>{}</w:hdr>", paragraph("the header"));
    let footer = format!("<w:ftr>{}</w:ftr>", paragraph("the footer"));
    let comments = format!("<w:comments><w:comment w:author='Carol'>{}</w:comment></w:comments>", paragraph("the comment"));
    let found = document(&docx(
        &paragraph("body"),
        &[
            ("word/_rels/document.xml.rels", &relations),
            ("word/footnotes.xml", &notes),
            ("word/header1.xml", &header),
            ("word/footer1.xml", &footer),
            ("word/comments.xml", &comments),
            ("word/embeddings/sheet.xlsx", "PK"),
        ],
    ));
    check_place(&found, PartKind::Footnote, "", "the note");
    check_place(&found, PartKind::Header, "", "the header");
    check_place(&found, PartKind::Footer, "", "the footer");
    check_place(&found, PartKind::Comment, "Carol", "the comment");
    assert!(text_of(&found).starts_with("body\n\nthe note"));
    assert!(found.has_members);
}

pub fn xlsx(sheet: &str, beside: &[(&str, &str)]) -> Vec<u8> {
    let workbook = "<workbook><sheets><sheet name='One' r:id='r1'/><sheet name='Two' state='hidden' r:id='r2'/></sheets></workbook>";
    let relations = relations_part(&[
        ("r1", "worksheet", "worksheets/sheet1.xml"),
        ("r2", "worksheet", "worksheets/sheet2.xml"),
        ("r3", "sharedStrings", "sharedStrings.xml"),
        ("r4", "styles", "styles.xml"),
        ("r5", "person", "persons/person.xml"),
    ]);
    let mut parts = vec![
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations.as_str()),
        ("xl/worksheets/sheet1.xml", sheet),
        (
            "xl/worksheets/sheet2.xml",
            "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>secret</t></is></c></row></sheetData></worksheet>",
        ),
    ];
    parts.extend(beside);
    open_xml_package("xl/workbook.xml", "spreadsheetml.sheet", &parts)
}

#[test]
fn a_formula_without_a_result_shows_itself() {
    let check = |cell: &str, expected: &str| {
        let found = document(&xlsx(&format!("<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>"), &[]));
        assert_eq!(text_of(&found), format!("One{expected}\n\nTwo\nsecret"), "{cell}");
    };
    check("<c><f>B2*2</f></c>", "\n=B2*2");
    check("<c><f>B2&amp;\"a\"</f><v></v></c>", "\n=B2&\"a\"");
    check("<c t='b'><f>NOT(B2)</f><v/></c>", "\n=NOT(B2)");
    check("<c><f>B2*2</f><v>8</v></c>", "\n8");
    check("<c t='str'><f>A1</f><v></v></c>", "");
    check("<c t='str'><f>A1</f></c>", "\n=A1");
    check("<c><f t='shared' si='0'/></c>", "");
}

#[test]
fn cells_are_read_as_they_are_shown_and_in_their_places() {
    let sheet = "<worksheet><cols><col min='4' max='4' hidden='1'/></cols><sheetData>\
        <row r='1'><c r='A1' t='s'><v>1</v></c><c r='B1' s='1'><v>11450</v></c><c r='C1'><f>1+1</f><v>2</v></c><c r='D1'><v>4</v></c></row>\
        <row r='3' hidden='1'><c r='B3' t='b'><v>1</v></c></row>\
        <row><c t='str'><v>next</v></c><c t='e'><v>#N/A</v></c></row></sheetData>\
        <headerFooter><oddHeader>&amp;CTop</oddHeader></headerFooter></worksheet>";
    let strings = "<sst><si><t>zero</t></si><si><r><t>Mü</t></r><r><t>ller</t></r><rPh><t>no</t></rPh></si></sst>";
    let styles = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='d/m/yyyy'/></numFmts><cellStyleXfs><xf numFmtId='9'/></cellStyleXfs>\
        <cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></styleSheet>";
    let found = document(&xlsx(sheet, &[("xl/sharedStrings.xml", strings), ("xl/styles.xml", styles)]));
    assert_eq!(text_of(&found), "One\nM\u{fc}ller\t1931-05-07\t2\t4\nTRUE\nnext\t#N/A\nTop\n\nTwo\nsecret");
    check_place(&found, PartKind::Heading, "", "One");
    check_place(&found, PartKind::Cell, "One!A1", "M\u{fc}ller");
    check_place(&found, PartKind::Cell, "One!B1", "1931-05-07");
    check_place(&found, PartKind::HiddenCell, "One!D1", "4");
    check_place(&found, PartKind::HiddenCell, "One!B3", "TRUE");
    check_place(&found, PartKind::Cell, "One!B4", "#N/A");
    check_place(&found, PartKind::Header, "", "Top");
    check_place(&found, PartKind::HiddenCell, "Two!A1", "secret");
}

#[test]
fn comments_on_cells_have_authors_and_threads_stand_for_their_notes() {
    let sheet = "<worksheet><sheetData><row r='7'><c r='B7'><v>1</v></c></row></sheetData></worksheet>";
    let relations = relations_part(&[("r1", "comments", "../comments1.xml"), ("r2", "threadedComment", "../threadedComments/t1.xml")]);
    let comments = "<comments><authors><author>Ann</author><author>tc={1}</author></authors><commentList>\
        <comment ref='B7' authorId='0'><text><r><t>an old </t></r><r><t>note</t></r></text></comment>\
        <comment ref='C1' authorId='1'><text><t>[Threaded comment]</t></text></comment></commentList></comments>";
    let threads = "<ThreadedComments><threadedComment ref='C1' personId='{P}'><text>a new one</text></threadedComment></ThreadedComments>";
    let found = document(&xlsx(
        sheet,
        &[
            ("xl/worksheets/_rels/sheet1.xml.rels", &relations),
            ("xl/comments1.xml", comments),
            ("xl/threadedComments/t1.xml", threads),
            ("xl/persons/person.xml", "<personList><person displayName='Bob' id='{P}'/></personList>"),
        ],
    ));
    check_place(&found, PartKind::Comment, "Ann", "B7: an old note");
    check_place(&found, PartKind::Comment, "Bob", "C1: a new one");
    assert!(!text_of(&found).contains("Threaded"));
}

#[test]
fn slides_come_in_the_order_of_the_show() {
    let presentation =
        "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='r2'/><p:sldId id='257' r:id='r1'/></p:sldIdLst></p:presentation>";
    let relations = relations_part(&[
        ("r1", "slide", "slides/slide1.xml"),
        ("r2", "slide", "slides/slide2.xml"),
        ("r3", "commentAuthors", "commentAuthors.xml"),
    ]);
    let shape = |text: &str| format!("<p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>");
    let hidden = format!("<p:sld show='0'><p:spTree><p:grpSp>{}</p:grpSp></p:spTree></p:sld>", shape("in a group"));
    let cell = |text: &str| format!("<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>");
    let first = format!(
        "<p:sld><p:spTree>{}<p:pic><p:cNvPr id='3' descr='A mill'/></p:pic><a:tbl><a:tr>{}{}</a:tr></a:tbl></p:spTree></p:sld>",
        shape("title"),
        cell("x"),
        cell("y")
    );
    let beside = relations_part(&[("r1", "notesSlide", "../notesSlides/n1.xml"), ("r2", "comments", "../comments/c1.xml")]);
    let notes = format!(
        "<p:notes><p:sp><p:nvSpPr><p:nvPr><p:ph type='sldNum'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>2</a:t></a:r></a:p></p:txBody></p:sp>{}</p:notes>",
        shape("spoken")
    );
    let found = document(&open_xml_package(
        "ppt/presentation.xml",
        "presentationml.presentation",
        &[
            ("ppt/presentation.xml", presentation),
            ("ppt/_rels/presentation.xml.rels", &relations),
            ("ppt/slides/slide1.xml", &hidden),
            ("ppt/slides/slide2.xml", &first),
            ("ppt/slides/_rels/slide2.xml.rels", &beside),
            ("ppt/notesSlides/n1.xml", &notes),
            ("ppt/comments/c1.xml", "<p:cmLst><p:cm authorId='0'><p:text>nice</p:text></p:cm></p:cmLst>"),
            ("ppt/commentAuthors.xml", "<p:cmAuthorLst><p:cmAuthor id='0' name='Dora'/></p:cmAuthorLst>"),
        ],
    ));
    assert_eq!(text_of(&found), "title\nA mill\nx\ty\nspoken\nnice\n\nin a group");
    check_place(&found, PartKind::Slide, "1", "title");
    check_place(&found, PartKind::Description, "", "A mill");
    check_place(&found, PartKind::SlideNotes, "1", "spoken");
    check_place(&found, PartKind::Comment, "Dora", "nice");
    check_place(&found, PartKind::HiddenSlide, "2", "in a group");
    check_property(&found, "slides", "2");
}

#[test]
fn kinds_are_told_by_content() {
    let check = |bytes: &[u8], expected: Option<&str>| assert_eq!(kind_of(&mut Cursor::new(bytes)), expected);
    check(&docx("", &[]), Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"));
    check(&xlsx("", &[]), Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    check(&package(&[("mimetype", "application/vnd.oasis.opendocument.text")]), Some("application/vnd.oasis.opendocument.text"));
    check(&package(&[("mimetype", "application/epub+zip")]), Some("application/epub+zip"));
    check(&package(&[("word/document.xml", "<a/>")]), Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"));
    check(&package(&[("photo.jpg", "")]), None);
    check(b"{\\rtf1 x}", Some("application/rtf"));
    check(b"PK", None);
    check(b"", None);
}

#[test]
fn facts_of_the_package_are_properties() {
    let main = "<w:document><w:body/></w:document>";
    let relations = relations_part(&[
        ("r1", "officeDocument", "word/document.xml"),
        ("r2", "core-properties", "docProps/core.xml"),
        ("r3", "extended-properties", "docProps/app.xml"),
    ]);
    let found = document(&package(&[
        ("_rels/.rels", &relations),
        ("word/document.xml", main),
        (
            "docProps/core.xml",
            "<c><dc:title>Minutes</dc:title><dc:creator>Ann</dc:creator><dcterms:created>1999-01-01T00:00:00Z</dcterms:created></c>",
        ),
        ("docProps/app.xml", "<Properties><Application>Word</Application><Pages>3</Pages></Properties>"),
    ]));
    check_property(&found, "title", "Minutes");
    check_property(&found, "author", "Ann");
    check_property(&found, "created", "1999-01-01T00:00:00Z");
    check_property(&found, "application", "Word");
    check_property(&found, "pages", "3");
}
