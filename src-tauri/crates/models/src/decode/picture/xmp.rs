//! What programs wrote about a picture in its XMP packet (ISO 16684-1): title, description, creator, keywords, stars, day, place.
//!
//! Only these fields; no other schema, no entity of a document type, nothing that is fetched.

use super::described::{Described, clean};
use resvg::usvg::roxmltree::{Document, Node, ParsingOptions};
use winnow_readers::attributes;

/// Larger packets hold history or pictures, and are not read.
const BYTES: usize = 2 << 20;
/// Fields that are looked at, and what is looked at below one.
const FIELDS: usize = 500;
const BELOW: usize = 1000;
/// Elements and texts of one packet.
const NODES: u32 = 50_000;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";

/// The description in a packet; empty when it cannot be read.
pub fn described(packet: &[u8]) -> Described {
    if packet.len() > BYTES {
        return Described::default();
    }
    let text = String::from_utf8_lossy(packet);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let text = text.trim_start_matches('\u{feff}').trim_matches('\0');
    let Some(text) = attributes::bounded(text) else { return Described::default() };
    Document::parse_with_options(&text, options).map_or_else(|_| Described::default(), |document| in_tree(document.root()))
}

/// The description anywhere below a node: what an SVG holds in its metadata is the same.
pub fn in_tree(root: Node) -> Described {
    let mut described = Described::default();
    for node in root.descendants().filter(Node::is_element).filter(|node| is_known(*node)).take(FIELDS) {
        if node.has_tag_name((RDF, "Description")) {
            for attribute in node.attributes().take(FIELDS) {
                put(&mut described, attribute.namespace(), attribute.name(), vec![clean(attribute.value())]);
            }
        } else {
            put(&mut described, node.tag_name().namespace(), node.tag_name().name(), values(node));
        }
    }
    described
}

/// In a schema with fields that are read.
fn is_known(node: Node) -> bool {
    matches!(node.tag_name().namespace(), Some(DC | XMP | PHOTOSHOP)) || node.has_tag_name((RDF, "Description"))
}

fn put(described: &mut Described, space: Option<&str>, name: &str, values: Vec<String>) {
    let into = match (space, name) {
        (Some(DC), "title") => &mut described.title,
        (Some(DC), "description") => &mut described.description,
        (Some(DC), "creator") => return fill(&mut described.creator, &values.join(", ")),
        (Some(DC), "subject") => return values.into_iter().for_each(|keyword| described.keyword(keyword)),
        (Some(XMP), "Rating") => &mut described.rating,
        (Some(XMP), "CreateDate") | (Some(PHOTOSHOP), "DateCreated") => &mut described.date,
        (Some(PHOTOSHOP), "City") => &mut described.city,
        (Some(PHOTOSHOP), "Country") => &mut described.country,
        _ => return,
    };
    fill(into, values.first().map_or("", String::as_str));
}

fn fill(into: &mut String, value: &str) {
    if into.is_empty() {
        value.clone_into(into);
    }
}

/// The items of a list, the default language first; or the one value that stands there without a list.
fn values(node: Node) -> Vec<String> {
    let items = node.descendants().take(BELOW).filter(|item| item.has_tag_name((RDF, "li")));
    let default = |item: &Node| item.attributes().any(|attribute| attribute.name() == "lang" && attribute.value() == "x-default");
    let mut items: Vec<Node> = items.collect();
    items.sort_by_key(|item| !default(item));
    let texts: Vec<String> = items.into_iter().map(own_text).filter(|text| !text.is_empty()).collect();
    if texts.is_empty() { vec![own_text(node)] } else { texts }
}

fn own_text(node: Node) -> String {
    clean(&node.children().take(BELOW).filter_map(|child| child.is_text().then(|| child.text()).flatten()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmp:Rating="4" photoshop:City="Kiel">
  <dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li><rdf:li xml:lang="x-default">Harbour</rdf:li></rdf:Alt></dc:title>
  <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Ships &amp; cranes</rdf:li></rdf:Alt></dc:description>
  <dc:creator><rdf:Seq><rdf:li>A. Lund</rdf:li><rdf:li>B. Berg</rdf:li></rdf:Seq></dc:creator>
  <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>ship</rdf:li><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>
  <photoshop:DateCreated>1931-05-04</photoshop:DateCreated><photoshop:Country>Germany</photoshop:Country>
 </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;

    #[test]
    fn fields_of_a_packet() {
        let text = |text: &str| text.to_owned();
        let expected = Described {
            title: text("Harbour"),
            description: text("Ships & cranes"),
            creator: text("A. Lund, B. Berg"),
            keywords: vec![text("sea"), text("ship")],
            rating: text("4"),
            date: text("1931-05-04"),
            city: text("Kiel"),
            country: text("Germany"),
        };
        assert_eq!(described(PACKET.as_bytes()), expected);
        assert_eq!(described(format!("\u{feff}{PACKET}\0\0").as_bytes()), expected);
    }

    #[test]
    fn attributes_beyond_many_cost_nothing() {
        let many: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
        let began = std::time::Instant::now();
        let packet = PACKET.replace("<dc:title>", &format!("<dc:title{many}>"));
        assert_eq!(described(packet.as_bytes()).title, "Harbour");
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }

    #[test]
    fn what_cannot_be_read_describes_nothing() {
        let check = |packet: &[u8]| assert_eq!(described(packet), Described::default());
        check(b"");
        check(b"<x:xmpmeta");
        check(&PACKET.as_bytes()[..400]);
        check(&vec![b' '; BYTES + 1]);
        // Entities of a document type are not even looked at.
        check(format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", &PACKET[PACKET.find("<x:").expect("a packet")..]).as_bytes());
        check(format!("<a>{}</a>", "<b/>".repeat(NODES as usize)).as_bytes());
        check("<a>".repeat(100_000).as_bytes());
        // Nor more prefixes than anybody uses.
        let prefixes: String = (0..1000).map(|number| format!(" xmlns:n{number}='u'")).collect();
        check(format!("<a{prefixes} xmlns:dc='{DC}'><dc:title>x</dc:title></a>").as_bytes());
        // Fields within fields are not gone through again and again.
        let nested = format!("<a xmlns:d='{DC}'>{}{}</a>", "<d:subject>".repeat(40_000), "</d:subject>".repeat(40_000));
        check(nested.as_bytes());
    }
}
