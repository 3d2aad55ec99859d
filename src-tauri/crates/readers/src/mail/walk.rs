//! The parts of a message, one after the other, in one pass over its lines (RFC 2045, 2046).
//!
//! Parts are found by their boundaries alone; nothing is decoded here. Levels beyond the limit are one part as they stand.

use super::fields::{self, PartHead};
use super::lines::{Lines, without_end};
use super::transfer::{self, Decoded};
use crate::{Input, names};
use std::io::{self, BufReader, Read};
use winnow_contract::Words;

/// Bytes of the headers of a part that are kept.
const HEAD: usize = 256 << 10;

/// How the parts of a level belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Mixed,
    /// The same in several forms.
    Alternative,
    /// The first one, and what it refers to.
    Related,
    /// Messages.
    Digest,
}

struct Frame {
    boundary: Vec<u8>,
    level: Level,
    children: u64,
    id: u64,
}

/// A line that parts parts.
#[derive(Clone, Copy)]
struct Delimiter {
    frame: usize,
    closes: bool,
}

enum State {
    /// A part with this head begins.
    Head(PartHead, Option<Delimiter>),
    /// Within the content of a part, or in what stands before the first and after the last one.
    Content,
    /// Its content ended at this line, or with the message.
    Ended(Option<Delimiter>),
}

/// A part that is no level of its own.
pub struct Leaf {
    /// Its place in the message, from 0.
    pub number: u64,
    pub name: Option<String>,
    pub head: PartHead,
    /// Parts of the same group say the same.
    pub group: Option<u64>,
    /// It is not what another part refers to.
    rooted: bool,
    alone: bool,
}

/// A message that is being walked through. Reading from it gives the content of the part that came last, encoded as it is.
pub struct Walk<'a> {
    lines: Lines<BufReader<&'a mut dyn Input>>,
    line: Vec<u8>,
    frames: Vec<Frame>,
    nesting: usize,
    state: State,
    head: Vec<u8>,
    number: u64,
    frame_count: u64,
    /// Content that can be given, from `at` on, and the line end after it, which may belong to the boundary.
    ready: Vec<u8>,
    at: usize,
    held: Vec<u8>,
    too_deep: bool,
    head_cut: bool,
    unclosed: bool,
}

impl<'a> Walk<'a> {
    /// Reads the headers of the message.
    pub fn open(input: &'a mut dyn Input, nesting: usize) -> io::Result<Self> {
        let mut walk = Self {
            lines: Lines::new(BufReader::with_capacity(64 << 10, input), 0),
            line: Vec::new(),
            frames: Vec::new(),
            nesting,
            state: State::Ended(None),
            head: Vec::new(),
            number: 0,
            frame_count: 0,
            ready: Vec::new(),
            at: 0,
            held: Vec::new(),
            too_deep: false,
            head_cut: false,
            unclosed: false,
        };
        let (head, ended) = walk.read_head(true)?;
        walk.state = State::Head(fields::of_part(&head), ended);
        walk.head = head;
        Ok(walk)
    }

    /// The headers of the message as they stand.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The next part; what was not read of the last one is passed over.
    pub fn next_leaf(&mut self) -> io::Result<Option<Leaf>> {
        loop {
            match std::mem::replace(&mut self.state, State::Content) {
                State::Head(head, ended) => {
                    if let Some(leaf) = self.begin(head, ended) {
                        return Ok(Some(leaf));
                    }
                }
                State::Content => self.pass_over()?,
                State::Ended(None) => {
                    self.state = State::Ended(None);
                    return Ok(None);
                }
                State::Ended(Some(delimiter)) => self.cross(delimiter)?,
            }
        }
    }

    /// A level is entered, anything else is a leaf.
    fn begin(&mut self, head: PartHead, ended: Option<Delimiter>) -> Option<Leaf> {
        if ended.is_some() {
            self.state = State::Ended(ended);
        }
        let level = head.level.zip(head.boundary.clone());
        let Some((level, boundary)) = level else { return Some(self.leaf(head)) };
        if self.frames.len() >= self.nesting {
            self.too_deep = true;
            return Some(self.leaf(head));
        }
        self.frame_count += 1;
        self.frames.push(Frame { boundary: boundary.into_bytes(), level, children: 0, id: self.frame_count });
        None
    }

    fn leaf(&mut self, head: PartHead) -> Leaf {
        let number = self.take_number();
        let group = self.frames.iter().find(|frame| frame.level == Level::Alternative).map(|frame| frame.id);
        let rooted = self.frames.iter().all(|frame| frame.level != Level::Related || frame.children == 1);
        Leaf { number, name: head.name.clone(), head, group, rooted, alone: self.frames.is_empty() }
    }

    /// The number of the next thing that may become a member.
    pub fn take_number(&mut self) -> u64 {
        self.number += 1;
        self.number - 1
    }

    fn cross(&mut self, delimiter: Delimiter) -> io::Result<()> {
        self.frames.truncate(delimiter.frame + 1);
        if delimiter.closes {
            self.frames.pop();
            self.state = if self.frames.is_empty() { State::Ended(None) } else { State::Content };
            return Ok(());
        }
        let (head, ended) = self.read_head(false)?;
        let mut head = fields::of_part(&head);
        if let Some(frame) = self.frames.last_mut() {
            frame.children += 1;
            head.default_to(frame.level);
        }
        self.state = State::Head(head, ended);
        Ok(())
    }

    /// Header lines up to the blank one, at most [`HEAD`] bytes of them; a boundary ends them too. A message may follow blank
    /// lines and the line that parts it from others in a mailbox.
    fn read_head(&mut self, first: bool) -> io::Result<(Vec<u8>, Option<Delimiter>)> {
        let mut head = Vec::new();
        let mut whole = true;
        while let Some(begins) = self.lines.next(&mut self.line)? {
            let delimiter = if begins { self.delimiter() } else { None };
            if delimiter.is_some() {
                return Ok((head, delimiter));
            }
            let blank = begins && without_end(&self.line).is_empty();
            let before = first && head.is_empty();
            if blank && !before {
                return Ok((head, None));
            }
            if blank || before && self.line.starts_with(b"From ") {
                continue;
            }
            whole &= head.len() + self.line.len() <= HEAD;
            if whole {
                head.extend_from_slice(&self.line);
            }
            self.head_cut |= !whole;
        }
        Ok((head, None))
    }

    /// What the line that was just read parts; the innermost level counts first.
    fn delimiter(&self) -> Option<Delimiter> {
        let line = self.line.trim_ascii_end().strip_prefix(b"--")?;
        self.frames.iter().enumerate().rev().find_map(|(frame, Frame { boundary, .. })| match line.strip_prefix(boundary.as_slice())? {
            b"" => Some(Delimiter { frame, closes: false }),
            b"--" => Some(Delimiter { frame, closes: true }),
            _ => None,
        })
    }

    /// Reads content up to the next line that parts, into nothing.
    fn pass_over(&mut self) -> io::Result<()> {
        while matches!(self.state, State::Content) {
            self.ready.clear();
            self.more()?;
        }
        (self.at, self.ready) = (0, Vec::new());
        Ok(())
    }

    /// Makes a line of content ready, or finds its end.
    fn more(&mut self) -> io::Result<()> {
        let Some(begins) = self.lines.next(&mut self.line)? else {
            self.ready.append(&mut self.held);
            self.unclosed |= !self.frames.is_empty();
            self.state = State::Ended(None);
            return Ok(());
        };
        if begins && let Some(delimiter) = self.delimiter() {
            self.held.clear();
            self.state = State::Ended(Some(delimiter));
            return Ok(());
        }
        self.ready.append(&mut self.held);
        let content = without_end(&self.line).len();
        self.ready.extend_from_slice(&self.line[..content]);
        self.held.extend_from_slice(&self.line[content..]);
        Ok(())
    }

    /// What was not as it should be.
    pub fn notes(&self) -> Vec<Words> {
        let deep = self.too_deep.then(|| Words::new("nesting").with("limit", self.nesting));
        let cut = self.head_cut.then(|| Words::new("headers_cut").with("limit", HEAD >> 10));
        let unclosed = self.unclosed.then(|| Words::new("message_cut"));
        [deep, cut, unclosed].into_iter().flatten().collect()
    }
}

impl Read for Walk<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && matches!(self.state, State::Content) {
            self.ready.clear();
            self.at = 0;
            self.more()?;
        }
        let count = (&self.ready[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

impl Leaf {
    /// It is what a person reads first, or one form of it.
    pub fn is_body(&self) -> bool {
        let readable = matches!(self.head.media.as_str(), "text/plain" | "text/html");
        readable && (self.alone || !self.head.attached && self.rooted && self.name.is_none())
    }

    /// A message within the message.
    pub fn is_message(&self) -> bool {
        matches!(self.head.media.as_str(), "message/rfc822" | "message/global")
    }

    /// Its content, decoded.
    pub fn content<'w>(&self, walk: &'w mut dyn Read) -> Decoded<'w> {
        transfer::decoded(self.head.transfer, walk)
    }

    /// The name that was given, or one by its number and type.
    pub fn file_name(&self) -> Vec<u8> {
        let made = || names::from_words("", &format!("part {}", self.number + 1), fields::extension(&self.head.media));
        self.name.as_ref().map_or_else(made, |name| name.clone().into_bytes())
    }
}
