//! Drawings made in code, harmless and not.

use super::*;
use winnow_contract::asset::PartKind;

fn limits() -> DecodeLimits {
    DecodeLimits {
        pixels: 100_000_000,
        picture_bytes: 400_000_000,
        file_bytes: 10_000_000,
        text_chars: 1000,
        page_pixels: 40_000_000,
        preview_side: 50,
        thumbnail_side: 10,
        pages: 3,
        cells: 10,
        nesting: 100,
    }
}

/// A drawing of 100 × 50 with this content.
fn svg(content: &str) -> String {
    format!(r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="50">{content}</svg>"#)
}

fn found(text: &str) -> Drawing {
    read(text.as_bytes(), &limits()).expect("read")
}

fn codes(drawing: &Drawing) -> Vec<&str> {
    drawing.notes.iter().map(|note| note.code.as_str()).collect()
}

fn words(drawing: &Drawing) -> &str {
    drawing.text.as_ref().map_or("", |text| &text.text)
}

/// Whether a point of the picture, in hundredths of its width and height, is dark.
fn dark(drawing: &Drawing, x: u32, y: u32) -> bool {
    let image = drawing.image.as_ref().expect("drawn").to_luma8();
    image.get_pixel(image.width() * x / 100, image.height() * y / 100).0[0] < 128
}

#[test]
fn shapes_are_drawn_on_white() {
    let drawing = found(&svg(r#"<rect width="50" height="50"/>"#));
    let image = drawing.image.as_ref().expect("drawn");
    assert_eq!((image.width(), image.height(), drawing.size, drawing.partial), (400, 200, Some((100, 50)), false));
    assert!(dark(&drawing, 25, 50) && !dark(&drawing, 75, 50));
}

#[test]
fn words_are_read_where_they_stand() {
    let drawing = found(&svg("<title>Plan</title><desc>of the harbour</desc>
        <g><text x='1' y='9'>Lager<tspan>haus</tspan><tspan x='1' y='20'>North</tspan></text></g>
        <foreignObject><div xmlns='http://www.w3.org/1999/xhtml'>Pier <b>4</b><p>closed</p></div></foreignObject>"));
    assert_eq!(words(&drawing), "Plan\nof the harbour\nLagerhaus North\nPier 4 closed");
    let parts: Vec<_> = drawing.text.iter().flat_map(|text| &text.spans).map(|span| span.place.as_ref().expect("a place").part).collect();
    assert_eq!(parts, [PartKind::Description, PartKind::Description, PartKind::Body, PartKind::Body]);
}

#[test]
fn scripts_are_no_text_and_are_named() {
    let check = |content: &str, scripts: bool| {
        let drawing = found(&svg(&format!("<text y='20'>Visible</text>{content}")));
        assert_eq!((words(&drawing), codes(&drawing).contains(&"scripts_ignored")), ("Visible", scripts), "{content}");
    };
    check("", false);
    check("<script>alert('Secret')</script>", true);
    check("<g onclick='steal()'/>", true);
    check("<a href=' JavaScript:steal()'><rect/></a>", true);
    check("<text><script>x='Secret'</script></text>", true);
    check("<style>rect { fill: red }</style>", false);
}

#[test]
fn nothing_outside_the_file_is_fetched() {
    let check = |content: &str, elsewhere: bool| {
        let drawing = found(&svg(content));
        assert_eq!(codes(&drawing).contains(&"external_ignored"), elsewhere, "{content}");
        assert!(!dark(&drawing, 50, 50), "{content}");
    };
    let black = tempfile::Builder::new().suffix(".svg").tempfile().expect("a file");
    std::io::Write::write_all(&mut black.as_file(), svg("<rect width='100' height='50'/>").as_bytes()).expect("written");
    let path = black.path().display();
    check(&format!("<image xlink:href='{path}' width='100' height='50'/>"), true);
    check(&format!("<image href='file://{path}' width='100' height='50'/>"), true);
    check("<image href='http://example.org/a.png' width='100' height='50'/>", true);
    check("<use href='other.svg#a'/>", true);
    check("<a href='http://example.org'><rect width='1' height='1'/></a>", false);
    check("<use href='#a'/>", false);
    let outside = format!("<!DOCTYPE svg [<!ENTITY x SYSTEM 'file://{path}'>]>{}", svg("<text>&x;</text>"));
    assert!(read(outside.as_bytes(), &limits()).map_or_else(|why| why.code == "damaged", |drawing| words(&drawing).is_empty()));
}

#[test]
fn pictures_in_the_file_are_drawn_up_to_a_limit() {
    let gif = "R0lGODlhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=";
    let image = format!("<image href='data:image/gif;base64,{gif}' width='100' height='50' preserveAspectRatio='none'/>");
    assert!(dark(&found(&svg(&image)), 50, 50));
    // The same with a header of 60,000 × 60,000 pixels.
    let huge = image.replace("AQABAIAA", "YOpg6oAA");
    assert!(!dark(&found(&svg(&huge)), 50, 50));
}

#[test]
fn repeated_uses_end() {
    let mut bomb = "<g id='a0'><rect width='1' height='1'/></g>".to_owned();
    for level in 1..12 {
        let uses = format!("<use href='#a{}'/>", level - 1).repeat(10);
        bomb.push_str(&format!("<g id='a{level}'>{uses}</g>"));
    }
    let drawing = found(&svg(&format!("<title>Bomb</title>{bomb}")));
    assert_eq!(
        (codes(&drawing), drawing.image.is_none(), drawing.partial, words(&drawing)),
        (vec!["drawing_too_complex"], true, true, "Bomb")
    );
    // One that uses itself.
    found(&svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"));
    // A long chain.
    let chain: String = (1..900).map(|level| format!("<g id='c{level}'><use href='#c{}'/></g>", level - 1)).collect();
    found(&svg(&format!("<rect id='c0' width='9' height='9'/>{chain}<use href='#c899'/>")));
}

#[test]
fn sizes_that_no_picture_has_are_drawn_smaller() {
    let drawing = found(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1000000000 500000000'><rect width='500000000' height='500000000'/></svg>",
    );
    let image = drawing.image.as_ref().expect("drawn");
    assert_eq!((image.width(), image.height()), (2000, 1000));
    assert!(dark(&drawing, 25, 50) && !dark(&drawing, 75, 50));
    let line = found("<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1'/>");
    assert_eq!(line.image.map(|image| (image.width(), image.height())), Some((2000, 1)));
    assert_eq!(read(b"<svg xmlns='http://www.w3.org/2000/svg' width='0' height='1'/>", &limits()).expect("read").notes[0].code, "damaged");
}

#[test]
fn layers_and_filters_take_pixels_from_the_picture() {
    let filtered = |region: &str| {
        let filter = format!("<filter id='f' {region}><feGaussianBlur stdDeviation='99'/></filter>");
        found(&svg(&format!("<title>Blur</title>{filter}<rect width='99' height='49' filter='url(#f)'/>")))
    };
    let drawing = filtered("x='-90' y='-90' width='900' height='900'");
    assert!(drawing.image.as_ref().is_some_and(|image| image.width() * image.height() <= 1_000_000));
    // A region that no whole number holds: whatever the library makes of it, the words are read.
    assert_eq!(words(&filtered("x='-9e9' y='-9e9' width='9e19' height='9e19'")), "Blur");
    let open = "<g opacity='.9'>".repeat(90);
    let close = "</g>".repeat(90);
    let drawing = found(&svg(&format!("{open}<rect width='99' height='49'/><circle r='9'/>{close}")));
    assert!(drawing.image.is_some_and(|image| image.width() * image.height() <= 80_000));
}

#[test]
fn depth_and_elements_are_limited_and_words_are_kept() {
    let deep = |levels: usize| svg(&format!("<title>Deep</title>{}{}", "<g>".repeat(levels), "</g>".repeat(levels)));
    let drawing = found(&deep(101));
    assert_eq!((codes(&drawing), words(&drawing), drawing.image.is_none(), drawing.partial), (vec!["nesting"], "Deep", true, true));
    assert_eq!(codes(&found(&deep(99))), Vec::<&str>::new());
    let code = |text: &str| read(text.as_bytes(), &limits()).map_or_else(|why| why.code, |_| "read".to_owned());
    assert_eq!(code(&svg(&"<g/>".repeat(NODES as usize))), "drawing_too_complex");
    assert_eq!(code(&deep(200_000)), "read");
    assert_eq!(code("<svg"), "damaged");
    assert_eq!(code("not XML"), "damaged");
    assert_eq!(code(""), "damaged");
}

#[test]
fn attributes_beyond_many_are_left_out_and_words_are_kept() {
    let many: String = (0..100_000).map(|number| format!(" a{number}='v'")).collect();
    let began = std::time::Instant::now();
    let drawing = found(&svg(&format!("<text y='9'>Before</text><text y='19'{many}>Within</text><text y='29'>After</text>")));
    assert_eq!(
        (codes(&drawing), words(&drawing), drawing.image.is_some(), drawing.partial),
        (vec!["attributes_cut"], "Before\nWithin\nAfter", true, true)
    );
    let prefixes: String = (0..50_000).map(|number| format!(" xmlns:n{number}='u'")).collect();
    let refused = read(svg(&format!("<g{prefixes}/>")).as_bytes(), &limits()).map(|_| ()).map_err(|why| why.code);
    assert_eq!(refused, Err("drawing_too_complex".to_owned()));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn entities_are_expanded_and_bombs_are_not() {
    let with = |types: &str, content: &str| format!("<!DOCTYPE svg [{types}]>{}", svg(content));
    let drawing = found(&with("<!ENTITY house 'Lagerhaus'>", "<text y='9'>&house; 4</text>"));
    assert_eq!(words(&drawing), "Lagerhaus 4");
    let mut laughs = "<!ENTITY a0 'ha ha ha ha ha ha '>".to_owned();
    (1..9).for_each(|level| laughs.push_str(&format!("<!ENTITY a{level} '{}'>", format!("&a{};", level - 1).repeat(10))));
    let code = |text: &str| read(text.as_bytes(), &limits()).map_or_else(|why| why.code, |_| "read".to_owned());
    assert_eq!(code(&with(&laughs, "<text>&a8;</text>")), "drawing_too_complex");
    let long = format!("<!ENTITY a '{}'>", "x".repeat(100_000));
    assert_eq!(code(&with(&long, &format!("<text>{}</text>", "&a;".repeat(10_000)))), "drawing_too_complex");
}

#[test]
fn encodings_that_the_declaration_names() {
    let check = |start: &[u8], expected: Option<&str>| assert_eq!(declared(start), expected);
    check(b"<?xml version='1.0' encoding='ISO-8859-1'?><svg/>", Some("ISO-8859-1"));
    check(b"<?xml version=\"1.0\" encoding = \"utf-8\"?>", Some("utf-8"));
    check(b"<?xml version='1.0'?><svg encoding='x'/>", None);
    check(b"<svg/>", None);
    let mut latin = format!("<?xml version='1.0' encoding='ISO-8859-1'?>{}", svg("<title>K#ln</title>")).into_bytes();
    latin.iter_mut().filter(|byte| **byte == b'#').for_each(|byte| *byte = 0xf6);
    assert_eq!(words(&read(&latin, &limits()).expect("read")), "Köln");
}
