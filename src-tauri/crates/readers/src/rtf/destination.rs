//! What groups of a rich text are for, and which control words stand for characters.
//!
//! A group that may be ignored and is not known is ignored, as the specification wants it.

use winnow_contract::asset::PartKind;

/// Where the text of a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    Text,
    Skip,
    Fonts,
    /// Authors of tracked changes.
    Authors,
    /// Who wrote the comment that comes.
    Commenter,
    /// Facts of the document, each in a group of its own.
    Info,
    /// A fact; the key of its property.
    Fact(&'static str),
}

/// The destination that a word begins; none for words that begin none.
pub fn of(word: &str, starred: bool) -> Option<Destination> {
    Some(match word {
        "fonttbl" => Destination::Fonts,
        "revtbl" => Destination::Authors,
        "atnauthor" => Destination::Commenter,
        "info" => Destination::Info,
        "title" => Destination::Fact("title"),
        "subject" => Destination::Fact("subject"),
        "author" => Destination::Fact("author"),
        "operator" => Destination::Fact("last_author"),
        "keywords" => Destination::Fact("keywords"),
        "doccomm" => Destination::Fact("comments"),
        "company" => Destination::Fact("company"),
        "manager" => Destination::Fact("manager"),
        "category" => Destination::Fact("category"),
        "generator" => Destination::Fact("application"),
        // Text that stands within what may be ignored.
        "shpinst" | "shptxt" | "ud" | "footnote" | "annotation" | "fldrslt" | "result" | "shprslt" => Destination::Text,
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => Destination::Text,
        "colortbl" | "stylesheet" | "pict" | "fldinst" | "objdata" | "objclass" | "objname" | "themedata" | "upr" | "pntext"
        | "listtext" | "nonesttables" | "sp" | "bkmkstart" | "bkmkend" | "xe" | "tc" | "listtable" | "listoverridetable" | "rsidtbl"
        | "atnid" | "atnref" | "atntime" | "atndate" | "atnicn" | "atrfstart" | "atrfend" | "creatim" | "revtim" | "printim" | "buptim"
        | "private" | "txe" | "rxe" | "shppict" | "nonshppict" | "blipuid" | "filetbl" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep"
        | "aftnsepc" | "aftncn" | "template" | "shpgrp" => Destination::Skip,
        _ if starred => Destination::Skip,
        _ => return None,
    })
}

/// The place of the text of a group.
pub fn place(word: &str) -> Option<PartKind> {
    Some(match word {
        "footnote" => PartKind::Footnote,
        "annotation" => PartKind::Comment,
        "header" | "headerl" | "headerr" | "headerf" => PartKind::Header,
        "footer" | "footerl" | "footerr" | "footerf" => PartKind::Footer,
        _ => return None,
    })
}

/// The character that a word stands for.
pub fn symbol(word: &str) -> Option<&'static str> {
    Some(match word {
        "tab" => "\t",
        "emdash" => "\u{2014}",
        "endash" => "\u{2013}",
        "lquote" => "\u{2018}",
        "rquote" => "\u{2019}",
        "ldblquote" => "\u{201c}",
        "rdblquote" => "\u{201d}",
        "bullet" => "\u{2022}",
        "emspace" | "enspace" | "qmspace" => " ",
        _ => return None,
    })
}
