//! The key map: one table that drives the window and renders its own help.
//!
//! Does not act; screens answer to an `Act`.

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Everywhere,
    Library,
    Review,
    Search,
    Asset,
}

impl Place {
    /// In the order of the help.
    pub const ALL: [Self; 5] = [Self::Everywhere, Self::Review, Self::Library, Self::Search, Self::Asset];

    /// Its heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Library => "Library",
            Self::Review => "Review",
            Self::Search => "Search",
            Self::Asset => "An open file",
        }
    }
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    FocusSearch,
    ShowKeys,
    Back,
    GoLibrary,
    GoReview,
    GoSearch,
    GoActivity,
    GoSettings,
    ToggleSideBar,
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
    PageUp,
    PageDown,
    Open,
    Peek,
    Accept,
    Reject,
    Correct,
    Redact,
    Defer,
    AcceptAlike,
    RejectAlike,
    RedactAlike,
    Undo,
    Next,
    Previous,
    NextSpot,
    PreviousSpot,
    Why,
    ZoomIn,
    ZoomOut,
    ZoomFit,
    /// The nth of what is offered: a tab, a candidate, an answer.
    Pick(u8),
    /// Play or stop the sound.
    Play,
    Slower,
    Faster,
    /// What is like this.
    Similar,
    /// Words, meaning or both.
    NextMode,
    /// Say what it is.
    Label,
    /// What it was found in.
    Parent,
    /// Stop taking up new work, or go on.
    Pause,
}

/// One line of the key map.
#[derive(Debug)]
pub struct Binding {
    pub place: Place,
    /// As `chord` spells them; the first is the one shown.
    pub keys: &'static [&'static str],
    pub act: Act,
    /// What it does, for the help; empty when another line says it.
    pub says: &'static str,
    /// Holds while text is being typed, too.
    pub typing: bool,
}

const fn bind(place: Place, keys: &'static [&'static str], act: Act, says: &'static str) -> Binding {
    Binding { place, keys, act, says, typing: false }
}

const fn typing(place: Place, keys: &'static [&'static str], act: Act, says: &'static str) -> Binding {
    Binding { place, keys, act, says, typing: true }
}

/// Every key of the window.
pub const KEYS: &[Binding] = &[
    bind(Place::Everywhere, &["/"], Act::FocusSearch, "Search"),
    typing(Place::Everywhere, &["Ctrl+K"], Act::FocusSearch, ""),
    bind(Place::Everywhere, &["?"], Act::ShowKeys, "These keys"),
    typing(Place::Everywhere, &["Ctrl+1"], Act::GoLibrary, "Library"),
    typing(Place::Everywhere, &["Ctrl+2"], Act::GoReview, "Review"),
    typing(Place::Everywhere, &["Ctrl+3"], Act::GoSearch, "Search results"),
    typing(Place::Everywhere, &["Ctrl+4"], Act::GoActivity, "Activity"),
    typing(Place::Everywhere, &["Ctrl+5"], Act::GoSettings, "Settings"),
    typing(Place::Everywhere, &["Ctrl+B"], Act::ToggleSideBar, "Narrow or widen the side bar"),
    typing(Place::Everywhere, &["Ctrl+."], Act::Pause, "Pause the work, or go on"),
    typing(Place::Everywhere, &["Escape"], Act::Back, "Close, leave a field, go back"),
    bind(Place::Review, &["R"], Act::Redact, "Redact: mark it for removal"),
    bind(Place::Review, &["A"], Act::Accept, "Keep as it is"),
    bind(Place::Review, &["X"], Act::Reject, "It is something else"),
    bind(Place::Review, &["E"], Act::Correct, "Correct the value"),
    bind(Place::Review, &["Space"], Act::Defer, "Leave it for later"),
    bind(Place::Review, &["Shift+R"], Act::RedactAlike, "Redact every open item with this value"),
    bind(Place::Review, &["Shift+A"], Act::AcceptAlike, "Keep every one of them"),
    bind(Place::Review, &["Shift+X"], Act::RejectAlike, "Every one of them is something else"),
    bind(Place::Review, &["Z", "Ctrl+Z"], Act::Undo, "Undo"),
    bind(Place::Review, &["J", "ArrowDown", "ArrowRight"], Act::Next, "Next item"),
    bind(Place::Review, &["K", "ArrowUp", "ArrowLeft"], Act::Previous, "Previous item"),
    bind(Place::Review, &["Tab"], Act::NextSpot, "Next doubtful word, or next value"),
    bind(Place::Review, &["Shift+Tab"], Act::PreviousSpot, ""),
    bind(Place::Review, &["1"], Act::Pick(1), "It is the first, second … of the answers"),
    bind(Place::Review, &["2"], Act::Pick(2), ""),
    bind(Place::Review, &["3"], Act::Pick(3), ""),
    bind(Place::Review, &["4"], Act::Pick(4), ""),
    bind(Place::Review, &["5"], Act::Pick(5), ""),
    bind(Place::Review, &["6"], Act::Pick(6), ""),
    bind(Place::Review, &["7"], Act::Pick(7), ""),
    bind(Place::Review, &["8"], Act::Pick(8), ""),
    bind(Place::Review, &["9"], Act::Pick(9), ""),
    bind(Place::Review, &["P"], Act::Play, "Play the stretch again"),
    bind(Place::Review, &["W"], Act::Why, "Why it is asked"),
    bind(Place::Review, &["D", "Enter"], Act::Open, "Open the file"),
    bind(Place::Review, &["+", "="], Act::ZoomIn, "Closer"),
    bind(Place::Review, &["-"], Act::ZoomOut, "Further away"),
    bind(Place::Review, &["0"], Act::ZoomFit, "The whole page"),
    bind(Place::Library, &["ArrowLeft"], Act::Left, "Move the selection, as do the other arrows"),
    bind(Place::Library, &["ArrowRight"], Act::Right, ""),
    bind(Place::Library, &["ArrowUp"], Act::Up, ""),
    bind(Place::Library, &["ArrowDown"], Act::Down, ""),
    bind(Place::Library, &["Home"], Act::First, "First file"),
    bind(Place::Library, &["End"], Act::Last, "Last file"),
    bind(Place::Library, &["PageUp"], Act::PageUp, "A screenful up"),
    bind(Place::Library, &["PageDown"], Act::PageDown, "A screenful down"),
    bind(Place::Library, &["Space"], Act::Peek, "Preview"),
    bind(Place::Library, &["Enter"], Act::Open, "Open"),
    typing(Place::Search, &["ArrowDown"], Act::Down, "Next result"),
    typing(Place::Search, &["ArrowUp"], Act::Up, "Previous result"),
    typing(Place::Search, &["Enter"], Act::Open, "Open at the spot"),
    typing(Place::Search, &["Ctrl+J"], Act::NextMode, "By words, by meaning, or by both"),
    typing(Place::Search, &["Ctrl+M"], Act::Similar, "More like this result"),
    bind(Place::Search, &["M"], Act::Similar, ""),
    bind(Place::Asset, &["1"], Act::Pick(1), "The first, second … tab or answer"),
    bind(Place::Asset, &["2"], Act::Pick(2), ""),
    bind(Place::Asset, &["3"], Act::Pick(3), ""),
    bind(Place::Asset, &["4"], Act::Pick(4), ""),
    bind(Place::Asset, &["5"], Act::Pick(5), ""),
    bind(Place::Asset, &["6"], Act::Pick(6), ""),
    bind(Place::Asset, &["7"], Act::Pick(7), ""),
    bind(Place::Asset, &["8"], Act::Pick(8), ""),
    bind(Place::Asset, &["9"], Act::Pick(9), ""),
    bind(Place::Asset, &["L"], Act::Label, "Say what it is"),
    bind(Place::Asset, &["M"], Act::Similar, "More like this"),
    bind(Place::Asset, &["ArrowDown"], Act::Down, "Next of the files in it, or of the answers"),
    bind(Place::Asset, &["ArrowUp"], Act::Up, "Previous of them"),
    bind(Place::Asset, &["Home"], Act::First, "First page, or first file in it"),
    bind(Place::Asset, &["End"], Act::Last, "Last page, or last file in it"),
    bind(Place::Asset, &["Enter"], Act::Open, "Open the chosen file, take the answer"),
    bind(Place::Asset, &["Backspace", "Alt+ArrowUp"], Act::Parent, "What it was found in"),
    bind(Place::Asset, &["Space", "P"], Act::Play, "Play a recording, or pause it"),
    bind(Place::Asset, &["ArrowLeft"], Act::Left, "Five seconds or a page back"),
    bind(Place::Asset, &["ArrowRight"], Act::Right, "Five seconds or a page on"),
    bind(Place::Asset, &[","], Act::Slower, "Play slower"),
    bind(Place::Asset, &["."], Act::Faster, "Play faster"),
    bind(Place::Asset, &["J"], Act::Next, "Next finding"),
    bind(Place::Asset, &["K"], Act::Previous, "Previous finding"),
    bind(Place::Asset, &["+", "="], Act::ZoomIn, "Closer"),
    bind(Place::Asset, &["-"], Act::ZoomOut, "Further away"),
    bind(Place::Asset, &["0"], Act::ZoomFit, "The whole page"),
    bind(Place::Asset, &["PageDown"], Act::PageDown, "Next page"),
    bind(Place::Asset, &["PageUp"], Act::PageUp, "Previous page"),
];

/// The keys held down with another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub shift: bool,
    pub ctrl: bool,
    pub alt: bool,
}

/// The spelling of a pressed key: `R`, `Shift+R`, `Ctrl+K`, `Space`, `?`, `Shift+Tab`, `Alt+ArrowUp`.
pub fn chord(key: &str, Held { shift, ctrl, alt }: Held) -> String {
    let single = key.chars().count() == 1;
    let letter = single && key.chars().all(char::is_alphabetic);
    let name = match key {
        " " => "Space".to_owned(),
        _ if letter => key.to_uppercase(),
        _ => key.to_owned(),
    };
    let shifted = shift && (letter || !single || key == " ");
    let held = [(ctrl, "Ctrl+"), (alt, "Alt+"), (shifted, "Shift+")];
    held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).chain([name.as_str()]).collect()
}

/// What a chord means at a place; the place's own line wins.
pub fn meaning(place: Place, chord: &str, in_field: bool) -> Option<Act> {
    let fits = |b: &&Binding, at: Place| b.place == at && b.keys.contains(&chord) && (b.typing || !in_field);
    [place, Place::Everywhere].into_iter().find_map(|at| KEYS.iter().find(|b| fits(b, at))).map(|b| b.act)
}

/// How a chord is printed on a key cap.
pub fn cap(chord: &str) -> String {
    let shown = match chord.rsplit('+').next().unwrap_or_default() {
        "ArrowUp" => "↑",
        "ArrowDown" => "↓",
        "ArrowLeft" => "←",
        "ArrowRight" => "→",
        "Escape" => "Esc",
        "PageUp" => "PgUp",
        "PageDown" => "PgDn",
        "Backspace" => "⌫",
        "Enter" => "↵",
        "" => "+",
        other => other,
    };
    let modifiers = [("Ctrl+", "Ctrl "), ("Alt+", "Alt "), ("Shift+", "⇧ ")].into_iter().filter(|(name, _)| chord.contains(name));
    modifiers.map(|(_, cap)| cap).chain([shown]).collect()
}

/// The key that stands for an act at a place, for buttons and hints.
pub fn key_of(place: Place, act: Act) -> Option<String> {
    KEYS.iter().find(|b| b.place == place && b.act == act).and_then(|b| b.keys.first()).map(|key| cap(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_key_means_two_things_at_one_place() {
        let mut seen = HashSet::new();
        for binding in KEYS {
            for key in binding.keys {
                assert!(seen.insert((binding.place, *key)), "{key} twice at {:?}", binding.place);
            }
        }
    }

    #[test]
    fn every_act_is_said_somewhere() {
        for binding in KEYS {
            let shifted = |key: &str| key.starts_with("Shift+");
            let said = KEYS.iter().any(|b| b.place == binding.place && b.act == binding.act && !b.says.is_empty());
            let grouped = binding.keys.iter().all(|k| shifted(k) || k.starts_with("Arrow") || k.len() == 1);
            assert!(said || grouped, "{:?} is not in the help", binding.act);
        }
    }

    #[test]
    fn chords_are_spelled_one_way() {
        let check = |key, held: Held, expected: &str| assert_eq!(chord(key, held), expected);
        let (none, shift) = (Held::default(), Held { shift: true, ..Held::default() });
        check("r", none, "R");
        check("R", shift, "Shift+R");
        check("?", shift, "?");
        check("+", shift, "+");
        check(" ", none, "Space");
        check("Tab", shift, "Shift+Tab");
        check("k", Held { ctrl: true, ..Held::default() }, "Ctrl+K");
        check("ArrowUp", Held { alt: true, ..Held::default() }, "Alt+ArrowUp");
    }

    #[test]
    fn typing_keeps_letters_for_the_text() {
        assert_eq!(meaning(Place::Review, "R", true), None);
        assert_eq!(meaning(Place::Review, "R", false), Some(Act::Redact));
        assert_eq!(meaning(Place::Review, "Ctrl+K", true), Some(Act::FocusSearch));
        assert_eq!(meaning(Place::Search, "ArrowDown", true), Some(Act::Down));
        assert_eq!(meaning(Place::Library, "/", false), Some(Act::FocusSearch));
    }

    #[test]
    fn caps_are_short() {
        let check = |key, expected: &str| assert_eq!(cap(key), expected);
        check("ArrowDown", "↓");
        check("Shift+R", "⇧ R");
        check("Ctrl+K", "Ctrl K");
        check("Alt+ArrowUp", "Alt ↑");
        check("+", "+");
    }
}
