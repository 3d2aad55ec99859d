//! Reads WordprocessingML (ECMA-376 part 1, 17): headings, paragraphs, lists, tables, notes, comments, tracked changes,
//! text boxes, headers and footers, alternative texts, hidden text (not that of hidden styles).
//!
//! Instructions of fields and numbers of lists are left out; what compatibility repeats is read once.

mod styles;

use super::drawing;
use super::relations::{self, Relation};
use crate::flow::Flow;
use crate::gap::Gap;
use crate::packed::{Packed, Part};
use crate::xml::{Element, Token, Xml};
use std::collections::HashSet;
use styles::Styles;
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// What the parts beside the body are, in the order in which they are read after it.
const BESIDE: &[(&str, Option<PartKind>)] = &[
    ("footnotes", Some(PartKind::Footnote)),
    ("endnotes", Some(PartKind::Footnote)),
    ("header", Some(PartKind::Header)),
    ("footer", Some(PartKind::Footer)),
    ("comments", None),
];

/// Reads a document whose body is in `main`.
pub fn read(packed: &mut Packed<'_>, main: &str, flow: &mut Flow) {
    let relations = relations::of(packed, main).unwrap_or_default();
    let styles = relations::targets(&relations, "styles").next().map(|part| styles::read(packed, part)).unwrap_or_default();
    body(packed, main, &styles, None, flow);
    for (kind, place) in BESIDE {
        let mut seen = HashSet::new();
        for target in relations::targets(&relations, kind).filter(|target| seen.insert(*target)) {
            flow.gap(Gap::Blank);
            body(packed, target, &styles, *place, flow);
        }
    }
    diagrams(packed, &relations, flow);
}

/// Text of drawings that stands in parts of its own.
fn diagrams(packed: &mut Packed<'_>, relations: &[Relation], flow: &mut Flow) {
    for kind in ["diagramData", "chart"] {
        for target in relations::targets(relations, kind) {
            flow.gap(Gap::Blank);
            let result = drawing::part(packed, target, flow);
            flow.kept(result);
        }
    }
}

fn body(packed: &mut Packed<'_>, part: &str, styles: &Styles, place: Option<PartKind>, flow: &mut Flow) {
    let result = packed.xml(part).and_then(|xml| match xml {
        Some(xml) => Reader { xml, styles, flow, place, paragraphs: Vec::new(), runs: Vec::new(), tables: 0, count: 0, list: 0 }.run(),
        None => Ok(()),
    });
    flow.kept(result);
}

struct Reader<'r, 'p, 'a> {
    xml: Xml<Part<'p, 'a>>,
    styles: &'r Styles,
    flow: &'r mut Flow,
    /// What all of this part is.
    place: Option<PartKind>,
    /// Whether each open paragraph is a heading.
    paragraphs: Vec<bool>,
    /// Tables that are open.
    tables: usize,
    /// Tables so far.
    count: usize,
    /// Whether each open run is hidden.
    runs: Vec<bool>,
    /// The list that the open paragraph belongs to; 0 when to none, or when its mark was written.
    list: usize,
}

impl Reader<'_, '_, '_> {
    fn run(mut self) -> Result<(), Words> {
        if let Some(place) = self.place {
            self.flow.enter(place, "");
        }
        while !self.flow.is_full() {
            let Some(token) = self.xml.next()? else { break };
            match token {
                Token::Open(element) => {
                    let step = open(&element, self.styles, self.place.is_some());
                    self.step(step)?;
                }
                Token::Close(name) => {
                    let end = End::of(name);
                    self.close(end);
                }
                Token::Text(_) | Token::Nothing => {}
            }
        }
        self.flow.leave_all();
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), Words> {
        match step {
            Step::Nothing => {}
            Step::Skip => self.xml.skip()?,
            Step::Text => self.text()?,
            Step::Piece(piece) => self.flow.push(piece),
            Step::Symbol(symbol) => self.flow.push(symbol.encode_utf8(&mut [0; 4])),
            Step::Gap(gap) => self.flow.gap(gap),
            Step::Paragraph => self.paragraph(),
            Step::Heading => self.heading(),
            Step::List(list) => self.list = list,
            Step::Run => self.run_begins(),
            Step::Hidden => self.hide(),
            Step::Table => self.table(),
            Step::Enter(part, name) => self.flow.enter(part, name),
            Step::Comment(author) => {
                self.flow.gap(Gap::Line);
                self.flow.enter(PartKind::Comment, author);
            }
            Step::Description(text) => self.flow.piece(PartKind::Description, "", Gap::Space, &text),
        }
        Ok(())
    }

    /// The text of a run, straight into the flow.
    fn text(&mut self) -> Result<(), Words> {
        let outside = self.xml.depth().saturating_sub(1);
        while self.xml.depth() > outside {
            match self.xml.next()? {
                Some(Token::Text(text)) => self.flow.push(&text),
                Some(Token::Open(_) | Token::Close(_) | Token::Nothing) => {}
                None => break,
            }
        }
        Ok(())
    }

    fn paragraph(&mut self) {
        if !self.paragraphs.is_empty() {
            // A text box stands in a paragraph of its own within another.
            self.flow.gap(Gap::Line);
        }
        self.paragraphs.push(false);
        self.list = 0;
    }

    fn heading(&mut self) {
        if let Some(heading) = self.paragraphs.last_mut().filter(|heading| !**heading) {
            *heading = true;
            self.flow.gap(Gap::Blank);
            self.flow.enter(PartKind::Heading, "");
        }
    }

    fn run_begins(&mut self) {
        self.runs.push(false);
        if std::mem::take(&mut self.list) > 0 {
            self.flow.push("\u{2022} ");
        }
    }

    /// The mark of a paragraph may be hidden too; nobody sees that.
    fn hide(&mut self) {
        if let Some(hidden) = self.runs.last_mut().filter(|hidden| !**hidden) {
            *hidden = true;
            self.flow.enter(PartKind::HiddenText, "");
        }
    }

    fn table(&mut self) {
        self.count += 1;
        self.flow.gap(if self.tables == 0 { Gap::Blank } else { Gap::Space });
        self.flow.enter(PartKind::Table, self.count.to_string());
        self.tables += 1;
    }

    fn close(&mut self, end: End) {
        match end {
            End::Paragraph => {
                if self.paragraphs.pop() == Some(true) {
                    self.flow.leave(PartKind::Heading);
                }
                self.flow.gap(if self.tables == 0 { Gap::Line } else { Gap::Space });
            }
            End::Run => {
                if self.runs.pop() == Some(true) {
                    self.flow.leave(PartKind::HiddenText);
                }
            }
            End::Cell => self.flow.gap(Gap::Tab),
            End::Row => self.flow.gap(Gap::Line),
            End::Table => {
                self.tables = self.tables.saturating_sub(1);
                self.flow.leave(PartKind::Table);
                self.flow.gap(if self.tables == 0 { Gap::Blank } else { Gap::Space });
            }
            End::Place(part) => self.flow.leave(part),
            End::Entry => self.flow.gap(Gap::Line),
            End::Other => {}
        }
    }
}

/// What the beginning of an element asks for.
enum Step {
    Nothing,
    Skip,
    Text,
    Piece(&'static str),
    Symbol(char),
    Gap(Gap),
    Paragraph,
    Heading,
    List(usize),
    Run,
    Hidden,
    Table,
    Enter(PartKind, String),
    Comment(String),
    Description(String),
}

/// `beside` is true in parts where separators stand in for notes.
fn open(element: &Element<'_>, styles: &Styles, beside: bool) -> Step {
    match element.name() {
        "t" | "delText" => Step::Text,
        "p" => Step::Paragraph,
        "tab" | "ptab" => Step::Piece("\t"),
        "br" | "cr" => Step::Gap(Gap::Line),
        "noBreakHyphen" => Step::Piece("-"),
        "sym" => symbol(element),
        "pStyle" if element.get("val").is_some_and(|id| styles.is_heading(&id)) => Step::Heading,
        "outlineLvl" if element.number("val").is_some_and(|level: u8| level < 9) => Step::Heading,
        "numId" => Step::List(element.number("val").unwrap_or(0)),
        "r" => Step::Run,
        "vanish" if element.get("val").is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "off")) => Step::Hidden,
        "tbl" => Step::Table,
        "ins" | "moveTo" => Step::Enter(PartKind::Inserted, element.get("author").unwrap_or_default()),
        "del" | "moveFrom" => Step::Enter(PartKind::Deleted, element.get("author").unwrap_or_default()),
        "comment" => Step::Comment(element.get("author").unwrap_or_default()),
        "footnote" | "endnote" if beside && element.get("type").is_some_and(|kind| kind != "normal") => Step::Skip,
        "docPr" => description(element, "descr"),
        "shape" | "rect" => description(element, "alt"),
        // Earlier formatting, instructions, and what repeats the choice beside it for older readers.
        "Fallback" | "instrText" | "delInstrText" | "tabs" | "rPrChange" | "pPrChange" | "sectPr" | "tblPrChange" | "framePr" => Step::Skip,
        _ => Step::Nothing,
    }
}

fn description(element: &Element<'_>, name: &str) -> Step {
    element.get(name).filter(|text| !text.trim().is_empty()).map_or(Step::Nothing, Step::Description)
}

/// A character of a symbol font: those in the private area have no meaning without the font.
fn symbol(element: &Element<'_>) -> Step {
    let code = element.get("char").and_then(|code| u32::from_str_radix(&code, 16).ok());
    let shown = code.filter(|code| !(0xf000..=0xf0ff).contains(code)).and_then(char::from_u32);
    shown.map_or(Step::Nothing, Step::Symbol)
}

/// What the end of an element means.
#[derive(Clone, Copy)]
enum End {
    Paragraph,
    Run,
    Cell,
    Row,
    Table,
    Place(PartKind),
    Entry,
    Other,
}

impl End {
    fn of(name: &str) -> Self {
        match name {
            "p" => Self::Paragraph,
            "r" => Self::Run,
            "tc" => Self::Cell,
            "tr" => Self::Row,
            "tbl" => Self::Table,
            "ins" | "moveTo" => Self::Place(PartKind::Inserted),
            "del" | "moveFrom" => Self::Place(PartKind::Deleted),
            "comment" => Self::Place(PartKind::Comment),
            "txbxContent" | "footnote" | "endnote" => Self::Entry,
            _ => Self::Other,
        }
    }
}
