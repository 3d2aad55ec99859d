//! Reads OpenDocument texts and presentations (OASIS OpenDocument 1.3): headings, paragraphs, lists, tables, notes, comments,
//! tracked changes, slides, alternative texts, headers and footers.
//!
//! Workbooks have a reader of their own. Numbers of lists are left out.

pub mod sheets;

use crate::flow::Flow;
use crate::gap::Gap;
use crate::packed::{Packed, Part};
use crate::xml::{Element, Token, Xml};
use std::collections::{HashMap, HashSet};
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Tracked changes, hidden styles and embedded objects that are kept or read.
const MANY: usize = 100_000;
/// Bytes of a name.
const NAME: usize = 1000;
/// Bytes of text that a tracked change took out and that are kept.
const DELETED: usize = 16 << 20;
/// Objects within a document whose text is read.
const OBJECTS: usize = 1000;

/// Reads a text or a presentation.
pub fn read(packed: &mut Packed<'_>, flow: &mut Flow) {
    let slides = content(packed, "content.xml", flow);
    margins(packed, flow);
    let objects: Vec<String> = packed.names().filter(|name| name.starts_with("Object ") && name.ends_with("/content.xml")).collect();
    for name in objects.iter().take(OBJECTS) {
        flow.gap(Gap::Blank);
        content(packed, name, flow);
    }
    if slides > 0 {
        flow.property("slides", &slides.to_string());
    }
}

/// The package says that its parts are encrypted.
pub fn is_locked(packed: &mut Packed<'_>) -> bool {
    let Ok(Some(mut xml)) = packed.xml("META-INF/manifest.xml") else { return false };
    while let Ok(Some(token)) = xml.next() {
        if matches!(&token, Token::Open(element) if element.name() == "encryption-data") {
            return true;
        }
    }
    false
}

fn content(packed: &mut Packed<'_>, part: &str, flow: &mut Flow) -> usize {
    let mut slides = 0;
    let result = packed.xml(part).and_then(|xml| match xml {
        Some(xml) => Reader::new(xml, flow).run(&mut slides),
        None => Ok(()),
    });
    flow.kept(result);
    flow.leave_all();
    slides
}

/// Headers and footers stand with the pages' styles.
fn margins(packed: &mut Packed<'_>, flow: &mut Flow) {
    let result = packed.xml("styles.xml").and_then(|xml| xml.map_or(Ok(()), |xml| read_margins(xml, flow)));
    flow.kept(result);
    flow.leave_all();
}

fn read_margins(mut xml: Xml<Part<'_, '_>>, flow: &mut Flow) -> Result<(), Words> {
    let mut seen = HashSet::new();
    while let Some(token) = xml.next()? {
        let Token::Open(element) = token else { continue };
        let part = match element.name() {
            "header" | "header-left" | "header-first" => PartKind::Header,
            "footer" | "footer-left" | "footer-first" => PartKind::Footer,
            _ => continue,
        };
        let text = xml.text(NAME * 10)?;
        if !text.trim().is_empty() && seen.insert(text.clone()) {
            flow.piece(part, "", Gap::Line, text.trim());
        }
    }
    Ok(())
}

/// A tracked change.
#[derive(Default)]
struct Change {
    author: String,
    deleted: String,
}

struct Reader<'r, 'p, 'a> {
    xml: Xml<Part<'p, 'a>>,
    flow: &'r mut Flow,
    changes: HashMap<String, Change>,
    /// Styles of slides that are not shown.
    hidden: HashSet<String>,
    /// The style that is being read.
    style: String,
    /// Tables that are open, and tables so far.
    tables: usize,
    count: usize,
    slides: usize,
    /// An item of a list has begun and its mark is not written.
    item: bool,
    /// Paragraphs that are open: only text within them is text.
    paragraphs: usize,
}

impl<'r, 'p, 'a> Reader<'r, 'p, 'a> {
    fn new(xml: Xml<Part<'p, 'a>>, flow: &'r mut Flow) -> Self {
        let (changes, hidden) = (HashMap::new(), HashSet::new());
        Self { xml, flow, changes, hidden, style: String::new(), tables: 0, count: 0, slides: 0, item: false, paragraphs: 0 }
    }

    fn run(mut self, slides: &mut usize) -> Result<(), Words> {
        while !self.flow.is_full() {
            let Some(token) = self.xml.next()? else { break };
            match token {
                Token::Open(element) => {
                    let step = open(&element);
                    self.step(step)?;
                }
                Token::Close(name) => {
                    let part = closes(name);
                    let end = End::of(name);
                    self.close(part, end);
                }
                Token::Text(text) if self.paragraphs > 0 => push_collapsed(self.flow, &text),
                Token::Text(_) | Token::Nothing => {}
            }
            *slides = self.slides;
        }
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), Words> {
        match step {
            Step::Nothing => {}
            Step::Skip => self.xml.skip()?,
            Step::Spaces(count) => self.flow.push(&" ".repeat(count)),
            Step::Tab => self.flow.push("\t"),
            Step::Line => self.flow.gap(Gap::Line),
            Step::Paragraph(heading) => self.paragraph(heading),
            Step::Item => self.item = true,
            Step::Table => self.table(),
            Step::Note => self.enter_on_a_line(PartKind::Footnote, String::new()),
            Step::Comment => self.comment()?,
            Step::Changes => self.tracked()?,
            Step::Inserted(id) => {
                let author = self.changes.get(&id).map(|change| change.author.clone());
                self.flow.enter(PartKind::Inserted, author.unwrap_or_default());
            }
            Step::InsertedEnd => self.flow.leave(PartKind::Inserted),
            Step::Deleted(id) => self.deleted(&id),
            Step::Style(name) => self.style = name,
            Step::HiddenStyle => {
                if self.hidden.len() < MANY {
                    self.hidden.insert(self.style.clone());
                }
            }
            Step::Slide(style) => self.slide(&style),
            Step::SlideNotes => self.enter_on_a_line(PartKind::SlideNotes, self.slides.to_string()),
            Step::Description => {
                let text = self.xml.text(NAME * 10)?;
                if !text.trim().is_empty() {
                    self.flow.piece(PartKind::Description, "", Gap::Space, text.trim());
                }
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, heading: bool) {
        self.paragraphs += 1;
        if heading {
            self.flow.gap(Gap::Blank);
            self.flow.enter(PartKind::Heading, "");
        }
        if std::mem::take(&mut self.item) {
            self.flow.push("\u{2022} ");
        }
    }

    fn table(&mut self) {
        self.count += 1;
        self.flow.gap(if self.tables == 0 { Gap::Blank } else { Gap::Space });
        self.flow.enter(PartKind::Table, self.count.to_string());
        self.tables += 1;
    }

    fn enter_on_a_line(&mut self, part: PartKind, name: String) {
        self.flow.gap(Gap::Line);
        self.flow.enter(part, name);
    }

    fn slide(&mut self, style: &str) {
        self.slides += 1;
        self.flow.gap(Gap::Blank);
        let part = if self.hidden.contains(style) { PartKind::HiddenSlide } else { PartKind::Slide };
        self.flow.enter(part, self.slides.to_string());
    }

    /// Author and date stand first, then the paragraphs.
    fn comment(&mut self) -> Result<(), Words> {
        let comment = read_comment(&mut self.xml)?;
        let gap = if self.tables > 0 { Gap::Space } else { Gap::Line };
        self.flow.piece(PartKind::Comment, comment.author, gap, comment.text.trim());
        Ok(())
    }

    fn deleted(&mut self, id: &str) {
        if let Some(change) = self.changes.get_mut(id) {
            let text = std::mem::take(&mut change.deleted);
            self.flow.enter(PartKind::Deleted, change.author.clone());
            self.flow.push(&text);
            self.flow.leave(PartKind::Deleted);
        }
    }

    /// The list of changes: who, and what was taken out. It comes before the body.
    fn tracked(&mut self) -> Result<(), Words> {
        let outside = self.xml.depth().saturating_sub(1);
        let (mut id, mut change, mut kept, mut paragraphs) = (String::new(), Change::default(), 0, 0_usize);
        while self.xml.depth() > outside {
            let Some(token) = self.xml.next()? else { break };
            match token {
                Token::Open(element) => match element.name() {
                    "changed-region" => id = element.get("id").unwrap_or_default(),
                    "creator" => change.author = self.xml.text(NAME)?,
                    "p" | "h" => {
                        paragraphs += 1;
                        if !change.deleted.is_empty() {
                            change.deleted.push('\n');
                        }
                    }
                    _ => {}
                },
                Token::Text(text) if paragraphs > 0 && kept < DELETED => {
                    kept += text.len();
                    change.deleted.push_str(&text);
                }
                Token::Close("p" | "h") => paragraphs = paragraphs.saturating_sub(1),
                Token::Close("changed-region") if self.changes.len() < MANY => {
                    self.changes.insert(std::mem::take(&mut id), std::mem::take(&mut change));
                }
                Token::Close(_) | Token::Text(_) | Token::Nothing => {}
            }
        }
        Ok(())
    }

    fn close(&mut self, part: Option<PartKind>, end: End) {
        if let Some(part) = part {
            self.flow.leave(part);
        }
        match end {
            End::Paragraph => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.flow.gap(if self.tables == 0 { Gap::Line } else { Gap::Space });
            }
            End::Cell => self.flow.gap(Gap::Tab),
            End::Line => self.flow.gap(Gap::Line),
            End::Table => {
                self.tables = self.tables.saturating_sub(1);
                self.flow.gap(if self.tables == 0 { Gap::Blank } else { Gap::Space });
            }
            End::Slide => {
                self.flow.leave(PartKind::Slide);
                self.flow.leave(PartKind::HiddenSlide);
            }
            End::Other => {}
        }
    }
}

/// What the beginning of an element asks for.
enum Step {
    Nothing,
    Skip,
    Spaces(usize),
    Tab,
    Line,
    /// True for a heading.
    Paragraph(bool),
    Item,
    Table,
    Note,
    Comment,
    Changes,
    Inserted(String),
    InsertedEnd,
    Deleted(String),
    Style(String),
    HiddenStyle,
    Slide(String),
    SlideNotes,
    Description,
}

fn open(element: &Element<'_>) -> Step {
    let get = |name: &str| element.get(name).unwrap_or_default();
    match element.name() {
        "p" => Step::Paragraph(false),
        "h" => Step::Paragraph(true),
        "s" => Step::Spaces(element.number("c").unwrap_or(1).min(1000)),
        "tab" => Step::Tab,
        "line-break" => Step::Line,
        "list-item" | "list-header" => Step::Item,
        "table" => Step::Table,
        "note-body" => Step::Note,
        "annotation" => Step::Comment,
        "tracked-changes" => Step::Changes,
        "change-start" => Step::Inserted(get("change-id")),
        "change-end" => Step::InsertedEnd,
        "change" => Step::Deleted(get("change-id")),
        "style" => Step::Style(get("name")),
        "drawing-page-properties" if get("visibility") == "hidden" => Step::HiddenStyle,
        "page" if element.get("master-page-name").is_some() => Step::Slide(get("style-name")),
        "notes" => Step::SlideNotes,
        "title" | "desc" => Step::Description,
        "note-citation" | "page-number" | "forms" | "binary-data" => Step::Skip,
        _ => Step::Nothing,
    }
}

/// The place that ends with an element.
fn closes(name: &str) -> Option<PartKind> {
    Some(match name {
        "h" => PartKind::Heading,
        "table" => PartKind::Table,
        "note-body" => PartKind::Footnote,
        "notes" => PartKind::SlideNotes,
        _ => return None,
    })
}

/// White space due at the end of an element.
enum End {
    Paragraph,
    Cell,
    Line,
    Table,
    Slide,
    Other,
}

impl End {
    fn of(name: &str) -> Self {
        match name {
            "p" | "h" => Self::Paragraph,
            "table-cell" | "covered-table-cell" => Self::Cell,
            "table-row" | "note-body" | "notes" | "frame" | "text-box" => Self::Line,
            "table" => Self::Table,
            "page" => Self::Slide,
            _ => Self::Other,
        }
    }
}

/// A comment and who wrote it.
#[derive(Default)]
struct Comment {
    author: String,
    text: String,
}

/// Reads the comment whose element was just opened.
fn read_comment(xml: &mut Xml<Part<'_, '_>>) -> Result<Comment, Words> {
    let outside = xml.depth().saturating_sub(1);
    let mut comment = Comment::default();
    let mut paragraphs = 0_usize;
    while xml.depth() > outside {
        match xml.next()? {
            Some(Token::Open(element)) => match element.name() {
                "creator" => comment.author = xml.text(NAME)?,
                "p" => paragraphs += 1,
                _ => {}
            },
            Some(Token::Close("p")) => {
                paragraphs = paragraphs.saturating_sub(1);
                comment.text.push('\n');
            }
            Some(Token::Text(text)) if paragraphs > 0 && comment.text.len() < DELETED => comment.text.push_str(&text),
            Some(Token::Close(_) | Token::Text(_) | Token::Nothing) => {}
            None => break,
        }
    }
    Ok(comment)
}

/// Line ends and runs of spaces in a paragraph are one space (OpenDocument 1.3 part 3, 6.1.2).
fn push_collapsed(flow: &mut Flow, text: &str) {
    if !text.contains(['\n', '\r', '\t']) && !text.contains("  ") {
        return flow.push(text);
    }
    let mut blank = false;
    for piece in text.split_inclusive([' ', '\n', '\r', '\t']) {
        let word = piece.trim_end_matches([' ', '\n', '\r', '\t']);
        if !word.is_empty() {
            flow.push(word);
            blank = false;
        }
        if word.len() < piece.len() && !blank {
            flow.push(" ");
            blank = true;
        }
    }
}
