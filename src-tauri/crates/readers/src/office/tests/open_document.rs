use super::*;

fn odf(kind: &str, content: &str, beside: &[(&str, &str)]) -> Document {
    let mimetype = format!("application/vnd.oasis.opendocument.{kind}");
    let content = format!("<office:document-content>{content}</office:document-content>");
    let mut parts = vec![("mimetype", mimetype.as_str()), ("content.xml", content.as_str())];
    parts.extend(beside);
    document(&package(&parts))
}

#[test]
fn a_text_reads_in_its_order() {
    let check = |body: &str, expected: &str| assert_eq!(text_of(&odf("text", body, &[])), expected, "{body}");
    check("<text:p>one</text:p><text:p>two<text:s text:c='2'/>three<text:tab/>four</text:p>", "one\ntwo  three\tfour");
    check("<text:p>a\n   b<text:line-break/>c</text:p>", "a b\nc");
    check("<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>", "\u{2022} item");
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    check(&format!("<table:table><table:table-row>{}{}</table:table-row></table:table>", cell("a"), cell("b")), "a\tb");
}

#[test]
fn notes_comments_and_changes_have_places() {
    let body = "<text:tracked-changes><text:changed-region text:id='c1'><text:deletion><office:change-info><dc:creator>Bob</dc:creator></office:change-info><text:p>old</text:p></text:deletion></text:changed-region>\
        <text:changed-region text:id='c2'><text:insertion><office:change-info><dc:creator>Ann</dc:creator></office:change-info></text:insertion></text:changed-region></text:tracked-changes>\
        <text:h>Title</text:h><text:p>a<text:change text:change-id='c1'/><text:change-start text:change-id='c2'/>new<text:change-end text:change-id='c2'/>\
        <text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body></text:note></text:p>\
        <text:p>b<office:annotation><dc:creator>Carol</dc:creator><dc:date>2020</dc:date><text:p>why</text:p></office:annotation></text:p>\
        <text:p><draw:frame><svg:desc>A barn</svg:desc></draw:frame></text:p>";
    let styles = "<s><style:master-page><style:header><text:p>top</text:p></style:header><style:footer><text:p>bottom</text:p></style:footer></style:master-page></s>";
    let meta = "<m><dc:title>Report</dc:title><meta:generator>Office</meta:generator><meta:document-statistic meta:page-count='4'/></m>";
    let found = odf("text", body, &[("styles.xml", styles), ("meta.xml", meta)]);
    check_place(&found, PartKind::Heading, "", "Title");
    check_place(&found, PartKind::Deleted, "Bob", "old");
    check_place(&found, PartKind::Inserted, "Ann", "new");
    check_place(&found, PartKind::Footnote, "", "the note");
    check_place(&found, PartKind::Comment, "Carol", "why");
    check_place(&found, PartKind::Description, "", "A barn");
    check_place(&found, PartKind::Header, "", "top");
    check_place(&found, PartKind::Footer, "", "bottom");
    check_property(&found, "title", "Report");
    check_property(&found, "pages", "4");
}

#[test]
fn sheets_repeat_cells_and_rows_with_something_in_them() {
    let body = "<office:automatic-styles><style:style style:name='ta2'><style:table-properties table:display='false'/></style:style></office:automatic-styles>\
        <table:table table:name='One'><table:table-column/><table:table-column table:visibility='collapse'/>\
        <table:table-row table:number-rows-repeated='2'><table:table-cell office:value='1'><text:p>1</text:p></table:table-cell><table:table-cell table:number-columns-repeated='2'><text:p>x</text:p><office:annotation><dc:creator>Ann</dc:creator><text:p>hm</text:p></office:annotation></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated='1048570'><table:table-cell table:number-columns-repeated='16384'/></table:table-row></table:table>\
        <table:table table:name='Two' table:style-name='ta2'><table:table-row><table:table-cell><text:p>secret</text:p></table:table-cell></table:table-row></table:table>";
    let found = odf("spreadsheet", body, &[]);
    assert_eq!(text_of(&found), "One\n1\tx\tx\n1\tx\tx\nB1: hm\n\nTwo\nsecret");
    check_place(&found, PartKind::Cell, "One!A2", "1");
    check_place(&found, PartKind::HiddenCell, "One!B1", "x");
    check_place(&found, PartKind::Cell, "One!C2", "x");
    check_place(&found, PartKind::Comment, "Ann", "B1: hm");
    check_place(&found, PartKind::HiddenCell, "Two!A1", "secret");
}

#[test]
fn a_formula_without_a_stored_result_shows_itself() {
    let cell = |attributes: &str, text: &str| format!("<table:table-cell {attributes}>{text}</table:table-cell>");
    let row = [
        cell("table:formula='of:=[.A1]+1' office:value-type='float' office:value='3'", "<text:p>3,00</text:p>"),
        cell("table:formula='of:=SUM([.A1:.B1])'", ""),
        cell("table:formula='of:=[.A1]*2' office:value-type='float'", "<text:p/>"),
        cell("table:formula='of:=[.A1]*2' office:value-type='float' office:value='6'", ""),
        cell("table:formula='of:=IF(1;&quot;&quot;)' office:value-type='string' office:string-value=''", "<text:p/>"),
        cell("table:formula='of:=T([.A1])' office:value-type='string'", ""),
        cell("", "<text:p>end</text:p>"),
    ];
    let found = odf(
        "spreadsheet",
        &format!("<table:table table:name='One'><table:table-row>{}</table:table-row></table:table>", row.concat()),
        &[],
    );
    assert_eq!(text_of(&found), "One\n3,00\t=SUM(A1:B1)\t=A1*2\t6\tend");
    check_place(&found, PartKind::Cell, "One!B1", "=SUM(A1:B1)");
}

#[test]
fn slides_have_numbers_and_notes() {
    let body = "<style:style style:name='dp2'><style:drawing-page-properties presentation:visibility='hidden'/></style:style>\
        <draw:page draw:style-name='dp1' draw:master-page-name='m'><draw:frame><draw:text-box><text:p>first</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><text:p>spoken</text:p></draw:frame></presentation:notes></draw:page>\
        <draw:page draw:style-name='dp2' draw:master-page-name='m'><draw:g><draw:frame><text:p>second</text:p></draw:frame></draw:g></draw:page>";
    let found = odf("presentation", body, &[]);
    check_place(&found, PartKind::Slide, "1", "first");
    check_place(&found, PartKind::SlideNotes, "1", "spoken");
    check_place(&found, PartKind::HiddenSlide, "2", "second");
    check_property(&found, "slides", "2");
}

#[test]
fn an_encrypted_document_is_locked() {
    let bytes = package(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", "\u{1}\u{2}"),
        ("META-INF/manifest.xml", "<m><e><manifest:encryption-data/></e></m>"),
    ]);
    assert_eq!(read(&mut Cursor::new(bytes), Some("secret"), &LIMITS).map(|_| ()), Err(cannot_unlock()));
}

#[test]
fn a_book_reads_chapter_by_chapter() {
    let opf = "<package><metadata><dc:title>The Mill</dc:title><dc:creator>Eve</dc:creator></metadata>\
        <manifest><item id='a' href='text/two%20b.xhtml'/><item id='b' href='text/one.xhtml'/></manifest>\
        <spine><itemref idref='b'/><itemref idref='a'/><itemref idref='missing'/></spine></package>";
    let container = "<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";
    let parts = [
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("OEBPS/book.opf", opf),
        ("OEBPS/text/one.xhtml", "<html><body><h1>One</h1><p>first</p></body></html>"),
        ("OEBPS/text/two b.xhtml", "<html><body><p>second</p></body></html>"),
    ];
    let found = document(&package(&parts));
    assert_eq!(text_of(&found), "One\n\nfirst\n\nsecond");
    check_place(&found, PartKind::Chapter, "1", "One\n\nfirst");
    check_place(&found, PartKind::Chapter, "2", "second");
    check_property(&found, "title", "The Mill");
    check_property(&found, "author", "Eve");
    let encryption = ("META-INF/encryption.xml", "<e><CipherReference URI='OEBPS/text/one.xhtml'/></e>");
    let locked_book = package(&[parts.as_slice(), &[encryption]].concat());
    assert_eq!(read(&mut Cursor::new(locked_book), None, &LIMITS).map(|_| ()), Err(cannot_unlock()));
}
