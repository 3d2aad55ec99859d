//! The visible text of a web page, block by block, and its title.
//!
//! Works on the stream of tokens and builds no tree, so that a million nested elements, or attributes of one, cost no more than
//! their bytes.
//! Styles and scripts are not evaluated: text that a style would hide is kept, for it is in the file.

mod bare;
mod element;

use crate::gap::Gap;
use bare::{Content, Told};
use element::Meaning;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{CharacterTokens, EndTag, StartTag, Tag, TagToken};
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

/// Characters of a title that are kept.
const TITLE: usize = 300;

/// A page as it reads.
#[derive(Debug, Default)]
pub struct Page {
    /// White space parted to single spaces; at most 300 characters.
    pub title: Option<String>,
    pub text: String,
    /// There was more text than the limit.
    pub cut: bool,
}

/// Reads a page and keeps at most `limit` characters of its text.
pub fn read(source: String, limit: usize) -> Page {
    let tokenizer = Tokenizer::new(Sink::new(limit), OPTIONS);
    bare::give(source, &tokenizer);
    tokenizer.end();
    tokenizer.sink.0.into_inner().into_page()
}

/// What is decoded has no mark at its beginning; it would be looked for in every piece.
const OPTIONS: TokenizerOpts =
    TokenizerOpts { exact_errors: false, discard_bom: false, profile: false, initial_state: None, last_start_tag_name: None };

struct Sink(RefCell<Writer>);

impl Sink {
    fn new(limit: usize) -> Self {
        Self(RefCell::new(Writer { left: limit, ..Writer::default() }))
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            CharacterTokens(text) => writer.characters(&text),
            TagToken(tag) if tag.kind == StartTag => return writer.opened(&tag),
            TagToken(tag) if tag.kind == EndTag => writer.closed(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Told for Sink {
    fn content(&self) -> Content {
        self.0.borrow().content.clone()
    }
}

#[derive(Default)]
struct Writer {
    title: Option<String>,
    text: String,
    /// Characters that may still be written.
    left: usize,
    cut: bool,
    gap: Gap,
    /// Open elements of these kinds.
    preformatted: u32,
    templates: u32,
    foreign: u32,
    in_title: bool,
    /// Within an element whose text nobody sees.
    silent: bool,
    /// What the tokenizer was told to take the text for.
    content: Content,
}

impl Writer {
    fn opened(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let closed_at_once = tag.self_closing && self.foreign > 0;
        let meaning = element::meaning(&tag.name);
        match meaning {
            Meaning::Raw(kind) if !closed_at_once => return self.raw(tag, kind),
            Meaning::Plaintext => {
                self.content = Content::Rest;
                return TokenSinkResult::Plaintext;
            }
            Meaning::Template => self.templates += u32::from(!closed_at_once),
            Meaning::Foreign => self.foreign += u32::from(!tag.self_closing),
            Meaning::Preformatted => self.preformatted += 1,
            _ => {}
        }
        self.part(meaning);
        TokenSinkResult::Continue
    }

    /// Elements whose content is not markup: the tokenizer has to be told.
    fn raw(&mut self, tag: &Tag, kind: RawKind) -> TokenSinkResult<()> {
        match &*tag.name {
            "title" if self.foreign == 0 && self.title.is_none() => {
                self.title = Some(String::new());
                self.in_title = true;
            }
            "title" if self.foreign > 0 => return TokenSinkResult::Continue,
            "textarea" | "xmp" => self.gap = self.gap.max(Gap::Line),
            _ => self.silent = true,
        }
        self.content = Content::Until(tag.name.to_string());
        TokenSinkResult::RawData(kind)
    }

    fn closed(&mut self, tag: &Tag) {
        self.content = Content::Markup;
        let meaning = element::meaning(&tag.name);
        match meaning {
            Meaning::Raw(_) => (self.silent, self.in_title) = (false, false),
            Meaning::Template => self.templates = self.templates.saturating_sub(1),
            Meaning::Foreign => self.foreign = self.foreign.saturating_sub(1),
            Meaning::Preformatted => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
        if meaning != Meaning::Cell {
            self.part(meaning);
        }
    }

    /// What stands before and after is parted as the element wants it; what is not rendered parts nothing.
    fn part(&mut self, meaning: Meaning) {
        if self.templates == 0 {
            self.gap = self.gap.max(element::gap(meaning));
        }
    }

    fn characters(&mut self, text: &str) {
        match &mut self.title {
            Some(title) if self.in_title => title.extend(text.chars().take(TITLE * 4 - title.len().min(TITLE * 4))),
            _ if self.silent || self.templates > 0 => {}
            _ => text.chars().for_each(|c| self.character(c)),
        }
    }

    fn character(&mut self, c: char) {
        let blank = matches!(c, ' ' | '\t' | '\n' | '\x0c' | '\r');
        if blank && self.preformatted == 0 {
            self.gap = self.gap.max(Gap::Space);
            return;
        }
        self.fill_gap();
        // A space that must not break is still a space to who searches.
        self.write(if c == '\u{a0}' { ' ' } else { c });
    }

    /// Writes the white space that is due between what was written and what comes.
    fn fill_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if self.text.is_empty() {
            return;
        }
        let missing = gap.missing_after(&self.text);
        missing.chars().for_each(|c| self.write(c));
    }

    fn write(&mut self, c: char) {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.text.push(c);
            }
            None => self.cut = true,
        }
    }

    fn into_page(self) -> Page {
        let title = self.title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
        let title = title.filter(|title| !title.is_empty()).map(|title| title.chars().take(TITLE).collect());
        Page { title, text: self.text, cut: self.cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        assert_eq!(read(source.to_owned(), 1000).text, expected, "{source}");
    }

    #[test]
    fn blocks_are_parted_and_white_space_is_not_kept() {
        check("<p>One\n  two</p><p>three</p>", "One two\n\nthree");
        check("a<br>b<div>c</div>d", "a\nb\nc\nd");
        check("<b>bo</b>ld <i>words</i>", "bold words");
        check("<ul><li>one<li>two</ul>end", "one\ntwo\nend");
        check("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td");
        check("<pre>x  y\n  z</pre>w", "x  y\n  z\nw");
        check("&lt;tag&gt; &amp; caf&eacute;&nbsp;x", "<tag> & café x");
        check("5 < 6 and a<b", "5 < 6 and a");
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        check("a<script>var x = '<p>no</p>';</script>b", "ab");
        check("a<style>p { color: red }</style>b", "ab");
        check("a<!-- no --><noscript>no</noscript><template><p>no</p></template>b", "ab");
        check("<script>never closed", "");
        check("<svg><title>icon</title><style/>seen</svg>", "iconseen");
        check("a<textarea><b>typed</b></textarea>", "a\n<b>typed</b>");
    }

    #[test]
    fn the_title_is_no_text() {
        let page = read("<html><head><title> Minutes &amp;\n notes </title><meta charset=utf-8></head><body>x".to_owned(), 100);
        assert_eq!((page.title.as_deref(), page.text.as_str()), (Some("Minutes & notes"), "x"));
    }

    #[test]
    fn text_beyond_the_limit_is_cut() {
        let page = read("<p>äöü</p><p>more</p>".to_owned(), 4);
        assert_eq!((page.text.as_str(), page.cut), ("äöü\n", true));
        assert!(!read("<p>abc</p>  ".to_owned(), 3).cut);
    }

    #[test]
    fn a_million_attributes_cost_no_more_than_their_bytes() {
        let attributes: String = (0..1_000_000).map(|number| format!(" a{number}='>'")).collect();
        let source = format!("before<p{attributes}>within</p{attributes}><script></script{attributes}>after");
        let began = std::time::Instant::now();
        assert_eq!(read(source, 100).text, "before\n\nwithin\n\nafter");
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }

    /// The same page as the tokenizer reads it by itself.
    fn read_whole(source: &str) -> String {
        use html5ever::tendril::StrTendril;
        use html5ever::tokenizer::BufferQueue;
        let tokenizer = Tokenizer::new(Sink::new(10_000), OPTIONS);
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(source));
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        tokenizer.sink.0.into_inner().into_page().text
    }

    const PIECES: &[&str] = &[
        "<",
        ">",
        "/",
        "=",
        "'",
        "\"",
        "!",
        "-",
        "--",
        " ",
        "\n",
        "a",
        "b",
        "&am",
        "p;",
        "&lt;",
        "<p",
        "<p>",
        "</p",
        "<a x='",
        "<a x=\"",
        "<b/>",
        "</b ",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<?",
        "</",
        "<!doctype",
        "<![CDATA[",
        "]]>",
        "<script",
        "<script>",
        "</script",
        "</script>",
        "</script ",
        "</script/",
        "<title>",
        "</title",
        "</TITLE >",
        "<textarea>",
        "</textarea>",
        "<style>",
        "</style>",
        "<svg>",
        "</svg>",
        "<title/>",
        "<pre>",
        "\u{feff}",
        "\0",
        "\r",
        "<template>",
        "</template>",
        "<br/>",
        "=>",
        "\u{e4}",
    ];

    #[test]
    fn a_page_reads_as_if_its_attributes_were_looked_at() {
        let mut state = 7_u64;
        let mut dice = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..30_000 {
            let source: String = (0..dice(14)).map(|_| PIECES[dice(PIECES.len())]).collect();
            assert_eq!(read(source.clone(), 10_000).text, read_whole(&source), "{source:?}");
        }
    }

    #[test]
    fn a_million_nested_elements_are_read_on_a_small_stack() {
        let source = format!("{}deep{}", "<div>".repeat(1_000_000), "</div>".repeat(1_000_000));
        let reading = std::thread::Builder::new().stack_size(256 << 10).spawn(move || read(source, 100).text);
        assert_eq!(reading.expect("a thread").join().expect("no overflow"), "deep");
    }
}
